"""Companions that must go with an action: added, judged like any other, and never in conflict."""

from itertools import permutations
from pathlib import Path

import pytest

from intent_bridge.guard import Guard, load_packs
from intent_bridge.types import Action, Decision, Quality, Value

from .car import (
    AIR_CON,
    AIRFLOW,
    DRIVER,
    FAN,
    LANE_KEEP,
    NOW,
    OUTSIDE,
    SEAT,
    SPEED,
    TEMPERATURE,
    guard,
    ids,
    judge,
    loaded,
    problem,
    problems,
    rule,
    state,
    with_pack,
)


def require(name: str, on: str, then: str, when: str = "") -> str:
    """A require as YAML; `then` is a flow mapping."""
    base = rule(id=name, effect="require", on=[on], when=when)
    return base + f"  then: {then}\n"


AIR_NEEDS_FAN = require("air.fan", AIR_CON, f"{{{FAN}: {{at_least: 30 %}}}}", "value")
MOVING = rule(id="fan.moving", on=[FAN], when="Vehicle.Speed > 5 km/h")


def emitted(made: Guard, *actions: tuple[str, Value], **changes: Value | None) -> dict[str, Value]:
    paths = {"fan": FAN, "speed": SPEED, "airflow": AIRFLOW}
    now = state({paths[name]: value for name, value in changes.items()})
    verdict = made.judge([Action(p, v) for p, v in actions], now, DRIVER, NOW)
    return {a.path: a.value for a in verdict.emitted}


def test_a_companion_that_is_not_there_is_added_and_what_was_asked_stays(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, AIR_NEEDS_FAN), AIR_CON, True, {FAN: 1})
    assert verdict.requested == (Action(AIR_CON, True),)
    assert verdict.emitted == (Action(AIR_CON, True), Action(FAN, 3))
    assert (verdict.decision, ids(verdict)) == (Decision.CLAMP, ["air.fan"])
    assert verdict.hits[0].path == FAN
    assert verdict.permit is not None and dict(verdict.permit.emitted) == {AIR_CON: True, FAN: 3}


@pytest.mark.parametrize("fan", [3, 10])
def test_a_companion_that_is_there_is_left_alone(tmp_path: Path, fan: int) -> None:
    verdict = judge(guard(tmp_path, AIR_NEEDS_FAN), AIR_CON, True, {FAN: fan})
    assert (verdict.decision, verdict.emitted) == (Decision.ALLOW, (Action(AIR_CON, True),))


def test_a_require_whose_condition_is_false_asks_for_nothing(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, AIR_NEEDS_FAN), AIR_CON, False, {FAN: 1})
    assert (verdict.decision, verdict.emitted) == (Decision.ALLOW, (Action(AIR_CON, False),))


def test_a_companion_whose_present_value_is_unknown_is_sent(tmp_path: Path) -> None:
    assert emitted(guard(tmp_path, AIR_NEEDS_FAN), (AIR_CON, True), fan=None) == {AIR_CON: True, FAN: 3}
    at_most = require("air.calm", AIR_CON, f"{{{FAN}: {{at_most: 50 %}}}}")
    assert emitted(guard(tmp_path, at_most), (AIR_CON, True), fan=None) == {AIR_CON: True, FAN: 5}


def test_what_was_asked_is_moved_to_what_is_required(tmp_path: Path) -> None:
    made = guard(tmp_path, AIR_NEEDS_FAN)
    assert emitted(made, (FAN, 1), (AIR_CON, True)) == {FAN: 3, AIR_CON: True}
    assert emitted(made, (FAN, 7), (AIR_CON, True)) == {FAN: 7, AIR_CON: True}


def test_of_two_demands_on_what_was_asked_one_that_is_not_met_moves_it(tmp_path: Path) -> None:
    low = require("air.low", AIR_CON, f"{{{FAN}: {{at_least: 30 %}}}}", "value")
    high = require("lane.high", LANE_KEEP, f"{{{FAN}: {{at_most: 40 %}}}}", "value")
    made = guard(tmp_path, low, high)
    for asked, fan in ((2, 3), (3, 3), (4, 4), (5, 4)):
        call = (AIR_CON, True), (LANE_KEEP, True), (FAN, asked)
        assert emitted(made, *call)[FAN] == fan


def test_a_word_that_was_asked_is_not_turned_into_another(tmp_path: Path) -> None:
    made = guard(tmp_path, require("air.flow", AIR_CON, f"{{{AIRFLOW}: DEFROST}}", "value"))
    assert emitted(made, (AIR_CON, True)) == {AIR_CON: True, AIRFLOW: "DEFROST"}
    assert emitted(made, (AIR_CON, True), airflow="DEFROST") == {AIR_CON: True}
    verdict = made.judge([Action(AIR_CON, True), Action(AIRFLOW, "FACE")], state(), DRIVER, NOW)
    assert (verdict.decision, ids(verdict)) == (Decision.DENY, ["air.flow", "require.conflict"])
    assert verdict.unlock == (f"{AIRFLOW} == DEFROST",)


def test_a_boolean_is_required_as_yes_or_no(tmp_path: Path) -> None:
    off = require("lane.off", LANE_KEEP, f"{{{AIR_CON}: false}}")
    on = require("lane.on", LANE_KEEP, f"{{{AIR_CON}: true}}", "value")
    made = guard(tmp_path, off)
    assert emitted(made, (LANE_KEEP, True)) == {LANE_KEEP: True, AIR_CON: False}
    both = guard(tmp_path, off, on)
    assert emitted(both, (LANE_KEEP, False)) == {LANE_KEEP: False, AIR_CON: False}
    verdict = judge(both, LANE_KEEP, True)
    assert (verdict.decision, verdict.permit) == (Decision.DENY, None)
    assert verdict.unlock == (f"not {AIR_CON}", AIR_CON)
    assert verdict.emitted == (Action(LANE_KEEP, True),)


def test_a_companion_is_judged_like_any_other(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, AIR_NEEDS_FAN, MOVING), AIR_CON, True, {FAN: 1, SPEED: 51})
    assert (verdict.decision, verdict.permit) == (Decision.DENY, None)
    assert ids(verdict) == ["fan.moving", "air.fan"]


def test_an_unknown_input_of_a_companions_rule_denies_the_call(tmp_path: Path) -> None:
    verdict = judge(guard(tmp_path, AIR_NEEDS_FAN, MOVING), AIR_CON, True, {FAN: 1, SPEED: None})
    assert verdict.decision is Decision.DENY
    assert verdict.hits[0].unknown == ((SPEED, Quality.MISSING),)


def test_an_unknown_condition_of_a_require_denies(tmp_path: Path) -> None:
    warm = require("air.warm", AIR_CON, f"{{{FAN}: 30 %}}", "Vehicle.Exterior.AirTemperature > 30 Celsius")
    verdict = judge(guard(tmp_path, warm), AIR_CON, True, {OUTSIDE: None})
    assert (verdict.decision, verdict.hits[0].unknown) == (Decision.DENY, ((OUTSIDE, Quality.MISSING),))


def test_a_bound_may_be_a_state_and_denies_while_that_is_unknown(tmp_path: Path) -> None:
    warm = require("air.warm", AIR_CON, f"{{{TEMPERATURE}: {{at_least: {OUTSIDE}, at_most: {OUTSIDE}}}}}")
    made = guard(tmp_path, warm)
    assert judge(made, AIR_CON, True, {OUTSIDE: 20}).emitted[1:] == (Action(TEMPERATURE, 40),)
    verdict = judge(made, AIR_CON, True, {OUTSIDE: None})
    assert (verdict.decision, verdict.hits[0].unknown) == (Decision.DENY, ((OUTSIDE, Quality.MISSING),))


def test_a_companion_can_require_another(tmp_path: Path) -> None:
    chain = require("fan.flow", FAN, f"{{{AIRFLOW}: FLOOR}}", "value >= 30 %")
    made = guard(tmp_path, AIR_NEEDS_FAN, chain)
    assert emitted(made, (AIR_CON, True), fan=1) == {AIR_CON: True, FAN: 3, AIRFLOW: "FLOOR"}
    assert {FAN, AIRFLOW} <= made.inputs([AIR_CON])


def test_requires_that_fight_each_other_deny(tmp_path: Path) -> None:
    low = require("air.low", AIR_CON, f"{{{FAN}: {{at_most: 20 %}}}}")
    verdict = judge(guard(tmp_path, AIR_NEEDS_FAN, low), AIR_CON, True)
    assert (verdict.decision, verdict.permit) == (Decision.DENY, None)
    assert ids(verdict) == ["air.fan", "air.low", "require.conflict"]
    assert set(verdict.unlock) == {f"{FAN} >= 30 %", f"{FAN} <= 20 %"}


def test_a_clamp_that_leaves_no_room_for_what_is_required_denies(tmp_path: Path) -> None:
    weak = rule(id="fan.weak", effect="clamp", on=[FAN], hi="20 %")
    made = guard(tmp_path, AIR_NEEDS_FAN, weak)
    for actions in ([(AIR_CON, True)], [(AIR_CON, True), (FAN, 5)]):
        verdict = made.judge([Action(p, v) for p, v in actions], state({FAN: 1}), DRIVER, NOW)
        assert (verdict.decision, verdict.permit) == (Decision.DENY, None)
    impossible = rule(id="fan.none", effect="clamp", on=[FAN], lo="50 %")
    assert judge(guard(tmp_path, AIR_NEEDS_FAN, weak, impossible), AIR_CON, True, {FAN: 1}).permit is None


def test_neither_the_order_of_rules_nor_of_actions_matters(tmp_path: Path) -> None:
    rules = [
        AIR_NEEDS_FAN,
        require("fan.flow", FAN, f"{{{AIRFLOW}: FLOOR}}", "value >= 30 %"),
        require("lane.fan", LANE_KEEP, f"{{{FAN}: {{at_least: 50 %, at_most: 80 %}}}}"),
    ]
    seen = set()
    for order in permutations(rules):
        made = guard(tmp_path, *order)
        for actions in permutations([Action(AIR_CON, True), Action(LANE_KEEP, True), Action(FAN, 1)]):
            verdict = made.judge(actions, state(), DRIVER, NOW)
            hits = frozenset((hit.id, hit.path, hit.effect) for hit in verdict.hits)
            seen.add((verdict.decision, frozenset(verdict.emitted), hits))
    assert len(seen) == 1
    assert {(a.path, a.value) for a in seen.pop()[1]} == {
        (AIR_CON, True),
        (LANE_KEEP, True),
        (FAN, 5),
        (AIRFLOW, "FLOOR"),
    }


def test_judging_what_is_emitted_changes_nothing(tmp_path: Path) -> None:
    made = guard(tmp_path, AIR_NEEDS_FAN)
    first = judge(made, AIR_CON, True, {FAN: 1})
    again = made.judge(first.emitted, state({FAN: 1}), DRIVER, NOW)
    assert (again.decision, again.emitted) == (Decision.ALLOW, first.emitted)


def test_what_the_vehicle_cannot_take_is_not_mended_by_a_require(tmp_path: Path) -> None:
    made = guard(tmp_path, AIR_NEEDS_FAN)
    for wrong in ([Action(FAN, "fast")], [Action(FAN, 1), Action(FAN, 2)], [Action("Vehicle.No", 1)]):
        verdict = made.judge([Action(AIR_CON, True), *wrong], state({FAN: 1}), DRIVER, NOW)
        assert (verdict.decision, verdict.permit) == (Decision.DENY, None)


HEAD = f"""\
    names:
      {AIR_CON}: {{type: boolean}}
      Vehicle.Cabin.Ioniser.IsOn: {{type: boolean}}
      Vehicle.Cabin.Plug.Power: {{type: number, unit: W}}
"""


def test_a_pack_for_every_vehicle_denies_where_a_companion_is_lacking(tmp_path: Path) -> None:
    ioniser = require("air.ions", AIR_CON, "{Vehicle.Cabin.Ioniser.IsOn: true}", "value")
    profile = with_pack(tmp_path, ioniser, layer="base", head=HEAD)
    rules = load_packs(profile)
    assert "cannot be set in this vehicle" in rules.warnings[0]
    verdict = judge(Guard(profile, rules), AIR_CON, True)
    assert (verdict.decision, ids(verdict)) == (Decision.DENY, ["air.ions"])
    assert judge(Guard(profile, rules), AIR_CON, False).decision is Decision.ALLOW


def test_a_pack_for_every_vehicle_lists_what_a_vehicle_may_lack(tmp_path: Path) -> None:
    other = require("air.ions", AIR_CON, "{Vehicle.Cabin.Heater.IsOn: true}", "value")
    found = problems(with_pack(tmp_path, other, layer="base", head=HEAD))
    assert [one.what for one in found] == [
        "rule `air.ions`: `Vehicle.Cabin.Heater.IsOn` is not under `names`",
        "rule `air.ions`: `Vehicle.Cabin.Heater.IsOn` is no actuator",
    ]


FAN_TOO = f"      {FAN}: {{type: number, unit: percent}}\n"


def test_one_lacking_companion_of_two_denies(tmp_path: Path) -> None:
    both = require("air.both", AIR_CON, f"{{{FAN}: 30 %, Vehicle.Cabin.Ioniser.IsOn: true}}", "value")
    profile = with_pack(tmp_path, both, layer="base", head=HEAD + FAN_TOO)
    verdict = judge(Guard(profile, load_packs(profile)), AIR_CON, True, {FAN: 1})
    assert (verdict.decision, ids(verdict)) == (Decision.DENY, ["air.both"])
    assert verdict.emitted == (Action(AIR_CON, True),)


def test_a_companions_bound_that_the_vehicle_lacks_always_denies(tmp_path: Path) -> None:
    head = (
        HEAD
        + f"      {TEMPERATURE}: {{type: number, unit: celsius}}\n"
        + f"      {OUTSIDE}X: {{type: number, unit: celsius}}\n"
    )
    warm = require("air.warm", AIR_CON, f"{{{TEMPERATURE}: {OUTSIDE}X}}")
    profile = with_pack(tmp_path, warm, layer="base", head=head)
    assert judge(Guard(profile, load_packs(profile)), AIR_CON, True).decision is Decision.DENY


@pytest.mark.parametrize(
    ("then", "what", "mend"),
    [
        (f"{{{FAN}: 30 km/h}}", "mixes km/h with percent", ""),
        (f"{{{FAN}: 35 %}}", "lies between two steps", "multiple of 10"),
        (f"{{{FAN}: 110 %}}", "lies outside the range", "mend the number"),
        (f"{{{FAN}: true}}", "`true` for", "give a number"),
        (f"{{{AIRFLOW}: CEILING}}", "`CEILING` is not a value", "FACE"),
        (f"{{{AIRFLOW}: {{at_least: FACE}}}}", "bounds on", "give one value"),
        (f"{{{LANE_KEEP}: ON}}", "`ON` for", "give true or false"),
        (f"{{{AIR_CON}: true}}", "is a companion of itself", "write a clamp"),
        ("{Vehicle.Cabin.Nothing: true}", "is no actuator", ""),
        ("{'Vehicle.Cabin.{row}.Nothing': true}", "{row} is bound by nothing", ""),
        (f"{{{FAN}: value}}", "`value` is not a name", ""),
        (f"{{{FAN}: '30 %% %'}}", "is not in the rule language", ""),
    ],
)
def test_a_faulty_companion_is_refused(tmp_path: Path, then: str, what: str, mend: str) -> None:
    (found,) = problems(with_pack(tmp_path, require("air.fan", AIR_CON, then)))
    assert what in found.what and mend in found.mend


def test_a_companion_without_a_bound_is_refused(tmp_path: Path) -> None:
    found = problems(with_pack(tmp_path, require("air.fan", AIR_CON, f"{{{FAN}: {{}}}}")))
    assert any("give at_least, at_most or both" in problem.what for problem in found)


@pytest.mark.parametrize(
    ("then", "what"),
    [
        ("{at_least: 0 %}", "the bound `0 %` never moves a value"),
        ("{at_most: 100 %}", "the bound `100 %` never moves a value"),
        ("{at_least: 110 %}", "the bound `110 %` lies outside the range of the path"),
    ],
)
def test_a_companions_bound_that_does_nothing_or_cannot_be_met_is_refused(
    tmp_path: Path, then: str, what: str
) -> None:
    found = problem(tmp_path, require("air.fan", AIR_CON, f"{{{FAN}: {then}}}"))
    assert found.what == f"rule `air.fan`: {what}"


@pytest.mark.parametrize("then", ["0 %", "100 %", "{at_least: 100 %}", "{at_most: 0 %}"])
def test_either_end_of_the_range_can_be_required(tmp_path: Path, then: str) -> None:
    (bound,) = loaded(tmp_path, require("air.fan", AIR_CON, f"{{{FAN}: {then}}}")).rules[AIR_CON]
    assert bound.companions[0].path == FAN


def test_a_companion_that_a_pack_for_every_vehicle_does_not_list_is_refused(tmp_path: Path) -> None:
    asked = require("air.fan", AIR_CON, f"{{{FAN}: 30 %}}")
    assert "is not under `names`" in problem(tmp_path, asked, layer="base", head=HEAD).what


def test_then_and_require_belong_together(tmp_path: Path) -> None:
    assert (
        "a require, and nothing else, has then"
        in problems(with_pack(tmp_path, rule(effect="require")))[0].what
    )


def test_placeholders_bind_companions(tmp_path: Path) -> None:
    pattern = "Vehicle.Cabin.Seat.{row}.{side}.Position"
    heat = "{'Vehicle.Cabin.Seat.{row}.{side}.HeatingLevel': 0 level}"
    (bound,) = loaded(tmp_path, require("seat.cold", pattern, heat)).rules[SEAT]
    assert bound.companions[0].path == "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingLevel"
