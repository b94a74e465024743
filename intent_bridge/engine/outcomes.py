"""Outcomes of calls that do not act, or do not act yet."""

from dataclasses import replace
from typing import assert_never

from intent_bridge.codec.egress import TOO_OFTEN
from intent_bridge.engine.effects import Order
from intent_bridge.engine.running import reports
from intent_bridge.errors import ToolCallError
from intent_bridge.intents import NotEquipped
from intent_bridge.resolver import Nothing, Report, Unresolved
from intent_bridge.types import Outcome, Status, ToolCall, Verdict


def invalid(call: ToolCall, error: ToolCallError) -> Outcome:
    """The model's call is malformed: the code and the mend."""
    return Outcome(call.id, call.name, Status.INVALID, error.code, str(error))


def not_equipped(call: ToolCall, missing: NotEquipped) -> Outcome:
    """A sound call for something this vehicle lacks."""
    return Outcome(call.id, call.name, Status.NOT_EQUIPPED, "no_actuator", str(missing))


def unacted(call: ToolCall, found: NotEquipped | Report | Nothing | Unresolved) -> Outcome:
    """A call that asks for nothing that could be done: a question, or something that is not there."""
    match found:
        case NotEquipped():
            return not_equipped(call, found)
        case Report(data=data):
            return Outcome(call.id, call.name, Status.NO_ACTION, "report", data=data)
        case Nothing(code=code):
            return Outcome(call.id, call.name, Status.NO_EFFECT, code)
        case Unresolved(path=path, quality=quality):
            why = f"`{path}` is {quality.value}"
            return Outcome(call.id, call.name, Status.DENIED, "state_unknown", why)
        case _:
            assert_never(found)


def kept_back(order: Order, verdict: Verdict, reason: str) -> Outcome:
    """The egress gate refused: too often is the caller's doing, silence the bus's; all else is our fault."""
    if reason.startswith("silent"):
        return replace(judged(order, verdict, Status.NOT_DELIVERED, "silent"), message=reason)
    if reason.startswith(TOO_OFTEN):
        return replace(judged(order, verdict, Status.DENIED, "too_often"), message=reason)
    if reason.startswith("more than"):
        return replace(judged(order, verdict, Status.DENIED, "too_many_running"), message=reason)
    return replace(judged(order, verdict, Status.ERROR, "egress"), message=reason)


def plain(order: Order, status: Status, code: str) -> Outcome:
    """An outcome that needs no verdict shown."""
    return Outcome(order.call_id, order.intent, status, code, data=order.data)


def judged(order: Order, verdict: Verdict, status: Status, code: str) -> Outcome:
    """An outcome without a frame; only a question shows what would be emitted."""
    shown = reports(verdict, acts=status is Status.NEEDS_CONFIRMATION)
    return Outcome(order.call_id, order.intent, status, code, verdict=verdict, actions=shown, data=order.data)
