"""The car makers' checksums against opendbc, on random frames of every id its files know; published frames.

opendbc is not needed to work on this project; without it the comparison is skipped.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec.oem_checksums import OEM_CHECKSUMS
from intent_bridge.profile.protection import place_problem

needs_opendbc = pytest.mark.skipif(
    importlib.util.find_spec("opendbc") is None, reason="opendbc is not installed (pip install opendbc)"
)

PEERS: Mapping[str, tuple[str, str, int, int]] = {
    "toyota": ("toyota.toyotacan", "toyota_checksum", -1, 0),
    "honda": ("honda.hondacan", "honda_checksum", -1, 0),
    "chrysler": ("chrysler.chryslercan", "chrysler_checksum", -1, 0),
    "fca_giorgio": ("chrysler.chryslercan", "fca_giorgio_checksum", -1, 0),
    "hyundai_canfd": ("hyundai.hyundaicanfd", "hkg_can_fd_checksum", 0, 0),
    "subaru": ("subaru.subarucan", "subaru_checksum", 0, 0),
    "vw_mqb": ("volkswagen.mqbcan", "volkswagen_mqb_meb_checksum", 0, 0),
    "vw_xor": ("volkswagen.mqbcan", "xor_checksum", 3, 24),
    "tesla": ("tesla.teslacan", "tesla_checksum", 3, 24),
    "psa": ("psa.psacan", "psa_checksum", 2, 16),
    "comma_body": ("body.bodycan", "body_checksum", -1, 0),
}
"""Module and function in opendbc, the byte in which the checksum stands, and its start bit."""

KEEP = {"honda": 0xF0, "psa": 0xF0}
"""The bits beside the checksum in its byte."""


def peer(name: str) -> Callable[[int, Any, bytearray], int]:
    module, function, _, _ = PEERS[name]
    found: Callable[[int, Any, bytearray], int] = getattr(
        importlib.import_module(f"opendbc.car.{module}"), function
    )
    return found


def constants(name: str, can_id: int) -> tuple[int, ...]:
    """What a profile would have to say for this id, read from opendbc's own tables."""
    if name == "vw_mqb":
        table = importlib.import_module("opendbc.car.volkswagen.mqbcan").VOLKSWAGEN_MQB_MEB_CONSTANTS
        return tuple(table.get(can_id, ()))
    by_id = {
        "fca_giorgio": {0xDE: (0x10,), 0x106: (0xF6,), 0x122: (0xF1,)},
        "psa": {0x452: (0x4,), 0x38D: (0x7,), 0x42D: (0xC,)},
    }
    return by_id.get(name, {}).get(can_id, ())


IDS = [0x40, 0x86, 0xFD, 0x120, 0x122, 0xDE, 0x106, 0x452, 0x38D, 0x42D, 0x2E4, 0x7FF, 0x12F8BFA7]


@needs_opendbc
@pytest.mark.parametrize("name", PEERS)
@given(can_id=st.sampled_from(IDS) | st.integers(1, 0x7FF), data=st.data())
def test_checksums_are_those_of_opendbc(name: str, can_id: int, data: st.DataObject) -> None:
    lengths = [8, 16, 24, 32, 12] if name == "hyundai_canfd" else [4, 6, 8]
    length = data.draw(st.sampled_from(lengths))
    frame = bytearray(data.draw(st.binary(min_size=length, max_size=length)))
    _, _, byte, start_bit = PEERS[name]
    frame[byte] &= KEEP.get(name, 0)
    if name == "hyundai_canfd":
        frame[1] = 0
        can_id &= 0xFFFF
    counter = frame[1] & 0xF
    ours = OEM_CHECKSUMS[name](can_id, bytes(frame), counter, constants(name, can_id))
    assert ours == peer(name)(can_id, SimpleNamespace(start_bit=start_bit), bytearray(frame))


@needs_opendbc
def test_every_checksum_that_opendbc_has_is_here() -> None:
    dbc = importlib.import_module("opendbc.can.dbc")
    theirs = {n for n in vars(dbc) if n.endswith("_checksum")}
    assert theirs - {function for _, function, _, _ in PEERS.values()} == {"volkswagen_mlb_checksum"}
    # MLB is vw_xor with a start value for ten ids, and vw_mqb for all others


@needs_opendbc
@given(st.binary(min_size=8, max_size=8))
def test_mlb_is_the_exclusive_or_with_a_start_value_or_mqb(frame: bytes) -> None:
    mlb = importlib.import_module("opendbc.car.volkswagen.mlbcan").volkswagen_mlb_checksum
    first = SimpleNamespace(start_bit=0)
    data = b"\0" + frame[1:]
    assert OEM_CHECKSUMS["vw_xor"](0x109, data, 0, (0x08,)) == mlb(0x109, first, bytearray(data))
    ids = constants("vw_mqb", 0x86)
    assert OEM_CHECKSUMS["vw_mqb"](0x86, data, data[1] & 0xF, ids) == mlb(0x86, first, bytearray(data))


def test_toyota_sums_length_id_and_data() -> None:
    assert OEM_CHECKSUMS["toyota"](0x2E4, bytes([0x80, 0, 0, 1, 0]), 0, ()) == 0x6C


def test_subaru_before_the_global_platform_sums_the_data() -> None:
    assert OEM_CHECKSUMS["subaru_preglobal"](0x164, bytes([1, 2, 0xFF, 0, 5, 0, 0, 0]), 0, ()) == 0x07


def bits(first: int, start: int, length: int) -> tuple[tuple[int, int], ...]:
    """A little-endian signal's bits, most significant first."""
    return tuple(divmod(8 * first + start + n, 8) for n in reversed(range(length)))


@pytest.mark.parametrize(
    ("name", "where", "right"),
    [
        ("toyota", bits(7, 0, 8), True),
        ("toyota", bits(6, 0, 8), False),
        ("honda", bits(7, 0, 4), True),
        ("honda", bits(7, 4, 4), False),
        ("psa", bits(2, 4, 4), True),
        ("psa", bits(2, 2, 4), False),
        ("tesla", bits(3, 0, 8), True),
        ("tesla", bits(3, 1, 8), False),
        ("hyundai_canfd", bits(0, 0, 16), True),
        ("hyundai_canfd", bits(0, 0, 8), False),
        ("hyundai_canfd", tuple((n // 8, 7 - n % 8) for n in range(16)), False),  # big-endian
        ("vw_mqb", bits(0, 0, 8), True),
    ],
)
def test_a_checksum_must_stand_where_its_function_looks(
    name: str, where: tuple[tuple[int, int], ...], right: bool
) -> None:
    assert (place_problem(name, where, 8) is None) is right
