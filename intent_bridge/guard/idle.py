"""Finds rules that can do nothing: those that can never fire, and those that another rule makes redundant.

A condition is laid out as cases (a disjunction of conjunctions); a case says, for each name or sum of names,
which values it leaves. A rule is dead when no case leaves anything, and redundant when each of its cases
lies inside a case of another rule of the same effect. Only names that the narrower case reads are asked of
the wider one, so this holds for unknown values too. What it finds is so; what it misses (names that depend
on each other through a sum, clamps that move) the solver of `policy prove` finds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final, NamedTuple, TypeAlias, assert_never

from ..types import Value
from . import ir
from .check import Kind
from .rules import LAYERS, VALUE, PackHeader, Rule

MAX_CASES: Final = 64
"""A condition with more cases is left to the solver."""

_Key: TypeAlias = str | tuple[tuple[int, str], ...]
"""A name, or a sum of names whose first factor is positive."""


@dataclass(frozen=True, slots=True)
class _Span:
    """The whole numbers from `low` to `high` (None: no end) without those in `out`, all of them between."""

    low: int | None
    high: int | None
    out: frozenset[int] = frozenset()

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.high - self.low < len(self.out)

    def has(self, number: int) -> bool:
        return (
            (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and number not in self.out
        )

    def meet(self, other: "_Span") -> "_Span":
        lows = [end for end in (self.low, other.low) if end is not None]
        highs = [end for end in (self.high, other.high) if end is not None]
        met = _Span(max(lows, default=None), min(highs, default=None))
        return _Span(met.low, met.high, frozenset(n for n in self.out | other.out if met.has(n)))

    def inside(self, other: "_Span") -> bool:
        if other.low is not None and (self.low is None or self.low < other.low):
            return False
        if other.high is not None and (self.high is None or self.high > other.high):
            return False
        return all(not self.has(number) for number in other.out)


_Left: TypeAlias = _Span | frozenset[Value]
_Case: TypeAlias = Mapping[_Key, _Left]


class Idle(NamedTuple):
    """A rule that can do nothing, and why."""

    rule: Rule
    what: str
    mend: str


def idle_rules(
    rules: Mapping[str, Sequence[Rule]],
    kinds: Mapping[str, Kind],
    targets: Mapping[str, Kind],
    headers: Mapping[str, PackHeader],
) -> list[Idle]:
    """The rules that can do nothing on any of their paths. `headers` gives each rule's pack, by rule id.

    A rule is held redundant only to one of its own or of an earlier layer: that a market is stricter than the
    base is what layers are for.
    """
    places: dict[str, list[Rule]] = {}
    idle: dict[str, list[tuple[str, str]]] = {}
    for path, bound in rules.items():
        scope = {**kinds, VALUE: targets[path]}
        laid = [(rule, _cases(rule.when, scope)) for rule in bound]
        for number, (rule, cases) in enumerate(laid):
            places.setdefault(rule.text.id, []).append(rule)
            if cases is None:
                continue
            if not cases:
                idle.setdefault(rule.text.id, []).append(("can never fire", "mend its condition"))
                continue
            earlier = (
                other.text.id
                for place, (other, wider) in enumerate(laid)
                if place != number
                and wider is not None
                and _speaks_for(other, rule, headers)
                and (place < number or not _covers(cases, wider))
                and _covers(wider, cases)
            )
            if (said := next(earlier, None)) is not None:
                what = f"says nothing that `{said}` does not say"
                idle.setdefault(rule.text.id, []).append((what, "mend its condition, or remove it"))
    return [
        Idle(bound[0], *idle[name][0])
        for name, bound in places.items()
        if len(idle.get(name, ())) == len(bound)
    ]


def _speaks_for(other: Rule, rule: Rule, headers: Mapping[str, PackHeader]) -> bool:
    """Whether `other`, where it fires, does all that `rule` would do."""
    plain = ("deny", "confirm", "defer", "watch")
    first, second = (LAYERS.index(headers[r.text.id].layer) for r in (other, rule))
    return (
        first <= second
        and rule.text.effect in plain
        and other.text.effect == rule.text.effect
        and other.text.on_unknown == rule.text.on_unknown
        and (other.text.deadline_ms or 0) <= (rule.text.deadline_ms or 0)
        and rule.text.repeats != other.text.id
    )


def _covers(wider: Iterable[_Case], narrower: Iterable[_Case]) -> bool:
    wide = list(wider)
    return all(any(_lies_in(case, other) for other in wide) for case in narrower)


def _lies_in(case: _Case, other: _Case) -> bool:
    return all(key in case and _inside(case[key], left) for key, left in other.items())


def _inside(left: _Left, other: _Left) -> bool:
    if isinstance(left, _Span):
        return isinstance(other, _Span) and left.inside(other)
    return not isinstance(other, _Span) and left <= other


def _cases(when: ir.Node | None, kinds: Mapping[str, Kind]) -> list[_Case] | None:
    """The cases of a condition that leave something; None when there are too many to look at."""
    if when is None:
        return [{}]
    if _count(when, True) > MAX_CASES:
        return None
    found = (_case(literals, kinds) for literals in _ways(when, True))
    return [case for case in found if case is not None]


def _count(node: ir.Node, goal: bool) -> int:
    """How many ways there are, before they are written out."""
    match node:
        case ir.Not(part):
            return _count(part, not goal)
        case ir.And(parts) | ir.Or(parts):
            counts = [_count(part, goal) for part in parts]
            return sum(counts) if isinstance(node, ir.Or) == goal else prod(counts)
        case _:
            return 1


def _ways(node: ir.Node, goal: bool) -> Iterator[tuple[tuple[ir.Atom, bool], ...]]:
    """Each way in which the condition comes to be `goal`: atoms, and the truth each must have."""
    match node:
        case ir.Not(part):
            yield from _ways(part, not goal)
        case ir.And(parts) | ir.Or(parts):
            if isinstance(node, ir.Or) == goal:
                for part in parts:
                    yield from _ways(part, goal)
            else:
                for chosen in product(*(list(_ways(part, goal)) for part in parts)):
                    yield tuple(atom for atoms in chosen for atom in atoms)
        case _:
            yield ((node, goal),)


def _case(literals: Iterable[tuple[ir.Atom, bool]], kinds: Mapping[str, Kind]) -> _Case | None:
    case: dict[_Key, _Left] = {}
    for atom, goal in literals:
        key, left = _left(atom, goal, kinds)
        before = case.get(key)
        if isinstance(left, _Span):
            left = left.meet(before) if isinstance(before, _Span) else left
            if left.empty:
                return None
        else:
            left = left & before if isinstance(before, frozenset) else left
            if not left:
                return None
        case[key] = left
    return case


def _left(atom: ir.Atom, goal: bool, kinds: Mapping[str, Kind]) -> tuple[_Key, _Left]:
    match atom:
        case ir.Flag(name):
            return name, frozenset((goal,))
        case ir.Is(name, member):
            here = frozenset((member,))
            return name, here if goal else frozenset(kinds[name].members) - here
        case ir.Linear(op, terms, const):
            return _number(op if goal else ir.OPPOSITE[op], terms, const, kinds)
        case _:
            assert_never(atom)


def _number(
    op: str, terms: tuple[tuple[int, str], ...], const: int, kinds: Mapping[str, Kind]
) -> tuple[_Key, _Left]:
    """What a comparison leaves of a name, or of a sum whose first factor is made positive."""
    if terms[0][0] < 0:
        terms, const = tuple((-factor, name) for factor, name in terms), -const
        op = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
    factor, name = terms[0]
    alone = len(terms) == 1
    unit = factor if alone else 1
    reach = _Span(kinds[name].low, kinds[name].high) if alone else _Span(None, None)
    key: _Key = name if alone else terms
    below, above = const // unit, -(-const // unit)
    match op:
        case "<":
            return key, reach.meet(_Span(None, above - 1))
        case "<=":
            return key, reach.meet(_Span(None, below))
        case ">":
            return key, reach.meet(_Span(below + 1, None))
        case ">=":
            return key, reach.meet(_Span(above, None))
        case "==":
            return key, reach.meet(_Span(above, below))
        case _:
            return key, reach.meet(_Span(None, None, frozenset((below,) if below == above else ())))
