"""Where each signal of a DBC message lies, as bit pieces of one integer, and which multiplexer guards it.

A frame of N bytes is held as one integer of 8·N bits, the *image*. Its byte order is the one in which the
message's signals need the fewest pieces, so that in all but mixed messages every signal is one piece:
`raw = image >> shift & mask`. Layouts that overlap or leave the frame are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from intent_bridge.errors import SignalError

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Message, Signal

ByteOrder = Literal["little", "big"]

_FLOAT_LENGTHS = (16, 32, 64)


class Piece(NamedTuple):
    """`width` bits that are neighbours both in the raw number and in the image."""

    raw_shift: int
    image_shift: int
    width: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One signal: its place, its conversion `physical = raw * scale + offset`, its bounds and names.

    `minimum` and `maximum` are physical, None where the DBC has no range. `raw` of a float signal is its
    IEEE 754 bit pattern.
    """

    name: str
    length: int
    pieces: tuple[Piece, ...]
    signed: bool
    is_float: bool
    scale: int | float
    offset: int | float
    minimum: int | float | None
    maximum: int | float | None
    names: Mapping[int, str]

    @property
    def mask(self) -> int:
        """The image bits that belong to this signal."""
        return sum(((1 << p.width) - 1) << p.image_shift for p in self.pieces)

    @property
    def raw_bounds(self) -> tuple[int, int]:
        """Lowest and highest raw number that the bits can hold."""
        if self.signed:
            return -(1 << self.length - 1), (1 << self.length - 1) - 1
        return 0, (1 << self.length) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Signals that are always present together, and the multiplexers among them.

    Each multiplexer selects, by its raw number, one further node; a number without a node is an error.
    """

    slots: tuple[Slot, ...]
    muxes: tuple[tuple[Slot, Mapping[int, Node]], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """One DBC message, ready to be compiled. `length` counts bytes."""

    message: str
    length: int
    order: ByteOrder
    root: Node
    slots: Mapping[str, Slot]


def layout(message: Message) -> Layout:
    """Read the layout of a cantools message; SignalError when its signals overlap or do not fit."""
    signals = message.signals
    order = _best_order(signals, message.length)
    slots = {s.name: _slot(message, s, order) for s in signals}
    if len(slots) != len(signals):
        raise SignalError(message.name, "", "two signals have the same name; rename one in the DBC")
    root = _Tree(message, slots).node(None, None)
    _refuse_overlaps(message.name, root)
    return Layout(message.name, message.length, order, root, slots)


def _slot(message: Message, signal: Signal, order: ByteOrder) -> Slot:
    if signal.conversion.is_float and signal.length not in _FLOAT_LENGTHS:
        raise SignalError(
            message.name, signal.name, f"a float of {signal.length} bits; it must have 16, 32 or 64"
        )
    if signal.scale == 0:
        raise SignalError(message.name, signal.name, "its factor is 0; mend the DBC")
    pieces = _pieces(signal, message.length, order)
    lowest, highest = min(p.image_shift for p in pieces), max(p.image_shift + p.width for p in pieces)
    if lowest < 0 or highest > 8 * message.length:
        raise SignalError(message.name, signal.name, f"does not fit into {message.length} bytes")
    scale, offset = signal.conversion.scale, signal.conversion.offset
    if not signal.conversion.is_float and float(scale).is_integer() and float(offset).is_integer():
        scale, offset = int(scale), int(offset)  # whole numbers stay whole, however large
    return Slot(
        name=signal.name,
        length=signal.length,
        pieces=pieces,
        signed=signal.is_signed and not signal.conversion.is_float,
        is_float=signal.conversion.is_float,
        scale=scale,
        offset=offset,
        minimum=signal.minimum,
        maximum=signal.maximum,
        names={int(raw): str(name) for raw, name in (signal.choices or {}).items()},
    )


def _best_order(signals: Iterable[Signal], length: int) -> ByteOrder:
    little = sum(len(_pieces(s, length, "little")) for s in signals)
    big = sum(len(_pieces(s, length, "big")) for s in signals)
    return "little" if little <= big else "big"


def _pieces(signal: Signal, length: int, order: ByteOrder) -> tuple[Piece, ...]:
    """The signal's bits, least significant first, merged where they are neighbours in the image."""
    pieces: list[Piece] = []
    for raw_bit in range(signal.length):
        if signal.byte_order == "little_endian":
            byte, bit = divmod(signal.start + raw_bit, 8)
        else:  # `start` is the most significant bit; the DBC counts on downwards, then into the next byte
            first = 8 * (signal.start // 8) + 7 - signal.start % 8
            byte, from_top = divmod(first + signal.length - 1 - raw_bit, 8)
            bit = 7 - from_top
        image_bit = 8 * (byte if order == "little" else length - 1 - byte) + bit
        last = pieces[-1] if pieces else None
        if last and last.image_shift + last.width == image_bit:
            pieces[-1] = last._replace(width=last.width + 1)
        else:
            pieces.append(Piece(raw_bit, image_bit, 1))
    return tuple(pieces)


class _Tree:
    """Builds the nodes of one message; equal nodes are made once (a signal can have thousands of ids)."""

    def __init__(self, message: Message, slots: Mapping[str, Slot]) -> None:
        self.slots = slots
        self.children: dict[str | None, list[tuple[Signal, frozenset[int] | None]]] = {}
        for s in message.signals:
            ids = None if s.multiplexer_ids is None else frozenset(s.multiplexer_ids)
            self.children.setdefault(s.multiplexer_signal, []).append((s, ids))
        self.made: dict[tuple[str, ...], Node] = {}

    def node(self, parent: str | None, selected: int | None) -> Node:
        """The node under `parent` for one of its multiplexer ids; the root for (None, None)."""
        here = [
            s
            for s, ids in self.children.get(parent, [])
            if selected is None or (ids is not None and selected in ids)
        ]
        key = tuple(s.name for s in here)
        if key not in self.made:
            muxes = tuple((self.slots[s.name], self._pages(s)) for s in here if s.is_multiplexer)
            self.made[key] = Node(tuple(self.slots[s.name] for s in here), tuple(m for m in muxes if m[1]))
        return self.made[key]

    def _pages(self, mux: Signal) -> Mapping[int, Node]:
        ids: set[int] = set()
        for _, own in self.children.get(mux.name, []):
            ids |= own or frozenset()
        ids |= {int(raw) for raw in mux.choices or {}}  # a page that is named is known, even when it is empty
        return {i: self.node(mux.name, i) for i in sorted(ids)}


def _refuse_overlaps(message: str, root: Node) -> None:
    """Two signals that can be present together must not share a bit; pages of one multiplexer may."""
    owner: dict[int, str] = {}

    def claim(node: Node, taken: int) -> int:
        for slot in node.slots:
            if shared := taken & slot.mask:
                other = owner[shared.bit_length() - 1]
                raise SignalError(message, slot.name, f"overlaps {other}; mend the DBC")
            taken |= slot.mask
            owner.update(dict.fromkeys(_bits(slot.mask), slot.name))
        for _, pages in node.muxes:
            before = taken
            for page in {id(p): p for p in pages.values()}.values():
                taken |= claim(page, before)
        return taken

    claim(root, 0)


def _bits(mask: int) -> Sequence[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
