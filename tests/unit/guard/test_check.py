"""Types, units and ranges of conditions: what they come to in whole steps, and what is refused."""

from fractions import Fraction

import pytest

from intent_bridge.guard import ir
from intent_bridge.guard.check import Checker, Kind
from intent_bridge.guard.lang import RuleTextError, parse

SPEED = Kind("number", "km/h", "speed", Fraction(1, 10), 0, 3000)
KINDS = {
    "speed": SPEED,
    "limit": Kind("number", "km/h", "speed", Fraction(5), 1, 30),
    "wind": Kind("number", "m/s", "speed", Fraction(18, 5), 0, 100),
    "seat": Kind("number", "mm", "length", Fraction(5), 0, 50),
    "level": Kind("number", "level", "count", Fraction(1), 0, 3),
    "air": Kind("number", "ppm", "ppm", Fraction(1), 0, 10_000),
    "far": Kind("number", "km/h", "speed", Fraction(1)),
    "gear": Kind("enum", members=("P", "R", "N", "D")),
    "single": Kind("enum", members=("ON",)),
    "fixed": Kind("number", "mm", "length", Fraction(5), 2, 2),
    "plain": Kind("number", "", "count", Fraction(1), 0, 3),
    "rain": Kind("boolean"),
}


def typed(text: str) -> tuple[ir.Node, list[str]]:
    checker = Checker(KINDS, "seat")
    return checker.condition(parse(text)), [remark.what for remark in checker.remarks]


def linear(text: str) -> tuple[str, tuple[tuple[int, str], ...], int]:
    node, remarks = typed(text)
    assert isinstance(node, ir.Linear)
    assert remarks == []
    return node.op, node.terms, node.const


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("speed > 5 km/h", (">", ((1, "speed"),), 50)),
        ("5 km/h < speed", ("<", ((-1, "speed"),), -50)),
        ("speed >= 10 m/s", (">=", ((1, "speed"),), 360)),
        ("speed > limit", (">", ((-50, "limit"), (1, "speed")), 0)),
        ("speed > limit + 0.1 km/h", (">", ((-50, "limit"), (1, "speed")), 1)),
        ("wind > speed", (">", ((-1, "speed"), (36, "wind")), 0)),
        ("2 * limit - limit * 0.5 < speed", ("<", ((-1, "speed"), (75, "limit")), 0)),
        ("seat == 2 cm", ("==", ((1, "seat"),), 4)),
        ("current != 20 mm", ("!=", ((1, "seat"),), 4)),
        ("level > 1", (">", ((1, "level"),), 1)),
        ("level <= 2 level", ("<=", ((1, "level"),), 2)),
        ("air > 1500 ppm", (">", ((1, "air"),), 1500)),
        ("far > 5 km/h", (">", ((1, "far"),), 5)),
    ],
)
def test_a_comparison_comes_to_whole_steps_exactly(text: str, meaning: object) -> None:
    assert linear(text) == meaning


def test_booleans_and_enums_come_to_tests_of_names() -> None:
    assert typed("rain and not (gear == P or N != gear)") == (
        ir.And(
            (
                ir.Flag("rain"),
                ir.Not(ir.Or((ir.Is("gear", "P"), ir.Not(ir.Is("gear", "N"))))),
            )
        ),
        [],
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("speed > 5", "a number in `speed > 5` has no unit"),
        ("speed > seat", "`speed > seat` mixes km/h with mm"),
        ("speed + 5 mm > 10 km/h", "`speed + 5 mm` mixes km/h with mm"),
        ("speed > 5 mph", "`speed > 5 mph` mixes km/h with mph"),
        ("spede > 5 km/h", "`spede` is not a name this vehicle or pack knows"),
        ("spede", "`spede` is not a name this vehicle or pack knows"),
        ("P == P", "`P` is not a name this vehicle or pack knows"),
        ("speed == P", "`P` is not a name this vehicle or pack knows"),
        ("gear == X", "`X` is not a value of `gear`"),
        ("gear > P", "`>` on the enum `gear`"),
        ("gear == single", "`gear` is no number"),
        ("gear", "`gear` is no boolean"),
        ("speed", "`speed` is no boolean"),
        ("5 km/h", "`5 km/h` is a number, not a condition"),
        ("speed + speed", "`speed + speed` is a number, not a condition"),
        ("true", "`true` never changes"),
        ("rain and false", "`false` never changes"),
        ("rain == true", "`rain` is a boolean and is not compared"),
        ("rain > 5 km/h", "`rain` is no number"),
        ("(speed > 5 km/h) > 3", "`speed > 5 km/h` is a condition, not a number"),
        ("speed * limit > 5 km/h", "`speed * limit` has no plain number"),
        ("5 km/h > 3 km/h", "`5 km/h > 3 km/h` never changes"),
        ("speed - speed > 3 km/h", "`speed - speed > 3 km/h` never changes"),
        ("speed >= speed + limit", "`speed` cancels out of `speed >= speed + limit`"),
    ],
)
def test_a_condition_without_meaning_is_refused(text: str, what: str) -> None:
    with pytest.raises(RuleTextError) as caught:
        typed(text)
    assert str(caught.value) == what
    assert caught.value.mend


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("speed > 300 km/h", "never"),
        ("speed > 5000 km/h", "never"),
        ("speed >= 0 km/h", "always"),
        ("speed < 0 km/h", "never"),
        ("speed <= 300 km/h", "always"),
        ("speed < 300.1 km/h", "always"),
        ("speed > -0.1 km/h", "always"),
        ("speed <= -0.1 km/h", "never"),
        ("speed >= 300.1 km/h", "never"),
        ("speed == 301 km/h", "never"),
        ("speed != 301 km/h", "always"),
        ("speed + limit > 450 km/h", "never"),
        ("speed - limit < -150 km/h", "never"),
        ("fixed == 10 mm", "always"),
        ("fixed != 10 mm", "never"),
        ("fixed == 15 mm", "never"),
        ("fixed != 15 mm", "always"),
    ],
)
def test_a_comparison_that_cannot_change_is_remarked(text: str, always: str) -> None:
    assert typed(text)[1] == [f"`{text}` is {always} true in the range of its names"]


@pytest.mark.parametrize(
    "text",
    [
        "speed > 299.9 km/h",
        "speed >= 300 km/h",
        "speed >= 0.1 km/h",
        "speed < 0.1 km/h",
        "speed <= 0 km/h",
        "speed <= 299.9 km/h",
        "speed == 300 km/h",
        "speed != 0 km/h",
        "speed < 300 km/h",
        "speed != 300 km/h",
        "speed > 0 km/h",
        "speed == 0 km/h",
        "limit + speed > 449.9 km/h",
        "speed + limit > 449.9 km/h",
        "far > 100000 km/h",
    ],
)
def test_a_comparison_that_can_just_change_is_not_remarked(text: str) -> None:
    assert typed(text)[1] == []


def test_a_number_between_two_steps_is_remarked_and_kept_exact() -> None:
    node, remarks = typed("speed > 5.05 km/h")
    assert remarks == ["a number in `speed > 5.05 km/h` lies between two steps of its signal"]
    assert isinstance(node, ir.Linear)
    assert (node.terms, node.const) == (((2, "speed"),), 101)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("speed > 5.05 km/h", "give a multiple of 0.1 km/h"),
        ("speed > 1.4 m/s", "give a multiple of 0.1 km/h"),
        ("1.5 < level", "give a multiple of 1 level"),
        ("wind > 1.5 m/s", "give a multiple of 1 m/s"),
        ("speed + 1.4 m/s > 30 km/h", "give a multiple of 0.1 km/h"),
        ("0.5 < plain", "give a multiple of 1"),
    ],
)
def test_the_mend_of_a_number_between_two_steps_is_the_step_in_the_unit_of_the_signal(
    text: str, mend: str
) -> None:
    checker = Checker(KINDS, "seat")
    checker.condition(parse(text))
    assert [remark.mend for remark in checker.remarks] == [mend]


def test_a_sum_has_the_unit_of_whichever_part_has_one() -> None:
    with pytest.raises(RuleTextError, match="`1 \\+ level > 2 mm` mixes level with mm"):
        typed("1 + level > 2 mm")


def test_an_enum_of_one_member_never_changes() -> None:
    assert typed("single == ON")[1] == ["`single == ON` never changes"]


def bound(text: str, *, upper: bool) -> tuple[tuple[tuple[tuple[int, str], ...], int, int], list[str]]:
    checker = Checker(KINDS, "seat")
    made = checker.bound(parse(text), KINDS["seat"], upper=upper)
    return (made.terms, made.const, made.divisor), [remark.what for remark in checker.remarks]


def test_a_bound_comes_to_steps_of_its_path() -> None:
    assert bound("20 mm", upper=True) == (((), 4, 1), [])
    assert bound("current + 1 cm", upper=False) == ((((1, "seat"),), 2, 1), [])
    assert bound("0.5 * current", upper=True) == ((((1, "seat"),), 0, 2), [])


@pytest.mark.parametrize(
    ("text", "upper", "what"),
    [
        ("22 mm", True, "a number in `22 mm` lies between two steps of its signal"),
        ("0 mm", False, "the bound `0 mm` never moves a value"),
        ("250 mm", True, "the bound `250 mm` never moves a value"),
        ("current + 250 mm", True, "the bound `current + 250 mm` never moves a value"),
        ("current - 250 mm", False, "the bound `current - 250 mm` never moves a value"),
        ("255 mm", False, "the bound `255 mm` lies outside the range of the path"),
        ("-5 mm", True, "the bound `-5 mm` lies outside the range of the path"),
    ],
)
def test_a_bound_that_cannot_be_meant_is_remarked(text: str, upper: bool, what: str) -> None:
    assert bound(text, upper=upper)[1] == [what]


def test_a_bound_in_another_unit_is_refused() -> None:
    with pytest.raises(RuleTextError, match="`5 km/h` mixes km/h with mm"):
        bound("5 km/h", upper=True)


def test_a_bound_over_a_path_without_range_is_taken_as_it_is() -> None:
    checker = Checker(KINDS, "speed")
    assert checker.bound(parse("far"), SPEED, upper=True).terms == ((10, "far"),)
    assert checker.remarks == []
