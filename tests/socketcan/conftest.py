"""What the tests on real SocketCAN share. They run inside the guest of `guest.sh` and nowhere else."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from intent_bridge.profile import Profile, data_dir, load_profile
from tests.socketcan.adapter import Adapter
from tests.socketcan.tools import BUSES, ip

collect_ignore_glob = [] if "INTENT_BRIDGE_GUEST" in os.environ else ["test_*"]


@pytest.fixture(scope="session")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demo_sedan with ten times as long limits of age and answer: the machine may be busy."""
    folder = tmp_path_factory.mktemp("vehicle") / "demo_sedan"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    file = folder / "profile.yaml"
    limits = re.compile(r"\b(max_age_ms|confirm_within_ms|lifetime_ms): (\d+)")
    file.write_text(
        limits.sub(lambda m: f"{m[1]}: {m[2]}0", file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def profile(patient: Path) -> Profile:
    """The vehicle of these tests."""
    return load_profile(patient)


@pytest.fixture(scope="session")
def ecus() -> Iterator[None]:
    """`intent-bridge sim` in a process of its own on vcan0 to vcan2."""
    options = [f"--bus={name}=socketcan:{device}" for name, device in BUSES.items()]
    command = [sys.executable, "-m", "intent_bridge", "sim", "demo_sedan", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and "demo_sedan" in process.stdout.readline()
            yield
        finally:
            process.terminate()


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    """A serial CAN adapter at 500 kbit/s whose network interface is up."""
    plugged = Adapter()
    ip("link", "set", plugged.device, "type", "can", "bitrate", "500000")
    ip("link", "set", plugged.device, "up")
    yield plugged
    plugged.unplug()
