"""What moves: watched, stopped, repeated, superseded; ids, undo, ECUs that do not play along."""

from typing import Any

import pytest

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.types import Status
from tests.integration.road import (
    DRIVER,
    PASSENGER,
    RECLINE,
    TEMPERATURE,
    car,
    do,
)

__all__ = ["car"]


def test_a_motion_answers_at_once_and_is_done_when_it_arrived(car: SimulatedBridge) -> None:
    sent = do(car, "set_seat_recline", zone="driver", degrees=40)
    assert sent.status is Status.SENT
    events = car.advance_ms(30_000)
    assert [(e.call_id, e.status) for e in events] == [(sent.call_id, Status.DONE)]
    assert car.state()[RECLINE] == 40


def test_a_motion_stops_when_the_car_starts_to_roll(car: SimulatedBridge) -> None:
    frames: list[Any] = []
    car.subscribe("frame", frames.append)
    sent = do(car, "set_seat_recline", zone="driver", degrees=55)
    car.advance_ms(500)
    events = [*car.set_state({"Vehicle.Speed": 10}), *car.advance_ms(200)]
    stopped = next(e for e in events if e.call_id == sent.call_id)
    assert stopped.status is Status.STOPPED
    assert any("stop" in f.origins.values() for f in frames)
    where = car.state()[RECLINE]
    car.advance_ms(5000)
    assert car.state()[RECLINE] == where < 55


def test_a_motion_stops_when_somebody_says_stop(car: SimulatedBridge) -> None:
    sent = do(car, "set_window", zone="driver", percent=100)
    car.advance_ms(300)
    outcome = do(car, "stop_motion", PASSENGER)
    assert outcome.status is Status.STOPPED
    assert [e.status for e in car.events() if e.call_id == sent.call_id] == [Status.STOPPED]
    car.advance_ms(300)
    where = car.state()["Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"]
    car.advance_ms(3000)
    assert car.state()["Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"] == where < 100


def test_a_motion_repeats_its_frame_until_it_arrived_and_then_falls_silent(car: SimulatedBridge) -> None:
    frames: list[Any] = []
    car.subscribe("frame", frames.append)
    do(car, "set_window", zone="driver", percent=50)
    car.advance_ms(9_000)
    count = len(frames)
    assert count > 3
    car.advance_ms(3_000)
    assert len(frames) == count


def test_a_newer_command_takes_over_the_path(car: SimulatedBridge) -> None:
    first = do(car, "set_window", zone="driver", percent=100)
    car.advance_ms(300)
    second = do(car, "set_window", zone="driver", percent=0)
    ends = {e.call_id: (e.status, e.code) for e in [*car.events(), *car.advance_ms(20_000)]}
    assert ends[first.call_id] == (Status.STOPPED, "superseded")
    assert ends[second.call_id] == (Status.DONE, "")


def test_the_same_id_never_acts_twice_even_with_other_arguments(car: SimulatedBridge) -> None:
    first = car.handle({"id": "1", "name": "set_fan_speed", "arguments": {"zone": "driver", "level": 5}})
    again = car.handle({"id": "1", "name": "set_fan_speed", "arguments": {"zone": "driver", "level": 1}})
    assert (again.status, again.actions) == (first.status, first.actions)
    assert car.state()["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"] == 50


def test_undo_puts_back_what_was_there(car: SimulatedBridge) -> None:
    before = car.state()[TEMPERATURE]
    do(car, "set_cabin_temperature", zone="driver", celsius=27)
    assert car.undo(DRIVER).status is Status.DONE
    assert car.state()[TEMPERATURE] == before
    assert car.undo(DRIVER).code == "nothing_to_undo"


def test_undo_is_refused_when_somebody_changed_the_value_since(car: SimulatedBridge) -> None:
    do(car, "set_cabin_temperature", zone="driver", celsius=27)
    car.set_state({TEMPERATURE: 18})
    assert car.undo(DRIVER).code == "changed_since"
    assert car.state()[TEMPERATURE] == 18


def test_an_ecu_that_refuses_is_named_so(car: SimulatedBridge) -> None:
    car.vehicle.refuse_all("climate")
    outcome = do(car, "set_fan_speed", zone="driver", level=7)
    assert outcome.status is Status.REFUSED_BY_ECU


def test_an_ecu_that_is_silent_is_a_timeout(car: SimulatedBridge) -> None:
    car.vehicle.mute("CLIMATE_STATUS")
    outcome = do(car, "set_fan_speed", zone="driver", level=7)
    assert outcome.status is Status.TIMEOUT
    assert "now" not in outcome.say("en")


def test_what_a_broken_scene_already_changed_is_put_back(car: SimulatedBridge) -> None:
    before = {p: car.state()[p] for p in car.profile.actuators}
    lights = [p for p in car.profile.actuators if "AmbientLight" in p]
    car.vehicle.mute(car.profile.actuators[lights[0]].status.message)
    outcome = do(car, "activate_scene", scene="nap")
    events = car.advance_ms(10_000)
    final = [e for e in (outcome, *events) if e.call_id == outcome.call_id][-1]
    assert final.status is Status.TIMEOUT
    assert final.code == "rolled_back"
    after = car.state()
    changed = [a.path for a in final.actions if a.path not in lights]
    assert changed
    for path in changed:
        assert after[path] == pytest.approx(before[path], abs=1)  # a motor rests within its tolerance


def test_what_is_kept_back_for_coming_too_often_leaves_the_counters_as_they_were(
    car: SimulatedBridge,
) -> None:
    for zone in ("driver", "passenger", "rear_left", "rear_right"):
        for tool in ("set_seat_position", "set_seat_height"):
            do(car, tool, zone=zone, millimetres=10)
        do(car, "set_seat_recline", zone=zone, degrees=10)
        do(car, "set_window", zone=zone, percent=90)
    outcomes = [do(car, "set_fan_speed", zone="driver", level=1 + n % 5) for n in range(60)]
    assert {o.status for o in outcomes} <= {Status.DONE, Status.DENIED}
    assert {o.code for o in outcomes if o.status is Status.DENIED} <= {"too_often"}
    do(car, "stop_motion")
    car.advance_ms(2000)
    assert do(car, "set_fan_speed", zone="driver", level=7).status is Status.DONE


def test_motions_of_one_page_share_their_repeats(car: SimulatedBridge) -> None:
    frames: list[Any] = []
    do(car, "set_seat_position", zone="driver", millimetres=250)
    do(car, "set_seat_recline", zone="driver", degrees=60)
    car.subscribe("frame", frames.append)
    car.advance_ms(1000)
    assert 8 <= len(frames) <= 12  # one page every 100 ms, not two
    assert {tuple(sorted(set(f.origins.values()) & {"permit", "running"})) for f in frames} == {
        ("permit", "running")
    }
    assert {e.status for e in car.advance_ms(40_000)} == {Status.DONE}


def test_what_the_ecu_confirmed_is_not_said_again_while_the_rest_still_moves(car: SimulatedBridge) -> None:
    do(car, "activate_scene", scene="nap")
    car.advance_ms(1000)
    frames: list[Any] = []
    car.subscribe("frame", frames.append)
    car.set_state({TEMPERATURE: 19})  # somebody turns the knob
    car.advance_ms(3000)
    assert {f.message for f in frames} == {"SEAT_CMD"}
    assert car.state()[TEMPERATURE] == 19


def test_an_ended_motion_says_its_neutral_frame_as_often_as_the_profile_wants(car: SimulatedBridge) -> None:
    frames: list[Any] = []
    do(car, "set_window", zone="driver", percent=8)
    car.subscribe("frame", frames.append)
    car.advance_ms(5000)
    neutral = [f for f in frames if "permit" not in f.origins.values()]
    assert len(neutral) == car.profile.messages["WINDOW_CMD"].spec.neutral_repeats == 2
    assert frames[-2:] == neutral


def test_a_new_motion_is_not_disturbed_by_the_neutral_frames_of_the_one_before(car: SimulatedBridge) -> None:
    do(car, "set_window", zone="driver", percent=8)
    while not (ended := car.advance_ms(10)):
        pass
    assert ended[0].status is Status.DONE
    assert do(car, "set_window", zone="driver", percent=20).status is Status.SENT
    assert [e.status for e in car.advance_ms(8000)] == [Status.DONE]
    assert car.state()["Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"] == pytest.approx(20, abs=1)
