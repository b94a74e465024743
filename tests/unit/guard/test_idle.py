"""A rule that can do nothing is a load error: dead ones, and ones that another rule makes redundant."""

from pathlib import Path

import pytest

from .car import SEAT, loaded, problem, problems, rule, with_pack, with_packs

GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
SPEED = "Vehicle.Speed"


@pytest.mark.parametrize(
    "when",
    [
        f"{SPEED} > 20 km/h and {SPEED} < 10 km/h",
        f"{SPEED} > 20 km/h and not {SPEED} >= 20 km/h",
        f"{SPEED} == 20 km/h and {SPEED} != 20 km/h",
        f"{GEAR} == P and {GEAR} == D",
        f"{GEAR} == P and {GEAR} != P",
        "untrusted_text and not untrusted_text",
        "value > 100 mm and value < 50 mm",
        f"({SPEED} > 20 km/h or {GEAR} == P) and {SPEED} < 10 km/h and {GEAR} != P",
        f"{SPEED} <= 0.1 km/h and {SPEED} != 0 km/h and {SPEED} != 0.1 km/h",
    ],
)
def test_a_rule_that_can_never_fire_is_a_load_error_at_its_line(tmp_path: Path, when: str) -> None:
    found = problem(tmp_path, rule(when=when))
    assert (found.what, found.mend) == ("rule `a.rule` can never fire", "mend its condition")
    assert found.file == tmp_path / "test.yaml" and found.line is not None


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        ("", f"{SPEED} > 20 km/h"),
        (f"{SPEED} > 20 km/h", f"{SPEED} > 30 km/h"),
        (f"{SPEED} >= 20 km/h", f"{SPEED} == 20 km/h"),
        (f"{SPEED} != 20 km/h", f"{SPEED} < 20 km/h"),
        (f"{SPEED} > 20 km/h", f"{SPEED} > 20 km/h and {GEAR} == D"),
        (f"{SPEED} > 20 km/h or {GEAR} == D", f"{GEAR} == D"),
        (f"{GEAR} != P", f"{GEAR} == D or {GEAR} == R"),
        ("value > current", "value - current > 10 mm"),
        (f"{SPEED} != 20 km/h", f"{SPEED} > 20 km/h"),
        ("value - current != 10 mm", "value - current < 10 mm"),
        ("value - current != 10 mm", "value - current > 10 mm"),
    ],
)
def test_a_rule_that_another_makes_redundant_is_a_load_error(
    tmp_path: Path, wider: str, narrower: str
) -> None:
    found = problem(tmp_path, rule(id="a.wide", when=wider), rule(id="b.narrow", when=narrower))
    assert found.what == "rule `b.narrow` says nothing that `a.wide` does not say"


def test_of_two_rules_that_say_the_same_the_later_is_named(tmp_path: Path) -> None:
    found = problem(tmp_path, rule(id="b.first"), rule(id="a.second"))
    assert found.what == "rule `a.second` says nothing that `b.first` does not say"


@pytest.mark.parametrize(
    "others",
    [
        (rule(id="b.rule", effect="confirm"),),  # fights, and deny wins
        (rule(id="b.rule", when="speaker == rear"),),
        (rule(id="b.rule", on_unknown="defer", deadline_ms=1000),),
        (rule(id="b.rule", when=f"{SPEED} > 30 km/h and untrusted_text", effect="watch"),),
    ],
)
def test_a_rule_with_a_say_of_its_own_stays(tmp_path: Path, others: tuple[str, ...]) -> None:
    assert problems(with_pack(tmp_path, rule(when=f"{SPEED} > 30 km/h"), *others)) == []


def test_a_later_layer_may_be_stricter_than_an_earlier_one_and_not_the_same_again(tmp_path: Path) -> None:
    head = "pack: {name: other, layer: user, version: 1}\nrules:\n"
    with_pack(tmp_path, rule(when=f"{SPEED} > 30 km/h"))
    other = tmp_path / "other.yaml"
    other.write_text(head + rule(id="u.rule", when=f"{SPEED} > 20 km/h"), encoding="utf-8")
    assert problems(with_packs(tmp_path, "test.yaml", "other.yaml")) == []
    other.write_text(head + rule(id="u.rule", when=f"{SPEED} > 40 km/h"), encoding="utf-8")
    (found,) = problems(with_packs(tmp_path, "test.yaml", "other.yaml"))
    assert found.what == "rule `u.rule` says nothing that `a.rule` does not say" and found.file == other


def test_a_rule_may_say_an_earlier_one_again_when_it_names_it(tmp_path: Path) -> None:
    first, again = (
        rule(when=f"{SPEED} > 30 km/h"),
        rule(id="b.rule", when=f"{SPEED} > 30 km/h", repeats="a.rule"),
    )
    assert problems(with_pack(tmp_path, first, again)) == []
    found = problem(tmp_path, rule(id="b.rule", repeats="a.rool"))
    assert found.what == "rule `b.rule` repeats `a.rool`, which no earlier rule is called"


def test_a_rule_at_work_on_one_of_its_paths_is_not_idle(tmp_path: Path) -> None:
    rules = loaded(tmp_path, rule(id="a.seat"), rule(id="b.both", on=["Vehicle.**"]))
    assert "b.both" in {one.text.id for one in rules.rules[SEAT]}


@pytest.mark.parametrize(
    "when",
    [
        f"{SPEED} > 20 km/h and {SPEED} < 20.2 km/h",
        f"{SPEED} <= 0.1 km/h and {SPEED} != 0 km/h",
        "3 * value - 2 * current > 60 mm and 3 * value - 2 * current < 70 mm",
        "value - current > 10 mm and current > 5 mm",
    ],
)
def test_a_condition_that_leaves_just_one_value_or_speaks_of_a_sum_and_its_part_can_fire(
    tmp_path: Path, when: str
) -> None:
    assert problems(with_pack(tmp_path, rule(when=when))) == []


@pytest.mark.parametrize(
    ("when", "idle"),
    [
        (f"{SPEED} < 5.05 km/h and {SPEED} > 8 km/h", True),
        (f"{SPEED} != 5.05 km/h and {SPEED} == 5 km/h", False),
    ],
)
def test_a_number_between_two_steps_is_met_by_none_of_them(tmp_path: Path, when: str, idle: bool) -> None:
    head = f"names:\n  {SPEED}: {{type: number, unit: km/h}}\n"  # of another step on another vehicle
    warnings = loaded(tmp_path, rule(when=when), layer="base", head=head).warnings
    assert any("can never fire" in text for text in warnings) is idle


def test_every_idle_rule_is_found_whatever_stands_before_it(tmp_path: Path) -> None:
    many = f"({CHOICE}) and {' and '.join([f'({CHOICE})'] * 6)} and {SPEED} > 20 km/h"
    dead = [rule(id=f"b.dead{n}", when=f"{SPEED} > {n + 20} km/h and {SPEED} < 10 km/h") for n in range(2)]
    found = problems(with_pack(tmp_path, rule(id="a.many", when=many), *dead))
    assert [one.what for one in found] == [f"rule `b.dead{n}` can never fire" for n in range(2)]


CHOICE = "untrusted_text or speaker == rear"
NEVER = f"{SPEED} < 10 km/h and {SPEED} > 20 km/h"
PAIRS = " or ".join(["(untrusted_text and speaker == rear)"] * 7)


@pytest.mark.parametrize(
    ("when", "looked_at"),
    [
        (" and ".join([f"({CHOICE})"] * 6) + f" and {NEVER}", True),  # 64 cases
        (" and ".join([f"({CHOICE})"] * 7) + f" and {NEVER}", False),
        (f"not ({PAIRS}) and {NEVER}", False),  # 2 ways for each of 7 pairs to be false
        (f"not ({' and '.join([f'({CHOICE})'] * 7)}) and {NEVER}", True),
    ],
)
def test_a_condition_of_very_many_cases_is_left_to_the_solver(
    tmp_path: Path, when: str, looked_at: bool
) -> None:
    assert [one.what for one in problems(with_pack(tmp_path, rule(when=when)))] == (
        ["rule `a.rule` can never fire"] if looked_at else []
    )
