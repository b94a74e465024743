"""Buckets of tokens: how many frames may leave at once, and how soon the next."""

from intent_bridge.engine.rates import Bucket, Rates
from intent_bridge.profile import load_profile
from tests.unit.codec.support import TINY_CAR


def taken(bucket: Bucket, now_ms: int) -> int:
    """How many frames leave at this moment, one after another, until one would have to wait."""
    count = 0
    while bucket.free_ms(1, now_ms) == now_ms:
        bucket.take(1, now_ms)
        count += 1
    return count


def test_a_full_bucket_lets_its_burst_pass_and_then_one_frame_for_each_token_that_comes_back() -> None:
    bucket = Bucket(frames_per_s=40, burst=5)
    assert taken(bucket, 1_000_000) == 5
    assert bucket.free_ms(1, 1_000_000) == 1_000_025
    assert taken(bucket, 1_000_024) == 0
    assert taken(bucket, 1_000_025) == 1
    assert taken(bucket, 1_000_025 + 75) == 3


def test_a_bucket_holds_no_more_than_its_burst_however_long_it_rests() -> None:
    bucket = Bucket(frames_per_s=1000, burst=3)
    assert taken(bucket, 0) == 3
    assert taken(bucket, 3_600_000) == 3


def test_frames_that_leave_together_wait_for_all_of_their_tokens() -> None:
    bucket = Bucket(frames_per_s=100, burst=4)
    bucket.take(4, 0)
    assert [bucket.free_ms(n, 0) for n in (1, 2, 3, 4)] == [10, 20, 30, 40]


def test_a_rate_that_divides_no_second_is_rounded_to_the_later_millisecond_and_loses_nothing() -> None:
    bucket = Bucket(frames_per_s=3, burst=2)
    left = []
    for now_ms in range(3001):
        left += [now_ms] * taken(bucket, now_ms)
    assert left == [0, 0, 334, 667, 1000, 1334, 1667, 2000, 2334, 2667, 3000]


def test_a_clock_that_is_set_back_brings_no_tokens_and_takes_none() -> None:
    bucket = Bucket(frames_per_s=10, burst=2)
    assert taken(bucket, 60_000) == 2
    assert taken(bucket, 1_000) == 0
    assert bucket.free_ms(1, 1_000) == 1_100
    assert taken(bucket, 1_100) == 1


def test_the_bucket_of_all_holds_messages_back_that_have_tokens_of_their_own() -> None:
    profile = load_profile(TINY_CAR)
    rates, total = Rates(profile), profile.file.rate
    own = {name: info.spec.rate.burst for name, info in profile.messages.items() if info.spec.rate}
    for name, burst in list(own.items())[:2]:
        rates.take([name] * burst, 0)
    assert sum(list(own.values())[:2]) == total.burst
    third = list(own)[2]
    assert rates.free_ms([third], 0) == -(-1000 // total.frames_per_s)


def test_the_bucket_of_one_message_leaves_the_others_free() -> None:
    profile = load_profile(TINY_CAR)
    rates = Rates(profile)
    rates.take(["SEAT_CMD"] * 20, 0)
    assert rates.free_ms(["ADAS_CMD"], 0) == 0
    assert rates.free_ms(["ADAS_CMD", "SEAT_CMD"], 0) == 13  # 80 a second, rounded up
    assert rates.free_ms(["SEAT_CMD", "SEAT_CMD"], 0) == 25
