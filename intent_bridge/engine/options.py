"""Which of several ways to serve a request is taken: the first that the guard allows, less what it would not.

The guard judges each way like any other call; nothing is counted or remembered of those not taken.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from intent_bridge.engine.effects import Order
from intent_bridge.resolver import Option, Options
from intent_bridge.types import Action, Decision, Provenance, ToolCall, Value, Verdict

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine


def chosen(engine: "Engine", call: ToolCall, who: Provenance, options: Options, now_ms: int) -> Order | None:
    """The order of the first way that is allowed, or of the least objection; None if nothing changes."""
    best: tuple[Decision, Order] | None = None
    for option in options.options:
        order, verdict = _judged(engine, call, who, option, options.arguments, now_ms)
        if not order.actions or _changes_nothing(engine, verdict, now_ms):
            continue
        if best is None or verdict.decision < best[0]:
            best = max(verdict.decision, Decision.CLAMP), order
        if best[0] is Decision.CLAMP:
            break
    return None if best is None else best[1]


def _judged(
    engine: "Engine",
    call: ToolCall,
    who: Provenance,
    option: Option,
    arguments: Mapping[str, object],
    now_ms: int,
) -> tuple[Order, Verdict]:
    """One way without the optional parts that would be asked about or denied, and its verdict."""
    order = Order(call.id, call.name, who, option.actions, arguments)
    verdict = engine.judge.verdict(order, engine.state, now_ms)
    unwanted = option.optional & {hit.path for hit in verdict.hits if hit.effect >= Decision.CONFIRM}
    if unwanted:
        left = tuple(action for action in option.actions if action.path not in unwanted)
        order = Order(call.id, call.name, who, left, arguments)
        verdict = engine.judge.verdict(order, engine.state, now_ms)
    told = option.told(_values(verdict.emitted))
    return Order(call.id, call.name, who, order.actions, arguments, data=told), verdict


def _changes_nothing(engine: "Engine", verdict: Verdict, now_ms: int) -> bool:
    going = engine.commands.wanted(now_ms)
    return all(
        going.get(action.path, engine.known(action.path, now_ms)[0]) == action.value
        for action in verdict.emitted
    )


def _values(actions: tuple[Action, ...]) -> dict[str, Value]:
    return {action.path: action.value for action in actions}
