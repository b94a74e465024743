"""The command frames of a vehicle, laid out: which signal of which frame belongs to which actuator."""

from collections.abc import Mapping
from dataclasses import dataclass

from cantools.database.can import Signal

from intent_bridge.codec.e2e import Protection
from intent_bridge.codec.plan import Field, Plan
from intent_bridge.codec.protection import signal_bits
from intent_bridge.errors import Problem, ProfileError, SignalError
from intent_bridge.profile import ActuatorInfo, MessageInfo, Profile


@dataclass(frozen=True, slots=True)
class Seat:
    """One actuator's signal in a frame. `rest` is what it says when nothing is known: raw number, origin."""

    path: str
    actuator: ActuatorInfo
    field: Field
    rest: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One command frame: a message, or one multiplexer page of it.

    `image` holds the multiplexers and the signals that belong to no actuator; `origins` says where those
    come from.
    """

    info: MessageInfo
    plan: Plan
    image: int
    origins: Mapping[str, str]
    seats: tuple[Seat, ...]


def pages(profile: Profile, protections: Mapping[str, Protection]) -> Mapping[str, Page]:
    """The frame by which each actuator path is commanded; paths of one frame share one Page.

    Raises ProfileError, with all problems, for a signal that has neither start value nor not-available
    code (a frame could not be filled) and for layouts that cannot be compiled.
    """
    return _Pages(profile, protections).build()


class _Pages:
    def __init__(self, profile: Profile, protections: Mapping[str, Protection]) -> None:
        self.profile, self.protections = profile, protections
        self.problems: dict[str, Problem] = {}
        self.paths = {(a.command.message, a.command.signal): p for p, a in profile.actuators.items()}
        self.plans: dict[str, Plan] = {}
        self.made: dict[tuple[str, tuple[tuple[str, int], ...]], Page] = {}

    def build(self) -> Mapping[str, Page]:
        found: dict[str, Page] = {}
        for path, actuator in self.profile.actuators.items():
            try:
                found[path] = self._page(actuator)
            except SignalError as error:
                self._note(actuator.command.message, str(error), "mend the DBC")
        if self.problems:
            raise ProfileError(list(self.problems.values()))
        return found

    def _note(self, message: str, what: str, mend: str) -> None:
        info = self.profile.messages[message]
        file = self.profile.folder / self.profile.file.buses[info.bus].dbc
        self.problems.setdefault(what, Problem(file, None, what, mend))

    def _page(self, actuator: ActuatorInfo) -> Page:
        name = actuator.command.message
        info = self.profile.messages[name]
        signals: dict[str, Signal] = {s.name: s for s in info.dbc.signals}
        selection = _selection(signals, actuator.command.signal)
        if (name, selection) not in self.made:
            if name not in self.plans:
                self.plans[name] = Plan(info.dbc)
            self.made[name, selection] = self._fill(info, self.plans[name], signals, dict(selection))
        return self.made[name, selection]

    def _fill(
        self, info: MessageInfo, plan: Plan, signals: Mapping[str, Signal], selection: Mapping[str, int]
    ) -> Page:
        image = 0
        for mux, raw in selection.items():
            image = plan.field(mux).put_raw(image, raw)
        written = self.protections[info.name].bits if info.name in self.protections else frozenset()
        origins: dict[str, str] = {}
        seats: list[Seat] = []
        for slot in plan.present(image):
            signal, field = signals[slot.name], plan.field(slot.name)
            if slot.name in selection:
                origins[slot.name] = "mux"
            elif written.issuperset(signal_bits(signal)):
                origins[slot.name] = "e2e"
            elif (rest := self._rest(info, signal)) is None:
                what = f"{info.name}.{slot.name} has neither start value nor not-available code"
                self._note(
                    info.name, what, "give it a GenSigStartValue, or a value name listed in not_available"
                )
            elif (path := self.paths.get((info.name, slot.name))) is not None:
                seats.append(Seat(path, self.profile.actuators[path], field, rest))
            else:
                image = field.put_raw(image, rest[0])
                origins[slot.name] = rest[1]
        return Page(info, plan, image, origins, tuple(seats))

    def _rest(self, info: MessageInfo, signal: Signal) -> tuple[int, str] | None:
        if signal.raw_initial is not None:
            return int(signal.raw_initial), "start"
        for raw, name in (signal.choices or {}).items():
            if str(name) in self.profile.file.not_available:
                return int(raw), "not_available"
        return None


def _selection(signals: Mapping[str, Signal], name: str) -> tuple[tuple[str, int], ...]:
    """The multiplexers above a signal, outermost first, with the first raw number that selects it."""
    signal = signals[name]
    if signal.multiplexer_signal is None or not signal.multiplexer_ids:
        return ()
    above = _selection(signals, signal.multiplexer_signal)
    return (*above, (signal.multiplexer_signal, signal.multiplexer_ids[0]))
