"""One rule on one path: each of its texts is checked for the side it bounds, and all faults are named."""

from pathlib import Path

import pytest

from .car import AIR_CON, FAN, SEAT, SPEED, loaded, problem, problems, rule, with_pack
from .test_require import require


@pytest.mark.parametrize(("key", "bound"), [("lo", "250 mm"), ("hi", "0 mm")])
def test_a_clamp_may_leave_one_value(tmp_path: Path, key: str, bound: str) -> None:
    (made,) = loaded(tmp_path, rule(effect="clamp", **{key: bound})).rules[SEAT]
    assert (made.low is None, made.high is None) == (key != "lo", key != "hi")


@pytest.mark.parametrize(("key", "bound"), [("hi", "250 mm"), ("lo", "0 mm")])
def test_a_clamp_at_the_far_end_never_moves_anything(tmp_path: Path, key: str, bound: str) -> None:
    assert "never moves a value" in problem(tmp_path, rule(effect="clamp", **{key: bound})).what


def test_what_is_remarkable_in_each_text_of_a_rule_is_named_with_its_line(tmp_path: Path) -> None:
    faulty = rule(effect="clamp", lo="0 mm", hi="250 mm", when=f"{SPEED} > 900 km/h")
    found = problems(with_pack(tmp_path, faulty))
    assert sorted(one.what for one in found) == [
        f"rule `a.rule`: `{SPEED} > 900 km/h` is never true in the range of its names",
        "rule `a.rule`: the bound `0 mm` never moves a value",
        "rule `a.rule`: the bound `250 mm` never moves a value",
    ]
    assert len({one.line for one in found}) == 3


def test_what_is_remarkable_in_companions_and_in_the_condition_is_named_together(tmp_path: Path) -> None:
    both = f"{{{FAN}: {{at_least: 0 %}}, {SEAT}: {{at_most: 250 mm}}}}"
    found = problems(with_pack(tmp_path, require("a.rule", AIR_CON, both, f"{SPEED} > 900 km/h")))
    assert len(found) == 3


def test_what_is_remarkable_in_a_limit_is_named_beside_its_condition(tmp_path: Path) -> None:
    faulty = rule(effect="limit", when=f"{SPEED} > 900 km/h") + "  limit: {slew: 250 mm}\n"
    assert len(problems(with_pack(tmp_path, faulty))) == 2


def test_a_number_without_unit_is_mended_with_the_unit_that_the_pack_lists(tmp_path: Path) -> None:
    head = "names:\n  Vehicle.Tilt: {type: number, unit: degrees}\n"
    found = problem(tmp_path, rule(when="Vehicle.Tilt > 5"), layer="base", head=head)
    assert (found.what, found.mend) == (
        "rule `a.rule`: a number in `Vehicle.Tilt > 5` has no unit",
        "write it in degrees",
    )


def test_every_name_that_a_vehicle_lacks_is_unknown_on_each_path_of_the_rule(tmp_path: Path) -> None:
    seat = "Vehicle.Cabin.Seat.{row}.{side}"
    belted = rule(on=[f"{seat}.Position"], when=f"{seat}.IsBelted")
    head = "names:\n  Vehicle.Cabin.Seat.*.*.IsBelted: {type: boolean}\n"
    rules = loaded(tmp_path, belted, layer="base", head=head)
    assert {f"Vehicle.Cabin.Seat.Row1.{side}.IsBelted" for side in ("DriverSide", "PassengerSide")} <= {
        *rules.kinds
    }


def test_a_vehicles_own_pack_may_not_require_what_the_vehicle_cannot_set(tmp_path: Path) -> None:
    found = problem(tmp_path, require("a.rule", AIR_CON, "{Vehicle.Cabin.Ioniser.IsOn: true}"))
    assert found.what == "rule `a.rule`: `Vehicle.Cabin.Ioniser.IsOn` is no actuator"
