"""AUTOSAR end-to-end protection (PRS_E2EProtocol): protect a frame before sending, check a received one.

Profiles 1, 2, 4, 5, 6, 7, 11 and 22. A profile fixes where checksum, counter, length and data id stand
relative to `offset` (bytes), the checksum, and how the data id enters it. Pure functions of bytes;
`window` judges the sequence of received counters.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from intent_bridge.codec.crc import crc8, crc8h2f, crc16, crc32p4, crc64

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

    def __post_init__(self) -> None:
        kind = _KINDS[self.profile]
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
        return _KINDS[self.profile].counters

    @property
    def crc_bits(self) -> frozenset[Bit]:
        """Where the checksum stands."""
        kind = _KINDS[self.profile]
        return _bytes_of(self.offset + kind.crc_at, kind.crc_bytes)

    @property
    def counter_bits(self) -> frozenset[Bit]:
        """Where the counter stands."""
        kind = _KINDS[self.profile]
        if kind.counter_bytes == 0:
            return frozenset((self.offset + 1, bit) for bit in range(4))
        return _bytes_of(self.offset + kind.counter_at, kind.counter_bytes)

    @property
    def bits(self) -> frozenset[Bit]:
        """Every bit that `protect` writes."""
        kind = _KINDS[self.profile]
        if kind.counter_bytes == 0 and self.id_mode != "nibble":
            return self.crc_bits | self.counter_bits
        return _bytes_of(self.offset, kind.header_bytes)

    def protect(self, data: bytes, counter: int) -> bytes:
        """The frame with counter, checksum and the profile's other fields written."""
        frame = bytearray(data)
        kind = _KINDS[self.profile]
        kind.write(self, frame, counter)
        start = self.offset + kind.crc_at
        crc = kind.crc(self, frame, counter).to_bytes(kind.crc_bytes, kind.order)
        frame[start : start + kind.crc_bytes] = crc
        return bytes(frame)

    def check(self, data: bytes) -> int | None:
        """The frame's counter; None when its length, checksum, data id or length field is wrong."""
        if len(data) != self.length:
            return None
        kind = _KINDS[self.profile]
        if kind.counter_bytes == 0:
            counter = data[self.offset + 1] & 0x0F
        else:
            first = self.offset + kind.counter_at
            counter = int.from_bytes(data[first : first + kind.counter_bytes], "big")
        return counter if counter < kind.counters and self.protect(data, counter) == data else None


# --- the profiles' parts --------------------------------------------------------------------------


def _write_nibble(p: Protection, frame: bytearray, counter: int) -> None:
    frame[p.offset + 1] = frame[p.offset + 1] & 0xF0 | counter


def _write_id_nibble(p: Protection, frame: bytearray, counter: int) -> None:
    high = frame[p.offset + 1] & 0xF0 if p.id_mode != "nibble" else p.data_ids[0] >> 4 & 0xF0
    frame[p.offset + 1] = high | counter


def _write_p04(p: Protection, frame: bytearray, counter: int) -> None:
    fields = len(frame).to_bytes(2, "big") + counter.to_bytes(2, "big") + p.data_ids[0].to_bytes(4, "big")
    frame[p.offset : p.offset + 8] = fields


def _write_p05(p: Protection, frame: bytearray, counter: int) -> None:
    frame[p.offset + 2] = counter


def _write_p06(p: Protection, frame: bytearray, counter: int) -> None:
    frame[p.offset + 2 : p.offset + 5] = len(frame).to_bytes(2, "big") + bytes([counter])


def _write_p07(p: Protection, frame: bytearray, counter: int) -> None:
    fields = len(frame).to_bytes(4, "big") + counter.to_bytes(4, "big") + p.data_ids[0].to_bytes(4, "big")
    frame[p.offset + 8 : p.offset + 20] = fields


def _id_bytes(p: Protection, counter: int) -> bytes:
    low, high = p.data_ids[0] & 0xFF, p.data_ids[0] >> 8
    match p.id_mode:
        case "both":
            return bytes((low, high))
        case "alt":
            return bytes((high if counter % 2 else low,))
        case "low":
            return bytes((low,))
        case "nibble":
            return bytes((low, 0))


def _crc_p01(p: Protection, frame: bytearray, counter: int) -> int:
    crc = crc8(frame[: p.offset], crc8(_id_bytes(p, counter), 0))
    return crc8(frame[p.offset + 1 :], crc)


def _crc_p02(p: Protection, frame: bytearray, counter: int) -> int:
    crc = crc8h2f(frame[: p.offset], 0xFF)
    crc = crc8h2f(frame[p.offset + 1 :], crc)
    return crc8h2f((p.data_ids[counter],), crc) ^ 0xFF


def _crc_p04(p: Protection, frame: bytearray, counter: int) -> int:
    crc = crc32p4(frame[: p.offset + 8], 0xFFFF_FFFF)
    return crc32p4(frame[p.offset + 12 :], crc) ^ 0xFFFF_FFFF


def _crc_p05(p: Protection, frame: bytearray, counter: int) -> int:
    crc = crc16(frame[: p.offset], 0xFFFF)
    return crc16(frame[p.offset + 2 :] + p.data_ids[0].to_bytes(2, "little"), crc)


def _crc_p06(p: Protection, frame: bytearray, counter: int) -> int:
    crc = crc16(frame[: p.offset], 0xFFFF)
    return crc16(frame[p.offset + 2 :] + p.data_ids[0].to_bytes(2, "big"), crc)


def _crc_p07(p: Protection, frame: bytearray, counter: int) -> int:
    crc = crc64(frame[: p.offset], (1 << 64) - 1)
    return crc64(frame[p.offset + 8 :], crc) ^ (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one profile fixes. Positions are bytes from the header's start; `counter_bytes` 0 is a nibble."""

    ids: int
    id_max: int
    header_bytes: int
    crc_at: int
    crc_bytes: int
    order: Literal["little", "big"]
    counter_at: int
    counter_bytes: int
    counters: int
    write: Callable[[Protection, bytearray, int], None]
    crc: Callable[[Protection, bytearray, int], int]
    movable: bool = True
    id_modes: tuple[IdMode, ...] = ("both",)


_ALL: Final[tuple[IdMode, ...]] = ("both", "alt", "low", "nibble")
_P01 = _Kind(1, 0xFFFF, 2, 0, 1, "big", 1, 0, 15, _write_id_nibble, _crc_p01, id_modes=_ALL)
_P02 = _Kind(16, 0xFF, 2, 0, 1, "big", 1, 0, 16, _write_nibble, _crc_p02, movable=False)
_KINDS: Final[dict[ProfileName, _Kind]] = {
    "P01": _P01,
    "P02": _P02,
    "P04": _Kind(1, 0xFFFF_FFFF, 12, 8, 4, "big", 2, 2, 1 << 16, _write_p04, _crc_p04),
    "P05": _Kind(1, 0xFFFF, 3, 0, 2, "little", 2, 1, 1 << 8, _write_p05, _crc_p05),
    "P06": _Kind(1, 0xFFFF, 5, 0, 2, "big", 4, 1, 1 << 8, _write_p06, _crc_p06),
    "P07": _Kind(1, 0xFFFF_FFFF, 20, 0, 8, "big", 12, 4, 1 << 32, _write_p07, _crc_p07),
    "P11": replace(_P01, id_modes=("both", "nibble")),
    "P22": replace(_P02, movable=True),
}


def _bytes_of(first: int, size: int) -> frozenset[Bit]:
    return frozenset((first + byte, bit) for byte in range(size) for bit in range(8))


def crc_at(profile: ProfileName) -> int:
    """How many bytes after the header's start the checksum stands."""
    return _KINDS[profile].crc_at
