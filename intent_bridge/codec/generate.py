"""Python text for one node of a message's multiplexer tree, compiled to encode and decode functions.

One expression per signal, so that a frame costs one call and not one per signal. The text holds only
numbers and names made here (`m0`, `x0`…); DBC names stand in it as quoted keys.
"""

import operator
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from intent_bridge.codec.convert import PLAIN, Memo, Physical, float_of_bits, physical
from intent_bridge.codec.layout import ByteOrder, Node, Slot
from intent_bridge.errors import SignalError

TABLE_BITS_MAX: Final = 8
"""Signals up to this size are decoded by a table of all their values."""


class NodeCode:
    """The generated functions of one node, each made when it is first used."""

    def __init__(self, node: Node, memos: Callable[[str], Memo]) -> None:
        self.node = node
        self._memos = memos

    @cached_property
    def encode(self) -> Callable[[Mapping[str, Physical]], int | None]:
        """Values -> this node's bits; None for a value of a wrong type, KeyError for a missing one."""
        made: Callable[[Mapping[str, Physical]], int | None] = self._encoder(_TO_IMAGE, "bits")
        return made

    def to_frame(
        self, length: int, order: ByteOrder, explain: Callable[[Mapping[str, Physical]], SignalError]
    ) -> Callable[[Mapping[str, Physical]], bytes]:
        """Like `encode`, for a node that is the whole message: straight to bytes, nothing else allowed."""
        result = f"(bits).to_bytes({length}, {order!r})"
        made: Callable[[Mapping[str, Physical]], bytes] = self._encoder(_TO_FRAME, result, explain=explain)
        return made

    @cached_property
    def decode(self) -> Callable[[int], dict[str, int | float | str]]:
        """Image -> this node's signals by name."""
        names: dict[str, Any] = {"physical": physical, "float_of_bits": float_of_bits}
        items = [f"{s.name!r}: {_decoding(i, s, names)}" for i, s in enumerate(self.node.slots)]
        made: Callable[[int], dict[str, int | float | str]] = _compiled(
            f"def made(image): return {{{', '.join(items)}}}", names
        )
        return made

    @cached_property
    def select(self) -> tuple[tuple[Slot, Callable[[int], int], Mapping[int, Node]], ...]:
        """Per multiplexer of this node: the signal, how to read its raw number, and its pages."""
        return tuple(
            (mux, _compiled(f"def made(image): return {raw_text(mux)}", {}), pages)
            for mux, pages in self.node.muxes
        )

    def _encoder(self, shape: str, result: str, **more: object) -> Any:
        slots = self.node.slots
        if not slots:
            return lambda values: 0
        names: dict[str, Any] = {f"m{i}": self._memos(s.name) for i, s in enumerate(slots)}
        names |= {"get": operator.itemgetter(*(s.name for s in slots)), "plain": PLAIN.issuperset, **more}
        each = "".join(f"x{i}, " for i in range(len(slots)))
        tail = "" if len(slots) > 1 else ","  # itemgetter of one name gives no tuple
        bits = " | ".join(f"m{i}[x{i}]" for i in range(len(slots)))
        text = shape.format(count=len(slots), each=each, tail=tail, result=result.replace("bits", bits))
        return _compiled(text, names)


_TO_IMAGE = """
def made(values):
    {each}= given = get(values){tail}
    if plain(map(type, given)):
        return {result}
"""

_TO_FRAME = """
def made(values):
    try:
        {each}= given = get(values){tail}
        if len(values) == {count} and plain(map(type, given)):
            return {result}
    except KeyError:
        pass
    raise explain(values)
"""


def raw_text(slot: Slot) -> str:
    """Text of the expression that reads a slot's raw number from `image`."""
    text = " | ".join(_piece_text(p.image_shift, p.width, p.raw_shift) for p in slot.pieces)
    if slot.signed:
        sign = 1 << slot.length - 1
        return f"(({text}) ^ {sign}) - {sign}"
    return text


def _piece_text(image_shift: int, width: int, raw_shift: int) -> str:
    text = f"image >> {image_shift} & {(1 << width) - 1}" if image_shift else f"image & {(1 << width) - 1}"
    return f"({text}) << {raw_shift}" if raw_shift else text


def _decoding(number: int, slot: Slot, names: dict[str, Any]) -> str:
    raw = raw_text(slot)
    if slot.is_float or (slot.names and slot.length > TABLE_BITS_MAX):
        names[f"s{number}"] = slot
        return f"physical(s{number}, {raw})"
    if slot.length <= TABLE_BITS_MAX and (slot.names or slot.scale != 1 or slot.offset != 0):
        half = 1 << slot.length - 1 if slot.signed else 1 << slot.length
        wrap = 1 << slot.length
        names[f"t{number}"] = [physical(slot, n - wrap if n >= half else n) for n in range(wrap)]
        unsigned = " | ".join(_piece_text(p.image_shift, p.width, p.raw_shift) for p in slot.pieces)
        return f"t{number}[{unsigned}]"
    if slot.scale == 1 and slot.offset == 0:
        return raw
    return f"({raw}) * {slot.scale!r} + {slot.offset!r}"


def _compiled(text: str, names: dict[str, Any]) -> Any:
    exec(compile(text, "<compiled DBC message>", "exec"), names)  # our own text, never a DBC's
    return names["made"]
