"""Checks the cabin model's paths and the values at power-on."""

from collections.abc import Set

from ...profile.report import Place
from ...types import Value
from ..model import SimFile
from ..names import Names


def seats(names: Names, file: SimFile, place: Place) -> tuple[str, ...]:
    """Check what the cabin model reads and writes; gives the paths that say who sits where."""
    climate, here = file.climate, place.below("climate")
    if climate is None:
        return ()
    for key in ("cabin", "outside", "sun", "cooling", "blower", "co2"):
        if (path := getattr(climate, key)) is not None:
            _typed(names, here.below(key), path, "boolean" if key == "cooling" else "number")
    for i, station in enumerate(climate.stations):
        for key, path in station:
            _typed(names, here.below("stations", i, key), path, "number")
    if flap := climate.recirculation:
        names.values(here.below("recirculation"), [flap.path], flap.closed)
    if (people := climate.occupants) is None:
        return ()
    found = tuple(names.expand(here.below("occupants", "paths"), people.paths))
    names.values(here.below("occupants", "present"), found, people.present)
    return found


def _typed(names: Names, place: Place, path: str, wanted: str) -> None:
    info = names.info(place, path)
    if info and info.quantity.type != wanted:
        place.problem(f"`{path}` is {info.quantity.type}, not {wanted}", "name another path")


def values(
    names: Names, file: SimFile, follows: Set[str], needed: Set[str], place: Place
) -> dict[str, Value | None]:
    """Every path's value at power-on; an exact path overrules a pattern.

    Paths that follow others have none; those that others need cannot be null.
    """
    given: dict[str, str] = {}
    found: dict[str, Value | None] = {}
    for key, literal in sorted(file.start.items(), key=lambda item: "*" not in item[0]):
        here = place.below("start", key)
        for path in names.expand(here, [key]):
            if path in follows:
                if "*" not in key:
                    here.problem(f"`{path}` follows from other paths", "remove it here")
                continue
            if path in given and "*" in key:
                here.problem(f"`{path}` is given by `{given[path]}` too", "keep one")
            given[path] = key
            found[path] = None if literal is None else names.value(here, path, literal)
            if literal is None and path in needed:
                here.problem(f"`{path}` moves, is capped, or others follow it", "give a value")
    for path in sorted(names.profile.sensors.keys() - given.keys() - follows):
        place.below("start").problem(f"`{path}` has no value at power-on", "add it to start")
    return found
