"""Plausibility: what contradicts itself is unknown, for as long as it does, and says why."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from intent_bridge.guard import Guard, RuleSet, Screen, load_packs
from intent_bridge.types import Action, Decision, Quality, Sample, Value

from .car import DOOR, DRIVER, GEAR, NOW, SEAT, SPEED, problems, rule, tiny, with_pack

ABOUT = "\n      hazard: none\n      source: a test\n      basis: design\n      verified: memory\n"
PARKED = f"""\
    - id: check.parked
      doubts: [{SPEED}, {GEAR}]
      holds: not ({GEAR} == P and {SPEED} > 3 km/h)
      for_ms: 100{ABOUT}"""
JUMP = f"    - id: check.jump\n      doubts: [{SPEED}]\n      jump: 60 km/h\n      within_ms: 1000{ABOUT}"


def loaded(folder: Path, checks: str, layer: str = "oem", names: str = "") -> RuleSet:
    head = f"{names}    plausible:\n{checks}"
    return load_packs(with_pack(folder, rule(when="Vehicle.Speed > 5 km/h"), layer=layer, head=head))


def screen(folder: Path, checks: str) -> Screen:
    return Screen(tiny(), loaded(folder, checks))


def hear(
    screen: Screen, at_ms: int, values: Mapping[str, Value | None]
) -> dict[str, tuple[Value | None, Quality]]:
    """What becomes of samples that arrive now; None: the sender has no value."""
    samples = {
        path: Sample(value, at_ms, Quality.NOT_AVAILABLE if value is None else Quality.OK)
        for path, value in values.items()
    }
    return {path: (s.value, s.quality) for path, s in screen.screened(samples, at_ms).items()}


UNKNOWN = (None, Quality.IMPLAUSIBLE)


def test_signals_that_contradict_each_other_for_long_are_both_unknown(tmp_path: Path) -> None:
    made = screen(tmp_path, PARKED)
    assert hear(made, 0, {GEAR: "P", SPEED: 0}) == {GEAR: ("P", Quality.OK), SPEED: (0, Quality.OK)}
    assert hear(made, 50, {SPEED: 31}) == {SPEED: (31, Quality.OK)}
    assert hear(made, 149, {SPEED: 31}) == {SPEED: (31, Quality.OK)}
    assert hear(made, 150, {SPEED: 31}) == {GEAR: UNKNOWN, SPEED: UNKNOWN}
    assert made.doubts(150) == {SPEED: "check.parked", GEAR: "check.parked"}
    assert hear(made, 200, {GEAR: "P"}) == {GEAR: UNKNOWN, SPEED: UNKNOWN}


def test_what_agrees_again_is_known_again_at_once(tmp_path: Path) -> None:
    made = screen(tmp_path, PARKED)
    hear(made, 0, {GEAR: "P", SPEED: 31})
    hear(made, 100, {SPEED: 31})
    assert hear(made, 120, {GEAR: "D"}) == {GEAR: ("D", Quality.OK), SPEED: (31, Quality.OK)}


@pytest.mark.parametrize("change", [{SPEED: None}, {GEAR: None}])
def test_what_is_unknown_contradicts_nothing(tmp_path: Path, change: Mapping[str, None]) -> None:
    made = screen(tmp_path, PARKED)
    hear(made, 0, {GEAR: "P", SPEED: 31})
    found = hear(made, 100, change)
    assert Quality.IMPLAUSIBLE not in {quality for _, quality in found.values()}


def test_a_stale_sample_contradicts_nothing(tmp_path: Path) -> None:
    made = screen(tmp_path, PARKED)
    hear(made, 0, {GEAR: "P"})
    for at_ms in (60_000, 60_500):
        assert hear(made, at_ms, {SPEED: 31}) == {SPEED: (31, Quality.OK)}


def test_a_jump_is_unknown_until_it_lies_behind(tmp_path: Path) -> None:
    made = screen(tmp_path, JUMP)
    hear(made, 0, {SPEED: 0})
    assert hear(made, 100, {SPEED: 600}) == {SPEED: (600, Quality.OK)}
    assert hear(made, 200, {SPEED: 601}) == {SPEED: UNKNOWN}
    assert hear(made, 1000, {SPEED: 601}) == {SPEED: UNKNOWN}
    assert hear(made, 1001, {SPEED: 601}) == {SPEED: (601, Quality.OK)}


def test_a_jump_is_seen_at_any_time_of_the_clock_and_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    made = screen(tmp_path, JUMP)
    for n in range(1500):
        assert hear(made, 5_000_000, {SPEED: n % 2}) == {SPEED: (n % 2, Quality.OK)}
    assert hear(made, 5_000_100, {SPEED: 700}) == {SPEED: UNKNOWN}
    assert len(made._past[SPEED]) == 1000


def test_a_signal_without_value_does_not_jump(tmp_path: Path) -> None:
    made = screen(tmp_path, JUMP)
    assert hear(made, 0, {SPEED: None}) == {SPEED: (None, Quality.NOT_AVAILABLE)}


def test_a_world_that_was_moved_by_hand_has_no_past(tmp_path: Path) -> None:
    made = screen(tmp_path, JUMP)
    hear(made, 0, {SPEED: 0})
    made.forget([SPEED, GEAR])
    assert hear(made, 100, {SPEED: 900}) == {SPEED: (900, Quality.OK)}


def test_after_the_clock_was_set_neither_what_was_heard_nor_a_doubt_counts(tmp_path: Path) -> None:
    made = screen(tmp_path, PARKED)
    hear(made, 1000, {GEAR: "P"})
    for at_ms in (1000, 1100):
        found = hear(made, at_ms, {SPEED: 31})
    assert found[SPEED] == UNKNOWN
    made.reset()
    assert made.doubts(1100) == {}
    for at_ms in (900, 1000, 1100):
        assert hear(made, at_ms, {SPEED: 31}) == {SPEED: (31, Quality.OK)}


def test_what_no_check_is_about_passes_untouched(tmp_path: Path) -> None:
    samples = {DOOR: Sample(True, 0, Quality.OK)}
    assert screen(tmp_path, PARKED).screened(samples, 0) is samples


def test_a_rule_that_reads_what_is_in_doubt_denies_and_says_so(tmp_path: Path) -> None:
    rules = loaded(tmp_path, PARKED)
    made = Screen(tiny(), rules)
    hear(made, NOW - 100, {GEAR: "P", SPEED: 31})
    state = made.screened({SPEED: Sample(31, NOW, Quality.OK)}, NOW)
    verdict = Guard(tiny(), rules).judge([Action(SEAT, 5)], state, DRIVER, NOW)
    assert verdict.decision is Decision.DENY
    assert verdict.hits[0].unknown == ((SPEED, Quality.IMPLAUSIBLE),)


def test_a_pack_for_every_vehicle_does_not_check_what_a_vehicle_lacks(tmp_path: Path) -> None:
    tilt = "holds: Vehicle.Tilt < 5 %\n      for_ms: 0"
    check = f"    - id: check.tilt\n      doubts: [{SPEED}]\n      {tilt}{ABOUT}"
    number = "{type: number, unit: '%'}"
    names = f"    names:\n      {SPEED}: {{type: number, unit: km/h}}\n      Vehicle.Tilt: {number}\n"
    rules = loaded(tmp_path, check, "base", names)
    assert (rules.plausible, rules.unchecked) == ((), ("check.tilt",))


@pytest.mark.parametrize(
    ("check", "what"),
    [
        ("holds: Vehicle.Tilt > 5 %\n      for_ms: 1", "no path `Vehicle.Tilt`"),
        ("holds: Vehicle.Speed > 5\n      for_ms: 1", "has no unit"),
        ("holds: Vehicle.Speed > 999 km/h\n      for_ms: 1", "is never true"),
        ("holds: Vehicle.Speed > 5 km/h", "give holds and for_ms, or jump and within_ms"),
        ("jump: 5 km/h\n      for_ms: 1", "give holds and for_ms, or jump and within_ms"),
        ("jump: 5 mm\n      within_ms: 1", "mixes"),
        ("jump: 5 km/h\n      within_ms: 0", "greater than 0"),
    ],
)
def test_a_faulty_check_is_refused(tmp_path: Path, check: str, what: str) -> None:
    text = f"    - id: check.faulty\n      doubts: [{SPEED}]\n      {check}{ABOUT}"
    found = problems(with_pack(tmp_path, rule(), head=f"    plausible:\n{text}"))
    assert any(what in problem.what for problem in found)


HOLDS, LEAPS = "holds: Vehicle.Speed > 999 km/h\n      for_ms: 1", "jump: 5 mm\n      within_ms: 1"


@pytest.mark.parametrize("check", [HOLDS, LEAPS])
def test_a_faulty_check_is_found_on_its_line(tmp_path: Path, check: str) -> None:
    text = f"    - id: check.faulty\n      doubts: [{SPEED}]\n      {check}{ABOUT}"
    (found,) = problems(with_pack(tmp_path, rule(), head=f"    plausible:\n{text}"))
    assert found.line == 5


def test_a_pack_for_every_vehicle_lists_what_its_checks_read(tmp_path: Path) -> None:
    holds = "holds: Vehicle.Tilt < 5 %\n      for_ms: 0"
    check = f"    - id: check.tilt\n      doubts: [{SPEED}]\n      {holds}{ABOUT}"
    head = f"    names:\n      {SPEED}: {{type: number, unit: km/h}}\n    plausible:\n{check}"
    found = problems(with_pack(tmp_path, rule(when="untrusted_text"), layer="base", head=head))
    assert [one.what for one in found] == ["`check.tilt`: no path `Vehicle.Tilt`"]


def test_a_jump_is_about_one_number(tmp_path: Path) -> None:
    for doubts, what in ((f"{SPEED}, {GEAR}", "a jump is about one path"), (GEAR, "which is enum")):
        text = JUMP.replace(f"[{SPEED}]", f"[{doubts}]")
        found = problems(with_pack(tmp_path, rule(), head=f"    plausible:\n{text}"))
        assert any(what in problem.what for problem in found), found


def test_an_id_stands_once_whatever_it_names(tmp_path: Path) -> None:
    head = f"    plausible:\n{PARKED}"
    found = problems(with_pack(tmp_path, rule(id="check.parked"), head=head))
    assert "stands twice" in found[0].what
