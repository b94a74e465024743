"""Outcomes, zones and paths as Android's vehicle HAL spells them; the tables are data (`packs/aaos.yaml`)."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from intent_bridge.intents import DriverSide, Zone, places, side_of
from intent_bridge.profile import Profile
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import Decision, Outcome, Status

FILE = Path(__file__).parents[1] / "packs" / "aaos.yaml"
_BY_REASON = (Status.DENIED, Status.DEFERRED)
"""Only these are explained by rules; everything else says by itself what it is."""
_OTHER = "NOT_AVAILABLE_SAFETY"


@cache
def _table() -> Mapping[str, Any]:
    data = read_yaml(FILE).data
    assert isinstance(data, dict)
    return data


def status_code(outcome: Outcome) -> str:
    """The VehicleHalStatusCode that says the same as an outcome, as far as one does."""
    table = _table()
    status = outcome.status
    exact = table["outcomes"].get(f"{status.value}/{outcome.code}")
    if exact is not None:
        return str(exact)
    hits = outcome.verdict.hits if outcome.verdict is not None else ()
    weight = max((hit.effect for hit in hits), default=Decision.ALLOW)
    if status in _BY_REASON and weight >= Decision.DEFER:
        heaviest = next(hit for hit in hits if hit.effect is weight)
        code = table["unknown"] if heaviest.unknown else table["reasons"].get(heaviest.reason_key, _OTHER)
        return str(code)
    return str(table["outcomes"][status.value])


def zones_to_area(zones: Iterable[Zone], driver_side: DriverSide) -> int:
    """The VehicleAreaSeat mask of these zones."""
    bits = _seat_bits(driver_side)
    return sum({bits[place.zone] for zone in zones for place in places(zone, driver_side)})


def area_to_zones(mask: int, driver_side: DriverSide) -> tuple[Zone, ...]:
    """The zones in a VehicleAreaSeat mask, front first; bits of seats we have no zone for are left out.

    ValueError when the mask holds a bit that VHAL does not know.
    """
    known = sum(_table()["areas"]["seat"].values())
    if mask & ~known or mask <= 0:
        raise ValueError(f"{mask:#x} is no VehicleAreaSeat mask, give bits of {known:#x}")
    return tuple(zone for zone, bit in _seat_bits(driver_side).items() if mask & bit)


def area_id(path: str, profile: Profile) -> tuple[str, int] | None:
    """The VHAL property of a path and its area id (0 for a global one); None where the profile names none."""
    vhal = profile.sensors[path].quantity.vhal
    if vhal is None:
        return None
    if vhal.area == "GLOBAL":
        return vhal.property, 0
    table = _table()
    kinds = table["area_types"].items()
    kind = next((kind for pattern, kind in kinds if fnmatchcase(vhal.property, pattern)), "seat")
    return vhal.property, sum(table["areas"][kind][name] for name in vhal.area.split("|"))


def paths_of_area(name: str, mask: int, profile: Profile) -> tuple[str, ...]:
    """The paths that a VHAL property means in an area; a global property has area 0."""
    found = ((path, area_id(path, profile)) for path in profile.sensors)
    return tuple(
        path
        for path, there in found
        if there is not None and there[0] == name and (there[1] & mask or there[1] == mask)
    )


def _seat_bits(driver_side: DriverSide) -> dict[Zone, int]:
    seats = _table()["areas"]["seat"]
    return {
        place.zone: seats[f"ROW_{place.seat[3]}_{side_of(place, driver_side).upper()}"]
        for place in places("all", driver_side)
    }
