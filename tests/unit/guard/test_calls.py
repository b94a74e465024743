"""Confirmation, deferral, whole calls, permits, and the watching of motions."""

from dataclasses import replace
from pathlib import Path

import pytest

from intent_bridge.guard import Guard, load_packs
from intent_bridge.types import (
    Action,
    Decision,
    Provenance,
    Quality,
    SeatZone,
    Speaker,
    Value,
)

from .car import (
    DRIVER,
    FAN,
    GEAR,
    LANE_KEEP,
    NOW,
    PASSENGER,
    SEAT,
    SPEED,
    guard,
    ids,
    judge,
    rule,
    state,
    with_pack,
)

MOVING = rule(id="seat.moving", when="Vehicle.Speed > 5 km/h")
HIGH = rule(id="fan.high", effect="clamp", on=[FAN], hi="60 %")


# Confirm


ASK = rule(id="lane.off", effect="confirm", on=[LANE_KEEP], when="not value")


def test_confirmation_lifts_confirm(tmp_path: Path) -> None:
    made = guard(tmp_path, ASK)
    asked = judge(made, LANE_KEEP, False)
    assert (asked.decision, asked.permit) == (Decision.CONFIRM, None)
    lifted = judge(made, LANE_KEEP, False, confirmed=True)
    assert lifted.decision is Decision.ALLOW
    assert lifted.permit is not None
    assert ids(lifted) == ["lane.off"]


def test_confirmation_never_lifts_a_denial(tmp_path: Path) -> None:
    deny = rule(id="lane.moving", on=[LANE_KEEP], when="Vehicle.Speed > 0 km/h")
    verdict = judge(guard(tmp_path, ASK, deny), LANE_KEEP, False, {SPEED: 1}, confirmed=True)
    assert (verdict.decision, verdict.permit) == (Decision.DENY, None)
    assert ids(verdict) == ["lane.moving", "lane.off"]


def test_the_digest_holds_from_question_to_answer(tmp_path: Path) -> None:
    made = guard(tmp_path, ASK)
    first = judge(made, LANE_KEEP, False).digest
    assert len(first) == 64
    assert judge(made, LANE_KEEP, False, confirmed=True).digest == first
    assert judge(made, LANE_KEEP, False, {SPEED: 100}, confirmed=True).digest == first


def test_the_digest_changes_with_everything_it_is_bound_to(tmp_path: Path) -> None:
    other = rule(id="lane.speed", on=[LANE_KEEP], effect="confirm", when="Vehicle.Speed > 5 km/h")
    made = guard(tmp_path, ASK, other)
    first = judge(made, LANE_KEEP, False).digest
    elsewhere = replace(DRIVER, zone=SeatZone.PASSENGER)
    assert judge(made, LANE_KEEP, False, who=elsewhere).digest != first
    assert judge(made, LANE_KEEP, False, {SPEED: 60}).digest != first
    assert judge(made, LANE_KEEP, False, {SPEED: None}).digest != first
    assert judge(made, LANE_KEEP, True, confirmed=True).digest != first
    assert judge(guard(tmp_path, ASK), LANE_KEEP, False).digest != first


def test_the_digest_is_empty_where_no_confirmation_plays_a_part(tmp_path: Path) -> None:
    assert judge(guard(tmp_path, ASK), LANE_KEEP, True).digest == ""


# Defer


def test_a_deferred_call_waits_for_the_shortest_deadline(tmp_path: Path) -> None:
    park = rule(id="seat.park", effect="defer", when=f"{GEAR} != P", deadline_ms=120_000)
    still = rule(id="seat.still", effect="defer", when="Vehicle.Speed > 0 km/h", deadline_ms=5_000)
    verdict = judge(guard(tmp_path, park, still), SEAT, 30, {GEAR: "D", SPEED: 10})
    assert (verdict.decision, verdict.permit, verdict.defer_deadline_ms) == (Decision.DEFER, None, 5_000)
    assert verdict.unlock == (f"{GEAR} == P", "Vehicle.Speed <= 0 km/h")


def test_a_denied_call_has_no_deadline(tmp_path: Path) -> None:
    park = rule(id="seat.park", effect="defer", when=f"{GEAR} != P", deadline_ms=120_000)
    verdict = judge(guard(tmp_path, park, MOVING), SEAT, 30, {GEAR: "D", SPEED: 60})
    assert (verdict.decision, verdict.defer_deadline_ms) == (Decision.DENY, None)


# Whole calls


def test_a_call_takes_the_heaviest_verdict_of_its_actions(tmp_path: Path) -> None:
    made = guard(tmp_path, MOVING, HIGH)
    actions = [Action(FAN, 9), Action(SEAT, 30)]
    verdict = made.judge(actions, state({SPEED: 60}), DRIVER, NOW)
    assert (verdict.decision, verdict.permit) == (Decision.DENY, None)
    assert verdict.emitted == (Action(FAN, 6), Action(SEAT, 30))
    assert ids(verdict) == ["fan.high", "seat.moving"]


def test_a_permit_names_policy_values_and_the_longest_lifetime(tmp_path: Path) -> None:
    made = guard(tmp_path, MOVING)
    permit = made.judge([Action(FAN, 5), Action(SEAT, 30)], state(), DRIVER, NOW).permit
    assert permit is not None
    assert permit.emitted == {FAN: 5, SEAT: 30}
    assert permit.policy_hash == made.policy_hash
    assert (permit.minted_ms, permit.expires_ms) == (NOW, NOW + 20_000)
    with pytest.raises(TypeError):
        permit.emitted[FAN] = 9  # type: ignore[index]


def test_who_asks_decides_where_a_rule_says_so(tmp_path: Path) -> None:
    made = guard(
        tmp_path,
        rule(id="a.speaker", when="speaker != driver"),
        rule(id="a.zone", when="speaker_zone == rear_left"),
        rule(id="a.channel", when="channel == app"),
        rule(id="a.text", when="untrusted_text"),
    )
    assert judge(made, SEAT, 30).decision is Decision.ALLOW
    assert ids(judge(made, SEAT, 30, who=PASSENGER)) == ["a.speaker"]
    assert ids(judge(made, SEAT, 30, who=replace(DRIVER, zone=SeatZone.REAR_LEFT))) == ["a.zone"]
    assert ids(judge(made, SEAT, 30, who=replace(DRIVER, untrusted_text=True))) == ["a.text"]
    assert ids(judge(made, SEAT, 30, who=Provenance(Speaker.UNKNOWN))) == ["a.speaker"]


def test_inputs_are_what_the_rules_of_the_paths_read(tmp_path: Path) -> None:
    made = guard(
        tmp_path, MOVING, rule(id="a.fan", effect="clamp", on=[FAN], hi="current + 10 %", when=f"{GEAR} == P")
    )
    assert made.inputs([SEAT]) == {SPEED}
    assert made.inputs([FAN, SEAT]) == {SPEED, FAN, GEAR}
    assert made.inputs([LANE_KEEP, "Vehicle.Nothing"]) == frozenset()


# Watching a motion


@pytest.mark.parametrize(
    ("keys", "changes", "stops"),
    [
        ({"effect": "watch", "when": "Vehicle.Speed > 3 km/h"}, {SPEED: 31}, True),
        ({"effect": "watch", "when": "Vehicle.Speed > 3 km/h"}, {SPEED: 30}, False),
        ({"effect": "watch", "when": "Vehicle.Speed > 3 km/h"}, {SPEED: None}, True),
        ({"when": "Vehicle.Speed > 3 km/h"}, {SPEED: 31}, True),
        ({"when": "Vehicle.Speed > 3 km/h"}, {SPEED: None}, True),
        ({"effect": "confirm", "when": "Vehicle.Speed > 3 km/h"}, {SPEED: 31}, False),
        ({"effect": "confirm", "when": "Vehicle.Speed > 3 km/h"}, {SPEED: None}, True),
        ({"effect": "defer", "when": f"{GEAR} != P", "deadline_ms": 10}, {GEAR: "D"}, True),
        ({"effect": "clamp", "when": "Vehicle.Speed > 3 km/h", "hi": "100 mm"}, {SPEED: 31}, True),
        ({"effect": "clamp", "when": "Vehicle.Speed > 3 km/h", "hi": "150 mm"}, {SPEED: 31}, False),
    ],
)
def test_a_motion_stops_when_it_could_not_be_started_again(
    tmp_path: Path, keys: dict[str, str], changes: dict[str, Value | None], stops: bool
) -> None:
    made = guard(tmp_path, rule(**keys))
    permit = judge(made, SEAT, 30, confirmed=True).permit
    assert permit is not None
    assert made.watch(permit, DRIVER, state(), NOW) == ()
    hits = made.watch(permit, DRIVER, state(changes), NOW)
    assert [hit.id for hit in hits] == (["a.rule"] if stops else [])


def test_a_motion_that_would_be_stopped_is_not_started(tmp_path: Path) -> None:
    made = guard(tmp_path, rule(effect="watch", when="Vehicle.Speed > 3 km/h"))
    assert judge(made, SEAT, 30, {SPEED: 31}).decision is Decision.DENY


def test_what_does_not_move_is_not_watched(tmp_path: Path) -> None:
    made = guard(tmp_path, rule(id="a.fan", on=[FAN], when="Vehicle.Speed > 3 km/h"))
    permit = judge(made, FAN, 5).permit
    assert permit is not None
    assert made.watch(permit, DRIVER, state({SPEED: 99}), NOW) == ()


def test_a_motion_stops_when_the_rules_change(tmp_path: Path) -> None:
    permit = judge(guard(tmp_path, rule(id="a.old", when="Vehicle.Speed > 3 km/h")), SEAT, 30).permit
    assert permit is not None
    hits = guard(tmp_path, MOVING).watch(permit, DRIVER, state(), NOW)
    assert [(hit.id, hit.path) for hit in hits] == [("default.policy", SEAT)]


def test_a_vehicle_without_the_sensor_of_a_rule_is_denied(tmp_path: Path) -> None:
    head = "names:\n  Vehicle.Rain: {type: boolean}\n"
    profile = with_pack(tmp_path, rule(when="Vehicle.Rain", effect="confirm"), head=head, layer="base")
    verdict = judge(Guard(profile, load_packs(profile)), SEAT, 30)
    assert verdict.decision is Decision.DENY
    assert verdict.hits[0].unknown == (("Vehicle.Rain", Quality.MISSING),)


def test_a_yes_is_bound_to_every_condition_that_was_read_also_of_an_action_nobody_asked_about(
    tmp_path: Path,
) -> None:
    asks = rule(id="a.ask", effect="confirm", on=[SEAT])
    rests = rule(id="b.clamp", effect="clamp", on=[FAN], hi="80 %", when="Vehicle.Speed > 5 km/h")
    made = guard(tmp_path, asks, rests)
    call = [Action(SEAT, 30), Action(FAN, 5)]
    slow, fast = (made.judge(call, state({SPEED: speed}), DRIVER, NOW) for speed in (0, 60))
    assert slow.emitted == fast.emitted == tuple(call)
    assert slow.hits == fast.hits
    assert slow.digest != fast.digest


@pytest.mark.parametrize(("key", "asked", "moved"), [("lo", 2, 3), ("hi", 3, 2)])
def test_a_clamp_is_named_where_its_rounded_bound_moves_the_value(
    tmp_path: Path, key: str, asked: int, moved: int
) -> None:
    half = rule(id="a.half", effect="clamp", on=[FAN], **{key: "0.5 * current"})  # 2.5 steps
    verdict = judge(guard(tmp_path, half), FAN, asked, {FAN: 5})
    assert (verdict.emitted, ids(verdict)) == ((Action(FAN, moved),), ["a.half"])


@pytest.mark.parametrize("asked", [3, 6])
def test_a_clamp_that_a_value_just_meets_is_not_named_beside_a_question(tmp_path: Path, asked: int) -> None:
    bounds = rule(id="a.both", effect="clamp", on=[FAN], lo="30 %", hi="60 %")
    asks = rule(id="b.ask", effect="confirm", on=[FAN])
    assert ids(judge(guard(tmp_path, bounds, asks), FAN, asked)) == ["b.ask"]
