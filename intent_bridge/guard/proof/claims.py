"""Invariants as they are written: in words, then as a formula, by reading hazards and not rules.

`intent_bridge/packs/invariants.yaml` speaks of every vehicle, `dbc/<vehicle>/invariants.yaml` of one. A claim
is about what leaves, so its formula sees the emitted `value`, and what is unknown counts against the action:

    never   no action leaves, not even confirmed, unless the condition is certainly false
    asks    no action leaves without a person's yes, unless the condition is certainly false
    may     an action leaves as requested, without a yes, whenever the condition is certainly true
            (and no limit over time is used up)
    always  a law about every verdict, by its name (see `LAWS`); `by` names the path it is about
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator

from ...errors import Problem, ProfileError
from ...profile import Profile
from ...profile.base import Model as _Model
from ...profile.report import Place, one_of
from ...profile.yaml import scan_yaml
from .. import ir, units
from ..bind import match
from ..check import Checker, Kind
from ..lang import RuleTextError, bind, names, parse
from ..rules import VALUE, NameText, RuleSet

SHIPPED: Final = Path(__file__).resolve().parents[2] / "packs" / "invariants.yaml"
OWN: Final = "invariants.yaml"
"""A vehicle's own claims, in its folder."""

Law: TypeAlias = Literal[
    "never_list", "idempotent", "ordered", "in_range", "confirm_lifts_no_denial",
    "ignorance_never_allows_more", "more_never_allows_more", "no_rule_is_dead", "no_rule_is_redundant",
]  # fmt: skip
LAWS: Final[Mapping[str, str]] = {
    "never_list": "no actuator stands on the never-list",
    "idempotent": "what was emitted, asked again, gets the same verdict and is emitted again",
    "ordered": "the rules backwards give the same verdict",
    "in_range": "what is emitted lies in the range of its path",
    "confirm_lifts_no_denial": "a denied or deferred action does not leave, confirmed or not",
    "ignorance_never_allows_more": "with fewer inputs known, nothing more leaves and nothing else is emitted",
    "more_never_allows_more": "with a higher value of `by`, nothing more leaves",
    "no_rule_is_dead": "every rule can fire on some path",
    "no_rule_is_redundant": "every rule changes some verdict on some path",
}
FORMULAS: Final = ("never", "asks", "may")


class ClaimText(_Model):
    """One invariant as it is written."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=80)]
    says: Annotated[str, Field(min_length=1, max_length=300)]
    """The claim in words a person can check against the hazard."""
    hazard: Annotated[str, Field(min_length=1, max_length=300)]
    on: tuple[str, ...] = ("Vehicle.**",)
    never: str | None = None
    asks: str | None = None
    may: str | None = None
    always: Law | None = None
    by: str | None = None

    @model_validator(mode="after")
    def _claims_one_thing(self) -> Self:
        if sum(part is not None for part in (self.never, self.asks, self.may, self.always)) != 1:
            raise ValueError("an invariant has exactly one of never, asks, may, always")
        if (self.always == "more_never_allows_more") != (self.by is not None):
            raise ValueError("more_never_allows_more, and nothing else, has `by`")
        return self


class ClaimFile(_Model):
    """One file of invariants. `names` lists what is read, as in a pack, for vehicles that lack it."""

    names: dict[str, NameText] = {}
    waived: dict[str, Annotated[str, Field(min_length=1, max_length=300)]] = {}
    """A vehicle's own file: a `may` of the shipped file that need not hold here, and why."""
    invariants: Annotated[tuple[ClaimText, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Claim:
    """One invariant on one actuator path; `formula` is typed, None for a law."""

    text: ClaimText
    path: str
    formula: ir.Node | None
    lacking: Mapping[str, Kind]
    """Names in the formula that the vehicle does not have."""


def claim_files(folder: Path) -> tuple[Path, ...]:
    """The files of invariants that hold for the vehicle of this folder."""
    own = folder / OWN
    return (SHIPPED, own) if own.is_file() else (SHIPPED,)


def waivers(folder: Path) -> Mapping[str, str]:
    """What need not hold on the vehicle of this folder, and why; empty where its file is wrong."""
    document, _ = scan_yaml(folder / OWN) if (folder / OWN).is_file() else (None, [])
    shaped = None if document is None else _shape(document.data, Place(document, []))
    return shaped.waived if shaped else {}


def load_claims(profile: Profile, rules: RuleSet) -> tuple[Claim, ...]:
    """Every invariant on every path it speaks of. Raises ProfileError with all problems."""
    problems: list[Problem] = []
    claims: list[Claim] = []
    waived = waivers(profile.folder)
    seen: set[str] = set()
    useful: set[str] = set()
    for file in claim_files(profile.folder):
        document, found = scan_yaml(file)
        problems += found
        if document is None:
            continue
        place = Place(document, problems)
        shaped = _shape(document.data, place)
        if shaped is not None and file == SHIPPED:
            useful = {text.id for text in shaped.invariants if text.may is not None}
        elif shaped is not None:
            for name in shaped.waived.keys() - useful:
                place.below("waived", name).problem(f"`{name}` is no shipped `may`", "waive nothing else")
        for n, text in enumerate(shaped.invariants if shaped else ()):
            if file == SHIPPED and text.may is not None and text.id in waived:
                continue
            here = place.below("invariants", n)
            if text.id in seen:
                here.below("id").problem(f"invariant `{text.id}` stands twice", "rename one")
            seen.add(text.id)
            assert shaped is not None
            bound = list(_bound(shaped, text, profile, rules, here))
            if not bound and file != SHIPPED:
                mend = one_of(text.on[0], profile.actuators)
                here.below("on").problem(f"invariant `{text.id}` matches no actuator", mend)
            claims += bound
    if problems:
        raise ProfileError(list(dict.fromkeys(problems)))
    return tuple(claims)


def _bound(
    file: ClaimFile, text: ClaimText, profile: Profile, rules: RuleSet, place: Place
) -> Iterator[Claim]:
    key, words = next(((k, w) for k in FORMULAS if (w := getattr(text, k)) is not None), ("always", None))
    try:
        tree = None if words is None else parse(words)
        for path, info in profile.actuators.items():
            places = next((p for pattern in text.on if (p := match(pattern, path)) is not None), None)
            if places is None:
                continue
            if tree is None:
                yield Claim(text, path, None, {})
                continue
            here = bind(tree, places)
            scope = {**rules.kinds, VALUE: Kind.of(info.spec)}
            listed = {name: kind for name in names(here) if (kind := _listed(file, name)) is not None}
            for name, kind in listed.items():
                have = scope.get(name, kind)
                scope[name] = replace(have, members=tuple(dict.fromkeys(have.members + kind.members)))
            lacking = {name: scope[name] for name in listed if name not in rules.kinds}
            yield Claim(text, path, Checker(scope, path).condition(here), lacking)
    except RuleTextError as error:
        place.below(key).problem(f"invariant `{text.id}`: {error}", error.mend)


def _listed(file: ClaimFile, name: str) -> Kind | None:
    """What the file says of a path under `names`, so that it holds for a vehicle without it too."""
    for pattern, given in file.names.items():
        if match(pattern, name) is not None:
            dimension, factor = units.unit(given.unit or "")
            return Kind(given.type, given.unit or "", dimension, factor, members=given.values or ())
    return None


def _shape(data: object, place: Place) -> ClaimFile | None:
    try:
        return ClaimFile.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        for e in error.errors(include_url=False):
            where = ".".join(map(str, e["loc"])) or "the file"
            place.below(*e["loc"]).problem(f"`{where}`: {e['msg'].removeprefix('Value error, ').lower()}", "")
    return None
