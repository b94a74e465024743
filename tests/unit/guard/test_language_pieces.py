"""The reference interpreter and the typed tree on the smallest examples: neither hides behind the other."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from intent_bridge.guard import interp, ir, units
from intent_bridge.guard.check import Kind
from intent_bridge.guard.lang import parse
from intent_bridge.types import Value

from .car import FAN, loaded, rule, tiny

NAMES: dict[str, interp.Physical] = {
    "speed": Fraction(5),
    "wet": True,
    "dry": False,
    "lost": None,
    "gear": "P",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("speed > 4.9 km/h", True),
        ("speed > 5 km/h", False),
        ("speed >= 5 km/h", True),
        ("speed < 5 km/h", False),
        ("speed <= 5 km/h", True),
        ("speed < 2 m/s", True),
        ("2 * speed - 1 km/h == 9 km/h", True),
        ("speed + 1 km/h != 6 km/h", False),
        ("lost > 5 km/h", None),
        ("lost + speed > 5 km/h", None),
        ("gear == P", True),
        ("gear != P", False),
        ("lost == P", None),
        ("not wet", False),
        ("not lost", None),
        ("wet and lost", None),
        ("dry and lost", False),
        ("wet or lost", True),
        ("dry or lost", None),
        ("wet and not dry", True),
        ("dry or dry", False),
    ],
)
def test_the_interpreter_follows_kleene(text: str, value: object) -> None:
    assert interp.evaluate(parse(text), NAMES) is value


A, B, LOST = ir.Flag("a"), ir.Flag("b"), ir.Flag("lost")
ENV: dict[str, Value | None] = {"a": True, "b": False, "lost": None, "n": 3}


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (A, True),
        (LOST, None),
        (ir.Not(A), False),
        (ir.Not(LOST), None),
        (ir.And((A, LOST)), None),
        (ir.And((B, LOST)), False),
        (ir.And((A, A)), True),
        (ir.Or((A, LOST)), True),
        (ir.Or((B, LOST)), None),
        (ir.Or((B, B)), False),
        (ir.Linear(">", ((2, "n"),), 5, "", ""), True),
        (ir.Linear(">", ((2, "n"),), 6, "", ""), False),
        (ir.Linear(">", ((1, "n"), (1, "lost")), 6, "", ""), None),
    ],
)
def test_the_typed_tree_follows_kleene(node: ir.Node, value: object) -> None:
    assert ir.truth(node, ENV) is value


def test_a_bound_rounds_to_the_side_it_guards() -> None:
    half = ir.Bound(((1, "n"),), 0, 2, "")
    assert (half.at(ENV, upper=True), half.at(ENV, upper=False)) == (1, 2)
    assert ir.Bound(((1, "lost"),), 0, 1, "").at(ENV, upper=True) is None


def test_units_convert_exactly_or_stand_alone() -> None:
    assert units.unit("m/s") == ("speed", Fraction(18, 5))
    assert units.unit("ppm") == ("ppm", Fraction(1))
    assert Fraction(Decimal("0.1")) == Fraction(1, 10)


def test_every_comparison_of_numbers_in_a_condition_is_found_in_its_order() -> None:
    first, second, third = (ir.Linear(">", ((1, "n"),), const, "", "") for const in (1, 2, 3))
    tree = ir.Or((ir.And((A, first, ir.Not(second))), ir.Is("gear", "P"), third))
    assert list(ir.atoms(tree)) == [first, second, third]
    assert list(ir.atoms(None)) == list(ir.atoms(A)) == []


def test_a_way_out_has_brackets_only_where_several_ways_must_be_taken_together() -> None:
    env: dict[str, Value | None] = {"a": True, "b": True, "c": True}
    a, b, c = (ir.Flag(name) for name in "abc")
    either = ir.And((a, b))
    assert ir.until_false(ir.Or((either,)), env) == "not a or not b"
    assert ir.until_false(ir.Or((either, c)), env) == "(not a or not b) and not c"
    assert ir.until_false(ir.Or((either, c)), {**env, "c": False}) == "not a or not b"


def test_the_interpreter_clamps_in_steps_to_the_safe_side_and_only_where_the_condition_holds(
    tmp_path: Path,
) -> None:
    clamp = rule(id="a.clamp", effect="clamp", on=[FAN], lo="0.5 * current", hi="60 %", when="untrusted_text")
    plain = rule(id="b.plain", effect="confirm", on=[FAN])
    rules, kind = loaded(tmp_path, clamp, plain).rules[FAN], Kind.of(tiny().actuators[FAN].spec)

    def judged(value: int, *, tainted: bool) -> object:
        return interp.judge(
            rules, kind, value, {FAN: Fraction(50), "current": Fraction(50), "untrusted_text": tainted}
        )

    assert judged(9, tainted=True) == (6, {"a.clamp": True, "b.plain": True})
    assert judged(0, tainted=True) == (3, {"a.clamp": True, "b.plain": True})
    assert judged(9, tainted=False) == (9, {"a.clamp": False, "b.plain": True})
