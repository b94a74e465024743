"""Whole drives: which step comes next, and how often.

One mix is fixed, so that figures can be compared; others are made from it, for what it seldom does.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from intent_bridge.intents import Catalogue
from intent_bridge.testing.callgen import PEOPLE, Calls
from intent_bridge.testing.car import Rig
from intent_bridge.testing.dice import Dice
from intent_bridge.testing.steps import Call, Clock, Confirm, Fault, Reload, Restart, Step, Undo, Wait
from intent_bridge.testing.worlds import Worlds

MIX: Final[Mapping[str, int]] = MappingProxyType(
    {
        "call": 485,
        "spoilt": 311,
        "hostile": 100,
        "again": 15,
        "undo": 15,
        "state": 24,
        "healthy": 30,
        "wait": 4,
        "fault": 4,
        "heal": 8,
        "clock": 1,
        "restart": 1,
        "reload": 2,
    }
)
"""Of a thousand steps so many; an open question is answered next in two of three cases, mostly with yes."""
RARE: Final = ("again", "undo", "state", "wait", "fault", "heal", "clock", "restart", "reload")
"""Kinds whose share a varied mix changes: faults hide in runs of what comes one by one in the fixed mix."""
FACTORS: Final = (1, 1, 2, 5, 15, 40)
SPOILT: Final = (20, 100, 311)
HOSTILE: Final = (5, 20, 100)
WAITS_MS: Final = (10, 20, 50, 100, 100, 110, 200, 200, 300, 310, 500)
MARKETS: Final = ("", "eu", "cn", "us")
"""Whose packs a reload adds to the vehicle's own."""
LATER_MS: Final = (250, 350, 450, 900)
"""What fell silent shows only later."""


def varied(mix: Mapping[str, int], dice: Dice) -> Mapping[str, int]:
    """Another mix of the same kinds: each rare one is up to forty times as frequent (swarm testing)."""
    other = {kind: share * dice.pick(FACTORS) if kind in RARE else share for kind, share in mix.items()}
    return {**other, "spoilt": dice.pick(SPOILT), "hostile": dice.pick(HOSTILE)}


class Drives:
    """Makes the steps of drives for one vehicle."""

    def __init__(self, rig: Rig, catalogue: Catalogue, mix: Mapping[str, int] = MIX) -> None:
        """`mix` names kinds of steps and their shares; see `MIX` for the kinds there are."""
        self.calls = Calls(catalogue)
        self.worlds = Worlds(rig.profile, rig.plan, rig.hazards)
        self._kinds = tuple(kind for kind, share in mix.items() for _ in range(share))
        self._last: Call | None = None
        self._broken: list[Fault] = []
        self._next: list[Step] = []

    def step(self, dice: Dice, *, asked: bool) -> Step:
        """The next step; `asked`: a question is open."""
        if self._next:
            return self._next.pop()
        if asked and dice.index(3) < 2:
            return Confirm(not dice.chance(15), None if dice.index(6) else dice.pick(PEOPLE))
        return self._of(dice.pick(self._kinds), dice)

    def _of(self, kind: str, dice: Dice) -> Step:
        match kind:
            case "spoilt":
                return self.calls.spoilt(dice)
            case "hostile":
                return self.calls.hostile(dice)
            case "again":
                name = None if self._last is None or dice.index(2) else self._last.name
                call = self.calls.valid(dice, name)
                return Call(call.name, call.arguments, call.who, again=True)
            case "undo":
                return Undo(dice.pick(PEOPLE))
            case "state":
                return self.worlds.change(dice)
            case "healthy":
                return self.worlds.healthy
            case "wait":
                return Wait(dice.pick(WAITS_MS))
            case "fault":
                fault = self.worlds.fault(dice)
                self._broken.append(fault)
                if fault.kind in ("mute", "corrupt", "freeze", "off"):
                    self._next.append(Wait(dice.pick(LATER_MS)))
                return fault
            case "heal" if self._broken:
                return self.worlds.healed(self._broken.pop())
            case "clock":
                return Clock(dice.pick((100, -100, 5000, -5000)))
            case "restart":
                return Restart()
            case "reload":
                return Reload(dice.pick(MARKETS))
            case _:  # a call, also where nothing is left to heal
                self._last = self.calls.valid(dice)
                return self._last
