"""A catalogue shows what one vehicle has, and reads calls for it: tables at the boundaries."""

import json

import pytest

from intent_bridge.errors import ProfileError, ToolCallError
from intent_bridge.intents import INTENTS, SETTINGS, Catalogue, IntentModel, NotEquipped, StopMotion
from intent_bridge.intents.climate import SetCabinTemperature
from intent_bridge.types import ToolCall
from tests.unit.intents.car import EVERYTHING, SCENES, car, enum, full_car, number, schema_of, without

FULL = Catalogue(full_car())


def parse(tool: str, arguments: object, catalogue: Catalogue = FULL) -> IntentModel | NotEquipped:
    return catalogue.parse(ToolCall("1", tool, arguments))  # type: ignore[arg-type]


def refusal(tool: str, arguments: object, catalogue: Catalogue = FULL) -> ToolCallError:
    with pytest.raises(ToolCallError) as caught:
        parse(tool, arguments, catalogue)
    return caught.value


def test_the_nearest_steps_named_are_in_range() -> None:
    rear = car({"Vehicle.Cabin.Sunroof.Position": number(-4, 6, 2, "percent")})
    error = refusal("set_sunroof", {"percent": -3}, Catalogue(rear))
    assert str(error) == "percent: goes in steps of 2; give -4 or -2"


SPARSE = Catalogue(
    without(
        full_car(),
        *("Massage", "Row2.Driver.Temp", "Row2.Passenger.Temp", "Row2.DriverSide.Window"),
        *("LaneKeepAssist.Sens", "LaneDepartureDet", "IsRearDefroster", "Trunk.Rear.IsOpen", "Sunroof.Pos"),
        "CruiseControl.SpeedSet",
    )
)


@pytest.mark.parametrize(
    ("tool", "arguments", "field", "given"),
    [
        ("set_seat_massage", {"level": 2}, "", ""),
        ("set_seat_massage", {"nonsense": 2}, "", ""),
        ("step_cruise_speed", {"direction": "up", "steps": 1}, "", ""),
        ("set_cabin_temperature", {"celsius": 20, "zone": "rear_left"}, "zone", "rear_left"),
        ("set_cabin_temperature", {"celsius": 20, "zone": "rear_row"}, "zone", "rear_row"),
        ("set_window", {"percent": 20, "zone": "rear_left"}, "zone", "rear_left"),
        ("set_lane_keep_assist", {"on": True, "sensitivity": "low"}, "sensitivity", ""),
        ("set_lane_departure_warning", {"sensitivity": "medium"}, "sensitivity", "medium"),
        ("set_lane_departure_warning", {"on": False}, "on", ""),
        ("set_forward_collision_warning", {"sensitivity": "off"}, "sensitivity", "off"),
        ("set_defrost", {"window": "rear", "on": True}, "window", "rear"),
        ("set_drive_mode", {"mode": "snow"}, "mode", "snow"),
        ("set_trunk", {"open": True}, "open", ""),
        ("adjust_setting", {"setting": "sunroof", "direction": "up"}, "setting", "sunroof"),
        ("adjust_setting", {"setting": "sunroof", "direction": "up", "amount": 9999}, "setting", "sunroof"),
        (
            "adjust_setting",
            {"setting": "cabin_temperature", "direction": "up", "zone": "rear_left"},
            "zone",
            "rear_left",
        ),
    ],
)
def test_what_other_cars_have_is_not_equipped_and_not_an_error(
    tool: str, arguments: dict[str, object], field: str, given: str
) -> None:
    missing = parse(tool, arguments, SPARSE)
    assert missing == NotEquipped(tool, field, given)
    assert str(missing).startswith("this vehicle has no")
    assert SPARSE.knows(tool)


def test_what_is_missing_is_said_in_words() -> None:
    assert [
        str(missing)
        for missing in (
            NotEquipped("set_seat_massage"),
            NotEquipped("set_seat_heating", "zone", "rear_left"),
            NotEquipped("set_lane_keep_assist", "sensitivity"),
            NotEquipped("set_drive_mode", "mode", "snow"),
        )
    ] == [
        "this vehicle has nothing that set_seat_massage could set",
        "this vehicle has no seat heating at rear_left",
        "this vehicle has no sensitivity that set_lane_keep_assist could set",
        "this vehicle has no snow as mode of set_drive_mode",
    ]


def test_a_wrong_zone_is_answered_with_the_zones_of_this_vehicle() -> None:
    error = refusal("set_cabin_temperature", {"celsius": 20, "zone": "roof"}, SPARSE)
    zones = "driver, passenger, front_row, all, left_side, right_side, my_side or next_to_me"
    assert str(error) == f"zone: `roof` is not {zones}"


def test_a_mistake_is_named_before_what_is_missing() -> None:
    assert (
        refusal("set_cabin_temperature", {"zone": "rear_left", "celsius": 99}, SPARSE).code == "out_of_range"
    )
    assert refusal("set_lane_keep_assist", {"sensitivity": "low", "on": 1}, SPARSE).code == "wrong_type"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("set_cabin_temperature", {"celsius": 20, "zone": "all"}),
        ("set_window", {"percent": 20, "zone": "rear_row"}),
        ("set_defrost", {"window": "all", "on": True}),
        ("set_trunk", {"percent": 100}),
        ("set_lane_keep_assist", {"mode": "assist"}),
    ],
)
def test_a_group_means_those_of_it_that_the_car_has(tool: str, arguments: dict[str, object]) -> None:
    assert isinstance(parse(tool, arguments, SPARSE), IntentModel)


def test_the_schema_shows_what_the_vehicle_has_and_nothing_else() -> None:
    shown = {tool.name for tool in SPARSE.tools}
    assert {intent.tool for intent in INTENTS} - shown == {
        "set_seat_massage",
        "step_cruise_speed",
        "set_sunroof",
    }
    assert schema_of(SPARSE.tools, "set_cabin_temperature")["zone"]["enum"] == [
        "driver",
        "passenger",
        "front_row",
        "all",
        "left_side",
        "right_side",
        "my_side",
        "next_to_me",
    ]
    assert schema_of(SPARSE.tools, "set_defrost")["window"]["enum"] == ["front", "all"]
    assert "sensitivity" not in schema_of(SPARSE.tools, "set_lane_keep_assist")
    assert "sunroof" not in schema_of(SPARSE.tools, "adjust_setting")["setting"]["enum"]
    trunk = next(t.parameters for t in SPARSE.tools if t.name == "set_trunk")
    assert trunk["required"] == ["percent"] and "not" not in trunk and "minProperties" not in trunk
    both = next(t.parameters for t in FULL.tools if t.name == "set_trunk")
    assert both["minProperties"] == 1 and both["not"] == {"required": ["percent", "open"]}
    texts = {t.name: t.description for t in FULL.tools}
    assert texts["activate_scene"].endswith("together. nap: Rest.") and "nap" not in texts["set_trunk"]


def test_the_schema_of_each_kind_of_field_is_written_out_flat() -> None:
    assert schema_of(FULL.tools, "set_cabin_temperature")["celsius"] == {
        "anyOf": [
            {"type": "number", "minimum": 16, "maximum": 30, "multipleOf": 0.5},
            {"type": "string", "enum": ["LO", "HI"]},
        ],
        "description": "Degrees Celsius; LO is the coldest, HI the hottest setting.",
    }
    assert schema_of(FULL.tools, "set_seat_height")["millimetres"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 80,
        "multipleOf": 5,
        "description": "Height above the lowest position, in millimetres.",
    }
    gaps = schema_of(FULL.tools, "set_acc_time_gap")["seconds"]
    assert (gaps["type"], gaps["enum"]) == ("number", [1, 1.4, 1.8, 2.2])
    assert schema_of(FULL.tools, "step_cruise_speed")["steps"]["description"] == "How many steps of 5 km/h."
    assert schema_of(FULL.tools, "set_drive_mode")["mode"]["enum"] == ["eco", "comfort", "sport", "rain_plus"]
    assert schema_of(FULL.tools, "set_fog_lights")["lights"]["enum"] == ["front", "rear", "all"]


def test_every_schema_is_flat_and_closed() -> None:
    for tool in FULL.tools:
        text = json.dumps(tool.parameters)
        assert not any(f'"{word}"' in text for word in ("$ref", "$defs", "oneOf", "default", "title", "null"))
        assert tool.parameters["additionalProperties"] is False
        assert len(tool.description) < 320


def test_order_and_digest_are_stable_and_follow_what_is_shown() -> None:
    again = Catalogue(full_car())
    assert [t.name for t in FULL.tools] == [intent.tool for intent in INTENTS]
    assert again.tools == FULL.tools and again.digest == FULL.digest
    assert SPARSE.digest != FULL.digest


def test_a_right_hand_drive_car_finds_the_rear_seats_on_their_side() -> None:
    only_left = without(full_car(driver_side="right"), "Row2.DriverSide.Heating")
    shown = schema_of(Catalogue(only_left).tools, "set_seat_heating")["zone"]["enum"]
    assert "rear_left" in shown and "rear_right" not in shown


def test_places_that_differ_show_the_widest_range() -> None:
    window = "Vehicle.Cabin.Door.Row{}.DriverSide.Window.Position"
    both = car(
        {window.format(1): number(0, 100, 5, "percent"), window.format(2): number(0, 60, 5, "percent")}
    )
    assert schema_of(Catalogue(both).tools, "set_window")["percent"]["maximum"] == 100


def test_a_car_with_nothing_that_moves_has_nothing_to_stop() -> None:
    still = Catalogue(car({"Vehicle.Cabin.HVAC.IsAutoActive": {"type": "boolean"}}))
    assert [t.name for t in still.tools] == ["set_climate_auto", "get_vehicle_state", "get_capabilities"]
    assert parse("stop_motion", {}, still) == NotEquipped("stop_motion")


def test_motion_that_has_no_place_can_be_stopped_too() -> None:
    template = "Vehicle.Cabin.Sunroof.Position"
    roof = Catalogue(car({template: EVERYTHING[template]}))
    assert schema_of(roof.tools, "stop_motion")["zone"]["enum"] == ["all"]
    assert parse("stop_motion", {}, roof) == StopMotion()


def test_levels_may_be_an_enum_counted_from_zero() -> None:
    heated = Catalogue(car({"Vehicle.Cabin.Seat.{seat}.HeatingLevel": enum("OFF", "LOW", "HIGH")}))
    level = schema_of(heated.tools, "set_seat_heating")["level"]
    assert (level["type"], level["enum"]) == ("integer", [0, 1, 2])
    assert refusal("set_seat_heating", {"level": 3}, heated).code == "not_a_choice"


def test_a_profile_that_cannot_carry_the_intents_is_refused_with_all_problems() -> None:
    profile = car(
        {
            **EVERYTHING,
            "Vehicle.Cabin.HVAC.IsAutoActive": number(0, 1, 1, "level"),
            "Vehicle.Cabin.Sunroof.Position": {"type": "boolean"},
            "Vehicle.ADAS.CruiseControl.AdaptiveTimeGap": enum("NEAR", "FAR"),
        },
        scenes={
            **SCENES,
            "bad": {
                "description": "All wrong.",
                "steps": [
                    {"call": "set_sunshade", "arguments": {"percent": 101}},
                    {"call": "set_moonroof", "arguments": {}},
                    {"call": "get_capabilities", "arguments": {}},
                    {"call": "activate_scene", "arguments": {"scene": "bad"}},
                    {"call": "set_drive_mode", "arguments": {"mode": "snow"}},
                ],
            },
        },
    )
    with pytest.raises(ProfileError) as caught:
        Catalogue(profile)
    text = str(caught.value)
    for part in (
        "set_climate_auto",
        "set_sunroof",
        "GAP_1_4",
        "step 1",
        "step 2",
        "step 3",
        "step 4",
        "step 5",
    ):
        assert part in text
    assert all(p.file == profile.folder / "profile.yaml" for p in caught.value.problems)


@pytest.mark.parametrize("name", [None, 3, ["stop_motion"], {}, b"stop_motion"])
def test_a_name_that_is_no_text_is_an_unknown_tool(name: object) -> None:
    with pytest.raises(ToolCallError) as caught:
        FULL.parse(ToolCall("1", name, {}))  # type: ignore[arg-type]
    assert caught.value.code == "unknown_tool"


def test_hostile_arguments_stop_at_the_front_door_even_for_absent_tools() -> None:
    assert refusal("set_seat_massage", {"level": float("nan")}, SPARSE).code == "not_finite"


def test_an_intent_written_out_and_parsed_again_is_equal() -> None:
    intent = parse("set_cabin_temperature", {"zone": "driver", "celsius": 22.5})
    assert isinstance(intent, SetCabinTemperature)
    assert parse(intent.tool, json.loads(json.dumps(intent.arguments))) == intent


def test_every_target_is_in_the_full_car_and_every_setting_is_a_number_or_a_list() -> None:
    assert {t.path for intent in INTENTS for t in intent.targets} == set(EVERYTHING)
    for target in SETTINGS.values():
        assert target.sizes is not None and sorted(target.sizes) == list(target.sizes)
