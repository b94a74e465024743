"""The message definitions of the ROS 2 workspace, read by `rosbags` without any ROS."""

import re
from pathlib import Path
from typing import Any

from rosbags.typesys import Stores, get_types_from_msg, get_typestore

WORKSPACE = Path(__file__).parents[3] / "ros2_ws"
_PARTS = {".msg": ("",), ".srv": ("_Request", "_Response"), ".action": ("_Goal", "_Result", "_Feedback")}


def definitions() -> dict[str, str]:
    """Every message of the workspace and of the stand-ins, name to text; parts of a service by suffix."""
    found = {}
    packages = [WORKSPACE / "src/intent_bridge_msgs", *sorted((WORKSPACE / "stand_in").iterdir())]
    for package in packages:
        names = "|".join(file.stem for file in package.glob("msg/*.msg"))
        local = re.compile(rf"^({names})\b", re.M)  # rosbags looks for them beside the service
        for file in sorted(package.glob("*/*.*")):
            suffixes = _PARTS.get(file.suffix)
            if suffixes is None:
                continue
            texts = file.read_text(encoding="utf-8").split("\n---\n")
            for suffix, text in zip(suffixes, texts, strict=True):
                name = f"{package.name}/{file.parent.name}/{file.stem}{suffix}"
                if not re.sub(r"#.*", "", text).strip():
                    text = "uint8 structure_needs_at_least_one_member"  # as rosidl has it
                found[name] = local.sub(rf"{package.name}/msg/\1", text)
    return found


def typestore() -> Any:
    """Kilted's own types and ours."""
    store = get_typestore(Stores.ROS2_KILTED)
    types: dict[str, Any] = {}
    for name, text in definitions().items():
        (defined,) = get_types_from_msg(text, name).values()
        types[name] = defined
    store.register(types)
    return store
