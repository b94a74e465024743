"""The shape of a pack file, and one of its rules bound to one actuator path: typed, ready to compile.

Nothing has a default where safety depends on it. What a rule must say of itself: `hazard` (what it
prevents), `source` (where the number comes from), `basis` and `verified` (how sure that is).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..types import Channel, SeatZone, Speaker
from . import ir
from .check import Kind
from .lang import Tree

Effect: TypeAlias = Literal["clamp", "confirm", "deny", "defer", "watch"]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]

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


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackHeader(_Model):
    """Which pack this is. Layers `base` and `market` are for every vehicle, `oem` and `user` for one."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    layer: Literal["base", "market", "oem", "user"]
    version: Annotated[int, Field(ge=1)]

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
    deadline_ms: Annotated[int, Field(gt=0, le=3_600_000)] | None = None
    """How long a deferred call may wait."""
    on_unknown: Literal["deny", "defer"] = "deny"
    hazard: Text
    source: Text
    basis: Literal["law", "standard", "oem", "design"]
    verified: Literal["text", "secondary", "memory"]
    """`text`: read in the source itself; `secondary`: read in something about it; `memory`: not looked up."""
    reason_key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]

    @model_validator(mode="after")
    def _has_what_its_effect_needs(self) -> Self:
        if (self.effect == "clamp") != (self.lo is not None or self.hi is not None):
            raise ValueError("a clamp, and nothing else, has lo or hi")
        if (self.deadline_ms is not None) != ("defer" in (self.effect, self.on_unknown)):
            raise ValueError("a rule that can defer, and no other, has deadline_ms")
        if self.when is None and self.effect in ("watch", "defer"):
            raise ValueError(f"a {self.effect} needs `when`, it would never end")
        return self


class PackFile(_Model):
    """One pack file as a whole."""

    pack: PackHeader
    names: dict[str, NameText] = {}
    """Patterns of the paths that the rules read (`*` is one segment), so that a misspelt one is found."""
    rules: Annotated[tuple[RuleText, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Trees:
    """What was written, parsed and with its placeholders filled in; the reference interpreter reads this."""

    when: Tree | None
    low: Tree | None
    high: Tree | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on one actuator path. `when` is None where it always applies; a clamp has `low`, `high`."""

    text: RuleText
    path: str
    when: ir.Node | None
    low: ir.Bound | None
    high: ir.Bound | None
    trees: Trees
    file: Path
    line: int | None

    @property
    def reads(self) -> frozenset[str]:
        """State paths that decide whether and how the rule fires."""
        parts = (part for part in (self.when, self.low, self.high) if part is not None)
        return frozenset[str]().union(*map(ir.reads, parts)) - CONTEXT.keys() - {VALUE}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one vehicle, by actuator path. `digest` changes with any pack and the vehicle's data.

    `warnings` name what is legal and may surprise: a rule that always denies because the vehicle lacks the
    sensor it reads, or one that cannot fire in the vehicle's ranges.
    """

    packs: tuple[PackHeader, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    kinds: Mapping[str, Kind]
    digest: str
    warnings: tuple[str, ...]
