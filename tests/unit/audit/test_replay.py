"""A recorded call decided again: on what was known at its moment, not on what was known before."""

from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import replay
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import Profile
from tests.unit.engine.test_schedule import Rig, profile

__all__ = ["profile"]
SPEED = "Vehicle.Speed"
UNKNOWN_NOW = [None, 0, "missing", 0, 300]
"""Nobody knows it any more; 300 ms ago it was 0."""
ASKS = """\
pack: {name: mine, layer: user, version: 1}
rules:
- id: mine.fan
  effect: confirm
  on: [Vehicle.Cabin.HVAC.Station.*.*.FanSpeed]
  hazard: none
  source: a test
  basis: design
  verified: memory
  reason_key: mine
"""


@pytest.fixture(scope="module")
def drive(profile: Profile) -> list[dict[str, Any]]:
    """Two seat motions and two settings of a fan; of each the second has to wait for its message."""
    rig = Rig(profile)
    rig.seat("moves", 100)
    rig.fan("sets", 3)
    rig.run(5)
    rig.seat("moves later", 200)
    rig.fan("sets later", 4, "passenger")
    rig.run(200)
    return rig.records


def of(drive: list[dict[str, Any]], call_id: str) -> dict[str, dict[str, Any]]:
    return {record["type"]: record for record in drive if record["call_id"] == call_id}


@pytest.fixture(scope="module")
def guard(profile: Profile) -> Guard:
    return Guard(profile, load_packs(profile))


def test_a_call_is_judged_on_what_was_known_then_and_not_on_the_last_sound_value(
    drive: list[dict[str, Any]], profile: Profile, guard: Guard
) -> None:
    intent = of(drive, "moves")["intent"]
    assert [again.same for again in replay([intent], profile, guard)] == [True]
    unknown = {**intent, "state": {**intent["state"], SPEED: UNKNOWN_NOW}}
    (again,) = replay([unknown], profile, guard)
    assert (again.decision, again.again) == ("deny", [])


def test_a_call_that_waited_is_held_against_what_was_known_when_it_left(
    drive: list[dict[str, Any]], profile: Profile, guard: Guard
) -> None:
    intent, start = (of(drive, "moves later")[kind] for kind in ("intent", "start"))
    assert [again.same for again in replay([intent, start], profile, guard)] == [True, True]
    unknown = {**start, "state": {**start["state"], SPEED: UNKNOWN_NOW}}
    _, again = replay([intent, unknown], profile, guard)
    assert again.again == [] and again.recorded


def test_a_yes_that_was_given_before_it_waited_still_holds_when_it_leaves(
    drive: list[dict[str, Any]], profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text(ASKS, encoding="utf-8")
    packs = [*profile.file.packs, str(tmp_path / "mine.yaml")]
    asking = Guard(profile, load_packs(profile, packs))
    intent, start = (of(drive, "sets later")[kind] for kind in ("intent", "start"))
    for yes in (True, False):
        *_, again = replay([{**intent, "human_yes": yes}, start], profile, asking)
        assert again.same == yes


def test_a_call_that_was_answered_waits_no_longer(
    drive: list[dict[str, Any]], profile: Profile, guard: Guard
) -> None:
    records = of(drive, "sets later")
    in_order = [records[kind] for kind in ("intent", "start", "outcome")]
    assert [again.same for again in replay(in_order, profile, guard)] == [True, True]
    answered_first = [records[kind] for kind in ("intent", "outcome", "start")]
    *_, again = replay(answered_first, profile, guard)
    assert (again.same, again.decision) == (False, "its intent is not in this log")
