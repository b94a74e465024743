"""Calls for a car that has everything: what becomes an intent, what is refused, by which code and where."""

from typing import Any

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, IntentModel, NotEquipped
from intent_bridge.types import ToolCall
from tests.unit.intents.car import full_car

FULL = Catalogue(full_car())


def parse(tool: str, arguments: object, catalogue: Catalogue = FULL) -> IntentModel | NotEquipped:
    return catalogue.parse(ToolCall("1", tool, arguments))  # type: ignore[arg-type]


def refusal(tool: str, arguments: object, catalogue: Catalogue = FULL) -> ToolCallError:
    with pytest.raises(ToolCallError) as caught:
        parse(tool, arguments, catalogue)
    return caught.value


ACCEPTED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("set_cabin_temperature", {"celsius": 16}, {"celsius": 16}),
    ("set_cabin_temperature", {"celsius": 30.0, "zone": "all"}, {"zone": "all", "celsius": 30}),
    ("set_cabin_temperature", {"celsius": 22.5, "zone": None}, {"celsius": 22.5}),
    ("set_cabin_temperature", {"celsius": "LO", "zone": "rear_row"}, {"zone": "rear_row", "celsius": "LO"}),
    ("set_fan_speed", {"level": 0}, {"level": 0}),
    ("set_fan_speed", {"level": 10.0}, {"level": 10}),
    ("set_air_distribution", {"direction": "face_floor"}, {"direction": "face_floor"}),
    ("set_defrost", {"window": "all", "on": False}, {"window": "all", "on": False}),
    ("set_steering_wheel_heating", {"level": 2}, {"level": 2}),
    ("set_seat_position", {"millimetres": 250, "zone": "driver"}, {"zone": "driver", "millimetres": 250}),
    ("recall_seat_memory", {"slot": 3}, {"slot": 3}),
    ("set_seat_massage", {"level": 5}, {"level": 5}),
    ("set_acc_time_gap", {"seconds": 1}, {"seconds": 1}),
    ("set_acc_time_gap", {"seconds": 2.2}, {"seconds": 2.2}),
    ("step_cruise_speed", {"direction": "down", "steps": 4}, {"direction": "down", "steps": 4}),
    ("set_lane_keep_assist", {"on": None, "mode": "both"}, {"mode": "both"}),
    ("set_speed_limit_assist", {"offset_km_h": -10}, {"offset_km_h": -10}),
    ("set_drive_mode", {"mode": "rain_plus"}, {"mode": "rain_plus"}),
    ("set_trunk", {"open": True}, {"open": True}),
    ("set_trunk", {"percent": 40, "open": None}, {"percent": 40}),
    ("adjust_setting", {"setting": "window", "direction": "up"}, {"setting": "window", "direction": "up"}),
    (
        "adjust_setting",
        {"setting": "cabin_temperature", "direction": "up", "amount": 0.5, "zone": "driver"},
        {"setting": "cabin_temperature", "zone": "driver", "direction": "up", "amount": 0.5},
    ),
    (
        "adjust_setting",
        {"setting": "sunroof", "direction": "down", "size": "max", "zone": "driver"},
        {"setting": "sunroof", "zone": "driver", "direction": "down", "size": "max"},
    ),
    ("activate_scene", {"scene": "nap"}, {"scene": "nap"}),
    ("stop_motion", {}, {}),
    ("get_vehicle_state", {"topics": ["climate", "seat"]}, {"topics": ("climate", "seat")}),
    ("get_capabilities", {}, {}),
]


@pytest.mark.parametrize(("tool", "given", "read"), ACCEPTED)
def test_a_sound_call_becomes_its_intent(tool: str, given: dict[str, Any], read: dict[str, Any]) -> None:
    intent = parse(tool, given)
    assert isinstance(intent, IntentModel)
    assert (intent.tool, intent.arguments) == (tool, read)


REFUSED: list[tuple[str, str, object, str]] = [
    ("unknown_tool", "set_everything", {}, ""),
    ("unknown_tool", "SET_FAN_SPEED", {"level": 1}, ""),
    ("unknown_tool", "", {}, ""),
    ("unknown_tool", "x" * 10_000, {}, ""),
    ("not_an_object", "stop_motion", [], ""),
    ("not_an_object", "stop_motion", None, ""),
    ("missing_argument", "set_cabin_temperature", {}, "celsius"),
    ("missing_argument", "set_cabin_temperature", {"celsius": None}, "celsius"),
    ("missing_argument", "set_lane_keep_assist", {}, ""),
    ("missing_argument", "set_lane_keep_assist", {"on": None}, ""),
    ("missing_argument", "adjust_setting", {"setting": "window"}, "direction"),
    ("extra_argument", "stop_motion", {"now": True}, ""),
    ("extra_argument", "get_capabilities", {"x": None}, ""),
    ("extra_argument", "set_fan_speed", {"level": 3, "tool": "set_fan_speed"}, ""),
    ("extra_argument", "step_cruise_speed", {"direction": "up", "steps": 1, "change": 9}, ""),
    ("conflicting_arguments", "set_trunk", {"percent": 0, "open": False}, ""),
    (
        "conflicting_arguments",
        "adjust_setting",
        {"setting": "fan_speed", "direction": "up", "amount": 1, "size": "lot"},
        "",
    ),
    ("wrong_type", "set_cabin_temperature", {"celsius": "22"}, "celsius"),
    ("wrong_type", "set_cabin_temperature", {"celsius": "lo"}, "celsius"),
    ("wrong_type", "set_cabin_temperature", {"celsius": True}, "celsius"),
    ("wrong_type", "set_cabin_temperature", {"celsius": [22]}, "celsius"),
    ("wrong_type", "set_fan_speed", {"level": True}, "level"),
    ("wrong_type", "set_fan_speed", {"level": "3"}, "level"),
    ("wrong_type", "set_air_conditioning", {"on": 1}, "on"),
    ("wrong_type", "set_air_conditioning", {"on": "true"}, "on"),
    ("wrong_type", "set_drive_mode", {"mode": 1}, "mode"),
    ("wrong_type", "set_window", {"percent": 1, "zone": ["driver"]}, "zone"),
    ("wrong_type", "get_vehicle_state", {"topics": "climate"}, "topics"),
    ("wrong_type", "adjust_setting", {"setting": "window", "direction": 5}, "direction"),
    ("not_a_choice", "adjust_setting", {"setting": "window", "direction": "left"}, "direction"),
    ("wrong_type", "step_cruise_speed", {"direction": "up", "steps": True}, "steps"),
    ("out_of_range", "set_cabin_temperature", {"celsius": 15.5}, "celsius"),
    ("out_of_range", "set_cabin_temperature", {"celsius": 30.5}, "celsius"),
    ("out_of_range", "set_cabin_temperature", {"celsius": 1e300}, "celsius"),
    ("out_of_range", "set_fan_speed", {"level": 11}, "level"),
    ("out_of_range", "set_fan_speed", {"level": -1}, "level"),
    ("out_of_range", "set_seat_position", {"millimetres": 255}, "millimetres"),
    ("out_of_range", "step_cruise_speed", {"direction": "up", "steps": 0}, "steps"),
    ("out_of_range", "step_cruise_speed", {"direction": "up", "steps": 5}, "steps"),
    ("out_of_range", "get_vehicle_state", {"topics": []}, "topics"),
    ("out_of_range", "adjust_setting", {"setting": "sunroof", "direction": "up", "amount": 0}, "amount"),
    ("out_of_range", "adjust_setting", {"setting": "sunroof", "direction": "up", "amount": 101}, "amount"),
    ("out_of_range", "adjust_setting", {"setting": "fan_speed", "direction": "up", "amount": -1}, "amount"),
    ("out_of_range", "adjust_setting", {"setting": "acc_time_gap", "direction": "up", "amount": 4}, "amount"),
    ("off_step", "set_cabin_temperature", {"celsius": 22.3}, "celsius"),
    ("off_step", "set_fan_speed", {"level": 3.5}, "level"),
    ("off_step", "set_seat_position", {"millimetres": 127}, "millimetres"),
    ("off_step", "step_cruise_speed", {"direction": "up", "steps": 1.5}, "steps"),
    ("off_step", "adjust_setting", {"setting": "fan_speed", "direction": "up", "amount": 1.5}, "amount"),
    ("off_step", "adjust_setting", {"setting": "seat_height", "direction": "up", "amount": 7}, "amount"),
    ("not_a_choice", "set_cabin_temperature", {"celsius": 20, "zone": "roof"}, "zone"),
    ("not_a_choice", "set_recirculation", {"mode": "RECIRCULATE"}, "mode"),
    ("not_a_choice", "set_acc_time_gap", {"seconds": 1.5}, "seconds"),
    ("not_a_choice", "recall_seat_memory", {"slot": 4}, "slot"),
    ("not_a_choice", "set_defrost", {"window": "left", "on": True}, "window"),
    ("not_a_choice", "get_vehicle_state", {"topics": ["climate", "weather"]}, "topics.1"),
    ("not_a_choice", "activate_scene", {"scene": "party"}, "scene"),
    ("not_a_choice", "adjust_setting", {"setting": "speed", "direction": "up"}, "setting"),
]


@pytest.mark.parametrize(("code", "tool", "arguments", "where"), REFUSED)
def test_an_unsound_call_is_refused_by_code_and_place(
    code: str, tool: str, arguments: object, where: str
) -> None:
    error = refusal(tool, arguments)
    assert (error.code, error.where) == (code, where)
    text = str(error)
    assert text.isascii() and "\n" not in text and len(text) < 400


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("set_cabin_temperature", {"celsius": 22.3}, "celsius: goes in steps of 0.5; give 22 or 22.5"),
        ("set_seat_position", {"millimetres": 1}, "millimetres: goes in steps of 5; give 0 or 5"),
        ("set_seat_position", {"millimetres": 249}, "millimetres: goes in steps of 5; give 245 or 250"),
        ("set_cabin_temperature", {"celsius": 40}, "celsius: must be from 16 to 30, LO or HI"),
        ("set_fan_speed", {"level": 12}, "level: must be from 0 to 10"),
        ("set_acc_time_gap", {"seconds": 3}, "seconds: must be 1, 1.4, 1.8 or 2.2"),
        ("set_recirculation", {"mode": "off"}, "mode: `off` is not fresh, recirculate or auto"),
        ("set_fan_sped", {"level": 1}, "there is no tool `set_fan_sped`; did you mean set_fan_speed?"),
        ("set_sunroof", {"percent": 1, "zone": 2}, "set_sunroof has no argument `zone`; it takes percent"),
        ("stop_motion", {"`\u6e29`": 2}, "stop_motion has no argument `'\\u6e29'`; it takes zone"),
    ],
)
def test_a_refusal_names_the_mend(tool: str, arguments: dict[str, object], text: str) -> None:
    assert str(refusal(tool, arguments)) == text
