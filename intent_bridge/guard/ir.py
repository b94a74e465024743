"""A condition after typing: booleans, enum tests and exact integer sums. It is compiled and explained.

Every number is a count of its path's own step, so a sum over paths of different steps and units is a sum of
integers with integer factors. Truth is three-valued (strong Kleene): `None` stands for unknown, both as a
value in an environment and as a truth.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Final, TypeAlias, assert_never

from ..types import Value

Env: TypeAlias = Mapping[str, Value | None]
"""Value of each name that a node reads; None where it is unknown."""

OPERATORS: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean name."""

    name: str


@dataclass(frozen=True, slots=True)
class Is:
    """An enum name has this member as its value."""

    name: str
    member: str


@dataclass(frozen=True, slots=True)
class Linear:
    """The sum of `factor * name` over `terms`, compared with `const`; `left` and `right` as written."""

    op: str
    terms: tuple[tuple[int, str], ...]
    const: int
    left: str = field(compare=False)
    right: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]


Atom: TypeAlias = Flag | Is | Linear
Node: TypeAlias = Atom | Not | And | Or


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound of a clamp, in steps of the clamped path: (sum of `factor * name` + `const`) / `divisor`.

    Where that is no whole step, a lower bound is rounded up and an upper one down: to the safe side.
    """

    terms: tuple[tuple[int, str], ...]
    const: int
    divisor: int
    text: str = field(compare=False)

    def at(self, env: Env, *, upper: bool) -> int | None:
        """The bound in steps; None when a name it reads is unknown."""
        total = _total(self.terms, env)
        if total is None:
            return None
        total += self.const
        return total // self.divisor if upper else -(-total // self.divisor)


def atoms(node: Node | None) -> Iterator[Linear]:
    """Every comparison of numbers in a condition."""
    match node:
        case Linear():
            yield node
        case Not(part):
            yield from atoms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from atoms(part)


def reads(node: Node | Bound) -> frozenset[str]:
    """Every name whose value the node depends on."""
    match node:
        case Flag(name) | Is(name, _):
            return frozenset({name})
        case Linear() | Bound():
            return frozenset(name for _, name in node.terms)
        case Not(part):
            return reads(part)
        case And(parts) | Or(parts):
            return frozenset().union(*map(reads, parts))
        case _:
            assert_never(node)


def truth(node: Node, env: Env) -> bool | None:
    """Strong Kleene truth: unknown (None) only when no known part decides it."""
    match node:
        case Flag(name):
            return None if env[name] is None else bool(env[name])
        case Is(name, member):
            return None if env[name] is None else env[name] == member
        case Linear(op, terms, const):
            total = _total(terms, env)
            return None if total is None else bool(OPERATORS[op](total, const))
        case Not(part):
            inner = truth(part, env)
            return None if inner is None else not inner
        case And(parts) | Or(parts):
            decisive = isinstance(node, Or)
            truths = [truth(part, env) for part in parts]
            return decisive if decisive in truths else None if None in truths else not decisive
        case _:
            assert_never(node)


def _total(terms: tuple[tuple[int, str], ...], env: Env) -> int | None:
    total = 0
    for factor, name in terms:
        value = env[name]
        if value is None:
            return None
        assert isinstance(value, int)
        total += factor * value
    return total


def until_false(node: Node, env: Env) -> str:
    """What must become true so that `node` is false: its negation without the parts that hold already."""
    return _wanted(node, env, False)


def _wanted(node: Node, env: Env, goal: bool) -> str:
    match node:
        case Flag(name):
            return name if goal else f"not {name}"
        case Is(name, member):
            return f"{name} {'==' if goal else '!='} {member}"
        case Linear(op, _, _, left, right):
            return f"{left} {op if goal else OPPOSITE[op]} {right}"
        case Not(part):
            return _wanted(part, env, not goal)
        case And(parts) | Or(parts):
            if isinstance(node, Or) == goal:
                return " or ".join(_wanted(part, env, goal) for part in parts)
            open_parts = [part for part in parts if truth(part, env) is not goal]
            texts = [_wanted(part, env, goal) for part in open_parts]
            return " and ".join(f"({t})" if " or " in t and len(texts) > 1 else t for t in texts)
        case _:
            assert_never(node)
