"""Names as DBC files spell them, taken apart into standard words, zone and role."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from intent_bridge.profile.yaml import read_yaml

FOLDER: Final = Path(__file__).parent
_PART: Final = re.compile(r"CO2|co2|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

Role = Literal["command", "status"]
_CORNER: Final = re.compile(r"(?<=[a-z])(Fr|Re)([LR])(?![a-z])")

Row = Literal["front", "rear"]
Side = Literal["left", "right", "driver", "passenger"]


class Words(BaseModel):
    """`words.yaml`: spellings, places, roles, units and value names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    spellings: dict[str, tuple[str, ...]]
    joined: dict[str, tuple[str, ...]]
    rows: dict[Row, tuple[str, ...]]
    sides: dict[Side, tuple[str, ...]]
    corners: dict[str, tuple[str, ...]]
    asks: frozenset[str]
    reports: frozenset[str]
    fillers: frozenset[str]
    about: frozenset[str]
    units: dict[str, str]
    no_value: frozenset[str]
    no_request: frozenset[str]
    stop: frozenset[str]
    unused: frozenset[str]

    @cached_property
    def standard(self) -> Mapping[str, str]:
        """Spelling -> standard word."""
        return {other: word for word, others in self.spellings.items() for other in others}

    def unit(self, written: str | None) -> str:
        """VSS's name of a unit that a DBC gives; as written where unknown, empty where there is none."""
        return self.units.get((written or "").strip().lower(), (written or "").strip())


@lru_cache(maxsize=1)
def words() -> Words:
    """The words that ship with the library."""
    return Words.model_validate(read_yaml(FOLDER / "words.yaml").data)


def parts(name: str) -> list[str]:
    """`TempFLReq` -> Temp, FL, Req; `CO2` stays whole, and `wheelSpeedFrL` says `FL`."""
    return _PART.findall(_CORNER.sub(lambda m: m[1][0].upper() + m[2], name))


def standard(text: str) -> frozenset[str]:
    """The standard words of a name or a comment."""
    known = words()
    found: set[str] = set()
    for part in parts(text):
        low = part.lower()
        for one in known.joined.get(low, (low,)):
            found.add(known.standard.get(one, one))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Name:
    """One name: its words, those that say where, and whether it asks or reports."""

    words: frozenset[str]
    row: Row | None
    side: Side | None
    place: frozenset[str]
    role: Role | None


def read_name(name: str) -> Name:
    """Take a signal's or message's name apart."""
    known = words()
    given = parts(name)
    mixed = name.upper() != name
    corner = next((p for p in given if p.lower() in known.corners and (p.isupper() or not mixed)), None)
    sides = [s for p in given if (s := _side(p.lower(), known)) and p is not corner]
    row: Row | None = None
    side: Side | None = sides[0] if sides else None
    place = {p.lower() for p in given if _side(p.lower(), known) or _row(p.lower(), known)}
    if corner is not None and side is None:
        for word in known.corners[corner.lower()]:
            row, side = _row(word, known) or row, _side(word, known) or side
    else:
        row = next((r for p in given if (r := _row(p.lower(), known))), None)
    if corner is not None:
        place.add(corner.lower())
    found = standard(name) | {word for p in place for word in _said(p, known)}
    return Name(found, row, side, frozenset(place), _role(p.lower() for p in given))


def _row(word: str, known: Words) -> Row | None:
    return next((row for row, spelt in known.rows.items() if word in spelt), None)


def _side(word: str, known: Words) -> Side | None:
    return next((side for side, spelt in known.sides.items() if word in spelt), None)


def _said(place: str, known: Words) -> Iterable[str]:
    """`fr` says front as well as right."""
    yield from known.corners.get(place, ())
    yield from (said for said in (_row(place, known), _side(place, known)) if said is not None)


def _role(given: Iterable[str]) -> Role | None:
    known, found = words(), list(given)
    if any(word in known.asks for word in found) or found[-1:] == ["set"]:
        return "command"
    return "status" if any(word in known.reports for word in found) else None
