"""One vehicle in a node: clock, data, buses and bridge. What acts and what only judges share it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rclpy.qos import QoSProfile, ReliabilityPolicy

from intent_bridge.bridge.stepped import SteppedBridge
from intent_bridge.errors import Problem, ProfileError
from intent_bridge.guard.proof import certificate
from intent_bridge.profile import Profile, load_profile
from intent_bridge_ros.buses import Buses, BusWay, state_qos
from intent_bridge_ros.clock import NodeClock
from intent_bridge_ros.diagnostics import Diagnostics
from intent_bridge_ros.messages import RCLError
from intent_bridge_ros.parameters import Parameters
from intent_bridge_ros.states import States

TOLD: Final = QoSProfile(depth=200, reliability=ReliabilityPolicy.RELIABLE)
WAITING_MAX: Final = 1000
"""Messages waiting to be published; one more pushes out the oldest, which readers see by its number."""


class VehicleSession:
    """What exists between configure and cleanup. Raises ProfileError or TransportError where it cannot be."""

    def __init__(self, node: Any, parameters: Parameters) -> None:
        self._node, self.parameters = node, parameters
        self.clock = NodeClock(node)
        self._undo: list[Any] = [self.clock.close]
        self.events: dict[tuple[str, str], str] = {}
        """The last thing of each kind that DDS said about each topic."""
        self._later: deque[tuple[Any, Any]] = deque(maxlen=WAITING_MAX)
        self.sequences = {"verdict": 0, "outcome": 0, "command": 0, "audit": 0}
        self.lost = 0
        try:
            self.profile = _with_packs(load_profile(parameters["vehicle"]), parameters["packs"])
            self.ways = self._choose(parameters.ways(self.profile.file.buses))
            self._open_bridge()
            self._open()
            self.states = States(node, self, [n for n, way in self.ways.items() if way.input == "signals"])
            self._undo.append(self.states.close)
            self.diagnostics = Diagnostics(node, self, self.ways)
            self._undo.append(self.diagnostics.close)
        except BaseException:
            self.close()
            raise

    def _choose(self, ways: dict[str, BusWay]) -> dict[str, BusWay]:
        """How each bus is reached, where the kind of session leaves a choice."""
        return ways

    def _open(self) -> None:
        """What this kind of session has besides."""
        raise NotImplementedError

    def load(self) -> dict[str, int]:
        """How much is under way, for diagnostics."""
        return {}

    def _open_bridge(self) -> None:
        parameters = self.parameters
        self.listen = state_qos(parameters["deadline_ms"], parameters["lease_ms"])
        self.buses = Buses(
            self._node,
            self.profile,
            self.ways,
            self.clock,
            tolerance_ms=parameters["stamp_tolerance_ms"],
            listen=self.listen,
            say=self.event,
        )
        self._undo.append(self.buses.close)
        audit = parameters["audit_path"]
        self.bridge = SteppedBridge(
            self.profile,
            self.buses,
            audit=Path(audit) if audit else None,
            fsync=parameters["audit_fsync"],
            session=parameters["session"] or None,
            listen_only=True,
        )
        self._undo.append(self.bridge.close)
        self.certificate = certificate(self.profile, self.bridge.engine.guard.rules)
        if self.certificate is None and parameters["require_certificate"]:
            what = "these rules were not proved on this machine"
            mend = f"run `intent-bridge policy prove {parameters['vehicle']}`"
            raise ProfileError([Problem(self.profile.folder, None, what, mend)])

    # --- the life of a node -------------------------------------------------------------------------

    def speak(self) -> None:
        """From now on commands may leave."""
        raise NotImplementedError

    def fall_silent(self, code: str) -> None:
        """From now on nothing leaves."""
        raise NotImplementedError

    def step(self) -> None:
        """Let the engine take in what was heard, and publish what has come of it."""
        if self.clock.jumped():
            self.bridge.fall_silent("clock_jump")
            self.bridge.engine.forget()
            if self.parameters.active:
                self.bridge.speak()
        self.bridge.step()
        self.flush()

    def close(self) -> None:
        """Let go of everything, newest first."""
        while self._undo:
            self._undo.pop()()

    # --- what is told -------------------------------------------------------------------------------

    def next(self, kind: str) -> int:
        """The next number of a kind of message: a gap shows a reader what it has lost."""
        self.sequences[kind] += 1
        return self.sequences[kind]

    def create_publisher(self, kind: Any, topic: str, qos: Any) -> Any:
        """A publisher that goes with the session."""
        publisher = self._node.create_publisher(kind, topic, qos)
        self._undo.append(lambda: self._node.destroy_publisher(publisher))
        return publisher

    def publish(self, publisher: Any, made: Callable[[], Any], *, latched: bool = False) -> None:
        """Publish when nobody waits for an answer any more; what nobody would hear is not even made."""
        if latched or publisher.get_subscription_count():
            self._later.append((publisher, made()))

    def flush(self) -> None:
        """Publish what waits."""
        while self._later:
            publisher, message = self._later.popleft()
            try:
                publisher.publish(message)
            except RCLError:  # seen in a flood: the history is full of messages nobody has taken
                self.lost += 1

    def event(self, topic: str, what: str, kind: str) -> None:
        """Note and log what is said of a topic; the newest of a kind stands."""
        self.events[topic, kind] = what
        self._node.get_logger().warning(f"{topic}: {what}", throttle_duration_sec=1.0)


def _with_packs(profile: Profile, packs: Sequence[str]) -> Profile:
    """The vehicle with more packs: rules combine by maximum, so what is added can only forbid more."""
    added = [name for name in packs if name]
    if not added:
        return profile
    file = profile.file.model_copy(update={"packs": [*profile.file.packs, *added]})
    return replace(profile, file=file)
