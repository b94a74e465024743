"""The guard's test of itself: sound guards pass, and a rule that turns one step beside its bound does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from intent_bridge.guard.selftest import self_test

from .car import AIR_CON, FAN, GEAR, OUTSIDE, SEAT, SPEED, guard, rule

MOVING = rule(id="seat.moving", when="Vehicle.Speed > 5 km/h")


def test_the_guard_of_every_effect_passes_its_own_test(tmp_path: Path) -> None:
    clamps = [
        rule(id=f"fan.{n}", effect="clamp", on=[FAN], **{end: "50 %"})
        for n, end in (("a", "lo"), ("b", "hi"))
    ]
    far = rule(id="fan.c", effect="clamp", on=[FAN], lo="60 %", when=f"not {AIR_CON}")
    moving = rule(id="fan.d", on=[FAN], when=f"value > 3 * {FAN} - 20 % or {GEAR} == R or untrusted_text")
    always = rule(id="fan.e", effect="confirm", on=[FAN])
    made = guard(tmp_path, *clamps, far, moving, always, MOVING, rule(id="air.x", on=[AIR_CON], when="value"))
    assert self_test(made) == ""


@pytest.mark.parametrize(
    "ends", [{"lo": "0.5 * current"}, {"hi": "0.5 * current"}, {"lo": "10 %", "hi": "current + 10 %"}]
)
def test_a_bound_between_two_steps_and_one_that_is_unknown_are_no_faults(
    tmp_path: Path, ends: dict[str, str]
) -> None:
    reads = rule(id="fan.reads", on=[FAN], when=f"value > {FAN}")
    assert self_test(guard(tmp_path, rule(effect="clamp", on=[FAN], **ends), reads)) == ""


def test_a_damaged_rule_is_found(tmp_path: Path) -> None:
    made = guard(tmp_path, MOVING)
    sound = made.programs[SEAT]
    for damage in (
        {"fast": lambda value, inputs, who: (value, 0)},
        {"full": lambda value, inputs, who: (value, 0, 0)},
    ):
        made.programs[SEAT] = replace(sound, **damage)
        assert SEAT in self_test(made)


COLD, LAST = f"{OUTSIDE} < -40 Celsius", f"{GEAR} == D"


@pytest.mark.parametrize(
    ("when", "damaged"),
    [
        (f"{SPEED} > 5 km/h", f"{SPEED} > 5.1 km/h"),
        (f"{SPEED} > 5 km/h", f"{SPEED} > 4.9 km/h"),
        (f"{SPEED} < 5 km/h", f"{SPEED} < 5.1 km/h"),
        (f"{SPEED} < 5 km/h", f"{SPEED} < 4.9 km/h"),
        (f"untrusted_text and {SPEED} > 5 km/h", f"untrusted_text and {SPEED} > 5.1 km/h"),
        (f"not untrusted_text and {SPEED} > 5 km/h", f"not untrusted_text and {SPEED} > 5.1 km/h"),
        (f"{LAST} and {SPEED} > 5 km/h", f"{LAST} and {SPEED} > 5.1 km/h"),
        (
            f"{LAST} and untrusted_text and {SPEED} > 5 km/h",
            f"{LAST} and untrusted_text and {SPEED} > 5.1 km/h",
        ),
        (f"{COLD} and {SPEED} > 5 km/h", f"{COLD} and {SPEED} > 5.1 km/h"),
        (f"{SPEED} <= 0.5 km/h", f"{SPEED} <= 0.5 km/h and {SPEED} != 0 km/h"),
    ],
)
def test_a_rule_that_turns_one_step_beside_its_bound_is_found(
    tmp_path: Path, when: str, damaged: str
) -> None:
    made = guard(tmp_path, rule(when=when))
    assert self_test(made) == ""
    turned = guard(tmp_path, rule(when=damaged)).programs[SEAT]
    made.programs[SEAT] = replace(made.programs[SEAT], fast=turned.fast, full=turned.full)
    assert SEAT in self_test(made)
