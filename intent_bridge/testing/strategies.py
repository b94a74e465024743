"""Hypothesis strategies for any vehicle: calls, states, faults and whole drives. All of them shrink."""

from collections.abc import Callable
from typing import Literal, TypeVar

from hypothesis import strategies as st

from intent_bridge.testing.callgen import Calls
from intent_bridge.testing.car import Rig
from intent_bridge.testing.dice import Dice
from intent_bridge.testing.mix import Drives
from intent_bridge.testing.steps import Call, Fault, Raw, Step
from intent_bridge.testing.worlds import World, Worlds

T = TypeVar("T")
Kind = Literal["valid", "spoilt", "hostile"]


def calls(rig: Rig, kind: Kind = "valid") -> st.SearchStrategy[Call | Raw]:
    """Tool calls of a vehicle: valid ones, ones with exactly one thing spoilt, hostile text and bytes."""
    made = Calls(rig.make_engine().catalogue)
    makers: dict[Kind, Callable[[Dice], Call | Raw]] = {
        "valid": made.valid,
        "spoilt": made.spoilt,
        "hostile": made.hostile,
    }
    return drawn(makers[kind])


def vehicle_states(rig: Rig) -> st.SearchStrategy[World]:
    """States to set, dense at the boundaries; what cannot be in a real car is named in `impossible`."""
    return drawn(Worlds(rig.profile, rig.plan, rig.hazards).state)


def faults(rig: Rig) -> st.SearchStrategy[Fault]:
    """Faults of ECUs and buses."""
    return drawn(Worlds(rig.profile, rig.plan, rig.hazards).fault)


def drives(rig: Rig, *, max_steps: int = 30) -> st.SearchStrategy[list[Step]]:
    """Whole drives: what people, the model, the world and the wire do, one after another."""
    made = Drives(rig, rig.make_engine().catalogue)
    step = drawn(lambda dice: made.step(dice, asked=dice.index(8) == 7))
    return st.lists(step, min_size=1, max_size=max_steps)


def drawn(make: Callable[[Dice], T]) -> st.SearchStrategy[T]:
    """What `make` makes when hypothesis chooses."""

    @st.composite
    def strategy(draw: st.DrawFn) -> T:
        return make(Dice(lambda n: draw(st.integers(0, n - 1))))

    return strategy()
