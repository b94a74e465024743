"""What a drive can do beside calls: buses go off, rules are exchanged."""

import pytest

from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.steps import DRIVER, Call, Confirm, Fault, Reload, SetState, Wait
from intent_bridge.types import Provenance

RIG = rig(load_profile("demo_sedan"), quick=True)
FAN = Call("set_fan_speed", {"zone": "driver", "level": 7})
LESS = Call("set_fan_speed", {"zone": "driver", "level": 3})
WINDOW = Call("set_window", {"zone": "driver", "percent": 90})
DRIVING = SetState({"Vehicle.Speed": 60, "Vehicle.Powertrain.Transmission.SelectedGear": "D"})


@pytest.fixture
def car() -> Car:
    return Car(RIG)


def said(car: Car, call: Call) -> tuple[str, str]:
    outcome = car.play(call)
    assert outcome is not None and car.found == []
    return outcome.status.value, outcome.code


def test_on_a_bus_that_is_off_nothing_is_delivered_and_the_others_go_on(car: Car) -> None:
    fan = RIG.profile.actuators["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"].command.bus
    car.play(Fault("bus_off", fan))
    assert said(car, FAN) == ("not_delivered", "bus_off")
    other = Call("set_low_beam", {"on": True})
    assert RIG.profile.actuators["Vehicle.Body.Lights.Beam.Low.IsOn"].command.bus != fan
    assert said(car, other)[0] == "done"


def test_a_bus_that_comes_back_is_read_anew_before_a_command_leaves(car: Car) -> None:
    fan = RIG.profile.actuators["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"].command.bus
    assert said(car, FAN)[0] == "done"
    car.play(Fault("bus_off", fan), Wait(5000))
    assert said(car, LESS)[0] in ("not_delivered", "denied")
    car.play(Fault("bus_off", fan, 0), Wait(2000))
    assert said(car, LESS)[0] == "done"


def test_a_motion_on_a_bus_that_goes_off_ends_as_not_delivered(car: Car) -> None:
    assert said(car, WINDOW)[0] == "sent"
    bus = RIG.profile.actuators["Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"].command.bus
    car.play(Fault("bus_off", bus), Wait(100))
    assert "not_delivered" in {outcome.status.value for outcome in car.outcomes.values()}
    car.play(Wait(20_000))
    assert car.found == []  # nobody asks any more, so the motor stands still


def test_there_is_no_bus_of_another_name(car: Car) -> None:
    with pytest.raises(ValueError, match="no bus `ody`, known are body, comfort, adas"):
        car.play(Fault("bus_off", "ody"))


def test_rules_are_exchanged_while_parked_and_a_motion_ends_with_its_rules(car: Car) -> None:
    assert said(car, WINDOW)[0] == "sent"
    before = car.engine.guard.policy_hash
    car.play(Reload("eu"))
    assert car.engine.guard.policy_hash != before
    ended = list(car.outcomes.values())[-1]
    assert (ended.status.value, ended.code) == ("stopped", "policy_changed")
    car.play(Reload())
    assert car.engine.guard.policy_hash == before and car.found == []


def test_rules_are_not_exchanged_while_driving(car: Car) -> None:
    before = car.engine.guard.policy_hash
    car.play(DRIVING, Reload("eu"))
    assert car.engine.guard.policy_hash == before


def test_the_yes_of_who_was_asked_counts_after_somebody_else_has_repeated_the_call(car: Car) -> None:
    lower = {"sensitivity": "low"}
    asked = said(car, Call("set_forward_collision_warning", lower, DRIVER))
    again = said(car, Call("set_forward_collision_warning", lower, Provenance(), again=True))
    assert asked == again == ("needs_confirmation", "")
    done = car.play(Confirm(True, DRIVER))
    assert done is not None and done.status.value == "done"
    assert car.found == []
