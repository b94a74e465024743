"""What a record holds, to the last entry: what is missing here no replay can know."""

from dataclasses import replace
from typing import Any, cast

import pytest

from intent_bridge.engine.effects import Order, Record, Send
from intent_bridge.engine.records import (
    asked_record,
    intent_record,
    ordered,
    outcome_record,
    snapshot,
    start_record,
    stop_record,
)
from intent_bridge.engine.running import Running
from intent_bridge.types import (
    Action,
    ActionReport,
    Channel,
    Decision,
    Frame,
    Outcome,
    Permit,
    Provenance,
    Quality,
    RawFrame,
    RuleHit,
    Sample,
    SeatZone,
    Speaker,
    Status,
    Verdict,
)

WHO = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE, True)
WHO_TOLD = {"speaker": "driver", "zone": "driver", "channel": "voice", "untrusted_text": True}
HIT = RuleHit("oem.slow", "a", Decision.CLAMP, "why")
VERDICT = Verdict(Decision.CLAMP, (Action("a", 9),), (Action("a", 5), Action("b", True)), (HIT,))
ORDER = Order("1", "set_a", WHO, (Action("a", 9),), {"level": 9}, own_numbers=("level",))
FRAME = Frame(RawFrame("body", 0x123, True, False, b"\x01\xff"), "A_CMD", {})
WIRE = ["body", 0x123, True, False, "01ff"]


def running(**changes: Any) -> Running:
    class Minted:
        policy_hash = "policy"

    run = Running(
        order=ORDER,
        verdict=VERDICT,
        permit=cast(Permit, Minted()),
        human_yes=True,
        before={},
        frames=(FRAME,),
        sent_ms=0,
        deadlines_ms={"a": 100},
        ends_ms=200,
        cycles_ms={},
        repeat_ms=0,
        inputs=frozenset(),
        moves=frozenset(),
        waiting={"a": 5},
    )
    return replace(run, **changes)


INTENT = {
    "type": "intent",
    "at_ms": 70,
    "call_id": "1",
    "intent": "set_a",
    "arguments": {"level": 9},
    "who": WHO_TOLD,
    "requested": [["a", 9]],
    "emitted": [["a", 5], ["b", True]],
    "decision": "clamp",
    "rules": ["oem.slow"],
    "human_yes": True,
    "policy": "policy",
    "state": {"s": [1, 2, "ok"]},
    "running": {"c": 3},
    "counters": {"A_CMD": 4},
    "frames": [WIRE],
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, INTENT),
        ({"held_until_ms": 100}, INTENT | {"held_ms": 30, "frames": []}),
        (
            {"order": replace(ORDER, data={"sources": {"level": "own"}})},
            INTENT | {"sources": {"level": "own"}},
        ),
        ({"verdict": replace(VERDICT, hits=())}, INTENT | {"rules": []}),
    ],
    ids=["sent", "held back", "with sources", "no rule"],
)
def test_an_intent_is_recorded_with_all_that_decided_it(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    run = running(**changes)
    assert intent_record(run, {"s": [1, 2, "ok"]}, {"c": 3}, {"A_CMD": 4}, 70) == expected


def test_what_was_held_back_is_recorded_with_what_its_frames_were_made_from() -> None:
    assert start_record(running(), {"s": [1, 2, "ok"]}, {"c": 3}, {"A_CMD": 4}, (FRAME,), 90) == {
        "type": "start",
        "at_ms": 90,
        "call_id": "1",
        "intent": "set_a",
        "paths": list(running().waiting),
        "state": {"s": [1, 2, "ok"]},
        "running": {"c": 3},
        "counters": {"A_CMD": 4},
        "frames": [WIRE],
    }


def test_an_answer_is_recorded_with_its_rules_and_what_was_confirmed_and_no_name_that_a_model_made_up() -> (
    None
):
    actions = ActionReport("a", 9, 5, 0), ActionReport("b", True, True, None)
    outcome = Outcome("1", "set_a", Status.DONE, "", verdict=VERDICT, actions=actions)
    told = {"type": "outcome", "at_ms": 80, "call_id": "1", "intent": "set_a", "status": "done", "code": ""}
    assert outcome_record(outcome, 80) == told | {"rules": ["oem.slow"], "confirmed": {"a": 0}}
    unknown = Outcome("2", "words of a user", Status.INVALID, "unknown_tool")
    assert outcome_record(unknown, 80) == {
        "type": "outcome",
        "at_ms": 80,
        "call_id": "2",
        "intent": "",
        "status": "invalid",
        "code": "unknown_tool",
        "rules": [],
        "confirmed": {},
    }


def test_what_a_rule_held_back_is_recorded_so_that_other_rules_can_judge_it() -> None:
    asked = {"who": WHO_TOLD, "requested": [["a", 9]], "own_numbers": ["level"], "state": {"s": [1]}}
    judged = {"emitted": [["a", 5], ["b", True]], "decision": "clamp"}
    assert asked_record(ORDER, VERDICT, {"s": [1]}) == asked | judged
    assert asked_record(ORDER, None, {"s": [1]}) == asked | {"emitted": [], "decision": ""}


def test_a_stop_is_recorded_with_its_paths_its_rules_and_its_frames_alone() -> None:
    effects = Record({}), Send("1", FRAME)
    assert stop_record(running(), ("b", "a"), {}, 60, effects, (HIT,)) == {
        "type": "stop",
        "at_ms": 60,
        "call_id": "1",
        "paths": ["a", "b"],
        "rules": ["oem.slow"],
        "frames": [WIRE],
    }


def test_the_state_is_recorded_with_ages_and_the_last_sound_value_where_that_is_another() -> None:
    fresh, gone = Sample(5, 900, Quality.OK), Sample(None, 950, Quality.MISSING)
    state = {"fresh": fresh, "gone": gone, "never": gone, "equal": fresh, "not read": fresh}
    live = {"fresh": fresh, "gone": Sample(7, 400, Quality.OK), "equal": Sample(5, 900, Quality.OK)}
    read = snapshot(("absent", "equal", "fresh", "gone", "never"), state, live, 1000)
    assert read == {
        "equal": [5, 100, "ok"],
        "fresh": [5, 100, "ok"],
        "gone": [None, 50, "missing", 7, 600],
        "never": [None, 50, "missing"],
    }
    assert list(read) == ["equal", "fresh", "gone", "never"]


def test_paths_are_read_once_and_in_the_order_of_their_names() -> None:
    assert ordered(frozenset({"c", "a"}), frozenset({"b", "a"})) == ("a", "b", "c")
