"""The monitor names every kind of hazard it is told of, and keeps quiet of what is none."""

from decimal import Decimal
from typing import Any

import pytest
from e2e.p02 import e2e_p02_protect

from intent_bridge.profile import Profile, load_profile
from intent_bridge.sim import Plan, SimulatedVehicle, load_plan
from intent_bridge.testing.hazards import Hazards
from intent_bridge.testing.monitor import Monitor
from intent_bridge.types import RawFrame

PROFILE: Profile = load_profile("demo_sedan")
PLAN: Plan = load_plan(PROFILE)
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
BEAM = "Vehicle.Body.Lights.Beam.Low.IsOn"
SPEED = "Vehicle.Speed"


def monitor(*hazards: dict[str, Any], frames_per_second: int = 400) -> Monitor:
    listed = {
        "may_send": {"body": ["WINDOW_CMD", "LIGHT_CMD"], "comfort": ["SEAT_CMD"]},
        "frames_per_second": frames_per_second,
        "hazards": [{"id": f"h{n}", "why": "", **hazard} for n, hazard in enumerate(hazards)],
    }
    return Monitor(PROFILE, Hazards.model_validate(listed))


def frame(message: str, counter: int = 0, mux: int | None = None, **asks: int) -> RawFrame:
    """A sound command frame: raw numbers for some signals, everything else as the DBC starts it."""
    info = PROFILE.messages[message]
    signals = {
        s.name: int(s.raw_initial or 0)
        for s in info.dbc.signals
        if not s.multiplexer_ids or (mux or 0) in s.multiplexer_ids
    }
    selector = [s.name for s in info.dbc.signals if s.is_multiplexer]
    for actuator in PROFILE.actuators.values():
        command, neutral = actuator.command, actuator.spec.neutral
        if command.message == message and neutral is not None and command.signal in signals:
            signals[command.signal] = command.named_raw(neutral)
    data = bytearray(
        info.dbc.encode({**signals, **dict.fromkeys(selector, mux or 0), **asks}, scaling=False, strict=False)
    )
    assert info.spec.e2e is not None
    data[1] = data[1] & 0xF0 | counter
    e2e_p02_protect(data, bytes(info.spec.e2e.data_ids), increment_counter=False)
    return RawFrame(info.bus, info.can_id, info.extended, info.fd, bytes(data))


def heard(watching: Monitor, **values: Any) -> None:
    """Let the simulated ECUs report the world as it is."""
    vehicle = SimulatedVehicle(PROFILE, PLAN)
    for path, value in values.items():
        vehicle.set_state(path, value)
    for _, raw in vehicle.advance(0):
        watching.heard(raw, 0)


def found(watching: Monitor) -> list[str]:
    return [finding.hazard for finding in watching.found]


def test_a_frame_that_asks_for_nothing_is_no_hazard() -> None:
    watching = monitor({"asks": {SEAT: {}}})
    heard(watching)
    watching.sent(frame("SEAT_CMD"), 10)
    assert found(watching) == []


def test_an_id_that_is_not_listed_is_a_hazard() -> None:
    watching = monitor()
    watching.sent(RawFrame("body", 0x7FF, False, False, bytes(8)), 0)
    watching.sent(frame("WINDOW_CMD")._replace(bus="comfort"), 0)
    assert found(watching) == ["wire", "wire"]


@pytest.mark.parametrize("bit", [0, 20, 40])
def test_a_wrong_checksum_is_a_hazard(bit: int) -> None:
    watching = monitor()
    raw = frame("WINDOW_CMD")
    data = bytearray(raw.data)
    data[bit // 8] ^= 1 << bit % 8
    watching.sent(raw._replace(data=bytes(data)), 0)
    assert found(watching) == ["wire"]


@pytest.mark.parametrize(("second", "hazards"), [(1, []), (0, ["wire"]), (2, ["wire"])])
def test_a_counter_that_does_not_count_by_one_is_a_hazard(second: int, hazards: list[str]) -> None:
    watching = monitor()
    watching.sent(frame("WINDOW_CMD", 0), 0)
    watching.sent(frame("WINDOW_CMD", second), 1)
    assert found(watching) == hazards


def test_a_restart_may_begin_its_counters_anew() -> None:
    watching = monitor()
    watching.sent(frame("WINDOW_CMD", 5), 0)
    watching.restarted()
    watching.sent(frame("WINDOW_CMD", 0), 1)
    assert found(watching) == []


def test_more_frames_than_allowed_are_a_hazard() -> None:
    watching = monitor(frames_per_second=3)
    for n in range(4):
        watching.sent(frame("WINDOW_CMD", n), n)
    assert found(watching) == ["wire"]


@pytest.mark.parametrize(("speed", "hazards"), [(5, []), (5.1, ["h0"])])
def test_a_request_is_a_hazard_from_the_first_step_above_the_limit(speed: float, hazards: list[str]) -> None:
    watching = monitor({"asks": {SEAT: {}}, "while": {SPEED: {"above": 5}}})
    heard(watching, **{SPEED: speed})
    watching.sent(frame("SEAT_CMD", mux=0, ForeAftFLReq=10), 10)
    assert found(watching) == hazards


def test_a_repeated_request_counts_once_and_a_later_one_again() -> None:
    watching = monitor({"asks": {SEAT: {}}})
    heard(watching)
    for n, now_ms in enumerate((10, 110, 210, 5000)):
        watching.sent(frame("SEAT_CMD", n, mux=0, ForeAftFLReq=10), now_ms)
    assert found(watching) == ["h0", "h0"]


@pytest.mark.parametrize(("now_ms", "hazards"), [(300, []), (301, ["h0"])])
def test_a_request_on_a_stale_path_is_a_hazard(now_ms: int, hazards: list[str]) -> None:
    watching = monitor({"asks": {SEAT: {}}, "stale": {SPEED: 300}})
    heard(watching)
    watching.sent(frame("SEAT_CMD", mux=0, ForeAftFLReq=10), now_ms)
    assert found(watching) == hazards


def test_a_frame_with_a_wrong_checksum_does_not_make_a_path_fresh() -> None:
    watching = monitor({"asks": {SEAT: {}}, "stale": {SPEED: 300}})
    heard(watching)
    vehicle = SimulatedVehicle(PROFILE, PLAN)
    vehicle.corrupt_crc("VEHICLE_MOTION")
    for _, raw in vehicle.advance(0):
        watching.heard(raw, 400)
    watching.sent(frame("SEAT_CMD", mux=0, ForeAftFLReq=10), 401)
    assert found(watching) == ["h0"]


@pytest.mark.parametrize(("yes_ms", "hazards"), [(None, ["h0"]), (0, ["h0"]), (900, [])])
def test_taking_help_away_needs_a_recent_yes(yes_ms: int | None, hazards: list[str]) -> None:
    watching = monitor({"asks": {BEAM: {"is": False}}, "without_yes_ms": 500})
    heard(watching, **{BEAM: True})
    if yes_ms is not None:
        watching.yes(yes_ms)
    watching.sent(frame("LIGHT_CMD", LowBeamReq=0), 1000)
    assert found(watching) == hazards


def test_echoing_what_is_there_is_no_request() -> None:
    watching = monitor({"asks": {BEAM: {"is": False}}})
    heard(watching)  # the beam is off already
    watching.sent(frame("LIGHT_CMD", LowBeamReq=0), 10)
    assert found(watching) == []


@pytest.mark.parametrize(("raw", "hazards"), [(40, ["h0"]), (60, [])])
def test_a_direction_is_seen_from_where_the_ecu_stands(raw: int, hazards: list[str]) -> None:
    watching = monitor({"asks": {WINDOW: {"direction": "down"}}})
    heard(watching, **{WINDOW: 50})
    watching.sent(frame("WINDOW_CMD", WindowFLReq=raw), 10)
    assert found(watching) == hazards


def test_too_many_requests_are_a_hazard() -> None:
    watching = monitor({"asks": {WINDOW: {}}, "more_often_than": {"times": 2, "within_ms": 1000}})
    heard(watching)
    for n in range(3):
        watching.sent(frame("WINDOW_CMD", n, WindowFLReq=10 + n), n)
    assert found(watching) == ["h0"]


@pytest.mark.parametrize(("at_ms", "hazards"), [(999, []), (1000, ["h0"])])
def test_a_motion_is_a_hazard_when_its_reason_to_stand_has_held_for_the_grace(
    at_ms: int, hazards: list[str]
) -> None:
    watching = monitor({"moves": [SEAT], "while": {SPEED: {"above": 5}}, "grace_ms": 1000})
    watching.hands = True
    watching.moved(SPEED, Decimal(50), 0)
    watching.moved(SEAT, Decimal(100), 0)
    watching.hands = False
    watching.moved(SEAT, Decimal(105), at_ms)
    assert found(watching) == hazards


def test_a_seat_moved_by_hand_is_no_hazard() -> None:
    watching = monitor({"moves": [SEAT]})
    watching.hands = True
    watching.moved(SEAT, Decimal(100), 0)
    watching.moved(SEAT, Decimal(105), 1)
    assert found(watching) == []


def test_a_motor_that_runs_too_long_or_unasked_is_a_hazard() -> None:
    watching = monitor({"moves": [SEAT], "longer_than_ms": 1000}, {"moves": [SEAT], "unasked_ms": 1200})
    watching.moved(SEAT, Decimal(100), 0)
    watching.sent(frame("SEAT_CMD", mux=0, ForeAftFLReq=10), 0)
    for now_ms in (0, 500, 1000, 1500):
        watching.moved(SEAT, Decimal(now_ms), now_ms)
    assert found(watching) == ["h0", "h1"]


def test_on_a_bench_what_the_ecus_report_stands_for_the_truth() -> None:
    """A seat is reported at two places while the car is reported to drive: it moved."""
    hazard = {"moves": [SEAT], "while": {SPEED: {"above": 5}}}
    listed = {"may_send": {}, "frames_per_second": 9, "hazards": [{"id": "h0", "why": "", **hazard}]}
    for believes, expected in ((False, []), (True, ["h0"])):
        watching = Monitor(PROFILE, Hazards.model_validate(listed), believes=believes)
        vehicle = SimulatedVehicle(PROFILE, PLAN)
        vehicle.set_state(SPEED, 50)
        for at_ms, millimetres in ((0, 100), (500, 120)):
            vehicle.set_state(SEAT, millimetres)
            for now_ms, raw in vehicle.advance(at_ms):
                watching.heard(raw, now_ms)
        assert found(watching) == expected


def test_what_no_record_says_is_found_and_what_one_says_or_an_ecu_reports_is_not() -> None:
    watching = monitor()
    heard(watching)
    signals = {path: PROFILE.actuators[path].command.signal for path in (SEAT, WINDOW)}
    watching.recorded({SEAT: Decimal(50)})
    watching.sent(frame("SEAT_CMD", 0, **{signals[SEAT]: 10}), 10)
    assert watching.found == []
    watching.sent(frame("SEAT_CMD", 1, **{signals[SEAT]: 11}), 20)
    assert [(f.hazard, f.what) for f in watching.found] == [
        ("unrecorded", f"asks {SEAT} = 55, which no record says")
    ]


def test_where_nobody_tells_of_records_none_is_missed() -> None:
    watching = monitor()
    watching.sent(frame("SEAT_CMD", 0, **{PROFILE.actuators[SEAT].command.signal: 10}), 10)
    assert watching.found == []


def test_taking_back_what_was_asked_for_since_the_status_was_heard_is_no_echo() -> None:
    lowered = {"asks": {BEAM: {"is": False}}}
    low = PROFILE.actuators[BEAM].command.signal
    for obeyed, heard_again, found in [(True, False, ["h0"]), (False, False, []), (True, True, [])]:
        watching = monitor(lowered)
        watching.hands = True
        watching.moved(BEAM, False, 0)
        watching.hands = False
        heard(watching)
        watching.sent(frame("LIGHT_CMD", 0, **{low: 1}), 10)
        if obeyed:
            watching.moved(BEAM, True, 20)
        if heard_again:
            watching._eye._sound[BEAM] = 30  # the ECU says again that it is as it was
        watching.sent(frame("LIGHT_CMD", 1, **{low: 0}), 500)
        assert [f.hazard for f in watching.found] == found, (obeyed, heard_again)
