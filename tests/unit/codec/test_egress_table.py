"""The egress gate reads frames for itself: its own table, its own bits, bounded memory."""

import dataclasses

import pytest

from intent_bridge.codec import EgressGate, egress
from intent_bridge.codec.egress_table import REMEMBERED_MAX, chunks, command_layouts
from intent_bridge.codec.messages import protections, signal_bits
from tests.unit.codec.support import OTHER_SEAT, SEAT, SEATS, TEMPERATURE, status, tiny_car
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
