"""End-to-end protection: published answers, and a second implementation."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import e2e.crc
import e2e.p01
import e2e.p02
import e2e.p04
import e2e.p05
import e2e.p06
import e2e.p07
import e2e.p11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from intent_bridge.codec.crc import crc8, crc8h2f, crc16, crc32p4, crc64
from intent_bridge.codec.e2e import IdMode, ProfileName, Protection

VECTORS: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).parents[2] / "data" / "e2e_vectors.yaml")
WITNESSES: Mapping[ProfileName, ModuleType] = {
    "P01": e2e.p01,
    "P02": e2e.p02,
    "P04": e2e.p04,
    "P05": e2e.p05,
    "P06": e2e.p06,
    "P07": e2e.p07,
    "P11": e2e.p11,
}
HEADERS: Mapping[ProfileName, int] = {
    "P01": 2,
    "P02": 2,
    "P04": 12,
    "P05": 3,
    "P06": 5,
    "P07": 20,
    "P11": 2,
    "P22": 2,
}
"""How many bytes each profile needs."""


def test_checksums_of_123456789_are_those_of_the_catalogue() -> None:
    text, ones = b"123456789", (1 << 64) - 1
    assert crc8(text, 0xFF) ^ 0xFF == e2e.crc.CRC8_CHECK == 0x4B
    assert crc8h2f(text, 0xFF) ^ 0xFF == e2e.crc.CRC8H2F_CHECK == 0xDF
    assert crc16(text, 0xFFFF) == e2e.crc.CRC16_CHECK == 0x29B1
    assert crc32p4(text, 0xFFFF_FFFF) ^ 0xFFFF_FFFF == e2e.crc.CRC32P4_CHECK == 0x1697_D06A
    assert crc64(text, ones) ^ ones == e2e.crc.CRC64_CHECK == 0x995D_C9BB_DF19_39FA


def made(vector: Mapping[str, Any]) -> Protection:
    """The protection that a vector is about."""
    length = len(next(iter(vector["frames"].values()))) // 2
    offset, mode = vector.get("offset", 0), vector.get("id_mode", "both")
    return Protection(vector["profile"], tuple(vector["ids"]), length, offset, mode)


@pytest.mark.parametrize(
    ("vector", "counter"),
    [(v, c) for v in VECTORS for c in v["frames"]],
    ids=lambda p: p if isinstance(p, int) else f"{p['profile']}-{p.get('id_mode', p.get('offset', ''))}",
)
def test_published_frames_are_protected_and_checked_alike(vector: dict[str, Any], counter: int) -> None:
    frame = bytes.fromhex(vector["frames"][counter])
    data = bytes(range(len(frame))) if vector.get("data") == "count" else bytes(len(frame))
    assert made(vector).protect(data, counter) == frame
    assert made(vector).check(frame) == counter


def test_every_profile_has_a_published_answer() -> None:
    assert {v["profile"] for v in VECTORS} == set(get_args(ProfileName))


@st.composite
def protections(draw: st.DrawFn, profiles: tuple[ProfileName, ...]) -> Protection:
    profile = draw(st.sampled_from(profiles))
    length = draw(st.integers(HEADERS[profile], 64))
    offset = 0 if profile == "P02" else draw(st.integers(0, length - HEADERS[profile]))
    modes: dict[ProfileName, tuple[IdMode, ...]] = {"P01": get_args(IdMode), "P11": ("both", "nibble")}
    mode = draw(st.sampled_from(modes.get(profile, ("both",))))
    if profile in ("P02", "P22"):
        ids = tuple(draw(st.binary(min_size=16, max_size=16)))
    else:
        most = 0xFFFF_FFFF if profile in ("P04", "P07") else 0xFFF if mode == "nibble" else 0xFFFF
        ids = (draw(st.integers(0, most)),)
    return Protection(profile, ids, length, offset, mode)


@given(protections(tuple(WITNESSES)), st.data())
def test_another_implementation_agrees(protection: Protection, data: st.DataObject) -> None:
    witness, name = WITNESSES[protection.profile], protection.profile.lower()
    options: dict[str, object] = {"length": protection.length}
    if protection.profile != "P02":
        options["offset"] = protection.offset
    if protection.profile in ("P01", "P11"):
        mode = f"E2E_{protection.profile}_DATAID_{protection.id_mode.upper()}"
        options["data_id_mode"] = getattr(witness, mode)
    ids = bytes(protection.data_ids) if protection.profile == "P02" else protection.data_ids[0]
    payload = data.draw(st.binary(min_size=protection.length, max_size=protection.length))
    counter = data.draw(st.integers(0, protection.counters - 1))
    mine = protection.protect(payload, counter)
    theirs = bytearray(mine)
    theirs[protection.offset + (8 if protection.profile == "P04" else 0)] ^= 1  # in the checksum
    assert not getattr(witness, f"e2e_{name}_check")(theirs, ids, **options)
    getattr(witness, f"e2e_{name}_protect")(theirs, ids, increment_counter=False, **options)
    assert bytes(theirs) == mine
    assert protection.check(mine) == counter


@given(protections(get_args(ProfileName)), st.data())
def test_any_flipped_bit_is_noticed(protection: Protection, data: st.DataObject) -> None:
    payload = data.draw(st.binary(min_size=protection.length, max_size=protection.length))
    frame = bytearray(protection.protect(payload, data.draw(st.integers(0, protection.counters - 1))))
    byte, bit = data.draw(st.integers(0, protection.length - 1)), data.draw(st.integers(0, 7))
    frame[byte] ^= 1 << bit
    if protection.profile in ("P02", "P22") and (byte, bit) in protection.bits:
        return  # another counter may pick an id that hides it
    if protection.profile == "P01" and protection.id_mode == "alt" and (byte, bit) in protection.bits:
        return  # so may the other half of the id
    assert protection.check(bytes(frame)) is None


@given(protections(get_args(ProfileName)), st.data())
def test_protecting_writes_only_its_own_bits(protection: Protection, data: st.DataObject) -> None:
    payload = data.draw(st.binary(min_size=protection.length, max_size=protection.length))
    mine = protection.protect(payload, data.draw(st.integers(0, protection.counters - 1)))
    changed = {(i, b) for i in range(len(mine)) for b in range(8) if (mine[i] ^ payload[i]) >> b & 1}
    assert changed <= protection.bits


@given(st.sampled_from(VECTORS), st.binary(max_size=70))
def test_checking_never_raises_on_any_bytes(vector: dict[str, Any], data: bytes) -> None:
    assert made(vector).check(data) is None or len(data) == made(vector).length


def test_counter_15_is_never_right_in_profiles_1_and_11() -> None:
    names: tuple[ProfileName, ...] = ("P01", "P11")
    for name in names:
        protection = Protection(name, (0x123,), 8)
        assert protection.counters == 15
        assert protection.check(protection.protect(bytes(8), 15)) is None


@pytest.mark.parametrize(
    ("profile", "ids", "length", "offset", "mode", "reason"),
    [
        ("P02", (1,), 8, 0, "both", "P02 takes 16 data id(s) from 0 to 0xff"),
        ("P02", tuple(range(250, 266)), 8, 0, "both", "P02 takes 16 data id(s) from 0 to 0xff"),
        ("P05", (0x1_0000,), 8, 0, "both", "P05 takes 1 data id(s) from 0 to 0xffff"),
        ("P05", (-1,), 8, 0, "both", "P05 takes 1 data id(s) from 0 to 0xffff"),
        ("P04", (1,), 8, 0, "both", "P04 needs 12 bytes at byte 0"),
        ("P05", (1,), 8, 6, "both", "P05 needs 3 bytes at byte 6"),
        ("P05", (1,), 8, -1, "both", "P05 needs 3 bytes at byte -1"),
        ("P11", (1,), 8, 0, "alt", "P11 knows the id modes both, nibble"),
        ("P01", (0x1000,), 8, 0, "nibble", "P01 in id mode nibble takes an id of 12 bits"),
        ("P02", tuple(range(16)), 8, 1, "both", "P02 starts at byte 0"),
    ],
)
def test_parameters_that_the_profile_does_not_know_are_refused(
    profile: ProfileName, ids: tuple[int, ...], length: int, offset: int, mode: IdMode, reason: str
) -> None:
    with pytest.raises(ValueError) as caught:
        Protection(profile, ids, length, offset, mode)
    assert str(caught.value) == reason


def test_an_id_of_twelve_bits_may_be_any_in_id_mode_nibble() -> None:
    assert Protection("P01", (0xFFF,), 8, 0, "nibble").check(bytes(8)) is None


@given(protections(get_args(ProfileName)), st.data())
def test_whatever_stood_where_the_counter_goes_is_overwritten(
    protection: Protection, data: st.DataObject
) -> None:
    counter = data.draw(st.integers(0, protection.counters - 1))
    written = [protection.protect(bytes((filled,)) * protection.length, counter) for filled in (0, 255)]
    assert [protection.check(frame) for frame in written] == [counter, counter]


@pytest.mark.parametrize("counter", range(15))
def test_in_id_mode_alt_even_counters_take_the_low_byte_of_the_id_and_odd_ones_the_high(counter: int) -> None:
    def checksum(data_id: int, mode: IdMode) -> int:
        return Protection("P01", (data_id,), 8, 0, mode).protect(b"12345678", counter)[0]

    assert checksum(0x1234, "alt") == checksum(0x12 if counter % 2 else 0x34, "low")
