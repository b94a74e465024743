"""An actuator that no built-in intent covers gets a typed tool from profile data alone."""

from typing import Any

import pytest

from intent_bridge.errors import ProfileError, ToolCallError
from intent_bridge.intents import Catalogue, NotEquipped, ProfileTool, to_value
from intent_bridge.types import ToolCall
from tests.unit.intents.car import ON_OFF, car, enum, number, schema_of


def tool(name: str) -> dict[str, Any]:
    return {"tool": {"name": name, "description": f"Set the {name}."}}


PROFILE = car(
    {
        "Vehicle.Cabin.Fragrance.Intensity": {**number(0, 3, 1, "level"), **tool("set_fragrance")},
        "Vehicle.Cabin.Fridge.Temperature": {**number(-6, 12, 0.5, "Celsius"), **tool("set_fridge")},
        "Vehicle.Cabin.Fridge.Mode": {**enum("ECO", "POWER"), **tool("set_fridge_mode")},
        "Vehicle.Cabin.Seat.{seat}.NeckScarf.IsOn": {**ON_OFF, **tool("set_neck_scarf")},
        "Vehicle.Cabin.Mist.Flow": {**number(0, 1, 0.25, "ml/min"), **tool("set_mist")},
    }
)
CATALOGUE = Catalogue(PROFILE)


def parse(name: str, arguments: dict[str, object]) -> object:
    return CATALOGUE.parse(ToolCall("1", name, arguments))


@pytest.mark.parametrize(
    ("name", "arguments", "template", "value"),
    [
        ("set_fragrance", {"level": 2.0}, "Vehicle.Cabin.Fragrance.Intensity", 2),
        ("set_fridge", {"celsius": -5.5}, "Vehicle.Cabin.Fridge.Temperature", -11),
        ("set_fridge_mode", {"choice": "power"}, "Vehicle.Cabin.Fridge.Mode", "POWER"),
        ("set_neck_scarf", {"zone": "all", "on": True}, "Vehicle.Cabin.Seat.{seat}.NeckScarf.IsOn", True),
        ("set_mist", {"amount": 0.75}, "Vehicle.Cabin.Mist.Flow", 3),
    ],
)
def test_a_call_becomes_an_intent_with_a_target(
    name: str, arguments: dict[str, object], template: str, value: object
) -> None:
    intent = parse(name, arguments)
    assert isinstance(intent, ProfileTool) and (intent.tool, intent.domain) == (name, "comfort")
    (target,) = intent.targets
    assert target.path == template
    quantity = next(a.spec for path, a in PROFILE.actuators.items() if path.endswith(template.split(".")[-1]))
    if "Fridge" not in template:
        assert to_value(target, quantity, getattr(intent, target.field)) == value


def test_the_tools_are_shown_by_name_after_the_built_in_ones_with_their_own_text() -> None:
    assert [t.name for t in CATALOGUE.tools][-5:] == [
        "set_fragrance",
        "set_fridge",
        "set_fridge_mode",
        "set_mist",
        "set_neck_scarf",
    ]
    assert {t.name: t.description for t in CATALOGUE.tools}["set_mist"] == "Set the set_mist."
    assert schema_of(CATALOGUE.tools, "set_fridge") == {
        "celsius": {"type": "number", "minimum": -6, "maximum": 12, "multipleOf": 0.5}
    }
    assert schema_of(CATALOGUE.tools, "set_mist")["amount"]["description"] == "In ml/min."


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("set_fragrance", {"level": 4}, "out_of_range"),
        ("set_fragrance", {"level": "2"}, "wrong_type"),
        ("set_fragrance", {"level": 1, "zone": "driver"}, "extra_argument"),
        ("set_fridge_mode", {"choice": "max"}, "not_a_choice"),
        ("set_neck_scarf", {"on": 1}, "wrong_type"),
    ],
)
def test_a_profile_tool_is_as_strict_as_a_built_in_one(
    name: str, arguments: dict[str, object], code: str
) -> None:
    with pytest.raises(ToolCallError) as caught:
        parse(name, arguments)
    assert caught.value.code == code


def test_a_place_without_the_thing_is_not_equipped() -> None:
    front = car({"Vehicle.Cabin.Seat.Row1.DriverSide.NeckScarf.IsOn": {**ON_OFF, **tool("set_neck_scarf")}})
    missing = Catalogue(front).parse(ToolCall("1", "set_neck_scarf", {"zone": "passenger", "on": True}))
    assert missing == NotEquipped("set_neck_scarf", "zone", "passenger")


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (
            {"Vehicle.A.On": {**ON_OFF, **tool("set_it")}, "Vehicle.B.On": {**ON_OFF, **tool("set_it")}},
            "more than the place",
        ),
        ({"Vehicle.A.On": {**ON_OFF, **tool("set_window")}}, "a built-in tool has this name"),
    ],
)
def test_names_that_collide_are_the_integrators_problem(paths: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProfileError, match=problem):
        Catalogue(car(paths))
