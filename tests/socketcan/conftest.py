"""What the tests on real SocketCAN share. They run inside the guest of `guest.sh` and nowhere else."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from intent_bridge.profile import Profile, load_profile
from tests.socketcan.adapter import Adapter
from tests.socketcan.tools import BUSES, ip

collect_ignore_glob = [] if "INTENT_BRIDGE_GUEST" in os.environ else ["test_*"]


@pytest.fixture(scope="session")
def profile() -> Profile:
    """The vehicle of these tests."""
    return load_profile("demo_sedan")


@pytest.fixture(scope="session")
def ecus() -> Iterator[None]:
    """`intent-bridge sim` in a process of its own on vcan0 to vcan2."""
    options = [f"--bus={name}=socketcan:{device}" for name, device in BUSES.items()]
    command = [sys.executable, "-m", "intent_bridge", "sim", "demo_sedan", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and "demo_sedan" in process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    """A serial CAN adapter at 500 kbit/s whose network interface is up."""
    plugged = Adapter()
    ip("link", "set", plugged.device, "type", "can", "bitrate", "500000")
    ip("link", "set", plugged.device, "up")
    yield plugged
    plugged.unplug()
