"""Tests of the ROS 2 nodes: real rclpy, real processes, loopback only. `make test-ros` runs them.

Under the library's own Python, which has no rclpy, nothing here is collected.
"""

from importlib.util import find_spec

if find_spec("rclpy") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    from tests.ros.fixtures import *  # noqa: F403
