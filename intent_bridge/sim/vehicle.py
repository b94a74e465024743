"""A vehicle without hardware: its ECUs, its motors and its cabin, on a clock that the caller turns."""

from collections.abc import Callable

from ..profile import Profile
from ..profile.report import one_of
from ..types import RawFrame, Value
from .agenda import Agenda
from .climate import Cabin
from .ecu import Ecu
from .felt import Feeling, Felt
from .motion import Axis
from .plan import Plan, load_plan
from .protection import Keys, simulated_key
from .publisher import Publisher
from .wire import Outgoing
from .world import VssValue, World

_IDLE_MS = 3_600_000
"""How far ahead `next_ms` looks when nothing at all is planned."""


class SimulatedVehicle:
    """All ECUs of one vehicle. Pure and deterministic: the same calls give the same frames.

    Times are milliseconds of the caller's clock; the first `advance` or `receive` starts the vehicle, and
    every status leaves once at that moment. Later a status leaves in its cycle (DBC GenMsgCycleTime) and
    at once when its content changes. Commands with a wrong CRC, counter, length or format are not seen.
    Everything about the vehicle is data in `dbc/<vehicle>/sim.yaml`.
    """

    def __init__(
        self,
        profile: Profile,
        plan: Plan | None = None,
        *,
        on_change: bool = False,
        keys: Keys = simulated_key,
    ) -> None:
        """`plan` saves reading `sim.yaml` for each of many vehicles; ProfileError when the file is wrong.

        `keys` is the ECUs' key store; theirs is not secret.

        With `on_change` a status that says nothing new leaves only shortly before it would be stale: fewer
        frames, for fuzzing.
        """
        plan = plan or load_plan(profile)
        self._world = World(profile, plan)
        self._publisher = Publisher(profile, plan, self._world, keys, on_change=on_change)
        self._axes = {path: Axis(path, motor) for path, motor in plan.motors.items()}
        self._memories = plan.memories
        driven = {path: (axis,) for path, axis in self._axes.items()} | {
            path: tuple({name: self._axes[name] for slot in slots.values() for name in slot}.values())
            for path, slots in plan.memories.items()
        }
        self._ecus = {
            name: Ecu(spec, profile, plan, self._world, self._axes, driven, keys)
            for name, spec in plan.ecus.items()
        }
        self._incoming = {
            (incoming.info.bus, incoming.info.can_id, incoming.info.extended): (ecu, incoming)
            for ecu in self._ecus.values()
            for incoming in ecu.incoming
        }
        self._tell_freshness(profile)
        self._cabin = Cabin(plan.climate, plan.seats, self._world.quantity) if plan.climate else None
        self._felt = (
            Felt(self._cabin, {p: i.quantity for p, i in profile.sensors.items()}) if self._cabin else None
        )
        self._agenda: Agenda | None = None

    def felt(self, seat: str) -> Feeling:
        """What somebody on a seat (`Row1.DriverSide`) feels; ValueError without a climate model."""
        if self._felt is None:
            raise ValueError("this vehicle has no cabin, add climate to its sim.yaml")
        return self._felt.at(self._world.true, seat)

    def fog_up(self, film: float) -> None:
        """Put a film on the windscreen: 0 is clear, 1 is blind."""
        if self._felt is not None:
            self._felt.film = film

    def _tell_freshness(self, profile: Profile) -> None:
        """Let the messages that carry others' freshness values carry them."""
        heard = {incoming.info.name: incoming for _, incoming in self._incoming.values()}
        sent = self._publisher.messages
        for name, info in profile.messages.items():
            if info.spec.secoc is None or info.spec.secoc.resync is None:
                continue
            carrier, signal = info.spec.secoc.resync.split(".")
            if name in sent:
                sent[carrier].told[signal] = sent[name].last_freshness
            else:
                sent[carrier].told[signal] = heard[name].last_freshness

    # what the world is

    def set_state(self, path: str, value: float | VssValue | None) -> None:
        """Make a value true (VSS units and types) and publish it at once; a number goes to its nearest step.

        A sensor shows it; an actuator is there, and its motion ends. Paths that follow it in `sim.yaml`
        follow, unless they were set themselves. None stops publication: a signal that shares its frame
        says "not available", a frame that carries nothing else is sent no more; ECUs that need the value
        expect the worst. The true value stays, and a value ends it. ValueError: unknown path, wrong type,
        out of range; the text says the mend.
        """
        if value is None:
            self._world.hide(path)
            return
        self._world.assign(path, value)
        moved = {path}.union(*self._memories.get(path, {}).values())
        for axis in moved & self._axes.keys():
            self._axes[axis].halt()

    def get_state(self, path: str) -> VssValue | None:
        """The value in VSS units and types; None when it is not published. ValueError: unknown path."""
        return self._world.vss(path)

    def truth(self) -> dict[str, Value | None]:
        """Every path as it is, published or not; numbers in steps."""
        return {path: self._world.true(path) for path in self._world.paths}

    def watch(self, listener: Callable[[str, Value | None], None]) -> None:
        """Call `listener` with the path and the value (in steps) of everything that becomes true."""
        self._world.watch = listener

    # time and bus

    def receive(self, raw: RawFrame, now_ms: int) -> None:
        """A frame was on the bus; what it causes comes out of `advance`."""
        agenda = self._started(now_ms)
        found = self._incoming.get((raw.bus, raw.can_id, raw.extended))
        if found is not None:
            ecu, incoming = found
            ecu.hear(incoming, raw, now_ms, agenda, self._publisher)

    @property
    def clock_ms(self) -> int:
        """The moment up to which its time has passed; 0 before it was started."""
        return 0 if self._agenda is None else self._agenda.now_ms

    def advance(self, now_ms: int) -> list[tuple[int, RawFrame]]:
        """Let time pass: all frames that leave up to `now_ms`, with their times, in order."""
        agenda, publisher = self._started(now_ms), self._publisher
        sent: list[tuple[int, RawFrame]] = []
        while True:
            moment_ms = agenda.now_ms
            sent += [(moment_ms, frame) for frame in publisher.frames()]
            if not agenda.run_next(now_ms):
                return sent

    def next_ms(self, now_ms: int) -> int:
        """When `advance` has something to do next; `now_ms` when it has at once."""
        if self._agenda is None or self._publisher.pending:
            return now_ms
        planned_ms = self._agenda.next_ms()
        return now_ms + _IDLE_MS if planned_ms is None else max(now_ms, planned_ms)

    def _started(self, now_ms: int) -> Agenda:
        if self._agenda is None:
            self._agenda = agenda = Agenda(now_ms)
            self._publisher.start(agenda)
            if self._cabin is not None:
                agenda.at(now_ms + self._cabin.spec.tick_ms, self._tick)
        return self._agenda

    def _tick(self, now_ms: int) -> None:
        assert self._cabin is not None and self._agenda is not None
        for path, value in self._cabin.tick(self._world.true).items():
            self._world.set(path, value)
        if self._felt is not None:
            self._felt.tick(self._world.true)
        self._agenda.at(now_ms + self._cabin.spec.tick_ms, self._tick)

    # planted faults; ValueError when the message or ECU does not exist

    def mute(self, message: str) -> None:
        """Send this status no more."""
        self._publisher.find(message).muted = True

    def unmute(self, message: str) -> None:
        """Send this status again, from its next cycle or change on."""
        self._publisher.find(message).muted = False

    def corrupt_crc(self, message: str, on: bool = True) -> None:
        """Send this status with a wrong CRC."""
        self._protected(message).corrupt = on

    def freeze_counter(self, message: str, on: bool = True) -> None:
        """Send this status with a counter that stands still (and a right CRC)."""
        self._protected(message).frozen = on

    def force_raw(self, path: str, raw: int | None) -> None:
        """Let the ECU lie: write this raw number for the path, whatever is true; None ends it."""
        self._world.force(path, raw)

    def delay(self, ecu: str, ms: int) -> None:
        """Let the ECU treat commands this much later than its latency; 0 ends it."""
        if ms < 0:
            raise ValueError(f"a delay of {ms} ms is in the past, give 0 or more")
        self._ecu(ecu).delay_ms = ms

    def refuse_all(self, ecu: str, on: bool = True) -> None:
        """Let the ECU refuse every command that would change something; it still stops."""
        self._ecu(ecu).refuses = on

    def power(self, ecu: str, on: bool) -> None:
        """Switch an ECU off (silent, deaf, its motors stand), or on again (counters and answers begin anew).

        The values it controls stay.
        """
        self._ecu(ecu).power(on, self._publisher)

    def _protected(self, message: str) -> Outgoing:
        outgoing = self._publisher.find(message)
        if not outgoing.protected:
            raise ValueError(f"`{message}` has no CRC and no counter, mute it instead")
        return outgoing

    def _ecu(self, name: str) -> Ecu:
        if name not in self._ecus:
            raise ValueError(f"no ECU `{name}`, {one_of(name, list(self._ecus))}")
        return self._ecus[name]
