"""Our MAC against the one opendbc makes for Toyota's SecOC frames; skipped where opendbc is not installed."""

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec.secoc import SecOc

secoc = pytest.importorskip("opendbc.car.secoc", reason="opendbc is not installed (pip install opendbc)")


@given(
    st.binary(min_size=16, max_size=16),
    st.integers(0, 0x7FF),
    st.binary(min_size=4, max_size=4),
    st.integers(0, (1 << 16) - 1),
    st.integers(0, (1 << 20) - 1),
    st.integers(0, 255),
)
def test_the_mac_is_that_of_opendbc(
    key: bytes, can_id: int, payload: bytes, trip: int, reset: int, count: int
) -> None:
    freshness = trip << 32 | reset << 12 | count << 4 | (reset & 3) << 2
    ours = SecOc(key, can_id, 4, freshness_bits=48, sent_freshness_bits=4, mac_bits=28).protect(
        payload, freshness
    )
    _, theirs, _ = importlib.import_module("opendbc.car.secoc").add_mac(
        key, trip, reset, count, (can_id, payload, 0)
    )
    flags = (count & 3) << 2 | reset & 3  # Toyota sends other bits of the freshness value than the lowest
    assert theirs == payload + bytes([flags << 4 | ours[4] & 0xF]) + ours[5:]
