"""From what was asked to absolute values, without a vehicle: a table of calls, states and meanings."""

from dataclasses import replace
from typing import Any

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.profile import load_profile
from intent_bridge.resolver import (
    Absolute,
    Ambiguous,
    Context,
    Halt,
    Nothing,
    Report,
    Resolution,
    Unresolved,
    resolve,
)
from intent_bridge.types import Channel, Provenance, Quality, SeatZone, Speaker, ToolCall, Value

PROFILE = load_profile("demo_sedan")
CATALOGUE = Catalogue(PROFILE)
STATION = "Vehicle.Cabin.HVAC.Station."
SPEED_SET = "Vehicle.ADAS.CruiseControl.SpeedSet"
GAP = "Vehicle.ADAS.CruiseControl.AdaptiveTimeGap"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def who(zone: SeatZone) -> Provenance:
    return Provenance(Speaker.UNKNOWN, zone, Channel.VOICE)


def ask(
    name: str,
    state: dict[str, Value] | None = None,
    speaker: SeatZone = SeatZone.DRIVER,
    going: dict[str, Value] | None = None,
    **arguments: Any,
) -> Resolution:
    known = state or {}

    def look(path: str) -> tuple[Value | None, Quality]:
        return (known[path], Quality.OK) if path in known else (None, Quality.STALE)

    intent = CATALOGUE.parse(ToolCall("1", name, arguments))
    assert not isinstance(intent, NotEquipped)
    return resolve(intent, Context(PROFILE, CATALOGUE, who(speaker), look, going or {}))


def values(resolution: Resolution) -> dict[str, Value]:
    assert isinstance(resolution, Absolute)
    return {a.path.removeprefix(STATION): a.value for a in resolution.actions}


@pytest.mark.parametrize(
    ("zone", "paths"),
    [
        ("driver", ["Row1.Driver"]),
        ("rear_right", ["Row2.Passenger"]),
        ("front_row", ["Row1.Driver", "Row1.Passenger"]),
        ("rear_row", ["Row2.Driver", "Row2.Passenger"]),
        ("all", ["Row1.Driver", "Row1.Passenger", "Row2.Driver", "Row2.Passenger"]),
    ],
)
def test_a_zone_becomes_its_places(zone: str, paths: list[str]) -> None:
    assert list(values(ask("set_cabin_temperature", zone=zone, celsius=20))) == [
        f"{p}.Temperature" for p in paths
    ]


def test_with_the_wheel_on_the_right_rear_left_is_behind_the_passenger() -> None:
    right = replace(PROFILE, file=PROFILE.file.model_copy(update={"driver_side": "right"}))
    intent = CATALOGUE.parse(ToolCall("1", "set_cabin_temperature", {"zone": "rear_left", "celsius": 20}))
    assert not isinstance(intent, NotEquipped)
    context = Context(right, CATALOGUE, who(SeatZone.DRIVER), lambda p: (None, Quality.MISSING), {})
    assert list(values(resolve(intent, context))) == ["Row2.Passenger.Temperature"]


def test_a_group_means_the_places_that_have_the_thing() -> None:
    assert len(values(ask("set_air_distribution", zone="all", direction="face"))) == 2


def test_a_speakers_place_that_lacks_the_thing_is_not_equipped() -> None:
    missing = ask("set_air_distribution", speaker=SeatZone.REAR_LEFT, direction="face")
    assert isinstance(missing, NotEquipped) and "rear_left" in str(missing)


def test_an_unknown_speaker_without_a_zone_is_asked_for_one() -> None:
    asked = ask("set_seat_heating", speaker=SeatZone.UNKNOWN, level=2)
    assert isinstance(asked, Ambiguous)
    assert [c.arguments for c in asked.choices] == [
        {"level": 2, "zone": z} for z in ("driver", "passenger", "rear_left", "rear_right")
    ]


def test_an_unknown_speaker_is_asked_for_the_place_of_a_relative_change_too() -> None:
    assert isinstance(
        ask("adjust_setting", speaker=SeatZone.UNKNOWN, setting="window", direction="up"), Ambiguous
    )


def test_what_has_no_zone_needs_no_speaker() -> None:
    assert values(ask("set_air_conditioning", speaker=SeatZone.UNKNOWN, on=True))


def test_only_the_windows_that_were_named_are_defrosted() -> None:
    assert list(values(ask("set_defrost", window="rear", on=True))) == [
        "Vehicle.Cabin.HVAC.IsRearDefrosterActive"
    ]


@pytest.mark.parametrize(
    ("direction", "steps", "now", "then"),
    [("up", 2, 20, 22), ("down", 4, 20, 16), ("up", 4, 28, 30), ("down", 1, 6, None)],
)
def test_cruise_speed_steps_from_its_present_value_within_its_range(
    direction: str, steps: int, now: int, then: int | None
) -> None:
    resolution = ask("step_cruise_speed", {SPEED_SET: now}, direction=direction, steps=steps)
    if then is None:
        assert resolution == Nothing("at_limit")
    else:
        assert values(resolution) == {SPEED_SET: then}


def test_a_step_from_an_unknown_value_is_unresolved() -> None:
    assert ask("step_cruise_speed", direction="up", steps=1) == Unresolved(SPEED_SET, Quality.STALE)


@pytest.mark.parametrize(
    ("arguments", "now", "then"),
    [
        ({"setting": "cabin_temperature", "direction": "up"}, 40, 42),
        ({"setting": "cabin_temperature", "direction": "up", "size": "little"}, 40, 41),
        ({"setting": "cabin_temperature", "direction": "down", "size": "lot"}, 40, 36),
        ({"setting": "cabin_temperature", "direction": "down", "amount": 1.5}, 40, 37),
        ({"setting": "cabin_temperature", "direction": "down", "size": "max"}, 40, 31),
        ({"setting": "cabin_temperature", "direction": "up", "size": "max"}, 40, 61),
        ({"setting": "cabin_temperature", "direction": "up"}, 61, None),
    ],
)
def test_a_relative_change_counts_in_the_settings_unit(
    arguments: dict[str, Any], now: int, then: int | None
) -> None:
    resolution = ask("adjust_setting", {STATION + "Row1.Driver.Temperature": now}, **arguments)
    assert (
        resolution == Nothing("at_limit")
        if then is None
        else values(resolution) == {"Row1.Driver.Temperature": then}
    )


def test_a_relative_change_of_a_list_moves_along_the_list() -> None:
    gaps = list(PROFILE.actuators[GAP].spec.values or {})
    up = ask("adjust_setting", {GAP: gaps[0]}, setting="acc_time_gap", direction="up", size="little")
    assert values(up) == {GAP: gaps[1]}
    end = ask("adjust_setting", {GAP: gaps[-1]}, setting="acc_time_gap", direction="up")
    assert end == Nothing("at_limit")


def test_a_relative_change_counts_from_where_a_running_command_is_going() -> None:
    more = ask("adjust_setting", {WINDOW: 10}, going={WINDOW: 50}, setting="window", direction="up")
    assert values(more) == {WINDOW: 75}


def test_a_relative_change_of_an_unknown_value_is_unresolved() -> None:
    assert ask("adjust_setting", setting="window", direction="up") == Unresolved(WINDOW, Quality.STALE)


def test_places_at_their_limit_are_left_out_of_a_relative_change() -> None:
    state: dict[str, Value] = {
        STATION + "Row1.Driver.FanSpeed": 10,
        STATION + "Row1.Passenger.FanSpeed": 3,
    }
    intent = CATALOGUE.parse(
        ToolCall("1", "adjust_setting", {"setting": "fan_speed", "direction": "up", "zone": "front_row"})
    )
    assert not isinstance(intent, NotEquipped)
    context = Context(PROFILE, CATALOGUE, who(SeatZone.DRIVER), lambda p: (state.get(p), Quality.OK), {})
    assert values(resolve(intent, context)) == {"Row1.Passenger.FanSpeed": 5}


def test_a_value_that_does_not_fit_its_place_goes_back_to_the_model() -> None:
    with pytest.raises(ToolCallError, match="millimetres"):
        ask("set_seat_position", speaker=SeatZone.REAR_LEFT, millimetres=250)


def test_stop_means_everything_that_can_move_or_only_one_place() -> None:
    everything = ask("stop_motion")
    assert isinstance(everything, Halt) and "Vehicle.Cabin.Sunroof.Position" in everything.paths
    intent = CATALOGUE.parse(ToolCall("1", "stop_motion", {"zone": "driver"}))
    assert not isinstance(intent, NotEquipped)
    context = Context(PROFILE, CATALOGUE, who(SeatZone.DRIVER), lambda p: (None, Quality.MISSING), {})
    mine = resolve(intent, context)
    assert isinstance(mine, Halt) and WINDOW in mine.paths
    assert all("Row1.DriverSide" in path for path in mine.paths)


def test_a_scene_is_the_sum_of_its_steps() -> None:
    nap = ask("activate_scene", scene="nap")
    assert isinstance(nap, Absolute) and len(nap.actions) >= 3
    assert nap.arguments == {"scene": "nap"}


def test_reading_gives_vss_values_and_null_for_what_is_not_known() -> None:
    report = ask("get_vehicle_state", {"Vehicle.Speed": 1005}, topics=["drive"])
    assert isinstance(report, Report)
    assert report.data["Vehicle.Speed"] == 100.5
    assert report.data["Vehicle.Powertrain.Transmission.SelectedGear"] is None


def test_capabilities_name_tools_and_scenes() -> None:
    report = ask("get_capabilities")
    assert isinstance(report, Report)
    assert "set_window" in report.data["tools"] and "nap" in report.data["scenes"]
