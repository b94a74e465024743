"""One DBC message compiled: strict encode, decode, and change of one signal in a frame.

A frame is held as one integer, its *image* (see `layout`). Functions are generated when first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from intent_bridge.codec.convert import Converter, OffGrid, Physical, physical, pick, place
from intent_bridge.codec.generate import (
    Decode,
    Decoded,
    Encode,
    make_decode,
    make_decode_switch,
    make_encode,
    make_encode_switch,
)
from intent_bridge.codec.layout import Node, Slot, layout
from intent_bridge.errors import SignalError

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Message

_Key = TypeVar("_Key")
_Made = TypeVar("_Made")

KNOWN_MAX: Final = 4096
"""Values remembered per signal; further ones are converted anew each time."""

FEW_BITS: Final = 10
"""Signals up to this size have few values: their encoder looks values up and need not compute them."""


class Memo(dict[_Key, _Made]):
    """What was made for a key, and made when first asked for; remembers up to `room` of them."""

    __slots__ = ("_make", "_room")

    def __init__(self, make: Callable[[_Key], _Made], room: int) -> None:
        super().__init__()
        self._make, self._room = make, room

    def __missing__(self, key: _Key) -> _Made:
        made = self._make(key)
        if len(self) < self._room:
            self[key] = made
        return made


class Field:
    """One signal of a message: read it from an image, or change it and nothing else.

    Which multiplexer page is selected is the caller's business.
    """

    def __init__(self, slot: Slot, converter: Converter) -> None:
        self.slot = slot
        self._room = 0 if slot.is_float else KNOWN_MAX  # 0.0 and -0.0 are one key, but two floats
        self._placed: dict[int, int] = {}
        self.known: dict[Physical, int] = {} if slot.length <= FEW_BITS else Memo(self.bits, self._room)
        self._converter = converter
        self._others = ~slot.mask

    def bits(self, value: Physical) -> int:
        """A physical value or value name as this signal's bits of an image; SignalError."""
        raw = self._converter.quick(value)
        return place(self.slot, self._converter.to_raw(value) if raw is None else raw)

    def put(self, image: int, value: Physical) -> int:
        """The image with this signal set to a physical value or value name; SignalError if it cannot be."""
        try:
            if value.__class__ is not bool:
                return image & self._others | self.known[value]
        except (KeyError, TypeError):
            pass
        bits = self.bits(value)
        if len(self.known) < self._room:
            self.known[value] = bits
        return image & self._others | bits

    def get(self, image: int) -> int | float | str:
        """The signal's physical value, or its name where the DBC has one."""
        return physical(self.slot, pick(self.slot, image))

    def put_raw(self, image: int, raw: int) -> int:
        """The image with this signal's raw number set; SignalError when it does not fit into the bits."""
        bits = self._placed.get(raw) if type(raw) is int else None
        if bits is None:
            bits = place(self.slot, self._converter.check_raw(raw))
            if len(self._placed) < KNOWN_MAX:
                self._placed[raw] = bits
        return image & self._others | bits

    def get_raw(self, image: int) -> int:
        """The signal's raw number, sign applied."""
        return pick(self.slot, image)


class Plan:
    """The codec of one message. SignalError for a layout that cannot be right.

    `off_grid` and `safe` choose what becomes of values between two steps (see `convert`); `safe` gives,
    per signal, the physical value toward which the policy `toward` rounds. Signals that it does not name
    refuse such values.
    """

    def __init__(
        self, message: Message, off_grid: OffGrid = "refuse", safe: Mapping[str, Physical] | None = None
    ) -> None:
        self.layout = layout(message)
        self.name, self.length = message.name, message.length
        self._off_grid: OffGrid = off_grid
        self._safe = safe or {}
        self._fields: dict[str, Field] = {}

    # --- frames as bytes ------------------------------------------------------------------------

    @cached_property
    def encode(self) -> Encode:
        """Physical values of exactly the signals present in the frame -> its bytes; SignalError."""
        return self._root.encode

    @cached_property
    def decode(self) -> Decode:
        """Bytes of a frame -> every signal present, as number or value name; SignalError."""
        return self._root.decode

    # --- frames as one integer ------------------------------------------------------------------

    def from_bytes(self, data: bytes) -> int:
        """The image of a frame; SignalError when its length is wrong."""
        if len(data) != self.length:
            raise SignalError(self.name, "", f"{len(data)} bytes; the message has {self.length}")
        return int.from_bytes(data, self.layout.order)

    def to_bytes(self, image: int) -> bytes:
        """The frame of an image."""
        return image.to_bytes(self.length, self.layout.order)

    def bit(self, byte: int, bit: int) -> int:
        """The image in which this bit of the frame alone is set."""
        data = bytearray(self.length)
        data[byte] = 1 << bit
        return self.from_bytes(bytes(data))

    def pack(self, raws: Mapping[str, int]) -> int:
        """Raw numbers of exactly the signals present -> image; SignalError when one does not belong."""
        return self._assemble(raws, Field.put_raw)

    def unpack(self, image: int) -> dict[str, int]:
        """Raw numbers of every signal present; SignalError for an unknown multiplexer id."""
        return {s.name: pick(s, image) for s in self.present(image)}

    def present(self, image: int) -> tuple[Slot, ...]:
        """The signals that the image's multiplexers select; SignalError for an unknown multiplexer id."""
        slots: tuple[Slot, ...] = ()
        nodes = [self.layout.root]
        while nodes:
            node = nodes.pop()
            slots += node.slots
            nodes += self._selected(node, image)
        return slots

    def field(self, name: str) -> Field:
        """One signal by its name; SignalError for an unknown one."""
        if name not in self._fields:
            if name not in self.layout.slots:
                raise SignalError(self.name, name, "no such signal in this message")
            slot = self.layout.slots[name]
            converter = Converter(self.name, slot, self._off_grid, self._safe.get(name))
            self._fields[name] = Field(slot, converter)
        return self._fields[name]

    # --- inside ---------------------------------------------------------------------------------

    @cached_property
    def _root(self) -> _Branch:
        return _Branch(self, self.layout.root, ())

    def _selected(self, node: Node, image: int) -> list[Node]:
        """The nodes below this one that the image's multiplexers select."""
        return [self.page(mux, pages, pick(mux, image)) for mux, pages in node.muxes]

    def page(self, mux: Slot, pages: Mapping[int, Node], raw: int) -> Node:
        """What a multiplexer's raw number selects; SignalError when it selects nothing."""
        if raw not in pages:
            raise SignalError(self.name, mux.name, f"{raw} selects no page; known are {_listed(pages)}")
        return pages[raw]

    def encode_slowly(self, values: Mapping[str, Physical]) -> bytes:
        """The same as `encode`, signal by signal: it can say what is wrong."""
        return self.to_bytes(self._assemble(values, Field.put))

    def decode_slowly(self, data: bytes) -> Decoded:
        """The same as `decode`, signal by signal."""
        image = self.from_bytes(data)
        return {s.name: physical(s, pick(s, image)) for s in self.present(image)}

    def _assemble(self, values: Mapping[str, Any], put: Callable[[Field, int, Any], int]) -> int:
        image, names, nodes = 0, set[str](), [self.layout.root]
        while nodes:
            node = nodes.pop()
            for slot in node.slots:
                if slot.name not in values:
                    raise SignalError(self.name, slot.name, "missing; give every signal of the frame")
                image = put(self.field(slot.name), image, values[slot.name])
                names.add(slot.name)
            nodes += self._selected(node, image)
        for name in values:
            if name not in names:
                raise SignalError(self.name, f"{name}", "is not a signal of this frame; leave it out")
        return image


class _Branch:
    """The signals from the root of a message down to one node, and the functions made for them.

    A node with several multiplexers of its own has too many combinations: there the slow way is taken.
    """

    def __init__(self, plan: Plan, node: Node, above: tuple[Slot, ...]) -> None:
        self._plan, self._node = plan, node
        self._slots = above + node.slots
        self._below: dict[int, _Branch] = {}

    @cached_property
    def encode(self) -> Encode:
        """Values -> bytes."""
        plan = self._plan
        match self._node.muxes:
            case ():
                return make_encode(
                    plan.layout, self._slots, lambda name: plan.field(name).known, plan.encode_slowly
                )
            case ((mux, _),):
                pages: Memo[Physical, Encode] = Memo(lambda value: self._page_of(value).encode, KNOWN_MAX)
                return make_encode_switch(mux, pages, plan.encode_slowly)
        return plan.encode_slowly

    @cached_property
    def decode(self) -> Decode:
        """Bytes -> values."""
        plan = self._plan
        match self._node.muxes:
            case ():
                return make_decode(plan.layout, self._slots, plan.from_bytes)
            case ((mux, _),):
                pages: Memo[int, Decode] = Memo(lambda raw: self._page(raw).decode, KNOWN_MAX)
                return make_decode_switch(plan.layout, mux, pages, plan.from_bytes)
        return plan.decode_slowly

    def _page_of(self, value: Physical) -> _Branch:
        field = self._plan.field(self._node.muxes[0][0].name)
        return self._page(field.get_raw(field.put(0, value)))

    def _page(self, raw: int) -> _Branch:
        if raw not in self._below:
            ((mux, pages),) = self._node.muxes
            self._below[raw] = _Branch(self._plan, self._plan.page(mux, pages, raw), self._slots)
        return self._below[raw]


def _listed(pages: Iterable[int]) -> str:
    shown = [str(p) for p in pages]
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")
