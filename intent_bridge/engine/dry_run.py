"""What a call would come to: decided and encoded like any other; nothing is sent, recorded or remembered."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intent_bridge.engine.effects import Order
from intent_bridge.engine.options import chosen
from intent_bridge.engine.outcomes import invalid, judged, not_equipped
from intent_bridge.engine.running import reports
from intent_bridge.errors import ToolCallError
from intent_bridge.intents import NotEquipped
from intent_bridge.resolver import Absolute, Options
from intent_bridge.types import Decision, Outcome, Provenance, Status, ToolCall

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine

DRY: Final = {
    Decision.ALLOW: Status.NO_ACTION,
    Decision.CLAMP: Status.NO_ACTION,
    Decision.CONFIRM: Status.NEEDS_CONFIRMATION,
    Decision.DEFER: Status.DEFERRED,
    Decision.DENY: Status.DENIED,
}
"""The status a dry run shows for a decision."""
NO_WAY: Final = (Status.DENIED, Status.INVALID, Status.NOT_EQUIPPED, Status.ERROR)
"""Ends of a dry run in which nobody would be served, now or after a yes."""


def dry_run(
    engine: "Engine", call: ToolCall, who: Provenance, now_ms: int, *, frames: bool = True
) -> Outcome:
    """What `submit` would decide and send; without its frames for one who asks only what would be done."""
    try:
        resolution = engine.resolved(engine.catalogue.parse(call), who, now_ms)
    except ToolCallError as error:
        return invalid(call, error)
    if isinstance(resolution, NotEquipped):
        return not_equipped(call, resolution)
    if isinstance(resolution, Options):
        order = chosen(engine, call, who, resolution, now_ms)
    elif isinstance(resolution, Absolute):
        order = Order(call.id, call.name, who, resolution.actions, resolution.arguments)
    else:
        order = None
    if order is None:
        return Outcome(call.id, call.name, Status.NO_ACTION, type(resolution).__name__.lower())
    verdict = engine.judge.verdict(order, engine.state, now_ms)
    verdict = engine.needs.met(order, verdict, engine.state, now_ms)
    shown = judged(order, verdict, DRY[verdict.decision], "dry_run")
    if verdict.permit is None or not frames:
        return shown
    counters = dict(engine.encoder.counters)
    others = engine.commands.values(now_ms)
    run = engine.commands.prepare(order, verdict, False, engine.live, now_ms, others)
    engine.encoder.counters.update(counters)
    return replace(shown, actions=reports(verdict), frames=run.frames)
