"""Which places a spoken zone means: by who spoke, who sits where, child seats, and the driver's side.

Never a guess: where several places are possible the answer is a question, and a place that cannot be (behind
somebody in the last row) is said to be missing.
"""

from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from intent_bridge.frozen import frozen
from intent_bridge.intents import ZONES, DriverSide, Place, SpokenZone, Zone, places, side_of
from intent_bridge.profile import Profile
from intent_bridge.types import Provenance, Quality, SeatZone, Value

Known: TypeAlias = Callable[[str], tuple[Value | None, Quality]]
"""A path's usable value now, or None and why."""

OCCUPANCY: Final = "Vehicle.Cabin.Seat.{seat}.OccupancyStatus"
CHILD_SEAT: Final = "Vehicle.Cabin.Seat.{seat}.HasChildRestraint"


@frozen
class WhichZone:
    """Only the person can say which of these is meant."""

    zones: tuple[Zone, ...]


@frozen
class NoZone:
    """There is no such place in this car for this speaker."""

    word: str


def resolve_zone(
    word: SpokenZone | None, who: Provenance, known: Known, profile: Profile
) -> tuple[Zone, ...] | WhichZone | NoZone:
    """The single places a word means; without a word, the speaker's own. Front first, left before right."""
    side = profile.file.driver_side
    if word in ZONES:
        return _members(word, side)
    if word is None or word == "my_side":
        return _own(who.zone, side)
    everywhere = places("all", side)
    if word in ("left_side", "right_side"):
        return tuple(place.zone for place in everywhere if f"{side_of(place, side)}_side" == word)
    if word == "kids":
        return _kids(everywhere, known, profile)
    here = next((place for place in everywhere if place.zone == who.zone.value), None)
    if here is None:
        row = "Row2" if word == "behind_me" else "Row"
        return WhichZone(tuple(place.zone for place in everywhere if place.seat.startswith(row)))
    row, seat = here.seat.split(".")
    if word == "next_to_me":
        return tuple(p.zone for p in everywhere if p is not here and p.seat.startswith(f"{row}."))
    behind = tuple(p.zone for p in everywhere if row == "Row1" and p.seat == f"Row2.{seat}")
    return behind or NoZone(str(word))


@cache
def _members(zone: Zone, side: DriverSide) -> tuple[Zone, ...]:
    return tuple(place.zone for place in places(zone, side))


@cache
def _own(seat: SeatZone, side: DriverSide) -> tuple[Zone, ...] | WhichZone:
    """The speaker's own place; where nobody knows it, a question."""
    everywhere = tuple(place.zone for place in places("all", side))
    own = tuple(zone for zone in everywhere if zone == seat.value)
    return own or WhichZone(everywhere)


def occupied(zones: tuple[Zone, ...], known: Known, profile: Profile) -> tuple[Zone, ...]:
    """Those of the places where somebody sits; all of them where nobody can tell, or nobody sits."""
    seats = {p.zone: p for p in places("all", profile.file.driver_side)}
    values = {zone: known_at(OCCUPANCY, seats[zone], known, profile) for zone in zones}
    return tuple(zone for zone, value in values.items() if value not in ("EMPTY", False)) or zones


def known_at(template: str, place: Place, known: Known, profile: Profile) -> Value | None:
    """The value of one place's path; None where the vehicle has no such path or it is unknown now."""
    path = place.path(template)
    return known(path)[0] if path in profile.sensors else None


def speaker_place(who: Provenance, profile: Profile) -> Place | None:
    """Where the speaker sits, if anybody knows."""
    if who.zone is SeatZone.UNKNOWN:
        return None
    return next(p for p in places("all", profile.file.driver_side) if p.zone == who.zone.value)


def _kids(
    everywhere: tuple[Place, ...], known: Known, profile: Profile
) -> tuple[Zone, ...] | WhichZone | NoZone:
    """Where child seats are; without any, whoever sits in the rear, asked when that is not one."""
    seats = {p.zone: known_at(CHILD_SEAT, p, known, profile) for p in everywhere}
    fitted = tuple(zone for zone, there in seats.items() if there is True)
    if fitted and None not in seats.values():
        return fitted
    rear = tuple(place.zone for place in everywhere if place.seat.startswith("Row2"))
    sitting = {p.zone: known_at(OCCUPANCY, p, known, profile) for p in everywhere if p.zone in rear}
    if None in seats.values() or None in sitting.values():
        return WhichZone((*rear, "rear_row"))
    there = tuple(zone for zone, value in sitting.items() if value != "EMPTY")
    if len(there) == 1:
        return there
    return WhichZone((*rear, "rear_row"))
