"""The car makers' checksums once more, bit by bit, for the simulated ECUs.

Written from opendbc's descriptions and not from our codec's tables, so that the two witness against each
other. Each takes the frame's id, its bytes with the checksum's bits at zero, its counter and its constants.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

Checksum = Callable[[int, bytes, int, tuple[int, ...]], int]


def _remainder(data: Iterable[int], polynomial: int, width: int, first: int) -> int:
    """What is left of the bits after division by the polynomial; most significant bit first."""
    register = first
    for byte in data:
        for n in range(7, -1, -1):
            out = register >> width - 1 ^ byte >> n & 1
            register = register << 1 & (1 << width) - 1
            if out:
                register ^= polynomial
    return register


def _sum(*parts: Iterable[int]) -> int:
    return sum(sum(part) for part in parts) % 256


def _id(can_id: int) -> bytes:
    return bytes(can_id >> shift & 0xFF for shift in (0, 8, 16, 24))


def _digits(*parts: bytes) -> int:
    """The sum of all hexadecimal digits."""
    return sum(int(digit, 16) for part in parts for digit in part.hex())


def _toyota(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return _sum(_id(can_id), data, [len(data)])


def _honda(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    extended = can_id >= 0x800
    return (8 - _digits(_id(can_id), data) + (3 if extended else 0)) % 16


def _chrysler(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return 0xFF - _remainder(data[:-1], 0x1D, 8, 0xFF)


def _fca_giorgio(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return _remainder(data[:-1], 0x1D, 8, 0) ^ (constants or (0x0A,))[0]


def _hyundai_canfd(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    left = _remainder(data[2:] + _id(can_id)[:2], 0x1021, 16, 0)
    return left ^ {8: 0x5F29, 16: 0x041D, 24: 0x819D, 32: 0x9F5B}.get(len(data), 0)


def _subaru(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return _sum(_id(can_id), data)


def _subaru_preglobal(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return _sum(data)


def _vw_mqb(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return 0xFF - _remainder([*data[1:], *constants[counter % 16 :][:1]], 0x2F, 8, 0xFF)


def _vw_xor(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    odd = (sum(byte >> n & 1 for byte in (*data, *constants)) % 2 << n for n in range(8))
    return sum(odd)


def _tesla(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return _sum(_id(can_id)[:2], data)


def _psa(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return ((constants or (0xB,))[0] - _digits(data)) % 16


def _comma_body(can_id: int, data: bytes, counter: int, constants: tuple[int, ...]) -> int:
    return _remainder(data[-2::-1], 0xD5, 8, 0xFF)


CHECKSUMS: Final[Mapping[str, Checksum]] = {
    "toyota": _toyota,
    "honda": _honda,
    "chrysler": _chrysler,
    "fca_giorgio": _fca_giorgio,
    "hyundai_canfd": _hyundai_canfd,
    "subaru": _subaru,
    "subaru_preglobal": _subaru_preglobal,
    "vw_mqb": _vw_mqb,
    "vw_xor": _vw_xor,
    "tesla": _tesla,
    "psa": _psa,
    "comma_body": _comma_body,
}
"""By the name that a profile gives."""
