"""The nodes that `make bench-ros` measures, each with a bare rclpy peer in the same process and executor."""

from __future__ import annotations

import sys
import threading
from typing import Any

from intent_bridge_msgs.action import HandleToolCall
from intent_bridge_msgs.srv import ExplainToolCall
from intent_bridge_ros.goals import RESULT_KEPT_S
from intent_bridge_ros.node import BridgeNode
from intent_bridge_ros.relay import RELAY_SPECS, RelaySession
from intent_bridge_ros.run import run
from rclpy.action import ActionServer
from std_msgs.msg import Int32

from intent_bridge.bridge.ecus import serve_ecus
from intent_bridge.cli.options import read_buses
from intent_bridge.profile import load_profile


class BenchBridge(BridgeNode):
    """The bridge on virtual CAN buses, its ECUs in a thread; an action and a service that do nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._bare = ActionServer(
            self, HandleToolCall, "bare/action", self._nothing, result_timeout=RESULT_KEPT_S
        )
        self.create_service(ExplainToolCall, "bare/service", lambda request, answer: answer)
        self._ended = threading.Event()
        profile = load_profile(self.parameters["vehicle"])
        buses = read_buses([f"{name}=virtual:bench_{name}" for name in profile.file.buses])
        self._ecus = threading.Thread(target=serve_ecus, args=(profile, buses, self._ended.is_set))
        self._ecus.start()

    @staticmethod
    def _nothing(goal: Any) -> HandleToolCall.Result:
        goal.succeed()
        return HandleToolCall.Result()

    def leave(self) -> None:
        """The process ends."""
        self._ended.set()
        self._ecus.join()
        super().leave()


class BenchRelay(BridgeNode):
    """The relay, and a topic that is passed on without a look."""

    def __init__(self) -> None:
        super().__init__("guard_relay", RelaySession, RELAY_SPECS)
        out = self.create_publisher(Int32, "bare/out", 10)
        self.create_subscription(Int32, "bare/in", out.publish, 10)


if __name__ == "__main__":
    kind = BenchRelay if sys.argv[1] == "relay" else BenchBridge
    sys.exit(run(kind, sys.argv[2:]))
