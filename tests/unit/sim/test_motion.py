"""How simulated axes move, and what makes them stop."""

import pytest

from intent_bridge.sim.check import Motor
from intent_bridge.sim.motion import Axis

from .conftest import Bench, of

POSITION = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide"
RECALL = f"{SEAT}.MemoryRecall"


def position(bench: Bench, path: str = POSITION) -> int:
    value = bench.car.get_state(path)
    assert value is not None
    return int(value)


def test_an_axis_moves_with_the_speed_of_its_motor_and_tells_every_step(tiny: Bench) -> None:
    told = tiny.repeat(2000, "SEAT_CMD", SeatIndex=0, Position0=130)
    steps = {t.signals["Position0"]: t.at_ms for t in reversed(told) if "Position0" in t.signals}
    assert steps == {100: 10, 105: 260, 110: 510, 115: 760, 120: 1010, 125: 1260, 130: 1510}


def test_an_axis_moves_down_too(tiny: Bench) -> None:
    tiny.repeat(2000, "SEAT_CMD", SeatIndex=0, Position0=80)
    assert position(tiny) == 80


def test_a_target_equal_to_the_position_moves_nothing(tiny: Bench) -> None:
    told = tiny.repeat(1000, "SEAT_CMD", SeatIndex=0, Position0=100, Heating0=1)
    assert {t.signals["Position0"] for t in told if "Position0" in t.signals} == {100}
    assert of(told, "SEAT_STATUS")[-1].signals["CmdResult"] == "ACCEPTED"


def test_an_axis_halts_when_the_command_falls_silent_for_the_timeout(tiny: Bench) -> None:
    tiny.repeat(1000, "SEAT_CMD", SeatIndex=0, Position0=200)
    tiny.run(5000)
    assert (
        position(tiny) == 125
    )  # the last command was heard at 910, its 500 ms end at 1410, the step at 1260 counts


def test_an_axis_that_halted_in_silence_goes_on_with_the_next_command(tiny: Bench) -> None:
    tiny.repeat(500, "SEAT_CMD", SeatIndex=0, Position0=120)
    tiny.run(5000)
    stood = position(tiny)
    tiny.repeat(5000, "SEAT_CMD", SeatIndex=0, Position0=120)
    assert stood < 120 and position(tiny) == 120


@pytest.mark.parametrize("code", ["STOP", "NO_REQUEST"])
def test_stop_and_no_request_halt_an_axis_at_once(tiny: Bench, code: str) -> None:
    tiny.repeat(900, "SEAT_CMD", SeatIndex=0, Position0=200)
    tiny.send("SEAT_CMD", SeatIndex=0, Position0=code)
    tiny.run(2000)
    assert position(tiny) == 115


def test_a_command_about_something_else_lets_an_axis_run(tiny: Bench) -> None:
    tiny.send("SEAT_CMD", SeatIndex=0, Position0=200)
    tiny.run(100)
    tiny.send("SEAT_CMD", SeatIndex=0, Heating0=2)
    tiny.send("SEAT_CMD", SeatIndex=1, Heating1=2)
    tiny.run(400)
    assert position(tiny) == 105


def test_an_axis_ends_at_its_end_stop(tiny: Bench) -> None:
    tiny.repeat(10_000, "SEAT_CMD", SeatIndex=0, Position0=250)
    assert position(tiny) == 240


def test_a_new_target_ahead_keeps_the_pace_and_one_behind_turns_round(tiny: Bench) -> None:
    tiny.repeat(400, "SEAT_CMD", SeatIndex=0, Position0=200)
    told = tiny.repeat(400, "SEAT_CMD", SeatIndex=0, Position0=150)
    assert next(t.at_ms for t in told if t.signals.get("Position0") == 110) == 510
    told = tiny.repeat(1000, "SEAT_CMD", SeatIndex=0, Position0=100)
    turned = [t for t in told if t.signals.get("Position0") == 105]
    assert turned[0].at_ms == 1310 and position(tiny) == 100  # at 115 when turned at 810, 250 ms a step


def test_setting_the_position_from_outside_ends_the_motion(tiny: Bench) -> None:
    tiny.repeat(300, "SEAT_CMD", SeatIndex=0, Position0=200)
    tiny.car.set_state(POSITION, 50)
    tiny.run(1000)
    assert position(tiny) == 50


def test_a_limit_that_begins_to_hold_halts_the_axis_with_the_next_command(tiny: Bench) -> None:
    tiny.repeat(600, "SEAT_CMD", SeatIndex=0, Position0=200)
    tiny.car.set_state("Vehicle.Speed", 31)
    told = tiny.repeat(1000, "SEAT_CMD", SeatIndex=0, Position0=200)
    assert position(tiny) == 110 and of(told, "SEAT_STATUS")[-1].signals["CmdResult"] == "REFUSED"


def test_a_refused_frame_lets_the_axes_it_did_not_ask_about_run(demo: Bench) -> None:
    left, right = (
        f"Vehicle.Cabin.Door.Row1.{side}.Window.Position" for side in ("DriverSide", "PassengerSide")
    )
    demo.car.set_state(right, 80)
    demo.send("WINDOW_CMD", WindowFRReq=0)
    demo.run(100)
    demo.car.set_state("Vehicle.Speed", 200)
    demo.send("WINDOW_CMD", WindowFLReq=50)
    demo.run(400)
    assert position(demo, left) == 0 and position(demo, right) == 71


def test_a_refusing_ecu_still_stops(tiny: Bench) -> None:
    tiny.repeat(600, "SEAT_CMD", SeatIndex=0, Position0=200)
    tiny.car.refuse_all("seat")
    tiny.send("SEAT_CMD", SeatIndex=0, Position0="STOP")
    tiny.run(1000)
    assert position(tiny) == 110


def test_several_axes_of_one_seat_move_together(demo: Bench) -> None:
    demo.repeat(3000, "SEAT_CMD", SeatIndex=0, ForeAftFLReq=140, ReclineFLReq=25, HeatFLReq=2)
    assert (position(demo, f"{SEAT}.Position"), position(demo, f"{SEAT}.Backrest.Recline")) == (140, 25)
    assert demo.car.get_state(RECALL) is None


def test_a_recall_drives_all_axes_and_is_reported_when_they_stand_there(demo: Bench) -> None:
    assert demo.car.get_state(RECALL) == "SLOT1"
    told = demo.repeat(4000, "SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
    slots = [t.signals["MemoryFL"] for t in of(told, "SEAT_MEMORY_STATUS")]
    assert slots[0] == "SLOT1" and slots[-1] == "SLOT2" and set(slots) == {"SLOT1", "SNA", "SLOT2"}
    axes = ("Position", "Height", "Backrest.Recline", "Seating.Length", "Backrest.LumbarSupport")
    assert [position(demo, f"{SEAT}.{axis}") for axis in axes] == [170, 30, 25, 35, 40]


@pytest.mark.parametrize("code", ["STOP", "NO_REQUEST"])
def test_stop_and_no_request_of_a_recall_halt_all_its_axes(demo: Bench, code: str) -> None:
    demo.repeat(600, "SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
    demo.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq=code)
    demo.run(30)
    stood = [position(demo, f"{SEAT}.{axis}") for axis in ("Position", "Height", "Seating.Length")]
    demo.run(2000)
    assert stood == [position(demo, f"{SEAT}.{axis}") for axis in ("Position", "Height", "Seating.Length")]
    assert demo.car.get_state(RECALL) is None


def test_a_recall_halts_in_silence(demo: Bench) -> None:
    demo.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
    demo.run(5000)
    assert position(demo) == 130  # 500 ms of 20 mm/s


def test_an_axis_command_that_echoes_an_old_place_does_not_disturb_a_recall_but_stop_does(
    demo: Bench,
) -> None:
    for _ in range(19):
        demo.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
        demo.send("SEAT_CMD", SeatIndex=0, ForeAftFLReq=120, HeatFLReq=1)
        demo.run(100)
    assert position(demo) == 155
    demo.send("SEAT_CMD", SeatIndex=0, ForeAftFLReq="STOP")
    demo.run(400)
    assert position(demo) == 155


def test_a_recall_is_refused_when_one_of_its_axes_is(demo: Bench) -> None:
    demo.car.set_state("Vehicle.Speed", 21)
    demo.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
    assert of(demo.run(100), "SEAT_MEMORY_STATUS")[-1].signals["CmdResult"] == "REFUSED"
    demo.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT1")
    assert of(demo.run(100), "SEAT_MEMORY_STATUS")[-1].signals["CmdResult"] == "ACCEPTED"


def test_a_recall_set_from_outside_puts_the_seat_there(demo: Bench) -> None:
    demo.car.set_state(RECALL, "SLOT3")
    assert position(demo) == 60 and demo.car.get_state(RECALL) == "SLOT3"
    demo.car.set_state(f"{SEAT}.Height", 55)
    assert demo.car.get_state(RECALL) is None


def test_no_request_for_an_axis_does_not_end_a_recall_that_drives_it(demo: Bench) -> None:
    demo.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
    demo.run(100)
    demo.send("SEAT_CMD", SeatIndex=0, ForeAftFLReq="NO_REQUEST")
    demo.run(400)
    assert position(demo) == 125


def test_a_recall_set_from_outside_ends_the_motion_of_its_axes(demo: Bench) -> None:
    demo.send("SEAT_CMD", SeatIndex=0, ForeAftFLReq=200)
    demo.run(100)
    demo.car.set_state(RECALL, "SLOT3")
    demo.run(500)
    assert position(demo) == 60


def test_an_axis_that_is_seldom_looked_at_is_as_fast_and_arrives_exactly() -> None:
    seen: list[tuple[int, int]] = []
    axis = Axis("A", Motor(micro_steps_per_ms=20_000, low=0, high=100, hop=10))
    position = 0
    at_ms = axis.drive(position, 24, "A", now_ms=0, until_ms=10_000)
    while at_ms is not None:
        now_ms = at_ms
        position, at_ms = axis.step(position, now_ms)
        seen.append((now_ms, position))
    assert seen == [(500, 10), (1000, 20), (1200, 24)]
