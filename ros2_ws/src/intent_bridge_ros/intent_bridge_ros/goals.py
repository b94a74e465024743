"""The action: goals of tool calls, from acceptance over feedback to a result; cancelling stops what moves.

No callback waits. A goal is kept until the engine has answered for its call, and is executed (in the sense of
rclpy: its result is set) only then; so a cancel is heard at any time, and nothing spins meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from intent_bridge_msgs import msg
from intent_bridge_msgs.action import HandleToolCall
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from std_msgs.msg import Header

from intent_bridge.bridge.stepped import SteppedBridge
from intent_bridge.types import Outcome, Status, Verdict
from intent_bridge_ros.checked import make
from intent_bridge_ros.clock import NodeClock
from intent_bridge_ros.messages import STATUSES, RCLError, duration, header, verdict_message

_SUCCEEDED: Final = frozenset(
    {
        Status.DONE,
        Status.NO_EFFECT,
        Status.SENT,
        Status.NO_ACTION,
        Status.NEEDS_CHOICE,
        Status.NEEDS_CONFIRMATION,
    }
    | {Status.DEFERRED}
)
"""Outcomes in which the call was carried out or answered; a goal with another one is aborted."""
RESULT_KEPT_S: Final = 10
"""So long a client may ask for a result after its goal has ended; the status topic carries all goals kept, so
that each costs every other."""
_OPEN: Final = frozenset({Status.SENT, Status.DEFERRED, Status.NEEDS_CONFIRMATION})
_STAGES: Final = {
    Status.SENT: HandleToolCall.Feedback.STAGE_SENT,
    Status.NEEDS_CONFIRMATION: HandleToolCall.Feedback.STAGE_ASKED,
    Status.DEFERRED: HandleToolCall.Feedback.STAGE_DEFERRED,
}


@dataclass(slots=True)
class _Goal:
    handle: ServerGoalHandle
    call_id: str
    since_ms: int
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    waited: bool = False


class Goals:
    """The action server of one bridge."""

    def __init__(
        self,
        node: Node,
        bridge: SteppedBridge,
        clock: NodeClock,
        *,
        handle: Callable[[HandleToolCall.Goal], Outcome],
        said: Callable[[Outcome, Header], msg.Outcome],
        most: Callable[[], int],
    ) -> None:
        """`handle` carries a call out and answers at once, `said` puts an outcome into a message.

        At most `most` goals are open at a time.
        """
        self._bridge, self._clock, self._handle, self._most = bridge, clock, handle, most
        self._said = said
        self._node = node
        self.open: dict[bytes, _Goal] = {}
        self._ended: dict[bytes, _Goal] = {}
        self._server = ActionServer(
            node,
            HandleToolCall,
            "~/handle_tool_call",
            execute_callback=self._result,
            goal_callback=self._wanted,
            handle_accepted_callback=self._accepted,
            cancel_callback=self._cancelled,
            result_timeout=RESULT_KEPT_S,
        )

    def told(self, outcome: Outcome) -> None:
        """The engine has answered for a call: goals that waited for it go on."""
        for goal in [g for g in self.open.values() if g.call_id == outcome.call_id]:
            self._advance(goal, outcome)

    def close(self, outcome: Callable[[str], Outcome]) -> None:
        """End every goal that is still open, with what can be said of it."""
        for goal in list(self.open.values()):
            self._end(goal, outcome(goal.call_id))
        self._server.destroy()

    def _wanted(self, _: HandleToolCall.Goal) -> GoalResponse:
        return GoalResponse.ACCEPT if len(self.open) < self._most() else GoalResponse.REJECT

    def _accepted(self, handle: ServerGoalHandle) -> None:
        goal = _Goal(handle, "", self._clock.now_ms())
        try:
            outcome = self._handle(handle.request)
        except Exception as error:
            self._node.get_logger().error(f"a call failed: {error!r}")
            self._end(goal, Outcome("", "", Status.ERROR, "internal"))
            raise
        goal.call_id = outcome.call_id
        self.open[_key(handle)] = goal
        self._advance(goal, outcome)

    def _advance(self, goal: _Goal, outcome: Outcome) -> None:
        first = goal.outcome is None
        goal.outcome = outcome
        goal.verdict = outcome.verdict or goal.verdict
        until = goal.handle.request.until
        waits = outcome.status in _OPEN and until == HandleToolCall.Goal.UNTIL_DONE
        if first and until == HandleToolCall.Goal.UNTIL_ANSWERED:
            # `sent` of a motion is an answer, `sent` of a latched value is the step before its confirmation
            run = self._bridge.engine.commands.running.get(outcome.call_id)
            waits = outcome.status is Status.SENT and run is not None and not run.moves
        if not waits:
            self._end(goal, outcome)
            return
        goal.waited = True
        if first and outcome.verdict is not None:
            self._feed(goal, HandleToolCall.Feedback.STAGE_JUDGED, outcome.status)
        self._feed(goal, _STAGES[outcome.status], outcome.status)

    def _end(self, goal: _Goal, outcome: Outcome) -> None:
        goal.outcome = outcome
        key = _key(goal.handle)
        self.open.pop(key, None)
        self._ended[key] = goal
        if goal.waited:  # who waited for nothing is told by the result, which would come after this
            self._feed(goal, HandleToolCall.Feedback.STAGE_ENDED, outcome.status)
        goal.handle.execute()

    def _feed(self, goal: _Goal, stage: int, status: Status) -> None:
        try:
            goal.handle.publish_feedback(make(HandleToolCall.Feedback, stage=stage, status=STATUSES[status]))
        except RCLError as error:  # a flooded queue; the result does not depend on it
            self._node.get_logger().warning(f"feedback was lost: {error}", throttle_duration_sec=1.0)

    def _cancelled(self, handle: ServerGoalHandle) -> CancelResponse:
        goal = self.open.get(_key(handle))
        if goal is None:
            return CancelResponse.REJECT
        run = self._bridge.engine.commands.running.get(goal.call_id)
        if run is not None and not run.moves:
            return CancelResponse.REJECT  # the ECU has latched the value: there is nothing left to stop
        self._bridge.withdraw(goal.call_id)
        return CancelResponse.ACCEPT

    def _result(self, handle: ServerGoalHandle) -> HandleToolCall.Result:
        goal = self._ended.pop(_key(handle))
        outcome = goal.outcome
        assert outcome is not None
        if handle.is_cancel_requested:
            handle.canceled()
        elif outcome.status in _SUCCEEDED:
            handle.succeed()
        else:
            handle.abort()
        head = header(self._clock.stamp())
        policy = self._bridge.engine.guard.policy_hash
        return make(
            HandleToolCall.Result,
            outcome=self._said(outcome, head),
            verdict=verdict_message(goal.verdict, outcome.call_id, policy, head, 0),
            elapsed=duration(self._clock.now_ms() - goal.since_ms),
        )


def _key(handle: Any) -> bytes:
    return bytes(handle.goal_id.uuid)
