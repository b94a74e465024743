"""What a call would come to: decided and encoded like any other; nothing is sent, recorded or remembered."""

from typing import TYPE_CHECKING, Final

from intent_bridge.engine.effects import Order
from intent_bridge.engine.options import chosen
from intent_bridge.engine.outcomes import invalid, judged, not_equipped
from intent_bridge.engine.running import reports
from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Intent, NotEquipped
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
        intent = engine.catalogue.parse(call)
    except ToolCallError as error:
        return invalid(call, error)
    return tried(engine, call, intent, who, now_ms, frames=frames)


def tried(
    engine: "Engine",
    call: ToolCall,
    intent: Intent | NotEquipped,
    who: Provenance,
    now_ms: int,
    *,
    frames: bool = True,
) -> Outcome:
    """The same for a call that has been read: `intent` is what it asks for."""
    try:
        resolution = engine.resolved(intent, who, now_ms)
    except ToolCallError as error:
        return invalid(call, error)
    if isinstance(resolution, Absolute):
        order = Order(call.id, call.name, who, resolution.actions, resolution.arguments)
    elif isinstance(resolution, NotEquipped):
        return not_equipped(call, resolution)
    else:
        found = chosen(engine, call, who, resolution, now_ms) if isinstance(resolution, Options) else None
        if found is None:
            return Outcome(call.id, call.name, Status.NO_ACTION, type(resolution).__name__.lower())
        order = found
    verdict = engine.judge.verdict(order, engine.state, now_ms)
    verdict = engine.needs.met(order, verdict, engine.state, now_ms)
    status = DRY[verdict.decision]
    if verdict.permit is None or not frames:
        return judged(order, verdict, status, "dry_run")
    counters = dict(engine.encoder.counters)
    encoded = engine.encoder.encode(verdict.permit, engine.live, engine.commands.values(now_ms))
    engine.encoder.counters.update(counters)  # nothing was sent: they are still free
    return Outcome(
        order.call_id,
        order.intent,
        status,
        "dry_run",
        verdict=verdict,
        actions=reports(verdict),
        frames=encoded,
        data=order.data,
    )
