"""The rules of one actuator path as four flat Python functions.

`read(state, now_ms)` takes what the rules need out of the state: a tuple in the order of `inputs`, None where
a sample may not be used. `fast(value, inputs, who)` judges when nothing is None: two-valued, one test per
rule. `full` judges otherwise: each condition in its two forms, "possibly true" and "certainly true". Both
clamp first and judge the clamped value (a clamp may not read `value`, so one pass is the fixed point).
`passes(value, state, now_ms, who)` is what most calls need, in one go: the value is the path's, nothing
is None, no rule but a clamp fires, and no clamp moves the value.

The source is made of the typed tree only: names of our own (`i0`), integers, and quoted enum members. It
runs without builtins, has no loop and no call except the look-up of samples, so its cost is bounded.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, assert_never

from ..types import Provenance, Quality, State, Value
from . import ir
from .quality import Gauge
from .rules import CONTEXT, VALUE, Rule

Inputs: TypeAlias = tuple[Value | None, ...]
Read: TypeAlias = Callable[[State, int], Inputs]
Fast: TypeAlias = Callable[[Value, Inputs, Provenance], tuple[Value | None, int]]
"""Emitted value (None: the clamps exclude each other) and the bits of the rules whose condition holds."""
Full: TypeAlias = Callable[[Value, Inputs, Provenance], tuple[Value | None, int, int]]
"""Emitted value, bits of the rules whose condition is not certainly false, bits of those certainly true."""

Passes: TypeAlias = Callable[[Value, State, int, Provenance], bool]

_MAX_NESTING: Final = 20
_CONTEXT_LOCALS: Final = {
    "speaker": "speaker",
    "speaker_zone": "zone",
    "channel": "channel",
    "untrusted_text": "tainted",
}
_CONTEXT_SOURCES: Final = {
    "speaker": "who.speaker",
    "speaker_zone": "who.zone",
    "channel": "who.channel",
    "untrusted_text": "who.untrusted_text",
}


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled rules of one path. Bit n of a result stands for `rules[n]`."""

    path: str
    gauge: Gauge
    inputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    clamps: int
    """Bits of the clamps."""
    read: Read = field(repr=False)
    fast: Fast = field(repr=False)
    full: Full = field(repr=False)
    passes: Passes = field(repr=False)
    source: str = field(repr=False)


def compile_rules(gauge: Gauge, rules: Sequence[Rule], gauges: Mapping[str, Gauge]) -> Program:
    """Compile the rules of the path of `gauge`. A path that is not in `gauges` is always unknown."""
    rules = tuple(sorted(rules, key=lambda rule: rule.text.id))
    inputs = tuple(sorted(frozenset[str]().union(*(rule.reads for rule in rules))))
    writer = _Writer(gauge, rules, inputs)
    passes = writer.passes_lines(_need_lines(inputs, gauges))
    source = "\n".join(
        (*_read_lines(inputs, gauges), *writer.fast_lines(), *writer.full_lines(), *passes, "")
    )
    space: dict[str, Any] = {
        "__builtins__": {},
        "type": type,
        "int": int,
        "bool": bool,
        "str": str,
        "OK": Quality.OK,
        "MV": gauge.members,
    }
    space |= {f"M{n}": gauges[path].members for n, path in enumerate(inputs) if path in gauges}
    exec(compile(source, f"<rules of {gauge.path}>", "exec"), space)
    clamps = sum(1 << n for n, rule in enumerate(rules) if rule.text.effect == "clamp")
    return Program(
        gauge.path,
        gauge,
        inputs,
        rules,
        clamps,
        space["read"],
        space["fast"],
        space["full"],
        space["passes"],
        source,
    )


def _read_lines(inputs: tuple[str, ...], gauges: Mapping[str, Gauge]) -> list[str]:
    lines = ["def read(state, now):", " get = state.get"]
    for n, path in enumerate(inputs):
        lines.append(f" i{n} = None")
        if path not in gauges:
            continue
        lines += [
            f" s = get({path!r})",
            f" if s is not None and s.quality is OK and {_fresh(gauges[path])}:",
            "  w = s.value",
            f"  if {_fits(gauges[path], 'w', f'M{n}')}: i{n} = w",
        ]
    return [*lines, f" return ({''.join(f'i{n}, ' for n in range(len(inputs)))})"]


def _need_lines(inputs: tuple[str, ...], gauges: Mapping[str, Gauge]) -> list[str]:
    """The same for those who have nothing to say of an unknown."""
    lines = [" get = state.get"]
    for n, path in enumerate(inputs):
        if path not in gauges:
            return [" return False"]
        lines += [
            f" s = get({path!r})",
            f" if s is None or s.quality is not OK or not {_fresh(gauges[path])}: return False",
            f" i{n} = s.value",
            f" if not ({_fits(gauges[path], f'i{n}', f'M{n}')}): return False",
        ]
    return lines


def _fresh(gauge: Gauge) -> str:
    return f"0 <= now - s.received_ms <= {gauge.max_age_ms}"


def _fits(gauge: Gauge, name: str, members: str) -> str:
    """A test that a value is one of the path's: of exactly its type, and within its bounds."""
    kind = f"type({name}) is {gauge.type.__name__}"
    if gauge.type is int:
        return f"{kind} and {gauge.low} <= {name} <= {gauge.high}"
    return kind if gauge.type is bool else f"{kind} and {name} in {members}"


def _conjuncts(node: ir.Node) -> tuple[ir.Node, ...]:
    return node.parts if isinstance(node, ir.And) else (node,)


class _Writer:
    """Writes the two judging functions of one path."""

    def __init__(self, gauge: Gauge, rules: tuple[Rule, ...], inputs: tuple[str, ...]) -> None:
        self._gauge = gauge
        self._bits = [(1 << n, rule) for n, rule in enumerate(rules)]
        self._clamps = [(bit, rule) for bit, rule in self._bits if rule.text.effect == "clamp"]
        self._others = [(bit, rule) for bit, rule in self._bits if rule.text.effect != "clamp"]
        self._always = sum(bit for bit, rule in self._bits if rule.when is None)
        self._inputs = inputs
        self._locals = {VALUE: "v", **_CONTEXT_LOCALS, **{path: f"i{n}" for n, path in enumerate(inputs)}}

    def fast_lines(self) -> list[str]:
        return [*self._head("fast"), *self._judge_lines("None, m"), " return v, m"]

    def passes_lines(self, need_lines: list[str]) -> list[str]:
        others = sum(bit for bit, _ in self._others)
        return [
            "def passes(v, state, now, who):",
            f" if not ({_fits(self._gauge, 'v', 'MV')}): return False",
            *need_lines,
            *self._context_lines(),
            " asked = v",
            *self._judge_lines("False"),
            f" return not m & {others} and v == asked",
        ]

    def _judge_lines(self, conflict: str) -> list[str]:
        """Clamps `v` and collects in `m` the rules that hold, everything being known."""
        lines = [f" m = {self._always}", *self._range()]
        for bit, rule in self._clamps:
            indent = " "
            if rule.when is not None:
                lines.append(f" if {self._plain(rule.when)}:")
                lines.append(f"  m |= {bit}")
                indent = "  "
            lines += self._narrow(rule, indent)
        lines += self._meet(conflict)
        parts = {bit: _conjuncts(rule.when) for bit, rule in self._others if rule.when is not None}
        return [*lines, *self._tests(parts, " ")]

    def _tests(self, rules: Mapping[int, tuple[ir.Node, ...]], indent: str) -> list[str]:
        """Tests of conditions, each given as the parts that must all hold.

        A part that several rules share is tested once for all of them, so rules that cannot apply (another
        speaker, another gear) cost one test together.
        """
        lines: list[str] = []
        rest = dict(rules)
        while rest:
            shares = Counter(part for parts in rest.values() for part in dict.fromkeys(parts))
            shared, times = shares.most_common(1)[0]
            if times < 2 or len(indent) > _MAX_NESTING:
                break
            inner = {b: tuple(q for q in p if q != shared) for b, p in rest.items() if shared in p}
            lines.append(f"{indent}if {self._plain(shared)}:")
            if bits := sum(b for b, p in inner.items() if not p):
                lines.append(f"{indent} m |= {bits}")
            lines += self._tests({b: p for b, p in inner.items() if p}, indent + " ")
            rest = {b: p for b, p in rest.items() if b not in inner}
        for b, p in rest.items():
            lines.append(f"{indent}if {self._plain(ir.And(p) if len(p) > 1 else p[0])}: m |= {b}")
        return lines

    def full_lines(self) -> list[str]:
        lines = [*self._head("full"), f" p = t = {self._always}", *self._range()]
        for bit, rule in self._clamps:
            known = " and ".join(f"{self._locals[name]} is not None" for name in self._bound_inputs(rule))
            if rule.when is None:
                if known:
                    lines += [f" if {known}:", *self._narrow(rule, "  "), f" else: t &= ~{bit}"]
                else:
                    lines += self._narrow(rule, " ")
                continue
            lines += [
                f" if not {self._surely(rule.when, False)}:",
                f"  p |= {bit}",
                f"  if {self._surely(rule.when, True)}{' and ' + known if known else ''}:",
                f"   t |= {bit}",
                *self._narrow(rule, "   "),
            ]
        lines += self._meet("None, p, t")
        for bit, rule in self._others:
            if rule.when is not None:
                lines += [
                    f" if not {self._surely(rule.when, False)}:",
                    f"  p |= {bit}",
                    f"  if {self._surely(rule.when, True)}: t |= {bit}",
                ]
        return [*lines, " return v, p, t"]

    def _head(self, name: str) -> list[str]:
        lines = [f"def {name}(v, inputs, who):"]
        if self._inputs:
            lines.append(f" {''.join(f'i{n}, ' for n in range(len(self._inputs)))} = inputs")
        return lines + self._context_lines()

    def _context_lines(self) -> list[str]:
        used = frozenset[str]().union(
            *(ir.reads(rule.when) for _, rule in self._bits if rule.when is not None)
        )
        return [f" {_CONTEXT_LOCALS[n]} = {_CONTEXT_SOURCES[n]}" for n in CONTEXT if n in used]

    def _range(self) -> list[str]:
        return [f" lo = {self._gauge.low}; hi = {self._gauge.high}"] if self._clamps else []

    def _meet(self, conflict: str) -> list[str]:
        if not self._clamps:
            return []
        return [f" if lo > hi: return {conflict}", " if v < lo: v = lo", " elif v > hi: v = hi"]

    def _narrow(self, rule: Rule, indent: str) -> list[str]:
        lines = []
        if rule.low is not None:
            lines.append(f"{indent}b = {self._bound(rule.low, upper=False)}")
            lines.append(f"{indent}if b > lo: lo = b")
        if rule.high is not None:
            lines.append(f"{indent}b = {self._bound(rule.high, upper=True)}")
            lines.append(f"{indent}if b < hi: hi = b")
        return lines

    def _bound_inputs(self, rule: Rule) -> list[str]:
        bounds = (bound for bound in (rule.low, rule.high) if bound is not None)
        return sorted(frozenset[str]().union(*map(ir.reads, bounds)))

    def _bound(self, bound: ir.Bound, *, upper: bool) -> str:
        total = self._total(bound.terms, bound.const)
        if bound.divisor == 1:
            return total
        return f"({total}) // {bound.divisor}" if upper else f"-(-({total}) // {bound.divisor})"

    def _total(self, terms: tuple[tuple[int, str], ...], const: int = 0) -> str:
        words = [self._locals[name] if f == 1 else f"{f} * {self._locals[name]}" for f, name in terms]
        return " + ".join((*words, str(const)) if const or not words else words)

    def _plain(self, node: ir.Node) -> str:
        """The condition where everything it reads is known."""
        match node:
            case ir.Flag(name):
                return self._locals[name]
            case ir.Is(name, member):
                return f"{self._locals[name]} == {member!r}"
            case ir.Linear(op, terms, const):
                return f"{self._total(terms)} {op} {const}"
            case ir.Not(ir.Is(name, member)):
                return f"{self._locals[name]} != {member!r}"
            case ir.Not(part):
                return f"not ({self._plain(part)})"
            case ir.And(parts):
                return "(" + " and ".join(map(self._plain, parts)) + ")"
            case ir.Or(parts):
                return "(" + " or ".join(map(self._plain, parts)) + ")"
            case _:
                assert_never(node)

    def _surely(self, node: ir.Node, goal: bool) -> str:
        """A test that the condition is certainly `goal`, whatever the unknown inputs are."""
        match node:
            case ir.Flag(name):
                return f"({self._locals[name]} is {goal})"
            case ir.Is(name, member):
                return f"({self._known((name,))}{self._locals[name]} {'==' if goal else '!='} {member!r})"
            case ir.Linear(op, terms, const):
                known = self._known(tuple(name for _, name in terms))
                return f"({known}{self._total(terms)} {op if goal else ir.OPPOSITE[op]} {const})"
            case ir.Not(part):
                return self._surely(part, not goal)
            case ir.And(parts) | ir.Or(parts):
                word = " and " if isinstance(node, ir.And) == goal else " or "
                return "(" + word.join(self._surely(part, goal) for part in parts) + ")"
            case _:
                assert_never(node)

    def _known(self, names: tuple[str, ...]) -> str:
        return "".join(f"{self._locals[name]} is not None and " for name in names if name in self._inputs)
