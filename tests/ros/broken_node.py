"""The bridge node with a fault of ours planted in it: its engine fails when the file FAULT appears."""

import os
import sys
from pathlib import Path

from intent_bridge_ros.node import BridgeNode
from intent_bridge_ros.run import run

from intent_bridge.errors import InvariantError


class BrokenNode(BridgeNode):
    """Fails in the step that comes after the file was made, once."""

    def _step(self) -> None:
        fault = Path(os.environ["FAULT"])
        if fault.exists():
            fault.unlink()
            raise InvariantError("planted")
        super()._step()


if __name__ == "__main__":
    sys.exit(run(BrokenNode))
