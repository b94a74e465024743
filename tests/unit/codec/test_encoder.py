"""Command frames: exactly the permitted values, and everybody else's setting left alone."""

import pickle

import pytest

from intent_bridge.codec import Encoder
from intent_bridge.codec.content import Content
from intent_bridge.errors import InvariantError
from intent_bridge.types import Quality, Sample
from tests.unit.codec.support import (
    AIR_CON,
    AIRFLOW,
    FAN,
    LANE_KEEP,
    LANE_KEEP_MODE,
    OTHER_SEAT,
    SEAT,
    SEAT_HEATING,
    SPEED,
    TEMPERATURE,
    foreign,
    live,
    permit,
    tiny_car,
)


def test_a_permitted_value_stands_on_the_wire_as_a_foreign_decoder_reads_it() -> None:
    (frame,) = Encoder(tiny_car()).encode(permit({TEMPERATURE: 45, AIR_CON: True}), {}, {})
    assert (frame.raw.bus, frame.raw.can_id, frame.raw.extended, frame.raw.fd) == ("body", 256, False, False)
    decoded = foreign(frame.raw)
    assert (decoded["DriverTemp"], decoded["AirCon"]) == (22.5, "ON")
    assert frame.signals == decoded


def test_siblings_keep_the_last_reported_value_however_old() -> None:
    state = live({FAN: 3, AIRFLOW: "FLOOR"})
    (frame,) = Encoder(tiny_car()).encode(permit({TEMPERATURE: 45}), state, {})
    assert frame.signals["Fan"] == 30
    assert frame.signals["Airflow"] == "FLOOR"
    assert frame.origins == {
        "CRC": "e2e", "Alive": "e2e", "DriverTemp": "permit",
        "Fan": "live", "Airflow": "live", "AirCon": "start",
    }  # fmt: skip


def test_a_running_command_outranks_what_its_ecu_last_reported() -> None:
    (frame,) = Encoder(tiny_car()).encode(permit({TEMPERATURE: 45}), live({FAN: 3}), {FAN: 7})
    assert frame.signals["Fan"] == 70
    assert frame.origins["Fan"] == "running"


def test_a_running_command_of_another_frame_is_not_spoken_of() -> None:
    (frame,) = Encoder(tiny_car()).encode(permit({TEMPERATURE: 45}), {}, {SEAT: 20, FAN: 7})
    assert (frame.message, frame.signals["Fan"]) == ("CLIMATE_CMD", 70)


def test_frames_that_did_not_leave_give_their_counters_back_in_order() -> None:
    encoder = Encoder(tiny_car())
    encoder.encode(permit({FAN: 1, SEAT: 10}), {}, {})
    frames = [f for _ in range(3) for f in encoder.encode(permit({FAN: 1, SEAT: 10}), {}, {})]
    encoder.take_back(frames)
    assert encoder.counters == {"CLIMATE_CMD": 1, "SEAT_CMD": 1, "ADAS_CMD": 0}


@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.OK])
def test_an_unsound_status_is_not_repeated_to_the_ecu(quality: Quality) -> None:
    state = {FAN: Sample(3, 0, quality)}
    (frame,) = Encoder(tiny_car()).encode(permit({TEMPERATURE: 45}), state, {})
    assert (frame.signals["Fan"], frame.origins["Fan"]) == ("SNA", "start")


def test_a_status_that_cannot_be_asked_for_falls_back_to_the_start_value() -> None:
    (frame,) = Encoder(tiny_car()).encode(permit({TEMPERATURE: 45}), live({AIRFLOW: "WINDSCREEN"}), {})
    assert frame.origins["Airflow"] == "start"


def test_an_axis_that_nobody_moves_is_asked_for_nothing() -> None:
    (frame,) = Encoder(tiny_car()).encode(permit({SEAT_HEATING: 2}), live({SEAT: 20}), {})
    assert (frame.signals["Position0"], frame.origins["Position0"]) == ("NO_REQUEST", "neutral")


def test_each_multiplexer_page_gets_its_own_frame_and_each_message_too() -> None:
    frames = Encoder(tiny_car()).encode(permit({SEAT: 10, OTHER_SEAT: 20, LANE_KEEP: False}), {}, {})
    assert [f.message for f in frames] == ["SEAT_CMD", "SEAT_CMD", "ADAS_CMD"]
    assert [f.signals.get("SeatIndex") for f in frames] == ["FRONT_LEFT", "FRONT_RIGHT", None]
    assert [f.signals["Alive"] for f in frames] == [0, 1, 0]
    assert frames[0].origins["SeatIndex"] == "mux"


def test_two_paths_of_one_page_share_a_frame() -> None:
    (frame,) = Encoder(tiny_car()).encode(permit({SEAT: 10, SEAT_HEATING: 1}), {}, {})
    assert (frame.signals["Position0"], frame.signals["Heating0"]) == (50, 1)


def test_the_alive_counter_runs_wraps_and_can_be_set_back_for_the_same_bytes() -> None:
    encoder = Encoder(tiny_car())
    assert encoder.counters == {"CLIMATE_CMD": 0, "SEAT_CMD": 0, "ADAS_CMD": 0}
    encoder.counters["CLIMATE_CMD"] = 15
    before = dict(encoder.counters)
    first, second = (encoder.encode(permit({FAN: 1}), {}, {})[0] for _ in range(2))
    assert (first.signals["Alive"], second.signals["Alive"]) == (15, 0)
    assert (first.counter, second.counter) == (15, 0)
    encoder.counters.update(before)
    assert encoder.encode(permit({FAN: 1}), {}, {})[0] == first


def test_a_stop_frame_stops_the_named_axes_and_leaves_the_rest_alone() -> None:
    encoder = Encoder(tiny_car())
    both = permit({SEAT: 10, SEAT_HEATING: 2})
    (frame,) = encoder.stop(both, [SEAT], live({SEAT_HEATING: 1}), {})
    assert (frame.signals["Position0"], frame.origins["Position0"]) == ("STOP", "stop")
    assert (frame.signals["Heating0"], frame.origins["Heating0"]) == (1, "live")
    assert encoder.stop(both, [], {}, {}) == ()


def test_only_a_motion_of_the_permit_can_be_stopped() -> None:
    encoder = Encoder(tiny_car())
    for path in (SEAT_HEATING, OTHER_SEAT):
        with pytest.raises(InvariantError, match="is no motion of this permit"):
            encoder.stop(permit({SEAT: 10, SEAT_HEATING: 2}), [path], {}, {})
    with pytest.raises(InvariantError, match=r"Vehicle\.Speed is no actuator of this vehicle"):
        encoder.stop(permit({SEAT: 10}), [SPEED], {}, {})


def test_a_repeat_may_leave_out_what_is_confirmed() -> None:
    encoder = Encoder(tiny_car())
    (frame,) = encoder.encode(permit({SEAT: 10, FAN: 1}), {}, {}, [FAN])
    assert (frame.message, frame.origins["Fan"]) == ("CLIMATE_CMD", "permit")


def test_neutral_frames_go_only_where_the_ecu_does_not_latch() -> None:
    encoder = Encoder(tiny_car())
    assert encoder.neutral(permit({FAN: 1, LANE_KEEP_MODE: "WARN"}), {}, {}) == ()
    (frame,) = encoder.neutral(permit({SEAT: 10, SEAT_HEATING: 2, FAN: 1}), live({SEAT_HEATING: 2}), {})
    assert (frame.message, frame.signals["Position0"], frame.signals["Heating0"]) == (
        "SEAT_CMD",
        "NO_REQUEST",
        2,
    )
    assert frame.origins["Position0"] == "neutral"


def test_an_axis_that_a_newer_command_took_over_is_not_neutralised() -> None:
    assert Encoder(tiny_car()).neutral(permit({SEAT: 10}), {}, {SEAT: 20}) == ()


def test_siblings_names_every_actuator_a_frame_speaks_of() -> None:
    encoder = Encoder(tiny_car())
    frames = encoder.encode(permit({SEAT: 10}), {}, {})
    assert encoder.siblings(frames) == {SEAT, SEAT_HEATING}
    pages = encoder.encode(permit({SEAT: 10, OTHER_SEAT: 20}), {}, {})
    assert {SEAT, SEAT_HEATING, OTHER_SEAT} < encoder.siblings(pages)
    assert encoder.siblings(()) == frozenset()


@pytest.mark.parametrize(
    "emitted", [{SPEED: 1}, {FAN: 11}, {FAN: True}, {FAN: "SNA"}, {AIR_CON: 1}, {AIRFLOW: "SIDEWAYS"}]
)
def test_a_permit_that_no_frame_can_say_is_our_own_fault_and_nothing_is_built(
    emitted: dict[str, int],
) -> None:
    encoder = Encoder(tiny_car())
    with pytest.raises(InvariantError):
        encoder.encode(permit(emitted), {}, {})
    assert encoder.counters["CLIMATE_CMD"] == 0


def test_what_a_frame_says_is_read_once_and_is_that_of_its_bytes_wherever_it_goes() -> None:
    asked: list[bytes] = []

    def decode(data: bytes) -> dict[str, float | int | str]:
        asked.append(data)
        return {"Fan": 30, "Airflow": "FLOOR"}

    content = Content(decode, b"x")
    assert asked == []
    assert content == {"Fan": 30, "Airflow": "FLOOR"}
    assert content["Fan"] == 30
    assert list(content) == ["Fan", "Airflow"]
    assert repr(content) == "{'Fan': 30, 'Airflow': 'FLOOR'}"
    assert pickle.loads(pickle.dumps(content)) == content
    assert asked == [b"x"]
