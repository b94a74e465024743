"""The meaning of the rule language, written a second time and as plainly as possible, for tests.

It walks the tree as it was written, in physical numbers (exact fractions in base units) and with
three-valued truth. It shares nothing with the compiler but the parser and the table of units: no typed tree,
no scaling to steps, no generated code.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias, assert_never

from . import units
from .check import Kind
from .lang import And, Arith, Compare, Name, Not, Number, Or, Tree
from .rules import Rule

Physical: TypeAlias = Fraction | bool | str | None
"""A number in base units, a boolean, a member's name, or None for unknown."""


def physical(kind: Kind, value: int | bool | str | None) -> Physical:
    """A value of the core (a count of steps) as a physical one."""
    if value is None or isinstance(value, bool | str):
        return value
    return value * kind.step


def evaluate(tree: Tree, names: Mapping[str, Physical]) -> Physical:
    """Value or truth of a tree; a name that is not in `names` is the member of an enum."""
    match tree:
        case Number(value, unit):
            return Fraction(value) * units.unit(unit)[1]
        case Name(text):
            return names.get(text, text)
        case Arith(op, left, right):
            one, two = evaluate(left, names), evaluate(right, names)
            if one is None or two is None:
                return None
            assert isinstance(one, Fraction) and isinstance(two, Fraction)
            return {"+": one + two, "-": one - two, "*": one * two}[op]
        case Compare(op, left, right):
            return _compare(op, evaluate(left, names), evaluate(right, names))
        case Not(part):
            inner = evaluate(part, names)
            return None if inner is None else not inner
        case And(parts):
            truths = [evaluate(part, names) for part in parts]
            return False if False in truths else None if None in truths else True
        case Or(parts):
            truths = [evaluate(part, names) for part in parts]
            return True if True in truths else None if None in truths else False
        case _:
            assert_never(tree)


def _compare(op: str, one: Physical, two: Physical) -> bool | None:
    if one is None or two is None:
        return None
    if op in ("==", "!="):
        return (one == two) == (op == "==")
    assert isinstance(one, Fraction) and isinstance(two, Fraction)
    return {"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[op]


def judge(
    rules: tuple[Rule, ...], kind: Kind, value: int | bool | str, names: Mapping[str, Physical]
) -> tuple[int | bool | str | None, dict[str, bool | None]]:
    """Emitted value (None when the clamps conflict) and the truth of each rule, by id.

    `names` holds every name but `value`; `kind` is that of the path.
    """
    low, high = kind.low, kind.high
    truths: dict[str, bool | None] = {}
    for rule in rules:
        if rule.text.effect == "clamp":
            truth = True if rule.trees.when is None else evaluate(rule.trees.when, names)
            bounds = [None if t is None else evaluate(t, names) for t in (rule.trees.low, rule.trees.high)]
            lacking = [
                t
                for t, b in zip((rule.trees.low, rule.trees.high), bounds, strict=True)
                if t is not None and b is None
            ]
            if truth is True and lacking:
                truth = None
            truths[rule.text.id] = truth  # type: ignore[assignment]
            if truth is True:
                assert low is not None and high is not None
                if isinstance(bounds[0], Fraction):
                    low = max(low, math.ceil(bounds[0] / kind.step))
                if isinstance(bounds[1], Fraction):
                    high = min(high, math.floor(bounds[1] / kind.step))
    if low is not None and high is not None:
        if low > high:
            return None, truths
        assert isinstance(value, int)
        value = min(max(value, low), high)
    seen = {**names, "value": physical(kind, value)}
    for rule in rules:
        if rule.text.effect != "clamp":
            tree = rule.trees.when
            truths[rule.text.id] = True if tree is None else evaluate(tree, seen)  # type: ignore[assignment]
    return value, truths
