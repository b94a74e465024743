"""Types, units and ranges: from the tree of a condition to exact integers, or a reason why it means nothing.

A comparison of `5 km/h` with a speed counted in 0.1 km/h becomes a comparison with 50. Everything is scaled
by whole factors, so no precision is lost; what cannot be scaled (5.05 km/h) is refused. Two kinds of trouble:
a RuleTextError, where the condition has no meaning, and remarks, where it has one that cannot be what the
author meant (it never changes, or a number lies between two steps of the signal).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Literal

from ..profile.model import Quantity
from . import ir, lang, units
from .lang import RuleTextError, Tree, spell


@dataclass(frozen=True, slots=True)
class Kind:
    """What a name can be. Numbers count `step` (in base units of `dimension`), from `low` to `high`."""

    type: Literal["number", "boolean", "enum"]
    unit: str = ""
    dimension: str = ""
    step: Fraction = Fraction(1)
    low: int | None = None
    high: int | None = None
    members: tuple[str, ...] = ()

    @classmethod
    def of(cls, quantity: Quantity) -> "Kind":
        """The kind of one path of a profile."""
        if quantity.type == "number":
            assert quantity.unit is not None and quantity.step is not None
            dimension, factor = units.unit(quantity.unit)
            step = factor * Fraction(quantity.step)
            return cls("number", quantity.unit, dimension, step, quantity.low, quantity.high)
        return cls(quantity.type, members=tuple(quantity.values or ()))


@dataclass(frozen=True, slots=True)
class Remark:
    """A condition that has a meaning, but surely not the one that was meant."""

    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum in base units: what one step of each name adds, and a constant."""

    terms: Mapping[str, Fraction]
    const: Fraction
    dimension: str
    unit: str

    def scaled(self, factor: Fraction) -> "_Sum":
        return _Sum(
            {n: f * factor for n, f in self.terms.items()}, self.const * factor, self.dimension, self.unit
        )


class Checker:
    """Types the conditions of one rule on one path. `kinds` knows every name; `remarks` collects."""

    def __init__(self, kinds: Mapping[str, Kind], current: str) -> None:
        self._kinds = kinds
        self._current = current
        """The path that the name `current` stands for."""
        self.remarks: list[Remark] = []

    def condition(self, tree: Tree) -> ir.Node:
        """The typed condition; RuleTextError when it has no meaning."""
        match tree:
            case lang.Name():
                return ir.Flag(self._boolean(tree))
            case lang.Compare():
                return self._enum(tree) or self._comparison(tree)
            case lang.Not(part):
                return ir.Not(self.condition(part))
            case lang.And(parts):
                return ir.And(tuple(map(self.condition, parts)))
            case lang.Or(parts):
                return ir.Or(tuple(map(self.condition, parts)))
            case _:
                raise RuleTextError(
                    f"`{spell(tree)}` is a number, not a condition", "compare it with something"
                )

    def bound(self, tree: Tree, target: Kind, *, upper: bool) -> ir.Bound:
        """A clamp's bound, in steps of `target`."""
        total = self._sum(tree)
        text = spell(tree)
        _same_dimension(total, target.dimension, target.unit, text)
        if not total.terms and (total.const / target.step).denominator != 1:
            self._off_step(text, target)
        total = total.scaled(1 / target.step)
        divisor = _lcm((*total.terms.values(), total.const))
        terms = tuple(sorted((int(f * divisor), name) for name, f in total.terms.items()))
        bound = ir.Bound(terms, int(total.const * divisor), divisor, text)
        self._bound_matters(bound, target, upper)
        return bound

    def _bound_matters(self, bound: ir.Bound, target: Kind, upper: bool) -> None:
        reach = self._reach(bound.terms)
        if reach is None or target.low is None or target.high is None:
            return
        low, high = ((end + bound.const) / Fraction(bound.divisor) for end in reach)
        if (upper and low >= target.high) or (not upper and high <= target.low):
            self.remarks.append(
                Remark(f"the bound `{bound.text}` never moves a value", "remove it, or mend the number")
            )
        elif high < target.low or low > target.high:
            self.remarks.append(
                Remark(f"the bound `{bound.text}` lies outside the range of the path", "mend the number")
            )

    def _knows(self, name: str) -> bool:
        return name == "current" or name in self._kinds

    def _kind(self, name: str) -> tuple[str, Kind]:
        name = self._current if name == "current" else name
        if name not in self._kinds:
            raise RuleTextError(
                f"`{name}` is not a name this vehicle or pack knows", "mend the name, or list it in `names`"
            )
        return name, self._kinds[name]

    def _boolean(self, tree: lang.Name) -> str:
        if tree.text in ("true", "false"):
            raise RuleTextError(f"`{tree.text}` never changes", "leave `when` out, or write `x` or `not x`")
        name, kind = self._kind(tree.text)
        if kind.type != "boolean":
            raise RuleTextError(f"`{name}` is no boolean", "compare it with a value")
        return name

    def _enum(self, tree: lang.Compare) -> ir.Node | None:
        """The test for a member of an enum; None when the comparison is about numbers."""
        if not (isinstance(tree.left, lang.Name) and isinstance(tree.right, lang.Name)):
            return None
        name, member = tree.left.text, tree.right.text
        if self._knows(name) == self._knows(member):
            return None
        if self._knows(member):
            name, member = member, name
        name, kind = self._kind(name)
        if kind.type == "boolean":
            raise RuleTextError(
                f"`{name}` is a boolean and is not compared", f"write `{name}` or `not {name}`"
            )
        if kind.type == "number":
            raise RuleTextError(
                f"`{member}` is not a name this vehicle or pack knows", f"give a number of {kind.unit}"
            )
        if tree.op not in ("==", "!="):
            raise RuleTextError(f"`{tree.op}` on the enum `{name}`", "use `==` or `!=`")
        if member not in kind.members:
            raise RuleTextError(
                f"`{member}` is not a value of `{name}`", f"give one of {', '.join(kind.members)}"
            )
        if len(kind.members) == 1:
            self.remarks.append(Remark(f"`{spell(tree)}` never changes", "remove it"))
        test = ir.Is(name, member)
        return test if tree.op == "==" else ir.Not(test)

    def _comparison(self, tree: lang.Compare) -> ir.Node:
        left, right = self._sum(tree.left), self._sum(tree.right)
        text = spell(tree)
        _same_dimension(left, right.dimension, right.unit, text)
        total = _plus(left, right.scaled(Fraction(-1)))
        factors = [f for f in total.terms.values() if f]
        if not factors:
            raise RuleTextError(f"`{text}` never changes", "compare with a signal")
        gone = [name for name, f in total.terms.items() if not f]
        if gone:  # it would no longer count whether it is known
            raise RuleTextError(f"`{gone[0]}` cancels out of `{text}`", "leave it out on both sides")
        grain = reduce(_gcd, factors)
        if (total.const / grain).denominator != 1:
            self._off_step(text, Kind("number", left.unit or right.unit, step=abs(grain)))
        scale = _lcm((*factors, total.const))
        common = math.gcd(*(int(f * scale) for f in factors), int(total.const * scale))
        terms = tuple(sorted((int(f * scale) // common, name) for name, f in total.terms.items() if f))
        atom = ir.Linear(
            tree.op, terms, -int(total.const * scale) // common, spell(tree.left), spell(tree.right)
        )
        self._can_change(atom, text)
        return atom

    def _can_change(self, atom: ir.Linear, text: str) -> None:
        reach = self._reach(atom.terms)
        if reach is None:
            return
        low, high = reach
        decided = {
            "<": (high < atom.const, low >= atom.const),
            "<=": (high <= atom.const, low > atom.const),
            ">": (low > atom.const, high <= atom.const),
            ">=": (low >= atom.const, high < atom.const),
            "==": (low == high == atom.const, not low <= atom.const <= high),
            "!=": (not low <= atom.const <= high, low == high == atom.const),
        }[atom.op]
        if any(decided):
            always = "always" if decided[0] else "never"
            self.remarks.append(
                Remark(f"`{text}` is {always} true in the range of its names", "mend the number or unit")
            )

    def _reach(self, terms: Iterable[tuple[int, str]]) -> tuple[int, int] | None:
        """Lowest and highest value of a sum; None when a name has no known range."""
        low = high = 0
        for factor, name in terms:
            kind = self._kinds[name]
            if kind.low is None or kind.high is None:
                return None
            ends = (factor * kind.low, factor * kind.high)
            low, high = low + min(ends), high + max(ends)
        return low, high

    def _off_step(self, text: str, kind: Kind) -> None:
        step = kind.step / units.unit(kind.unit)[1]
        mend = f"give a multiple of {float(step):g} {kind.unit}".rstrip()
        self.remarks.append(Remark(f"a number in `{text}` lies between two steps of its signal", mend))

    def _sum(self, tree: Tree) -> _Sum:
        match tree:
            case lang.Number(value, unit):
                dimension, factor = units.unit(unit)
                return _Sum({}, Fraction(value) * factor, dimension, unit)
            case lang.Name(text):
                name, kind = self._kind(text)
                if kind.type != "number":
                    raise RuleTextError(f"`{name}` is no number", "compare it with one of its values")
                return _Sum({name: kind.step}, Fraction(0), kind.dimension, kind.unit)
            case lang.Arith("*", left, right):
                return self._product(left, right)
            case lang.Arith(op, left, right):
                one, two = self._sum(left), self._sum(right)
                _same_dimension(one, two.dimension, two.unit, spell(tree))
                return _plus(one, two if op == "+" else two.scaled(Fraction(-1)))
            case _:
                raise RuleTextError(f"`{spell(tree)}` is a condition, not a number", "compare numbers only")

    def _product(self, left: Tree, right: Tree) -> _Sum:
        for factor, other in ((left, right), (right, left)):
            if isinstance(factor, lang.Number) and not factor.unit:
                return self._sum(other).scaled(Fraction(factor.value))
        raise RuleTextError(
            f"`{spell(left)} * {spell(right)}` has no plain number", "multiply by a number without unit"
        )


def _same_dimension(total: _Sum, dimension: str, unit: str, text: str) -> None:
    if total.dimension == dimension:
        return
    if "" in (total.unit, unit):
        raise RuleTextError(f"a number in `{text}` has no unit", f"write it in {unit or total.unit}")
    raise RuleTextError(f"`{text}` mixes {total.unit} with {unit}", "use one kind of unit")


def _plus(one: _Sum, two: _Sum) -> _Sum:
    terms = dict(one.terms)
    for name, factor in two.terms.items():
        terms[name] = terms.get(name, Fraction(0)) + factor
    return _Sum(terms, one.const + two.const, one.dimension, one.unit or two.unit)


def _gcd(one: Fraction, two: Fraction) -> Fraction:
    """Greatest number that divides both a whole number of times."""
    bottom = math.lcm(one.denominator, two.denominator)
    return Fraction(math.gcd(int(one * bottom), int(two * bottom)), bottom)


def _lcm(numbers: Iterable[Fraction]) -> int:
    return math.lcm(*(number.denominator for number in numbers))
