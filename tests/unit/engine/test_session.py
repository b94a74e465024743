"""One session: an id acts once, and what is asked again is answered again."""

import pytest

from intent_bridge.codec import EgressGate
from intent_bridge.engine import Answer, Record, Send
from intent_bridge.engine.effects import Order
from intent_bridge.types import _MINT, Action, ActionReport, Decision, Permit, Status, Value, Verdict
from tests.unit.engine.test_engine import DRIVER, FAN, PROFILE, Rig

RECIRCULATION = "Vehicle.Cabin.HVAC.RecirculationMode"


def test_an_id_acts_once_and_is_answered_as_before_whatever_comes_with_it_later() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "1", level=5)
    rig.run(300)
    done = rig.outcome("1")
    assert done.status is Status.DONE
    assert rig.submit("set_fan_speed", "1", level=5) == [Answer(done)]
    assert rig.submit("set_window", "1", percent=50) == [Answer(done)]
    assert rig.engine.commands.running == {}


def test_an_id_whose_call_is_under_way_does_not_act_a_second_time() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "1", level=5)
    again = rig.submit("set_fan_speed", "1", level=7)
    assert [type(effect) for effect in again] == [Answer] and not [e for e in again if isinstance(e, Send)]
    rig.run(300)
    assert rig.outcome("1").actions[0].confirmed == 5


def test_a_call_that_was_refused_at_the_door_is_answered_again_and_not_read_again() -> None:
    rig = Rig()
    rig.submit("no_such_tool", "1")
    refused = rig.outcome("1")
    assert rig.submit("set_fan_speed", "1", level=5) == [Answer(refused)]


def test_what_is_so_already_is_shown_as_confirmed_and_nothing_leaves() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "1", level=2)
    outcome = rig.outcome("1")
    assert (outcome.status, outcome.code, outcome.frames) == (Status.NO_EFFECT, "already", ())
    assert outcome.actions == (ActionReport(FAN, 2, None, 2),)


def test_what_is_so_but_on_its_way_elsewhere_is_asked_for_again() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "1", level=5)
    effects = rig.submit("set_fan_speed", "2", level=2)
    assert [e.frame.signals["FanFLReq"] for e in effects if isinstance(e, Send)] == [20]


def test_everything_that_expires_in_one_moment_is_answered() -> None:
    rig = Rig()
    for call_id, tool in (("1", "set_emergency_braking"), ("2", "set_blind_spot_warning")):
        rig.submit(tool, call_id, on=False)
        rig.engine.deferred.add(
            Order(f"waits {call_id}", "x", DRIVER, ()), rig.now_ms + PROFILE.file.confirmation_ms
        )
    rig.run(PROFILE.file.confirmation_ms)
    assert [rig.outcome(n).status for n in "12"] == [Status.NEEDS_CONFIRMATION] * 2
    rig.run(1)
    assert [rig.outcome(n).code for n in "12"] == ["confirmation_expired"] * 2
    assert [rig.outcome(f"waits {n}").code for n in "12"] == ["deferred_expired"] * 2
    assert rig.engine.next_ms() is None


def two_messages(rig: Rig) -> None:
    """A call that sets something in each of two messages; both have left."""
    values: dict[str, Value] = {FAN: 7, RECIRCULATION: "RECIRCULATE"}
    actions = tuple(Action(path, value) for path, value in values.items())
    permit = Permit(values, rig.engine.guard.policy_hash, rig.now_ms, rig.now_ms + 1000, _MINT)
    verdict = Verdict(Decision.ALLOW, actions, actions, permit=permit)
    effects = rig.engine.act(Order("1", "both", DRIVER, actions), verdict, rig.now_ms, human_yes=False)
    assert [e.frame.message for e in effects if isinstance(e, Send)] == ["CLIMATE_CMD", "AIR_CMD"]


@pytest.mark.parametrize(("message", "back"), [("", []), ("CLIMATE_CMD", []), ("AIR_CMD", [FAN])])
def test_of_a_call_whose_frames_left_in_part_only_that_part_goes_back(message: str, back: list[str]) -> None:
    rig = Rig()
    two_messages(rig)
    rig.engine.failed("1", rig.now_ms, status=Status.NOT_DELIVERED, code="bus_refused", message=message)
    putting_back = [run.order.actions for run in rig.engine.commands.running.values()]
    assert [action.path for actions in putting_back for action in actions] == back


def test_what_the_gate_lets_nobody_put_back_is_said_of_the_call_that_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    two_messages(rig)
    monkeypatch.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
    rig.take(rig.engine.failed("1", rig.now_ms, status=Status.NOT_DELIVERED, code="x", message="AIR_CMD"))
    outcome = rig.outcome("1")
    assert (outcome.status, outcome.code) == (Status.NOT_DELIVERED, "rollback_refused")
    assert rig.engine.commands.running == {}


def test_a_stop_of_everything_leaves_a_stop_frame_for_each_motion() -> None:
    rig = Rig()
    rig.submit("set_window", "1", zone="driver", percent=50)
    rig.submit("set_sunroof", "2", percent=50)
    effects = rig.submit("stop_motion", "3")
    sent = [
        (e.frame.message, sorted({*e.frame.origins.values()} & {"stop"}))
        for e in effects
        if isinstance(e, Send)
    ]
    assert sent == [("WINDOW_CMD", ["stop"]), ("WINDOW_CMD", []), ("ROOF_CMD", ["stop"]), ("ROOF_CMD", [])]
    assert [(rig.outcome(n).status, rig.outcome(n).code) for n in "123"] == [(Status.STOPPED, "asked")] * 3


def test_of_several_values_all_have_to_be_there_and_none_on_its_way_elsewhere() -> None:
    rig = Rig()
    passenger = FAN.replace("Driver", "Passenger")
    here = rig.engine.live[passenger].value
    assert here is not None
    actions = Action(FAN, 2), Action(passenger, here)
    verdict = Verdict(Decision.ALLOW, actions, actions)
    assert rig.engine.there(verdict, rig.now_ms)
    rig.submit("set_fan_speed", "1", zone="driver", level=5)
    assert not rig.engine.there(verdict, rig.now_ms)


def test_calls_that_wait_for_the_same_moment_all_begin_in_it() -> None:
    rig = Rig()
    gear = "Vehicle.Powertrain.Transmission.SelectedGear"
    rig.car.set_state(gear, 0)
    rig.run(50)
    for call_id, zone in (("1", "driver"), ("2", "passenger")):
        rig.submit("recall_seat_memory", call_id, zone=zone, slot=2)
        assert rig.outcome(call_id).status is Status.DEFERRED
    rig.run(1000)
    assert [rig.outcome(n).status for n in "12"] == [Status.DEFERRED] * 2
    before = len(rig.effects)
    rig.car.set_state(gear, 126)
    rig.run(200)
    begun = [
        e.body["call_id"]
        for e in rig.effects[before:]
        if isinstance(e, Record) and e.body["type"] == "intent"
    ]
    assert begun == ["1", "2"]
