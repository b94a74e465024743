"""The benchmark's car with something taken out: an actuator, or one parameter of a tool."""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from intent_bridge.profile import Profile


def variant(
    profile: Profile,
    folder: Path,
    *,
    lacks: Sequence[str] = (),
    absent: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """A copy of the vehicle's folder, below `folder`, that lacks these actuators and tool parameters."""
    made = folder / profile.file.vehicle
    shutil.copytree(profile.folder, made, dirs_exist_ok=True)
    if lacks:
        file = made / "profile.yaml"
        head, actuators, rest = file.read_text(encoding="utf-8").partition("\nactuators:\n")
        file.write_text(f"{head}\nlacks: [{', '.join(lacks)}]\n{actuators}{rest}", encoding="utf-8")
    for tool, names in (absent or {}).items():
        file = made / "tools.yaml"
        text, n = re.subn(
            rf"(?m)^- name: {tool}$",
            f"- name: {tool}\n  absent: [{', '.join(names)}]",
            file.read_text(encoding="utf-8"),
        )
        assert n == 1, tool
        file.write_text(text, encoding="utf-8")
    return made
