"""Zones mean the same places to a person and to VSS, whichever side the wheel is on."""

import pytest

from intent_bridge.intents import ZONES, DriverSide, Zone, places
from intent_bridge.types import SeatZone

LEFT: dict[Zone, tuple[str, ...]] = {
    "driver": ("Row1.DriverSide",),
    "passenger": ("Row1.PassengerSide",),
    "rear_left": ("Row2.DriverSide",),
    "rear_right": ("Row2.PassengerSide",),
    "front_row": ("Row1.DriverSide", "Row1.PassengerSide"),
    "rear_row": ("Row2.DriverSide", "Row2.PassengerSide"),
    "all": ("Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide"),
}
RIGHT: dict[Zone, tuple[str, ...]] = {
    **LEFT,
    "rear_left": ("Row2.PassengerSide",),
    "rear_right": ("Row2.DriverSide",),
    "rear_row": ("Row2.PassengerSide", "Row2.DriverSide"),
    "all": ("Row1.DriverSide", "Row1.PassengerSide", "Row2.PassengerSide", "Row2.DriverSide"),
}


@pytest.mark.parametrize(("side", "table"), [("left", LEFT), ("right", RIGHT)])
def test_left_and_right_of_the_rear_follow_the_drivers_side(
    side: DriverSide, table: dict[Zone, tuple[str, ...]]
) -> None:
    assert tuple(table) == ZONES
    assert {zone: tuple(p.seat for p in places(zone, side)) for zone in ZONES} == table


def test_a_place_writes_itself_into_seat_and_station_templates() -> None:
    (place,) = places("rear_right", "left")
    assert (
        place.path("Vehicle.Cabin.Seat.{seat}.Position") == "Vehicle.Cabin.Seat.Row2.PassengerSide.Position"
    )
    assert place.path("Vehicle.X.{station}.Temperature") == "Vehicle.X.Row2.Passenger.Temperature"
    assert place.path("Vehicle.Cabin.Sunroof.Position") == "Vehicle.Cabin.Sunroof.Position"


def test_every_seat_a_speaker_can_have_is_a_zone_of_one_place() -> None:
    seats = {zone for zone in ZONES if len(places(zone, "left")) == 1}
    assert seats == {zone.value for zone in SeatZone} - {"unknown"}
