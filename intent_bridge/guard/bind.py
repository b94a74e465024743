"""Binds one rule of a pack to one actuator path: fills in placeholders, types, and says what does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..errors import Problem
from ..profile.report import Place, one_of
from . import effects, units
from .check import Checker, Kind, Remark
from .lang import RuleTextError, Tree, bind, names, parse
from .rules import VALUE, AtLeast, Companion, Limit, PackFile, Rule, RuleText, Trees

TEXTS: Final = ("when", "lo", "hi")
"""Keys of a rule that are written in the rule language."""


def match(pattern: str, path: str) -> dict[str, str] | None:
    """What the placeholders of a pattern stand for in `path`; None when it does not match.

    `*` is one segment, `{row}` one that is bound, a last `**` one segment or more.
    """
    wanted, given = pattern.split("."), path.split(".")
    if wanted[-1] == "**":
        wanted.pop()
        if len(given) <= len(wanted):
            return None
        given = given[: len(wanted)]
    if len(wanted) != len(given):
        return None
    places: dict[str, str] = {}
    for want, have in zip(wanted, given, strict=True):
        if want.startswith("{"):
            if places.setdefault(want[1:-1], have) != have:
                return None
        elif want not in ("*", have):
            return None
    return places


def listed(pack: PackFile, name: str) -> Kind | None:
    """What a pack says of a path under `names`; None when it does not list it."""
    for pattern, given in pack.names.items():
        if pattern == name or match(pattern, name) is not None:
            dimension, factor = units.unit(given.unit or "")
            return Kind(given.type, given.unit or "", dimension, factor, members=given.values or ())
    return None


def parsed(text: RuleText, place: Place) -> dict[str, Tree] | None:
    """The trees of the rule's texts by key; None with the problems noted."""
    given = {key: words for key in TEXTS if (words := getattr(text, key)) is not None}
    trees: dict[str, Tree] = {}
    for key, words in given.items():
        try:
            trees[key] = parse(words)
        except RuleTextError as error:
            place.below(key).problem(f"rule `{text.id}`: {error}", error.mend)
    return trees if len(trees) == len(given) else None


def _texts(text: RuleText) -> list[str]:
    """What a require's `then` says in the rule language."""
    given = (text.then or {}).values()
    ends = [end for one in given if isinstance(one, AtLeast) for end in (one.at_least, one.at_most)]
    return [words for words in (*given, *ends) if isinstance(words, str)]


@dataclass
class Binder:
    """Binds one rule; `place` is the rule in its file. `missing` and `warnings` collect over its paths."""

    pack: PackFile
    text: RuleText
    trees: Mapping[str, Tree]
    place: Place
    kinds: Mapping[str, Kind]
    targets: Mapping[str, Kind]
    lacks: frozenset[str] = frozenset()
    """Actuators that the profile describes and this variant of the vehicle does not have."""
    missing: dict[str, Kind] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def bind(self, path: str, target: Kind, places: Mapping[str, str]) -> Rule | None:
        """The rule on this path; None with the problem noted."""
        if self.text.effect == "clamp" and target.type != "number":
            self._trouble(("effect",), f"a clamp on `{path}`, a {target.type}", "use deny or confirm")
            return None
        key: tuple[str, ...] = ()
        try:
            bound: dict[str, Tree] = {}
            for name, tree in self.trees.items():
                key = (name,)
                bound[name] = bind(tree, places)
            key = ("then",)
            trees = [*bound.values(), *(bind(parse(words), places) for words in _texts(self.text))]
            lacking = self._lacking(trees, path)
            scope = self._scope(path, target, trees)
            remarks: list[tuple[tuple[str, ...], Remark]] = []
            when = low = high = None
            for name, tree in bound.items():
                key = (name,)
                checker = Checker(scope, path)
                if name == "when":
                    when = checker.condition(tree)
                elif name == "lo":
                    low = checker.bound(tree, target, upper=False)
                else:
                    high = checker.bound(tree, target, upper=True)
                remarks += ((key, remark) for remark in checker.remarks)
            companions: list[Companion] = []
            for pattern, given in (self.text.then or {}).items():
                key = ("then", pattern)
                owner = path, {name: kind for name, kind in scope.items() if name != VALUE}
                made, more = effects.companion(pattern, given, places, owner, self.targets)
                companions.append(made)
                remarks += ((key, remark) for remark in more)
            limit: Limit | None = None
            if self.text.limit is not None:
                key = ("limit",)
                limit, more = effects.limit(self.text.limit, target)
                remarks += ((key, remark) for remark in more)
        except RuleTextError as error:
            self._trouble(key, str(error), error.mend)
            return None
        if not self._can_go_with(companions, path):
            return None
        if not lacking:
            self._remarks(remarks, path)
        document = self.place.document
        kept = Trees(bound.get("when"), bound.get("lo"), bound.get("hi"))
        line = document.line_of((*self.place.path, "id"))
        return Rule(self.text, path, when, low, high, kept, document.file, line, tuple(companions), limit)

    def _can_go_with(self, companions: Iterable[Companion], path: str) -> bool:
        """False, with the problem noted, when its own pack asks what this vehicle cannot set."""
        lacking = [companion.path for companion in companions if companion.lacking]
        for name in lacking:
            if name in self.lacks or (
                self.pack.pack.for_every_vehicle and listed(self.pack, name) is not None
            ):
                what = f"`{name}` cannot be set in this vehicle, so `{self.text.id}` denies `{path}`"
                self._warn(what, "add the actuator to the profile, if the vehicle has it")
            else:
                self._trouble(("then",), f"`{name}` is no actuator", one_of(name, self.targets))
                return False
        return True

    def _scope(self, path: str, target: Kind, trees: Iterable[Tree]) -> Mapping[str, Kind]:
        """What the rule may name. A clamp may not read `value`: so one pass of clamping is the fixed point.

        A pack for every vehicle may also name members of an enum that this vehicle's enum does not have.
        """
        scope = {**self.kinds, **self.missing}
        for name in frozenset({path}).union(*map(names, trees)) & scope.keys():
            if scope[name].type == "enum" and (kind := listed(self.pack, name)) is not None:
                scope[name] = replace(
                    scope[name], members=tuple(dict.fromkeys(scope[name].members + kind.members))
                )
        if self.text.effect != "clamp":
            scope[VALUE] = scope[path]
        return scope

    def _lacking(self, trees: Iterable[Tree], path: str) -> bool:
        """True when the rule reads a listed path that this vehicle lacks, so that it always denies."""
        lacking = {
            name: kind
            for name in frozenset[str]().union(*map(names, trees)) - self.kinds.keys()
            if (kind := listed(self.pack, name)) is not None
        }
        self.missing |= lacking
        for name in sorted(lacking):
            what = f"`{name}` is not in this vehicle, so `{self.text.id}` always denies `{path}`"
            self._warn(what, "add the sensor to the profile, if the vehicle has it")
        return bool(lacking)

    def _remarks(self, remarks: Iterable[tuple[tuple[str, ...], Remark]], path: str) -> None:
        for key, remark in remarks:
            if self.pack.pack.for_every_vehicle:
                self._warn(f"rule `{self.text.id}` on `{path}`: {remark.what}", "")
            else:
                self._trouble(key, remark.what, remark.mend)

    def _trouble(self, key: tuple[str, ...], what: str, mend: str) -> None:
        self.place.below(*key).problem(f"rule `{self.text.id}`: {what}", mend)

    def _warn(self, what: str, mend: str) -> None:
        document = self.place.document
        line = document.line_of((*self.place.path, "id"))
        self.warnings.append(str(Problem(document.file, line, what, mend)))
