"""Zones and paths as VHAL's area masks, both ways, whichever side the wheel is on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.bridge.aaos import area_id, area_to_zones, paths_of_area, zones_to_area
from intent_bridge.intents import ZONES, DriverSide, Zone, places
from intent_bridge.profile import load_profile

PROFILE = load_profile("demo_sedan")
SIDES: tuple[DriverSide, ...] = ("left", "right")


def test_the_driver_is_on_the_side_of_the_wheel() -> None:
    assert zones_to_area(["driver"], "left") == 0x1
    assert zones_to_area(["driver"], "right") == 0x4
    assert zones_to_area(["rear_left"], "left") == zones_to_area(["rear_left"], "right") == 0x10
    assert zones_to_area(["all"], "left") == 0x55


@given(st.sets(st.sampled_from(ZONES), min_size=1), st.sampled_from(SIDES))
def test_a_mask_of_zones_leads_back_to_their_places(zones: set[Zone], side: DriverSide) -> None:
    single = {place.zone for zone in zones for place in places(zone, side)}
    assert set(area_to_zones(zones_to_area(zones, side), side)) == single


def test_seats_without_a_zone_are_understood_and_left_out_and_other_bits_are_refused() -> None:
    assert area_to_zones(0x10 | 0x20 | 0x40, "left") == ("rear_left", "rear_right")
    for mask in (0, -1, 0x8, 0x1000):
        with pytest.raises(ValueError, match="VehicleAreaSeat"):
            area_to_zones(mask, "left")


def test_every_path_with_a_vhal_property_is_found_again_by_its_area() -> None:
    named = {path: area for path in PROFILE.sensors if (area := area_id(path, PROFILE)) is not None}
    assert len(named) > 60
    for path, (name, mask) in named.items():
        assert path in paths_of_area(name, mask, PROFILE)


def test_windows_count_in_another_mask_than_seats() -> None:
    assert area_id("Vehicle.Cabin.Door.Row2.DriverSide.Window.Position", PROFILE) == ("WINDOW_POS", 0x100)
    assert area_id("Vehicle.Cabin.Sunroof.Position", PROFILE) == ("WINDOW_POS", 0x10000)
    assert area_id("Vehicle.Body.Trunk.Rear.Position", PROFILE) == ("DOOR_POS", 0x20000000)
    assert area_id("Vehicle.Cabin.Seat.Row2.DriverSide.HeatingLevel", PROFILE) == (
        "HVAC_SEAT_TEMPERATURE",
        0x10,
    )
    assert area_id("Vehicle.Speed", PROFILE) == ("PERF_VEHICLE_SPEED", 0)
    assert area_id("Vehicle.Exterior.SunLoad", PROFILE) is None


def test_an_area_of_several_seats_means_all_their_paths() -> None:
    both = paths_of_area("HVAC_TEMPERATURE_SET", zones_to_area(["front_row"], "left"), PROFILE)
    assert [path.split(".")[-2] for path in both] == ["Driver", "Passenger"]
    assert paths_of_area("HVAC_TEMPERATURE_SET", 0, PROFILE) == ()
