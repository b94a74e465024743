"""A bridge for a host that owns the loop and the clock, such as a ROS node: no thread runs, no verb waits."""

from collections.abc import Mapping
from typing import Any

from intent_bridge.bridge.core import Bridge
from intent_bridge.codec import Reading
from intent_bridge.profile import Profile
from intent_bridge.transports import Transport
from intent_bridge.types import Outcome, Sample, Status

_WAITS = (Status.DEFERRED, Status.NEEDS_CONFIRMATION)


class SteppedBridge(Bridge):
    """The verbs of a bridge, each answering with what is known at once: `sent` where the ECU has to confirm.

    What becomes of it later is told to the listeners of `outcome`. Time passes in `step`, which the host
    calls as often as it wants time to be noticed.
    """

    _threaded = False

    def __init__(self, profile: Profile, transport: Transport, **options: Any) -> None:
        self._waiting: set[str] = set()
        """Calls that wait for a better moment or for a person."""
        super().__init__(profile, transport, **options)
        self.subscribe("outcome", self._note)

    def step(self) -> None:
        """Take in what was heard and do what is due; never waits."""
        self._step(self._transport.now_ms())

    def listen(self) -> None:
        """Take in what was heard until now, before a dry run that something is to come of."""
        self._listen()

    def take_state(self, samples: Mapping[str, Sample]) -> None:
        """Take the state of paths from a vehicle without a bus; a sample's age counts from its own time."""
        now_ms = self._transport.now_ms()
        with self._changed:
            for path in samples:
                self.health.heard(self.profile.sensors[path].binding.bus, now_ms)
            known = {path: sample.value for path, sample in samples.items() if sample.value is not None}
            self.engine.gate.tell(known)
            self._carry_out(self.engine.take(Reading("", samples, None, None), now_ms))

    def speak(self) -> None:
        """From now on commands may leave."""
        self.engine.silent = False
        self._watch.enable()

    def fall_silent(self, code: str) -> None:
        """End every command with its stop and neutral frames, drop what waits; from now on nothing leaves."""
        with self._changed:
            now_ms = self._transport.now_ms()
            self.engine.silent = True
            for call_id in list(self.engine.commands.running):
                status = Status.NOT_DELIVERED
                self._carry_out(self.engine.failed(call_id, now_ms, status=status, code=code))
            for call_id in list(self._waiting):
                self._carry_out(self.engine.withdraw(call_id, now_ms))
            self.engine.gate.silence()

    def audit_head(self) -> str | None:
        """Hash of the newest audit record; None without an audit log."""
        return None if self._audit is None else self._audit.head

    def _note(self, outcome: Outcome) -> None:
        keep = self._waiting.add if outcome.status in _WAITS else self._waiting.discard
        keep(outcome.call_id)

    def _listen(self) -> int:
        """Take in what was heard. Where nothing was, what time makes due is left to `step`: nobody waits."""
        frames = self._transport.receive(self._transport.now_ms())
        if frames:
            self._noticed(frames)
        return self._transport.now_ms()

    def _look(self) -> int:
        """A dry run sees what the last step took in, as where a thread listens; it acts on nothing."""
        return self._transport.now_ms()

    def _wait(self, call_id: str) -> Outcome:
        answer = self._awaited.answer(call_id)
        if answer is not None:
            return answer
        return self._told(self.engine.commands.running[call_id].outcome(Status.SENT))
