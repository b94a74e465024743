"""Exceptions: "all windows but mine" are the other windows, "24 for me, the others 22" the other seats.

A language names the words as `mark.except` (before a place: "except"), `mark.beyond` (behind it: 以外),
`mark.outside` (behind it, and only after an "except") and `zone.others`. They become one place, its parts
written with `+` where it has no name, and in the end calls.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from intent_bridge.intents.zones import DriverSide, Zone
from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.things import zone_name
from intent_bridge.types import ToolCall

_FRONT: Final = ("driver", "passenger")
_REAR: Final = ("rear_left", "rear_right")
_EXCEPT: Final = ("mark", "except")
_BEYOND: Final = frozenset({("mark", "beyond"), ("mark", "outside")})
_COMMA: Final = ("mark", "comma")
_ALL: Final = frozenset({"all", "each", "others"})
_NOWHERE: Final = _ALL | {"theirs", "companion"}
_JOINS: Final = "+"


def with_others(concepts: Sequence[Concept], speaker: Zone, side: DriverSide) -> list[Concept] | None:
    """The words with the places that are left in the place of an exception; None where nobody knows them."""
    out = list(concepts)
    if any(c[:2] == _EXCEPT or c[:2] in _BEYOND for c in out):
        found = _excepted(out, speaker, side)
        if found is None:
            return None
        out = found
    for at, concept in enumerate(out):
        if concept == ("zone", "others", None):
            named = [c.name for c in out[:at] if c.kind == "zone" and c.name not in _NOWHERE]
            rest = _rest(named, speaker, side)
            if rest is None:
                return None  # "close the others": than which?
            out[at] = Concept("zone", rest)
    return out


def _excepted(concepts: list[Concept], speaker: Zone, side: DriverSide) -> list[Concept] | None:
    """With the places that are left instead of "all … except …", of which one is said."""
    marks = [at for at, c in enumerate(concepts) if c[:2] == _EXCEPT]
    beyond = [at for at, c in enumerate(concepts) if c[:2] in _BEYOND]
    if len(marks) > 1 or len(beyond) > 1 or (not marks and concepts[beyond[0]].name == "outside"):
        return None
    start = marks[0] + 1 if marks else 0
    end = start
    while end < len(concepts) and _names_place(concepts, end, start):
        end += 1
    if beyond and beyond[0] != end:
        return None
    named = [c.name for c in concepts[start:end] if c.kind == "zone"]
    rest = _rest(named, speaker, side)
    things = [c for c in concepts[start:end] if c.kind == "thing"]
    after = concepts[end + len(beyond) :]
    if after and after[0][:2] == _COMMA:
        after = after[1:]
    clause = next((n for n, c in enumerate(after) if c[:2] == _COMMA), len(after))
    wide = [n for n, c in enumerate(after[:clause]) if c.kind == "zone"]
    before = concepts[: marks[0]] if marks else []
    earlier = [n for n, c in enumerate(before) if c[:2] == ("zone", "all")]
    if rest is None or any(after[n].name not in _ALL for n in wide) or not (wide or earlier or beyond):
        return None  # 除了主驾，副驾也开: besides
    before = [c for n, c in enumerate(before) if n not in earlier]
    after = [c for n, c in enumerate(after) if n not in wide]
    return [*before, Concept("zone", rest), *things, *after]


def _names_place(concepts: Sequence[Concept], at: int, start: int) -> bool:
    """Whether a word is one of the places of an exception, or the thing there."""
    kind, name, _ = concepts[at]
    if kind == "zone":
        return name not in _ALL and all(c.kind != "thing" for c in concepts[start:at])
    if (kind, name) == ("mark", "and"):
        return at > start and at + 1 < len(concepts) and concepts[at + 1].kind == "zone"
    return kind == "thing" and at > start and concepts[at - 1].kind == "zone"


def _rest(named: Sequence[str], speaker: Zone, side: DriverSide) -> str | None:
    """The places but those named; None where these are none, all, or nobody knows which."""
    seats: dict[str, tuple[str, ...]] = {
        **{seat: (seat,) for seat in (*_FRONT, *_REAR)},
        "front_row": _FRONT,
        "rear_row": _REAR,
    }
    taken: set[str] = set()
    for name in named:
        zone = speaker if name == "mine" else zone_name(name, side)
        if zone not in seats:
            return None
        taken |= {*seats[str(zone)]}
    rest = list(_named(_FRONT, "front_row", taken)) + list(_named(_REAR, "rear_row", taken))
    return _JOINS.join(rest) if taken and rest else None


def _named(seats: Sequence[str], row: str, taken: set[str]) -> Iterator[str]:
    left = [seat for seat in seats if seat not in taken]
    yield from [row] if len(left) == len(seats) else left


def spread(made: Sequence[ToolCall]) -> list[ToolCall]:
    """Each call once for every place that it names."""
    out: list[ToolCall] = []
    for call in made:
        places = str(call.arguments.get("zone", "")).split(_JOINS)
        several = len(places) > 1
        out += (
            [replace(call, arguments={**call.arguments, "zone": place}) for place in places]
            if several
            else [call]
        )
    return out
