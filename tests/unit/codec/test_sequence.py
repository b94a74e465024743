"""Counters of received frames: lost, repeated, wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec.sequence import CheckStatus, Counters

OK, REPEATED = CheckStatus.OK, CheckStatus.REPEATED
WRONG, ERROR = CheckStatus.WRONG_SEQUENCE, CheckStatus.ERROR


@pytest.mark.parametrize("first", [0, 7, 15])
def test_the_first_good_frame_is_accepted_whatever_its_counter(first: int) -> None:
    assert Counters(16, 1).judge(first) is OK


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ([14, 15, 0, 1], [OK, OK, OK, OK]),
        ([14, 14, 14], [OK, REPEATED, REPEATED]),
        ([0, 3, 7], [OK, OK, WRONG]),
        ([0, 4, 5], [OK, WRONG, OK]),
        ([5, 4], [OK, WRONG]),
        ([15, 2], [OK, OK]),
        ([15, 3], [OK, WRONG]),
        ([None, 5, None, None, 6], [ERROR, OK, ERROR, ERROR, OK]),
    ],
)
def test_a_step_up_to_the_limit_is_accepted(received: list[int | None], expected: list[CheckStatus]) -> None:
    counters = Counters(16, 3)
    assert [counters.judge(c) for c in received] == expected


@given(st.integers(1, 14), st.lists(st.integers(0, 14)))
def test_a_counter_that_never_jumps_is_never_refused(max_delta: int, lost: list[int]) -> None:
    counters, sent = Counters(15, max_delta), 0
    counters.judge(sent)
    for n in lost:
        sent = (sent + 1 + n % max_delta) % 15
        assert counters.judge(sent) is OK
