"""The rule language as text: what parses to what, and what is refused where."""

from decimal import Decimal

import pytest

from intent_bridge.guard.lang import (
    MAX_DEPTH,
    MAX_LENGTH,
    And,
    Arith,
    Compare,
    Name,
    Not,
    Number,
    Or,
    RuleTextError,
    bind,
    names,
    parse,
    spell,
)

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("not a and b", And((Not(A), B))),
        ("not (a and b)", Not(And((A, B)))),
        ("a and b and c", And((A, B, C))),
        ("a or b or c", Or((A, B, C))),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("not a == b", Not(Compare("==", A, B))),
        ("a + b - c < 5 km/h", Compare("<", Arith("-", Arith("+", A, B), C), Number(Decimal(5), "km/h"))),
        ("a - 2 * b >= c", Compare(">=", Arith("-", A, Arith("*", Number(Decimal(2), ""), B)), C)),
        ("a - (b - c) != 0", Compare("!=", Arith("-", A, Arith("-", B, C)), Number(Decimal(0), ""))),
        ("a <= -5 Celsius", Compare("<=", A, Number(Decimal(-5), "Celsius"))),
        ("a > 5.25%", Compare(">", A, Number(Decimal("5.25"), "%"))),
        ("a > 10 and b", And((Compare(">", A, Number(Decimal(10), "")), B))),
        ("a > 10 or b", Or((Compare(">", A, Number(Decimal(10), "")), B))),
        ("a > 7 W/m2", Compare(">", A, Number(Decimal(7), "W/m2"))),
        ("Vehicle.A.{row}.B > 5 °C", Compare(">", Name("Vehicle.A.{row}.B"), Number(Decimal(5), "°C"))),
    ],
)
def test_a_condition_parses_by_the_strength_of_its_operators(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "`the end` at column 1 is not expected there"),
        ("a b", "`b` at column 3 is not expected there"),
        ("a = b", "`=` at column 3 is not in the rule language"),
        ("a > 5 km/h 6", "`6` at column 12 is not expected there"),
        ("a < b < c", "`<` at column 7 chains two comparisons"),
        ("(a", "`(` at column 1 is not closed"),
        ("a and", "`the end` at column 6 is not expected there"),
        ("f(a)", "`(` at column 2 is not expected there"),
        ("a.b", "`.` at column 2 is not in the rule language"),
        ("Vehicle.__class__.x", "`.` at column 8 is not in the rule language"),
        ("'a' == b", "`'` at column 1 is not in the rule language"),
        ("a ** 9", "`*` at column 4 is not expected there"),
        ("a; b", "`;` at column 2 is not in the rule language"),
        ("lambda: a", "`:` at column 7 is not in the rule language"),
        ("a[0]", "`[` at column 2 is not in the rule language"),
        ("ａ > 5", "`ａ` at column 1 is not in the rule language"),
        ("a > ٥", "`٥` at column 5 is not in the rule language"),
        ("-a > 5", "`-` at column 1 is not expected there"),
        ("a" * (MAX_LENGTH + 1), f"longer than {MAX_LENGTH} characters"),
        ("(" * 30 + "a" + ")" * 30, f"nested more than {MAX_DEPTH} deep"),
        ("not " * 30 + "a", f"nested more than {MAX_DEPTH} deep"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_place(text: str, what: str) -> None:
    with pytest.raises(RuleTextError) as caught:
        parse(text)
    assert str(caught.value) == what


@pytest.mark.parametrize(
    ("text", "mend"),
    [("a = b", "write `==`"), ("a & b", "write comparisons joined by `and`, `or`, `not`")],
)
def test_what_was_probably_meant_is_offered(text: str, mend: str) -> None:
    with pytest.raises(RuleTextError) as caught:
        parse(text)
    assert caught.value.mend == mend


def test_a_text_may_be_as_long_and_as_deep_as_is_said_and_no_more() -> None:
    assert parse("a" * MAX_LENGTH) == Name("a" * MAX_LENGTH)
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == Name("a")
    for before, after, deep in (("(", ")", 1), ("not ", "", 1), ("a or (", ")", 2), ("(a + ", ")", 2)):
        most = MAX_DEPTH // deep
        assert parse(before * most + "a" + after * most) is not None
        with pytest.raises(RuleTextError, match="nested more than"):
            parse(before * (most + 1) + "a" + after * (most + 1))


def test_a_long_chain_is_no_deeper_than_a_short_one() -> None:
    assert isinstance(parse(" and ".join(["a"] * 80)), And)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "not a",
        "not (a or b)",
        "a == P",
        "a and (b or c)",
        "a or b and c",
        "a + 5 km/h - b * 2 < c",
        "2 * (a + b) > 3 mm",
        "a - (b - c) > 3 mm",
        "a + b + c > -0.5 Celsius",
    ],
)
def test_a_spelt_tree_parses_to_the_same_tree(text: str) -> None:
    assert spell(parse(text)) == text
    assert parse(spell(parse(text))) == parse(text)


def test_placeholders_are_filled_in_everywhere() -> None:
    text = "Vehicle.{x}.A and not (Vehicle.{y} + 1 mm > 2 mm) or Vehicle.{x}.B == P"
    bound = bind(parse(text), {"x": "One", "y": "Two"})
    assert spell(bound) == "Vehicle.One.A and not (Vehicle.Two + 1 mm > 2 mm) or Vehicle.One.B == P"
    assert names(bound) == {"Vehicle.One.A", "Vehicle.Two", "Vehicle.One.B", "P"}


def test_a_placeholder_that_nothing_binds_is_refused() -> None:
    with pytest.raises(RuleTextError, match=r"\{y\} is bound by nothing"):
        bind(parse("Vehicle.{y}"), {"x": "One"})
