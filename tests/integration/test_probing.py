"""What a model learns from being refused: stable codes, and no number to find a limit with."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from intent_bridge import Bridge
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.bridge.aaos import FILE, status_code
from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import (
    Action,
    Decision,
    Outcome,
    Quality,
    RuleHit,
    Status,
    Verdict,
)

CODES = {
    "OK",
    "TRY_AGAIN",
    "INVALID_ARG",
    "NOT_AVAILABLE",
    "ACCESS_DENIED",
    "INTERNAL_ERROR",
    "NOT_AVAILABLE_DISABLED",
    "NOT_AVAILABLE_SPEED_LOW",
    "NOT_AVAILABLE_SPEED_HIGH",
    "NOT_AVAILABLE_POOR_VISIBILITY",
    "NOT_AVAILABLE_SAFETY",
}


@pytest.fixture(scope="module")
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as made:
        yield made


def numbers(value: object) -> list[object]:
    """Every number in a document, and every digit of its texts."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in numbers(part)]
    if isinstance(value, list):
        return [found for part in value for found in numbers(part)]
    return re.findall(r"\d+", str(value)) if not isinstance(value, bool) else []


def rules(*packs: str) -> dict[str, tuple[str, str]]:
    """Of every rule, its reason and a path it is on."""
    found = load_packs(load_profile("demo_sedan"), packs or None).rules
    return {r.text.id: (r.text.reason_key, path) for path, bound in found.items() for r in bound}


EVERY = {k: v for packs in ((), *((m,) for m in ("eu", "us", "cn"))) for k, v in rules(*packs).items()}


def denied(reason: str, path: str, unknown: tuple[tuple[str, Quality], ...] = ()) -> Outcome:
    hit = RuleHit("a.rule", path, Decision.DENY, reason, unknown)
    verdict = Verdict(Decision.DENY, (Action(path, 7),), (), (hit,), unlock=("Vehicle.Speed <= 3 km/h",))
    return Outcome("1", "set_something", Status.DENIED, "rule", verdict=verdict)


@pytest.mark.parametrize("rule", EVERY)
def test_a_refusal_gives_the_model_a_code_and_no_number(bridge: SimulatedBridge, rule: str) -> None:
    outcome = denied(*EVERY[rule])
    told = json.loads(bridge.tool_result(replace(outcome, texts=bridge._texts.render(outcome))))
    assert numbers(told) == []
    assert told["reasons"] == [EVERY[rule][0]]
    assert told["aaos"] in CODES


def test_a_real_refusal_gives_the_model_no_number(bridge: SimulatedBridge) -> None:
    bridge.set_state({"Vehicle.Speed": 60})
    outcome = bridge.handle({"name": "set_trunk", "arguments": {"percent": 100}})
    told = json.loads(bridge.tool_result(outcome))
    assert (told["status"], told["aaos"]) == ("denied", "NOT_AVAILABLE")
    assert numbers(told) == []


def test_neither_budgets_nor_faults_are_told(bridge: SimulatedBridge) -> None:
    for status, code in (
        (Status.DENIED, "too_often"),
        (Status.ERROR, "egress"),
        (Status.DENIED, "locked_out"),
    ):
        told = json.loads(bridge.tool_result(Outcome("1", "x", status, code, "5 times within 1000 ms")))
        assert numbers(told) == []
        assert "message" not in told


def test_a_call_that_can_be_mended_says_how(bridge: SimulatedBridge) -> None:
    outcome = bridge.handle({"name": "set_trunk", "arguments": {"percent": 101}})
    told = json.loads(bridge.tool_result(outcome))
    assert told["aaos"] == "INVALID_ARG"
    assert "100" in told["message"]


def test_every_reason_of_the_shipped_packs_and_every_status_has_a_code() -> None:
    table = read_yaml(FILE).data
    assert isinstance(table, dict)
    reasons = {reason for reason, _ in EVERY.values()}
    assert reasons <= table["reasons"].keys()
    assert {status.value for status in Status} <= table["outcomes"].keys()
    assert {*table["reasons"].values(), *table["outcomes"].values(), table["unknown"]} <= CODES


def test_what_a_rule_does_not_know_is_not_available() -> None:
    unknown = (("Vehicle.Speed", Quality.STALE),)
    assert status_code(denied("trunk-rolling", "Vehicle.Body", unknown)) == "NOT_AVAILABLE"
    assert status_code(denied("of-a-vehicle-of-its-own", "Vehicle.Body")) == "NOT_AVAILABLE_SAFETY"
