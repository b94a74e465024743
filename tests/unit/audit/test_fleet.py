"""What a candidate pack would have said of recorded calls: what is judged, what is left aside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import read
from intent_bridge.audit.fleet import MAX_EXAMPLES, Candidate, judge_group
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.profile import load_profile

FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"


@pytest.fixture(scope="module")
def intent(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The record of one call that acted."""
    log = tmp_path_factory.mktemp("drive") / "audit.jsonl"
    with SimulatedBridge(load_profile("demo_sedan"), audit=log, fsync="off") as car:
        car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 4}})
    return next(record for record in read(log) if record["type"] == "intent")


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    """The vehicle with its own packs."""
    return Candidate("demo_sedan", None)


def test_records_without_a_call_are_passed_over(candidate: Candidate, intent: Mapping[str, Any]) -> None:
    tally = candidate.tally([{"type": "outcome", "call_id": "1"}, intent])
    assert (tally.judged, tally.kinds["same"], tally.elsewhere) == (1, 1, 0)


def test_calls_that_the_past_decided_and_calls_of_paths_that_are_not_here_are_not_judged(
    candidate: Candidate, intent: Mapping[str, Any]
) -> None:
    by_limit = {**intent, "rules": ["adas.set_speed.jump"]}
    elsewhere = {**intent, "requested": [["Vehicle.Wings.Angle", 1]]}
    tally = candidate.tally([by_limit, elsewhere, elsewhere])
    assert (tally.judged, tally.by_history, tally.elsewhere) == (0, 1, 2)


def test_of_many_that_differ_a_few_are_shown(candidate: Candidate, intent: Mapping[str, Any]) -> None:
    other = {**intent, "emitted": [[FAN, 9]]}
    tally = candidate.tally([other] * (MAX_EXAMPLES + 3))
    assert tally.kinds["different"] == MAX_EXAMPLES + 3
    assert len(tally.examples["different"]) == MAX_EXAMPLES
    assert tally.examples["different"][0]["recorded"][1] == [[FAN, 9]]


def test_calls_of_another_vehicle_in_the_same_file_are_counted_and_not_judged(
    intent: Mapping[str, Any], tmp_path: Path
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    text = json.dumps(intent)
    rows = {"type": ["intent"] * 3, "vehicle": ["demo_sedan", "other", "other"], "record": [text] * 3}
    file = tmp_path / "fleet.parquet"
    pq.write_table(pa.table(rows), file)
    tally = judge_group("demo_sedan", None, (str(file), 0))
    assert (tally.judged, tally.elsewhere) == (1, 2)
