"""The hazard list of one vehicle, `hazards.yaml`: what must never be seen on its buses or in its motors.

Data only, and written from what can hurt people, not from the rules: nothing here knows packs or the guard.
A hazard is either a motion (`moves`: what the motors do) or a request (`asks`: what our frames say), and the
conditions that make it one; all of them must hold.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile import Profile
from intent_bridge.profile.model import Exact, Quantity
from intent_bridge.profile.yaml import read_yaml

FILE: Final = "hazards.yaml"

Given = bool | int | float | str
Literals = Annotated[tuple[Given, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else (v,))]
Millis = Annotated[int, Field(ge=0, le=3_600_000)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(_Model):
    """A test of one value, in VSS units. What is not known passes no test."""

    above: Exact | None = None
    below: Exact | None = None
    is_: Annotated[Literals, Field(alias="is")] = ()

    def holds(self, value: object) -> bool:
        """Whether a known value passes; numbers come as Decimal."""
        if value is None:
            return False
        if self.is_ and not any(type(value) is type(v) and value == v for v in self._exact()):
            return False
        if self.above is None and self.below is None:
            return True
        if not isinstance(value, Decimal):
            return False
        return (self.above is None or value > self.above) and (self.below is None or value < self.below)

    def _exact(self) -> tuple[object, ...]:
        return tuple(Decimal(str(v)) if type(v) in (int, float) else v for v in self.is_)


class Ask(Condition):
    """A test of what a frame asks for; `direction` compares it with what the ECU last reported.

    `order` lists the values of an enum from low to high.
    """

    direction: Literal["up", "down"] | None = None
    order: tuple[str, ...] = ()

    def asks(self, value: object, reported: object) -> bool:
        """Whether this request is meant."""
        if not self.holds(value):
            return False
        if self.direction is None:
            return True
        if self.order:
            if value not in self.order or reported not in self.order:
                return False
            rise = self.order.index(str(value)) - self.order.index(str(reported))
            return rise > 0 if self.direction == "up" else rise < 0
        if not (isinstance(value, Decimal) and isinstance(reported, Decimal)):
            return False
        return value > reported if self.direction == "up" else value < reported


class Often(_Model):
    """More requests than `times` for one path within a window."""

    times: Annotated[int, Field(ge=1)]
    within_ms: Millis


class Hazard(_Model):
    """One thing that must not happen."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    why: str
    moves: tuple[str, ...] = ()
    """A motor moves one of these paths."""
    asks: Mapping[str, Ask] = {}
    """A frame of ours asks for something new at one of these paths."""
    while_: Annotated[Mapping[str, Condition], Field(alias="while")] = {}
    """True of the world (for `moves`), or last heard of it (for `asks`)."""
    stale: Mapping[str, Millis] = {}
    """Not heard, sound and available, for longer than this; one of them is enough."""
    grace_ms: Millis = 0
    """`while` has held for this long: time for a frame, its age, and a stop."""
    without_yes_ms: Millis | None = None
    """No person has said yes within this time."""
    unasked_ms: Millis | None = None
    """No frame of ours has asked anything within this time."""
    longer_than_ms: Millis | None = None
    """The motion has gone on for this long, pauses under a second included."""
    more_often_than: Often | None = None

    @model_validator(mode="after")
    def _is_a_motion_or_a_request(self) -> "Hazard":
        if bool(self.moves) == bool(self.asks):
            raise ValueError("a hazard has either `moves` or `asks`")
        if self.asks and (self.longer_than_ms is not None or self.unasked_ms is not None):
            raise ValueError("`longer_than_ms` and `unasked_ms` belong to `moves`")
        if self.moves and (self.without_yes_ms is not None or self.more_often_than or self.stale):
            raise ValueError("`without_yes_ms`, `more_often_than` and `stale` belong to `asks`")
        return self


class Hazards(_Model):
    """The whole file. `may_send`: every message we may ever send, by bus; all else is a hazard."""

    may_send: Mapping[str, tuple[str, ...]]
    frames_per_second: Annotated[int, Field(gt=0)]
    hazards: tuple[Hazard, ...]


def load_hazards(profile: Profile) -> Hazards | None:
    """The vehicle's hazard list; None when it has none. ProfileError with every problem of it."""
    file = profile.folder / FILE
    if not file.is_file():
        return None
    try:
        hazards = Hazards.model_validate(read_yaml(file).data)
    except ValidationError as error:
        texts = [
            f"`{'.'.join(map(str, e['loc']))}`: {e['msg'].lower()}" for e in error.errors(include_url=False)
        ]
        raise ProfileError([Problem(file, None, text, "mend the hazard") for text in texts]) from None
    problems = _misfits(hazards, profile, file)
    if problems:
        raise ProfileError(problems)
    return hazards


def _misfits(hazards: Hazards, profile: Profile, file: Path) -> list[Problem]:
    wrong = []
    for bus, names in hazards.may_send.items():
        known = {name for name, info in profile.messages.items() if info.bus == bus}
        wrong += [f"`may_send.{bus}`: no message `{name}`" for name in names if name not in known]
    for hazard in hazards.hazards:
        for pattern in (*hazard.moves, *hazard.asks):
            if not expand(pattern, profile.actuators):
                wrong.append(f"`{hazard.id}`: `{pattern}` is no actuator")
        wrong += [
            f"`{hazard.id}`: no path `{path}`"
            for path in (*hazard.while_, *hazard.stale)
            if path not in profile.sensors
        ]
        tests: list[tuple[str, Condition, Quantity]] = [
            (p, c, profile.sensors[p].quantity) for p, c in hazard.while_.items() if p in profile.sensors
        ]
        for pattern, ask in hazard.asks.items():
            tests += [(p, ask, profile.actuators[p].spec) for p in expand(pattern, profile.actuators)]
        wrong += [f"`{hazard.id}`: `{p}` has no such value" for p, c, q in tests if not _fits(c, q)]
    return [Problem(file, None, what, "mend the hazard, see profile.yaml") for what in wrong]


def _fits(condition: Condition, quantity: Quantity) -> bool:
    """Whether a test can tell values of this path apart at all."""
    numeric = quantity.type == "number"
    if (condition.above is not None or condition.below is not None) and not numeric:
        return False
    return all(
        isinstance(v, bool)
        if quantity.type == "boolean"
        else (type(v) in (int, float) if numeric else str(v) in (quantity.values or {}))
        for v in condition.is_
    )


def expand(pattern: str, paths: Mapping[str, object]) -> tuple[str, ...]:
    """The paths a pattern means; `*` stands for one segment."""
    wanted = pattern.split(".")
    return tuple(
        path
        for path in paths
        if len(got := path.split(".")) == len(wanted)
        and all(w in ("*", g) for w, g in zip(wanted, got, strict=True))
    )
