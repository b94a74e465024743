"""What goes back to the model: status, our own sentence and the mend; no token, no threshold."""

import json
from typing import Any, Final

from intent_bridge.bridge.aaos import status_code
from intent_bridge.profile import Profile, plain, to_vss
from intent_bridge.types import Outcome, Status

_MENDABLE = (Status.INVALID, Status.NOT_EQUIPPED, Status.NO_EFFECT, Status.NO_ACTION, Status.NEEDS_CHOICE)
"""Where the message is the model's to mend; others speak of budgets and faults of ours."""

_TO_JSON: Final = json.JSONEncoder(ensure_ascii=False).encode
_WRITTEN_MAX: Final = 512
_WRITTEN: Final[dict[object, str]] = {}
"""Results that were written before: most calls end in one of few ways."""


def tool_result_text(outcome: Outcome, profile: Profile) -> str:
    """`tool_result` as JSON text."""
    if outcome.choices or outcome.data or any(a.confirmed is not None for a in outcome.actions):
        return _TO_JSON(tool_result(outcome, profile))
    hits = () if outcome.verdict is None else outcome.verdict.hits
    key = outcome.status, outcome.code, outcome.message, outcome.texts.get("en", ""), hits
    text = _WRITTEN.get(key)
    if text is None:
        if len(_WRITTEN) >= _WRITTEN_MAX:
            _WRITTEN.clear()
        text = _WRITTEN[key] = _TO_JSON(tool_result(outcome, profile))
    return text


def tool_result(outcome: Outcome, profile: Profile) -> dict[str, Any]:
    """The tool message's content for one outcome, JSON-ready."""
    out: dict[str, Any] = {"status": outcome.status.value, "say": outcome.texts.get("en", "")}
    out["aaos"] = status_code(outcome)  # a code and no number: nothing to probe a limit with
    if outcome.code:
        out["code"] = outcome.code
    if outcome.message and outcome.status in _MENDABLE:
        out["message"] = outcome.message
    if outcome.verdict is not None and outcome.verdict.hits:
        out["reasons"] = sorted({hit.reason_key for hit in outcome.verdict.hits})
    if outcome.choices:
        out["choices"] = [{"name": c.name, "arguments": dict(c.arguments)} for c in outcome.choices]
    confirmed = {
        a.path: plain(to_vss(profile.sensors[a.path].quantity, a.confirmed))
        for a in outcome.actions
        if a.confirmed is not None
    }
    if confirmed:
        out["confirmed"] = confirmed
    if outcome.data:
        out["data"] = dict(outcome.data)
    return out


def id_of(call: object) -> str:
    """The id of a call that could not be read, where it has one."""
    found = call.get("id", "") if isinstance(call, dict) else ""
    return found if isinstance(found, str) and len(found) <= 200 else ""


def timed(outcome: Outcome, door_us: int, bus_us: int, ack_ms: int) -> Outcome:
    """The outcome with the times of the front door, the bus and the ECU's answer."""
    laps = dict(outcome.timing_us)
    laps["parse"] = laps.get("parse", 0) + door_us
    laps["bus"] = bus_us
    laps["ack"] = ack_ms * 1000
    return outcome.with_timing(laps)
