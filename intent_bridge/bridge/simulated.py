"""A bridge whose vehicle is simulated in this process, on a clock that moves only inside its verbs."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intent_bridge.bridge.core import IDLE_MS, Bridge
from intent_bridge.profile import Profile
from intent_bridge.transports import Transport
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker

if TYPE_CHECKING:
    from intent_bridge.sim import SimulatedVehicle

DRIVER_BY_VOICE = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
MAX_EVENTS = 4096
"""Outcomes kept until somebody asks for them; the oldest goes first."""
START_MS = 300
"""How long the simulated vehicle runs before the first call, so that every status was heard."""


class SimulatedBridge(Bridge):
    """A bridge to simulated ECUs in this process; virtual time passes only inside its verbs."""

    _threaded = False

    def __init__(
        self,
        profile: Profile,
        *,
        log: Path | None = None,
        vehicle: "SimulatedVehicle | None" = None,
        **options: Any,
    ) -> None:
        """`log`: a file that every frame is written to, both ways; its ending says the format (blf, asc).

        `vehicle` is one that has run before: its ECUs go on where they were.
        """
        # the simulator, cantools and python-can: slow to import, and a bridge to a real vehicle does without
        from intent_bridge.bridge.simulated_transport import SimulatedTransport
        from intent_bridge.sim import SimulatedVehicle, simulated_key
        from intent_bridge.transports.recording import RecordedTransport, Recorder

        self.vehicle = vehicle or SimulatedVehicle(profile)
        self._later: deque[Outcome] = deque(maxlen=MAX_EVENTS)
        options.setdefault("speaker", DRIVER_BY_VOICE)
        options.setdefault("keys", simulated_key)
        transport: Transport = SimulatedTransport(profile, self.vehicle)
        try:
            if log is not None:
                transport = RecordedTransport(transport, Recorder(log, list(profile.file.buses)))
            super().__init__(profile, transport, **options)
        except BaseException:
            transport.close()
            raise
        self.subscribe("outcome", self._note)
        self.advance_ms(START_MS)

    def set_state(self, values: Mapping[str, Any]) -> list[Outcome]:
        """Set paths of the simulated vehicle (VSS units and types; None stops their publication), or facts.

        Returns the outcomes that changed since they were last asked for, see `events`. ValueError names
        the first path or value the vehicle does not have; those before it are set.
        """
        self.engine.screen.forget(values)  # a world moved by hand jumps, and no sensor is to blame
        try:
            for path, value in values.items():
                if path in self.profile.facts:
                    self.tell({path: value})
                else:
                    self.vehicle.set_state(path, value)
        finally:
            self._listen()
        return self.events()

    def advance_ms(self, duration_ms: int) -> list[Outcome]:
        """Let virtual time pass; return the outcomes that changed since they were last asked for."""
        until_ms = self._transport.now_ms() + duration_ms
        while self._transport.now_ms() < until_ms:
            self._step(self._due(until_ms))
        return self.events()

    def events(self) -> list[Outcome]:
        """Outcomes that changed by themselves (done, stopped, timeout) and were not yet asked for."""
        changed, self._later = list(self._later), deque(maxlen=MAX_EVENTS)
        return changed

    def _listen(self) -> int:
        self._step(self._transport.now_ms())
        return self._transport.now_ms()

    def _wait(self, call_id: str) -> Outcome:
        while (answer := self._awaited.answer(call_id)) is None:
            self._step(self._due(self._transport.now_ms() + IDLE_MS))
        return answer

    def _note(self, outcome: Outcome) -> None:
        if outcome.call_id not in self._awaited:
            self._later.append(outcome)

    def _due(self, until_ms: int) -> int:
        due_ms = self.engine.next_ms()
        return until_ms if due_ms is None else max(self._transport.now_ms(), min(until_ms, due_ms))
