"""What leaves the simulated vehicle, and when."""

from decimal import Decimal

import pytest

from intent_bridge.profile import Profile
from intent_bridge.sim import Plan, SimulatedVehicle

from .conftest import Bench, Copy, crc_is_right, of

SPEED = "Vehicle.Speed"
SOC = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"


@pytest.mark.parametrize("start_ms", [0, 86_400_000])
def test_the_first_advance_publishes_every_page_once_at_that_moment(
    tiny_car: Profile, tiny_plan: Plan, start_ms: int
) -> None:
    bench = Bench(tiny_car, SimulatedVehicle(tiny_car, tiny_plan))
    told = bench.run(start_ms)
    assert [(t.at_ms, t.message) for t in told] == [
        (start_ms, "CLIMATE_STATUS"),
        (start_ms, "SEAT_STATUS"),
        (start_ms, "SEAT_STATUS"),
        (start_ms, "ADAS_STATUS"),
        (start_ms, "VEHICLE_STATE"),
    ]
    assert [t.signals["SeatIndex"] for t in of(told, "SEAT_STATUS")] == ["FRONT_LEFT", "FRONT_RIGHT"]
    assert told[0].signals["CmdResult"] == "NONE" and told[0].signals["DriverTemp"] == 21.0
    assert bench.run(0) == []


def test_a_status_comes_in_its_cycle_and_pages_share_one(tiny: Bench) -> None:
    told = tiny.run(1000)
    assert [t.at_ms for t in of(told, "VEHICLE_STATE")] == list(range(50, 1001, 50))
    assert [t.at_ms for t in of(told, "ADAS_STATUS")] == list(range(200, 1001, 200))
    pages = [(t.at_ms, t.signals["SeatIndex"]) for t in of(told, "SEAT_STATUS")]
    assert pages[:4] == [(50, "FRONT_LEFT"), (100, "FRONT_RIGHT"), (150, "FRONT_LEFT"), (200, "FRONT_RIGHT")]
    assert [t.at_ms for t in told] == sorted(t.at_ms for t in told)


def test_every_frame_of_a_drive_has_a_right_crc_and_the_next_counter(demo: Bench) -> None:
    last: dict[str, int] = {}
    for second in range(5):
        demo.car.set_state(SPEED, 10 * second)
        demo.send("SEAT_CMD", SeatIndex=second % 4, HeatFLReq=1)
        for told in demo.run(1000):
            info = demo.profile.messages[told.message]
            if info.spec.e2e is None:
                continue
            modulus = 16 if info.spec.e2e.profile == "P02" else 256
            alive = told.signals["Alive"]
            assert isinstance(alive, int) and crc_is_right(info, told.raw.data)
            assert alive == (last[told.message] + 1) % modulus if told.message in last else True
            last[told.message] = alive
    assert len(last) == 20


def test_frames_carry_the_format_of_their_bus(demo: Bench) -> None:
    told = demo.run(1000)
    assert all(t.raw.fd == (t.raw.bus == "adas") and not t.raw.extended for t in told)


def test_a_change_is_published_at_once_and_only_where_it_shows(tiny: Bench) -> None:
    tiny.run(10)
    assert tiny.car.next_ms(10) == 50
    tiny.car.set_state(SPEED, 88.5)
    assert tiny.car.next_ms(10) == 10
    (told,) = tiny.run(0)
    assert (told.at_ms, told.message, told.signals["Speed"]) == (10, "VEHICLE_STATE", 88.5)
    tiny.car.set_state(SPEED, 88.5)
    assert tiny.run(0) == []


def test_the_same_calls_give_the_same_frames(sedan: Profile, sedan_plan: Plan) -> None:
    drives = []
    for _ in range(2):
        bench = Bench(sedan, SimulatedVehicle(sedan, sedan_plan))
        bench.run(0)
        bench.car.set_state("Vehicle.Exterior.AirTemperature", -10)
        told = bench.repeat(3000, "WINDOW_CMD", WindowFLReq=70, WindowRRReq=10)
        drives.append([(t.at_ms, t.raw) for t in told])
    assert drives[0] == drives[1]


def test_long_steps_of_time_give_the_same_frames_as_short_ones(sedan: Profile, sedan_plan: Plan) -> None:
    drives = []
    for step_ms in (1, 7, 2000):
        bench = Bench(sedan, SimulatedVehicle(sedan, sedan_plan))
        bench.run(0)
        bench.send("SEAT_MEMORY_CMD", SeatIndex=0, MemoryFLReq="SLOT2")
        told = []
        while bench.now_ms < 2000:
            told += bench.run(min(step_ms, 2000 - bench.now_ms))
        drives.append([(t.at_ms, t.raw) for t in told])
    assert drives[0] == drives[1] == drives[2]


def test_next_ms_is_the_next_time_a_frame_leaves(tiny: Bench) -> None:
    for _ in range(50):
        due_ms = tiny.car.next_ms(tiny.now_ms)
        assert tiny.run(due_ms - tiny.now_ms - 1) == []
        tiny.run(1)


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (SPEED, 100, Decimal("100.0")),
        (SPEED, 12.34, Decimal("12.3")),
        (SPEED, 12.35, Decimal("12.4")),
        (SPEED, Decimal("300"), Decimal("300.0")),
        ("Vehicle.Exterior.AirTemperature", -50, Decimal("-50")),
        ("Vehicle.Powertrain.Transmission.SelectedGear", -1, -1),
        ("Vehicle.Powertrain.Transmission.SelectedGear", "D", 127),
        ("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", True, True),
        ("Vehicle.Cabin.Seat.Row1.DriverSide.Position", 250, Decimal("250")),
        ("Vehicle.ADAS.LaneKeepAssist.Mode", "WARN", "WARN"),
    ],
)
def test_a_state_is_set_and_read_in_vss_terms(tiny: Bench, path: str, value: object, shown: object) -> None:
    tiny.car.set_state(path, value)  # type: ignore[arg-type]
    assert tiny.car.get_state(path) == shown
    assert type(tiny.car.get_state(path)) is type(shown)
    assert tiny.run(0)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("Vehicle.Sped", 1, "no path `Vehicle.Sped` in this vehicle, did you mean `Vehicle.Speed`?"),
        (SPEED, 300.1, "Vehicle.Speed: 300.1 is out of range, give 0 to 300 km/h"),
        (SPEED, -0.1, "Vehicle.Speed: -0.1 is out of range"),
        (SPEED, float("nan"), "Vehicle.Speed: nan is out of range"),
        (SPEED, float("inf"), "Vehicle.Speed: inf is out of range"),
        (SPEED, True, "Vehicle.Speed: True is not a number"),
        (SPEED, "fast", "Vehicle.Speed: 'fast' is not a number"),
        ("Vehicle.Powertrain.Transmission.SelectedGear", 5, "give one of 126, -1, 0, 127"),
        ("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", 1, "give true or false"),
    ],
)
def test_a_wrong_state_is_refused_with_its_mend_and_changes_nothing(
    tiny: Bench, path: str, value: object, says: str
) -> None:
    with pytest.raises(ValueError) as caught:
        tiny.car.set_state(path, value)  # type: ignore[arg-type]
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert tiny.run(0) == []


def test_reading_an_unknown_path_says_so(tiny: Bench) -> None:
    with pytest.raises(ValueError, match=r"no path `Vehicle\.Sped`"):
        tiny.car.get_state("Vehicle.Sped")


def test_null_makes_a_signal_that_shares_its_frame_say_not_available_at_once(tiny: Bench) -> None:
    tiny.car.set_state(SPEED, 50)
    tiny.run(0)
    tiny.car.set_state(SPEED, None)
    (told,) = tiny.run(0)
    assert told.signals["Speed"] == "SNA" and told.signals["Gear"] == "P"
    assert tiny.car.get_state(SPEED) is None
    tiny.car.set_state(SPEED, 50)
    (told,) = tiny.run(0)
    assert told.signals["Speed"] == 50.0


def test_null_stops_a_frame_that_carries_nothing_else_until_a_value_comes(demo: Bench) -> None:
    demo.car.set_state(SOC, None)
    assert of(demo.run(3000), "BATTERY_STATE") == []
    demo.car.set_state(SOC, 55)
    (told,) = demo.run(0)
    assert told.signals["StateOfCharge"] == 55.0
    assert len(of(demo.run(3000), "BATTERY_STATE")) == 3


def test_null_never_stops_a_frame_that_also_answers_commands(demo: Bench) -> None:
    demo.car.set_state("Vehicle.Body.Trunk.Rear.Position", None)
    told = of(demo.run(100), "TRUNK_STATUS")
    assert [t.signals["Trunk"] for t in told] == ["SNA", "SNA"]


def test_a_path_that_starts_with_null_is_published_as_not_available(copy: Copy) -> None:
    copy.replace("Vehicle.Exterior.AirTemperature: 15", "Vehicle.Exterior.AirTemperature: null")
    bench = copy.bench()
    (told,) = of(bench.run(0), "VEHICLE_STATE")
    assert (
        told.signals["OutsideTemp"] == "SNA"
        and bench.car.get_state("Vehicle.Exterior.AirTemperature") is None
    )


def test_wheel_speeds_follow_the_speed_until_one_is_set(demo: Bench) -> None:
    left = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Speed"
    demo.car.set_state(SPEED, 80)
    assert [t.message for t in demo.run(0)] == ["VEHICLE_MOTION", "WHEEL_SPEEDS", "POWERTRAIN_STATE"]
    demo.car.set_state(left, 20)
    demo.car.set_state(SPEED, 90)
    (told,) = of(demo.run(0), "WHEEL_SPEEDS")
    assert [told.signals[f"WheelSpeed{w}"] for w in ("FL", "FR", "RL", "RR")] == [20.0, 90.0, 90.0, 90.0]


def test_gear_and_parking_brake_fit_the_speed_until_they_are_set(demo: Bench) -> None:
    gear, brake = "Vehicle.Powertrain.Transmission.SelectedGear", "Vehicle.Chassis.ParkingBrake.IsEngaged"
    assert (demo.car.get_state(gear), demo.car.get_state(brake)) == (126, True)
    demo.car.set_state(SPEED, 50)
    assert (demo.car.get_state(gear), demo.car.get_state(brake)) == (127, False)
    demo.car.set_state(gear, -1)
    demo.car.set_state(SPEED, 0)
    assert (demo.car.get_state(gear), demo.car.get_state(brake)) == (-1, True)


def test_hiding_the_speed_does_not_change_what_is_true_of_the_wheels(demo: Bench) -> None:
    demo.car.set_state(SPEED, 50)
    demo.car.set_state(SPEED, None)
    assert demo.car.get_state("Vehicle.Chassis.Axle.Row2.Wheel.Right.Speed") == 50
