"""What was asked for and never confirmed: frames about something else leave it as it is."""

from typing import Any

import pytest

from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.steps import Call, Confirm, Fault, Wait

PROFILE = load_profile("demo_sedan")
RIG = rig(PROFILE, quick=True)
WARNING = "Vehicle.ADAS.ForwardCollisionWarning.Sensitivity"
BLIND_SPOT = "Vehicle.ADAS.BlindSpotWarning.IsEnabled"
OTHER = Call("set_speed_limit_assist", {"offset_km_h": -10})
FROZEN = Fault("freeze", "ASSIST_STATUS", 1)


def status(car: Car, call: Call) -> str:
    outcome = car.play(call)
    assert outcome is not None and car.found == []
    return outcome.status.value


def sibling(car: Car, path: str) -> tuple[Any, str]:
    """What the last frame of the call says of a path that it is not about, and where it has that from."""
    (frame,) = next(reversed(car.outcomes.values())).frames
    signal = PROFILE.actuators[path].command.signal
    return frame.signals[signal], frame.origins.get(signal, "live")


def test_a_setting_that_was_not_confirmed_is_not_taken_back_by_a_frame_about_something_else() -> None:
    car = Car(RIG)
    car.play(FROZEN)
    assert car.vehicle.truth()[WARNING] == "MEDIUM"
    assert status(car, Call("set_forward_collision_warning", {"sensitivity": "high"})) == "timeout"
    assert car.vehicle.truth()[WARNING] == "HIGH"
    assert status(car, OTHER) == "timeout"
    assert car.vehicle.truth()[WARNING] == "HIGH"


def test_help_that_was_switched_on_without_confirmation_stays_on() -> None:
    car = Car(RIG)
    status(car, Call("set_blind_spot_warning", {"on": False}))
    car.play(Confirm(True), FROZEN, Wait(900))
    assert status(car, Call("set_blind_spot_warning", {"on": True})) == "timeout"
    car.play(Wait(250), OTHER)
    assert car.vehicle.truth()[BLIND_SPOT] is True and car.found == []


def test_what_is_heard_again_is_said_again() -> None:
    car = Car(RIG)
    car.play(FROZEN)
    assert status(car, Call("set_forward_collision_warning", {"sensitivity": "high"})) == "timeout"
    car.play(Fault("freeze", "ASSIST_STATUS", 0), Wait(1000))
    assert status(car, OTHER) == "done"
    assert sibling(car, WARNING)[1] == "live"
    assert car.vehicle.truth()[WARNING] == "HIGH"


def test_what_an_ecu_refused_is_as_it_was_heard() -> None:
    car = Car(RIG)
    car.play(Fault("refuse", "adas"))
    assert status(car, Call("set_forward_collision_warning", {"sensitivity": "high"})) == "refused_by_ecu"
    assert car.engine.live[WARNING].value == "MEDIUM"


def test_a_signal_that_has_to_say_some_value_says_the_one_heard_last(monkeypatch: pytest.MonkeyPatch) -> None:
    car = Car(RIG)
    monkeypatch.setattr(car.engine.encoder, "can_say_nothing", lambda path: False)
    car.play(FROZEN)
    status(car, Call("set_forward_collision_warning", {"sensitivity": "high"}))
    assert car.engine.live[WARNING].value == "MEDIUM"


def test_a_motion_in_the_same_message_does_not_take_back_what_was_just_given_up() -> None:
    car = Car(RIG)
    car.play(Fault("freeze", "SEAT_STATUS", 1))
    assert status(car, Call("set_seat_lumbar", {"zone": "front_row", "percent": 30})) == "sent"
    assert status(car, Call("set_seat_massage", {"zone": "passenger", "level": 5})) == "timeout"
    car.play(Wait(500))
    assert car.vehicle.truth()["Vehicle.Cabin.Seat.Row1.PassengerSide.Massage.Level"] == 5
    assert car.found == []
