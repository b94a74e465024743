"""A vehicle's own tools are checked at load like everything else."""

import pytest

from intent_bridge.profile import load_profile

from .conftest import Copy

TOOLS = """\
tools:
  - name: set_climate_temperature
    description: Set the temperature of a zone.
    parameters:
      type: object
      properties:
        temp: {type: number}
        seat_zone: {type: string, enum: [DRIVER, PASSENGER]}
      required: [temp]
    intent: set_cabin_temperature
    arguments:
      celsius: {take: temp}
      zone: {take: seat_zone, map: {DRIVER: driver, PASSENGER: passenger}}
      smooth: {fixed: true}
"""


def test_own_tools_are_read(copy: Copy) -> None:
    copy.write("tools.yaml", TOOLS)
    (tool,) = load_profile(copy.folder).own_tools
    assert tool.name == "set_climate_temperature" and tool.intent == "set_cabin_temperature"
    assert tool.arguments["zone"].map == {"DRIVER": "driver", "PASSENGER": "passenger"}
    assert tool.arguments["smooth"].fixed is True


@pytest.mark.parametrize(
    ("old", "new", "what", "at"),
    [
        ("{type: number}", "{type: nmber}", "not a JSON Schema", "nmber"),
        ("      type: object\n", "      type: array\n", "the parameters are not an object", "parameters:"),
        ("take: temp", "take: tmp", "the tool has no parameter `tmp`; did you mean `temp`?", "tmp"),
        ("{take: temp}", "{take: temp, fixed: 3}", "either taken or fixed", "celsius"),
        ("{take: temp}", "{}", "either taken or fixed", "celsius"),
        ("{fixed: true}", "{fixed: true, map: {a: b}}", "a map needs a parameter", "map: {a"),
        (
            "    intent: set_cabin_temperature\n",
            "",
            "a tool has one of intent, reads and noop",
            "name: set_climate",
        ),
        ("  - name: set_climate_temperature", "  - name: set climate", "should match pattern", "set climate"),
    ],
)
def test_a_wrong_tool_is_told_at_its_line(copy: Copy, old: str, new: str, what: str, at: str) -> None:
    assert old in TOOLS
    copy.write("tools.yaml", TOOLS.replace(old, new, 1))
    (problem,) = copy.problems()
    assert what in f"{problem.what}; {problem.mend}"
    assert problem.mend and problem.file.name == "tools.yaml"
    assert at in copy.line(problem)


def test_a_tool_name_is_given_once_in_both_files(copy: Copy) -> None:
    copy.replace(
        "profile.yaml",
        "    command: CLIMATE_CMD.AirCon\n",
        "    command: CLIMATE_CMD.AirCon\n    tool: {name: set_climate_temperature, description: x}\n",
    )
    copy.write("tools.yaml", TOOLS)
    (problem,) = copy.problems()
    assert problem.what == "tool `set_climate_temperature` exists already"
