"""One DBC message compiled: strict encode, decode, and change of one signal in a frame.

A frame is held as one integer, its *image* (see `layout`). Functions are generated when first used.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from cantools.database.can import Message

from intent_bridge.codec.convert import PLAIN, Converter, Memo, OffGrid, Physical, physical, pick, place
from intent_bridge.codec.generate import NodeCode
from intent_bridge.codec.layout import Node, Slot, layout
from intent_bridge.errors import SignalError

Decoded: TypeAlias = dict[str, int | float | str]


class Field:
    """One signal of a message: read it from an image, or change it and nothing else.

    Which multiplexer page is selected is the caller's business.
    """

    def __init__(self, slot: Slot, converter: Converter) -> None:
        self.slot = slot
        self.memo = Memo(converter)
        self._converter = converter
        self._others = ~slot.mask

    def put(self, image: int, value: Physical) -> int:
        """The image with this signal set to a physical value or value name; SignalError if it cannot be."""
        if type(value) not in PLAIN:
            self._converter.to_raw(value)  # says why not
        return image & self._others | self.memo[value]

    def get(self, image: int) -> int | float | str:
        """The signal's physical value, or its name where the DBC has one."""
        return physical(self.slot, pick(self.slot, image))

    def put_raw(self, image: int, raw: int) -> int:
        """The image with this signal's raw number set; SignalError when it does not fit into the bits."""
        return image & self._others | place(self.slot, self._converter.check_raw(raw))

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
        self._codes: dict[Node, NodeCode] = {}

    # --- frames as bytes ------------------------------------------------------------------------

    @cached_property
    def encode(self) -> Callable[[Mapping[str, Physical]], bytes]:
        """Physical values of exactly the signals present in the frame -> its bytes; SignalError."""
        root = self.layout.root
        if root.muxes or not root.slots:
            return lambda values: self.to_bytes(self.image_of(values))
        return self._code(root).to_frame(self.length, self.layout.order, self._explain)

    def decode(self, data: bytes) -> Decoded:
        """Bytes of a frame -> every signal present, as number or value name; SignalError."""
        return self.decode_image(self.from_bytes(data))

    # --- frames as one integer ------------------------------------------------------------------

    def from_bytes(self, data: bytes) -> int:
        """The image of a frame; SignalError when its length is wrong."""
        if len(data) != self.length:
            raise SignalError(self.name, "", f"{len(data)} bytes; the message has {self.length}")
        return int.from_bytes(data, self.layout.order)

    def to_bytes(self, image: int) -> bytes:
        """The frame of an image."""
        return image.to_bytes(self.length, self.layout.order)

    def image_of(self, values: Mapping[str, Physical]) -> int:
        """Physical values of exactly the signals present -> image; as strict as `encode`."""
        image, used, nodes = 0, 0, [self.layout.root]
        try:
            while nodes:
                code = self._code(nodes.pop())
                bits = code.encode(values)
                if bits is None:
                    raise self._explain(values)
                image |= bits
                used += len(code.node.slots)
                nodes += self._selected(code, image)
        except KeyError:
            raise self._explain(values) from None
        if used != len(values):
            raise self._explain(values)
        return image

    def decode_image(self, image: int) -> Decoded:
        """Every signal present in an image, as number or value name; SignalError."""
        code = self._code(self.layout.root)
        decoded = code.decode(image)
        nodes = self._selected(code, image)
        while nodes:
            code = self._code(nodes.pop())
            decoded |= code.decode(image)
            nodes += self._selected(code, image)
        return decoded

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
            code = self._code(nodes.pop())
            slots += code.node.slots
            nodes += self._selected(code, image)
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

    def _code(self, node: Node) -> NodeCode:
        try:
            return self._codes[node]
        except KeyError:
            return self._codes.setdefault(node, NodeCode(node, lambda name: self.field(name).memo))

    def _selected(self, code: NodeCode, image: int) -> list[Node]:
        if not code.node.muxes:
            return []
        nodes = []
        for mux, raw_of, pages in code.select:
            raw = raw_of(image)
            page = pages.get(raw)
            if page is None:
                raise SignalError(self.name, mux.name, f"{raw} selects no page; known are {_listed(pages)}")
            nodes.append(page)
        return nodes

    def _assemble(self, values: Mapping[str, Any], put: Callable[[Field, int, Any], int]) -> int:
        """Signal by signal, the slow way that can say what is wrong."""
        image, names, nodes = 0, set[str](), [self.layout.root]
        while nodes:
            code = self._code(nodes.pop())
            for slot in code.node.slots:
                if slot.name not in values:
                    raise SignalError(self.name, slot.name, "missing; give every signal of the frame")
                image = put(self.field(slot.name), image, values[slot.name])
                names.add(slot.name)
            nodes += self._selected(code, image)
        for name in values:
            if name not in names:
                raise SignalError(self.name, f"{name}", "is not a signal of this frame; leave it out")
        return image

    def _explain(self, values: Mapping[str, Physical]) -> SignalError:
        """The error for values that the fast way did not take."""
        try:
            self._assemble(values, Field.put)
        except SignalError as error:
            return error
        raise AssertionError("the fast and the slow way disagree")


def _listed(pages: Iterable[int]) -> str:
    shown = [str(p) for p in pages]
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")
