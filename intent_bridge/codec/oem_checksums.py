"""The checksums that car makers use instead of AUTOSAR's, as opendbc documents them for the makes it covers.

Each function takes the frame's id, its bytes with the checksum's own bits at zero, its counter (0 where it
has none), and the message's constants from the profile; it returns the checksum. All CRCs are written as the
remainder they are; the constants differ per message and so are the profile's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from intent_bridge.codec.crc import crc8, crc8_table, crc8h2f, crc16

Checksum: TypeAlias = Callable[[int, bytes, int, tuple[int, ...]], int]
Place: TypeAlias = Literal[
    "first byte", "first two bytes", "last byte", "last nibble", "any byte", "any nibble"
]


@dataclass(frozen=True, slots=True)
class OemChecksum:
    """One maker's checksum: its function, where its bits must stand, and how many constants it takes."""

    compute: Checksum
    place: Place
    constants: tuple[int, ...] = (0,)
    """The numbers of constants that are possible."""


def _id_bytes(can_id: int) -> bytes:
    return can_id.to_bytes(4, "little")


def _nibbles(data: bytes) -> int:
    return sum((byte >> 4) + (byte & 0xF) for byte in data)


def toyota(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Toyota and Lexus: sum of length, id and data."""
    return (len(data) + sum(_id_bytes(can_id)) + sum(data)) & 0xFF


def honda(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Honda and Acura: what brings the sum of all nibbles, id included, to 8; extended frames to 11."""
    return ((11 if can_id > 0x7FF else 8) - _nibbles(_id_bytes(can_id)) - _nibbles(data)) & 0xF


def chrysler(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Chrysler, Jeep, RAM: SAE J1850 CRC."""
    return crc8(data[:-1], 0xFF) ^ 0xFF


def fca_giorgio(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Alfa Romeo's Giorgio: the same polynomial from zero, and a constant per message (0x0A for most)."""
    return crc8(data[:-1], 0) ^ (constants[0] if constants else 0x0A)


_HYUNDAI_BY_LENGTH: Final = {8: 0x5F29, 16: 0x041D, 24: 0x819D, 32: 0x9F5B}


def hyundai_canfd(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Hyundai, Kia and Genesis on CAN FD: CRC-16 of data and id, and a constant for some lengths."""
    crc = crc16(data[2:] + _id_bytes(can_id)[:2], 0)
    return crc ^ _HYUNDAI_BY_LENGTH.get(len(data), 0)


def subaru(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Subaru's global platform: sum of id and data."""
    return (sum(_id_bytes(can_id)) + sum(data)) & 0xFF


def subaru_preglobal(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Subaru before the global platform: sum of the data."""
    return sum(data) & 0xFF


def vw_mqb(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Volkswagen MQB, MQBevo and MEB: AUTOSAR profile 2 with the message's 16 constants, or without any."""
    crc = crc8h2f(data[1:], 0xFF)
    return (crc8h2f((constants[counter & 0xF],), crc) if constants else crc) ^ 0xFF


def vw_xor(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Volkswagen PQ, and MLB with a start value: exclusive or of the data."""
    result = constants[0] if constants else 0
    for byte in data:
        result ^= byte
    return result


def tesla(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Tesla Model 3 and Y: sum of the id's lower two bytes and the data."""
    return (sum(_id_bytes(can_id)[:2]) + sum(data)) & 0xFF


def psa(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """Peugeot and Citroën: a constant per message (0xB for most) less the sum of all nibbles."""
    return ((constants[0] if constants else 0xB) - _nibbles(data)) & 0xF


_BODY_TABLE: Final = crc8_table(0xD5)


def comma_body(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    """comma body: CRC of polynomial 0xD5 over the data from last to first."""
    crc = 0xFF
    for byte in reversed(data[:-1]):
        crc = _BODY_TABLE[crc ^ byte]
    return crc


OEM_CHECKSUMS: Final[Mapping[str, OemChecksum]] = {
    "toyota": OemChecksum(toyota, "last byte"),
    "honda": OemChecksum(honda, "last nibble"),
    "chrysler": OemChecksum(chrysler, "last byte"),
    "fca_giorgio": OemChecksum(fca_giorgio, "last byte", (0, 1)),
    "hyundai_canfd": OemChecksum(hyundai_canfd, "first two bytes"),
    "subaru": OemChecksum(subaru, "first byte"),
    "subaru_preglobal": OemChecksum(subaru_preglobal, "any byte"),
    "vw_mqb": OemChecksum(vw_mqb, "first byte", (0, 16)),
    "vw_xor": OemChecksum(vw_xor, "any byte", (0, 1)),
    "tesla": OemChecksum(tesla, "any byte"),
    "psa": OemChecksum(psa, "any nibble", (0, 1)),
    "comma_body": OemChecksum(comma_body, "last byte"),
}
"""By the name that a profile gives in `e2e.profile`."""


def place_problem(name: str, bits: tuple[tuple[int, int], ...], length: int) -> str | None:
    """What is wrong with a checksum signal's place in a frame of `length` bytes; None when it is right.

    `bits` are byte and bit of each bit, most significant first.
    """
    place = OEM_CHECKSUMS[name].place
    size = {"first two bytes": 2}.get(place, 1)
    if "nibble" in place:
        low = (bits[-1][0], bits[-1][1]) if bits else (0, 0)
        right = (
            len(bits) == 4 and bits == tuple((low[0], low[1] + n) for n in (3, 2, 1, 0)) and low[1] in (0, 4)
        )
        right = right and (place != "last nibble" or low == (length - 1, 0))
    else:
        first = {"last byte": length - 1}.get(place, bits[-1][0] if place == "any byte" and bits else 0)
        whole = tuple((first + byte, bit) for byte in reversed(range(size)) for bit in reversed(range(8)))
        right = bits == whole
    return None if right else f"the checksum of {name} is the {place} of the frame, unsigned"
