"""What a request leaves to its neighbours: the thing, what becomes of it, "the other one"."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from intent_bridge.intents.zones import Zone
from intent_bridge.nlu.asides import AT
from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import things
from intent_bridge.nlu.two import SWITCHED

_OTHER: Final = {
    "driver": "passenger", "passenger": "driver", "rear_left": "rear_right", "rear_right": "rear_left",
    "front_row": "rear_row", "rear_row": "front_row",
}  # fmt: skip


_MORE: Final = frozenset({("mark", "and"), ("mark", "then"), ("mark", "onto")})
"""After these somebody was going to say more."""


_ASKED: Final = frozenset({"act", "num", "end", "do", "color", "mode", "dir", "recirc"})
"""What asks for something."""


def with_thing(now: Slots, other: Slots) -> Slots:
    """Of "…, and the passenger to 24": the thing from there, and what becomes of it if that is not said."""
    if other.thing is None:
        return now
    if not now.has_value and now.zone is None:
        return now
    whole = (
        things().get(other.thing, {}).get("elsewhere", {}).get(now.act) if now.zone and not now.size else None
    )
    filled = replace(now, thing=whole or other.thing, ref=None)
    if not now.has_value:
        return with_value(filled, other)
    if now.number is not None and now.unit is None and other.unit == "percent":
        filled = replace(filled, unit="percent")  # "the driver's window 50 percent, the passenger's 20"
    if now.zone is None and other.zone is not None:
        filled = replace(filled, zone=other.zone)
    if other.kept and not now.words:  # "the rear fog light is still on, turn it off"
        filled = replace(filled, words=other.words)
    if now.size and not now.act and other.act:
        filled = replace(filled, act=other.act)
    return replace(filled, marks=filled.marks | (other.marks & {"plural"}))


def with_value(now: Slots, other: Slots) -> Slots:
    """A thing with what becomes of another: "low beam and rear fog light on"."""
    return replace(
        now,
        act=other.act,
        number=other.number,
        unit=other.unit,
        end=other.end,
        size=other.size,
        words={kind: word for kind, word in other.words.items() if _takes(now, kind)},
        marks=now.marks | (other.marks - {"plural"}),
    )


def _takes(now: Slots, kind: str) -> bool:
    """Whether a word of another thing can be one of this: "low beam and rear fog light on"."""
    table = things().get(now.thing or "", {})
    return (
        kind in table.get("words", {})
        or kind in table.get("as", {})
        or (kind == "grade" and "grades" in table)
    )


def referring(now: Slots, earlier: Slots | None, speaker: Zone) -> Slots:
    """ "The other one": what was just said, at the other place; "the same": at the place named now."""
    if earlier is None or now.has_value or now.thing not in (None, earlier.thing):
        return now
    zone = now.zone
    if now.ref == "other":
        if zone is not None:
            return now
        there = earlier.zone if earlier.zone not in (None, "mine") else speaker
        zone = _OTHER.get(there or "")
    if zone is None:
        return now
    return replace(earlier, zone=zone, ref=None, marks=earlier.marks - {"plural"})


def at_place(requests: list[Slots], told: Sequence[str]) -> list[Slots]:
    """Where "their" is: where those are of whom an aside tells ("the kids sleep, turn their light off")."""
    placed = {name.removeprefix(AT) for name in told if name.startswith(AT)}
    if len(placed) != 1:
        return requests
    there = next(iter(placed))
    return [replace(one, zone=there) if one.zone == "theirs" else one for one in requests]


def is_switched(now: Slots) -> bool:
    """Whether a thing can be switched, opened or closed: a distance cannot."""
    table = things().get(now.thing or "", {})
    return bool(table.keys() & {*SWITCHED, "as", "first_of"})


def is_alternative(concepts: Sequence[Concept]) -> bool:
    """Whether something else was asked before a suggestion: "open the window, or how about the AC"."""
    at = max((n for n, c in enumerate(concepts) if c[:2] == ("mark", "suggest")), default=0)
    return any(c.kind in _ASKED and not c.name.startswith("too_") for c in concepts[:at])


def is_unfinished(concepts: Sequence[Concept]) -> bool:
    """Whether somebody was going to say more: "…, and", "…, I want"."""
    end = len(concepts)
    while end and concepts[end - 1][:2] == ("mark", "want"):
        end -= 1
    comma = end < len(concepts) and end > 0 and concepts[end - 1][:2] == ("mark", "comma")
    return comma or (len(concepts) > 0 and concepts[-1][:2] in _MORE)
