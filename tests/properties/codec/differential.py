"""One DBC message through our codec and through cantools: both must say the same."""

import math
import random
from collections.abc import Iterator, Mapping

from cantools.database import DecodeError
from cantools.database.can import Message, Signal

from intent_bridge.codec.plan import Plan
from intent_bridge.errors import SignalError

Values = dict[str, int | float | str]
EXACT_MAX = 1 << 48
"""Beyond so many steps of a fraction a double no longer tells neighbouring raw numbers apart."""


def compare(message: Message, plan: Plan, rng: random.Random, rounds: int) -> int:
    """Compare decoding of random frames, encoding of random values, and change of one signal.

    Returns how many frames both read or wrote; AssertionError names the first difference.
    """
    compared = 0
    for _ in range(rounds):
        data = rng.randbytes(message.length)
        said = compare_decode(message, plan, data)
        values = random_values(message, rng)
        if values:
            compare_encode(message, plan, values)
            compare_decode(message, plan, message.encode(dict(values)))
            compare_change(message, plan, values, rng)
        compared += (said is not None) + 2 * bool(values)
    return compared


def compare_decode(message: Message, plan: Plan, data: bytes) -> Values | None:
    """What both read in a frame; None where both refuse it (an unknown multiplexer id)."""
    try:
        theirs = {name: plain(v) for name, v in message.decode_simple(data).items()}
    except DecodeError:
        try:
            mine = plan.decode(data)
        except SignalError:
            return None
        raise AssertionError(f"{message.name}: cantools refuses {data.hex()}, we read {mine}") from None
    for signal in message.signals:  # cantools cuts a float's fraction off before it looks for a name
        if signal.is_float and signal.choices and signal.name in theirs:
            raw = message.decode_simple(data, decode_choices=False, scaling=False)[signal.name]
            if raw not in signal.choices:
                theirs[signal.name] = plain(message.decode_simple(data, decode_choices=False)[signal.name])
    mine = plan.decode(data)
    assert mine.keys() == theirs.keys(), (message.name, data.hex())
    for name, value in theirs.items():
        assert same(mine[name], value), (message.name, name, data.hex(), mine[name], value)
    return theirs


def compare_encode(message: Message, plan: Plan, values: Mapping[str, int | float | str]) -> None:
    """Both make the same bytes of values that cantools takes strictly."""
    theirs = message.encode(dict(values))
    assert plan.encode(values) == theirs, (message.name, values)
    assert plan.encode(values) == theirs, (message.name, values)  # the second time from memory


def compare_change(message: Message, plan: Plan, values: Values, rng: random.Random) -> None:
    """Changing one signal in place is encoding everything anew with that one changed."""
    other = random_values(message, rng, {n: v for n, v in values.items() if n in selectors(message)})
    if other is None:
        return
    name = rng.choice(sorted(values))
    image = plan.field(name).put(plan.from_bytes(plan.encode(values)), other[name])
    assert plan.to_bytes(image) == message.encode(values | {name: other[name]}), (message.name, name, values)


def plain(value: object) -> int | float | str:
    """A cantools value without its named-value class."""
    return value if isinstance(value, int | float) else str(value)


def same(a: int | float | str, b: int | float | str) -> bool:
    """Equal to the last bit, and of the same type."""
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    return type(a) is type(b) and a == b


def selectors(message: Message) -> frozenset[str]:
    """Names of the multiplexers."""
    return frozenset(s.name for s in message.signals if s.is_multiplexer)


def random_values(message: Message, rng: random.Random, fixed: Values | None = None) -> Values | None:
    """Values of one random page that a strict encoder takes; None where a signal has no such value."""
    values: Values = {}
    chosen: dict[str, int] = {}
    for signal in outer_first(message):
        above = signal.multiplexer_signal
        if above is not None and (above not in chosen or chosen[above] not in (signal.multiplexer_ids or ())):
            continue
        raw: float | None
        if not signal.is_multiplexer:
            raw = random_raw(signal, rng)
        elif fixed and signal.name in fixed:
            raw = signal.conversion.scaled_to_raw(fixed[signal.name])
        else:
            raw = selector_raw(message, signal, rng)
        if raw is None:
            return None
        if signal.is_multiplexer:
            chosen[signal.name] = int(raw)
        values[signal.name] = spoken(signal, raw, rng)
    return values


def without_values(message: Message) -> list[str]:
    """Signals of which no number lies in their own range: pages with one of them can only be decoded."""
    rng = random.Random(1)
    return [
        s.name
        for s in message.signals
        if (selector_raw(message, s, rng) if s.is_multiplexer else random_raw(s, rng)) is None
    ]


def outer_first(message: Message) -> Iterator[Signal]:
    """The signals, multiplexers before what they select."""
    waiting = list(message.signals)
    known: set[str | None] = {None}
    while waiting:
        ready = [s for s in waiting if s.multiplexer_signal in known]
        yield from ready
        known |= {s.name for s in ready}
        waiting = [s for s in waiting if s not in ready]


def selector_raw(message: Message, mux: Signal, rng: random.Random) -> int | None:
    """A multiplexer number that selects something."""
    ids = {i for s in message.signals if s.multiplexer_signal == mux.name for i in s.multiplexer_ids or ()}
    low, high = bounds(mux)
    ids = {i for i in ids | set(mux.choices or ()) if low <= i <= high}
    allowed = [i for i in sorted(ids) if in_range(mux, i)]
    return rng.choice(allowed) if allowed else None


def bounds(signal: Signal) -> tuple[int, int]:
    """Lowest and highest raw number of the bits."""
    if signal.is_signed:
        return -(1 << signal.length - 1), (1 << signal.length - 1) - 1
    return 0, (1 << signal.length) - 1


def in_range(signal: Signal, raw: float) -> bool:
    """Whether a strict encoder takes this raw number."""
    if raw in (signal.choices or ()):
        return True
    value = raw * signal.scale + signal.offset
    low, high = signal.minimum, signal.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def random_raw(signal: Signal, rng: random.Random) -> float | None:
    """A raw number in range, the edges more often; None when there is none."""
    if signal.conversion.is_float:
        ends = [end for end in (signal.minimum, signal.maximum) if end is not None]
        drawn = [0.0, 1.0, -1.5, 0.125, 1e4, rng.uniform(-100, 100), *map(float, ends)]
        fitting = [value for value in drawn if in_range(signal, value)]
        return rng.choice(fitting) if fitting else None
    low, high = bounds(signal)
    if signal.minimum is not None and signal.maximum is not None:
        ends = sorted((end - signal.offset) / signal.scale for end in (signal.minimum, signal.maximum))
        low, high = max(low, math.ceil(ends[0] - 1e-9)), min(high, math.floor(ends[1] + 1e-9))
    if isinstance(signal.scale, float) or isinstance(signal.offset, float):
        low, high = max(low, -EXACT_MAX), min(high, EXACT_MAX)
    named = [raw for raw in signal.choices or () if bounds(signal)[0] <= raw <= bounds(signal)[1]]
    drawn = [rng.randint(low, high), low, high] if low <= high else []
    raws = [raw for raw in (*drawn, *rng.sample(named, min(2, len(named)))) if in_range(signal, raw)]
    return rng.choice(raws) if raws else None


def spoken(signal: Signal, raw: float, rng: random.Random) -> int | float | str:
    """A raw number as value: by its name, where it has one of its own, or as a number."""
    names = {number: str(name) for number, name in (signal.choices or {}).items()}
    name = names.get(int(raw)) if raw == int(raw) else None
    if name is not None and list(names.values()).count(name) == 1 and rng.random() < 0.7:
        return name
    if signal.conversion.is_float or isinstance(signal.scale, float) or isinstance(signal.offset, float):
        return raw * signal.scale + signal.offset
    return int(raw) * signal.scale + signal.offset
