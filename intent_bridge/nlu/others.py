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
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import zone_name
from intent_bridge.types import ToolCall

_FRONT: Final = ("driver", "passenger")
_REAR: Final = ("rear_left", "rear_right")
_ROWS: Final = {"front_row": _FRONT, "rear_row": _REAR}
_HANDS: Final = frozenset({"left", "right"})
_EXCEPT: Final = ("mark", "except")
_PLURAL: Final = ("mark", "plural")
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
    things = [c for c in concepts[start:end] if c.kind == "thing"]
    after = concepts[end + len(beyond) :]
    if after and after[0][:2] == _COMMA:
        after = after[1:]
    clause = next((n for n, c in enumerate(after) if c[:2] == _COMMA), len(after))
    wide = [n for n, c in enumerate(after[:clause]) if c.kind == "zone" or c[:2] == _PLURAL]
    before = concepts[: marks[0]] if marks else []
    earlier = [n for n, c in enumerate(before) if c.kind == "zone" or c[:2] == _PLURAL]
    wholes = {c.name for c in (*(before[n] for n in earlier), *(after[n] for n in wide)) if c[:2] != _PLURAL}
    whole = (wholes - _ALL or {"all"}).pop()
    rest = _rest(named, speaker, side, whole)
    if rest is None or len(wholes - _ALL) > 1 or not (wide or earlier or beyond):
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


def _rest(named: Sequence[str], speaker: Zone, side: DriverSide, whole: str = "all") -> str | None:
    """The places of a whole but those named; None where these are none, all, or nobody knows which."""
    every = _seats(whole, speaker, side)
    taken = [_seats(name, speaker, side) for name in named]
    if every is None or not taken or None in taken:
        return None
    left = every.difference(*(seats or () for seats in taken))
    rest = [place for row in _ROWS for place in _named(_ROWS[row], row, left)]
    return _JOINS.join(rest) if rest and left != every else None


def _seats(name: str, speaker: Zone, side: DriverSide) -> frozenset[str] | None:
    """The seats that a place is; None where nobody knows."""
    if name in _ALL:
        return frozenset(_FRONT + _REAR)
    if name in _HANDS:
        return frozenset({"driver" if name == side else "passenger", f"rear_{name}"})
    zone = speaker if name == "mine" else zone_name(name, side)
    zone = f"rear_{side}" if zone == "behind_me" else zone
    seats = _ROWS.get(str(zone), (str(zone),))
    return frozenset(seats) if {*seats} <= {*_FRONT, *_REAR} else None


def _named(seats: Sequence[str], row: str, left: frozenset[str]) -> Iterator[str]:
    there = [seat for seat in seats if seat in left]
    yield from [row] if len(there) == len(seats) else there


def spared(requests: Sequence[Slots], speaker: Zone, side: DriverSide) -> list[Slots] | None:
    """ "Close all the windows, leave mine": without the places that shall stay as they are."""
    out: list[Slots] = []
    for one in requests:
        wide = one.zone in _ALL or (one.zone is None and "plural" in one.marks)
        kept = [
            other.zone
            for other in requests
            if (other.kept or other.negated) and other.zone and other.thing in (None, one.thing)
        ]
        if one.kept or one.negated or not wide or not kept:
            out.append(one)
            continue
        rest = _rest(kept, speaker, side)
        if rest is None:
            return None
        out.append(replace(one, zone=rest, marks=one.marks - {"plural"}))
    return out


def apart(one: Slots, others: Sequence[Slots], speaker: Zone) -> Slots:
    """ "Heat all the seats, mine to three": mine with its place, beside what is wanted of all."""
    wide = any(
        other.thing == one.thing and (other.zone in _ALL or (other.zone is None and "plural" in other.marks))
        for other in others
        if other is not one
    )
    return replace(one, zone=speaker) if wide and one.zone == "mine" else one


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
