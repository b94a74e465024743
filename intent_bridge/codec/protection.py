"""What the encoder, the receiver and the gate need of a message's protection, whoever defined it.

AUTOSAR's profiles are in `e2e`, secured frames in `secoc`. A car maker's checksum is bound here to the
signals in which it and its counter stand.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from intent_bridge.codec.convert import pick, place
from intent_bridge.codec.e2e import Bit
from intent_bridge.codec.layout import ByteOrder, Slot
from intent_bridge.codec.oem_checksums import Checksum
from intent_bridge.codec.secoc import SecOc, SecOcReceiver
from intent_bridge.codec.sequence import CheckStatus, Counters


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

    def shown(self, counter: int) -> int:
        """What of the counter travels, and an ECU can echo."""


class Link(Protocol):
    """What is remembered of one message's counter. `last`: of the last frame, None before the first."""

    last: int | None

    def judge(self, data: bytes) -> CheckStatus:
        """Take in a frame, in the order received."""


class CheckedProtection(Protection, Protocol):
    """A protection whose counter is seen in the frame."""

    def check(self, data: bytes) -> int | None:
        """The frame's counter (0 where there is none); None when length or checksum is wrong."""


class CounterLink:
    """Judges frames by checksum and counter. Without a counter a right checksum is all there is."""

    def __init__(self, protection: CheckedProtection, max_delta: int) -> None:
        self._protection = protection
        self._counters = Counters(protection.counters, max_delta) if protection.counters > 1 else None

    @property
    def last(self) -> int | None:
        """The counter to which the next one is compared."""
        return self._counters.last if self._counters is not None else None

    @last.setter
    def last(self, counter: int | None) -> None:
        if self._counters is not None:
            self._counters.last = counter

    def judge(self, data: bytes) -> CheckStatus:
        """Take in a frame, in the order received."""
        counter = self._protection.check(data)
        if self._counters is None:
            return CheckStatus.ERROR if counter is None else CheckStatus.OK
        return self._counters.judge(counter)


@dataclass(frozen=True, slots=True)
class OemProtection:
    """A car maker's checksum over one message. `length` counts bytes; both slots lie in one image."""

    checksum: Checksum
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
        crc = self.checksum(self.can_id, checked, counter, self.constants)
        return self._bytes(image | place(self.crc, crc))

    def check(self, data: bytes) -> int | None:
        """The frame's counter (0 where there is none); None when length or checksum is wrong."""
        if len(data) != self.length:
            return None
        image = int.from_bytes(data, self.order)
        counter = 0 if self.counter is None else pick(self.counter, image)
        return counter if self.protect(data, counter) == data else None

    def shown(self, counter: int) -> int:
        """All of it."""
        return counter

    def _bytes(self, image: int) -> bytes:
        return image.to_bytes(self.length, self.order)


_NEVER_WRAPS: Final = 1 << 65


@dataclass(frozen=True, slots=True)
class SecOcProtection:
    """AUTOSAR SecOC on one message: the counter is the whole freshness value, and never wraps."""

    secoc: SecOc
    attempts: int
    bits: frozenset[Bit]

    @property
    def counters(self) -> int:
        """More than any freshness value: `protect` refuses when they are used up."""
        return _NEVER_WRAPS

    def protect(self, data: bytes, counter: int) -> bytes:
        """The frame with freshness and MAC written; ValueError when the freshness values are used up."""
        return self.secoc.protect(data[: self.secoc.payload_length], counter)

    def shown(self, counter: int) -> int:
        """The lowest bits, as many as are sent."""
        return counter & (1 << self.secoc.sent_freshness_bits) - 1


class FreshLink:
    """Judges secured frames: the MAC must be right for a freshness value above `last`."""

    def __init__(self, secoc: SecOc, attempts: int, last: int) -> None:
        """`last` is -1 before the very first frame."""
        self._receiver = SecOcReceiver(secoc, last, attempts)

    @property
    def last(self) -> int | None:
        """The freshness value of the last good frame."""
        return None if self._receiver.last < 0 else self._receiver.last

    @last.setter
    def last(self, freshness: int | None) -> None:
        self._receiver.last = -1 if freshness is None else freshness

    def judge(self, data: bytes) -> CheckStatus:
        """Take in a frame; a wrong MAC and an old frame look alike."""
        return CheckStatus.ERROR if self._receiver.check(data) is None else CheckStatus.OK

    def resync(self, freshness: int) -> None:
        """Take what a trusted sender says it used last; never backwards."""
        self._receiver.resync(freshness)
