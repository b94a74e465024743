"""The whole road on simulated ECUs: from a tool call to the outcome the ECU confirmed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Channel, Decision, Outcome, Provenance, SeatZone, Speaker, Status

PARKED = {"Vehicle.Speed": 0, "Vehicle.Powertrain.Transmission.SelectedGear": 126}
DRIVING = {"Vehicle.Speed": 100, "Vehicle.Powertrain.Transmission.SelectedGear": 127}
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
RECLINE = "Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.Recline"
AEB = "Vehicle.ADAS.AutomaticEmergencyBraking.IsEnabled"
PROFILE = load_profile("demo_sedan")
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with SimulatedBridge(PROFILE) as bridge:
        bridge.set_state(PARKED)
        yield bridge


def do(car: SimulatedBridge, name: str, who: Provenance | None = None, /, **arguments: Any) -> Outcome:
    return car.handle({"name": name, "arguments": arguments}, who)


def rules(outcome: Outcome) -> set[str]:
    return {hit.id for hit in outcome.verdict.hits} if outcome.verdict else set()


# --- done, and what it claims -----------------------------------------------------------------------


def test_done_means_that_the_ecu_reported_the_value(car: SimulatedBridge) -> None:
    outcome = do(car, "set_cabin_temperature", zone="driver", celsius=22.5)
    assert outcome.status is Status.DONE
    assert car.state()[TEMPERATURE] == 22.5
    (action,) = outcome.actions
    assert (action.requested, action.emitted, action.confirmed) == (45, 45, 45)
    assert "22.5" in outcome.say("en") and "22.5" in outcome.say("zh")


def test_an_openai_call_is_answered_under_its_id(car: SimulatedBridge) -> None:
    call = {
        "id": "call_7",
        "type": "function",
        "function": {"name": "set_fan_speed", "arguments": '{"zone": "driver", "level": 3}'},
    }
    outcome = car.handle(call)
    assert (outcome.call_id, outcome.status) == ("call_7", Status.DONE)


def test_siblings_of_the_frame_keep_their_live_value(car: SimulatedBridge) -> None:
    do(car, "set_cabin_temperature", zone="passenger", celsius=19)
    (frame,) = do(car, "set_cabin_temperature", zone="driver", celsius=23).frames
    passenger = car.profile.actuators[TEMPERATURE.replace("Driver", "Passenger")].command.signal
    assert (frame.signals[passenger], frame.origins[passenger]) == (19.0, "live")


def test_a_value_that_is_there_already_sends_nothing(car: SimulatedBridge) -> None:
    do(car, "set_cabin_temperature", zone="driver", celsius=22.5)
    outcome = do(car, "set_cabin_temperature", zone="driver", celsius=22.5)
    assert (outcome.status, outcome.frames) == (Status.NO_EFFECT, ())


def test_the_speakers_own_place_is_meant_when_no_zone_is_given(car: SimulatedBridge) -> None:
    outcome = do(car, "set_cabin_temperature", PASSENGER, celsius=20)
    assert [a.path for a in outcome.actions] == [TEMPERATURE.replace("Driver", "Passenger")]


def test_an_unknown_place_asks_with_choices_the_guard_would_allow(car: SimulatedBridge) -> None:
    nobody = Provenance(Speaker.UNKNOWN, SeatZone.UNKNOWN, Channel.VOICE)
    outcome = do(car, "set_cabin_temperature", nobody, celsius=20)
    assert outcome.status is Status.NEEDS_CHOICE
    assert outcome.choices
    for choice in outcome.choices:
        explained = car.explain({"name": choice.name, "arguments": dict(choice.arguments)}, nobody)
        assert explained.verdict and explained.verdict.decision < Decision.DENY


def test_a_relative_change_counts_from_the_present_value(car: SimulatedBridge) -> None:
    do(car, "set_cabin_temperature", zone="driver", celsius=20)
    outcome = do(car, "adjust_setting", setting="cabin_temperature", direction="up", amount=2)
    assert outcome.status is Status.DONE
    assert car.state()[TEMPERATURE] == 22


def test_max_goes_to_the_end_of_the_range_and_then_says_so(car: SimulatedBridge) -> None:
    do(car, "adjust_setting", setting="seat_heating", direction="down", size="max")
    do(car, "adjust_setting", setting="cabin_temperature", direction="up", size="max")
    again = do(car, "adjust_setting", setting="cabin_temperature", direction="up", size="max")
    assert (again.status, again.code) == (Status.NO_EFFECT, "at_limit")


def test_a_scene_is_done_as_a_whole(car: SimulatedBridge) -> None:
    outcome = do(car, "activate_scene", scene="nap")
    events = car.advance_ms(60_000)
    final = [e for e in events if e.call_id == outcome.call_id][-1] if events else outcome
    assert final.status is Status.DONE
    assert len(final.actions) >= 3 and all(a.confirmed is not None for a in final.actions)


def test_a_scene_with_one_forbidden_part_sends_nothing(car: SimulatedBridge) -> None:
    car.set_state(DRIVING)
    outcome = do(car, "activate_scene", scene="nap")
    assert (outcome.status, outcome.frames) == (Status.DENIED, ())


# --- verdicts -----------------------------------------------------------------------------------------


def test_a_driver_seat_does_not_move_at_speed(car: SimulatedBridge) -> None:
    car.set_state(DRIVING)
    outcome = do(car, "set_seat_recline", zone="driver", degrees=40)
    assert (outcome.status, outcome.frames) == (Status.DENIED, ())
    assert outcome.verdict and outcome.verdict.unlock


def test_a_clamp_emits_the_nearer_value_and_says_so(car: SimulatedBridge) -> None:
    car.set_state({"Vehicle.Cabin.HVAC.BlowerCapability": 60})
    outcome = do(car, "set_fan_speed", zone="driver", level=9)
    assert outcome.status is Status.DONE
    (action,) = outcome.actions
    assert (action.requested, action.emitted, action.confirmed) == (9, 6, 6)


def test_a_stale_speed_denies(car: SimulatedBridge) -> None:
    car.vehicle.mute("VEHICLE_MOTION")
    car.advance_ms(1000)
    outcome = do(car, "set_seat_recline", zone="driver", degrees=40)
    assert (outcome.status, outcome.frames) == (Status.DENIED, ())
    assert any(hit.unknown for hit in outcome.verdict.hits) if outcome.verdict else False


def test_a_passenger_does_not_set_the_drivers_seat(car: SimulatedBridge) -> None:
    assert do(car, "set_seat_recline", PASSENGER, zone="driver", degrees=40).status is Status.DENIED


def test_a_deferred_call_acts_when_its_moment_comes(car: SimulatedBridge) -> None:
    car.set_state({"Vehicle.Powertrain.Transmission.SelectedGear": 0})
    outcome = do(car, "recall_seat_memory", zone="driver", slot=2)
    assert outcome.status is Status.DEFERRED
    assert not outcome.frames
    events = [*car.set_state(PARKED), *car.advance_ms(30_000)]
    statuses = [e.status for e in events if e.call_id == outcome.call_id]
    assert statuses[-1] is Status.DONE


def test_a_deferred_call_ends_when_its_moment_does_not_come(car: SimulatedBridge) -> None:
    car.set_state({"Vehicle.Powertrain.Transmission.SelectedGear": 0})
    outcome = do(car, "recall_seat_memory", zone="driver", slot=2)
    events = car.advance_ms(130_000)
    (last,) = [e for e in events if e.call_id == outcome.call_id]
    assert (last.status, last.code) == (Status.TIMEOUT, "deferred_expired")


# --- confirmation ------------------------------------------------------------------------------------


def asked(car: SimulatedBridge) -> Outcome:
    outcome = do(car, "set_emergency_braking", on=False)
    assert outcome.status is Status.NEEDS_CONFIRMATION and outcome.confirmation and not outcome.frames
    return outcome


def token(outcome: Outcome) -> str:
    assert outcome.confirmation is not None
    return outcome.confirmation.token


def test_a_persons_yes_lets_the_call_act(car: SimulatedBridge) -> None:
    question = asked(car)
    outcome = car.confirm(token(question), True, DRIVER)
    assert (outcome.call_id, outcome.status) == (question.call_id, Status.DONE)
    assert car.state()[AEB] is False


def test_a_no_does_nothing(car: SimulatedBridge) -> None:
    outcome = car.confirm(token(asked(car)), False, DRIVER)
    assert (outcome.status, outcome.code) == (Status.NO_ACTION, "declined")
    assert car.state()[AEB] is True


def test_a_token_works_once(car: SimulatedBridge) -> None:
    used = token(asked(car))
    car.confirm(used, True, DRIVER)
    do(car, "set_emergency_braking", on=True)
    assert car.confirm(used, True, DRIVER).status is Status.DENIED
    assert car.state()[AEB] is True


def test_a_token_is_void_from_another_seat(car: SimulatedBridge) -> None:
    assert car.confirm(token(asked(car)), True, PASSENGER).code == "confirmation_wrong_zone"
    assert car.state()[AEB] is True


def test_a_token_is_void_when_the_state_it_was_asked_in_has_changed(car: SimulatedBridge) -> None:
    question = asked(car)
    car.set_state(DRIVING)
    assert car.confirm(token(question), True, DRIVER).status is Status.DENIED
    assert car.state()[AEB] is True


def test_a_token_expires(car: SimulatedBridge) -> None:
    question = asked(car)
    (event,) = car.advance_ms(car.profile.file.confirmation_ms + 1)
    assert (event.call_id, event.code) == (question.call_id, "confirmation_expired")
    assert car.confirm(token(question), True, DRIVER).status is Status.DENIED


def test_the_model_never_sees_the_token(car: SimulatedBridge) -> None:
    question = asked(car)
    assert token(question) not in car.tool_result(question)
    assert token(question) not in json.dumps(question.texts)
    assert token(question) not in repr(question)


# --- motion ------------------------------------------------------------------------------------------


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


# --- ids, undo, ECUs that do not play along ----------------------------------------------------------


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


# --- nothing acts that should not ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 99}}, Status.INVALID),
        ({"name": "set_cabin_temperature", "arguments": {"zone": "driver"}}, Status.INVALID),
        ({"name": "fire_missiles", "arguments": {}}, Status.INVALID),
        ({"name": "set_cabin_temperature", "arguments": '{"celsius": NaN}'}, Status.INVALID),
        ({"name": "set_cabin_temperature", "arguments": '{"celsius": 20, "celsius": 30}'}, Status.INVALID),
        ({"name": ["x"], "arguments": {}}, Status.INVALID),
        ("not json", Status.INVALID),
        (None, Status.INVALID),
        (b"\xff\xfe", Status.INVALID),
        (12, Status.INVALID),
    ],
)
def test_a_malformed_call_is_a_clear_outcome_and_sends_nothing(
    car: SimulatedBridge, call: object, status: Status
) -> None:
    outcome = car.handle(call)
    assert (outcome.status, outcome.frames) == (status, ())
    assert outcome.code and outcome.message


def test_explain_decides_and_sends_nothing(car: SimulatedBridge) -> None:
    frames: list[Any] = []
    car.subscribe("frame", frames.append)
    call = {"id": "9", "name": "set_fan_speed", "arguments": {"zone": "driver", "level": 4}}
    assert car.explain(call).frames
    car.advance_ms(1000)
    assert frames == []
    assert car.handle(call).status is Status.DONE


def test_reading_tools_answer_and_send_nothing(car: SimulatedBridge) -> None:
    outcome = do(car, "get_vehicle_state", topics=["climate"])
    assert outcome.status is Status.NO_ACTION
    assert outcome.data[TEMPERATURE] == car.state()[TEMPERATURE]
    assert "set_window" in json.dumps(do(car, "get_capabilities").data)


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
