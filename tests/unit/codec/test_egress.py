"""The egress gate: what may leave, and everything else that may not."""

from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec import EgressGate, Encoder, egress
from intent_bridge.codec.messages import protections
from intent_bridge.types import Frame, RawFrame, Value
from tests.unit.codec.support import (
    AIRFLOW,
    CLIMATE,
    FAN,
    LANE_KEEP,
    SEAT,
    SEAT_HEATING,
    SEATS,
    TEMPERATURE,
    foreign,
    gate,
    live,
    permit,
    status,
    tiny_car,
    with_bit,
)


def one(emitted: Mapping[str, Value], encoder: Encoder | None = None, **others: Mapping[str, Value]) -> Frame:
    """The one frame for these values; `state` and `running` as the encoder takes them."""
    (frame,) = (encoder or Encoder(tiny_car())).encode(
        permit(emitted), live(others.get("state", {})), others.get("running", {})
    )
    return frame


def protected(raw: RawFrame) -> RawFrame:
    """The frame with its checksum made right again."""
    name = next(m.name for m in tiny_car().messages.values() if m.can_id == raw.can_id)
    protection = protections(tiny_car())[name]
    counter = raw.data[2] if raw.fd else raw.data[1] & 15
    return raw._replace(data=protection.protect(raw.data, counter))


# --- what may leave -------------------------------------------------------------------------------


def test_a_permitted_frame_leaves() -> None:
    allowed = permit({TEMPERATURE: 45, AIRFLOW: "FLOOR"})
    (frame,) = Encoder(tiny_car()).encode(allowed, {}, {})
    assert gate().check(frame.raw, [allowed], 0, kind="start") is None


def test_a_repeat_leaves_after_its_start_and_only_then() -> None:
    allowed, encoder, opened = permit({TEMPERATURE: 45}), Encoder(tiny_car()), gate()
    frames = [encoder.encode(allowed, {}, {})[0].raw for _ in range(3)]
    early = opened.check(frames[0], [allowed], 0, kind="repeat")
    assert early is not None and "neither permitted nor" in early
    assert opened.check(frames[0], [allowed], 0, kind="start") is None
    assert opened.check(frames[1], [allowed], 100, kind="repeat") is None


def test_live_siblings_leave_when_the_gate_has_seen_them_itself() -> None:
    frame = one({TEMPERATURE: 45}, state={FAN: 4, AIRFLOW: "FACE"})
    reason = gate().check(frame.raw, [permit({TEMPERATURE: 45})], 0, kind="start")
    assert reason == "CLIMATE_CMD.Airflow: raw 0 is neither permitted nor its live value"
    heard = gate(status("CLIMATE_STATUS", 0, CLIMATE))
    assert heard.check(frame.raw, [permit({TEMPERATURE: 45})], 0, kind="start") is None


def test_a_sibling_may_carry_what_another_running_command_asks_for() -> None:
    encoder, opened = Encoder(tiny_car()), gate()
    first, second = permit({FAN: 7}), permit({TEMPERATURE: 45}, minted_ms=10)
    (start,) = encoder.encode(first, {}, {})
    assert opened.check(start.raw, [first], 0, kind="start") is None
    (both,) = encoder.encode(second, {}, {FAN: 7})
    assert opened.check(both.raw, [second, first], 10, kind="start") is None


def test_a_status_in_smaller_steps_is_the_nearest_step() -> None:
    opened = gate(status("SEAT_STATUS", 0, SEATS | {"Position0": 102}))
    frame = one({SEAT_HEATING: 1})
    assert (
        opened.check(protected(with_bit(frame, 2, 0xFE ^ 20)), [permit({SEAT_HEATING: 1})], 0, kind="start")
        is None
    )
    opened = gate(status("SEAT_STATUS", 0, SEATS | {"Position0": 103}))
    frame = one({SEAT_HEATING: 1})
    wrong = protected(with_bit(frame, 2, 0xFE ^ 20))
    assert opened.check(wrong, [permit({SEAT_HEATING: 1})], 0, kind="start") is not None


def test_stop_and_neutral_of_a_running_activation_leave_even_in_silence() -> None:
    allowed, encoder, opened = permit({SEAT: 10, SEAT_HEATING: 2}), Encoder(tiny_car()), gate()
    assert opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], 0, kind="start") is None
    opened.silence()
    (repeat,) = encoder.encode(allowed, {}, {})
    assert opened.check(repeat.raw, [allowed], 0, kind="repeat") == "silent: commands are not enabled"
    (stop,) = encoder.stop(allowed, [SEAT], {}, {SEAT_HEATING: 2})
    assert opened.check(stop.raw, [allowed], 0, kind="stop") is None
    (neutral,) = encoder.neutral(allowed, {}, {})
    assert opened.check(neutral.raw, [allowed], 0, kind="neutral") is None
    assert opened.check(encoder.stop(allowed, [SEAT], {}, {})[0].raw, [allowed], 10**9, kind="stop") is None


# --- what may not ---------------------------------------------------------------------------------


def test_the_gate_is_silent_until_it_is_enabled() -> None:
    allowed = permit({FAN: 1})
    closed = EgressGate(tiny_car())
    assert closed.check(one({FAN: 1}).raw, [allowed], 0, kind="start") == "silent: commands are not enabled"
    closed.enable()
    assert closed.check(one({FAN: 1}).raw, [allowed], 0, kind="start") is None


@pytest.mark.parametrize(
    "change",
    [
        {"bus": "chassis"},
        {"can_id": 257},
        {"can_id": 272},
        {"extended": True},
        {"fd": True},
        {"data": b""},
        {"data": bytes(7)},
        {"data": bytes(64)},
    ],
)
def test_only_listed_messages_in_their_own_format_leave(change: dict[str, object]) -> None:
    raw = one({FAN: 1}).raw._replace(**change)  # type: ignore[arg-type]
    assert gate().check(raw, [permit({FAN: 1})], 0, kind="start") is not None


def test_no_single_changed_bit_leaves() -> None:
    for emitted in ({FAN: 1}, {SEAT: 10}, {LANE_KEEP: True}):
        frame = one(emitted)
        for byte in range(len(frame.raw.data)):
            for bit in range(8):
                raw = with_bit(frame, byte, 1 << bit)
                assert gate().check(raw, [permit(emitted)], 0, kind="start") is not None


def test_no_single_changed_bit_leaves_though_the_checksum_is_made_right() -> None:
    for emitted, free in (
        ({FAN: 1}, range(8, 12)),
        ({SEAT: 10}, range(8, 12)),
        ({LANE_KEEP: True}, range(16, 24)),
    ):
        frame = one(emitted)
        harmless = set(free)  # any first counter is in sequence
        for n in range(8 * len(frame.raw.data)):
            raw = protected(with_bit(frame, n // 8, 1 << n % 8))
            if n in harmless or raw == frame.raw:
                continue
            assert gate().check(raw, [permit(emitted)], 0, kind="start") is not None, n


@pytest.mark.parametrize(
    ("asked", "permitted"),
    [
        ({FAN: 2}, {FAN: 1}),
        ({FAN: 1}, {TEMPERATURE: 45}),
        ({AIRFLOW: "FLOOR"}, {AIRFLOW: "FACE"}),
        ({LANE_KEEP: True}, {LANE_KEEP: False}),
        ({LANE_KEEP: True}, {LANE_KEEP: 1}),
        ({FAN: 1}, {FAN: True}),
        ({FAN: 1}, {}),
        ({FAN: 1, TEMPERATURE: 45}, {FAN: 1}),
    ],
)
def test_a_value_without_its_permit_does_not_leave(
    asked: dict[str, Value], permitted: dict[str, Value]
) -> None:
    assert gate().check(one(asked).raw, [permit(permitted)], 0, kind="start") is not None


@pytest.mark.parametrize(("now_ms", "leaves"), [(-1, False), (0, True), (20_000, True), (20_001, False)])
def test_a_permit_is_good_for_its_own_time_only(now_ms: int, leaves: bool) -> None:
    reason = gate().check(one({FAN: 1}).raw, [permit({FAN: 1})], now_ms, kind="start")
    assert (reason is None) is leaves


def test_a_frame_must_be_for_something() -> None:
    idle = Encoder(tiny_car())
    (neutral,) = idle.neutral(permit({SEAT: 10}), {}, {})
    reason = gate().check(neutral.raw, [permit({SEAT: 10})], 0, kind="start")
    assert reason == "SEAT_CMD: no signal is what a start frame is for"
    assert gate().check(neutral.raw, [], 0, kind="neutral") is not None
    assert gate().check(neutral.raw, [permit({SEAT_HEATING: 1})], 0, kind="neutral") is not None


def test_a_stop_frame_of_somebody_elses_axis_does_not_leave() -> None:
    (stop,) = Encoder(tiny_car()).stop(permit({SEAT: 10}), [SEAT], {}, {})
    assert gate().check(stop.raw, [permit({SEAT_HEATING: 1})], 0, kind="stop") is not None
    assert gate().check(stop.raw, [permit({SEAT: 10})], 0, kind="neutral") is not None
    assert gate().check(stop.raw, [permit({SEAT: 10})], 0, kind="start") is not None


def test_a_stop_frame_cannot_smuggle_a_new_command() -> None:
    both = permit({SEAT: 10, SEAT_HEATING: 2})
    (stop,) = Encoder(tiny_car()).stop(both, [SEAT], {}, {SEAT_HEATING: 2})
    assert gate().check(stop.raw, [both], 0, kind="stop") is not None


def test_the_start_value_stands_in_only_for_what_was_never_reported() -> None:
    gear = tiny_car()
    opened = EgressGate(gear)
    opened.enable()
    frame = one({FAN: 1})
    changed = protected(with_bit(frame, 2, 0xFF ^ 20))  # another temperature, of nobody
    assert opened.check(changed, [permit({FAN: 1})], 0, kind="start") is not None
    opened.observe(status("CLIMATE_STATUS", 0, CLIMATE | {"DriverTemp": 20}), 0)
    assert opened.check(changed, [permit({FAN: 1})], 0, kind="start") is None


def test_unsound_statuses_do_not_count_as_live() -> None:
    sound = status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": 40})
    opened = gate(sound, with_bit(status("CLIMATE_STATUS", 1, CLIMATE | {"Fan": 90}), 0, 1))
    opened.observe(status("CLIMATE_STATUS", 9, CLIMATE | {"Fan": 80}), 0)  # too many lost
    opened.observe(status("CLIMATE_STATUS", 9, CLIMATE | {"Fan": 70}), 0)  # stands still
    opened.observe(status("CLIMATE_STATUS", 10, CLIMATE | {"Fan": "SNA"}), 0)
    opened.observe(status("CLIMATE_STATUS", 11, CLIMATE | {"Fan": 30})._replace(fd=True), 0)
    for fan, leaves in ((9, False), (8, False), (7, False), (3, False), (4, True)):
        frame = one({TEMPERATURE: 45}, state={FAN: fan, AIRFLOW: "FACE"})
        assert (opened.check(frame.raw, [permit({TEMPERATURE: 45})], 0, kind="start") is None) is leaves


# --- counters, budgets, cap -----------------------------------------------------------------------


def test_a_counter_that_stands_still_or_jumps_is_refused_and_a_jump_then_followed() -> None:
    encoder, opened, allowed = Encoder(tiny_car()), gate(), permit({FAN: 1})

    def send(counter: int) -> str | None:
        encoder.counters["CLIMATE_CMD"] = counter
        return opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], 0, kind="start")

    assert [send(c) for c in (3, 4, 7)] == [None, None, None]
    assert send(7) == "CLIMATE_CMD: counter 7 is repeated"
    assert send(12) == "CLIMATE_CMD: counter 12 is wrong sequence"
    assert send(13) is None


def test_a_refused_frame_does_not_use_up_its_counter() -> None:
    encoder, opened = Encoder(tiny_car()), gate()
    (frame,) = encoder.encode(permit({FAN: 1}), {}, {})
    assert opened.check(frame.raw, [], 0, kind="start") is not None
    assert opened.check(frame.raw, [permit({FAN: 1})], 0, kind="start") is None


def test_a_stop_frame_leaves_even_when_its_counter_jumped() -> None:
    encoder, opened, allowed = Encoder(tiny_car()), gate(), permit({SEAT: 10})
    assert opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], 0, kind="start") is None
    encoder.counters["SEAT_CMD"] = 9
    assert opened.check(encoder.stop(allowed, [SEAT], {}, {})[0].raw, [allowed], 0, kind="stop") is None


# --- batches --------------------------------------------------------------------------------------


def test_frames_that_leave_together_leave_or_stay_together() -> None:
    encoder, opened, before = Encoder(tiny_car()), gate(), dict(Encoder(tiny_car()).counters)
    budget = tiny_car().actuators[LANE_KEEP].spec.budget.changes
    allowed = permit({SEAT: 10, LANE_KEEP: True})
    for n in range(3 * budget):  # a refusal uses up neither counter, budget nor frame cap
        frames = [f.raw for f in encoder.encode(allowed, {}, {})]
        spoilt = [frames[0], with_bit(frames[1], 5, 1)]
        assert opened.check_all(spoilt, [allowed], n, kind="start") == "ADAS_CMD: checksum wrong"
        encoder.counters.update(before)
    other = permit({SEAT: 11}, minted_ms=100)
    (begun,) = encoder.encode(other, {}, {})
    assert opened.check_all([begun.raw], [other], 100, kind="start") is None
    frames = [f.raw for f in encoder.encode(allowed, {}, {})]
    assert opened.check_all([frames[0], RawFrame("x", 1, False, False, b"")], [allowed], 100, kind="start")
    assert opened.check_all(frames, [allowed], 100, kind="start") is None
    (repeat,) = encoder.encode(allowed, {}, {}, [LANE_KEEP])
    assert opened.check_all([repeat.raw], [allowed], 200, kind="repeat") is None


def test_after_a_lost_link_the_next_counter_is_taken_as_it_is() -> None:
    encoder, opened, allowed = Encoder(tiny_car()), gate(), permit({FAN: 1})
    assert opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], 0, kind="start") is None
    encoder.counters["CLIMATE_CMD"] = 9
    opened.resync("CLIMATE_CMD")
    assert opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], 0, kind="repeat") is None


def test_of_all_identifiers_on_all_buses_only_the_permitted_frame_leaves() -> None:
    allowed, frame, opened = permit({FAN: 1}), one({FAN: 1}).raw, gate()
    left = [
        (bus, can_id, extended)
        for bus in ("body", "comfort")
        for extended in (True, False)
        for can_id in range(0x800)
        if opened.check(RawFrame(bus, can_id, extended, frame.fd, frame.data), [allowed], 0, kind="start")
        is None
    ]
    assert left == [("body", frame.can_id, False)]


# --- any bytes ------------------------------------------------------------------------------------

spammed = cache(gate)
"""One gate for all examples, made when the first one runs."""
PERMITS = [permit({path: value}) for path, value in ((FAN, 1), (SEAT, 10), (LANE_KEEP, True))]
KINDS: list[egress.Kind] = ["start", "repeat", "stop", "neutral"]


@given(st.integers(-1, 1 << 30), st.booleans(), st.booleans(), st.binary(max_size=70), st.sampled_from(KINDS))
def test_no_id_and_no_bytes_whatever_raise_or_leave(
    can_id: int, extended: bool, fd: bool, data: bytes, kind: egress.Kind
) -> None:
    raw = RawFrame("body", can_id, extended, fd, data)
    spammed().observe(raw, 0)
    assert spammed().check(raw, PERMITS, 0, kind=kind) is not None


@given(st.sampled_from([256, 288, 320]), st.binary(min_size=12, max_size=12), st.sampled_from(KINDS))
def test_random_content_under_a_right_checksum_leaves_only_as_permitted(
    can_id: int, data: bytes, kind: egress.Kind
) -> None:
    info = next(m for m in tiny_car().messages.values() if m.can_id == can_id)
    raw = protected(RawFrame("body", can_id, False, info.fd, data[: info.length]))
    if gate().check(raw, PERMITS, 0, kind=kind) is None:
        decoded = foreign(raw)
        wanted = {"Fan": 10, "Position0": 50, "LaneKeep": "ON"}
        codes = {"SNA", "NO_REQUEST", "STOP"}
        actuators = decoded.keys() - {"CRC", "Alive", "SeatIndex"}
        assert all(decoded[s] in codes or decoded[s] == wanted[s] for s in actuators)


def test_a_report_that_comes_again_counts_again_where_the_gate_was_told_otherwise_meanwhile() -> None:
    opened = gate(status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": 40}))
    frame = one({TEMPERATURE: 45}, state={FAN: 4, AIRFLOW: "FACE"})
    opened.tell({FAN: 9})
    assert opened.check(frame.raw, [permit({TEMPERATURE: 45})], 0, kind="start") is not None
    opened.observe(status("CLIMATE_STATUS", 1, CLIMATE | {"Fan": 40}), 0)
    assert opened.check(frame.raw, [permit({TEMPERATURE: 45})], 0, kind="start") is None
