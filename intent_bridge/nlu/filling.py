"""What a request leaves unsaid, taken from its neighbours: the thing, the value, the place."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from intent_bridge.intents.zones import Zone
from intent_bridge.nlu.neighbours import is_switched, referring, with_thing, with_value
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import (
    Car,
    Problem,
    complained,
    felt_thing,
    switched_to,
    things,
    usual_thing,
    wished,
)
from intent_bridge.nlu.two import SWITCHED
from intent_bridge.nlu.wishes import calls

_WEAK: Final = frozenset({"on", "open"})
_MOVED: Final = frozenset({"up", "down", "more", "less", "warmer", "cooler"})
"""What says a direction, and not how far."""


def filled(
    requests: Sequence[Slots], before: Slots | None, speaker: Zone, car: Car, *, asks: bool
) -> list[Slots] | None:
    """Every request with what it leaves to its neighbours, or to the last one of the turn before.

    `asks`: something is politely asked for. None where a request lacks what nobody has said.
    """
    out: list[Slots] = []
    for index, asked in enumerate(requests):
        if asks and asked.thing is None and asked.do is None:
            asked = replace(asked, marks=asked.marks | {"want"})
        request = complained(switched_to(asked))
        if request.zone == "theirs":  # "the passenger's window up, and her seat heating on"
            placed = things().get(request.thing or "", {}).get("zone", True)
            request = replace(request, zone=next((r.zone for r in reversed(out) if r.zone), None))
            if placed and request.zone in (None, "mine"):
                return None
        if request.feeling is not None or request.do is not None or request.kept:
            out.append(request)
            continue
        last = next((one for one in reversed(out) if one.feeling is None), None)
        earlier = last if last is not None and last.thing else before
        later = next((r for r in requests[index + 1 :] if r.thing and r.has_value), None)
        if later is None and asked.has_value:
            if asked.zone:  # "open the driver's and the passenger's windows"
                later = next((r for r in requests[index + 1 :] if r.thing and r.zone), None)
            elif asked.thing is None:  # "make that yellow instead, the ambient light"
                later = next((r for r in requests[index + 1 : index + 2] if r.thing), None)
        if later is None and asked.thing and not asked.has_value:  # "my window and hers, both half open"
            later = next((r for r in requests[index + 1 : index + 2] if r.zone and "plural" in r.marks), None)
        first = _usual(request) if request.number is not None else None  # "23 in here, the light red"
        now = _part(request, earlier)
        if now.ref in ("other", "same"):
            now = referring(now, earlier, speaker)
        elif (
            now.thing is None
            and (other := earlier or first or later or _usual(now) or _felt(now, out)) is not None
        ):
            with_it = with_thing(now, other)
            usual = _usual(now)
            if usual is not None and other is not usual and isinstance(calls(with_it, car), Problem):
                with_it = with_thing(now, usual)  # "make it warmer", after the window was opened
            now = with_it
        elif now.thing is not None and (not now.has_value or _lacks_act(now)):
            nearby = out[-1] if out and out[-1].has_value else later
            if nearby is not None and nearby is later and "order" in nearby.marks:
                return None  # "跟车呢，把远光关了": what is asked of the second is none of the first
            if nearby is not None and nearby.act in SWITCHED and not is_switched(now):
                return None  # "跟车呢，远光关掉": a distance is not switched
            if nearby is not None and (nearby.act or "").startswith("too_"):
                return None  # "the temperature, the fan is too strong": a complaint is of one thing
            if nearby is not None and not nearby.negated and not nearby.kept:
                now = with_value(now, nearby) if not now.has_value else replace(now, act=nearby.act)
            elif nearby is None and (asks or "want" in now.marks or any(r.feeling for r in out)):
                now = wished(now)
        absent = now.thing is not None and now.thing not in things()
        idle = not (now.has_value or absent or now.negated)  # "I don't need the heating" says enough
        if now.thing is None or now.ref in ("other", "same") or idle:
            return None
        if request.thing is None and (request.act or "").startswith("too_"):
            return None  # "too cold" is how somebody feels, unless the thing is named
        if out and request.thing is None and _says_how_far(out[-1], now):
            out[-1] = replace(now, zone=out[-1].zone)
            continue
        out.append(_where_felt(now, out))
    return out


def _says_how_far(last: Slots, now: Slots) -> bool:
    """ "Open the boot, but only to seventy percent", "heating on, and go to level two": one wish."""
    alone = Slots(
        thing=last.thing, whole=last.whole, act=last.act, zone=last.zone, set=last.set, marks=last.marks
    )
    if things().get(last.thing or "", {}).get("also_on"):
        return False  # "turn on the AC and set it to 20" is two
    placed = now.thing == last.thing and now.zone in (None, last.zone) and last == alone
    valued = (now.number is not None or now.end or "grade" in now.words) and not now.negated and not now.kept
    act = things().get(last.thing or "", {}).get("turns", {}).get(last.act, last.act)
    weak = act in _WEAK and now.act in (None, "on", "open") and "by" not in now.marks
    return bool(
        placed and valued and (weak or (last.act in _MOVED and now.act is None and "to" in now.marks))
    )


def _where_felt(now: Slots, before: Sequence[Slots]) -> Slots:
    """ "The passenger is cold, turn the seat heating on": theirs, where no place is named."""
    felt = next((r.zone for r in reversed(before) if r.feeling is not None), None)
    placed = now.zone is None and things().get(now.thing or "", {}).get("zone", False)
    return replace(now, zone=felt) if placed and felt not in (None, "mine", "all", "each") else now


def _felt(now: Slots, before: Sequence[Slots]) -> Slots | None:
    thing = felt_thing(now, [request.feeling for request in before if request.feeling is not None])
    return Slots(thing=thing) if thing is not None else None


def _part(now: Slots, earlier: Slots | None) -> Slots:
    """ "The wheel is hot, turn its heating off": the heating of what was named before."""
    parts: dict[str, str] = things().get(now.thing or "", {}).get("part_of", {})
    whole = earlier.thing if earlier is not None else None
    return replace(now, thing=parts[whole]) if whole in parts else now


def _lacks_act(now: Slots) -> bool:
    """Whether a thing that has to be switched was named with its own word only: "and the rear fog light"."""
    needs = things().get(now.thing or "", {}).get("needs_act", False)
    return bool(needs and now.words and not (now.act or now.number or now.size or now.end))


def _usual(now: Slots) -> Slots | None:
    thing = usual_thing(now)
    return Slots(thing=thing) if thing is not None else None
