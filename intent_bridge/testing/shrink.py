"""From a long drive that goes wrong to a short one that goes wrong in the same way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from intent_bridge.testing.car import Car, Rig
from intent_bridge.testing.steps import Call, SetState, Step, Wait

V = TypeVar("V")
Wrong = Callable[[Sequence[Step]], bool]
MAX_PLAYS = 600
"""Drives tried while shrinking."""


def hazards_of(rig: Rig, steps: Sequence[Step]) -> list[str]:
    """Play a drive from its start; the hazards it shows, in order, until the first step that shows any."""
    car = Car(rig)
    for step in steps:
        car.play(step)
        if car.found:
            break
    return [finding.hazard for finding in car.found]


def shrink(rig: Rig, steps: Sequence[Step], hazard: str, plays: int = MAX_PLAYS) -> tuple[Step, ...]:
    """The shortest drive found that still shows the hazard. Removes steps, then makes them simpler."""
    budget = _Budget(lambda tried: hazard in hazards_of(rig, tried), plays)
    steps = _tail(list(steps), budget)
    steps = _fewer(steps, budget)
    steps = _simpler(steps, budget)
    return tuple(_fewer(steps, budget))


class _Budget:
    def __init__(self, wrong: Wrong, plays: int) -> None:
        self._wrong, self._left = wrong, plays

    def wrong(self, steps: Sequence[Step]) -> bool:
        """Whether a shorter drive is still wrong; False when there were enough tries."""
        if self._left <= 0:
            return False
        self._left -= 1
        return self._wrong(steps)


def _tail(steps: list[Step], budget: _Budget) -> list[Step]:
    """Often the last few steps are enough."""
    count = 4
    while count < len(steps):
        if budget.wrong(steps[-count:]):
            return steps[-count:]
        count *= 2
    return steps


def _fewer(steps: list[Step], budget: _Budget) -> list[Step]:
    """Leave out ever smaller pieces (delta debugging)."""
    size = max(1, len(steps) // 2)
    while True:
        at = 0
        while at < len(steps):
            shorter = steps[:at] + steps[at + size :]
            if shorter and budget.wrong(shorter):
                steps = shorter
            else:
                at += size
        if size == 1:
            return steps
        size = max(1, size // 2)


def _simpler(steps: list[Step], budget: _Budget) -> list[Step]:
    for at in range(len(steps)):
        for simple in _simplifications(steps[at]):
            tried = [*steps[:at], simple, *steps[at + 1 :]]
            if budget.wrong(tried):
                steps = tried
    return steps


def _simplifications(step: Step) -> list[Step]:
    match step:
        case SetState(values) if len(values) > 1:
            return [SetState(_without(values, path)) for path in values]
        case Wait(ms) if ms > 10:
            return [Wait(ms // 10), Wait(ms // 2)]
        case Call(arguments=arguments) if len(arguments) > 1:
            return [replace(step, arguments=_without(arguments, key)) for key in arguments]
        case _:
            return []


def _without(values: Mapping[str, V], key: str) -> dict[str, V]:
    return {k: v for k, v in values.items() if k != key}
