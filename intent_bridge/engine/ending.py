"""How a command ends: its call is answered, and what a failed one has changed is put back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intent_bridge.engine.commands import Ended
from intent_bridge.engine.effects import Effect, Order
from intent_bridge.engine.running import Running, restoring
from intent_bridge.engine.scenes import stage_done
from intent_bridge.guard import NO_HISTORY
from intent_bridge.types import Action, Outcome, Status

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine

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
        if done:
            engine.undos.forget(run.order.restores.call_id)
        code = "rolled_back" if done else "rollback_failed"
        return engine.close(replace(run.order.restores, code=code), now_ms)
    if end.status in _FAILED and (back := _back(engine, run)):
        order = Order(engine.memory.mint("rollback"), "rollback", run.order.who, back, restores=outcome)
        return roll_back(engine, order, outcome, run.human_yes, now_ms)
    if run.order.course is not None and end.status is Status.DONE:
        return stage_done(engine, run, outcome, now_ms)
    return engine.close(outcome, now_ms)


def _back(engine: "Engine", run: Running) -> tuple[Action, ...]:
    """What puts back this command and, of a scene, the stages before it."""
    back = restoring(run, engine.live, engine.profile)
    earlier = run.order.course.before if run.order.course is not None else {}
    here = {action.path for action in back}
    return (*back, *(Action(path, value) for path, value in earlier.items() if path not in here))


def roll_back(engine: "Engine", order: Order, outcome: Outcome, human_yes: bool, now_ms: int) -> list[Effect]:
    """Put back, through the guard, what a failed call has changed; then answer for that call."""
    verdict = engine.judge.verdict(order, engine.state, now_ms, confirmed=human_yes, history=NO_HISTORY)
    if verdict.permit is None:
        return engine.close(replace(outcome, code="rollback_refused"), now_ms)
    return engine.act(order, verdict, now_ms, human_yes=human_yes)
