"""Routines: an event proposes a scene to the driver, or does it where the profile allows that unattended.

An event is a condition that was known to be false and is known to be true now; what is found at the start of
a session is no event. Nobody's rights are borrowed: what is done unattended is judged as an app's request, so
motions and the driver's own place never are; what is proposed is judged as the driver's, and needs their yes.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intent_bridge.engine.effects import Effect, Order
from intent_bridge.engine.outcomes import judged
from intent_bridge.engine.scenes import Course, Needs
from intent_bridge.errors import Problem, ProfileError
from intent_bridge.guard import Condition
from intent_bridge.guard.bind import match
from intent_bridge.profile import Profile, once
from intent_bridge.profile.report import one_of
from intent_bridge.resolver import Absolute
from intent_bridge.types import (
    Channel,
    Decision,
    Provenance,
    SeatZone,
    Speaker,
    State,
    Status,
    ToolCall,
)

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine

UNATTENDED: Final = Provenance(Speaker.APP, SeatZone.UNKNOWN, Channel.APP)
PROPOSED: Final = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.UNKNOWN)


@once
def _conditions(profile: Profile) -> tuple[Mapping[str, Condition], tuple[Problem, ...]]:
    """What each routine waits for, and what is wrong with those that cannot be read."""
    found: dict[str, Condition] = {}
    problems: list[Problem] = []
    for name, routine in profile.file.routines.items():
        try:
            found[name] = Condition.of(routine.on, profile, f"routine {name}")
        except ProfileError as error:
            problems += error.problems
    return found, (*problems,)


class Routines:
    """The routines of one vehicle, and what each condition last was. ProfileError when one is wrong."""

    def __init__(self, profile: Profile) -> None:
        self._file = profile.file
        self._conditions, wrong = _conditions(profile)
        self._was: dict[str, bool] = {}
        problems = [*wrong]
        for name, routine in self._file.routines.items():
            if routine.scene not in self._file.scenes:
                mend = one_of(routine.scene, self._file.scenes)
                problems.append(_problem(profile, f"routine {name}: no scene `{routine.scene}`", mend))
        for pattern in self._file.unattended:
            if not any(match(pattern, path) is not None for path in profile.actuators):
                problems.append(
                    _problem(profile, f"unattended: `{pattern}` names no actuator", "mend the path")
                )
        if problems:
            raise ProfileError(problems)
        self.inputs = frozenset(path for one in self._conditions.values() for path in one.gauges)

    def due(self, changed: AbstractSet[str], state: State, now_ms: int) -> list[str]:
        """The routines whose event has come with these changes."""
        due = []
        for name, condition in self._conditions.items():
            if changed.isdisjoint(condition.gauges):
                continue
            truth = condition.truth(state, now_ms)
            if truth is True and self._was.get(name) is False:
                due.append(name)
            if truth is not None:
                self._was[name] = truth
        return due

    def allows(self, name: str, order: Order) -> bool:
        """Whether the profile lets this routine do this with nobody asked."""
        return self._file.routines[name].unattended and all(
            any(match(pattern, action.path) is not None for pattern in self._file.unattended)
            for action in order.actions
        )


def _problem(profile: Profile, what: str, mend: str) -> Problem:
    return Problem(profile.folder / "profile.yaml", None, what, mend)


def happened(engine: "Engine", changed: AbstractSet[str], now_ms: int) -> list[Effect]:
    """Propose or do what the events in these changes call for."""
    if engine.routines.inputs.isdisjoint(changed):
        return []
    effects: list[Effect] = []
    for name in engine.routines.due(changed, engine.state, now_ms):
        effects += _begin(engine, name, now_ms)
    return effects


def _begin(engine: "Engine", name: str, now_ms: int) -> list[Effect]:
    scene = engine.profile.file.routines[name].scene
    call = ToolCall(engine.memory.mint(f"routine-{name}"), "activate_scene", {"scene": scene}, own=False)
    for who in (UNATTENDED, PROPOSED):
        resolution = engine.resolved(engine.catalogue.parse(call), who, now_ms)
        if not isinstance(resolution, Absolute):
            return []  # nothing to change, or a part is missing
        course = Course(resolution.stages) if resolution.stages else None
        order = Order(
            call.id,
            call.name,
            who,
            resolution.actions,
            resolution.arguments,
            course=course,
            data={"routine": name},
        )
        verdict = engine.judge.verdict(order, engine.state, now_ms)
        verdict = engine.needs.met(order, verdict, engine.state, now_ms)
        if engine.there(verdict, now_ms) and verdict.emitted:
            return []
        if who is UNATTENDED and engine.routines.allows(name, order) and verdict.decision <= Decision.CLAMP:
            return engine.act(order, verdict, now_ms, human_yes=False)
    if verdict.decision > Decision.CONFIRM:
        return []  # it may not be done now, so nobody is asked
    if verdict.decision < Decision.CONFIRM:  # with the digest that a yes is held against
        verdict = engine.judge.verdict(order, engine.state, now_ms, confirmed=True)
    confirmation = engine.questions.ask(order, verdict, now_ms)
    outcome = judged(order, verdict, Status.NEEDS_CONFIRMATION, "")
    return engine.close(replace(outcome, confirmation=confirmation), now_ms, order)


def check_scenes(profile: Profile) -> None:
    """ProfileError when what scenes need, or what routines wait for, cannot be read."""
    Needs(profile)
    Routines(profile)
