"""The typed rules of one actuator path as SMT-LIB text, over every state, speaker and argument at once.

Numbers are exact integers in the path's own step, enums the place of their member, booleans themselves. Each
state path has two symbols: its value (`x0`) and whether it is known (`k0`); truth is strong Kleene, so "not
certainly false" and "certainly true" are two formulas. A `copy` is the guard's verdict on one request in one
state; a claim that compares two requests or two states takes two copies over the same `Sheet`.

The text is plain SMT-LIB 2.6 without quantifiers (any solver can check it); `solve` gives it to z3, which
comes with the extra `verify` and is imported only here.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, assert_never

from ...errors import IntentBridgeError, InvariantError
from ...types import Decision, Value
from .. import ir
from ..check import Kind
from ..explain import EFFECTS
from ..rules import CONTEXT, VALUE, Rule

WEIGHTS: Final = {"deny": Decision.DENY, "defer": Decision.DEFER, "ask": Decision.CONFIRM}
"""What a rule can say besides clamping: `deny3` is that rule 3 says it, `deny` that some rule does."""
_END: Final = "done"
Symbols = Mapping[str, str]
"""Replacements for symbols of the sheet in one copy: `{"v": "a_w"}`."""


class VerifyMissing(IntentBridgeError):
    """The solver is not installed."""


@functools.cache
def _z3() -> tuple[Any, Any]:
    try:
        from z3 import z3, z3core  # type: ignore[import-untyped]
    except ImportError as error:
        raise VerifyMissing("proofs need z3: pip install 'intent-bridge[verify]'") from error
    return z3, z3core


def new_context() -> Any:
    """A room of z3's own. Not for two threads at once."""
    return _z3()[0].Context()


def solve(scripts: Sequence[str], context: Any = None) -> list[list[str]]:
    """What z3 prints for each script, line by line. One context serves all; what a script says is forgotten
    behind it (by `pop`: a `reset` costs z3 more than most of our questions)."""
    z3, z3core = _z3()
    context = context or new_context()
    text = "".join(f'(push 1)\n{script}\n(echo "{_END}")\n(pop 1)\n' for script in scripts)
    try:
        answer: str = z3core.Z3_eval_smtlib2_string(context.ref(), text)
    except z3.Z3Exception as error:
        raise InvariantError(f"the solver does not take our text: {error}") from None
    return [part.split("\n") for part in answer.replace(f"\n{_END}\n", f"{_END}").split(_END)[:-1]]


def solver_version() -> str:
    """Name and version of the solver, part of every certificate."""
    return f"z3 {_z3()[0].get_version_string()}"


def both(parts: Iterable[str]) -> str:
    """Conjunction."""
    return _joined("and", "true", parts)


def either(parts: Iterable[str]) -> str:
    """Disjunction."""
    return _joined("or", "false", parts)


def no(part: str) -> str:
    """Negation."""
    return f"(not {part})"


def _joined(word: str, neutral: str, parts: Iterable[str]) -> str:
    kept = [part for part in parts if part != neutral]
    return neutral if not kept else kept[0] if len(kept) == 1 else f"({word} {' '.join(kept)})"


def number(value: int) -> str:
    """A whole number as SMT-LIB writes it."""
    return str(value) if value >= 0 else f"(- {-value})"


@dataclass
class Sheet:
    """The symbols of one path: who asked, the requested value `v`, and the state paths by order of first use.

    `known` holds the paths that this vehicle reports; any other path is always unknown.
    """

    target: Kind
    kinds: Mapping[str, Kind]
    known: frozenset[str]
    names: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    """Ids of limits; `h0` says that what was done before exceeds the first."""

    @property
    def sort(self) -> str:
        """The sort of the value."""
        return "Bool" if self.target.type == "boolean" else "Int"

    def kind(self, name: str) -> Kind:
        """What a name is."""
        return self.target if name == VALUE else self.kinds[name]

    def value(self, name: str) -> str:
        """The symbol of a name's value."""
        if name == VALUE:
            return "v"
        return name if name in CONTEXT else f"x{self.names.setdefault(name, len(self.names))}"

    def certain(self, name: str) -> str:
        """The symbol that says whether a name is known."""
        if name == VALUE or name in CONTEXT:
            return "true"
        return f"k{self.names.setdefault(name, len(self.names))}"

    def literal(self, name: str, value: Value) -> str | None:
        """A value of a name; None for a member that its enum does not have."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return number(value)
        members = self.kind(name).members
        return str(members.index(value)) if value in members else None

    def read(self, name: str, text: str) -> Value:
        """A value as z3 prints it, the other way round."""
        kind = self.kind(name)
        if kind.type == "boolean":
            return text == "true"
        count = int(text.replace("(- ", "-").replace(")", ""))
        return kind.members[count] if kind.type == "enum" else count

    def declarations(self) -> list[str]:
        """Symbols and their ranges; call it when every formula is written."""
        lines = []
        for name in (VALUE, *CONTEXT, *self.names):
            kind, symbol = self.kind(name), self.value(name)
            lines.append(f"(declare-const {symbol} {'Bool' if kind.type == 'boolean' else 'Int'})")
            lines += [f"(assert {part})" for part in self.range(name, symbol)]
        for name, n in self.names.items():
            lines.append(f"(declare-const k{n} Bool)")
            if name not in self.known:
                lines.append(f"(assert (not k{n}))")
        return lines + [f"(declare-const h{n} Bool)" for n in self.limits.values()]

    def exceeded(self, rule_id: str) -> str:
        """The free symbol that says what was done before exceeds a limit."""
        return f"h{self.limits.setdefault(rule_id, len(self.limits))}"

    def range(self, name: str, symbol: str) -> list[str]:
        """That a symbol lies in the range of a name."""
        kind = self.kind(name)
        low, high = (0, len(kind.members) - 1) if kind.type == "enum" else (kind.low, kind.high)
        return [] if low is None or high is None else [f"(<= {number(low)} {symbol} {number(high)})"]

    def truth(self, node: ir.Node, goal: bool) -> str:
        """That a condition is certainly `goal`."""
        match node:
            case ir.Flag(name):
                value = self.value(name)
                return both((self.certain(name), value if goal else no(value)))
            case ir.Is(name, member):
                place = self.literal(name, member)
                same = "false" if place is None else f"(= {self.value(name)} {place})"
                return both((self.certain(name), same if goal else no(same)))
            case ir.Linear(op, terms, const):
                word = op if goal else ir.OPPOSITE[op]
                total = self._total(terms, 0)
                test = {"==": f"(= {total} {number(const)})", "!=": f"(not (= {total} {number(const)}))"}.get(
                    word, f"({word} {total} {number(const)})"
                )
                return both((*(self.certain(name) for _, name in terms), test))
            case ir.Not(part):
                return self.truth(part, not goal)
            case ir.And(parts) | ir.Or(parts):
                join = both if isinstance(node, ir.And) == goal else either
                return join([self.truth(part, goal) for part in parts])
            case _:
                assert_never(node)

    def bound(self, bound: ir.Bound, *, upper: bool) -> str:
        """A clamp's bound in steps. SMT-LIB's `div` by a positive number rounds down."""
        total = self._total(bound.terms, bound.const)
        if bound.divisor == 1:
            return total
        return f"(div {total} {bound.divisor})" if upper else f"(- (div (- {total}) {bound.divisor}))"

    def _total(self, terms: Sequence[tuple[int, str]], const: int) -> str:
        words = [self.value(n) if f == 1 else f"(* {number(f)} {self.value(n)})" for f, n in terms]
        words += [number(const)] if const or not words else []
        return words[0] if len(words) == 1 else f"(+ {' '.join(words)})"


def copy(sheet: Sheet, rules: Sequence[Rule], prefix: str = "", symbols: Symbols | None = None) -> list[str]:
    """Definitions of the verdict on one request: clamp first, then judge the clamped value.

    All names get the prefix: `w` emitted value, `conflict`, `p3` rule 3 not certainly false, `c3` rule 3
    certain, `deny`, `defer`, `ask`, `yes` (leaves, if confirmed where asked), `goes` (leaves without a yes).
    """
    swap = dict(symbols or {})
    lines: list[str] = []

    def define(name: str, sort: str, formula: str, swaps: Symbols) -> None:
        lines.append(f"(define-fun {prefix}{name} () {sort} {swapped(formula, swaps)})")

    low, high = sheet.target.low, sheet.target.high
    clamps = [(n, rule) for n, rule in enumerate(rules) if rule.text.effect == "clamp"]
    for n, rule in clamps:
        bounds = [bound for bound in (rule.low, rule.high) if bound is not None]
        reads = sorted(frozenset[str]().union(*map(ir.reads, bounds)))
        when = "true" if rule.when is None else sheet.truth(rule.when, True)
        possible = "true" if rule.when is None else no(sheet.truth(rule.when, False))
        define(f"p{n}", "Bool", possible, swap)
        define(f"c{n}", "Bool", both((when, *map(sheet.certain, reads))), swap)
    if clamps:
        assert low is not None and high is not None
        for side, start, upper in (("lo", low, False), ("hi", high, True)):
            moved = [(n, b) for n, r in clamps if (b := r.high if upper else r.low) is not None]
            define(f"{side}0", "Int", number(start), {})
            for at, (n, bound) in enumerate(moved):
                before, now = f"{prefix}{side}{at}", swapped(sheet.bound(bound, upper=upper), swap)
                test = f"({'<' if upper else '>'} {now} {before})"
                define(f"{side}{at + 1}", "Int", f"(ite (and {prefix}c{n} {test}) {now} {before})", {})
            define(side, "Int", f"{prefix}{side}{len(moved)}", {})
        asked, lo, hi = swap.get("v", "v"), f"{prefix}lo", f"{prefix}hi"
        define("conflict", "Bool", f"(> {lo} {hi})", {})
        define("w", "Int", f"(ite (< {asked} {lo}) {lo} (ite (> {asked} {hi}) {hi} {asked}))", {})
    else:
        define("conflict", "Bool", "false", {})
        define("w", sheet.sort, swap.get("v", "v"), {})
    emitted = {**swap, "v": f"{prefix}w"}
    bites, dark = {}, {}
    for n, rule in enumerate(rules):
        certain, possible = f"{prefix}c{n}", f"{prefix}p{n}"
        if rule.text.effect != "clamp":
            define(f"c{n}", "Bool", "true" if rule.when is None else sheet.truth(rule.when, True), emitted)
            formula = certain if rule.when is None or not rule.reads else no(sheet.truth(rule.when, False))
            define(f"p{n}", "Bool", formula, emitted)
            bites[n] = _bites(sheet, rule, certain, emitted)
        lacking = either(no(sheet.certain(name)) for name in _also_reads(rule))
        dark[n] = both((possible, swapped(either((no(certain), lacking)), swap)))
    for word, effect in WEIGHTS.items():
        said = []
        for n, rule in enumerate(rules):
            if says(rule, word):
                parts = [bites[n]] if n in bites and weight(rule) is effect else []
                parts += [dark[n]] if rule.reads and unknown_weight(rule) is effect else []
                define(f"{word}{n}", "Bool", either(parts), {})
                said.append(f"{prefix}{word}{n}")
        define(word, "Bool", either([*said, f"{prefix}conflict"] if effect is Decision.DENY else said), {})
    define("yes", "Bool", f"(not (or {prefix}deny {prefix}defer))", {})
    define("goes", "Bool", f"(and {prefix}yes (not {prefix}ask))", {})
    return lines


def weight(rule: Rule) -> Decision:
    """What a rule does when it bites."""
    if rule.limit is not None:
        return Decision.CONFIRM if rule.limit.confirm else Decision.DENY
    return Decision.DENY if rule.companions else EFFECTS.get(rule.text.effect, Decision.DENY)


def unknown_weight(rule: Rule) -> Decision:
    """What a rule does when it cannot tell."""
    return Decision.DEFER if rule.text.on_unknown == "defer" else Decision.DENY


def says(rule: Rule, word: str) -> bool:
    """That a rule can say this word of `WEIGHTS`."""
    effect = WEIGHTS[word]
    return effect is weight(rule) or (effect is unknown_weight(rule) and bool(rule.reads))


def _also_reads(rule: Rule) -> list[str]:
    """State paths besides the condition that a rule which applies must know."""
    bounds = [bound for companion in rule.companions for bound in (companion.low, companion.high) if bound]
    own = {rule.path} if rule.limit is not None and rule.limit.reads_current else set()
    return sorted(own.union(*map(ir.reads, bounds)))


def _bites(sheet: Sheet, rule: Rule, applies: str, symbols: Symbols) -> str:
    """That a rule does what it does. A limit bites by what was done before (a free symbol), or at once;
    a require where a companion cannot be had. What companions do to their own paths is judged there."""
    if rule.limit is not None:
        at_once = rule.at_once
        far = "false" if at_once is None else swapped(sheet.truth(at_once, True), symbols)
        return both((applies, either((sheet.exceeded(rule.text.id), far))))
    if rule.companions:
        return applies if any(companion.lacking for companion in rule.companions) else "false"
    return applies


def swapped(formula: str, symbols: Symbols) -> str:
    """The formula with some symbols replaced; symbols stand between spaces and parentheses."""
    if not symbols:
        return formula
    words = formula.replace("(", " ( ").replace(")", " ) ").split()
    return " ".join(symbols.get(word, word) for word in words)
