"""A clock that goes back: what was heard is not known until it is heard again, and every command ends."""

from dataclasses import replace

import pytest

from intent_bridge.codec.egress_limits import FRAMES_WINDOW_MS, Limits
from intent_bridge.engine import Engine, Send
from intent_bridge.engine.effects import Order
from intent_bridge.engine.judge import Judge
from intent_bridge.guard import Guard, History, load_packs
from intent_bridge.guard.history import Move
from intent_bridge.profile import load_profile
from intent_bridge.sim import SimulatedVehicle, load_plan
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.steps import Call, Clock, Fault, SetState, Wait
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
DRIVING = SetState({SPEED: 20, "Vehicle.Powertrain.Transmission.SelectedGear": "D"})
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


def test_questions_and_calls_that_wait_end_when_the_clock_goes_back() -> None:
    car = Car(QUICK)
    asked = car.play(Call("set_blind_spot_warning", {"on": False}))
    assert asked is not None and asked.status is Status.NEEDS_CONFIRMATION
    car.play(DRIVING)
    waits = car.play(Call("recall_seat_memory", {"slot": 2}))
    assert waits is not None and waits.status is Status.DEFERRED
    car.play(Clock(-BACK_MS))
    ends = [(o.status, o.code) for o in car.outcomes.values()]
    assert ends == [(Status.TIMEOUT, "confirmation_expired"), (Status.TIMEOUT, "deferred_expired")]
    assert car.engine.next_ms() is None and car.found == []


def test_what_was_denied_before_the_clock_went_back_is_not_held_against_anybody_for_longer() -> None:
    judge = Judge(GUARD)
    (retries,) = GUARD.rules.retries
    for n in range(retries.denials):
        judge.count_denial("x", DRIVER, 5_000_000 + n)
    order = Order("1", "x", DRIVER, ())
    assert judge.locked(order, 5_000_100)
    judge.set_back(1000)
    assert judge.locked(order, 1000 + retries.window_ms - 1)
    assert not judge.locked(order, 1000 + retries.window_ms)


def test_a_limit_counts_what_was_done_before_the_clock_went_back_from_that_moment_on() -> None:
    before = History().begun(SPEED, Move(5_000_000, 0, 10), 60_000).ended([SPEED], 5_000_500)
    assert before.set_back(1000).of(SPEED) == (Move(1000, 0, 10, 1000),)
    assert before.set_back(6_000_000) == before


@pytest.mark.parametrize("back_ms", [5_000, 5_000_000])
def test_a_flood_is_capped_and_then_ends_after_the_clock_went_back(back_ms: int) -> None:
    limits, most = Limits(PROFILE), 0
    now_ms = 6_000_000
    while limits.refuses("SEAT_CMD", (), {}, now_ms) is None:
        limits.count("SEAT_CMD", (), {}, now_ms)
        most += 1
    now_ms -= back_ms
    assert limits.refuses("SEAT_CMD", (), {}, now_ms) is not None
    assert limits.refuses("SEAT_CMD", (), {}, now_ms + FRAMES_WINDOW_MS - 1) is not None
    assert limits.refuses("SEAT_CMD", (), {}, now_ms + FRAMES_WINDOW_MS) is None
    assert most > 10
