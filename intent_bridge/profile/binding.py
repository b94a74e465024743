"""One vehicle path tied to one DBC signal, and the records that make up a loaded profile.

The conversion is integer arithmetic only: `raw = value * per_step + zero_raw`, with both numbers checked
to be whole when the profile is loaded, so that no value is ever rounded on its way to the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..types import Value
from . import model, values
from .timing import Timing

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Database
    from cantools.database.can import Message as DbcMessage

_REMEMBERED_MAX: Final = 1024


@dataclass(frozen=True)
class Binding:
    """One path tied to one DBC signal. Raw numbers are the signal's own, sign applied, never scaled.

    `mux` is the multiplexer id under which the signal lives, or None. `names` are the DBC's value names
    and their raw numbers, `by_raw` only those that are values of an enum; `absent` holds the raw numbers
    that mean "not available". `exact` bindings (commands) refuse a raw number between two steps, the
    others (sensors, statuses) take the nearest step.
    """

    bus: str
    message: str
    signal: str
    mux: int | None
    quantity: model.Quantity
    exact: bool
    raw_low: int
    raw_high: int
    per_step: int = 1
    zero_raw: int = 0
    names: Mapping[str, int] = field(default_factory=dict)
    by_raw: Mapping[int, str] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    _raws: dict[Value, tuple[type, int]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Values asked for before: their type (1 is not True) and raw number."""

    def to_raw(self, value: Value) -> int:
        """The raw number that says exactly `value`; ValueError when it is not a value of this path."""
        known = self._raws.get(value)
        if known is not None and type(value) is known[0]:
            return known[1]
        values.check(self.quantity, value)
        raw = self.named_raw(value) if isinstance(value, str) else value * self.per_step + self.zero_raw
        if len(self._raws) < _REMEMBERED_MAX:
            self._raws[value] = type(value), raw
        return raw

    def from_raw(self, raw: int) -> Value | None:
        """The value that `raw` says; None when the sender says it has none.

        Raises ValueError when `raw` is no value of this path: out of range, a name the profile does not
        list, or (commands) between two steps.
        """
        if raw in self.absent:
            return None
        if self.quantity.type == "enum":
            if raw not in self.by_raw:
                raise ValueError(f"{self.message}.{self.signal}: raw {raw} is not one of the listed values")
            return self.by_raw[raw]
        if self.quantity.type == "boolean":
            if raw not in (0, 1):
                raise ValueError(f"{self.message}.{self.signal}: raw {raw} is not a boolean")
            return raw == 1
        steps, rest = divmod(raw - self.zero_raw, self.per_step)
        if rest:
            if self.exact:
                raise ValueError(f"{self.message}.{self.signal}: raw {raw} is between two steps")
            steps += 2 * abs(rest) >= abs(self.per_step)  # the nearest step, halves upwards
        if not self.quantity.low <= steps <= self.quantity.high:
            raise ValueError(f"{self.message}.{self.signal}: raw {raw} is out of range")
        return steps

    def named_raw(self, name: str) -> int:
        """Raw number of a DBC value name (`STOP`, `NO_REQUEST`, `SNA`); ValueError when it has none."""
        try:
            return self.names[name]
        except KeyError:
            raise ValueError(f"{self.message}.{self.signal} has no value named {name}") from None


@dataclass(frozen=True)
class SensorInfo:
    """One path of the vehicle's state: a sensor, or the status of an actuator."""

    path: str
    quantity: model.Quantity
    binding: Binding
    max_age_ms: int
    is_actuator: bool


@dataclass(frozen=True)
class FactInfo:
    """One path that no bus tells: the host gives it with a call, the model never."""

    path: str
    quantity: model.Quantity
    max_age_ms: int


@dataclass(frozen=True)
class ActuatorInfo:
    """One path that may be set: how it is asked for and how the ECU reports it."""

    path: str
    spec: model.Actuator
    command: Binding
    status: Binding


@dataclass(frozen=True)
class MessageInfo:
    """One CAN message that is read or sent. `length` counts bytes."""

    name: str
    bus: str
    can_id: int
    extended: bool
    fd: bool
    length: int
    spec: model.Message
    dbc: DbcMessage
    timing: Timing


@dataclass(frozen=True)
class Profile:
    """One vehicle, checked. `digest` is the sha256 of all files it was read from.

    `sensors` is all that the buses tell: every sensor and every actuator's status.
    """

    folder: Path
    file: model.ProfileFile
    digest: str
    databases: Mapping[str, Database]
    sensors: Mapping[str, SensorInfo]
    actuators: Mapping[str, ActuatorInfo]
    messages: Mapping[str, MessageInfo]
    own_tools: tuple[model.OwnTool, ...] = ()
    own_only: bool = False
    """A model is shown the own tools alone."""
    facts: Mapping[str, FactInfo] = field(default_factory=dict)

    @cached_property
    def made(self) -> dict[object, tuple[tuple[object, ...], object]]:
        """What was worked out of it, by the function that did, with its further arguments; see `once`."""
        return {}

    @cached_property
    def inputs(self) -> Mapping[str, SensorInfo | FactInfo]:
        """The whole state space: what the buses tell, and what the host gives."""
        return {**self.sensors, **self.facts}
