"""What `make ros` and `make test-ros` run before there is any ROS."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "ros2_ws/tools"


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere the first line says so already")
def test_where_ros_cannot_be_had_one_line_says_why(tmp_path: Path) -> None:
    for name in ("uname", "ldd", "grep", "dirname"):  # and neither cmake nor a compiler
        found = shutil.which(name)
        if found is not None:
            (tmp_path / name).symlink_to(found)
    command = ["/bin/sh", str(TOOLS / "possible.sh"), "no_such_distro", str(tmp_path / "none"), "python3"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}, timeout=60
    )
    assert done.returncode == 77
    (line,) = done.stdout.splitlines()
    assert line.startswith("ROS 2 is skipped: ")
