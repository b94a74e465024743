"""The command frames of a vehicle, laid out: which signal of which frame belongs to which actuator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intent_bridge.codec.messages import dbc_file, plans, signal_bits
from intent_bridge.codec.plan import Field, Memo, Plan
from intent_bridge.codec.protection import Protection
from intent_bridge.errors import Problem, ProfileError, SignalError
from intent_bridge.profile import ActuatorInfo, MessageInfo, Profile, once
from intent_bridge.types import Value

REMEMBERED_MAX: Final = 1024
"""Reported values whose bits are remembered, per signal."""

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Signal


@dataclass(frozen=True, slots=True)
class Seat:
    """One actuator's signal in a frame. `rest` is what it says when nothing is known: bits, origin.

    `neutral` is the raw number that asks for nothing, None where there is none.
    """

    path: str
    actuator: ActuatorInfo
    rest: tuple[int, str]
    can_say_nothing: bool
    """Whether it need not say a value: a frame about something else can leave the path as it is."""
    neutral: int | None
    field: Field
    name: str
    """Of the signal."""
    kind: type
    """Of the values that its ECU reports."""
    said: Memo[Value, tuple[int, str]]
    """What it says of a reported value of this kind: its bits of the image, and their origin."""


@dataclass(frozen=True, slots=True)
class Page:
    """One command frame: a message, or one multiplexer page of it.

    `image` holds what it says when nothing is asked, `origins` where that comes from; in it the `living`
    signals are not set.
    """

    info: MessageInfo
    plan: Plan
    image: int
    origins: Mapping[str, str]
    seats: Mapping[str, Seat]
    """By path."""
    living: tuple[Seat, ...]
    """Those without a neutral code: they have to repeat what is."""


@once
def pages(profile: Profile, protections: Mapping[str, Protection]) -> Mapping[str, Page]:
    """The frame by which each actuator path is commanded; paths of one frame share one Page.

    Raises ProfileError, with all problems, for a signal that has neither start value nor not-available
    code (a frame could not be filled) and for messages that cannot be compiled.
    """
    return _Pages(profile, protections).build()


class _Pages:
    def __init__(self, profile: Profile, protections: Mapping[str, Protection]) -> None:
        self.profile, self.protections, self.plans = profile, protections, plans(profile)
        self.problems: dict[str, Problem] = {}
        self.paths = {(a.command.message, a.command.signal): p for p, a in profile.actuators.items()}
        self.made: dict[tuple[str, int | None], Page] = {}

    def build(self) -> Mapping[str, Page]:
        found = {path: self._page(actuator) for path, actuator in self.profile.actuators.items()}
        if self.problems:
            raise ProfileError(list(self.problems.values()))
        return found

    def _page(self, actuator: ActuatorInfo) -> Page:
        name, number = actuator.command.message, actuator.command.mux
        if (name, number) not in self.made:
            self.made[name, number] = self._fill(self.profile.messages[name], self.plans[name], number)
        return self.made[name, number]

    def _fill(self, info: MessageInfo, plan: Plan, number: int | None) -> Page:
        signals: dict[str, Signal] = {s.name: s for s in info.dbc.signals}
        muxes = [s.name for s in info.dbc.signals if s.is_multiplexer and number is not None]
        image = 0
        for mux in muxes:
            image = plan.field(mux).put_raw(image, number or 0)
        written = self.protections[info.name].bits if info.name in self.protections else frozenset()
        origins: dict[str, str] = {}
        seats: dict[str, Seat] = {}
        for slot in plan.present(image):
            field, signal = plan.field(slot.name), signals[slot.name]
            path = self.paths.get((info.name, slot.name))
            if slot.name in muxes:
                origins[slot.name] = "mux"
            elif written.issuperset(signal_bits(signal)):
                origins[slot.name] = "e2e"
            elif (rest := self._rest(info, signal, field)) is None:
                continue
            elif path is not None:
                seats[path] = seat = self._seat(path, field, rest)
                if seat.neutral is not None:
                    image = field.put_raw(image, seat.neutral)
                origins[slot.name] = "live" if seat.neutral is None else "neutral"
            else:
                image = field.put_raw(image, rest[0])
                origins[slot.name] = rest[1]
        living = tuple(seat for seat in seats.values() if seat.neutral is None)
        return Page(info, plan, image, origins, seats, living)

    def _seat(self, path: str, field: Field, rest: tuple[int, str]) -> Seat:
        actuator = self.profile.actuators[path]
        name = actuator.spec.neutral
        neutral = None if name is None else actuator.command.named_raw(name)
        resting = field.put_raw(0, rest[0]), rest[1]

        kind = {"number": int, "boolean": bool, "enum": str}[actuator.spec.type]

        def say(reported: Value) -> tuple[int, str]:
            try:
                return field.put_raw(0, actuator.command.to_raw(reported)), "live"
            except ValueError:  # a status may say more than can be asked for
                return resting

        nothing = neutral is not None or rest[0] in actuator.command.absent
        return Seat(
            path, actuator, resting, nothing, neutral, field, field.slot.name, kind, Memo(say, REMEMBERED_MAX)
        )

    def _rest(self, info: MessageInfo, signal: Signal, field: Field) -> tuple[int, str] | None:
        """What the signal says when nothing is known; a problem when there is nothing it can say."""
        found: tuple[int, str] | None = None
        for raw, name in (signal.choices or {}).items():
            if str(name) in self.profile.file.not_available:
                found = int(raw), "not_available"
        if signal.raw_initial is not None:
            found = int(signal.raw_initial), "start"
        what = f"{info.name}.{signal.name} has neither start value nor not-available code"
        try:
            if found is not None:
                field.put_raw(0, found[0])
                return found
        except SignalError as error:
            what = str(error)
        mend = "give it a GenSigStartValue, or a value name listed in not_available"
        self.problems[what] = Problem(dbc_file(self.profile, info), None, what, mend)
        return None
