"""Plain data -> pydantic models, every wrong part noted with its line and left out.

Leaving the wrong parts out lets the later checks look at the rest, so that one load tells everything.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from . import model
from .report import Place

_GROUPS: Final = ("buses", "messages", "sensors", "facts", "actuators", "scenes", "routines")
_STAND_INS: Final[Mapping[str, Any]] = {
    "vehicle": "unknown", "title": "", "driver_side": "left", "packs": ["base"],
    "not_available": ["SNA"], "confirmation_ms": 1, "scenes": {},
    "rate": {"frames_per_s": 100_000, "burst": 10_000},
}  # fmt: skip
"""Stand for wrong parts while the rest is checked; a profile with any problem is never used."""

_ModelT = TypeVar("_ModelT", bound=BaseModel)
_Part = tuple[str, str]


@dataclass(frozen=True)
class Shaped:
    """A profile as far as it has the right shape. `broken` are the (group, name) left out."""

    file: model.ProfileFile | None
    place: Place
    broken: frozenset[_Part] = frozenset()


def shape_profile(place: Place) -> Shaped:
    """The profile at `place`; its file is None when too little is right to look further."""
    data = place.document.data
    file, errors = _validate(model.ProfileFile, data)
    if file is not None:
        return Shaped(file, place)
    for error in errors:
        _note(error, place)
    if not isinstance(data, dict):
        return Shaped(None, place)
    rest, broken = _without(data, errors)
    file, _ = _validate(model.ProfileFile, rest)
    return Shaped(file, place, broken)


def shape_tools(place: Place) -> model.ToolsFile | None:
    """The own tools at `place`, or None."""
    file, errors = _validate(model.ToolsFile, place.document.data)
    for error in errors:
        _note(error, place)
    return file


def _validate(shape: type[_ModelT], data: Any) -> tuple[_ModelT | None, list[ErrorDetails]]:
    """Validate as JSON: strict about types, yet a list may become a tuple."""
    try:
        return shape.model_validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_context=False)


def _note(error: ErrorDetails, place: Place) -> None:
    where = error["loc"]
    here = place.below(*where)
    name = ".".join(str(part) for part in where if part != "[key]") or "the file"
    if error["type"] == "missing":
        here.problem(f"`{name}` is missing", "add it")
    elif error["type"] == "extra_forbidden":
        here.problem(f"`{name}` is not known", "remove it, or mend its spelling")
    else:
        text = error["msg"].removeprefix("Value error, ")
        here.problem(f"`{name}`: {text[:1].lower()}{text[1:]}", "see profile.schema.json for what fits")


def _without(data: dict[str, Any], errors: list[ErrorDetails]) -> tuple[dict[str, Any], frozenset[_Part]]:
    """The data without its wrong parts, and which entries of which group were left out."""
    rest, broken = deepcopy(data), set()
    for error in errors:
        where = error["loc"]
        group = str(where[0]) if where else ""
        if group in _GROUPS and len(where) > 1 and isinstance(rest.get(group), dict):
            rest[group].pop(where[1], None)
            broken.add((group, str(where[1])))
        elif group in _STAND_INS:
            rest[group] = _STAND_INS[group]
        elif error["type"] == "extra_forbidden":
            rest.pop(group, None)
    return rest, frozenset(broken)
