"""What is said to be on or off beside a request: told, or wished for as well (阅读灯开着，氛围灯灭掉)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from intent_bridge.nlu.merging import PARTS
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import things

_OUTSIDE: Final = frozenset({"window", "sunroof", "sunshade", "trunk"})
_AIR: Final = frozenset(
    {"climate", "ac", "heat", "fan_speed", "cabin_temperature", "recirculation", "fresh_air"}
)
_WHY: Final = _OUTSIDE | _AIR
"""One of these open or on is a reason to close another: 空调开着，把窗关上."""
_SEAT: Final = PARTS["seat"] | {"seat", "warmth", "ventilation"}
_OPPOSITE: Final = {"on": frozenset({"off", "close"}), "off": frozenset({"on", "open"})}


def wished_so(requests: Sequence[Slots]) -> list[Slots] | None:
    """The requests, with a wish for what is only said to be so where it can be nothing else.

    It is a wish behind another request, and before one for the opposite; then it has to be one that changes
    nothing where it is so already. None where it could be a wish, and would set more than on or off.
    """
    out: list[Slots] = []
    for at, one in enumerate(requests):
        after = next((r for r in requests[at + 1 :] if _asks(r)), None)
        earlier = any(_asks(r) and r.thing != one.thing for r in requests[:at])
        if one.now is None or not (earlier or _is_opposite(one, after)) or _is_reason(one, requests):
            out.append(one)
        elif _only_switches(one.thing or "", one.now):
            out.append(replace(one, kept=False, act=one.now))
        else:
            return None
    return out


def at_seat(requests: Sequence[Slots]) -> list[Slots]:
    """Each thing of a seat at the seat that was named just before it: 副驾座椅加热关了，换成通风一档."""
    out: list[Slots] = []
    for one in requests:
        seat = out[-1].zone if out and out[-1].thing in _SEAT else None
        bare = one.thing in _SEAT and one.zone is None and "plural" not in one.marks
        out.append(replace(one, zone=seat) if bare and seat not in (None, "mine", "each") else one)
    return out


def _asks(one: Slots) -> bool:
    return one.thing is not None and one.has_value and not (one.kept or one.negated)


def _is_opposite(one: Slots, after: Slots | None) -> bool:
    return after is not None and after.thing != one.thing and after.act in _OPPOSITE[one.now or "on"]


def _is_reason(one: Slots, requests: Sequence[Slots]) -> bool:
    return one.thing in _WHY and any(r.thing in _WHY for r in requests if r is not one)


def _only_switches(thing: str, act: str) -> bool:
    """Whether it changes nothing to switch a thing so when it is so: on is on, a level is one of many."""
    table = things().get(thing, {})
    arguments = table.get(act, table.get({"on": "open", "off": "close"}[act], {}))
    return bool(arguments) and (act == "off" or all(value is True for value in arguments.values()))
