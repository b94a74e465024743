"""Rules as SMT-LIB text: plain enough for any solver."""

import pytest

from intent_bridge.guard import ir
from intent_bridge.guard.proof import smt

from .planted import sedan

GEAR, SPEED = "Vehicle.Powertrain.Transmission.SelectedGear", "Vehicle.Speed"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"


def sheet() -> smt.Sheet:
    rules = sedan()[1]
    return smt.Sheet(rules.kinds[FAN], rules.kinds, frozenset(rules.kinds))


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (1, "1"), (77, "77"), (-1, "(- 1)"), (-20, "(- 20)")])
def test_a_number_has_no_sign_of_its_own(value: int, text: str) -> None:
    assert smt.number(value) == text


def test_a_value_is_written_as_it_is_read() -> None:
    made = sheet()
    members = made.kind(GEAR).members
    for name, value in ((SPEED, 7), (SPEED, 0), (GEAR, members[0]), (GEAR, members[-1])):
        assert made.read(name, made.literal(name, value) or "") == value
    assert (made.literal("untrusted_text", True), made.literal("untrusted_text", False)) == ("true", "false")
    assert made.read("untrusted_text", "true") is True and made.read("untrusted_text", "false") is False
    assert made.literal(GEAR, "SIDEWAYS") is None and made.read(SPEED, "(- 5)") == -5


def test_a_sum_names_its_factors_and_each_name_must_be_known() -> None:
    made = sheet()
    atom = ir.Linear(">", ((2, SPEED), (-3, FAN), (1, "value")), -5, "", "")
    assert made.truth(atom, True) == "(and k0 k1 (> (+ (* 2 x0) (* (- 3) x1) v) (- 5)))"
    assert made.truth(atom, False) == "(and k0 k1 (<= (+ (* 2 x0) (* (- 3) x1) v) (- 5)))"
    single = ir.Linear("!=", ((1, SPEED),), 4, "", "")
    assert made.truth(single, True) == "(and k0 (not (= x0 4)))"
    assert made.truth(single, False) == "(and k0 (= x0 4))"
    assert smt.both([]) == "true" and smt.either([]) == "false" and smt.both(["a", "true"]) == "a"
