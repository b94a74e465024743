"""The interfaces as built here are those guarded without ROS; messages are built by one helper only."""

import ast
import json
import os
from pathlib import Path

import pytest
from intent_bridge_msgs import msg
from rclpy.serialization import deserialize_message, serialize_message

from tests.ros.golden import built

DATA = Path(__file__).parents[1] / "data"
SOURCES = Path(__file__).parents[2] / "ros2_ws/src/intent_bridge_ros/intent_bridge_ros"
EXAMPLES = json.loads((DATA / "ros_messages.json").read_text(encoding="utf-8"))


def test_rosidl_computes_the_hashes_that_rosbags_computed() -> None:
    import sys

    prefixes = [*os.environ.get("AMENT_PREFIX_PATH", "").split(":"), sys.prefix]
    share = next(p for one in prefixes if one and (p := Path(one) / "share/intent_bridge_msgs").is_dir())
    built = {}
    for file in share.glob("*/*.json"):
        for one in json.loads(file.read_text(encoding="utf-8"))["type_hashes"]:
            built[one["type_name"]] = one["hash_string"]
    golden = json.loads((DATA / "ros_type_hashes.json").read_text(encoding="utf-8"))
    assert {name: built[name] for name in golden} == golden


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["type"])
def test_rclpy_reads_and_writes_the_bytes_that_are_read_and_written_without_ros(example: dict) -> None:
    kind, golden = getattr(msg, example["type"]), bytes.fromhex(example["hex"])
    message = built(kind, example["fields"])
    assert deserialize_message(golden, kind) == message
    ours = bytes(serialize_message(message))
    assert len(ours) == len(golden)
    assert all(a == b or b == 0 for a, b in zip(ours, golden, strict=True)), "rclpy leaves padding as it is"


def test_the_nodes_build_every_message_they_send_with_that_helper() -> None:
    """A message class that is called by itself is checked by nobody."""
    bare = []
    for file in SOURCES.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.endswith(("_msgs.msg", "_msgs.srv", "_msgs.action", "_interfaces.msg"))
            for alias in node.names
        }
        descriptors = {"ParameterDescriptor", "SetParametersResult", "IntegerRange", "FloatingPointRange"}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in imported - descriptors or name.startswith(("msg.", "srv.", "HandleToolCall.")):
                    bare.append(f"{file.name}:{node.lineno} {name}")
    assert not bare
