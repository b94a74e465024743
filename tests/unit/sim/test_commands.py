"""What simulated ECUs make of commands: hear, refuse, obey, answer."""

from collections.abc import Callable

import pytest

from intent_bridge.sim import SimulatedVehicle

from .conftest import Bench, Copy, crc_is_right, of, protected

SPEED = "Vehicle.Speed"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
LANE_KEEP = "Vehicle.ADAS.LaneKeepAssist.IsEnabled"
HEATING = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingLevel"


def answer(bench: Bench, message: str = "CLIMATE_STATUS", ms: int = 60) -> tuple[object, object]:
    told = of(bench.run(ms), message)[-1]
    return told.signals["CmdResult"], told.signals["CmdAlive"]


def test_a_command_takes_effect_and_is_answered_after_the_latency(tiny: Bench) -> None:
    tiny.run(7)
    tiny.send("CLIMATE_CMD", DriverTemp=25.5, Fan=80, AirCon="ON", Airflow="DEFROST")
    assert tiny.run(19) == []
    (told,) = tiny.run(1)
    assert told.at_ms == 27
    assert told.signals["CmdResult"] == "ACCEPTED" and told.signals["CmdAlive"] == 0
    shown = [told.signals[s] for s in ("DriverTemp", "Fan", "AirCon", "Airflow")]
    assert shown == [25.5, 80, "ON", "DEFROST"]
    assert tiny.car.get_state(TEMPERATURE) == 25.5


def test_a_signal_without_request_keeps_its_value(tiny: Bench) -> None:
    tiny.send("CLIMATE_CMD", Fan=80)
    assert answer(tiny) == ("ACCEPTED", 0)
    assert tiny.car.get_state(TEMPERATURE) == 21


def test_only_the_page_of_the_command_is_answered_at_once(tiny: Bench) -> None:
    tiny.send("SEAT_CMD", SeatIndex=1, Heating1=3)
    (told,) = tiny.run(10)
    assert told.signals["SeatIndex"] == "FRONT_RIGHT" and told.signals["Heating1"] == 3
    assert told.signals["CmdResult"] == "ACCEPTED"


def test_an_unprotected_command_without_answer_is_obeyed(demo: Bench) -> None:
    demo.send("AMBIENCE_CMD", FragranceReq=2)
    told = of(demo.run(60), "AMBIENCE_STATUS")
    assert [t.at_ms for t in told] == [60] and told[0].signals["Fragrance"] == 2


def test_a_command_with_a_wrong_crc_is_not_seen(tiny: Bench) -> None:
    raw = tiny.frame("CLIMATE_CMD", DriverTemp=25.5)
    for byte in range(len(raw.data)):
        spoilt = bytearray(raw.data)
        spoilt[byte] ^= 0x10
        tiny.car.receive(raw._replace(data=bytes(spoilt)), tiny.now_ms)
    assert tiny.run(49) == [] and tiny.car.get_state(TEMPERATURE) == 21


@pytest.mark.parametrize(("step", "heard"), [(0, False), (1, True), (3, True), (4, False), (15, False)])
def test_a_counter_that_stands_or_leaps_is_not_heard(tiny: Bench, step: int, heard: bool) -> None:
    tiny.send("CLIMATE_CMD", Alive=9)
    tiny.run(20)
    tiny.send("CLIMATE_CMD", Alive=(9 + step) % 16, DriverTemp=25.5)
    tiny.run(20)
    assert tiny.car.get_state(TEMPERATURE) == (25.5 if heard else 21)


def test_after_a_leap_the_next_counter_is_heard(tiny: Bench) -> None:
    for counter in (9, 15, 0):
        tiny.send("CLIMATE_CMD", Alive=counter, DriverTemp=25.5)
    tiny.run(20)
    assert tiny.car.get_state(TEMPERATURE) == 25.5


def test_a_repeated_counter_is_heard_only_after_the_time_that_data_gives(demo: Bench) -> None:
    demo.send("CLIMATE_CMD", Alive=3)
    demo.run(5000)
    demo.send("CLIMATE_CMD", Alive=3, TempFLReq=25)
    demo.run(100)
    assert demo.car.get_state(TEMPERATURE) == 21
    demo.run(5001)
    demo.send("CLIMATE_CMD", Alive=3, TempFLReq=25)
    demo.run(100)
    assert demo.car.get_state(TEMPERATURE) == 25


def test_frames_of_another_length_format_id_or_bus_are_not_seen(tiny: Bench) -> None:
    raw = tiny.frame("CLIMATE_CMD", DriverTemp=25.5)
    for other in (
        raw._replace(data=raw.data + b"\0"),
        raw._replace(data=raw.data[:-1]),
        raw._replace(fd=True),
        raw._replace(extended=True),
        raw._replace(bus="comfort"),
        raw._replace(can_id=0x7FF),
    ):
        tiny.car.receive(other, tiny.now_ms)
    assert tiny.run(49) == [] and tiny.car.get_state(TEMPERATURE) == 21


def test_a_page_that_does_not_exist_is_not_seen(tiny: Bench) -> None:
    raw = tiny.frame("SEAT_CMD", SeatIndex=0, Heating0=3)
    info = tiny.profile.messages["SEAT_CMD"]
    data = bytearray(raw.data)
    data[1] |= 0x70
    tiny.car.receive(raw._replace(data=protected(info, bytes(data))), tiny.now_ms)
    assert tiny.run(49) == []


@pytest.mark.parametrize(("signal", "value"), [("DriverTemp", 15.0), ("DriverTemp", 31.0), ("Fan", 35)])
def test_an_ecu_refuses_what_is_out_of_range_or_between_steps(tiny: Bench, signal: str, value: float) -> None:
    tiny.send("CLIMATE_CMD", **{signal: value})
    assert answer(tiny) == ("REFUSED", 0)
    assert tiny.car.get_state(TEMPERATURE) == 21


@pytest.mark.parametrize("name", ["Airflow", "AirCon"])
def test_an_ecu_refuses_a_raw_value_without_meaning(tiny: Bench, name: str) -> None:
    tiny.send("CLIMATE_CMD", **{name: 2 if name == "AirCon" else 9})
    assert answer(tiny) == ("REFUSED", 0)


def test_one_refused_request_refuses_the_whole_frame(tiny: Bench) -> None:
    tiny.send("CLIMATE_CMD", DriverTemp=25.5, Fan=35)
    assert answer(tiny) == ("REFUSED", 0)
    assert tiny.car.get_state(TEMPERATURE) == 21


def test_a_limit_refuses_while_its_condition_holds(tiny: Bench) -> None:
    tiny.car.set_state(SPEED, 0.1)
    tiny.send("ADAS_CMD", LaneKeep="OFF")
    assert answer(tiny, "ADAS_STATUS") == ("REFUSED", 0)
    assert tiny.car.get_state(LANE_KEEP) is True
    tiny.car.set_state(SPEED, 0)
    tiny.send("ADAS_CMD", LaneKeep="OFF")
    assert answer(tiny, "ADAS_STATUS") == ("ACCEPTED", 1)
    assert tiny.car.get_state(LANE_KEEP) is False


def test_a_limit_is_about_changes_only(tiny: Bench) -> None:
    tiny.car.set_state(LANE_KEEP, False)
    tiny.car.set_state(SPEED, 50)
    tiny.send("ADAS_CMD", LaneKeep="OFF", LaneKeepMode="WARN")
    assert answer(tiny, "ADAS_STATUS") == ("ACCEPTED", 0)
    assert tiny.car.get_state("Vehicle.ADAS.LaneKeepAssist.Mode") == "WARN"


def test_an_ecu_that_does_not_know_expects_the_worst(tiny: Bench) -> None:
    tiny.car.set_state(SPEED, None)
    tiny.send("ADAS_CMD", LaneKeep="OFF")
    assert answer(tiny, "ADAS_STATUS") == ("REFUSED", 0)


def test_a_limit_can_answer_not_available(tiny: Bench) -> None:
    tiny.car.set_state("Vehicle.Powertrain.Transmission.SelectedGear", "R")
    tiny.send("ADAS_CMD", LaneKeepMode="WARN")
    assert answer(tiny, "ADAS_STATUS") == ("NOT_AVAILABLE", 0)


SEDAN_LIMITS = [
    ("ASSIST", {"AebOnReq": "OFF"}, {SPEED: 1}, {SPEED: 0}),
    ("CRUISE", {"CruiseSpeedReq": 45}, {}, None),
    ("CRUISE", {"CruiseSpeedReq": 50}, None, {}),
    (
        "DRIVE_MODE",
        {"DriveModeReq": "SPORT"},
        {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 9},
        {},
    ),
    ("WINDOW", {"WindowFLReq": 50}, {SPEED: 161}, {SPEED: 160}),
    ("ROOF", {"SunroofReq": 50}, {SPEED: 141}, {SPEED: 140}),
    ("TRUNK", {"TrunkReq": 100}, {SPEED: 4}, {SPEED: 3}),
]


@pytest.mark.parametrize(("name", "signals", "refused_in", "accepted_in"), SEDAN_LIMITS)
def test_the_ecus_of_the_demo_sedan_keep_their_own_limits(
    demo: Bench,
    name: str,
    signals: dict[str, float | str],
    refused_in: dict[str, float] | None,
    accepted_in: dict[str, float] | None,
) -> None:
    for state, result in ((refused_in, "REFUSED"), (accepted_in, "ACCEPTED")):
        if state is not None:
            for path, value in state.items():
                demo.car.set_state(path, value)
            for path in {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"} - state.keys():
                demo.car.set_state(path, 72)
            demo.send(f"{name}_CMD", **signals)
            assert answer(demo, f"{name}_STATUS")[0] == result


def test_a_window_may_close_at_a_speed_at_which_it_may_not_open(demo: Bench) -> None:
    demo.car.set_state("Vehicle.Cabin.Door.Row1.DriverSide.Window.Position", 50)
    demo.car.set_state(SPEED, 200)
    demo.send("WINDOW_CMD", WindowFLReq=0)
    assert answer(demo, "WINDOW_STATUS")[0] == "ACCEPTED"


def test_the_fan_delivers_what_the_blower_can_and_recovers_with_it(demo: Bench) -> None:
    fan, blower = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed", "Vehicle.Cabin.HVAC.BlowerCapability"
    demo.car.set_state(blower, 50)
    demo.send("CLIMATE_CMD", FanFLReq=80)
    demo.run(40)
    assert demo.car.get_state(fan) == 50
    demo.car.set_state(blower, 30)
    assert demo.car.get_state(fan) == 30
    demo.car.set_state(blower, 100)
    assert demo.car.get_state(fan) == 80
    assert demo.run(0)[-1].signals["FanFL"] == 80


def test_a_fan_set_from_outside_is_what_it_recovers_to(demo: Bench) -> None:
    fan, blower = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed", "Vehicle.Cabin.HVAC.BlowerCapability"
    demo.car.set_state(fan, 60)
    for capability, delivered in ((30, 30), (100, 60)):
        demo.car.set_state(blower, capability)
        assert demo.car.get_state(fan) == delivered


def test_values_derived_by_cases_follow_their_inputs(demo: Bench) -> None:
    demo.car.set_state("Vehicle.Powertrain.TractionBattery.StateOfCharge.Current", 4)
    assert demo.car.get_state("Vehicle.Cabin.HVAC.BlowerCapability") == 40
    demo.car.set_state("Vehicle.Exterior.Humidity", 90)
    assert demo.car.get_state("Vehicle.Cabin.HVAC.FogRisk") is False
    demo.car.set_state("Vehicle.Exterior.AirTemperature", 7.5)
    assert demo.car.get_state("Vehicle.Cabin.HVAC.FogRisk") is True


def test_a_slow_ecu_answers_late_and_in_order(tiny: Bench) -> None:
    tiny.car.delay("climate", 300)
    tiny.send("CLIMATE_CMD", DriverTemp=25.5)
    tiny.car.delay("climate", 0)
    tiny.send("CLIMATE_CMD", DriverTemp=18)
    answers = [t for t in of(tiny.run(400), "CLIMATE_STATUS") if t.signals["CmdResult"] == "ACCEPTED"]
    assert [(t.at_ms, t.signals["CmdAlive"], t.signals["DriverTemp"]) for t in answers] == [
        (320, 1, 18.0),
        (400, 1, 18.0),
    ]


def test_a_refusing_ecu_refuses_every_change_and_nothing_else(tiny: Bench) -> None:
    tiny.car.refuse_all("climate")
    tiny.send("CLIMATE_CMD", Fan=80)
    assert answer(tiny) == ("REFUSED", 0)
    tiny.send("CLIMATE_CMD", Fan=30)
    assert answer(tiny) == ("ACCEPTED", 1)
    tiny.car.refuse_all("climate", False)
    tiny.send("CLIMATE_CMD", Fan=80)
    assert answer(tiny) == ("ACCEPTED", 2)


def test_an_ecu_without_power_is_silent_and_deaf_and_begins_anew(tiny: Bench) -> None:
    tiny.send("SEAT_CMD", SeatIndex=0, Heating0=2, Position0=200)
    tiny.run(20)
    tiny.send("SEAT_CMD", SeatIndex=0, Heating0=3)
    tiny.car.power("seat", False)
    tiny.send("SEAT_CMD", SeatIndex=0, Heating0=1)
    assert of(tiny.run(980), "SEAT_STATUS") == []
    tiny.car.power("seat", True)
    first, second = tiny.run(0)
    assert (first.signals["Alive"], second.signals["Alive"]) == (0, 1)
    assert first.signals["CmdResult"] == "NONE" and first.signals["Heating0"] == 2
    assert first.signals["Position0"] == 100
    tiny.send("SEAT_CMD", Alive=7, SeatIndex=0, Heating0=1)
    tiny.run(10)
    assert tiny.car.get_state(HEATING) == 1


def test_a_muted_status_is_not_sent_until_it_is_unmuted(tiny: Bench) -> None:
    tiny.car.mute("VEHICLE_STATE")
    tiny.car.set_state(SPEED, 30)
    assert of(tiny.run(1000), "VEHICLE_STATE") == []
    tiny.car.unmute("VEHICLE_STATE")
    told = of(tiny.run(100), "VEHICLE_STATE")
    assert [(t.at_ms, t.signals["Alive"], t.signals["Speed"]) for t in told] == [
        (1050, 1, 30.0),
        (1100, 2, 30.0),
    ]


@pytest.mark.parametrize("message", ["VEHICLE_STATE", "ADAS_STATUS"])
def test_a_corrupt_crc_is_wrong_in_every_frame_until_it_is_healed(tiny: Bench, message: str) -> None:
    info = tiny.profile.messages[message]
    tiny.car.corrupt_crc(message)
    assert not any(crc_is_right(info, t.raw.data) for t in of(tiny.run(1000), message))
    tiny.car.corrupt_crc(message, False)
    assert all(crc_is_right(info, t.raw.data) for t in of(tiny.run(1000), message))


def test_a_frozen_counter_stands_still_under_a_right_crc(tiny: Bench) -> None:
    tiny.car.freeze_counter("VEHICLE_STATE")
    told = of(tiny.run(500), "VEHICLE_STATE")
    assert {t.signals["Alive"] for t in told} == {0} and len(told) == 10
    assert all(crc_is_right(tiny.profile.messages[t.message], t.raw.data) for t in told)
    tiny.car.freeze_counter("VEHICLE_STATE", False)
    assert [t.signals["Alive"] for t in of(tiny.run(100), "VEHICLE_STATE")] == [1, 2]


def test_a_lying_ecu_writes_the_raw_number_it_is_told(tiny: Bench) -> None:
    tiny.car.set_state(SPEED, 50)
    tiny.car.force_raw(SPEED, 40_000)
    (told,) = tiny.run(0)
    assert told.signals["Speed"] == 4000.0 and tiny.car.get_state(SPEED) == 50
    tiny.car.force_raw(SPEED, None)
    (told,) = tiny.run(0)
    assert told.signals["Speed"] == 50.0


PLANTED: list[tuple[Callable[[SimulatedVehicle], None], str]] = [
    (
        lambda car: car.mute("VEHICLE_MOTIONS"),
        "no ECU sends `VEHICLE_MOTIONS`, did you mean `VEHICLE_MOTION`?",
    ),
    (lambda car: car.mute("SEAT_CMD"), "no ECU sends `SEAT_CMD`"),
    (lambda car: car.delay("seat", 1), "no ECU `seat`, did you mean `seats`?"),
    (lambda car: car.delay("seats", -1), "a delay of -1 ms is in the past, give 0 or more"),
    (lambda car: car.force_raw(SPEED, 65_536), "raw 65536 does not fit, give 0 to 65535"),
    (lambda car: car.force_raw("Vehicle.Sped", 1), "no path `Vehicle.Sped`"),
    (lambda car: car.corrupt_crc("GNSS_POSITION"), "has no CRC and no counter, mute it instead"),
]


@pytest.mark.parametrize(("plant", "says"), PLANTED, ids=[p[1] for p in PLANTED])
def test_a_fault_of_a_thing_that_does_not_exist_is_refused_with_the_mend(
    demo: Bench, plant: Callable[[SimulatedVehicle], None], says: str
) -> None:
    with pytest.raises(ValueError) as caught:
        plant(demo.car)
    assert says in str(caught.value)


def test_a_limit_on_the_size_of_a_change_counts_both_directions(copy: Copy) -> None:
    copy.replace(
        "limits:\n",
        "limits:\n  - why: no leaps\n    paths: [Vehicle.Cabin.HVAC.Station.*.*.FanSpeed]\n"
        "    asks: {by_more_than: 20, below: 90}\n",
    )
    bench = copy.bench()
    bench.run(0)
    for fan, result in (
        (60, "REFUSED"),
        (50, "ACCEPTED"),
        (20, "REFUSED"),
        (30, "ACCEPTED"),
        (90, "ACCEPTED"),
    ):
        bench.send("CLIMATE_CMD", Fan=fan)
        assert answer(bench)[0] == result
