"""The checksums that car makers use instead of AUTOSAR's, as opendbc documents them for the makes it covers.

Each function takes the frame's id, its bytes with the checksum's own bits at zero, its counter (0 where it
has none), and the message's constants from the profile; it returns the checksum. All CRCs are written as the
remainder they are; the constants differ per message and so are the profile's business.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from intent_bridge.codec.crc import crc8, crc8_table, crc8h2f, crc16

Checksum: TypeAlias = Callable[[int, bytes, int, tuple[int, ...]], int]


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


OEM_CHECKSUMS: Final[Mapping[str, Checksum]] = {
    "toyota": toyota,
    "honda": honda,
    "chrysler": chrysler,
    "fca_giorgio": fca_giorgio,
    "hyundai_canfd": hyundai_canfd,
    "subaru": subaru,
    "subaru_preglobal": subaru_preglobal,
    "vw_mqb": vw_mqb,
    "vw_xor": vw_xor,
    "tesla": tesla,
    "psa": psa,
    "comma_body": comma_body,
}
"""By the name that a profile gives in `e2e.profile`."""
