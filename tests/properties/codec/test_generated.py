"""Generated DBC files: our codec and cantools read and write the same, and updates touch one signal only."""

import math
import random
from typing import Literal

import cantools
from cantools.database.can import Database, Message, Signal
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec.messages import signal_bits
from intent_bridge.codec.plan import Plan
from intent_bridge.errors import SignalError
from tests.properties.codec.differential import compare, compare_decode, random_values, selectors

LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)
CONVERSIONS = ("1,0", "2,0", "0.5,-40", "0.1,0", "0.01,15.5", "-0.25,100", "-1,0", "3,7", "1E-05,0")
ByteOrder = Literal["little_endian", "big_endian"]
Place = set[tuple[int, int]]
"""Bits of the frame that are taken."""


@st.composite
def signals(draw: st.DrawFn, name: str, length: int, taken: Place, mark: str) -> str | None:
    """The lines of one signal in free bits, or None where the drawn place is not free."""
    selects = mark.endswith("M")
    order: ByteOrder = draw(st.sampled_from(("little_endian", "big_endian")))
    large = not selects and draw(st.integers(0, 5)) == 0
    size = draw(st.sampled_from((16, 32, 64)) if large else st.integers(1, 12))
    free = [n for n in range(8 * length) if divmod(n, 8) not in taken]
    if not free:
        return None
    start = draw(st.sampled_from(free))
    bits = set(signal_bits(Signal(name, start, size, order)))
    if bits & taken or any(byte >= length for byte, _ in bits):
        return None
    taken |= bits
    sign = "+" if selects else draw(st.sampled_from("+-"))
    conversion = "1,0" if selects else draw(st.sampled_from(CONVERSIONS))
    limits = "0|0" if selects else draw(st.sampled_from(("0|0", "0|0", "0|10", "-20|200")))
    at = f"{start}|{size}@{int(order == 'little_endian')}{sign}"
    lines = f' SG_ {name} {mark} : {at} ({conversion}) [{limits}] "" A\n'
    if large and size > 16 and draw(st.booleans()):
        lines += f"\nSIG_VALTYPE_ 1 {name} : {size // 32};\n"
    return lines


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A message with plain signals and up to two multiplexers, one of them perhaps inside the other."""
    length = draw(st.sampled_from(LENGTHS))
    taken: Place = set()
    lines, tail = "", ""

    def add(name: str, mark: str, place: Place) -> bool:
        nonlocal lines, tail
        line, _, more = (draw(signals(name, length, place, mark)) or "").partition("\n\n")
        lines, tail = lines + line.rstrip("\n") + "\n" * bool(line), tail + more
        if line and draw(st.integers(0, 3)) == 0:
            numbers = draw(st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True))
            few = 8 if mark.endswith("M") else 5  # cantools takes two pages of one name for one page
            tail += f"VAL_ 1 {name} " + " ".join(f'{n} "N{n % few}"' for n in numbers) + " ;\n"
        return bool(line)

    for n in range(draw(st.integers(0, 8))):
        add(f"P{n}", "", taken)
    kind = draw(st.sampled_from(("none", "one", "two", "nested")))
    muxes = [] if kind == "none" else ["M0"] if kind == "one" else ["M0", "M1"]
    under = {"M0": "", "M1": "M0"}
    for mux in muxes:
        inner = kind == "nested" and mux == "M1"
        if not add(mux, "m1M" if inner else "M", taken):
            break
        tail += f"SG_MUL_VAL_ 1 M1 {under[mux]} 1-1;\n" if inner else ""
        widest = set(taken)
        for page in draw(st.lists(st.integers(0, 3), max_size=3, unique=True)):
            place = set(taken)
            for n in range(draw(st.integers(1, 3))):
                name = f"{mux}_{page}_{n}"
                if add(name, f"m{page}", place):
                    tail += f"SG_MUL_VAL_ 1 {name} {mux} {page}-{page};\n"
            widest |= place
        taken |= widest
    text = f'VERSION ""\nNS_ :\nBS_:\nBU_: A\nBO_ 1 M: {length} A\n{lines}\n{tail}\n'
    database = cantools.database.load_string(text, "dbc")
    assert isinstance(database, Database)
    return database.get_message_by_name("M")


@given(messages(), st.integers())
def test_generated_messages_read_and_write_alike(message: Message, seed: int) -> None:
    compare(message, Plan(message), random.Random(seed), 4)


@given(messages(), st.binary(max_size=70))
def test_any_bytes_are_read_alike_or_refused(message: Message, data: bytes) -> None:
    plan = Plan(message)
    if len(data) == message.length:
        compare_decode(message, plan, data)
        return
    try:
        plan.decode(data)
    except SignalError:
        return
    raise AssertionError("a frame of a wrong length was read")


@given(messages(), st.integers())
def test_raw_numbers_survive_packing(message: Message, seed: int) -> None:
    plan, rng = Plan(message), random.Random(seed)
    values = random_values(message, rng)
    if values is None:
        return
    image = plan.from_bytes(plan.encode(values))
    assert plan.pack(plan.unpack(image)) == image
    assert {s.name for s in plan.present(image)} == values.keys()
    name = rng.choice(sorted(values.keys() - selectors(message)) or [""])
    if name:
        low, high = plan.field(name).slot.raw_bounds
        raw = rng.randint(low, high)
        changed = plan.unpack(plan.field(name).put_raw(image, raw))
        assert changed == plan.unpack(image) | {name: raw}


@given(messages(), st.integers(), st.floats(-300, 300))
def test_nearest_rounds_as_cantools_does_but_for_ties(message: Message, seed: int, drift: float) -> None:
    rng = random.Random(seed)
    values = random_values(message, rng)
    numeric = [
        s for s in message.signals if values and isinstance(values.get(s.name), float) and not s.is_float
    ]
    if not values or not numeric:
        return
    signal = rng.choice(numeric)
    value = values[signal.name]
    assert isinstance(value, float)
    moved = value + drift * abs(signal.scale)
    steps = (moved - signal.offset) / signal.scale
    if abs(steps - math.floor(steps) - 0.5) < 1e-3:
        return
    try:
        mine = Plan(message, "nearest").encode(values | {signal.name: moved})
    except SignalError:
        return
    assert mine == message.encode(values | {signal.name: moved})
