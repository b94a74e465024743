"""What a require demands, by itself: the side each bound guards, what meets it, what is left of several."""

from pathlib import Path

import pytest

from intent_bridge.guard.demands import Demand, demands, meet
from intent_bridge.guard.rules import Rule

from .car import AIR_CON, FAN, OUTSIDE, TEMPERATURE, loaded
from .test_require import require

INSIDE = "Vehicle.Cabin.HVAC.AmbientAirTemperature"


def of(folder: Path, then: str) -> Rule:
    """The one rule of a pack that requires this beside the air conditioning."""
    (only,) = loaded(folder, require("a.rule", AIR_CON, then)).rules[AIR_CON]
    return only


def numbers(low: int | None, high: int | None) -> Demand:
    return Demand("a.rule", "a-reason", FAN, low, high)


@pytest.mark.parametrize(
    ("low", "high", "met"),
    [(3, None, {3, 4, 5, 6}), (None, 5, {2, 3, 4, 5}), (3, 5, {3, 4, 5}), (4, 4, {4})],
)
def test_a_number_meets_a_demand_from_one_bound_to_the_other_both_included(
    low: int | None, high: int | None, met: set[int]
) -> None:
    assert {value for value in range(2, 7) if numbers(low, high).met_by(value)} == met


def test_what_is_unknown_or_no_number_meets_no_demand_for_a_number() -> None:
    assert not numbers(0, 10).met_by(None)
    assert not numbers(0, 10).met_by("FACE")


def test_a_demanded_bound_between_two_steps_is_rounded_to_the_side_it_guards(tmp_path: Path) -> None:
    as_inside = of(tmp_path, f"{{{TEMPERATURE}: {{at_least: {INSIDE}, at_most: {INSIDE}}}}}")
    found = demands(as_inside, {INSIDE: 203})  # 20.3 Celsius, where a step is half a degree
    assert found is not None and [(one.low, one.high) for one in found] == [(41, 40)]


@pytest.mark.parametrize("then", ["at_least", "at_most"])
def test_a_demand_with_one_bound_unknown_cannot_be_said(tmp_path: Path, then: str) -> None:
    one = of(tmp_path, f"{{{TEMPERATURE}: {{{then}: {OUTSIDE}}}}}")
    assert demands(one, {OUTSIDE: None}) is None
    assert len(demands(one, {OUTSIDE: 20}) or ()) == 1


def test_of_two_bounds_one_unknown_is_enough_to_say_nothing(tmp_path: Path) -> None:
    either = of(tmp_path, f"{{{TEMPERATURE}: {{at_least: 18 Celsius, at_most: {OUTSIDE}}}}}")
    assert demands(either, {OUTSIDE: None}) is None


def test_demands_meet_where_they_overlap_nearest_to_what_is_there() -> None:
    both = (numbers(3, None), numbers(None, 5), numbers(2, 8))
    assert [meet(both, 0, 10, value) for value in (0, 3, 4, 5, 9)] == [3, 3, 4, 5, 5]
    assert meet(both, 5, 10, 0) == 5
    assert meet(both, 6, 10, 0) is None
    assert meet((numbers(3, 3), numbers(4, 4)), 0, 10, 3) is None
