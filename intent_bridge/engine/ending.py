"""How a command ends: its call is answered, and what a failed one has changed is put back."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intent_bridge.engine.commands import Ended
from intent_bridge.engine.effects import Answer, Effect, Order
from intent_bridge.engine.outcomes import plain
from intent_bridge.engine.running import Running, near
from intent_bridge.engine.scenes import stage_done
from intent_bridge.guard import NO_HISTORY
from intent_bridge.profile import Profile
from intent_bridge.types import Action, Decision, Outcome, State, Status, ToolCall

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine

NEVER_MS: Final = sys.maxsize
"""Later than any deadline."""
_FAILED: Final = (Status.TIMEOUT, Status.REFUSED_BY_ECU, Status.NOT_DELIVERED)
"""Ends in which the vehicle let the call down: what was changed is put back."""


def finish(engine: "Engine", ended: Sequence[Ended], now_ms: int) -> list[Effect]:
    """Answer for commands that are over."""
    effects: list[Effect] = []
    engine.judge.ended([end.run for end in ended], now_ms)
    for end in ended:
        effects += _finish(engine, end, now_ms)
    return effects


def _finish(engine: "Engine", end: Ended, now_ms: int) -> list[Effect]:
    run, outcome = end.run, end.run.outcome(end.status, end.code)
    engine.undos.learn(run, end.status, end.code)
    if end.hits:
        outcome = replace(outcome, verdict=replace(run.verdict, hits=end.hits))
    if run.order.restores is not None:
        done = end.status is Status.DONE
        if done and run.order.later:
            order = replace(
                run.order, call_id=engine.memory.mint("rollback"), actions=run.order.later, later=()
            )
            return roll_back(engine, order, run.order.restores, run.human_yes, now_ms)
        if done:
            engine.undos.forget(run.order.restores.call_id)
        code = "rolled_back" if done else "rollback_failed"
        return engine.close(_why_not(replace(run.order.restores, code=code), end), now_ms)
    if back := _back(engine, end, now_ms):
        order = Order(engine.memory.mint("rollback"), "rollback", run.order.who, back, restores=outcome)
        return roll_back(engine, order, outcome, run.human_yes, now_ms)
    if run.order.course is not None and end.status is Status.DONE:
        return stage_done(engine, run, outcome, now_ms)
    return engine.close(outcome, now_ms)


def _why_not(failed: Outcome, end: Ended) -> Outcome:
    """The failed call with the rules that stopped what was to put it back, if rules did."""
    if failed.verdict is None or not end.hits:
        return failed
    return replace(failed, verdict=replace(failed.verdict, hits=(*failed.verdict.hits, *end.hits)))


def _back(engine: "Engine", end: Ended, now_ms: int) -> tuple[Action, ...]:
    """What puts back a command that failed and, of a scene, the stages before it; nothing for any other.

    Where a rule has stopped a motion it stays where it is: what else the call has set goes back.
    """
    run, still = end.run, frozenset[str]()
    if end.status in _FAILED:
        back = restoring(run, engine.live, engine.profile, now_ms, end.unheard)
    elif end.status is Status.STOPPED and end.code == "rule":
        back = restoring(run, engine.live, engine.profile, now_ms)
        still = run.moves
    else:
        return ()
    earlier = run.order.course.before if run.order.course is not None else {}
    here = {action.path for action in back}
    whole = (*back, *(Action(path, value) for path, value in earlier.items() if path not in here))
    return tuple(action for action in whole if action.path not in still)


def restoring(
    run: Running, live: State, profile: Profile, now_ms: int, unheard: frozenset[str] = frozenset()
) -> tuple[Action, ...]:
    """The actions that put back what a command has changed, wholly or halfway, or may still change.

    `unheard` are messages that their ECU refused or never got: what was in them changes nothing.
    """
    back = []
    for path, before in run.before.items():
        if path in run.waiting and path not in run.moves:
            sent = run.held_until_ms is None and profile.actuators[path].command.message not in unheard
            changed = sent and now_ms < run.deadlines_ms[path]  # on its way, whatever its ECU reports now
        else:
            sample = live.get(path)
            known = None if sample is None else sample.value
            changed = path in run.reported or path in run.moves
            changed = changed and known is not None and not near(profile, path, before, known)
        if changed:
            back.append(Action(path, before))
    return tuple(back)


def roll_back(engine: "Engine", order: Order, outcome: Outcome, human_yes: bool, now_ms: int) -> list[Effect]:
    """Put back, through the guard, what a failed call has changed; then answer for that call.

    What a rule objects to only while other parts are not back yet (no fan while the air conditioning runs)
    follows in a second step.
    """
    verdict = engine.judge.verdict(order, engine.state, now_ms, confirmed=human_yes, history=NO_HISTORY)
    if verdict.permit is None:
        held = {hit.path for hit in verdict.hits if hit.effect >= Decision.CONFIRM}
        first = tuple(action for action in order.actions if action.path not in held)
        later = tuple(action for action in order.actions if action.path in held)
        order = replace(order, actions=first, later=later)
        verdict = engine.judge.verdict(order, engine.state, now_ms, confirmed=human_yes, history=NO_HISTORY)
        if not first or not later or verdict.permit is None:
            return engine.close(replace(outcome, code="rollback_refused"), now_ms)
    return engine.act(order, verdict, now_ms, human_yes=human_yes)


def halted(engine: "Engine", call: ToolCall, paths: Sequence[str], now_ms: int) -> list[Effect]:
    """Stop what moves of these paths, and answer the call that asked for it."""
    runs = engine.commands.paths_moving(paths)
    if not runs:
        return engine.close(Outcome(call.id, call.name, Status.NO_EFFECT, "nothing_moves"), now_ms)
    effects: list[Effect] = []
    for run in runs:
        effects += engine.commands.halt(run, engine.live, now_ms)
    effects += engine.finish([Ended(run, Status.STOPPED, "asked") for run in runs], now_ms)
    return effects + engine.close(Outcome(call.id, call.name, Status.STOPPED, "asked"), now_ms)


def withdrawn(engine: "Engine", call_id: str, now_ms: int) -> list[Effect]:
    """Stop what this call moves, or drop what of it waits."""
    run = engine.commands.running.get(call_id)
    if run is not None and run.moves:
        effects = engine.commands.halt(run, engine.live, now_ms)
        return effects + engine.finish([Ended(run, Status.STOPPED, "asked")], now_ms)
    order = engine.deferred.take(call_id) or engine.questions.withdraw(call_id)
    if order is not None:
        return engine.close(plain(order, Status.NO_ACTION, "withdrawn"), now_ms)
    known = engine.memory.outcome(call_id)
    return [Answer(known or Outcome(call_id, "", Status.NO_EFFECT, "nothing_moves"))]


def all_stopped(engine: "Engine", code: str, now_ms: int) -> list[Effect]:
    """End every command: no permit of this moment is good any more."""
    runs = list(engine.commands.running.values())
    engine.commands.running.clear()  # what one says to stop repeats nothing of the others
    effects = [effect for run in runs for effect in engine.commands.halt(run, engine.live, now_ms)]
    return effects + engine.finish([Ended(run, Status.STOPPED, code) for run in runs], now_ms)


def set_back(engine: "Engine", now_ms: int) -> list[Effect]:
    """The clock went back: every command ends, and limits count from this moment; so waits nothing either."""
    engine.judge.set_back(now_ms)
    return all_stopped(engine, "clock_jump", now_ms)
