"""What an event is and what it may do unattended; what a scene needs before it may begin."""

import pytest

from intent_bridge.engine.effects import Order
from intent_bridge.engine.routines import Routines
from intent_bridge.engine.scenes import Needs
from intent_bridge.profile import load_profile
from intent_bridge.types import (
    _MINT,
    Action,
    Decision,
    Permit,
    Provenance,
    Quality,
    RuleHit,
    Sample,
    Value,
    Verdict,
)

PROFILE = load_profile("demo_sedan")
HOME = "Vehicle.CurrentLocation.IsAtHome"
CHILD = "Vehicle.Cabin.Seat.Row2.DriverSide.HasChildRestraint"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
REAR = "Vehicle.Cabin.HVAC.Station.Row2.Driver.Temperature"
OTHER_CHILD = CHILD.replace("DriverSide", "PassengerSide")
STANDS = {"Vehicle.Speed": Sample(0, 0, Quality.OK), OTHER_CHILD: Sample(False, 0, Quality.OK)}
DRIVERS = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def due(routines: Routines, path: str, *values: Value | None) -> list[list[str]]:
    """What is due as one path takes these values."""
    found = []
    for now_ms, value in enumerate(values):
        sample = Sample(value, now_ms, Quality.OK if value is not None else Quality.MISSING)
        found.append(routines.due({path}, STANDS | {path: sample}, now_ms))
    return found


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ((False, True, True), 1),
        ((True, True, True), None),  # what is so at the start is no event
        ((None, True, True), None),
        ((False, None, True), 2),
        ((True, False, True), 2),
        ((False, None, None), None),
    ],
)
@pytest.mark.parametrize(("path", "name"), [(HOME, "arrive_home"), (CHILD, "child_on_board")])
def test_an_event_is_known_to_have_been_false_and_to_be_true_now(
    values: tuple[bool | None, ...], at: int | None, path: str, name: str
) -> None:
    expected = [[name] if n == at else [] for n in range(len(values))]
    assert due(Routines(PROFILE), path, *values) == expected


def test_a_change_of_something_else_is_no_event() -> None:
    routines = Routines(PROFILE)
    due(routines, HOME, False)
    home = STANDS | {HOME: Sample(True, 5, Quality.OK)}
    assert routines.due({DRIVERS}, home, 5) == []
    assert routines.due({HOME}, home, 5) == ["arrive_home"]
    assert {HOME, CHILD} <= routines.inputs and DRIVERS not in routines.inputs


@pytest.mark.parametrize(
    ("name", "paths", "allowed"),
    [
        ("child_on_board", (REAR,), True),
        ("child_on_board", (REAR, DRIVERS), False),  # one part is not for a car that nobody asked
        ("child_on_board", (DRIVERS,), False),
        ("arrive_home", (REAR,), False),
    ],
)
def test_a_routine_does_unattended_what_the_profile_lists_and_nothing_besides(
    name: str, paths: tuple[str, ...], allowed: bool
) -> None:
    order = Order("1", "activate_scene", Provenance(), tuple(Action(path, 44) for path in paths))
    assert Routines(PROFILE).allows(name, order) == allowed


RULE = RuleHit("oem.x", REAR, Decision.CLAMP, "why")
PERMIT = Permit({REAR: 42}, "policy", 0, 100, _MINT)
VERDICT = Verdict(Decision.CLAMP, (Action(REAR, 44),), (Action(REAR, 42),), (RULE,), ("x",), "digest", PERMIT)


@pytest.mark.parametrize(
    ("intent", "scene", "gear", "met"),
    [
        ("activate_scene", "nap", "P", True),
        ("activate_scene", "nap", "D", False),
        ("activate_scene", "nap", None, False),  # what is not known does not hold
        ("activate_scene", "go_home", "D", True),
        ("set_fan_speed", "nap", "D", True),
    ],
)
def test_a_scene_whose_needs_do_not_certainly_hold_is_denied_whole(
    intent: str, scene: str, gear: str | None, met: bool
) -> None:
    order = Order("1", intent, Provenance(), (Action(REAR, 44),), {"scene": scene})
    quality = Quality.OK if gear is not None else Quality.STALE
    verdict = Needs(PROFILE).met(order, VERDICT, STANDS | {GEAR: Sample(gear, 0, quality)}, 0)
    if met:
        assert verdict is VERDICT
        return
    assert (verdict.decision, verdict.emitted, verdict.permit) == (Decision.DENY, (), None)
    need, *rules = verdict.hits
    assert (need.id, need.effect, rules) == ("scene.nap", Decision.DENY, [RULE])
    assert bool(need.unknown) == (gear is None)
    assert verdict.unlock[-1] == "x" and "SelectedGear == P" in verdict.unlock[0]
    assert (verdict.requested, verdict.digest) == (VERDICT.requested, "digest")
