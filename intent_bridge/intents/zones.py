"""Places in the cabin: the closed set of zones a model may name, and the VSS words for them.

A `Zone` is a place whoever speaks. A `SpokenZone` may also be one that depends on who speaks or who sits
where ("behind me", "the kids"); `resolver.resolve_zone` turns it into zones.

Zones count left and right as somebody facing forward does; VSS counts from the driver. Which is which
follows from the side the driver sits on: with the wheel on the left, `rear_left` is `Row2.DriverSide`.
Source: COVESA VSS 6, instances `Row1|Row2` x `DriverSide|PassengerSide`; HVAC stations drop the `Side`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

Zone: TypeAlias = Literal["driver", "passenger", "rear_left", "rear_right", "front_row", "rear_row", "all"]
DriverSide: TypeAlias = Literal["left", "right"]

SpokenZone: TypeAlias = Literal[
    "driver", "passenger", "rear_left", "rear_right", "front_row", "rear_row", "all",
    "left_side", "right_side", "my_side", "next_to_me", "behind_me", "kids",
]  # fmt: skip
"""`left_side` is both rows of it, `my_side` the speaker's own place, `kids` wherever a child seat is."""

ZONES: Final[tuple[Zone, ...]] = get_args(Zone)
SPOKEN_ZONES: Final[tuple[SpokenZone, ...]] = get_args(SpokenZone)

_MEMBERS: Final[Mapping[Zone, tuple[Zone, ...]]] = {
    "front_row": ("driver", "passenger"),
    "rear_row": ("rear_left", "rear_right"),
    "all": ("driver", "passenger", "rear_left", "rear_right"),
}


class Place(NamedTuple):
    """One place somebody sits, in the words of VSS paths."""

    zone: Zone
    seat: str
    """Segments of seats, doors and lights: `Row1.DriverSide`."""

    @property
    def station(self) -> str:
        """Segments of climate stations: `Row1.Driver`."""
        return self.seat.removesuffix("Side")

    def path(self, template: str) -> str:
        """The VSS path that `template` means at this place."""
        return _path(template, self.seat, self.station)


@cache
def _path(template: str, seat: str, station: str) -> str:
    return template.replace("{seat}", seat).replace("{station}", station)


@cache
def side_of(place: Place, driver_side: DriverSide) -> DriverSide:
    """Which side a place is on, for somebody facing forward."""
    other: DriverSide = "right" if driver_side == "left" else "left"
    return driver_side if place.seat.endswith("DriverSide") else other


@cache
def places(zone: Zone, driver_side: DriverSide) -> tuple[Place, ...]:
    """The single places that make up a zone, front first, the driver's or the left one before the other."""
    near, far = ("DriverSide", "PassengerSide") if driver_side == "left" else ("PassengerSide", "DriverSide")
    seats: dict[Zone, str] = {
        "driver": "Row1.DriverSide",
        "passenger": "Row1.PassengerSide",
        "rear_left": f"Row2.{near}",
        "rear_right": f"Row2.{far}",
    }
    return tuple(Place(member, seats[member]) for member in _MEMBERS.get(zone, (zone,)))
