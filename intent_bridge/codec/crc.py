"""The five checksums of AUTOSAR end-to-end protection, by table (AUTOSAR CRC library, SWS_CRCLibrary).

Each function continues from a start value, so that a frame can be summed up in parts; start and final
values are the caller's (the profiles differ in them).
"""

import binascii
from collections.abc import Iterable
from typing import Final


def crc8_table(polynomial: int) -> tuple[int, ...]:
    """The 256 remainders of an 8-bit CRC, most significant bit first."""
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc << 1 ^ polynomial) & 0xFF if crc & 0x80 else crc << 1
        table.append(crc)
    return tuple(table)


def _reflected_table(polynomial: int, width: int) -> tuple[int, ...]:
    mirrored = int(f"{polynomial:0{width}b}"[::-1], 2)
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ mirrored if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC8: Final = crc8_table(0x1D)
CRC8H2F: Final = crc8_table(0x2F)
_CRC32P4: Final = _reflected_table(0xF4ACFB13, 32)
_CRC64: Final = _reflected_table(0x42F0E1EBA9EA3693, 64)


def crc8(data: Iterable[int], crc: int) -> int:
    """SAE J1850, polynomial 0x1D."""
    table = _CRC8
    for byte in data:
        crc = table[crc ^ byte]
    return crc


def crc8h2f(data: Iterable[int], crc: int) -> int:
    """CRC8H2F, polynomial 0x2F."""
    table = CRC8H2F
    for byte in data:
        crc = table[crc ^ byte]
    return crc


def crc16(data: bytes | bytearray, crc: int) -> int:
    """CCITT, polynomial 0x1021."""
    return binascii.crc_hqx(data, crc)


def crc32p4(data: Iterable[int], crc: int) -> int:
    """Profile 4's, polynomial 0xF4ACFB13, reflected."""
    table = _CRC32P4
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def crc64(data: Iterable[int], crc: int) -> int:
    """ECMA-182, polynomial 0x42F0E1EBA9EA3693, reflected."""
    table = _CRC64
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc
