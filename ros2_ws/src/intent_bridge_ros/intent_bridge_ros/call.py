"""Call a tool through the action, and print what came of it and the frames that were seen on the way.

ros2 run intent_bridge_ros call '{"name": "set_ambient_light", "arguments": {"brightness_percent": 40}}'
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Final

import rclpy
from can_msgs.msg import Frame
from diagnostic_msgs.msg import DiagnosticArray
from intent_bridge_msgs.action import HandleToolCall
from intent_bridge_msgs.msg import Outcome, Provenance
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.utilities import remove_ros_args

from intent_bridge.bridge import Condition
from intent_bridge_ros.checked import make
from intent_bridge_ros.messages import STATUSES

STAGES = {
    getattr(HandleToolCall.Feedback, name): name[6:].lower()
    for name in ("STAGE_JUDGED", "STAGE_SENT", "STAGE_ASKED", "STAGE_DEFERRED", "STAGE_ENDED")
}
WORDS = {number: status.value for status, number in STATUSES.items()}


HEARD_S: Final = 5.0
"""So long the bridge may need to hear its vehicle for the first time; DDS finds each peer by and by."""


class Caller(Node):
    """A client of the bridge that also looks at the frame topics of its namespace."""

    def __init__(self) -> None:
        super().__init__("call")
        self.action = ActionClient(self, HandleToolCall, "intent_bridge/handle_tool_call")
        self.unheard: list[str] | None = None
        """Buses that the bridge has heard nothing of; None before it has said so."""
        self._seen: list[Any] = [self.create_subscription(DiagnosticArray, "/diagnostics", self._health, 10)]

    def _health(self, message: DiagnosticArray) -> None:
        prefix = f"{self.get_namespace().rstrip('/')}/intent_bridge: bus ".lstrip("/")
        mine = [status for status in message.status if status.name.startswith(prefix)]
        if mine:
            starting = [status for status in mine if status.message == Condition.STARTING.value]
            self.unheard = [status.name.removeprefix(prefix) for status in starting]

    def watch(self) -> None:
        """Show every frame that leaves on a topic."""
        for name, kinds in self.get_topic_names_and_types():
            if name.endswith("/to_can_bus") and "can_msgs/msg/Frame" in kinds:
                self._seen.append(
                    self.create_subscription(Frame, name, lambda m, name=name: self._frame(name, m), 100)
                )

    def _frame(self, name: str, message: Frame) -> None:
        print(f"frame {name} {message.id:03X}#{bytes(message.data[: message.dlc]).hex().upper()}", flush=True)


def main(args: list[str] | None = None) -> int:
    """Exit code 0 when the call was carried out or answered, 1 when not, 4 without a bridge in the graph."""
    given = remove_ros_args(sys.argv if args is None else ["call", *args])[1:]
    parser = argparse.ArgumentParser(prog="call", description="Call a tool through the bridge.")
    parser.add_argument("call", help="the tool call as JSON text")
    parser.add_argument("--speaker", default="DRIVER", help="DRIVER, PASSENGER, … or UNKNOWN")
    parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for bridge and result")
    options = parser.parse_args(given)
    rclpy.init(args=args)
    node = Caller()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        return _call(node, executor, options)
    except KeyboardInterrupt:
        return 130
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()


def _call(node: Caller, executor: SingleThreadedExecutor, options: argparse.Namespace) -> int:
    end = time.monotonic() + options.wait
    while not node.action.server_is_ready():
        if time.monotonic() > end:
            print(
                "error: no bridge answers in this namespace; start it, or set ROS_DOMAIN_ID", file=sys.stderr
            )
            return 4
        executor.spin_once(timeout_sec=0.1)
    heard_by = min(end, time.monotonic() + HEARD_S)
    while node.unheard is None or node.unheard:
        if time.monotonic() > heard_by:
            what = f"nothing heard of: {', '.join(node.unheard)}" if node.unheard else "no diagnostics heard"
            print(f"note: {what}", file=sys.stderr)
            break
        executor.spin_once(timeout_sec=0.1)
    node.watch()
    word = options.speaker.upper()
    seat = getattr(Provenance, f"ZONE_{word}", Provenance.ZONE_UNKNOWN)
    who = make(
        Provenance,
        speaker=getattr(Provenance, f"SPEAKER_{word}"),
        zone=seat,
        channel=Provenance.CHANNEL_VOICE,
    )
    goal = make(HandleToolCall.Goal, call_json=options.call, provenance=who)

    def feedback(message: Any) -> None:
        said = message.feedback
        print(f"stage {STAGES[said.stage]} ({WORDS.get(said.status, '?')})", flush=True)

    sent = node.action.send_goal_async(goal, feedback_callback=feedback)
    executor.spin_until_future_complete(sent, timeout_sec=options.wait)
    if not sent.done() or not sent.result().accepted:
        print("error: the goal was not accepted", file=sys.stderr)
        return 1
    result = sent.result().get_result_async()
    executor.spin_until_future_complete(result, timeout_sec=options.wait)
    if not result.done():
        print("error: no result in time", file=sys.stderr)
        return 1
    outcome: Outcome = result.result().result.outcome
    print(f"outcome {WORDS[outcome.status]} {outcome.code}".rstrip())
    print(f"say {outcome.say_en}")
    return 0 if result.result().status == 4 else 1  # GoalStatus.STATUS_SUCCEEDED


if __name__ == "__main__":
    sys.exit(main())
