"""The egress gate reads frames for itself: its own table, its own bits, bounded memory."""

import dataclasses
from fractions import Fraction
from typing import Any

import pytest

from intent_bridge.codec import EgressGate, egress
from intent_bridge.codec.egress_table import REMEMBERED_MAX, Entry, Meaning, chunks, command_layouts
from intent_bridge.codec.messages import protections, signal_bits
from tests.unit.codec.support import (
    AIRFLOW,
    LANE_KEEP,
    OTHER_SEAT,
    SEAT,
    SEATS,
    TEMPERATURE,
    status,
    tiny_car,
)
from tests.unit.codec.test_plan import message


def test_meanings_of_raw_numbers_are_those_of_the_profile_and_memory_of_them_is_bounded() -> None:
    (climate, _, _) = command_layouts(tiny_car(), protections(tiny_car()))
    temperature = next(e for e in climate.entries if e.path == TEMPERATURE)
    said = [temperature.meaning(raw) for raw in range(REMEMBERED_MAX + 10)]
    assert said == [temperature.meaning(raw) for raw in range(REMEMBERED_MAX + 10)]
    assert said[25] == 45
    assert said[255] is None
    assert said[9] is said[-1] is None
    assert len(temperature._meanings) == REMEMBERED_MAX


def placed(*, bits: tuple[tuple[int, int], ...], signed: bool = False) -> Entry:
    """A signal at these bits, the most significant first."""
    first = command_layouts(tiny_car(), {})[0].entries[0]
    return dataclasses.replace(first, bits=bits, signed=signed, chunks=chunks(bits))


def entry_of(path: str) -> Entry:
    layouts = command_layouts(tiny_car(), protections(tiny_car()))
    return next(entry for layout in layouts for entry in layout.entries if entry.path == path)


LITTLE = tuple(divmod(n, 8) for n in range(17, 11, -1))  # bits 12 to 17 of the frame
BIG = ((1, 1), (1, 0), (2, 7), (2, 6))


@pytest.mark.parametrize(
    ("bits", "signed", "expected"),
    [
        (LITTLE, False, (12, 0x3F)),
        (LITTLE, True, (12, 0)),
        (BIG, False, (22, 0)),
        (tuple(divmod(n, 8) for n in range(15, 7, -1)), False, (8, 0xFF)),
        (((3, 5),), False, (29, 1)),
    ],
)
def test_where_a_signal_is_no_plain_slice_of_the_frame_it_says_so(
    bits: tuple[tuple[int, int], ...], signed: bool, expected: tuple[int, int]
) -> None:
    assert placed(bits=bits, signed=signed).little() == expected


@pytest.mark.parametrize("bits", [LITTLE, BIG])
@pytest.mark.parametrize("around", [0, 1])
def test_a_signals_number_is_that_of_its_own_bits_whatever_stands_around_them(
    bits: tuple[tuple[int, int], ...], around: int
) -> None:
    for number in range(1 << len(bits)):
        frame = bytearray(8 * (b"\xff" if around else b"\0"))
        for n, (byte, bit) in enumerate(bits):
            frame[byte] &= ~(1 << bit)
            frame[byte] |= (number >> len(bits) - 1 - n & 1) << bit
        below = number - (1 << len(bits)) if number >> len(bits) - 1 else number
        assert placed(bits=bits).raw(bytes(frame)) == number
        assert placed(bits=bits, signed=True).raw(bytes(frame)) == below


@pytest.mark.parametrize(
    ("above", "inner", "present"), [(1, 7, True), (1, 8, False), (2, 7, False), (2, 8, False)]
)
def test_a_signal_is_present_where_every_multiplexer_above_it_selects_it(
    above: int, inner: int, present: bool
) -> None:
    top, below = (placed(bits=tuple((byte, bit) for bit in range(7, -1, -1))) for byte in (0, 1))
    entry = dataclasses.replace(
        placed(bits=((2, 0),)), under=((top, frozenset((1,))), (below, frozenset((7,))))
    )
    assert entry.present(bytes((above, inner, 0))) is present


SEAT_HALF = Fraction(5, 2)
"""Half of the seat's step, in millimetres."""


@pytest.mark.parametrize(
    ("path", "changes", "raw", "meaning"),
    [
        (SEAT, {}, 20, Fraction(20)),
        (SEAT, {}, 253, None),  # STOP
        (SEAT, {}, 254, None),  # NO_REQUEST
        (SEAT, {"absent": frozenset((20,))}, 20, None),
        (SEAT, {"stop": 20}, 20, None),
        (SEAT, {"neutral": 20}, 20, None),
        (SEAT, {"factor": SEAT_HALF, "offset": -SEAT_HALF}, 0, Fraction(-1, 2)),  # half a step is its own
        (SEAT, {"factor": SEAT_HALF, "offset": -2 * SEAT_HALF}, 0, None),
        (SEAT, {"factor": SEAT_HALF}, 100, Fraction(50)),
        (SEAT, {"factor": SEAT_HALF}, 101, Fraction(101, 2)),
        (SEAT, {"factor": SEAT_HALF}, 102, None),
        (AIRFLOW, {}, 1, "FLOOR"),
        (AIRFLOW, {}, 15, None),
        (AIRFLOW, {"names": {3: "UP"}}, 3, None),  # the DBC has a name that the path has not
        (LANE_KEEP, {}, 0, False),
        (LANE_KEEP, {}, 1, True),
        (LANE_KEEP, {}, 2, None),
        (LANE_KEEP, {}, 3, None),
    ],
)
def test_a_number_means_a_value_of_its_path_or_nothing(
    path: str, changes: dict[str, Any], raw: int, meaning: Meaning | None
) -> None:
    entry = dataclasses.replace(entry_of(path), _meanings={}, **changes)
    assert entry.meaning(raw) == meaning
    assert type(entry.meaning(raw)) is type(meaning)


def test_the_codes_of_a_motion_are_those_that_the_profile_names() -> None:
    seat = entry_of(SEAT)
    assert (seat.stop, seat.neutral, set(seat.absent), set(seat.idle)) == (253, 254, {255}, {254, 255})
    warmth = entry_of(TEMPERATURE)
    assert (warmth.stop, warmth.neutral, set(warmth.idle)) == (None, None, {255, None})


def test_signed_and_big_endian_signals_are_read_bit_by_bit() -> None:
    made = message('S : 12|6@1- (1,0) [0|0] ""', 'B : 34|9@0- (1,0) [0|0] ""')
    data = made.encode({"S": -3, "B": -200})
    for signal in made.signals:
        bits = signal_bits(signal)
        entry = dataclasses.replace(
            next(iter(command_layouts(tiny_car(), {})[0].entries)),
            bits=bits, signed=True, chunks=chunks(bits),
        )  # fmt: skip
        assert entry.raw(data) == made.decode_simple(data)[signal.name]


def test_memory_of_what_statuses_said_is_bounded_and_changes_no_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(egress, "REMEMBERED_MAX", 1)
    opened = EgressGate(tiny_car())
    other: dict[str, int | float | str] = {
        "SeatIndex": 1,
        "Position1": 30,
        "Heating1": 1,
        "CmdAlive": 0,
        "CmdResult": "NONE",
    }
    for n in range(8):
        told = SEATS | {"Position0": 100 + n // 2 * 5} if n % 2 == 0 else other
        opened.observe(status("SEAT_STATUS", n, told), 0)
        assert len(opened._observed) == 1
    assert opened._live[SEAT] == 23
    assert opened._live[OTHER_SEAT] == 6


def test_memory_of_multiplexer_numbers_is_bounded_and_changes_no_reading() -> None:
    (climate, _, _) = command_layouts(tiny_car(), {})
    bits = tuple((n // 8, n % 8) for n in range(15, -1, -1))
    wide = dataclasses.replace(climate.entries[0], signed=False, bits=bits, chunks=chunks(bits))
    under = dataclasses.replace(climate.entries[1], under=((wide, frozenset((1, 60_000))),))
    layout = dataclasses.replace(climate, entries=(wide, under), muxes=(wide,), _shown={})
    numbers = (*range(REMEMBERED_MAX + 50), 60_000, 1)
    shown = (layout.shown(n.to_bytes(8, "little")).entries for n in numbers)
    assert [n for n, entries in zip(numbers, shown, strict=True) if under in entries] == [1, 60_000, 1]
    assert len(layout._shown) == REMEMBERED_MAX
