"""The whole road on simulated ECUs: from a tool call to the outcome the ECU confirmed."""

import json
from typing import Any

import pytest

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.types import Channel, Decision, Provenance, SeatZone, Speaker, Status
from tests.integration.road import (
    DRIVING,
    PARKED,
    PASSENGER,
    TEMPERATURE,
    car,
    do,
)

__all__ = ["car"]


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


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 99}}, Status.INVALID),
        ({"name": "set_cabin_temperature", "arguments": {"zone": "driver"}}, Status.NEEDS_CHOICE),
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
