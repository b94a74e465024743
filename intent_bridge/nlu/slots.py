"""What one request says, sorted: the thing, what is to become of it, where, how much."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from intent_bridge.nlu.lexicon import Concept

_MARKS: Final = frozenset({"to", "by", "plural"})
_EDGES: Final = frozenset({"comma", "and", "then", "stop", "but"})


@dataclass(frozen=True, slots=True)
class Slots:
    """One request as it was said; what it lacks may stand in its neighbour ("... and the rear one too")."""

    thing: str | None = None
    act: str | None = None
    set: bool = False
    """A verb that says nothing more than that something shall change."""
    zone: str | None = None
    number: Decimal | None = None
    unit: str | None = None
    end: str | None = None
    size: str | None = None
    marks: frozenset[str] = frozenset()
    words: dict[str, str] = field(default_factory=dict)
    feeling: str | None = None
    do: str | None = None
    """`stop`, `undo`, or `scene:NAME`."""
    negated: bool = False
    ref: str | None = None
    """`it`, `other`, `same`: refers to what was said before."""

    @property
    def has_value(self) -> bool:
        """Whether it says what is to become of the thing."""
        return bool(self.act or self.number is not None or self.end or self.size or self.words)


def slots(concepts: Sequence[Concept]) -> Slots | None:
    """The slots of one request, or None where two words do not go together."""
    found: dict[str, object] = {}
    words: dict[str, str] = {}
    marks: set[str] = set()
    who = False
    for kind, name, number in concepts:
        if kind == "mark":
            if name in _MARKS:
                marks.add(name)
            elif name not in _EDGES:
                return None
        elif kind == "num":
            if "number" in found:
                return None
            found["number"] = number
        elif kind == "act" and name == "set":
            found["set"] = True
        elif kind == "not":
            if found.get("negated"):
                return None
            found["negated"] = True
        elif kind == "who":
            who = True
        elif kind in ("thing", "act", "zone", "unit", "end", "size", "feeling", "do", "ref"):
            known = found.get(kind)
            merged = name if known in (None, name) else _merged(kind, str(known), name)
            if merged is None:
                return None
            found[kind] = merged
        elif words.get(kind, name) == name:
            words[kind] = name
        else:
            return None
    if who and "feeling" not in found:
        return None  # "I …" is somebody's report, unless it is how they feel
    if "feeling" in found and (words or found.keys() & {"act", "number", "set", "do", "unit"}):
        return None  # how somebody feels is a sentence of its own
    made = Slots(words=words, marks=frozenset(marks))
    return replace(made, **found)  # type: ignore[arg-type]


_ROWS: Final = {
    ("front_row", "left"): "front_left", ("front_row", "right"): "front_right",
    ("rear_row", "left"): "rear_left", ("rear_row", "right"): "rear_right",
    ("front_row", "all"): "front_row", ("rear_row", "all"): "rear_row",
    ("driver", "mine"): "driver", ("passenger", "mine"): "passenger",
    ("driver", "left"): "driver", ("driver", "front_left"): "driver", ("passenger", "right"): "passenger",
    ("front_row", "passenger"): "passenger", ("front_row", "driver"): "driver",
}  # fmt: skip
_ACTS: Final = {
    ("off", "stop"): "off",
    ("open", "more"): "more",
    ("on", "more"): "more",
    ("open", "less"): "less",
    ("on", "less"): "less",
    ("open", "back"): "open",
    ("open", "down"): "open",
    ("close", "up"): "close",
    ("lean", "back"): "lean",
    ("lean", "down"): "lean",
    ("flat", "lean"): "flat",
    ("back", "flat"): "flat",
    ("down", "flat"): "flat",
    ("less", "down"): "down",
    ("more", "up"): "up",
    ("up", "warmer"): "warmer",
    ("down", "cooler"): "cooler",
    ("on", "open"): "open",
    ("close", "off"): "close",
    ("forward", "upright"): "upright",
    ("up", "upright"): "upright",
    ("far", "more"): "far",
    ("less", "near"): "near",
}
_THINGS: Final = {
    ("ac", "cabin_temperature"): "cabin_temperature",
    ("climate", "cabin_temperature"): "cabin_temperature",
    ("climate", "fan_speed"): "fan_speed",
    ("ac", "fan_speed"): "fan_speed",
    ("climate", "air"): "air",
    ("ac", "air"): "air",
    ("climate", "climate_auto"): "climate_auto",
    ("climate", "recirculation"): "recirculation",
    ("climate", "fresh_air"): "fresh_air",
    ("climate", "climate_sync"): "climate_sync",
    ("ac", "climate_auto"): "climate_auto",
    ("ac", "climate_sync"): "climate_sync",
    ("ac", "recirculation"): "recirculation",
    ("seat", "seat_position"): "seat_position",
    ("seat", "seat_height"): "seat_height",
    ("seat", "seat_recline"): "seat_recline",
    ("seat", "seat_heating"): "seat_heating",
    ("seat", "seat_ventilation"): "seat_ventilation",
    ("seat", "seat_massage"): "seat_massage",
    ("seat", "seat_lumbar"): "seat_lumbar",
    ("seat", "seat_memory"): "seat_memory",
    ("cabin_temperature", "heat"): "cabin_temperature",
}
_SIZES: Final = {("little", "lot"): None, ("some", "lot"): "lot", ("little", "some"): "little"}
_MERGES: Final = {"zone": _ROWS, "act": _ACTS, "thing": _THINGS, "size": _SIZES}


def _merged(kind: str, one: str, other: str) -> str | None:
    """What two words of a kind mean together, where they do: rear and left, seat and seat heating."""
    table = _MERGES.get(kind, {})
    return table.get((one, other)) or table.get((other, one))  # type: ignore[attr-defined, no-any-return]
