"""Everything that exists between configure and cleanup: the bridge, its buses, its names in the graph."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any, Final

from intent_bridge_msgs import msg
from intent_bridge_msgs.action import HandleToolCall
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from intent_bridge.bridge.stepped import SteppedBridge
from intent_bridge.errors import Problem, ProfileError, ToolCallError
from intent_bridge.guard.proof import certificate
from intent_bridge.llm import read_answer
from intent_bridge.profile import load_profile
from intent_bridge.types import Frame, Outcome, Provenance, Status, ToolCall
from intent_bridge_ros.buses import Buses
from intent_bridge_ros.clock import NodeClock
from intent_bridge_ros.diagnostics import Diagnostics
from intent_bridge_ros.goals import Goals
from intent_bridge_ros.messages import (
    MessageError,
    RCLError,
    actuator_commands,
    confirmation_message,
    header,
    make,
    outcome_message,
    read_provenance,
    verdict_message,
)
from intent_bridge_ros.parameters import Parameters
from intent_bridge_ros.services import Services
from intent_bridge_ros.states import States

TOLD: Final = QoSProfile(depth=200, reliability=ReliabilityPolicy.RELIABLE)
LATCHED: Final = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL
)
WAITING_MAX: Final = 1000
"""Messages waiting to be published; one more pushes out the oldest, which readers see by its number."""
_NEUTRAL_STEP_S: Final = 0.005
_NEUTRAL_STEPS: Final = 100
"""So often it is looked whether neutral frames are still owed: half a second at the most."""


class Session:
    """One configured bridge in a node. Raises ProfileError or TransportError where it cannot be had."""

    def __init__(self, node: Any, parameters: Parameters) -> None:
        self._node, self.parameters = node, parameters
        self.clock = NodeClock(node)
        self._undo: list[Any] = [self.clock.close]
        self.events: dict[str, str] = {}
        """The last thing that DDS said about each topic."""
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        node, parameters = self._node, self.parameters
        self.profile = load_profile(parameters["vehicle"])
        self.buses = Buses(
            node,
            self.profile,
            ways := parameters.ways(self.profile.file.buses),
            self.clock,
            tolerance_ms=parameters["stamp_tolerance_ms"],
            deadline_ms=parameters["deadline_ms"],
            say=self._event,
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
        self._typed = {name for name, way in ways.items() if way.output == "signals"}
        self._later: deque[tuple[Any, Any]] = deque(maxlen=WAITING_MAX)
        self.sequences = {"verdict": 0, "outcome": 0, "command": 0, "audit": 0}
        self._judged: dict[str, Any] = {}
        self._head: str | None = None
        self.lost = 0
        self._publish_topics()
        self.goals = Goals(
            node,
            self.bridge,
            self.clock,
            handle=self.handle,
            most=lambda: int(parameters["max_goals"]),
        )
        self._undo.append(lambda: self.goals.close(self._cut_off))
        self._services = Services(node, self)
        self._undo.append(self._services.close)
        self.states = States(node, self, [n for n, way in ways.items() if way.input == "signals"])
        self._undo.append(self.states.close)
        self.diagnostics = Diagnostics(node, self, ways)
        self._undo.append(self.diagnostics.close)
        self.bridge.subscribe("outcome", self._told)
        self.bridge.subscribe("frame", self._sent)

    def _publish_topics(self) -> None:
        create = self._node.create_publisher
        self.verdicts = create(msg.Verdict, "~/verdict", TOLD)
        self.outcomes = create(msg.Outcome, "~/outcome", TOLD)
        self.questions = create(msg.Confirmation, "~/confirmation", 10)
        self.heads = create(msg.AuditHead, "~/audit_head", LATCHED)
        self._commands: dict[str, Any] = {}
        publishers = [self.verdicts, self.outcomes, self.questions, self.heads]
        self._undo += [lambda one=one: self._node.destroy_publisher(one) for one in publishers]

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
        said = verdict_message(verdict, outcome.call_id, policy, self.clock.stamp(), number)
        self.publish(self.verdicts, said)

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
        if self.clock.jumped():
            self.bridge.fall_silent("clock_jump")
            self.bridge.engine.state.clear()
            if self.parameters.active:
                self.bridge.speak()
        self.bridge.step()
        head = self.bridge.audit_head()
        if head is not None and head != self._head:
            self._head = head
            stamp, number = self.clock.stamp(), self.next("audit")
            fields = {"header": header(stamp), "sequence": number, "sha256": head}
            self.publish(self.heads, make(msg.AuditHead, **fields, session=self.bridge.session[:32]))
        self.flush()

    # --- what is told -------------------------------------------------------------------------------

    def next(self, kind: str) -> int:
        """The next number of a kind of message: a gap shows a reader what it has lost."""
        self.sequences[kind] += 1
        return self.sequences[kind]

    def publish(self, publisher: Any, message: Any) -> None:
        """Publish when nobody waits for an answer any more."""
        self._later.append((publisher, message))

    def flush(self) -> None:
        """Publish what waits."""
        while self._later:
            publisher, message = self._later.popleft()
            try:
                publisher.publish(message)
            except RCLError:  # seen in a flood: the history is full of messages nobody has taken
                self.lost += 1

    def close(self) -> None:
        """Let go of everything, newest first."""
        while self._undo:
            self._undo.pop()()

    def _told(self, outcome: Outcome) -> None:
        self.judged(outcome)
        stamp, number = self.clock.stamp(), self.next("outcome")
        result = self.bridge.tool_result(outcome)
        self.publish(self.outcomes, outcome_message(outcome, self.profile, result, stamp, number))
        if outcome.confirmation is not None:
            self.publish(self.questions, confirmation_message(outcome, self.clock.now_ms(), stamp))
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
            self._event(frame.raw.bus, str(error))
            return
        self.sequences["command"] += len(made)
        for one in made:
            self._command_publisher(one.target.path).publish(one)

    def _command_publisher(self, path: str) -> Any:
        per_path = self.parameters["typed_topics"] == "per_path"
        topic = f"~/actuator_command/{path.replace('.', '/')}" if per_path else "~/actuator_command"
        if topic not in self._commands:
            publisher = self._commands[topic] = self._node.create_publisher(msg.ActuatorCommand, topic, 100)
            self._undo.append(lambda: self._node.destroy_publisher(publisher))
        return self._commands[topic]

    def _event(self, topic: str, what: str) -> None:
        self.events[topic] = what
        self._node.get_logger().warning(f"{topic}: {what}", throttle_duration_sec=1.0)

    def _cut_off(self, call_id: str) -> Outcome:
        return Outcome(call_id, "", Status.NOT_DELIVERED, "closed")
