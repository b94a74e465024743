"""A clock that goes back: what was heard is not known until it is heard again, and every command ends."""

from dataclasses import replace

import pytest

from intent_bridge.engine import Engine, Send
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.sim import SimulatedVehicle, load_plan
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.steps import Call, Clock, Fault, Wait
from intent_bridge.types import Channel, Provenance, Quality, SeatZone, Speaker, Status, ToolCall

PROFILE = load_profile("demo_sedan")
GUARD = Guard(PROFILE, load_packs(PROFILE))
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
SPEED = "Vehicle.Speed"
BACK_MS = 100
SEAT = ToolCall("1", "set_seat_position", {"millimetres": 205})
WINDOW = ToolCall("2", "set_window", {"zone": "driver", "percent": 90})
CUSHION = ToolCall("3", "set_seat_cushion_length", {"millimetres": 50})
MOVED = (
    "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position",
    "Vehicle.Cabin.Seat.Row1.DriverSide.Seating.Length",
)
QUICK = rig(PROFILE, quick=True)


def heard(until_ms: int) -> tuple[Engine, SimulatedVehicle]:
    """An engine that has heard a parked vehicle until then, and the vehicle."""
    engine, vehicle = Engine(PROFILE, GUARD, secret=b"secret"), SimulatedVehicle(PROFILE, load_plan(PROFILE))
    for at_ms, raw in vehicle.advance(until_ms):
        engine.receive(raw, at_ms)
    engine.poll(until_ms)
    return engine, vehicle


def test_what_was_heard_before_the_clock_went_back_is_unknown_until_it_is_heard_again() -> None:
    engine, vehicle = heard(1000)
    assert engine.known(SPEED, 1000)[1] is Quality.OK
    engine.poll(1000 - BACK_MS)
    assert engine.known(SPEED, 1000)[1] is Quality.MISSING
    assert not any(isinstance(effect, Send) for effect in engine.submit(SEAT, DRIVER, 1000))
    for at_ms, raw in vehicle.advance(1200):
        engine.receive(raw, at_ms - BACK_MS)
    assert engine.known(SPEED, 1200 - BACK_MS)[1] is Quality.OK
    again = replace(SEAT, id="3")
    assert any(isinstance(effect, Send) for effect in engine.submit(again, DRIVER, 1200 - BACK_MS))


@pytest.mark.parametrize("verb", ["submit", "confirm", "undo", "tell", "poll"])
def test_every_verb_that_is_told_the_time_notices(verb: str) -> None:
    engine, _ = heard(1000)
    now_ms = 1000 - BACK_MS
    match verb:
        case "submit":
            engine.submit(SEAT, DRIVER, now_ms)
        case "confirm":
            engine.confirm("", True, DRIVER, now_ms)
        case "undo":
            engine.undo(DRIVER, now_ms)
        case "tell":
            engine.tell({}, now_ms)
        case _:
            engine.poll(now_ms)
    assert {sample.quality for sample in engine.state.values()} == {Quality.MISSING}


def test_a_frame_that_is_told_late_is_no_clock_that_goes_back() -> None:
    engine, vehicle = heard(1000)
    engine.submit(SEAT, DRIVER, 1050)
    for at_ms, raw in vehicle.advance(1040):  # heard before the call, handed over after it
        engine.receive(raw, at_ms)
    assert engine.known(SPEED, 1050)[1] is Quality.OK


def test_nothing_is_sent_on_a_speed_that_a_step_back_makes_look_younger() -> None:
    car = Car(QUICK)
    car.play(Fault("bus_off", "body", 2), Wait(100), Clock(-BACK_MS), Wait(195))
    outcome = car.play(Call(SEAT.name, SEAT.arguments))
    assert outcome is not None and outcome.status is Status.DENIED
    assert car.found == []
    car.play(Fault("bus_off", "body", 0), Wait(3000))
    again = car.play(Call(SEAT.name, SEAT.arguments))
    assert again is not None and again.status is Status.SENT and car.found == []


@pytest.mark.parametrize("back_ms", [1, 20, 60, 100, 300, 5000])
def test_motions_that_run_when_the_clock_goes_back_stop_and_do_not_go_on_when_time_comes_again(
    back_ms: int,
) -> None:
    car = Car(rig(PROFILE))
    for call in (WINDOW, CUSHION):  # rules watch the one, and nothing that was forgotten bears on the other
        outcome = car.play(Call(call.name, call.arguments))
        assert outcome is not None and outcome.status is Status.SENT
    car.play(Wait(300), Clock(-back_ms), Wait(500))
    there = [car.vehicle.truth()[path] for path in MOVED]
    car.play(Wait(10_000))
    assert [car.vehicle.truth()[path] for path in MOVED] == there
    assert {(o.status, o.code) for o in car.outcomes.values()} == {(Status.STOPPED, "clock_jump")}
    assert car.found == []


def test_after_the_clock_went_back_a_command_for_the_message_of_a_motion_leaves_again() -> None:
    car = Car(rig(PROFILE))
    car.play(Call(CUSHION.name, CUSHION.arguments), Clock(-5000), Wait(1000))
    outcome = car.play(Call("set_seat_heating", {"zone": "all", "level": 3}))
    assert outcome is not None and outcome.status is Status.DONE and car.found == []
