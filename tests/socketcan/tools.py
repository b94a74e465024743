"""Small helpers: shell commands with an end, and waiting for something to become true."""

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

BUSES = {"body": "vcan0", "comfort": "vcan1", "adas": "vcan2"}
"""Where each bus of demo_sedan is in the guest."""
QUIET = "vcan3"
"""A device on which nobody speaks but the test."""
PATIENCE_S = 60
"""Far more than anything takes: a machine may be busy. Only a failure waits so long."""


def run(*command: str) -> str:
    """The output of a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S).stdout


def ip(*words: str) -> str:
    """iproute2."""
    return run("ip", *words)


def link_info(device: str) -> dict[str, Any]:
    """What the kernel's own tool says of an interface."""
    found: dict[str, Any] = json.loads(ip("-j", "-d", "link", "show", device))[0]
    return found


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)
