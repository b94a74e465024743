"""What a command that failed has changed, and so has to be put back; and what it has not."""

from typing import Any

import pytest

from intent_bridge.engine.effects import Order
from intent_bridge.engine.ending import restoring
from intent_bridge.types import _MINT, Action, Decision, Permit, Quality, Sample, Value, Verdict
from tests.unit.engine.test_running import FAN, PROFILE, WINDOW, running
from tests.unit.engine.test_schedule import DRIVER, Rig

SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
FAN_MESSAGE = PROFILE.actuators[FAN].command.message


@pytest.mark.parametrize(
    ("changes", "now_ms", "goes_back"),
    [
        ({}, 799, True),  # on its way: whoever reported nothing may still do it
        ({}, 800, False),  # its ECU had its time
        ({"held_until_ms": 100}, 799, False),  # no frame has left
        ({"waiting": {}}, 10, False),  # given up for another command, and never reported
        ({"waiting": {}, "reported": {FAN: 5}}, 10, True),
        ({"waiting": {}, "reported": {FAN: 5}, "before": {}}, 10, False),  # nobody knows what was there
    ],
)
def test_a_setting_goes_back_where_it_was_changed_or_may_still_be(
    changes: dict[str, Any], now_ms: int, goes_back: bool
) -> None:
    run = running(**{"before": {FAN: 2}} | changes)
    live = {FAN: Sample(5, 0, Quality.OK)}
    assert restoring(run, live, PROFILE, now_ms) == ((Action(FAN, 2),) if goes_back else ())


def test_a_setting_whose_message_was_refused_or_never_sent_does_not_go_back() -> None:
    run = running(before={FAN: 2})
    assert restoring(run, {}, PROFILE, 10, frozenset({"OTHER_CMD"})) == (Action(FAN, 2),)
    assert restoring(run, {}, PROFILE, 10, frozenset({FAN_MESSAGE})) == ()


@pytest.mark.parametrize(
    ("live", "goes_back"), [(2, False), (5, True), (3, True), (None, False), ("nothing heard", False)]
)
def test_a_setting_that_was_confirmed_goes_back_where_it_stands_elsewhere_now(
    live: Value | None, goes_back: bool
) -> None:
    run = running(before={FAN: 2}, waiting={WINDOW: 50}, reported={FAN: 5})
    heard = {} if live == "nothing heard" else {FAN: Sample(live, 0, Quality.OK)}
    assert restoring(run, heard, PROFILE, 10) == ((Action(FAN, 2),) if goes_back else ())


@pytest.mark.parametrize(("live", "goes_back"), [(30, False), (31, False), (32, True), (None, False)])
@pytest.mark.parametrize("waiting", [{WINDOW: 50}, {}])
def test_a_motion_goes_back_from_where_it_stands_unless_that_is_where_it_was(
    live: int | None, goes_back: bool, waiting: dict[str, Value]
) -> None:
    run = running(before={WINDOW: 30}, waiting=waiting)
    heard = {WINDOW: Sample(live, 0, Quality.OK)}
    assert restoring(run, heard, PROFILE, 5000) == ((Action(WINDOW, 30),) if goes_back else ())


def both(rig: Rig) -> None:
    """One call that moves the driver's seat and has set a fan; the seat is on its way."""
    actions = Action(SEAT, 40), Action(FAN, 7)
    policy = rig.engine.guard.policy_hash
    permit = Permit({a.path: a.value for a in actions}, policy, rig.now_ms, rig.now_ms + 20_000, _MINT)
    verdict = Verdict(Decision.ALLOW, actions, actions, permit=permit)
    order = Order("1", "both", DRIVER, actions)
    rig.take(rig.engine.act(order, verdict, rig.now_ms, human_yes=False))
    rig.run(400)
    assert rig.engine.live[FAN].value == 7 and "1" in rig.engine.commands.running


def test_what_a_person_stops_stays_as_it_is_and_nothing_is_put_back() -> None:
    rig = Rig(PROFILE)
    both(rig)
    rig.take(rig.engine.withdraw("1", rig.now_ms))
    rig.run(1000)
    assert (rig.outcomes["1"].status, rig.outcomes["1"].code) == ("stopped", "asked")
    assert rig.engine.live[FAN].value == 7


def test_what_a_rule_stops_has_the_rest_of_its_call_put_back_and_names_the_rule() -> None:
    rig = Rig(PROFILE)
    both(rig)
    rig.car.set_state("Vehicle.Speed", 90)
    rig.run(1000)
    outcome = rig.outcomes["1"]
    assert (outcome.status, outcome.code) == ("stopped", "rolled_back") and outcome.verdict is not None
    assert "seat.driver.rolling" in {hit.id for hit in outcome.verdict.hits}
    assert rig.engine.live[FAN].value == 2
