"""A field's content becomes the exact value of a path, or is refused."""

from decimal import Decimal

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Target, to_value
from intent_bridge.intents.fields import Listed, Steps, Words, reading, widest
from intent_bridge.profile.model import Quantity
from tests.unit.intents.car import enum, number

CELSIUS = Quantity.model_validate(number(15.5, 30.5, 0.5, "Celsius", names={"LO": 15.5, "HI": 30.5}))
TENTHS = Quantity.model_validate(number(-0.3, 0.3, 0.1, "m"))
FAN = Quantity.model_validate(number(0, 100, 10, "percent"))
GAPS = Quantity.model_validate(enum("GAP_1_8", "GAP_1_0", "GAP_12"))
AIR = Quantity.model_validate(enum("FACE", "FLOOR"))
SWITCH = Quantity.model_validate({"type": "boolean"})
UNIT = Target("Vehicle.X", "x")
NAMED = Target("Vehicle.X", "x", named=True)
STEPS = Target("Vehicle.X", "x", "steps")
LISTED = Target("Vehicle.X", "x", "listed")
SPOKEN = Target("Vehicle.X", "x", spoken={"feet": "FLOOR"})


@pytest.mark.parametrize(
    ("target", "quantity", "given", "value"),
    [
        (NAMED, CELSIUS, Decimal("22.5"), 45),
        (NAMED, CELSIUS, "LO", 31),
        (NAMED, CELSIUS, "HI", 61),
        (NAMED, CELSIUS, Decimal(16), 32),
        (UNIT, CELSIUS, Decimal("15.5"), 31),
        (UNIT, TENTHS, Decimal("0.3"), 3),
        (UNIT, TENTHS, Decimal("-0.3"), -3),
        (STEPS, FAN, 3, 3),
        (STEPS, AIR, 1, "FLOOR"),
        (LISTED, GAPS, Decimal(1), "GAP_1_0"),
        (LISTED, GAPS, Decimal("1.80"), "GAP_1_8"),
        (LISTED, GAPS, 12, "GAP_12"),
        (UNIT, AIR, "floor", "FLOOR"),
        (SPOKEN, AIR, "feet", "FLOOR"),
        (SPOKEN, AIR, "face", "FACE"),
        (UNIT, SWITCH, True, True),
    ],
)
def test_content_becomes_the_exact_value(
    target: Target, quantity: Quantity, given: object, value: object
) -> None:
    read = to_value(target, quantity, given)
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("target", "quantity", "given", "code"),
    [
        (NAMED, CELSIUS, Decimal("15.5"), "out_of_range"),
        (NAMED, CELSIUS, Decimal("22.3"), "off_step"),
        (NAMED, CELSIUS, Decimal("22.50000000000000000000000000000001"), "off_step"),
        (NAMED, CELSIUS, "MID", "wrong_type"),
        (UNIT, CELSIUS, "LO", "wrong_type"),
        (UNIT, CELSIUS, True, "wrong_type"),
        (UNIT, TENTHS, Decimal("0.4"), "out_of_range"),
        (UNIT, TENTHS, Decimal("0.25"), "off_step"),
        (STEPS, FAN, 11, "out_of_range"),
        (LISTED, GAPS, Decimal("1.4"), "not_a_choice"),
        (LISTED, GAPS, True, "wrong_type"),
        (LISTED, GAPS, "GAP_12", "wrong_type"),
        (SPOKEN, AIR, "floor", "not_a_choice"),
        (UNIT, AIR, 1, "wrong_type"),
        (UNIT, SWITCH, 1, "wrong_type"),
    ],
)
def test_what_is_no_value_of_the_path_is_refused(
    target: Target, quantity: Quantity, given: object, code: str
) -> None:
    with pytest.raises(ToolCallError) as caught:
        to_value(target, quantity, given)
    assert (caught.value.code, caught.value.where) == (code, "x")


def test_a_list_of_numbers_is_shown_in_rising_order() -> None:
    assert reading(LISTED, GAPS).schema == {"type": "number", "enum": [1, 1.8, 12]}


@pytest.mark.parametrize(
    ("low", "high", "step", "schema"),
    [
        ("1", "3", "1", {"type": "integer", "minimum": 1, "maximum": 3}),
        ("1", "5", "2", {"type": "integer", "minimum": 1, "maximum": 5, "multipleOf": 2}),
        ("0.5", "3", "0.5", {"type": "number", "minimum": 0.5, "maximum": 3, "multipleOf": 0.5}),
        ("0", "3", "0.5", {"type": "number", "minimum": 0, "maximum": 3, "multipleOf": 0.5}),
        ("0", "2.5", "0.5", {"type": "number", "minimum": 0, "maximum": 2.5, "multipleOf": 0.5}),
    ],
)
def test_a_grid_of_whole_numbers_is_shown_as_integers(
    low: str, high: str, step: str, schema: dict[str, object]
) -> None:
    assert Steps(Decimal(low), Decimal(high), Decimal(step), {}).schema == schema


def test_value_names_without_a_number_cannot_be_listed() -> None:
    with pytest.raises(ValueError, match="FACE must end in its number"):
        reading(LISTED, AIR)


def test_the_widest_reading_takes_in_all_places() -> None:
    narrow, wide = (
        Steps(Decimal(0), Decimal(60), Decimal(5), {}),
        Steps(Decimal(-5), Decimal(50), Decimal(5), {}),
    )
    assert widest([narrow, wide]) == Steps(Decimal(-5), Decimal(60), Decimal(5), {})
    near, far = Listed({Decimal(1): "GAP_1"}), Listed({Decimal(2): "GAP_2"})
    assert widest([near, far]) == Listed({Decimal(1): "GAP_1", Decimal(2): "GAP_2"})
    assert widest([Words({"a": "A"}), Words({"b": "B"})]) == Words({"a": "A", "b": "B"})


@pytest.mark.parametrize("other", [Words({"a": "A"}), Steps(Decimal(0), Decimal(60), Decimal(10), {})])
def test_places_of_different_kind_or_step_are_the_integrators_mistake(other: Steps | Words) -> None:
    with pytest.raises(ValueError, match="the places of one setting"):
        widest([Steps(Decimal(0), Decimal(60), Decimal(5), {}), other])
