"""Outcomes of calls that do not act: their status, their code, and what they show."""

from typing import Any

import pytest

from intent_bridge.engine.effects import Order
from intent_bridge.engine.outcomes import invalid, judged, kept_back, plain, unacted
from intent_bridge.errors import ToolCallError
from intent_bridge.intents import NotEquipped
from intent_bridge.resolver import Nothing, Report, Unresolved
from intent_bridge.types import Action, ActionReport, Decision, Provenance, Quality, Status, ToolCall, Verdict

CALL = ToolCall("1", "set_a", {})
ORDER = Order("1", "set_a", Provenance(), (Action("a", 9),), data={"why": "asked"})
VERDICT = Verdict(Decision.CLAMP, (Action("a", 9),), (Action("a", 5),))


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("silent: commands are not enabled", Status.NOT_DELIVERED, "silent"),
        ("budget: a was set 5 times", Status.DENIED, "too_often"),
        ("frame cap: 20 frames", Status.DENIED, "too_often"),
        ("more than 64 commands under way", Status.DENIED, "too_many_running"),
        ("A_CMD: checksum wrong", Status.ERROR, "egress"),
    ],
)
def test_what_the_gate_keeps_back_is_the_bus_the_callers_or_our_doing_and_says_why(
    reason: str, status: Status, code: str
) -> None:
    outcome = kept_back(ORDER, VERDICT, reason)
    assert (outcome.status, outcome.code, outcome.message) == (status, code, reason)
    assert (outcome.verdict, outcome.frames, outcome.data) == (VERDICT, (), {"why": "asked"})


@pytest.mark.parametrize(("status", "emitted"), [(Status.NEEDS_CONFIRMATION, 5), (Status.DENIED, None)])
def test_only_a_question_shows_what_would_leave(status: Status, emitted: int | None) -> None:
    outcome = judged(ORDER, VERDICT, status, "rule")
    assert outcome.actions == (ActionReport("a", 9, emitted),)
    assert (outcome.call_id, outcome.intent, outcome.status, outcome.code) == ("1", "set_a", status, "rule")
    assert (outcome.verdict, outcome.data) == (VERDICT, {"why": "asked"})


def test_an_outcome_without_a_verdict_keeps_what_the_order_tells() -> None:
    outcome = plain(ORDER, Status.TIMEOUT, "late")
    assert (outcome.call_id, outcome.intent, outcome.status, outcome.code) == (
        "1",
        "set_a",
        "timeout",
        "late",
    )
    assert (outcome.verdict, outcome.data) == (None, {"why": "asked"})


@pytest.mark.parametrize(
    ("found", "status", "code", "message", "data"),
    [
        (Report({"speed": 5}), Status.NO_ACTION, "report", "", {"speed": 5}),
        (Nothing("nothing_helps"), Status.NO_EFFECT, "nothing_helps", "", {}),
        (Unresolved("a", Quality.STALE), Status.DENIED, "state_unknown", "`a` is stale", {}),
    ],
)
def test_what_asks_for_nothing_that_could_be_done_says_so(
    found: Any, status: Status, code: str, message: str, data: dict[str, object]
) -> None:
    outcome = unacted(CALL, found)
    assert (outcome.call_id, outcome.intent, outcome.status, outcome.code) == ("1", "set_a", status, code)
    assert (outcome.message, outcome.data) == (message, data)


def test_what_the_vehicle_lacks_and_what_is_malformed_is_told_with_the_mend() -> None:
    missing = NotEquipped("set_a")
    outcome = unacted(CALL, missing)
    assert (outcome.status, outcome.code, outcome.message) == (
        Status.NOT_EQUIPPED,
        "no_actuator",
        str(missing),
    )
    error = ToolCallError("bad_value", "give 0 to 9")
    outcome = invalid(CALL, error)
    assert (outcome.status, outcome.code, outcome.message) == (Status.INVALID, error.code, str(error))
