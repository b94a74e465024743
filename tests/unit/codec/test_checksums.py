"""Checksums by table and by a car maker's rule, against the division that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec import crc
from intent_bridge.codec.oem_checksums import OEM_CHECKSUMS
from intent_bridge.sim.checksums import CHECKSUMS

NO_CONSTANTS: tuple[int, ...] = ()
SIXTEEN = tuple(7 * n + 3 for n in range(16))


def remainder(polynomial: int, width: int, byte: int) -> int:
    """What is left of one byte and `width` zeros after division, bit by bit."""
    left = byte << width
    for place in range(width + 7, width - 1, -1):
        if left >> place & 1:
            left ^= (1 << width | polynomial) << place - width
    return left


def mirrored(number: int, width: int) -> int:
    return int(f"{number:0{width}b}"[::-1], 2)


@pytest.mark.parametrize("polynomial", [0x1D, 0x2F, 0xD5])
def test_a_table_holds_the_remainder_of_every_byte(polynomial: int) -> None:
    expected = tuple(remainder(polynomial, 8, byte) for byte in range(256))
    assert crc.crc8_table(polynomial) == expected


@pytest.mark.parametrize(
    ("polynomial", "width", "used"),
    [(0xF4ACFB13, 32, crc._CRC32P4), (0x42F0E1EBA9EA3693, 64, crc._CRC64)],
)
def test_a_reflected_table_holds_them_with_all_bits_mirrored(
    polynomial: int, width: int, used: tuple[int, ...]
) -> None:
    expected = tuple(mirrored(remainder(polynomial, width, mirrored(byte, 8)), width) for byte in range(256))
    assert crc._reflected_table(polynomial, width) == expected == used


def test_every_makers_checksum_has_its_second_implementation_in_the_simulator() -> None:
    assert OEM_CHECKSUMS.keys() == CHECKSUMS.keys()


@pytest.mark.parametrize("name", OEM_CHECKSUMS)
@pytest.mark.parametrize("constants", [NO_CONSTANTS, SIXTEEN])
@given(
    can_id=st.sampled_from((1, 0x7FF, 0x800, 0x1000, 0x12F8BFA7)) | st.integers(1, (1 << 29) - 1),
    data=st.sampled_from((4, 8, 12, 16, 24, 32)).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
    counter=st.integers(0, 31),
)
def test_a_makers_checksum_is_that_of_the_simulators_own_arithmetic(
    name: str, constants: tuple[int, ...], can_id: int, data: bytes, counter: int
) -> None:
    given_ = constants[:1] if name in ("vw_xor", "psa", "fca_giorgio") else constants
    theirs = CHECKSUMS[name](can_id, data, counter, given_)
    assert OEM_CHECKSUMS[name](can_id, data, counter, given_) == theirs


@pytest.mark.parametrize(
    ("name", "can_id", "data", "counter", "constants", "expected"),
    [
        ("honda", 0x7FF, bytes(8), 0, (), (8 - 7 - 15 - 15) & 15),  # the last id of eleven bits
        ("honda", 0x800, bytes(8), 0, (), (11 - 8) & 15),
        ("hyundai_canfd", 0, bytes(12), 0, (), 0),  # no constant for this length
        ("hyundai_canfd", 0, bytes(8), 0, (), 0x5F29),
        ("vw_xor", 1, bytes((1, 2, 4)), 0, (), 7),
        ("vw_xor", 1, bytes((1, 2, 4)), 0, (8,), 15),
        ("psa", 1, bytes((0x12, 0x34)), 0, (), 1),
        ("psa", 1, bytes((0x12, 0x34)), 0, (4,), 10),
        ("tesla", 0x1_0203, bytes((1, 2)), 0, (), 8),
        ("fca_giorgio", 1, bytes(8), 0, (), 0x0A),
        ("fca_giorgio", 1, bytes(8), 0, (0x10,), 0x10),
    ],
)
def test_a_makers_checksum_of_an_easy_frame_is_what_a_hand_reckons(
    name: str, can_id: int, data: bytes, counter: int, constants: tuple[int, ...], expected: int
) -> None:
    assert OEM_CHECKSUMS[name](can_id, data, counter, constants) == expected
