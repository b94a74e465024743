"""Received frames: what is sound becomes a sample, what is not says why."""

from functools import cache

import e2e.p02
import e2e.p05
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec import Reading, Receiver
from intent_bridge.profile import MessageInfo
from intent_bridge.types import Quality, RawFrame, Sample
from tests.unit.codec.support import (
    AIR_CON,
    AIRFLOW,
    CLIMATE,
    FAN,
    LANE_KEEP,
    LANE_KEEP_MODE,
    OTHER_SEAT,
    SEAT,
    SEAT_HEATING,
    SEATS,
    SPEED,
    TEMPERATURE,
    status,
    tiny_car,
    with_bit,
)


def read(receiver: Receiver, raw: RawFrame, now_ms: int = 0) -> Reading:
    reading = receiver.read(raw, now_ms)
    assert reading is not None
    return reading


def test_a_sound_frame_gives_every_path_its_value_and_the_answer_to_a_command() -> None:
    reading = read(Receiver(tiny_car()), status("CLIMATE_STATUS", 0, CLIMATE), 123)
    assert reading == Reading(
        "CLIMATE_STATUS",
        {
            "Vehicle.Cabin.HVAC.AmbientAirTemperature": Sample(200, 123, Quality.OK),
            TEMPERATURE: Sample(43, 123, Quality.OK),
            FAN: Sample(4, 123, Quality.OK),
            AIRFLOW: Sample("FACE", 123, Quality.OK),
            AIR_CON: Sample(True, 123, Quality.OK),
        },
        "ACCEPTED",
        7,
    )


def test_big_endian_and_signed_signals_arrive_whole() -> None:
    values: dict[str, int | float | str] = {
        "Speed": 100.5,
        "OutsideTemp": -12,
        "Gear": "D",
        "DoorOpen": "OPEN",
    }
    samples = read(Receiver(tiny_car()), status("VEHICLE_STATE", 0, values)).samples
    assert samples[SPEED].value == 1005
    assert samples["Vehicle.Exterior.AirTemperature"].value == -12
    assert samples["Vehicle.Powertrain.Transmission.SelectedGear"].value == "D"
    assert samples["Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"].value is True


def test_only_the_page_of_the_frame_is_reported() -> None:
    samples = read(Receiver(tiny_car()), status("SEAT_STATUS", 0, SEATS)).samples
    assert samples == {SEAT: Sample(20, 0, Quality.OK), SEAT_HEATING: Sample(2, 0, Quality.OK)}


def test_an_unknown_page_reports_nothing_of_any_page() -> None:
    receiver = Receiver(tiny_car())
    raw = status("SEAT_STATUS", 0, SEATS)
    data = bytearray(with_bit(raw, 1, 0x90).data)
    e2e.p02.e2e_p02_protect(data, bytes(range(61, 77)), increment_counter=False)
    assert read(receiver, raw._replace(data=bytes(data))).samples == {}


def test_not_available_and_out_of_range_say_so() -> None:
    samples = read(
        Receiver(tiny_car()),
        status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": "SNA", "DriverTemp": 40, "AirCon": 2, "Airflow": 9}),
    ).samples
    assert samples[FAN] == Sample(None, 0, Quality.NOT_AVAILABLE)
    for path in (TEMPERATURE, AIR_CON, AIRFLOW):
        assert samples[path] == Sample(None, 0, Quality.OUT_OF_RANGE)


def test_a_fd_frame_with_profile_5_is_read() -> None:
    values: dict[str, int | float | str] = {
        "CmdAlive": 255,
        "CmdResult": "REFUSED",
        "LaneKeep": "OFF",
        "LaneKeepMode": "STEER",
    }
    reading = read(Receiver(tiny_car()), status("ADAS_STATUS", 200, values))
    assert (reading.result, reading.result_counter) == ("REFUSED", 255)
    assert reading.samples[LANE_KEEP] == Sample(False, 0, Quality.OK)
    assert reading.samples[LANE_KEEP_MODE] == Sample("STEER", 0, Quality.OK)


def test_a_wrong_checksum_spoils_every_page_and_the_answer() -> None:
    receiver = Receiver(tiny_car())
    reading = read(receiver, with_bit(status("SEAT_STATUS", 0, SEATS), 3, 1), 5)
    assert reading.samples.keys() == {p for p in tiny_car().sensors if ".Seat." in p}
    assert set(reading.samples.values()) == {Sample(None, 5, Quality.E2E_ERROR)}
    assert OTHER_SEAT in reading.samples
    assert (reading.result, reading.result_counter) == (None, None)


def test_a_counter_that_stands_still_is_frozen() -> None:
    receiver = Receiver(tiny_car())
    read(receiver, status("CLIMATE_STATUS", 3, CLIMATE))
    reading = read(receiver, status("CLIMATE_STATUS", 3, CLIMATE), 9)
    assert set(reading.samples.values()) == {Sample(None, 9, Quality.FROZEN)}
    assert reading.result is None
    assert read(receiver, status("CLIMATE_STATUS", 4, CLIMATE)).samples[FAN].quality is Quality.OK


def test_too_many_lost_frames_are_refused_once() -> None:
    receiver = Receiver(tiny_car())
    counters = [14, 1, 5, 6]  # two lost, then three: max_delta_counter is 3
    qualities = [read(receiver, status("CLIMATE_STATUS", c, CLIMATE)).samples[FAN].quality for c in counters]
    assert qualities == [Quality.OK, Quality.OK, Quality.E2E_ERROR, Quality.OK]


def test_a_frame_with_a_wrong_checksum_does_not_move_the_sequence() -> None:
    receiver = Receiver(tiny_car())
    read(receiver, status("CLIMATE_STATUS", 0, CLIMATE))
    read(receiver, with_bit(status("CLIMATE_STATUS", 9, CLIMATE), 7, 1))
    assert read(receiver, status("CLIMATE_STATUS", 1, CLIMATE)).samples[FAN].quality is Quality.OK


@pytest.mark.parametrize(
    "change",
    [
        {"bus": "chassis"},
        {"can_id": 273},
        {"extended": True},
        {"fd": True},
        {"data": bytes(7)},
        {"data": bytes(9)},
    ],
)
def test_a_frame_of_another_bus_id_format_or_length_is_no_message_of_ours(change: dict[str, object]) -> None:
    raw = status("CLIMATE_STATUS", 0, CLIMATE)._replace(**change)  # type: ignore[arg-type]
    assert Receiver(tiny_car()).read(raw, 0) is None


@cache
def spammed() -> Receiver:
    """One receiver for all examples, made when the first one runs."""
    return Receiver(tiny_car())


@given(
    st.sampled_from([m.can_id for m in tiny_car().messages.values()]), st.booleans(), st.binary(max_size=64)
)
def test_no_bytes_whatever_make_the_receiver_raise(can_id: int, fd: bool, data: bytes) -> None:
    spammed().read(RawFrame("body", can_id, False, fd, data), 0)


@given(st.sampled_from(list(tiny_car().messages.values())), st.data())
def test_no_bytes_of_the_right_length_make_the_receiver_lie(info: MessageInfo, data: st.DataObject) -> None:
    payload = data.draw(st.binary(min_size=info.length, max_size=info.length))
    spec = info.spec.e2e
    assert spec is not None
    frame = bytearray(payload)
    if spec.profile == "P02":
        e2e.p02.e2e_p02_protect(frame, bytes(spec.data_ids), increment_counter=False)
    else:
        e2e.p05.e2e_p05_protect(frame, spec.data_ids[0], increment_counter=False)
    reading = Receiver(tiny_car()).read(RawFrame("body", info.can_id, False, info.fd, bytes(frame)), 0)
    assert reading is not None
    for path, sample in reading.samples.items():
        assert (sample.value is None) == (sample.quality is not Quality.OK)
        if sample.value is not None:
            binding = tiny_car().sensors[path].binding
            assert binding.from_raw(binding.to_raw(sample.value)) == sample.value


def test_a_content_said_again_carries_its_own_time_and_a_changed_one_its_own_values() -> None:
    receiver = Receiver(tiny_car())
    first = read(receiver, status("CLIMATE_STATUS", 0, CLIMATE), 100)
    again = read(receiver, status("CLIMATE_STATUS", 1, CLIMATE), 200)
    assert {sample.received_ms for sample in again.samples.values()} == {200}
    assert {p: s.value for p, s in again.samples.items()} == {p: s.value for p, s in first.samples.items()}
    broken = with_bit(status("CLIMATE_STATUS", 2, CLIMATE), 3, 1)
    assert {sample.quality for sample in read(receiver, broken, 300).samples.values()} == {Quality.E2E_ERROR}


def test_a_counter_that_stands_still_spoils_only_the_page_that_came() -> None:
    receiver = Receiver(tiny_car())
    read(receiver, status("SEAT_STATUS", 3, SEATS))
    samples = read(receiver, status("SEAT_STATUS", 3, SEATS), 9).samples
    assert samples.keys() == {SEAT, SEAT_HEATING}
    assert set(samples.values()) == {Sample(None, 9, Quality.FROZEN)}


def test_a_frame_that_differs_in_counter_checksum_and_answer_alone_is_not_read_anew() -> None:
    receiver = Receiver(tiny_car())
    said = next(one.said for one in receiver._inbound.values() if one.info.name == "CLIMATE_STATUS")
    known = len(said)
    for counter in range(4):
        answered = {"CmdAlive": counter, "CmdResult": "ACCEPTED" if counter % 2 else "NONE"}
        read(receiver, status("CLIMATE_STATUS", counter, CLIMATE | answered | {"CabinTemp": 31.7}))
    assert len(said) == known + 1
    read(receiver, status("CLIMATE_STATUS", 4, CLIMATE | {"CabinTemp": 31.8}))
    assert len(said) == known + 2
