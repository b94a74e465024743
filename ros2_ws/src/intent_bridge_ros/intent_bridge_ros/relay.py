"""A gate for somebody else's stack: commands of its topics pass where the rules let them, else they end here.

The stack is not changed. It publishes on `TOPIC`; what listened to it listens to `guarded/TOPIC` instead.
"""

from __future__ import annotations

import copy
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from intent_bridge_msgs import msg
from rclpy.qos import QoSProfile, ReliabilityPolicy

from intent_bridge.profile import plain, to_vss
from intent_bridge.types import Decision, Outcome, Provenance, Speaker, ToolCall, Verdict
from intent_bridge_ros.buses import BusWay, qos_events
from intent_bridge_ros.messages import RCLError, header, verdict_message
from intent_bridge_ros.node import BridgeNode
from intent_bridge_ros.parameters import SPECS, Spec
from intent_bridge_ros.relay_map import STAMP, Relayed, field_of, load_relay, with_field
from intent_bridge_ros.run import run
from intent_bridge_ros.vehicle import TOLD, VehicleSession

DEPTH: Final = 10
_HEARD: Final = QoSProfile(depth=DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT)
"""Matches any publisher, reliable or not; a late command is worse than a lost one."""
_PASSED: Final = QoSProfile(depth=DEPTH, reliability=ReliabilityPolicy.RELIABLE)
"""Matches any subscription, reliable or not."""
_ACTS: Final = ("output", "typed_topics", "trust_provenance", "max_goals")
"""Parameters of the bridge that a relay has no use for."""
RELAY_SPECS: Final = (
    Spec("map", "", "File that says what the stack's messages mean (docs/ros.md)."),
    Spec("speaker", "unknown", "For whom the stack speaks.", words=tuple(one.value for one in Speaker)),
    Spec(
        "untrusted_text", True, "The stack's model may have read text of unknown origin: then rules ask more."
    ),
    *(spec for spec in SPECS if spec.name not in _ACTS),
)


class RelaySession(VehicleSession):
    """A bridge that only listens and judges, with the topics it lets through."""

    def _choose(self, ways: dict[str, BusWay]) -> dict[str, BusWay]:
        return {name: replace(way, output="off") for name, way in ways.items()}

    def _open(self) -> None:
        self.counts: Counter[str] = Counter()
        self._open_gate = False
        self._last: dict[str, Any] = {}
        self._who = Provenance(
            Speaker(self.parameters["speaker"]), untrusted_text=bool(self.parameters["untrusted_text"])
        )
        self.verdicts = self.create_publisher(msg.Verdict, "~/verdict", TOLD)
        for one in load_relay(Path(self.parameters["map"]), self.profile):
            self._relay(one)

    def _relay(self, one: Relayed) -> None:
        out = self.create_publisher(one.kind, f"guarded/{one.topic}", _PASSED)
        heard = self._node.create_subscription(
            one.kind,
            one.topic,
            lambda message: self._heard(one, out, message),
            _HEARD,
            event_callbacks=qos_events(self.event, one.topic),
        )
        self._undo.append(lambda: self._node.destroy_subscription(heard))

    def load(self) -> dict[str, int]:
        """What passed and what did not, for diagnostics."""
        return {key: self.counts[key] for key in ("passed", "clamped", "denied", "unfit", "late", "inactive")}

    def speak(self) -> None:
        """From now on commands may pass."""
        self._open_gate = True

    def fall_silent(self, code: str) -> None:
        """From now on none passes."""
        self._open_gate = False

    # --- one command --------------------------------------------------------------------------------

    def _heard(self, one: Relayed, out: Any, message: Any) -> None:
        if not self._open_gate:
            self.counts["inactive"] += 1
            return
        if one.max_age_ms is not None and self._late(one, message):
            self.counts["late"] += 1
            return
        self.counts["heard"] += 1
        call_id = f"{one.topic}/{self.counts['heard']}"
        try:
            call = ToolCall(call_id, one.tool, one.read(message))
        except ValueError as error:
            self._drop(one, "unfit", str(error))
            return
        self.bridge.listen()
        outcome = self.bridge.explain(call, self._who)
        self._tell(call_id, outcome.verdict)
        passed = self._passed(one, outcome, message)
        if passed is None:
            return
        try:
            out.publish(passed)
        except RCLError:
            self.lost += 1

    def _passed(self, one: Relayed, outcome: Outcome, message: Any) -> Any:
        """The message that may go on; None where none may."""
        verdict = outcome.verdict
        if verdict is None or verdict.permit is None:
            rules = [hit.id for hit in verdict.hits] if verdict is not None else []
            self._drop(one, "denied" if verdict is not None else "unfit", ", ".join(rules) or outcome.code)
            return None
        if verdict.decision is Decision.CLAMP:
            message = self._clamped(one, verdict, message)
            again = self.bridge.explain(ToolCall(outcome.call_id, one.tool, one.read(message)), self._who)
            if again.verdict is None or again.verdict.decision is not Decision.ALLOW:
                self._drop(one, "denied", "what is clamped does not fit the message; see `values` of the map")
                return None
            verdict = again.verdict
            self.counts["clamped"] += 1
        self._remember(one, verdict)
        self.counts["passed"] += 1
        return message

    def _clamped(self, one: Relayed, verdict: Verdict, message: Any) -> Any:
        emitted = {action.path: action.value for action in verdict.emitted}
        message = copy.deepcopy(message)
        for field, back in one.values.items():
            if back.path in emitted:
                value = plain(to_vss(self.profile.sensors[back.path].quantity, emitted[back.path]))
                with_field(message, field, value if isinstance(value, bool | str) else value * back.times)
        return message

    def _remember(self, one: Relayed, verdict: Verdict) -> None:
        """Limits of the rules count changes: a stream that repeats itself is one command."""
        emitted = {action.path: action.value for action in verdict.emitted}
        if self._last.get(one.topic) == emitted:
            return
        self._last[one.topic] = emitted
        engine, now_ms = self.bridge.engine, self.clock.now_ms()
        begun = engine.guard.remember(engine.judge.history, emitted, engine.state, now_ms)
        engine.judge.history = begun.ended(emitted, now_ms)

    def _late(self, one: Relayed, message: Any) -> bool:
        age_ms = self.clock.age_ms(field_of(message, STAMP))
        tolerance_ms = self.parameters["stamp_tolerance_ms"]
        return age_ms is None or not -tolerance_ms <= age_ms <= (one.max_age_ms or 0)

    def _drop(self, one: Relayed, kind: str, why: str) -> None:
        self.counts[kind] += 1
        self._node.get_logger().warning(f"{one.topic}: not passed on: {why}", throttle_duration_sec=1.0)

    def _tell(self, call_id: str, verdict: Verdict | None) -> None:
        policy, number = self.bridge.engine.guard.policy_hash, self.next("verdict")
        head = header(self.clock.stamp())
        self.publish(self.verdicts, lambda: verdict_message(verdict, call_id, policy, head, number))


def main(args: list[str] | None = None) -> int:
    """`ros2 run intent_bridge_ros guard_relay`."""
    return run(lambda: BridgeNode("guard_relay", RelaySession, RELAY_SPECS), args)


if __name__ == "__main__":
    sys.exit(main())
