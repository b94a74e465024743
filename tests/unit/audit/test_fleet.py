"""What a candidate pack would have said of recorded calls: what is judged, what is left aside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import AuditLog, export, read
from intent_bridge.audit.fleet import (
    MAX_EXAMPLES,
    Candidate,
    Tally,
    asked_of,
    compared,
    judge_fleet,
    judge_group,
    tasks_of,
)
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Action, Decision, Verdict

FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Any]]:
    """The record of a drive of two calls: one that acts and one that a person is asked about."""
    log = tmp_path_factory.mktemp("drive") / "audit.jsonl"
    with SimulatedBridge(load_profile("demo_sedan"), audit=log, fsync="off") as car:
        car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 4}})
        car.handle({"name": "set_blind_spot_warning", "arguments": {"on": False}})
    return list(read(log))


@pytest.fixture(scope="module")
def intent(records: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The record of one call that acted."""
    return next(record for record in records if record["type"] == "intent")


@pytest.fixture(scope="module")
def question(records: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The record of one call that a rule held back."""
    return next(record for record in records if "asked" in record)


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    """The vehicle with its own packs."""
    return Candidate("demo_sedan", None)


def test_records_without_a_call_are_passed_over(candidate: Candidate, intent: Mapping[str, Any]) -> None:
    tally = candidate.tally([{"type": "outcome", "call_id": "1"}, intent, intent])
    assert (tally.judged, tally.kinds["same"], tally.elsewhere) == (2, 2, 0)
    assert not tally.rules and not tally.examples


def test_calls_that_the_past_decided_and_calls_of_paths_that_are_not_here_are_not_judged(
    candidate: Candidate, intent: Mapping[str, Any]
) -> None:
    by_limit = {**intent, "rules": ["adas.set_speed.jump"]}
    elsewhere = {**intent, "requested": [[FAN, 4], ["Vehicle.Wings.Angle", 1]]}
    tally = candidate.tally([by_limit, by_limit, elsewhere, elsewhere])
    assert (tally.judged, tally.by_history, tally.elsewhere) == (0, 2, 2)


HERE, THERE = ("Vehicle.A", 1), ("Vehicle.B", 2)


@pytest.mark.parametrize(
    ("recorded", "now", "same_rules", "kind"),
    [
        (("allow", [HERE, THERE]), (Decision.ALLOW, [THERE, HERE]), True, "same"),  # in another order
        (("allow", [HERE]), (Decision.ALLOW, [THERE]), True, "different"),
        (("allow", [HERE]), (Decision.ALLOW, [HERE]), False, "different"),
        (("allow", [HERE]), (Decision.CLAMP, [HERE]), True, "stricter"),
        (("clamp", [HERE]), (Decision.ALLOW, [HERE]), True, "looser"),
        (("confirm", [HERE]), (Decision.CONFIRM, [THERE]), True, "different"),  # a yes would do that
        (("defer", [HERE]), (Decision.DEFER, [THERE]), True, "same"),  # nothing leaves either way
        (("deny", [HERE]), (Decision.DENY, []), True, "same"),
        (("deny", []), (Decision.DENY, []), False, "different"),
        (("deny", []), (Decision.ALLOW, [HERE]), True, "looser"),
        (("confirm", [HERE]), (Decision.DENY, []), True, "stricter"),
    ],
)
def test_a_verdict_is_held_against_the_recorded_one(
    recorded: tuple[str, list[tuple[str, int]]],
    now: tuple[Decision, list[tuple[str, int]]],
    same_rules: bool,
    kind: str,
) -> None:
    asked = {"decision": recorded[0], "emitted": [[*each] for each in recorded[1]]}
    actions = tuple(Action(*each) for each in now[1])
    assert compared(asked, Verdict(now[0], actions, actions), same_rules=same_rules) == kind


def test_a_call_that_was_held_back_is_judged_as_one_without_a_yes(question: Mapping[str, Any]) -> None:
    asked = asked_of(question)
    assert asked is not None and (asked["human_yes"], asked["at_ms"]) == (False, question["at_ms"])
    assert (asked["decision"], asked["emitted"]) == ("confirm", question["asked"]["emitted"])


def test_the_rules_that_made_a_difference_are_those_of_the_stricter_side(
    candidate: Candidate, question: Mapping[str, Any]
) -> None:
    own = question["rules"]
    assert own and candidate.tally([question]).kinds["same"] == 1
    other = [[question["asked"]["emitted"][0][0], True]]
    for asked, rules, kind, culprits in (
        ({"decision": "deny"}, [*own, "gone"], "looser", {"gone"}),
        ({"decision": "deny"}, own, "looser", set(own)),
        ({"decision": "allow"}, [], "stricter", set(own)),
        ({"decision": "allow"}, own, "stricter", set(own)),
        ({"decision": "allow"}, ["gone"], "stricter", set(own)),
        ({}, ["gone"], "different", {*own, "gone"}),
        ({"emitted": other}, own, "different", set(own)),
    ):
        changed = {**question, "rules": rules, "asked": {**question["asked"], **asked}}
        tally = candidate.tally([changed])
        assert {of: set(counts) for of, counts in tally.rules.items()} == {kind: culprits}


def test_what_parts_have_counted_adds_up_and_a_few_examples_of_all_are_kept(
    candidate: Candidate, intent: Mapping[str, Any]
) -> None:
    different, by_limit = {**intent, "emitted": [[FAN, 9]]}, {**intent, "rules": ["adas.set_speed.jump"]}
    elsewhere = {**intent, "requested": [["Vehicle.Wings.Angle", 1]]}
    total = Tally()
    for part in (
        [intent, different, different, by_limit, elsewhere],
        [intent, different, by_limit, by_limit, elsewhere],
        [{**different, "rules": ["gone"]}] * MAX_EXAMPLES,
    ):
        total.add(candidate.tally(part))
    shown = total.data()
    assert [len(each) for each in shown.pop("examples").values()] == [MAX_EXAMPLES]
    assert shown == {
        "judged": 10,
        "same": 2,
        "looser": 0,
        "stricter": 0,
        "different": 8,
        "by_history": 3,
        "elsewhere": 2,
        "rules": {"different": {"gone": MAX_EXAMPLES}},
    }


def test_of_many_that_differ_a_few_are_shown(candidate: Candidate, intent: Mapping[str, Any]) -> None:
    other = {**intent, "emitted": [[FAN, 9]]}
    tally = candidate.tally([other] * (MAX_EXAMPLES + 3))
    assert tally.kinds["different"] == MAX_EXAMPLES + 3
    assert len(tally.examples["different"]) == MAX_EXAMPLES
    assert tally.examples["different"][0]["recorded"][1] == [[FAN, 9]]


def test_calls_of_another_vehicle_in_the_same_file_are_counted_and_not_judged(
    intent: Mapping[str, Any], question: Mapping[str, Any], tmp_path: Path
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    text, unknown = json.dumps(intent), json.dumps({**intent, "requested": [["Vehicle.Wings.Angle", 1]]})
    told, plain = json.dumps(question, separators=(",", ":")), '{"type":"outcome"}'
    rows = [
        ("intent", "demo_sedan", text),
        ("intent", "demo_sedan", unknown),
        ("outcome", "demo_sedan", told),
        ("intent", "other", text),
        ("outcome", "other", told),
        ("outcome", "other", plain),
        ("outcome", "demo_sedan", plain),
        ("shadow", "other", told),
    ]
    file = tmp_path / "fleet.parquet"
    columns = ("type", "vehicle", "record")
    pq.write_table(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), file)
    tally = judge_group("demo_sedan", None, (str(file), 0))
    assert (tally.judged, tally.elsewhere) == (2, 3)


def test_every_group_of_every_file_is_judged_by_the_vehicles_own_rules(
    records: list[Mapping[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(export, "ROWS_PER_GROUP", 2)
    log, files = tmp_path / "audit.jsonl", [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    written = AuditLog(log, fsync="off")
    for record in records:
        written.write({key: value for key, value in record.items() if key not in ("prev", "hash")})
    written.close()
    for file in files:
        export.export([log], file)
    assert len(records) == 4
    assert tasks_of(files) == [(str(file), group) for file in files for group in (0, 1)]
    total = judge_fleet(files, "demo_sedan", None)
    assert (total.judged, total.kinds) == (4, {"same": 4})
