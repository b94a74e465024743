"""A vehicle's own tool names and schemas lead to the same intents, by data alone."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from intent_bridge.errors import ProfileError, ToolCallError
from intent_bridge.intents import Catalogue, GetVehicleState, IntentModel, NotEquipped
from intent_bridge.intents.body import SetWindow
from intent_bridge.intents.climate import SetAirConditioning, SetCabinTemperature, SetFanSpeed
from intent_bridge.types import ToolCall
from tests.unit.intents.car import full_car, schema_of, without


def own(
    name: str, intent: str, properties: dict[str, Any], arguments: dict[str, Any], **schema: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"{name} of this car.",
        "parameters": {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **schema,
        },
        "intent": intent,
        "arguments": arguments,
    }


WINDOW = own(
    "open_close_window",
    "set_window",
    {
        "window": {"type": "string", "enum": ["ALL", "DRIVER", "LEFT_REAR"]},
        "percentage": {"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 1},
    },
    {
        "zone": {"take": "window", "map": {"ALL": "all", "DRIVER": "driver", "LEFT_REAR": "rear_left"}},
        "percent": {"take": "percentage"},
    },
    required=["window", "percentage"],
)
FAN = own(
    "set_fan_speed",
    "set_fan_speed",
    {"speed": {"type": "number", "minimum": 0, "maximum": 5}},
    {
        "zone": {"fixed": "all"},
        "level": {"take": "speed", "map": {"0": 0, "1": 2, "2": 4, "2.5": 5, "5": 10}},
    },
    required=["speed"],
)
COOLING = own(
    "cooling",
    "set_air_conditioning",
    {"state": {"type": ["boolean", "null"]}},
    {"on": {"take": "state", "map": {"true": True, "false": False}}},
    required=["state"],
)
WARMTH = own(
    "warmth",
    "set_cabin_temperature",
    {"temperature": {"type": "number"}, "who": {"type": "string"}},
    {"celsius": {"take": "temperature"}, "zone": {"take": "who"}},
    required=["temperature"],
)
LOOK = own("get_lights", "get_vehicle_state", {}, {"topics": {"fixed": ["body"]}})
CAR = full_car(own_tools=(WINDOW, FAN, COOLING, WARMTH, LOOK))
CATALOGUE = Catalogue(CAR)


def parse(tool: str, arguments: dict[str, object]) -> IntentModel | NotEquipped:
    return CATALOGUE.parse(ToolCall("1", tool, arguments))


def refusal(tool: str, arguments: dict[str, object]) -> ToolCallError:
    with pytest.raises(ToolCallError) as caught:
        parse(tool, arguments)
    return caught.value


@pytest.mark.parametrize(
    ("tool", "arguments", "intent"),
    [
        (
            "open_close_window",
            {"window": "LEFT_REAR", "percentage": 50.0},
            SetWindow(zone="rear_left", percent=Decimal(50)),
        ),
        ("set_fan_speed", {"speed": 2.0}, SetFanSpeed(zone="all", level=4)),
        ("set_fan_speed", {"speed": 2.5}, SetFanSpeed(zone="all", level=5)),
        ("cooling", {"state": True}, SetAirConditioning(on=True)),
        ("warmth", {"temperature": 22.5}, SetCabinTemperature(celsius=Decimal("22.5"))),
        (
            "warmth",
            {"temperature": 22, "who": "driver"},
            SetCabinTemperature(zone="driver", celsius=Decimal(22)),
        ),
        ("get_lights", {}, GetVehicleState(topics=("body",))),
    ],
)
def test_an_own_call_becomes_the_intent(tool: str, arguments: dict[str, object], intent: IntentModel) -> None:
    assert parse(tool, arguments) == intent


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "where"),
    [
        ("open_close_window", {"window": "LEFT_REAR"}, "missing_argument", ""),
        ("open_close_window", {"window": "LEFT_REAR", "percentage": 1, "x": 1}, "extra_argument", ""),
        ("open_close_window", {"window": "driver", "percentage": 1}, "not_a_choice", "window"),
        ("open_close_window", {"window": "ALL", "percentage": "1"}, "wrong_type", "percentage"),
        ("open_close_window", {"window": "ALL", "percentage": True}, "wrong_type", "percentage"),
        ("open_close_window", {"window": "ALL", "percentage": 101}, "out_of_range", "percentage"),
        ("open_close_window", {"window": "ALL", "percentage": 1.5}, "off_step", "percentage"),
        ("open_close_window", {"window": "ALL\u200b", "percentage": 1}, "control_character", "window"),
        ("set_fan_speed", {"level": 3}, "extra_argument", ""),
        ("set_fan_speed", {"speed": 3}, "not_a_choice", "speed"),
        ("cooling", {"state": None}, "not_a_choice", "state"),
        ("warmth", {"temperature": 22.3}, "off_step", "temperature"),
        ("warmth", {"temperature": 22, "who": "nobody"}, "not_a_choice", "who"),
    ],
)
def test_a_refusal_speaks_of_the_own_arguments(
    tool: str, arguments: dict[str, object], code: str, where: str
) -> None:
    error = refusal(tool, arguments)
    assert (error.code, error.where) == (code, where)
    assert "\n" not in str(error) and len(str(error)) < 400


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"window": "LEFT_REAR"}, "needs window, percentage"),
        ({"window": "driver", "percentage": 1}, "window: must be ALL, DRIVER or LEFT_REAR"),
        ({"window": "ALL", "percentage": 101}, "percentage: breaks maximum 100 of the tool's schema"),
        (
            {"window": "ALL", "percentage": 1, "x": 1},
            "has an unknown argument; it takes window or percentage",
        ),
    ],
)
def test_a_refusal_by_the_own_schema_names_the_mend(arguments: dict[str, object], text: str) -> None:
    assert str(refusal("open_close_window", arguments)) == text


def test_own_tools_come_first_and_hide_a_built_in_one_of_the_same_name() -> None:
    names = [tool.name for tool in CATALOGUE.tools]
    assert names[:5] == ["open_close_window", "set_fan_speed", "cooling", "warmth", "get_lights"]
    assert names.count("set_fan_speed") == 1 and "set_window" in names
    assert list(schema_of(CATALOGUE.tools, "set_fan_speed")) == ["speed"]
    kinds = {tool.name: (tool.domain, tool.read_only) for tool in CATALOGUE.tools}
    assert kinds["open_close_window"] == ("body", False) and kinds["get_lights"] == ("read", True)


def test_scenes_speak_in_intents_even_where_an_own_tool_took_the_name() -> None:
    steps = [{"call": "set_fan_speed", "arguments": {"zone": "driver", "level": 3}}]
    scenes = {"breeze": {"description": "A little wind.", "steps": steps}}
    breezy = Catalogue(full_car(own_tools=(FAN,), scenes=scenes))
    call = ToolCall("1", "set_fan_speed", {"zone": "driver", "level": 3})
    assert breezy.parse(replace(call, own=False)) == SetFanSpeed(zone="driver", level=3)
    with pytest.raises(ToolCallError, match="it takes speed"):
        breezy.parse(call)


def test_an_own_tool_without_its_actuator_is_not_equipped() -> None:
    bare = Catalogue(without(CAR, "Window", "Row2.Driver.Temperature"))
    assert "open_close_window" not in {tool.name for tool in bare.tools}
    missing = bare.parse(ToolCall("1", "open_close_window", {"window": "ALL", "percentage": 1}))
    assert missing == NotEquipped("open_close_window")
    missing = bare.parse(ToolCall("1", "warmth", {"temperature": 20, "who": "rear_left"}))
    assert missing == NotEquipped("warmth", "zone", "rear_left")


OPEN: dict[str, Any] = {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"intent": "set_wings"}, "there is no intent set_wings"),
        ({"arguments": {"percent": {"take": "percentage"}, "speed": {"fixed": 1}}}, "has no argument speed"),
        ({"arguments": {"percent": {"take": "percentage"}}}, "no argument takes parameter window"),
        ({"parameters": OPEN}, "additionalProperties: false"),
        ({"parameters": {**WINDOW["parameters"], "allOf": [{"$ref": "#"}]}}, "must not use $ref"),
    ],
)
def test_an_own_tool_that_cannot_work_is_the_integrators_problem(
    change: dict[str, Any], problem: str
) -> None:
    profile = full_car(own_tools=({**WINDOW, **change},))
    with pytest.raises(ProfileError) as caught:
        Catalogue(profile)
    assert problem in str(caught.value)
    assert {p.file.name for p in caught.value.problems} == {"tools.yaml"}
