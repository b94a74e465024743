"""A bridge that acts: its names in the graph, and what it tells there."""

from __future__ import annotations

import time
from functools import lru_cache, partial
from typing import Any, Final

from intent_bridge_msgs import msg
from intent_bridge_msgs.action import HandleToolCall
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Header

from intent_bridge.errors import ToolCallError
from intent_bridge.llm import read_answer
from intent_bridge.types import Frame, Outcome, Provenance, Status, ToolCall
from intent_bridge_ros.checked import MessageError, make
from intent_bridge_ros.goals import Goals
from intent_bridge_ros.messages import (
    actuator_commands,
    confirmation_message,
    header,
    outcome_message,
    path_value,
    read_provenance,
    verdict_message,
)
from intent_bridge_ros.services import Services
from intent_bridge_ros.vehicle import TOLD, WAITING_MAX, VehicleSession

LATCHED: Final = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL
)
VALUES_KEPT: Final = 1000
"""Values whose message is kept: the same are said again and again, and nobody changes a message once made."""
_NEUTRAL_STEP_S: Final = 0.005
_NEUTRAL_STEPS: Final = 100
"""So often it is looked whether neutral frames are still owed: half a second at the most."""


class Session(VehicleSession):
    """One configured bridge in a node."""

    def _open(self) -> None:
        self._typed = {name for name, way in self.ways.items() if way.output == "signals"}
        self._languages = frozenset(self.parameters["languages"])
        self._value = lru_cache(VALUES_KEPT, typed=True)(partial(path_value, self.profile))
        self._judged: dict[str, Any] = {}
        self._head: str | None = None
        self._publish_topics()
        self.goals = Goals(
            self._node,
            self.bridge,
            self.clock,
            handle=self.handle,
            said=self.said,
            most=lambda: int(self.parameters["max_goals"]),
        )
        self._undo.append(lambda: self.goals.close(self._cut_off))
        self._services = Services(self._node, self)
        self._undo.append(self._services.close)
        self.bridge.subscribe("outcome", self._told)
        self.bridge.subscribe("frame", self._sent)

    def _publish_topics(self) -> None:
        self.verdicts = self.create_publisher(msg.Verdict, "~/verdict", TOLD)
        self.outcomes = self.create_publisher(msg.Outcome, "~/outcome", TOLD)
        self.questions = self.create_publisher(msg.Confirmation, "~/confirmation", 10)
        self.heads = self.create_publisher(msg.AuditHead, "~/audit_head", LATCHED)
        self._commands: dict[str, Any] = {}

    def load(self) -> dict[str, int]:
        """How much is under way, for diagnostics."""
        return {"goals": len(self.goals.open), "running": len(self.bridge.engine.commands.running)}

    # --- verbs --------------------------------------------------------------------------------------

    def who(self, given: msg.Provenance) -> Provenance:
        """Who asks, as far as the node believes it."""
        return read_provenance(given, trusted=bool(self.parameters["trust_provenance"]))

    def handle(self, goal: HandleToolCall.Goal) -> Outcome:
        """Carry out one call and answer with what is known at once."""
        call: ToolCall | str = goal.call_json
        if goal.session:
            try:
                parsed = read_answer(goal.call_json)
                if parsed.id:  # ids are unique in a session: two conversations may both say "1"
                    call = ToolCall(f"{goal.session}/{parsed.id}", parsed.name, parsed.arguments)
            except ToolCallError:
                call = goal.call_json  # the bridge says what is wrong with it
        outcome = self.bridge.handle(call, self.who(goal.provenance))
        self.judged(outcome)
        return outcome

    def judged(self, outcome: Outcome) -> None:
        """Publish what the guard said of a call, once for each thing it says."""
        verdict = outcome.verdict
        if verdict is None or self._judged.get(outcome.call_id) == (verdict.decision, verdict.hits):
            return
        self._judged[outcome.call_id] = verdict.decision, verdict.hits
        while len(self._judged) > WAITING_MAX:
            del self._judged[next(iter(self._judged))]
        policy, number = self.bridge.engine.guard.policy_hash, self.next("verdict")
        head = header(self.clock.stamp())
        self.publish(self.verdicts, lambda: verdict_message(verdict, outcome.call_id, policy, head, number))

    def speak(self) -> None:
        """From now on commands may leave."""
        self.buses.muted = False
        self.bridge.speak()

    def fall_silent(self, code: str) -> None:
        """Stop what moves, say the neutral frames that are owed, and fall silent."""
        self.bridge.fall_silent(code)
        for _ in range(_NEUTRAL_STEPS):
            if self.bridge.engine.next_ms() is None:
                break
            time.sleep(_NEUTRAL_STEP_S)
            self.bridge.step()
        self.buses.muted = True
        self.flush()

    def step(self) -> None:
        """Let the engine take in what was heard, and publish what has come of it."""
        super().step()
        head = self.bridge.audit_head()
        if head is not None and head != self._head:
            self._head = head
            stamp, number = self.clock.stamp(), self.next("audit")
            fields = {"header": header(stamp), "sequence": number, "sha256": head}
            said = make(msg.AuditHead, **fields, session=self.bridge.session[:32])
            self.publish(self.heads, lambda: said, latched=True)
            self.flush()

    # --- what is told -------------------------------------------------------------------------------

    def said(self, outcome: Outcome, head: Header, sequence: int = 0) -> msg.Outcome:
        """An outcome as a message, in the languages that somebody reads."""
        result = self.bridge.tool_result(outcome)
        return outcome_message(outcome, self._value, result, head, sequence, self._languages)

    def _told(self, outcome: Outcome) -> None:
        self.judged(outcome)
        stamp, number = self.clock.stamp(), self.next("outcome")
        self.publish(self.outcomes, lambda: self.said(outcome, header(stamp), number))
        if outcome.confirmation is not None:
            self.publish(self.questions, lambda: confirmation_message(outcome, self.clock.now_ms(), stamp))
        self.goals.told(outcome)

    def _sent(self, frame: Frame) -> None:
        if frame.raw.bus not in self._typed:
            return
        running = self.bridge.engine.commands.running.values()
        call_id = next((run.call_id for run in running if frame in run.frames), "")
        try:
            made = actuator_commands(
                frame, self.profile, call_id, self.clock.stamp(), self.sequences["command"] + 1
            )
        except MessageError as error:
            self.event(frame.raw.bus, str(error), "command")
            return
        self.sequences["command"] += len(made)
        for one in made:
            self._command_publisher(one.target.path).publish(one)

    def _command_publisher(self, path: str) -> Any:
        per_path = self.parameters["typed_topics"] == "per_path"
        topic = f"~/actuator_command/{path.replace('.', '/')}" if per_path else "~/actuator_command"
        if topic not in self._commands:
            self._commands[topic] = self.create_publisher(msg.ActuatorCommand, topic, 100)
        return self._commands[topic]

    def _cut_off(self, call_id: str) -> Outcome:
        return Outcome(call_id, "", Status.NOT_DELIVERED, "closed")
