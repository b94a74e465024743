"""The bridge node with faults of ours planted in it: one in a callback of each kind, failing when told to."""

import os
import sys
from pathlib import Path

from intent_bridge_ros.node import BridgeNode
from intent_bridge_ros.run import run
from std_msgs.msg import Int32
from std_srvs.srv import Trigger

from intent_bridge.errors import InvariantError


class BrokenNode(BridgeNode):
    """Fails in the step that comes after the file FAULT was made, once; at each message; at each question."""

    def __init__(self) -> None:
        super().__init__()
        self.create_subscription(Int32, "~/fault", self._fail, 10)
        self.create_service(Trigger, "~/fault", self._fail)

    def _step(self) -> None:
        fault = Path(os.environ["FAULT"])
        if fault.exists():
            fault.unlink()
            self._fail()
        super()._step()

    def _fail(self, *_: object) -> None:
        raise InvariantError("planted")


if __name__ == "__main__":
    sys.exit(run(BrokenNode))
