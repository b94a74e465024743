"""The shape of a pack file, and one of its rules bound to one actuator path: typed, ready to compile.

Nothing has a default where safety depends on it. What a rule must say of itself: `hazard` (what it
prevents), `source` (where the number comes from), `basis` and `verified` (how sure that is).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from ..profile.base import Model as _Model
from ..types import Channel, SeatZone, Speaker
from . import ir
from .check import Kind
from .lang import Tree

Effect: TypeAlias = Literal["clamp", "confirm", "deny", "defer", "watch", "require", "limit"]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]

LimitKind: TypeAlias = Literal["rate", "slew", "budget", "drift", "duty"]
LIMIT_KEYS: Final[dict[LimitKind, str]] = {
    "rate": "rate",
    "slew": "slew",
    "budget": "budget",
    "drift": "drift",
    "duty": "duty_ms",
}
LAYERS: Final = ("base", "market", "oem", "user")
"""In the order in which packs are listed."""
VALUE: Final = "value"
"""In a rule, the value that will be emitted."""
CONTEXT: Final = {
    "speaker": Kind("enum", members=tuple(Speaker)),
    "speaker_zone": Kind("enum", members=tuple(SeatZone)),
    "channel": Kind("enum", members=tuple(Channel)),
    "untrusted_text": Kind("boolean"),
}
"""Names for who asked; their order is that of the fields of `Provenance`."""


class Looser(_Model):
    """Somebody answers for it that `version` of this pack allows what the version before it did not."""

    version: Annotated[int, Field(ge=2)]
    approver: Text
    reason: Text


class PackHeader(_Model):
    """Which pack this is. Layers `base` and `market` are for every vehicle, `oem` and `user` for one.

    `version` rises with every change; what a pack says is named by the hash of its bytes.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    layer: Literal["base", "market", "oem", "user"]
    version: Annotated[int, Field(ge=1)]
    looser: Looser | None = None

    @model_validator(mode="after")
    def _answers_for_the_past(self) -> Self:
        if self.looser is not None and self.looser.version > self.version:
            raise ValueError("looser.version is above the version of the pack")
        return self

    @property
    def for_every_vehicle(self) -> bool:
        """True for packs that may read what a vehicle lacks and speak of actuators it does not have."""
        return self.layer in ("base", "market")


class NameText(_Model):
    """A path that the pack's rules read, for vehicles that do not have it."""

    type: Literal["number", "boolean", "enum"]
    unit: str | None = None
    values: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if (self.type == "number") != (self.unit is not None) or (self.type == "enum") != (
            self.values is not None
        ):
            raise ValueError("a number needs unit, an enum needs values, and nothing else has them")
        return self


class AtLeast(_Model):
    """Where a companion has to lie, both ends in the rule language."""

    at_least: Text | None = None
    at_most: Text | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self


class LimitText(_Model):
    """One limit over time. Only one of the five; all but `slew` count what lies in the last `window_ms`.

    `rate`: how often the path may be set. `slew`: how far one call may move it. `budget`: how far all calls
    together may move it. `drift`: how far it may get from where it was. `duty_ms`: how long commands may run.
    """

    rate: Annotated[int, Field(ge=1)] | None = None
    slew: Text | None = None
    budget: Text | None = None
    drift: Text | None = None
    duty_ms: Annotated[int, Field(ge=1)] | None = None
    window_ms: Annotated[int, Field(gt=0, le=3_600_000)] | None = None
    exceeded: Literal["deny", "confirm"] = "deny"

    @property
    def kind(self) -> "LimitKind":
        """Which of the five it is."""
        return next(kind for kind, key in LIMIT_KEYS.items() if getattr(self, key) is not None)

    @model_validator(mode="after")
    def _is_one_limit(self) -> Self:
        given = [key for key in LIMIT_KEYS.values() if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(f"a limit has one of {', '.join(LIMIT_KEYS.values())}")
        if (self.window_ms is None) != (given == ["slew"]):
            raise ValueError("a limit has window_ms, only a slew has none")
        if self.exceeded == "confirm" and given == ["duty_ms"]:
            raise ValueError("nobody is asked while a motion runs, a duty denies")
        return self


class RuleText(_Model):
    """One rule as it is written."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=80)]
    effect: Effect
    on: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Patterns of actuator paths: `*` is one segment, `{row}` one that is bound, a last `**` one or more."""
    when: Text | None = None
    """The condition; without it the rule always applies."""
    lo: Text | None = None
    hi: Text | None = None
    then: Annotated[dict[str, bool | Text | AtLeast], Field(min_length=1)] | None = None
    """Companions that must go with it: path -> a value, or at_least and at_most."""
    limit: LimitText | None = None
    deadline_ms: Annotated[int, Field(gt=0, le=3_600_000)] | None = None
    """How long a deferred call may wait."""
    on_unknown: Literal["deny", "defer"] = "deny"
    repeats: Annotated[str, Field(max_length=80)] | None = None
    """The id of an earlier rule that this one says again on purpose: the answer names both."""
    hazard: Text
    source: Text
    basis: Literal["law", "standard", "oem", "design"]
    verified: Literal["text", "secondary", "memory"]
    """`text`: read in the source itself; `secondary`: read in something about it; `memory`: not looked up."""
    reason_key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]

    def __hash__(self) -> int:
        return hash(self.id)

    @model_validator(mode="after")
    def _has_what_its_effect_needs(self) -> Self:
        if (self.effect == "clamp") != (self.lo is not None or self.hi is not None):
            raise ValueError("a clamp, and nothing else, has lo or hi")
        if (self.effect == "require") != (self.then is not None):
            raise ValueError("a require, and nothing else, has then")
        if (self.effect == "limit") != (self.limit is not None):
            raise ValueError("a limit, and nothing else, has limit")
        if (self.deadline_ms is not None) != ("defer" in (self.effect, self.on_unknown)):
            raise ValueError("a rule that can defer, and no other, has deadline_ms")
        if self.when is None and self.effect in ("watch", "defer"):
            raise ValueError(f"a {self.effect} needs `when`, it would never end")
        return self


class PlausibleText(_Model):
    """What must be true of a sound state. While it is not, the paths of `doubts` are unknown.

    Either `holds`, a condition that is broken when it has been certainly false for `for_ms` (two frames never
    tell of the same moment), or `jump`, the most that the one path may change within `within_ms`.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=80)]
    doubts: Annotated[tuple[Text, ...], Field(min_length=1)]
    holds: Text | None = None
    for_ms: Annotated[int, Field(ge=0, le=10_000)] | None = None
    jump: Text | None = None
    within_ms: Annotated[int, Field(gt=0, le=60_000)] | None = None
    hazard: Text
    source: Text
    basis: Literal["law", "standard", "oem", "design"]
    verified: Literal["text", "secondary", "memory"]

    @model_validator(mode="after")
    def _is_one_check(self) -> Self:
        given = [getattr(self, key) is not None for key in ("holds", "for_ms", "jump", "within_ms")]
        if given not in ([True, True, False, False], [False, False, True, True]):
            raise ValueError("give holds and for_ms, or jump and within_ms")
        if self.jump is not None and len(self.doubts) > 1:
            raise ValueError("a jump is about one path")
        return self


class NoticeText(_Model):
    """What a person is told when a call is carried out and `when` will be true afterwards.

    It decides nothing, so it is no effect of a rule: it reads the values as the call leaves them, which no
    rule may. What is unknown says nothing.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=80)]
    on: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Patterns of the actuator paths whose change is told of, as in a rule."""
    when: Text
    hazard: Text
    source: Text
    basis: Literal["law", "standard", "oem", "design"]
    verified: Literal["text", "secondary", "memory"]
    reason_key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]


class Retries(_Model):
    """How often one tool may be denied to one asker within a window before it is locked."""

    denials: Annotated[int, Field(ge=1, le=1000)]
    window_ms: Annotated[int, Field(gt=0, le=3_600_000)]


class PackFile(_Model):
    """One pack file as a whole. `activate` says when packs may be exchanged; those of all packs must hold."""

    pack: PackHeader
    names: dict[str, NameText] = {}
    """Patterns of the paths that the rules read (`*` is one segment), so that a misspelt one is found."""
    activate: Text | None = None
    retries: Retries | None = None
    plausible: tuple[PlausibleText, ...] = ()
    notices: tuple[NoticeText, ...] = ()
    rules: Annotated[tuple[RuleText, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Trees:
    """What was written, parsed and with its placeholders filled in; the reference interpreter reads this."""

    when: Tree | None
    low: Tree | None
    high: Tree | None


@dataclass(frozen=True, slots=True)
class Companion:
    """What must go with an action: `path` at `value`, or for a number between `low` and `high`.

    `low` and `high` do not read `value`, so what is demanded does not depend on what is moved by it. A path
    that this vehicle cannot set is `lacking`: then the rule denies whenever it applies.
    """

    path: str
    low: ir.Bound | None = None
    high: ir.Bound | None = None
    value: bool | str | None = None
    lacking: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit over time on one path. `most` counts changes, steps of the path, or milliseconds (`duty`)."""

    kind: LimitKind
    most: int
    window_ms: int
    text: str
    confirm: bool = False

    @property
    def reads_current(self) -> bool:
        """True when it needs to know where the path is now."""
        return self.kind in ("slew", "budget", "drift")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on one actuator path. `when` is None where it always applies; a clamp has `low`, `high`.

    A require has `companions`, a limit `limit`: they bite where `when` holds, which is all that is compiled.
    """

    text: RuleText
    path: str
    when: ir.Node | None
    low: ir.Bound | None
    high: ir.Bound | None
    trees: Trees
    file: Path
    line: int | None
    companions: tuple[Companion, ...] = ()
    limit: Limit | None = None

    @property
    def reads(self) -> frozenset[str]:
        """State paths that decide whether and how the rule fires."""
        parts = [self.when, self.low, self.high]
        parts += [bound for companion in self.companions for bound in (companion.low, companion.high)]
        own = (self.path,) if self.limit is not None and self.limit.reads_current else ()
        return (
            frozenset(own).union(*(ir.reads(part) for part in parts if part is not None))
            - CONTEXT.keys()
            - {VALUE}
        )

    @property
    def at_once(self) -> ir.Node | None:
        """The condition under which a limit is exceeded whatever has been done before; None when never."""
        if self.limit is None or not self.limit.reads_current:
            return None
        most = self.limit.most
        up = ir.Linear(">", ((-1, self.path), (1, VALUE)), most, f"{VALUE} - current", self.limit.text)
        down = ir.Linear(">", ((-1, VALUE), (1, self.path)), most, f"current - {VALUE}", self.limit.text)
        far = ir.Or((up, down))
        return far if self.when is None else ir.And((self.when, far))


@dataclass(frozen=True, slots=True)
class Plausible:
    """A check of state against state, in steps; either `holds` or `jump` is set."""

    text: PlausibleText
    holds: ir.Node | None
    jump: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice on one actuator path."""

    text: NoticeText
    when: ir.Node


@dataclass(frozen=True, slots=True)
class PackSource:
    """Where rules come from. `digest` is the hash of the file's bytes: the pack's version in full."""

    header: PackHeader
    file: Path
    digest: str
    rules: Mapping[str, str]
    """Of each rule and each other part, its id and what it means as canonical text."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one vehicle, by actuator path. `digest` changes with any pack and the vehicle's data.

    `warnings` name what is legal and may surprise: a rule that always denies because the vehicle lacks the
    sensor it reads, or one that cannot fire in the vehicle's ranges. `unchecked` are the ids of plausibility
    checks whose sensors this vehicle lacks.
    """

    packs: tuple[PackHeader, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    kinds: Mapping[str, Kind]
    digest: str
    warnings: tuple[str, ...]
    sources: tuple[PackSource, ...] = ()
    activate: tuple[ir.Node, ...] = ()
    retries: tuple[Retries, ...] = ()
    plausible: tuple[Plausible, ...] = ()
    unchecked: tuple[str, ...] = ()
    notices: Mapping[str, tuple[Notice, ...]] = field(default_factory=dict)
    """By actuator path; most have none."""
