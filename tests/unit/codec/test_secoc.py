"""SecOC against RFC 4493, and what must hold whatever is lost, repeated, forged or restarted."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec.secoc import SecOc, SecOcReceiver, aes_cmac
from intent_bridge.errors import IntentBridgeError

pytest.importorskip(
    "cryptography", reason="cryptography is not installed (pip install 'intent-bridge[secoc]')"
)

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)


def secoc(sent: int = 8, mac: int = 24) -> SecOc:
    return SecOc(KEY, 0x123, payload_length=4, freshness_bits=32, sent_freshness_bits=sent, mac_bits=mac)


@pytest.mark.parametrize(
    ("length", "mac"),
    [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ],
)
def test_the_mac_is_that_of_rfc_4493(length: int, mac: str) -> None:
    assert aes_cmac(KEY, MESSAGE[:length]).hex() == mac


def test_a_frame_is_payload_then_freshness_then_mac() -> None:
    made = secoc().protect(b"abcd", 0x01020304)
    whole = aes_cmac(KEY, b"\x01\x23abcd\x01\x02\x03\x04")
    assert made == b"abcd" + b"\x04" + whole[:3]
    odd = secoc(sent=4, mac=28).protect(b"abcd", 0x01020304)
    assert odd == b"abcd" + ((0x4 << 28) | int.from_bytes(whole[:4], "big") >> 4).to_bytes(4, "big")
    padded = secoc(sent=2, mac=24).protect(b"abcd", 0x01020303)
    assert len(padded) == 8 and padded[7] & 0x3F == 0


@given(st.lists(st.integers(1, 255), max_size=12), st.binary(min_size=4, max_size=4))
def test_whatever_fewer_than_a_wrap_is_lost_each_frame_is_accepted_once(
    steps: list[int], payload: bytes
) -> None:
    receiver, freshness = SecOcReceiver(secoc()), 0
    for step in steps:
        freshness += step
        frame = secoc().protect(payload, freshness)
        assert receiver.check(frame) == payload and receiver.last == freshness
        assert receiver.check(frame) is None


@given(st.integers(0, 63), st.integers(0, 1000))
def test_every_wrong_bit_is_refused_and_moves_nothing(bit: int, freshness: int) -> None:
    frame = bytearray(secoc().protect(b"seat", freshness))
    frame[bit // 8] ^= 1 << bit % 8
    receiver = SecOcReceiver(secoc(), last=freshness - 1)
    assert receiver.check(bytes(frame)) is None and receiver.last == freshness - 1


def test_a_frame_of_another_length_is_none_of_these() -> None:
    receiver = SecOcReceiver(secoc(), last=4)
    for wrong in (secoc().protect(b"seat", 5)[:-1], secoc().protect(b"seat", 5) + b"\0", b""):
        assert receiver.check(wrong) is None
    assert receiver.last == 4


def test_after_a_long_loss_only_a_resync_helps_and_never_backwards() -> None:
    frame = secoc().protect(b"seat", 5000)
    receiver = SecOcReceiver(secoc(), last=7)
    assert receiver.check(frame) is None
    receiver.resync(4990)
    assert receiver.check(frame) == b"seat"
    receiver.resync(10)
    assert receiver.last == 5000 and receiver.check(frame) is None


def test_without_a_sent_freshness_the_next_values_are_tried() -> None:
    bare = secoc(sent=0)
    receiver = SecOcReceiver(bare, last=9, attempts=3)
    assert receiver.check(bare.protect(b"seat", 12)) == b"seat"
    assert receiver.check(bare.protect(b"seat", 16)) is None


def test_freshness_ends_rather_than_wraps() -> None:
    with pytest.raises(ValueError, match="freshness of 32 bits"):
        secoc().protect(b"seat", 1 << 32)
    assert SecOcReceiver(secoc(), last=(1 << 32) - 1).check(secoc().protect(b"seat", 5)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": b"short"}, {"data_id": 1 << 16}, {"sent_freshness_bits": 33}, {"freshness_bits": 65},
        {"mac_bits": 16}, {"mac_bits": 129}, {"payload_length": -1},
    ],
)  # fmt: skip
def test_what_cannot_be_secure_is_refused(wrong: dict[str, object]) -> None:
    given: dict[str, object] = {
        "key": KEY, "data_id": 1, "payload_length": 4, "freshness_bits": 32, "sent_freshness_bits": 8,
        "mac_bits": 24,
    }  # fmt: skip
    with pytest.raises(ValueError):
        SecOc(**(given | wrong))  # type: ignore[arg-type]


def test_a_key_is_never_shown() -> None:
    assert KEY.hex() not in repr(secoc()) and str(KEY) not in repr(secoc())


def test_without_cryptography_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.cmac", None)
    with pytest.raises(IntentBridgeError, match=r"pip install 'intent-bridge\[secoc\]'"):
        aes_cmac(KEY, b"")


@pytest.mark.parametrize(
    "edge",
    [
        {"data_id": 0},
        {"data_id": 0xFFFF},
        {"sent_freshness_bits": 32},
        {"sent_freshness_bits": 0},
        {"freshness_bits": 64},
        {"freshness_bits": 1, "sent_freshness_bits": 1},
        {"mac_bits": 24},
        {"mac_bits": 128},
        {"payload_length": 0},
    ],
)
def test_what_is_just_long_enough_is_secured_and_read_again(edge: dict[str, Any]) -> None:
    given_: dict[str, Any] = {
        "key": KEY, "data_id": 1, "payload_length": 4, "freshness_bits": 32, "sent_freshness_bits": 8,
        "mac_bits": 24,
    }  # fmt: skip
    made = SecOc(**(given_ | edge))
    payload, last = b"seat"[: made.payload_length], (1 << made.freshness_bits) - 1
    frame = made.protect(payload, last)
    assert len(frame) == made.length
    assert SecOcReceiver(made, last - 1).check(frame) == payload


def test_after_the_last_freshness_value_no_frame_is_good_not_even_of_the_first() -> None:
    receiver = SecOcReceiver(secoc(), last=(1 << 32) - 1)
    assert [receiver.check(secoc().protect(b"seat", n)) for n in (0, 1, (1 << 32) - 1)] == [None] * 3
