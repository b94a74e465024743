"""Scenes that need something first, and go in stages: each begins when the one before is confirmed.

The whole scene is judged before its first frame and refused whole; then every stage is judged again at its
own moment. When a stage is denied, refused or not answered, what the stages before it changed is put back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from intent_bridge.engine.effects import Effect, Order
from intent_bridge.engine.outcomes import judged
from intent_bridge.engine.running import Running, reports
from intent_bridge.guard import Condition
from intent_bridge.profile import Profile, once
from intent_bridge.types import (
    Action,
    ActionReport,
    Decision,
    Frame,
    Outcome,
    RuleHit,
    State,
    Status,
    Value,
    Verdict,
)

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Course:
    """How far a scene has come: the stages still to begin, and what those before have done."""

    later: tuple[tuple[Action, ...], ...]
    begun: bool = False
    before: Mapping[str, Value] = field(default_factory=dict)
    """What stood there before the stages that are done."""
    done: tuple[ActionReport, ...] = ()
    frames: tuple[Frame, ...] = ()


@once
def _needs(profile: Profile) -> Mapping[str, list[tuple[Condition, str]]]:
    return {
        name: [(Condition.of(n.when, profile, f"scene {name}"), n.reason_key) for n in scene.needs]
        for name, scene in profile.file.scenes.items()
    }


class Needs:
    """What each scene of a vehicle needs; ProfileError when one cannot be read."""

    def __init__(self, profile: Profile) -> None:
        self._needs = _needs(profile)

    def met(self, order: Order, verdict: Verdict, state: State, now_ms: int) -> Verdict:
        """The verdict, or the denial of a scene whose needs do not certainly hold, with what unlocks it."""
        scene = str(order.arguments.get("scene", "")) if order.intent == "activate_scene" else ""
        failed = [
            (condition, key)
            for condition, key in self._needs.get(scene, ())
            if condition.truth(state, now_ms) is not True
        ]
        if not failed:
            return verdict
        hits = tuple(
            RuleHit(f"scene.{scene}", "", Decision.DENY, key, condition.unknown(state, now_ms))
            for condition, key in failed
        )
        return replace(
            verdict,
            decision=Decision.DENY,
            emitted=(),
            hits=(*hits, *verdict.hits),
            unlock=tuple(dict.fromkeys([*(c.text for c, _ in failed), *verdict.unlock])),
            permit=None,
        )


def next_stage(engine: "Engine", order: Order, now_ms: int, *, human_yes: bool) -> list[Effect]:
    """Begin the next stage that changes something; close the call when there is none left."""
    course = order.course
    assert course is not None
    while course.later:
        actions, course = course.later[0], replace(course, later=course.later[1:], begun=True)
        stage = replace(order, actions=actions, course=course)
        verdict = engine.judge.verdict(stage, engine.state, now_ms, confirmed=human_yes)
        if verdict.permit is None:
            return put_back(engine, stage, judged(stage, verdict, Status.DENIED, "rule"), now_ms, human_yes)
        if not engine.there(verdict, now_ms):
            return engine.act(stage, verdict, now_ms, human_yes=human_yes)
        there = reports(verdict, {a.path: a.value for a in verdict.emitted})
        course = replace(course, done=(*course.done, *there))
    changed = bool(course.before)
    outcome = Outcome(
        order.call_id,
        order.intent,
        Status.DONE if changed else Status.NO_EFFECT,
        "" if changed else "already",
        actions=course.done,
        frames=course.frames,
        data=order.data,
    )
    return engine.close(outcome, now_ms)


def stage_done(engine: "Engine", run: Running, outcome: Outcome, now_ms: int) -> list[Effect]:
    """A stage is confirmed: the next one, or the answer for the whole scene."""
    course = run.order.course
    assert course is not None
    course = replace(
        course,
        before={**run.before, **course.before},
        done=(*course.done, *outcome.actions),
        frames=(*course.frames, *outcome.frames),
    )
    if course.later:
        return next_stage(engine, replace(run.order, course=course), now_ms, human_yes=run.human_yes)
    return engine.close(replace(outcome, actions=course.done, frames=course.frames), now_ms)


def put_back(engine: "Engine", order: Order, outcome: Outcome, now_ms: int, human_yes: bool) -> list[Effect]:
    """Answer for a stage that could not begin; what the stages before it changed is put back first."""
    assert order.course is not None
    back = tuple(Action(path, value) for path, value in order.course.before.items())
    if not back:
        return engine.close(outcome, now_ms)
    rollback = Order(engine.memory.mint("rollback"), "rollback", order.who, back, restores=outcome)
    from intent_bridge.engine.ending import roll_back  # it ends stages itself

    return roll_back(engine, rollback, outcome, human_yes, now_ms)
