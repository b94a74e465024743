"""What a person is told of a call that is carried out: true of the values it leaves, and never a no."""

from pathlib import Path

import pytest

from intent_bridge.types import Action, Decision

from .car import DRIVER, NOW, SEAT, TEMPERATURE, guard, ids, judge, loaded, problem, rule, state

OTHER = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
NOTICE = """\
notices:
- id: a.apart
  on: [Vehicle.Cabin.Seat.Row1.*.Position]
  when: {when}
  hazard: none
  source: a test
  basis: design
  verified: memory
  reason_key: a-reason
"""
APART = f"{SEAT} - {OTHER} > 50 mm or {OTHER} - {SEAT} > 50 mm"
UNRELATED = rule(on=[TEMPERATURE], when="untrusted_text")


def noticing(folder: Path, when: str = APART, *rules: str):  # type: ignore[no-untyped-def]
    return guard(folder, *(rules or (UNRELATED,)), NOTICE.format(when=when))


def test_a_notice_is_told_of_the_values_after_the_call(tmp_path: Path) -> None:
    made = noticing(tmp_path)
    told = judge(made, SEAT, 31, {OTHER: 20})  # 55 mm in steps of 5
    assert (told.decision, ids(told), told.hits[0].effect) == (Decision.ALLOW, ["a.apart"], Decision.ALLOW)
    assert told.permit is not None
    assert ids(judge(made, SEAT, 30, {OTHER: 20})) == []
    both = [Action(SEAT, 35), Action(OTHER, 35)]
    assert made.judge(both, state({OTHER: 20}), DRIVER, NOW).hits == ()


def test_a_notice_whose_state_is_unknown_says_nothing_and_denies_nothing(tmp_path: Path) -> None:
    told = judge(noticing(tmp_path), SEAT, 31, {OTHER: None})
    assert (told.decision, ids(told)) == (Decision.ALLOW, [])


def test_a_notice_stands_beside_what_a_rule_says_and_not_beside_a_no(tmp_path: Path) -> None:
    for effect, seen in (("confirm", ["a.rule", "a.apart"]), ("deny", ["a.rule"])):
        told = judge(noticing(tmp_path, APART, rule(effect=effect)), SEAT, 31, {OTHER: 20})
        assert (told.decision.word, ids(told)) == (effect, seen)
    later = rule(effect="defer", when="Vehicle.Speed > 5 km/h", deadline_ms=1000)
    waiting = judge(noticing(tmp_path, APART, later), SEAT, 31, {OTHER: 20, "Vehicle.Speed": 60})
    assert (waiting.decision, ids(waiting)) == (Decision.DEFER, ["a.rule"])


def test_what_a_notice_reads_is_kept_for_the_replay(tmp_path: Path) -> None:
    assert OTHER in noticing(tmp_path).inputs([SEAT])


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("Vehicle.Nowhere > 5 km/h", "`a.apart`: no path `Vehicle.Nowhere`"),
        (f"{SEAT} - {OTHER} > 5 km/h", "mixes"),
        ("value > 5 mm", "value"),
        (f"{SEAT} > 900 mm", "is never true in the range of its names"),
    ],
)
def test_a_notice_that_means_nothing_is_a_load_error(tmp_path: Path, when: str, what: str) -> None:
    assert what in problem(tmp_path, UNRELATED, NOTICE.format(when=when)).what


def test_a_pack_for_every_vehicle_gives_no_notice_of_what_a_vehicle_lacks(tmp_path: Path) -> None:
    number = "{type: number, unit: mm}"
    head = f"names:\n  {OTHER}: {number}\n  {SEAT}: {number}\n  Vehicle.Tilt: {number}\n"
    told = NOTICE.format(when=f"{SEAT} - Vehicle.Tilt > 5 mm")
    rules = loaded(tmp_path, UNRELATED, told, layer="base", head=head)
    assert (rules.unchecked[:1], dict(rules.notices)) == (("a.apart",), {})
    other = NOTICE.format(when=f"{SEAT} - Vehicle.Height > 5 mm")
    found = problem(tmp_path, UNRELATED, other, layer="base", head=head)
    assert found.what == "`a.apart`: no path `Vehicle.Height`"
