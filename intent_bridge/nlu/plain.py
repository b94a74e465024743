"""Wishes that set no value: how somebody feels, scenes, a stop, the steps of the cruise control."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from intent_bridge.intents.zones import DriverSide
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import Problem, things, zone_name
from intent_bridge.types import ToolCall

UP: Final = {"up": "up", "more": "up", "down": "down", "less": "down"}
HINTS: Final = frozenset({"plural", "fact"})
"""Marks that say nothing to a scene or a stop."""


def comfort(said: Slots, side: DriverSide) -> tuple[ToolCall, ...] | Problem:
    """How somebody feels, where, and how strongly."""
    beside = Slots(feeling=said.feeling, size=said.size, zone=said.zone, thing=said.thing)
    if said != beside or said.thing not in (None, "cabin"):
        return Problem("not_understood")
    arguments: dict[str, Any] = {"feeling": said.feeling}
    zone = zone_name(said.zone, side)
    if zone:
        arguments["zone"] = zone
    if said.size in ("little", "lot"):
        arguments["strength"] = said.size
    return (ToolCall("", "adjust_comfort", arguments),)


def doing(said: Slots, side: DriverSide) -> tuple[ToolCall, ...] | Problem:
    """A scene by its name, or a stop of what moves."""
    assert said.do is not None
    named = said.do.startswith("scene:")
    beside = Slots(do=said.do, thing=said.thing, zone=said.zone, act=said.act, marks=said.marks & HINTS)
    if named:  # "switch to nap mode"
        beside = replace(beside, set=said.set, marks=said.marks & {*HINTS, "to"})
    if said != beside:
        return Problem("not_understood")
    if named:
        if said.act in ("off", "close") or said.thing is not None:
            return Problem("not_offered")
        return (ToolCall("", "activate_scene", {"scene": said.do.removeprefix("scene:")}),)
    if said.do == "freeze":  # "don't move the seat" is no wish to stop it
        return (ToolCall("", "stop_motion", {}),) if said.thing is None else Problem("negated")
    moves = said.thing is None or things().get(said.thing, {}).get("moves")
    if said.do != "stop" or not moves:
        return Problem("not_understood")  # "the window as it was before": nobody knows how it was
    zone = zone_name(said.zone, side) if said.thing in ("window", "seat", None) else None
    return (ToolCall("", "stop_motion", {"zone": zone} if zone else {}),)


def cruise(said: Slots) -> tuple[ToolCall, ...] | Problem:
    """Cruise control only ever goes up or down by steps; a speed to drive is not ours to set."""
    direction = UP.get({"faster": "up", "slower": "down"}.get(said.act or "", said.act or ""))
    if direction is None or "to" in said.marks or said.end or said.words or said.zone:
        return Problem("not_offered")
    steps = Decimal(1)
    if said.number is not None:
        one = said.unit is None and said.number == 1  # "the cruise up one"
        by = Decimal(1) if said.unit == "level" or one else Decimal(things()["cruise_speed"]["step_km_h"])
        steps = said.number / by
        if steps != int(steps) or steps <= 0 or said.size:
            return Problem("out_of_range")
    return (ToolCall("", "step_cruise_speed", {"direction": direction, "steps": int(steps)}),)
