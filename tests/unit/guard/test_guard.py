"""The meaning of verdicts: default deny, the way out, unknown, clamps."""

from pathlib import Path

import pytest

from intent_bridge.types import (
    Action,
    Decision,
    Quality,
    RuleHit,
    Sample,
    Value,
)

from .car import (
    AIR_CON,
    AIRFLOW,
    DRIVER,
    FAN,
    GEAR,
    NOW,
    OUTSIDE,
    SEAT,
    SPEED,
    TEMPERATURE,
    guard,
    ids,
    judge,
    rule,
    state,
)

MOVING = rule(id="seat.moving", when="Vehicle.Speed > 5 km/h")


# Default deny


def test_a_path_without_actuator_is_denied(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, rule()), "Vehicle.Nothing", 1)
    assert (verdict.decision, ids(verdict), verdict.permit) == (Decision.DENY, ["default.deny"], None)


def test_a_sensor_is_no_actuator(tmp_path: Path) -> None:
    assert ids(judge(guard(tmp_path, rule()), SPEED, 0)) == ["default.deny"]


@pytest.mark.parametrize(
    ("path", "value"),
    [(SEAT, 51), (SEAT, -1), (SEAT, True), (SEAT, "5"), (SEAT, 5.0), (AIR_CON, 1), (AIRFLOW, "CEILING")],
)
def test_a_value_that_the_path_cannot_take_is_denied(tmp_path: Path, path: str, value: Value) -> None:
    verdict = judge(guard(tmp_path, MOVING), path, value)
    assert (verdict.decision, ids(verdict)) == (Decision.DENY, ["default.value"])


def test_two_values_for_one_path_are_denied_in_either_order(tmp_path: Path) -> None:
    made = guard(tmp_path, MOVING)
    for values in ((10, 20), (20, 10)):
        actions = [Action(SEAT, value) for value in values]
        verdict = made.judge(actions, state(), DRIVER, NOW)
        assert verdict.decision is Decision.DENY
        assert set(ids(verdict)) == {"default.ambiguous"}
    same = made.judge([Action(SEAT, 10), Action(SEAT, 10)], state(), DRIVER, NOW)
    assert same.decision is Decision.ALLOW


def test_a_call_without_actions_gets_no_permit(tmp_path: Path) -> None:
    verdict = guard(tmp_path, MOVING).judge([], state(), DRIVER, NOW)
    assert (verdict.decision, verdict.permit) == (Decision.ALLOW, None)


# Deny, and the way out


@pytest.mark.parametrize(
    ("speed", "decision"), [(0, Decision.ALLOW), (50, Decision.ALLOW), (51, Decision.DENY)]
)
def test_a_deny_rule_fires_exactly_above_its_threshold(
    tmp_path: Path, speed: int, decision: Decision
) -> None:
    verdict = judge(guard(tmp_path, MOVING), SEAT, 30, {SPEED: speed})
    assert verdict.decision is decision
    assert (verdict.permit is None) == (decision is Decision.DENY)
    assert verdict.unlock == (("Vehicle.Speed <= 5 km/h",) if decision is Decision.DENY else ())


def test_a_denial_carries_the_rule_and_its_reason(tmp_path: Path) -> None:
    (hit,) = judge(guard(tmp_path, MOVING), SEAT, 30, {SPEED: 60}).hits
    assert (hit.id, hit.path, hit.effect, hit.reason_key) == ("seat.moving", SEAT, Decision.DENY, "a-reason")
    assert hit.unknown == ()


@pytest.mark.parametrize(
    ("when", "unlock"),
    [
        ("Vehicle.Speed > 5 km/h and value > 100 mm", "Vehicle.Speed <= 5 km/h or value <= 100 mm"),
        ("Vehicle.Speed > 5 km/h or speaker == driver", "Vehicle.Speed <= 5 km/h and speaker != driver"),
        ("Vehicle.Speed > 5 km/h or speaker == app", "Vehicle.Speed <= 5 km/h"),
        (
            "(Vehicle.Speed > 5 km/h and value > 100 mm) or not Vehicle.Cabin.Door.Row1.DriverSide.IsOpen",
            "(Vehicle.Speed <= 5 km/h or value <= 100 mm) and Vehicle.Cabin.Door.Row1.DriverSide.IsOpen",
        ),
        (
            "not (Vehicle.Speed <= 5 km/h or Vehicle.Cabin.Door.Row1.DriverSide.IsOpen)",
            "Vehicle.Speed <= 5 km/h or Vehicle.Cabin.Door.Row1.DriverSide.IsOpen",
        ),
        ("not Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"),
        ("untrusted_text or Vehicle.Speed == 6 km/h", "Vehicle.Speed != 6 km/h"),
        (
            "untrusted_text or (Vehicle.Speed > 5 km/h and value > 100 mm)",
            "Vehicle.Speed <= 5 km/h or value <= 100 mm",
        ),
    ],
)
def test_unlock_is_what_would_have_to_become_true_and_no_more(tmp_path: Path, when: str, unlock: str) -> None:
    assert judge(guard(tmp_path, rule(when=when)), SEAT, 30, {SPEED: 60}).unlock == (unlock,)


def test_an_unconditional_denial_has_no_way_out(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, rule()), SEAT, 30)
    assert (verdict.decision, verdict.unlock) == (Decision.DENY, ())


# Unknown


@pytest.mark.parametrize("effect", ["deny", "confirm", "watch"])
def test_an_unknown_input_denies_whatever_the_effect(tmp_path: Path, effect: str) -> None:
    made = guard(tmp_path, rule(effect=effect, when="Vehicle.Speed > 5 km/h"))
    verdict = judge(made, SEAT, 30, {SPEED: None}, confirmed=True)
    assert verdict.decision is Decision.DENY
    assert verdict.hits[0].unknown == ((SPEED, Quality.MISSING),)
    assert verdict.unlock == ("Vehicle.Speed <= 5 km/h",)


@pytest.mark.parametrize(
    ("sample", "quality"),
    [
        (Sample(0, NOW - 201, Quality.OK), Quality.STALE),
        (Sample(0, NOW + 1, Quality.OK), Quality.FUTURE),
        (Sample(0, NOW, Quality.FROZEN), Quality.FROZEN),
        (Sample(None, NOW, Quality.OK), Quality.NOT_AVAILABLE),
        (Sample(9999, NOW, Quality.OK), Quality.OUT_OF_RANGE),
        (Sample("0", NOW, Quality.OK), Quality.OUT_OF_RANGE),
        (Sample(False, NOW, Quality.OK), Quality.OUT_OF_RANGE),
    ],
)
def test_a_sample_that_may_not_be_used_denies_with_its_reason(
    tmp_path: Path, sample: Sample, quality: Quality
) -> None:
    made = guard(tmp_path, MOVING)
    verdict = made.judge([Action(SEAT, 30)], {**state(), SPEED: sample}, DRIVER, NOW)
    assert verdict.decision is Decision.DENY
    assert verdict.hits[0].unknown == ((SPEED, quality),)


def test_an_unknown_input_that_cannot_matter_does_not_deny(tmp_path: Path) -> None:
    made = guard(tmp_path, rule(when="value > 200 mm and Vehicle.Speed > 5 km/h"))
    assert judge(made, SEAT, 30, {SPEED: None}).decision is Decision.ALLOW
    assert judge(made, SEAT, 41, {SPEED: None}).decision is Decision.DENY


def test_an_unknown_part_beside_a_true_one_is_a_plain_denial(tmp_path: Path) -> None:
    made = guard(tmp_path, rule(when="value > 100 mm or Vehicle.Speed > 5 km/h"))
    (hit,) = judge(made, SEAT, 30, {SPEED: None}).hits
    assert hit.unknown == ()


def test_unknown_defers_where_the_rule_says_so(tmp_path: Path) -> None:
    waits = rule(when="Vehicle.Speed > 5 km/h", on_unknown="defer", deadline_ms=3000)
    verdict = judge(guard(tmp_path, waits), SEAT, 30, {SPEED: None})
    assert (verdict.decision, verdict.defer_deadline_ms) == (Decision.DEFER, 3000)
    assert judge(guard(tmp_path, waits), SEAT, 30, {SPEED: 60}).decision is Decision.DENY


@pytest.mark.parametrize(
    ("when", "values"),
    [
        ("Vehicle.Powertrain.Transmission.SelectedGear != P", {GEAR: None}),
        ("Vehicle.Powertrain.Transmission.SelectedGear == D", {GEAR: None}),
        ("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", {"Vehicle.Cabin.Door.Row1.DriverSide.IsOpen": None}),
        (
            "not Vehicle.Cabin.Door.Row1.DriverSide.IsOpen",
            {"Vehicle.Cabin.Door.Row1.DriverSide.IsOpen": None},
        ),
        ("value > current", {SEAT: None}),
        ("not (value > current and untrusted_text)", {SEAT: None}),
    ],
)
def test_unknown_denies_for_every_kind_of_condition(
    tmp_path: Path, when: str, values: dict[str, Value | None]
) -> None:
    assert judge(guard(tmp_path, rule(when=when)), SEAT, 30, values).decision is Decision.DENY


# Clamp


HIGH = rule(id="fan.high", effect="clamp", on=[FAN], hi="60 %")
LOW = rule(id="fan.low", effect="clamp", on=[FAN], lo="30 %", when="Vehicle.Speed > 5 km/h")


@pytest.mark.parametrize(
    ("asked", "speed", "emitted", "fired"),
    [
        (5, 0, 5, []),
        (6, 0, 6, []),
        (7, 0, 6, ["fan.high"]),
        (0, 0, 0, []),
        (0, 60, 3, ["fan.low"]),
        (3, 60, 3, []),
    ],
)
def test_clamps_move_a_value_to_the_nearest_allowed_one(
    tmp_path: Path, asked: int, speed: int, emitted: int, fired: list[str]
) -> None:
    verdict = judge(guard(tmp_path, HIGH, LOW), FAN, asked, {SPEED: speed})
    assert verdict.emitted == (Action(FAN, emitted),)
    assert verdict.requested == (Action(FAN, asked),)
    assert ids(verdict) == fired
    assert verdict.decision is (Decision.CLAMP if fired else Decision.ALLOW)
    assert verdict.permit is not None
    assert verdict.permit.emitted == {FAN: emitted}


def test_clamps_that_exclude_each_other_deny(tmp_path: Path) -> None:
    low = rule(id="fan.blower", effect="clamp", on=[FAN], hi="20 %")
    verdict = judge(guard(tmp_path, HIGH, LOW, low), FAN, 5, {SPEED: 60})
    assert verdict.decision is Decision.DENY
    assert ids(verdict) == ["clamp.conflict", "fan.blower"]
    assert verdict.unlock == ("30 % <= 20 %",)
    assert verdict.emitted == verdict.requested


def test_a_clamp_beyond_the_range_of_the_path_denies(tmp_path: Path) -> None:
    too_low = rule(effect="clamp", on=[TEMPERATURE], hi="Vehicle.Exterior.AirTemperature")
    verdict = judge(guard(tmp_path, too_low), TEMPERATURE, 40, {OUTSIDE: 5})
    assert ids(verdict) == ["clamp.conflict", "a.rule"]
    assert verdict.unlock == ("LO <= Vehicle.Exterior.AirTemperature",)


@pytest.mark.parametrize(("key", "emitted"), [("hi", 2), ("lo", 3)])
def test_a_bound_between_two_steps_is_rounded_to_the_safe_side(
    tmp_path: Path, key: str, emitted: int
) -> None:
    half = rule(effect="clamp", on=[FAN], **{key: "0.5 * current"})
    verdict = judge(guard(tmp_path, half), FAN, {"hi": 9, "lo": 0}[key], {FAN: 5})
    assert verdict.emitted == (Action(FAN, emitted),)


def test_a_bound_may_scale_another_path(tmp_path: Path) -> None:
    bound = rule(effect="clamp", on=[TEMPERATURE], hi="2 * Vehicle.Exterior.AirTemperature + 0.5 Celsius")
    assert judge(guard(tmp_path, bound), TEMPERATURE, 60, {OUTSIDE: 10}).emitted == (Action(TEMPERATURE, 41),)


@pytest.mark.parametrize("when", ["", "Vehicle.Speed > 5 km/h"])
def test_a_clamp_whose_bound_is_unknown_denies(tmp_path: Path, when: str) -> None:
    bound = rule(effect="clamp", on=[FAN], lo="10 %", hi="current + 10 %", when=when)
    verdict = judge(guard(tmp_path, bound), FAN, 5, {FAN: None, SPEED: 60})
    assert verdict.decision is Decision.DENY
    assert verdict.hits[0].unknown == ((FAN, Quality.MISSING),)
    assert verdict.unlock == ("value <= current + 10 %",)


def test_a_clamp_whose_condition_is_unknown_denies(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, LOW), FAN, 5, {SPEED: None})
    assert (verdict.decision, verdict.unlock) == (Decision.DENY, ("Vehicle.Speed <= 5 km/h",))


def test_a_clamp_that_cannot_apply_needs_no_bound(tmp_path: Path) -> None:
    bound = rule(effect="clamp", on=[FAN], hi="current", when="Vehicle.Speed > 5 km/h")
    assert judge(guard(tmp_path, bound), FAN, 5, {FAN: None}).decision is Decision.ALLOW


def test_deny_and_confirm_judge_the_value_that_is_emitted(tmp_path: Path) -> None:
    made = guard(tmp_path, HIGH, LOW, rule(id="fan.loud", effect="confirm", on=[FAN], when="value > 20 %"))
    assert judge(made, FAN, 2, {SPEED: 0}).decision is Decision.ALLOW
    assert judge(made, FAN, 2, {SPEED: 60}).decision is Decision.CONFIRM
    deny = guard(tmp_path, HIGH, rule(id="fan.deny", on=[FAN], when="value > 60 %"))
    assert judge(deny, FAN, 10).decision is Decision.CLAMP


def test_what_a_permit_says_is_objected_to_once_it_would_not_be_permitted_again(tmp_path: Path) -> None:
    judging = guard(tmp_path, rule(when=f"{SPEED} > 5 km/h"))
    permit = judge(judging, SEAT, 30).permit
    assert permit is not None
    assert judging.objections(permit, DRIVER, state({SPEED: 50}), NOW) is None
    (hit,) = judging.objections(permit, DRIVER, state({SPEED: 51}), NOW) or ()
    assert (hit.id, hit.path, hit.effect) == ("a.rule", SEAT, Decision.DENY)


def test_a_value_that_would_be_moved_now_is_objected_to(tmp_path: Path) -> None:
    judging = guard(tmp_path, rule(effect="clamp", hi="100 mm", when=f"{SPEED} > 5 km/h"))
    permit = judge(judging, SEAT, 30).permit
    assert permit is not None
    assert judging.objections(permit, DRIVER, state(), NOW) is None
    (hit,) = judging.objections(permit, DRIVER, state({SPEED: 51}), NOW) or ()
    assert (hit.id, hit.effect) == ("a.rule", Decision.CLAMP)


def test_a_yes_that_was_given_answers_an_objection_and_never_a_denial(tmp_path: Path) -> None:
    judging = guard(tmp_path, rule(effect="confirm"), rule(id="b.rule", when=f"{SPEED} > 5 km/h"))
    permit = judge(judging, SEAT, 30, confirmed=True).permit
    assert permit is not None
    assert judging.objections(permit, DRIVER, state(), NOW, confirmed=True) is None
    assert judging.objections(permit, DRIVER, state(), NOW) is not None
    assert judging.objections(permit, DRIVER, state({SPEED: 51}), NOW, confirmed=True) is not None


INSIDE = "Vehicle.Cabin.HVAC.AmbientAirTemperature"


def test_a_conflict_names_the_bounds_that_leave_nothing_rounded_to_the_side_they_guard(
    tmp_path: Path,
) -> None:
    """20.3 degrees inside are at least 20.5 and at most 20 in steps of half a degree."""
    low = rule(id="b.low", effect="clamp", on=[TEMPERATURE], lo=INSIDE)
    high = rule(id="d.high", effect="clamp", on=[TEMPERATURE], hi=INSIDE)
    looser_low = rule(id="a.low", effect="clamp", on=[TEMPERATURE], lo="20 Celsius")
    looser_high = rule(id="c.high", effect="clamp", on=[TEMPERATURE], hi="20.5 Celsius")
    made = guard(tmp_path, looser_low, low, looser_high, high)
    verdict = judge(made, TEMPERATURE, 40, {INSIDE: 203})
    assert verdict.unlock == (f"{INSIDE} <= {INSIDE}",)


def test_of_bounds_that_are_the_same_the_first_is_named(tmp_path: Path) -> None:
    lows = [
        rule(id=f"a.{n}", effect="clamp", on=[TEMPERATURE], lo=text)
        for n, text in enumerate((OUTSIDE, INSIDE))
    ]
    highs = [
        rule(id=f"b.{n}", effect="clamp", on=[TEMPERATURE], hi=text)
        for n, text in enumerate((OUTSIDE, INSIDE))
    ]
    tight = rule(id="c.tight", effect="clamp", on=[TEMPERATURE], hi="18 Celsius")
    wide = rule(id="c.wide", effect="clamp", on=[TEMPERATURE], lo="25 Celsius")
    now = {OUTSIDE: 20, INSIDE: 200}
    assert judge(guard(tmp_path, *lows, tight), TEMPERATURE, 40, now).unlock == (f"{OUTSIDE} <= 18 Celsius",)
    assert judge(guard(tmp_path, *highs, wide), TEMPERATURE, 40, now).unlock == (f"25 Celsius <= {OUTSIDE}",)


ASKED = RuleHit("host.number", FAN, Decision.CONFIRM, "number-not-spoken")


def test_what_a_person_is_asked_besides_the_rules_holds_a_call_up_until_the_yes(tmp_path: Path) -> None:
    made = guard(tmp_path, rule(when="Vehicle.Speed > 5 km/h"))
    call = [Action(FAN, 5)]
    held = made.judge(call, state(), DRIVER, NOW, asks=(ASKED,))
    assert (held.decision, held.hits, held.permit) == (Decision.CONFIRM, (ASKED,), None)
    assert held.digest
    yes = made.judge(call, state(), DRIVER, NOW, confirmed=True, asks=(ASKED,))
    assert yes.permit is not None and yes.digest == held.digest


def test_a_yes_is_bound_to_the_call_also_where_no_rule_asks_any_more(tmp_path: Path) -> None:
    made = guard(tmp_path, rule(effect="confirm", when="Vehicle.Speed > 5 km/h"))
    asked = judge(made, SEAT, 30, {SPEED: 60})
    still, now_free = (
        judge(made, SEAT, 30, {SPEED: 60}, confirmed=True),
        judge(made, SEAT, 30, confirmed=True),
    )
    assert asked.digest == still.digest
    assert now_free.digest and now_free.digest != asked.digest
    assert judge(made, SEAT, 30).digest == ""


def test_a_digest_stands_where_a_yes_plays_a_part_and_nowhere_else(tmp_path: Path) -> None:
    moved = rule(id="a.clamp", effect="clamp", on=[SEAT], hi="50 mm")
    assert judge(guard(tmp_path, moved), SEAT, 30).digest == ""
    both = judge(guard(tmp_path, moved, rule(id="b.ask", effect="confirm")), SEAT, 30)
    assert ids(both) == ["b.ask", "a.clamp"] and both.digest


def test_a_conflict_blames_only_clamps_that_apply_for_certain(tmp_path: Path) -> None:
    bounds = [
        rule(id="a.high", effect="clamp", on=[FAN], hi="20 %"),
        rule(id="b.low", effect="clamp", on=[FAN], lo="30 %"),
    ]
    perhaps = rule(
        id="c.low", effect="clamp", on=[FAN], lo="50 %", when="Vehicle.Exterior.AirTemperature > 5 Celsius"
    )
    verdict = judge(guard(tmp_path, *bounds, perhaps), FAN, 5, {OUTSIDE: None})
    assert verdict.decision is Decision.DENY
    assert "30 % <= 20 %" in verdict.unlock and not any("50 %" in text for text in verdict.unlock)
