"""What the encoder, the receiver and the gate need of a message's protection, whoever defined it.

AUTOSAR's profiles are in `e2e`. A car maker's checksum is bound here to the signals in which it and its
counter stand.
"""

from dataclasses import dataclass
from typing import Protocol

from intent_bridge.codec.convert import pick, place
from intent_bridge.codec.e2e import Bit
from intent_bridge.codec.layout import ByteOrder, Slot
from intent_bridge.codec.oem_checksums import OemChecksum


class Protection(Protocol):
    """Checksum and counter of one message."""

    @property
    def counters(self) -> int:
        """How many counter values there are; the counter runs from 0 and wraps. 1: there is none."""

    @property
    def bits(self) -> frozenset[Bit]:
        """Every bit that `protect` writes."""

    def protect(self, data: bytes, counter: int) -> bytes:
        """The frame with counter and checksum written."""

    def check(self, data: bytes) -> int | None:
        """The frame's counter (0 where there is none); None when length or checksum is wrong."""


@dataclass(frozen=True, slots=True)
class OemProtection:
    """A car maker's checksum over one message. `length` counts bytes; both slots lie in one image."""

    checksum: OemChecksum
    constants: tuple[int, ...]
    can_id: int
    length: int
    order: ByteOrder
    crc: Slot
    counter: Slot | None
    bits: frozenset[Bit]

    @property
    def counters(self) -> int:
        """All numbers that the counter's bits can hold; 1 without a counter."""
        return 1 if self.counter is None else 1 << self.counter.length

    def protect(self, data: bytes, counter: int) -> bytes:
        """The frame with counter and checksum written."""
        image = int.from_bytes(data, self.order) & ~self.crc.mask
        if self.counter is not None:
            image = image & ~self.counter.mask | place(self.counter, counter)
        checked = self._bytes(image)
        crc = self.checksum.compute(self.can_id, checked, counter, self.constants)
        return self._bytes(image | place(self.crc, crc))

    def check(self, data: bytes) -> int | None:
        """The frame's counter (0 where there is none); None when length or checksum is wrong."""
        if len(data) != self.length:
            return None
        image = int.from_bytes(data, self.order)
        counter = 0 if self.counter is None else pick(self.counter, image)
        return counter if self.protect(data, counter) == data else None

    def _bytes(self, image: int) -> bytes:
        return image.to_bytes(self.length, self.order)
