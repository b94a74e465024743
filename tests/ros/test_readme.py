"""The three commands of README's ROS section, as somebody runs them who has just built the workspace."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.ros.graph import Process, until

README = Path(__file__).parents[2] / "README.md"

Start = Callable[..., Process]


def test_the_call_of_the_readme_is_confirmed_and_its_frame_seen(start: Start, patient: Path) -> None:
    text = README.read_text(encoding="utf-8")
    nodes = re.search(r"for node in ([\w ]+); do .*-p autostart:=true & done", text)
    call = re.search(r"-m intent_bridge_ros.call '(.+)'", text)
    assert nodes is not None and call is not None
    for node in nodes[1].split():
        start(f"intent_bridge_ros.{node}", autostart=True, vehicle=str(patient))
    asked = start("intent_bridge_ros.call", arguments=[call[1], "--wait", "60"])
    assert asked.wait() == 0, asked.says()
    said = asked.says()
    assert re.search(r"^frame /comfort/to_can_bus [0-9A-F]{3}#[0-9A-F]+$", said, re.M), said
    assert "stage sent (sent)" in said and "outcome done" in said and "40 %" in said


def test_a_call_into_an_empty_graph_says_that_no_bridge_answers(start: Start) -> None:
    alone = start("intent_bridge_ros.call", namespace="/nobody", arguments=["{}", "--wait", "1"])
    assert alone.wait() == 4
    until(lambda: "no bridge answers" in alone.says(), "why")
