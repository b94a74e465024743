"""What an outcome may claim when its stop frame did not leave: not that anything has stopped."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from intent_bridge.engine import Answer, Effect, Record, Send
from intent_bridge.types import Outcome, Status


def call_of(effect: Effect) -> str:
    """The call an effect belongs to."""
    match effect:
        case Record(body=body):
            return str(body.get("call_id", ""))
        case Send(call_id=call_id):
            return call_id
        case Answer(outcome=outcome):
            return outcome.call_id


def corrected(outcome: Outcome, unstopped: Mapping[str, str]) -> Outcome:
    """The outcome, `not_delivered` where it says `stopped` and the stop did not leave.

    `unstopped` maps calls to the reason. A call without frames that says `stopped` is the one that asked
    for the stop of the others.
    """
    if outcome.status is not Status.STOPPED:
        return outcome
    code = unstopped.get(outcome.call_id)
    if code is None and not outcome.frames:
        code = next(iter(unstopped.values()), None)
    return outcome if code is None else replace(outcome, status=Status.NOT_DELIVERED, code=code)


def corrected_record(body: Mapping[str, Any], unstopped: Mapping[str, str]) -> Mapping[str, Any]:
    """The same for the record of an outcome."""
    if not unstopped or body.get("type") != "outcome" or body.get("status") != Status.STOPPED.value:
        return body
    code = unstopped.get(str(body.get("call_id")))
    if code is None and not body.get("frames"):
        code = next(iter(unstopped.values()))
    return body if code is None else {**body, "status": Status.NOT_DELIVERED.value, "code": code}
