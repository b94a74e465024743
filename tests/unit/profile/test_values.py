"""Values cross the border to VSS exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.profile import describe, from_vss, plain, to_vss
from intent_bridge.profile.model import Quantity

SPEED = Quantity(type="number", unit="km/h", step=Decimal("0.1"), range=(Decimal(0), Decimal(300)))
TEMPERATURE = Quantity(
    type="number",
    unit="Celsius",
    step=Decimal("0.5"),
    range=(Decimal("15.5"), Decimal("30.5")),
    names={"LO": Decimal("15.5"), "HI": Decimal("30.5")},
)
GEAR = Quantity(type="enum", values={"P": 126, "R": -1, "N": 0, "D": 127})
FLAG = Quantity(type="boolean")


@given(st.integers(0, 3000))
def test_every_number_survives_the_way_to_vss_and_back(steps: int) -> None:
    assert from_vss(SPEED, to_vss(SPEED, steps)) == steps


@given(st.integers(0, 3000))
def test_a_float_counts_as_the_decimal_it_is_printed_as(steps: int) -> None:
    assert from_vss(SPEED, steps / 10) == steps


@pytest.mark.parametrize(
    ("quantity", "value", "vss"),
    [
        (SPEED, 1005, Decimal("100.5")),
        (GEAR, "R", -1),
        (FLAG, True, True),
        (TEMPERATURE, 31, Decimal("15.5")),
    ],
)
def test_a_value_becomes_what_vss_writes(quantity: Quantity, value: int | str, vss: object) -> None:
    assert to_vss(quantity, value) == vss
    assert from_vss(quantity, vss) == value


def test_an_enum_may_be_given_by_its_own_name() -> None:
    assert from_vss(GEAR, "P") == "P"


@pytest.mark.parametrize(
    ("quantity", "given", "text"),
    [
        (SPEED, 300.1, "out of range, give 0 to 300 km/h"),
        (SPEED, -0.1, "out of range"),
        (SPEED, 100.05, "between two steps, give a multiple of 0.1"),
        (SPEED, Decimal("1.00000000000000000000000000000000001"), "between two steps"),
        (SPEED, float("nan"), "out of range"),
        (SPEED, float("inf"), "out of range"),
        (SPEED, Decimal("sNaN"), "out of range"),
        (SPEED, True, "not a number"),
        (SPEED, "100", "not a number"),
        (SPEED, None, "not a number"),
        pytest.param(SPEED, 10**5000, "a huge number is out of range", id="huge"),
        (GEAR, True, "not a value of this path, give one of 126, -1, 0, 127"),
        (GEAR, 126.0, "not a value"),
        (GEAR, "X", "not a value"),
        (FLAG, 1, "not a boolean"),
        (FLAG, "true", "not a boolean"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(quantity: Quantity, given: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        from_vss(quantity, given)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        (SPEED, 3001),
        (SPEED, -1),
        (SPEED, True),
        (SPEED, "LO"),
        (GEAR, "X"),
        (GEAR, 126),
        (FLAG, 1),
        (FLAG, "ON"),
    ],
)
def test_an_inner_value_of_the_wrong_type_or_bounds_never_leaves(
    quantity: Quantity, value: int | str
) -> None:
    with pytest.raises(ValueError):
        to_vss(quantity, value)


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        (TEMPERATURE, 45, "22.5 Celsius"),
        (TEMPERATURE, 31, "LO"),
        (TEMPERATURE, 61, "HI"),
        (SPEED, 1000, "100.0 km/h"),
        (GEAR, "D", "D"),
        (FLAG, False, "false"),
    ],
)
def test_a_value_can_be_read_in_a_log(quantity: Quantity, value: int | str, text: str) -> None:
    assert describe(quantity, value) == text


@pytest.mark.parametrize(
    ("vss", "written"),
    [(Decimal("22.0"), 22), (Decimal("22.5"), 22.5), (True, True), ("FACE", "FACE"), (-1, -1)],
)
def test_json_writes_whole_numbers_without_a_point(vss: Decimal | bool | int | str, written: object) -> None:
    result = plain(vss)
    assert result == written and type(result) is type(written)


def test_a_hostile_value_does_not_fill_the_log() -> None:
    with pytest.raises(ValueError) as caught:
        from_vss(GEAR, "x" * 100_000)
    assert len(str(caught.value)) < 120
