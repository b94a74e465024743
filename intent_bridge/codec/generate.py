"""Python text for the signals of one frame, compiled to encode and decode functions.

One expression per signal, so that a frame costs one call and not one per signal. The text holds only
numbers and names made here (`m0`, `t0`…); DBC names stand in it as quoted keys.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from intent_bridge.codec.convert import Physical, physical
from intent_bridge.codec.layout import Layout, Slot

Decoded: TypeAlias = dict[str, int | float | str]
Encode: TypeAlias = Callable[[Mapping[str, Physical]], bytes]
Decode: TypeAlias = Callable[[bytes], Decoded]
Known: TypeAlias = Callable[[str], Mapping[Physical, int]]
"""Signal name -> its physical values whose bits in the image are known."""

Wrong: TypeAlias = Callable[[bytes], object]
"""Raises for bytes of a wrong length."""

_PRESIZED: Final = 15
"""CPython builds a dict display of constant keys in one step up to this size."""


def make_encode(layout: Layout, slots: Sequence[Slot], known: Known, slowly: Encode) -> Encode:
    """Values of exactly these signals -> bytes; asks `slowly` when one is not known or not as it must be."""
    if not slots:
        return slowly
    numbers = range(len(slots))
    text = _ENCODE.format(
        each="".join(f"x{i}, " for i in numbers),
        tail="," if len(slots) == 1 else "",  # itemgetter of one name gives no tuple
        boolean=" or ".join(f"x{i}.__class__ is bool" for i in numbers),
        bits=" | ".join(f"m{i}[x{i}]" for i in numbers),
        count=len(slots),
        length=layout.length,
        order=layout.order,
    )
    names: dict[str, Any] = {f"m{i}": known(s.name) for i, s in enumerate(slots)}
    names |= {"get": operator.itemgetter(*(s.name for s in slots)), "slowly": slowly}
    made: Encode = _compiled(text, names)
    return made


def make_encode_switch(mux: Slot, pages: Mapping[Physical, Encode], slowly: Encode) -> Encode:
    """Values -> bytes by the encoder of the page that the multiplexer's value selects."""
    made: Encode = _compiled(_ENCODE_SWITCH.format(mux=mux.name), {"pages": pages, "slowly": slowly})
    return made


def make_decode_switch(layout: Layout, mux: Slot, pages: Mapping[int, Decode], wrong: Wrong) -> Decode:
    """Bytes -> signals by the decoder of the page that the multiplexer's raw number selects."""
    text = _DECODE_SWITCH.format(length=layout.length, order=layout.order, raw=_raw_text(mux))
    made: Decode = _compiled(text, {"pages": pages, "wrong": wrong, "from_bytes": int.from_bytes})
    return made


def make_decode(layout: Layout, slots: Sequence[Slot], wrong: Wrong) -> Decode:
    """Bytes -> these signals by name; calls `wrong` for bytes of another length.

    Signals that lie within one byte are decoded together, by a table of the byte's 256 values.
    """
    names: dict[str, Any] = {"wrong": wrong, "from_bytes": int.from_bytes}
    values: dict[str, str] = {}
    lines = [f"if len(data) != {layout.length}: wrong(data)"]
    for byte, inside in _within_bytes(layout, slots).items():
        here = [f"b{byte}_{i}" for i in range(len(inside))]
        names[f"t{byte}"] = _byte_table(layout, byte, inside)
        lines.append(f"{', '.join(here)} = t{byte}[data[{byte}]]")
        values |= dict(zip((s.name for s in inside), here, strict=True))
    wide = {s.name: _wide_text(i, s, names) for i, s in enumerate(slots) if s.name not in values}
    if wide:
        lines.append(f"image = from_bytes(data, {layout.order!r})")
    items = [(s.name, values.get(s.name) or wide[s.name]) for s in slots]
    lines.append(f"found = {{{', '.join(f'{name!r}: {text}' for name, text in items[:_PRESIZED])}}}")
    lines += [f"found[{name!r}] = {text}" for name, text in items[_PRESIZED:]]
    text = "\n    ".join(["def made(data):", *lines, "return found"])
    made: Decode = _compiled(text, names)
    return made


_ENCODE = """
def made(values):
    try:
        {each}= get(values){tail}
        if len(values) == {count} and not ({boolean}):
            return ({bits}).to_bytes({length}, {order!r})
    except (KeyError, TypeError):
        pass
    return slowly(values)
"""

_ENCODE_SWITCH = """
def made(values):
    try:
        page = pages[values[{mux!r}]]
    except (KeyError, TypeError):
        return slowly(values)
    return page(values)
"""

_DECODE_SWITCH = """
def made(data):
    if len(data) != {length}: wrong(data)
    image = from_bytes(data, {order!r})
    return pages[{raw}](data)
"""


def _within_bytes(layout: Layout, slots: Sequence[Slot]) -> dict[int, list[Slot]]:
    """The signals that lie within one byte of the frame, by byte."""
    found: dict[int, list[Slot]] = {}
    for slot in slots:
        low = slot.pieces[0].image_shift
        if len(slot.pieces) == 1 and low // 8 == (low + slot.length - 1) // 8:
            byte = low // 8 if layout.order == "little" else layout.length - 1 - low // 8
            found.setdefault(byte, []).append(slot)
    return found


def _byte_table(layout: Layout, byte: int, slots: list[Slot]) -> list[Any]:
    """Value of the byte -> what its signals say: a tuple, or the one signal's value."""
    shift = 8 * (byte if layout.order == "little" else layout.length - 1 - byte)
    columns = []
    for slot in slots:
        said = [physical(slot, raw) for raw in _raws(slot)]
        low, mask = slot.pieces[0].image_shift - shift, (1 << slot.length) - 1
        columns.append([said[value >> low & mask] for value in range(256)])
    return columns[0] if len(slots) == 1 else list(zip(*columns, strict=True))


def _raws(slot: Slot) -> range | list[int]:
    """The raw numbers in the order of their bits."""
    count = 1 << slot.length
    return [n - count if n >> slot.length - 1 else n for n in range(count)] if slot.signed else range(count)


def _wide_text(number: int, slot: Slot, names: dict[str, Any]) -> str:
    raw = _raw_text(slot)
    if slot.is_float:
        names |= {f"s{number}": slot, "physical": physical}
        return f"physical(s{number}, {raw})"
    if slot.scale == 1 and slot.offset == 0:
        scaled = "{}"
    else:
        scaled = f"({{}}) * {slot.scale!r} + {slot.offset!r}"
    if slot.names:
        names[f"n{number}"] = slot.names
        return f"(n{number}[raw] if (raw := {raw}) in n{number} else {scaled.format('raw')})"
    return scaled.format(raw)


def _raw_text(slot: Slot) -> str:
    """Text of the expression that reads a slot's raw number from `image`."""
    text = " | ".join(
        f"(image >> {p.image_shift} & {(1 << p.width) - 1}) << {p.raw_shift}"
        if p.raw_shift
        else f"image >> {p.image_shift} & {(1 << p.width) - 1}"
        for p in slot.pieces
    )
    if slot.signed:
        sign = 1 << slot.length - 1
        return f"(({text}) ^ {sign}) - {sign}"
    return text


def _compiled(text: str, names: dict[str, Any]) -> Any:
    exec(compile(text, "<compiled DBC message>", "exec"), names)  # our own text, never a DBC's
    return names["made"]
