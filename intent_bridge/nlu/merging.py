"""What two words of a kind mean together: rear and left, seat and heating, open and more."""

from collections.abc import Mapping
from typing import Final

_ROWS: Final = {
    ("front_row", "left"): "front_left", ("front_row", "right"): "front_right",
    ("rear_row", "left"): "rear_left", ("rear_row", "right"): "rear_right",
    ("front_row", "all"): "front_row", ("rear_row", "all"): "rear_row",
    **{(place, "mine"): place for place in (
        "driver", "passenger", "rear_row", "front_row", "rear_left", "rear_right", "behind_me", "kids",
        "companion", "behind_passenger", "front_left", "front_right", "left", "right", "all", "next_to_me",
    )},
    ("driver", "left"): "driver", ("driver", "front_left"): "driver", ("passenger", "right"): "passenger",
    ("kids", "rear_row"): "kids", ("behind_me", "left"): "rear_left", ("behind_me", "right"): "rear_right",
    ("companion", "passenger"): "passenger", ("companion", "next_to_me"): "passenger",
    ("front_row", "passenger"): "passenger", ("front_row", "driver"): "driver",
}  # fmt: skip
_SIDES: Final = frozenset(
    {"left", "right", "rear_left", "rear_right", "driver", "passenger", "front_row", "rear_row"}
)
_ACTS: Final = {
    ("off", "stop"): "off",
    ("halt", "off"): "off",
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
    ("less", "back"): "less",
    ("more", "up"): "up",
    ("cooler", "more"): "cooler",
    ("up", "warmer"): "warmer",
    ("down", "cooler"): "cooler",
    ("on", "open"): "open",
    ("close", "off"): "close",
    ("close", "down"): "off",
    ("close", "more"): "less",
    ("forward", "upright"): "upright",
    ("back", "upright"): "upright",
    ("far", "forward"): "forward",
    ("back", "far"): "back",
    ("forward", "more"): "forward",
    ("back", "more"): "back",
    ("lean", "more"): "lean",
    ("more", "upright"): "upright",
    ("far", "lean"): "lean",
    ("up", "upright"): "upright",
    ("far", "more"): "far",
    ("less", "near"): "near",
}
_AIR_PARTS: Final = (
    "cabin_temperature", "fan_speed", "air", "climate_auto", "recirculation", "fresh_air", "climate_sync",
    "defrost", "max_defrost", "heat", "ac", "climate_mode", "air_quality",
)  # fmt: skip
PARTS: Final = {
    "climate": frozenset(_AIR_PARTS),
    "ac": frozenset(_AIR_PARTS) - {"ac", "defrost", "max_defrost"},
    "seat": frozenset({
        "seat_position", "seat_height", "seat_recline", "seat_cushion_length", "seat_heating", "seat_memory",
        "seat_ventilation", "seat_massage", "seat_lumbar", "seat_more",
    }),
    "heat": frozenset({"cabin_temperature"}),
    "warmth": frozenset({"seat_heating", "wheel_heating"}),
    "speed_limit": frozenset({"speed_limit_offset", "speed_warning"}),
}  # fmt: skip
"""Of two things that are one inside the other, the inner one is meant: seat and seat heating."""
_THINGS: Final = {
    **{(whole, part): part for whole, parts in PARTS.items() for part in parts},
    ("seat", "heat"): "seat_heating", ("wheel", "heat"): "wheel_heating",
    ("seat", "ventilation"): "seat_ventilation",
    ("seat", "warmth"): "seat_heating", ("wheel", "warmth"): "wheel_heating",
}  # fmt: skip
_ENDS: Final = {("full", "min"): "min", ("full", "max"): "max"}
_SIZES: Final = {("little", "lot"): None, ("some", "lot"): "lot", ("little", "some"): "little"}
_DOES: Final = {("freeze", "stop"): "stop"}
_MERGES: Final[Mapping[str, Mapping[tuple[str, str], str | None]]] = {
    "zone": _ROWS, "act": _ACTS, "thing": _THINGS, "size": _SIZES, "do": _DOES, "end": _ENDS,
}  # fmt: skip


def merged(kind: str, one: str, other: str) -> str | None:
    """What two words of a kind mean together, where they do: rear and left, seat and seat heating."""
    if kind == "zone" and "each" in (one, other):
        return one if other == "each" else other  # "the rear ones, both of them"
    if kind == "zone" and "all" in (one, other) and {one, other} & _SIDES:
        return one if other == "all" else other  # "the windows on the right, all of them"
    if kind == "zone" and "theirs" in (one, other):
        return other if one == "theirs" else one  # "for her in the back"
    table = _MERGES.get(kind, {})
    return table.get((one, other)) or table.get((other, one))
