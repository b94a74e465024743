"""Whatever is asked and when: in no stretch of time more frames leave than a bucket holds and gets."""

from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec.egress_limits import Limits
from intent_bridge.engine.rates import Bucket, Rates
from intent_bridge.profile import load_profile
from tests.unit.codec.support import TINY_CAR

GAPS_MS = st.one_of(st.just(0), st.integers(0, 30), st.integers(0, 5000))
PROFILE = load_profile(TINY_CAR)
COMMANDS = sorted(name for name, info in PROFILE.messages.items() if info.spec.rate is not None)


def most_in_a_stretch(left_ms: list[int], frames_per_s: int, burst: int) -> None:
    """Every stretch begins and ends with a frame: others hold no more."""
    for first, begin_ms in enumerate(left_ms):
        for last in range(first, len(left_ms)):
            frames = last - first + 1
            assert 1000 * frames <= 1000 * burst + frames_per_s * (left_ms[last] - begin_ms)


@given(
    st.integers(1, 1000),
    st.integers(1, 20),
    st.lists(st.tuples(GAPS_MS, st.integers(1, 4)), max_size=60),
)
def test_never_more_than_burst_and_rate_by_time_leave_in_any_stretch(
    frames_per_s: int, burst: int, asked: list[tuple[int, int]]
) -> None:
    bucket, now_ms, left_ms = Bucket(frames_per_s, burst), 0, list[int]()
    for gap_ms, frames in asked:
        now_ms += gap_ms
        if bucket.free_ms(frames, now_ms) == now_ms:
            bucket.take(frames, now_ms)
            left_ms += [now_ms] * frames
    most_in_a_stretch(left_ms, frames_per_s, burst)


@given(st.integers(1, 1000), st.integers(1, 20), st.data())
def test_the_moment_that_is_named_is_the_first_at_which_the_frames_may_leave(
    frames_per_s: int, burst: int, data: st.DataObject
) -> None:
    spent, frames = data.draw(st.integers(0, burst)), data.draw(st.integers(1, burst))
    now_ms = data.draw(st.integers(0, 500))

    def free_ms(asked_ms: int) -> int:
        bucket = Bucket(frames_per_s, burst)
        bucket.take(spent, 0)
        return bucket.free_ms(frames, asked_ms)

    first_ms = free_ms(now_ms)
    assert free_ms(first_ms) == first_ms
    assert first_ms == now_ms or free_ms(first_ms - 1) == first_ms


@given(st.lists(st.tuples(GAPS_MS, st.sampled_from(COMMANDS)), max_size=400))
def test_what_the_buckets_let_pass_the_egress_gate_never_counts_as_too_much(
    asked: list[tuple[int, str]],
) -> None:
    rates, limits, now_ms = Rates(PROFILE), Limits(PROFILE), 0
    for gap_ms, name in asked:
        now_ms = max(now_ms + gap_ms, rates.free_ms([name], now_ms + gap_ms))
        assert limits.refuses(name, (), {}, now_ms) is None
        rates.take([name], now_ms)
        limits.count(name, (), {}, now_ms)
