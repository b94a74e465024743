"""Types what two effects say besides a condition: the companions of a require, the limit of a limit."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from . import ir
from .check import Checker, Kind, Remark
from .lang import Name, RuleTextError, bind, parse
from .rules import LIMIT_KEYS, AtLeast, Companion, Limit, LimitText

_NUMBERS_ONLY: Final = ("slew", "budget", "drift")


def companion(
    pattern: str,
    given: bool | str | AtLeast,
    places: Mapping[str, str],
    owner: tuple[str, Mapping[str, Kind]],
    targets: Mapping[str, Kind],
) -> tuple[Companion, list[Remark]]:
    """One companion of a require, and remarks on its bounds; RuleTextError when it means nothing.

    `owner` is the path the rule is on and what its texts may name. A path that is not in `targets` comes
    back as lacking.
    """
    path, scope = owner
    named = bind(Name(pattern), places)
    assert isinstance(named, Name)
    if named.text == path:
        raise RuleTextError(f"`{path}` is a companion of itself", "write a clamp")
    kind = targets.get(named.text)
    if kind is None:
        return Companion(named.text, lacking=True), []
    if kind.type == "number":
        return _numeric(named.text, given, kind, Checker(scope, path), places)
    if isinstance(given, AtLeast):
        raise RuleTextError(f"bounds on `{named.text}`, a {kind.type}", "give one value")
    if kind.type == "boolean":
        if not isinstance(given, bool):
            raise RuleTextError(f"`{given}` for `{named.text}`, a boolean", "give true or false")
    elif given not in kind.members:
        raise RuleTextError(
            f"`{given}` is not a value of `{named.text}`", f"give one of {', '.join(kind.members)}"
        )
    return Companion(named.text, value=given), []


def _numeric(
    path: str, given: bool | str | AtLeast, kind: Kind, checker: Checker, places: Mapping[str, str]
) -> tuple[Companion, list[Remark]]:
    if isinstance(given, bool):
        raise RuleTextError(f"`{str(given).lower()}` for `{path}`, a number", "give a number with its unit")
    if isinstance(given, AtLeast):
        low, high = (
            None if text is None else checker.bound(bind(parse(text), places), kind, upper=upper)
            for text, upper in ((given.at_least, False), (given.at_most, True))
        )
        return Companion(path, low, high), checker.remarks
    exact = checker.bound(bind(parse(given), places), replace(kind, low=None, high=None), upper=False)
    assert kind.low is not None and kind.high is not None
    if not exact.terms and not kind.low <= Fraction(exact.const, exact.divisor) <= kind.high:
        raise RuleTextError(f"`{exact.text}` lies outside the range of `{path}`", "mend the number")
    return Companion(path, exact, exact), checker.remarks


def limit(text: LimitText, target: Kind) -> tuple[Limit, list[Remark]]:
    """The limit in the target's own steps; RuleTextError when it means nothing."""
    kind = text.kind
    given = getattr(text, LIMIT_KEYS[kind])
    within = "" if text.window_ms is None else f" within {text.window_ms} ms"
    spelt = f"{LIMIT_KEYS[kind]} <= {given}{within}"
    remarks: list[Remark] = []
    if kind in _NUMBERS_ONLY:
        if target.type != "number":
            raise RuleTextError(f"a {kind} of a {target.type}", "limit its rate")
        checker = Checker({}, "")
        most = checker.bound(parse(given), replace(target, low=None, high=None), upper=True)
        assert target.low is not None and target.high is not None
        if most.const < 0:
            raise RuleTextError(f"`{most.text}` is less than nothing", "give a positive amount")
        if kind in ("slew", "drift") and most.const >= most.divisor * (target.high - target.low):
            remarks.append(Remark(f"`{most.text}` is never exceeded", "mend the number or unit"))
        given, remarks = ir.Bound.at(most, {}, upper=True), remarks + checker.remarks
    return Limit(kind, given, text.window_ms or 0, spelt, text.exceeded == "confirm"), remarks
