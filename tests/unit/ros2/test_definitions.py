"""The interfaces of the ROS 2 workspace, guarded without any ROS."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rosbags")
from tests.unit.ros2.definitions import WORKSPACE, definitions, typestore

DATA = Path(__file__).parents[2] / "data"
EXAMPLES = json.loads((DATA / "ros_messages.json").read_text(encoding="utf-8"))


def test_no_interface_changes_by_accident() -> None:
    """A changed hash means that no node of another version can talk to this one: note it in the changelog."""
    store = typestore()
    hashes = {name: store.hash_rihs01(name) for name in definitions() if name.startswith("intent_bridge")}
    assert hashes == json.loads((DATA / "ros_type_hashes.json").read_text(encoding="utf-8"))


def test_the_stand_in_of_can_msgs_is_the_neighbours_message() -> None:
    """As `ros2 topic info -v` says it of ros_canopen's can_msgs/Frame."""
    wanted = "RIHS01_0cdc7d15657573ee6ff151e5cc1943888301e370d957e2c077a154f4755fd976"
    assert typestore().hash_rihs01("can_msgs/msg/Frame") == wanted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["type"])
def test_messages_are_read_and_written_without_ros(example: dict[str, Any]) -> None:
    store, name = typestore(), f"intent_bridge_msgs/msg/{example['type']}"
    raw = bytes.fromhex(example["hex"])
    message = store.deserialize_cdr(raw, name)
    assert plain(message) == example["fields"]
    assert bytes(store.serialize_cdr(message, name)) == raw  # rclpy reads and writes the same: tests/ros


def plain(value: Any) -> Any:
    """A message as the data it was made of."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if hasattr(value, "__msgtype__"):
        return {key: plain(one) for key, one in vars(value).items() if key.islower() and key[0] != "_"}
    return value


def test_every_field_says_what_it_means() -> None:
    bare = []
    for name, text in definitions().items():
        for line in text.splitlines():
            code, _, comment = line.partition("#")
            constant = "=" in code
            if code.strip() and not constant and not comment.strip() and "structure_needs" not in code:
                bare.append(f"{name}: {line}")
    assert not bare


def test_the_token_of_a_persons_yes_travels_on_the_confirmation_topic_and_back_alone() -> None:
    with_token = {n for n, text in definitions().items() if re.search(r"^\S+\s+token\b", text, re.M)}
    assert with_token == {"intent_bridge_msgs/msg/Confirmation", "intent_bridge_msgs/srv/Confirm_Request"}


def test_all_packages_have_the_same_version_and_licence() -> None:
    found = set()
    for file in WORKSPACE.glob("src/*/package.xml"):
        text = file.read_text(encoding="utf-8")
        found.add(tuple(re.findall(r"<(?:version|license)>([^<]+)<", text)))
    assert len(found) == 1
