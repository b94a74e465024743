"""AUTOSAR end-to-end protection (PRS_E2EProtocol): protect a frame before sending, check a received one.

Profiles 1, 2, 4, 5, 6, 7, 11 and 22. A profile fixes where checksum, counter, length and data id stand
relative to `offset` (bytes), the checksum, and how the data id enters it. Pure functions of bytes;
`sequence` judges the counters received.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from intent_bridge.codec.crc import CRC8H2F, crc8, crc8h2f, crc16, crc32p4, crc64

ProfileName = Literal["P01", "P02", "P04", "P05", "P06", "P07", "P11", "P22"]
IdMode = Literal["both", "alt", "low", "nibble"]
Bit = tuple[int, int]
"""A bit of a frame: byte from 0, and bit in it, 0 the least significant."""


@dataclass(frozen=True, slots=True)
class Protection:
    """How one message is protected. ValueError for parameters that the profile does not know.

    `data_ids`: 16 bytes picked by the counter (P02, P22), or one id (16 bit; P04 and P07: 32 bit).
    `id_mode` says which part of a P01 or P11 id enters the checksum. `offset` is where the header
    starts, in bytes; `length` the frame's, in bytes.
    """

    profile: ProfileName
    data_ids: tuple[int, ...]
    length: int
    offset: int = 0
    id_mode: IdMode = "both"
    _kind: "_Kind" = field(init=False, repr=False, compare=False)
    _checked: list[tuple[bytes | None, int | None]] = field(
        default_factory=lambda: [(None, None)], init=False, repr=False, compare=False
    )
    """The bytes last checked, and their counter."""

    def __post_init__(self) -> None:
        kind = _KINDS[self.profile]
        object.__setattr__(self, "_kind", kind)
        if len(self.data_ids) != kind.ids or not all(0 <= i <= kind.id_max for i in self.data_ids):
            raise ValueError(f"{self.profile} takes {kind.ids} data id(s) from 0 to {kind.id_max:#x}")
        if not 0 <= self.offset <= self.length - kind.header_bytes:
            raise ValueError(f"{self.profile} needs {kind.header_bytes} bytes at byte {self.offset}")
        if self.id_mode not in kind.id_modes:
            raise ValueError(f"{self.profile} knows the id modes {', '.join(kind.id_modes)}")
        if self.id_mode == "nibble" and self.data_ids[0] > 0xFFF:
            raise ValueError(f"{self.profile} in id mode nibble takes an id of 12 bits")
        if self.offset and not kind.movable:
            raise ValueError(f"{self.profile} starts at byte 0")

    @property
    def counters(self) -> int:
        """How many counter values there are; the counter runs from 0 and wraps."""
        return self._kind.counters

    @property
    def bits(self) -> frozenset[Bit]:
        """Every bit that `protect` writes."""
        whole = {(self.offset + byte, bit) for byte in range(self._kind.header_bytes) for bit in range(8)}
        if self._kind.counter_bytes == 0 and self.id_mode != "nibble":
            whole -= {(self.offset + 1, bit) for bit in range(4, 8)}  # beside the counter there is data
        return frozenset(whole)

    def protect(self, data: bytes, counter: int) -> bytes:
        """The frame with counter, checksum and the profile's other fields written."""
        return self._kind.protect(self, data, counter)

    def check(self, data: bytes) -> int | None:
        """The frame's counter; None when its length, checksum, data id or length field is wrong."""
        known = self._checked[0]
        if known[0] is data:  # receiver and gate look at the same bytes, one after the other
            return known[1]
        counter = self._check(data)
        self._checked[0] = data, counter
        return counter

    def _check(self, data: bytes) -> int | None:
        kind = self._kind
        if len(data) != self.length:
            return None
        if kind.counter_bytes == 0:
            counter = data[self.offset + 1] & 0x0F
        else:
            first = self.offset + kind.counter_at
            counter = int.from_bytes(data[first : first + kind.counter_bytes], "big")
        return counter if counter < kind.counters and kind.protect(self, data, counter) == data else None

    def shown(self, counter: int) -> int:
        """What of the counter travels: all of it."""
        return counter


# --- the profiles: what stands before the checksum, what after it, what it covers -----------------


_BYTES: Final = tuple(bytes((n,)) for n in range(256))


def _p01(p: Protection, data: bytes, counter: int) -> bytes:
    head, high = data[: p.offset], data[p.offset + 1] & 0xF0
    low_id, high_id = p.data_ids[0] & 0xFF, p.data_ids[0] >> 8
    if p.id_mode == "nibble":
        start, high = crc8((low_id, 0), 0), high_id << 4
    elif p.id_mode == "alt":
        start = crc8((high_id if counter % 2 else low_id,), 0)
    else:
        start = crc8((low_id, high_id) if p.id_mode == "both" else (low_id,), 0)
    tail = bytes((high | counter,)) + data[p.offset + 2 :]
    return head + bytes((crc8(tail, crc8(head, start)),)) + tail


def _p02(p: Protection, data: bytes, counter: int) -> bytes:
    head, at = data[: p.offset], p.offset + 1
    tail = _BYTES[data[at] & 0xF0 | counter] + data[at + 1 :]
    crc = crc8h2f(tail, crc8h2f(head, 0xFF) if head else 0xFF)
    return head + _BYTES[CRC8H2F[crc ^ p.data_ids[counter]] ^ 0xFF] + tail


def _p04(p: Protection, data: bytes, counter: int) -> bytes:
    fields = len(data).to_bytes(2, "big") + counter.to_bytes(2, "big") + p.data_ids[0].to_bytes(4, "big")
    head, tail = data[: p.offset] + fields, data[p.offset + 12 :]
    crc = crc32p4(tail, crc32p4(head, 0xFFFF_FFFF)) ^ 0xFFFF_FFFF
    return head + crc.to_bytes(4, "big") + tail


def _p05(p: Protection, data: bytes, counter: int) -> bytes:
    head, tail = data[: p.offset], bytes((counter,)) + data[p.offset + 3 :]
    crc = crc16(tail + p.data_ids[0].to_bytes(2, "little"), crc16(head, 0xFFFF))
    return head + crc.to_bytes(2, "little") + tail


def _p06(p: Protection, data: bytes, counter: int) -> bytes:
    head, tail = data[: p.offset], len(data).to_bytes(2, "big") + bytes((counter,)) + data[p.offset + 5 :]
    crc = crc16(tail + p.data_ids[0].to_bytes(2, "big"), crc16(head, 0xFFFF))
    return head + crc.to_bytes(2, "big") + tail


def _p07(p: Protection, data: bytes, counter: int) -> bytes:
    fields = len(data).to_bytes(4, "big") + counter.to_bytes(4, "big") + p.data_ids[0].to_bytes(4, "big")
    head, tail, ones = data[: p.offset], fields + data[p.offset + 20 :], (1 << 64) - 1
    return head + (crc64(tail, crc64(head, ones)) ^ ones).to_bytes(8, "big") + tail


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one profile fixes. Positions are bytes from the header's start; `counter_bytes` 0 is a nibble."""

    ids: int
    id_max: int
    header_bytes: int
    counter_at: int
    counter_bytes: int
    counters: int
    protect: Callable[[Protection, bytes, int], bytes]
    movable: bool = True
    id_modes: tuple[IdMode, ...] = ("both",)


_P01 = _Kind(1, 0xFFFF, 2, 1, 0, 15, _p01, id_modes=("both", "alt", "low", "nibble"))
_P02 = _Kind(16, 0xFF, 2, 1, 0, 16, _p02, movable=False)
_KINDS: Final[dict[ProfileName, _Kind]] = {
    "P01": _P01,
    "P02": _P02,
    "P04": _Kind(1, 0xFFFF_FFFF, 12, 2, 2, 1 << 16, _p04),
    "P05": _Kind(1, 0xFFFF, 3, 2, 1, 1 << 8, _p05),
    "P06": _Kind(1, 0xFFFF, 5, 4, 1, 1 << 8, _p06),
    "P07": _Kind(1, 0xFFFF_FFFF, 20, 12, 4, 1 << 32, _p07),
    "P11": replace(_P01, id_modes=("both", "nibble")),
    "P22": replace(_P02, movable=True),
}
