"""Reads rule packs and binds their rules to one vehicle's actuators; lists every problem at once.

A pack of the layers base and market is written for every vehicle: it lists the paths it reads under `names`,
its patterns may match nothing, and what a vehicle's narrower ranges make pointless is a warning. A rule whose
sensor this vehicle lacks stays, is always unknown, and so always denies: a warning too. A pack of the layers
oem and user is written for this vehicle: whatever does not fit is an error.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ..errors import Problem, ProfileError
from ..profile import Profile
from ..profile.report import Place, one_of
from ..profile.yaml import scan_yaml
from . import ir, notices, plausible
from .bind import Binder, listed, match, parsed
from .check import Checker, Kind
from .idle import idle_rules
from .lang import RuleTextError, Tree, names, parse
from .rules import (
    CONTEXT,
    LAYERS,
    Notice,
    NoticeText,
    PackFile,
    PackSource,
    Plausible,
    PlausibleText,
    Retries,
    Rule,
    RuleSet,
    RuleText,
)

SHIPPED: Final = Path(__file__).resolve().parents[1] / "packs"
"""The folder of the packs that come with the library."""
_PATTERN: Final = re.compile(r"Vehicle(\.(\w+|\*|\{[a-z]+\}))*(\.\*\*)?", re.ASCII)
_WORDS: Final = {"hazard", "source", "basis", "verified", "reason_key"}
"""What a rule says of itself, and not of the car."""
_MENDS: Final = {"extra_forbidden": "remove the key", "missing": "add the key"}


def load_packs(profile: Profile, packs: Iterable[str | Path] | None = None) -> RuleSet:
    """Read the packs that the profile names, or these instead, and bind them to its actuators.

    A pack is a shipped name (`base`), a file of the vehicle's folder (`oem.yaml`) or the path of a file.
    Raises ProfileError that lists every problem of all packs.
    """
    loader = _Loader(profile)
    for name in profile.file.packs if packs is None else packs:
        loader.add(str(name))
    if not loader.problems:
        loader.check_idle()
    if loader.problems:
        raise ProfileError(list(dict.fromkeys(loader.problems)))
    return loader.result()


class _Loader:
    """One load of all packs of one vehicle."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.problems: list[Problem] = []
        self._warnings: list[str] = []
        self._packs: list[PackFile] = []
        self._ids: dict[str, Path] = {}
        self._rules: dict[str, list[Rule]] = {path: [] for path in profile.actuators}
        self._targets = {path: Kind.of(info.spec) for path, info in profile.actuators.items()}
        self._kinds = CONTEXT | {path: Kind.of(info.quantity) for path, info in profile.inputs.items()}
        self._missing: dict[str, Kind] = {}
        """Paths that a pack reads and this vehicle lacks."""
        self._sources: list[PackSource] = []
        self._activate: list[ir.Node] = []
        self._plausible: list[Plausible] = []
        self._notices: dict[str, tuple[Notice, ...]] = {}
        self._unchecked: list[str] = []
        self._hash = hashlib.sha256(profile.digest.encode())

    def result(self) -> RuleSet:
        """The rules, when there was no problem."""
        return RuleSet(
            packs=tuple(pack.pack for pack in self._packs),
            rules={path: tuple(rules) for path, rules in self._rules.items()},
            kinds=self._kinds | self._missing,
            digest=self._hash.hexdigest(),
            warnings=tuple(dict.fromkeys(self._warnings)),
            sources=tuple(self._sources),
            activate=tuple(self._activate),
            retries=tuple(pack.retries for pack in self._packs if pack.retries is not None),
            plausible=tuple(self._plausible),
            unchecked=tuple(self._unchecked),
            notices=self._notices,
        )

    def add(self, name: str) -> None:
        """Read one pack: a shipped name, or a file of the vehicle's folder."""
        file = self._profile.folder / name if name.endswith(".yaml") else SHIPPED / f"{name}.yaml"
        document, problems = scan_yaml(file)
        self.problems += problems
        if document is None:
            return
        place = Place(document, self.problems)
        pack = _shape(document.data, place)
        if pack is None:
            return
        digest = hashlib.sha256(file.read_bytes())
        self._hash.update(digest.digest())
        self._header(pack, place)
        self._packs.append(pack)
        parts: dict[str, RuleText | PlausibleText | NoticeText | Retries] = {t.id: t for t in pack.rules}
        parts |= {text.id: text for text in pack.plausible}
        parts |= {text.id: text for text in pack.notices}
        parts |= {} if pack.retries is None else {"retries": pack.retries}
        says = {n: part.model_dump_json(exclude=_WORDS, exclude_defaults=True) for n, part in parts.items()}
        says |= {} if pack.activate is None else {"activate": pack.activate}
        self._sources.append(PackSource(pack.pack, file, digest.hexdigest(), says))
        for n, text in enumerate(pack.rules):
            self._rule(pack, text, place.below("rules", n))
        for n, check in enumerate(pack.plausible):
            self._check(pack, check, place.below("plausible", n))
        for n, notice in enumerate(pack.notices):
            self._notice(pack, notice, place.below("notices", n))
        if pack.activate is not None:
            self._may_activate(pack, pack.activate, place.below("activate"))

    def check_idle(self) -> None:
        """Find rules that can do nothing: a problem in a pack for this vehicle, else a warning."""
        headers = {rule_id: source.header for source in self._sources for rule_id in source.rules}
        for rule, what, mend in idle_rules(self._rules, self._kinds | self._missing, self._targets, headers):
            problem = Problem(rule.file, rule.line, f"rule `{rule.text.id}` {what}", mend)
            if headers[rule.text.id].for_every_vehicle:
                self._warnings.append(str(problem))
            else:
                self.problems.append(problem)

    def _header(self, pack: PackFile, place: Place) -> None:
        layer = pack.pack.layer
        before = self._packs[-1].pack.layer if self._packs else LAYERS[0]
        if any(pack.pack.name == other.pack.name for other in self._packs):
            what = f"a second pack of the name `{pack.pack.name}`"
            place.below("pack", "name").problem(what, "list it once, or rename one")
        if layer in ("base", "market") and any(other.pack.layer == layer for other in self._packs):
            what = f"a second pack of layer {layer}"
            place.below("pack", "layer").problem(
                what, "list one: rules of two markets are not meant for one car"
            )
        if LAYERS.index(before) > LAYERS.index(layer):
            mend = f"list packs in the order {', '.join(LAYERS)}"
            place.below("pack", "layer").problem(f"a {layer} pack after a {before} pack", mend)
        if pack.names and not pack.pack.for_every_vehicle:
            what = f"`names` in a pack of layer {layer}"
            place.below("names").problem(what, "remove it, the profile has the names")

    def _check(self, pack: PackFile, text: PlausibleText, place: Place) -> None:
        """Note one check of plausibility; one that needs a sensor this vehicle lacks is not made."""
        self._own(text.id, place)
        try:
            check, lacking = plausible.typed(text, self._kinds)
        except RuleTextError as error:
            place.below("holds" if text.holds else "jump").problem(f"`{text.id}`: {error}", error.mend)
            return
        if check is not None:
            self._plausible.append(check)
        elif pack.pack.for_every_vehicle and listed(pack, lacking) is not None:
            self._unchecked.append(text.id)
        else:
            place.problem(f"`{text.id}`: no path `{lacking}`", one_of(lacking, self._kinds))

    def _notice(self, pack: PackFile, text: NoticeText, place: Place) -> None:
        """Note a notice on every actuator it is about; one that reads what the vehicle lacks is not told."""
        self._own(text.id, place)
        self._patterns(pack, text, place)
        for path in self._targets:
            places = next((p for pattern in text.on if (p := match(pattern, path)) is not None), None)
            if places is None:
                continue
            try:
                notice, lacking = notices.typed(text, places, self._kinds)
            except RuleTextError as error:
                place.below("when").problem(f"`{text.id}`: {error}", error.mend)
                return
            if notice is not None:
                self._notices[path] = (*self._notices.get(path, ()), notice)
            elif pack.pack.for_every_vehicle and listed(pack, lacking) is not None:
                self._unchecked.append(text.id)
            else:
                place.problem(f"`{text.id}`: no path `{lacking}`", one_of(lacking, self._kinds))

    def _may_activate(self, pack: PackFile, text: str, place: Place) -> None:
        """Note when packs may be exchanged; never, where this vehicle lacks what tells."""
        try:
            tree = parse(text)
            lacking = [name for name in names(tree) - self._kinds.keys() if listed(pack, name) is not None]
            if lacking and pack.pack.for_every_vehicle:
                self._activate += map(ir.Flag, lacking)
                self._unchecked.append("activate")
                return
            self._activate.append(Checker(self._kinds, "").condition(tree))
        except RuleTextError as error:
            place.problem(f"`activate`: {error}", error.mend)

    def _own(self, rule_id: str, place: Place) -> None:
        """Note that an id is taken; one that was taken before is a problem."""
        if rule_id in self._ids:
            mend = f"rename one, the other is in {self._ids[rule_id].name}"
            place.below("id").problem(f"rule id `{rule_id}` stands twice", mend)
        self._ids[rule_id] = place.document.file

    def _rule(self, pack: PackFile, text: RuleText, place: Place) -> None:
        self._own(text.id, place)
        if text.repeats is not None and text.repeats not in self._ids:
            what = f"rule `{text.id}` repeats `{text.repeats}`, which no earlier rule is called"
            place.below("repeats").problem(what, one_of(text.repeats, self._ids))
        self._patterns(pack, text, place)
        trees = parsed(text, place)
        if trees is None:
            return
        if pack.pack.for_every_vehicle:
            _check_names(pack, text, trees, place)
        lacks = frozenset(self._profile.file.lacks)
        binder = Binder(pack, text, trees, place, self._kinds, self._targets, lacks)
        for path, target in self._targets.items():
            places = next((p for pattern in text.on if (p := match(pattern, path)) is not None), None)
            rule = None if places is None else binder.bind(path, target, places)
            if rule is not None:
                self._rules[path].append(rule)
        self._missing |= binder.missing
        self._warnings += binder.warnings

    def _patterns(self, pack: PackFile, text: RuleText | NoticeText, place: Place) -> None:
        for n, pattern in enumerate(text.on):
            if not _PATTERN.fullmatch(pattern):
                what = f"rule `{text.id}`: `{pattern}` is not a pattern of paths"
                place.below("on", n).problem(what, "write Vehicle.… with `*`, `{name}` or a last `**`")
            elif not pack.pack.for_every_vehicle and not any(
                match(pattern, p) is not None for p in self._profile.file.actuators
            ):
                what = f"rule `{text.id}`: `{pattern}` matches no actuator"
                place.below("on", n).problem(what, one_of(pattern, self._targets))


def _check_names(pack: PackFile, text: RuleText, trees: Mapping[str, Tree], place: Place) -> None:
    """A pack for every vehicle reads only what it lists: else it loads on one vehicle and not on another."""
    read: list[tuple[tuple[str, ...], str]] = [
        ((key,), name) for key, tree in trees.items() for name in sorted(names(tree))
    ]
    read += [(("then", name), name) for name in text.then or {}]
    for where, name in read:
        pattern = re.sub(r"\{[a-z]+\}", "*", name)
        if "." in name and listed(pack, pattern) is None:
            what = f"rule `{text.id}`: `{name}` is not under `names`"
            place.below(*where).problem(what, one_of(pattern, pack.names))


def _shape(data: object, place: Place) -> PackFile | None:
    try:
        return PackFile.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        for e in error.errors(include_url=False):
            where = ".".join(map(str, e["loc"])) or "the file"
            expected = e.get("ctx", {}).get("expected")
            mend = f"give {expected}" if expected else _MENDS.get(e["type"], "")
            message = e["msg"].removeprefix("Value error, ").lower()
            place.below(*e["loc"]).problem(f"`{where}`: {message}", mend)
    return None
