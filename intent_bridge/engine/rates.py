"""How fast start and repeat frames may leave: a bucket of tokens per command message, and one for all.

In any stretch of time no more leave than the bucket holds and what came back into it meanwhile. Stop and
neutral frames take no token and wait for none. Whole numbers only, so that a replay decides alike.
"""

from collections.abc import Sequence
from typing import Final

from intent_bridge.profile import Profile

_TOKEN: Final = 1000
"""Levels count thousandths of a token: at n frames per second, n of them come back in a millisecond."""


class Bucket:
    """Full at the start. A clock that is set back brings no tokens until it has passed on from there."""

    __slots__ = ("_full", "_level", "_per_ms", "_seen_ms")

    def __init__(self, frames_per_s: int, burst: int) -> None:
        self._per_ms, self._full = frames_per_s, burst * _TOKEN
        self._level, self._seen_ms = self._full, 0

    def free_ms(self, frames: int, now_ms: int) -> int:
        """The first moment, `now_ms` or later, at which so many frames may leave together."""
        missing = frames * _TOKEN - self._filled(now_ms)
        return now_ms if missing <= 0 else now_ms - (-missing // self._per_ms)

    def take(self, frames: int, now_ms: int) -> None:
        """So many frames leave now."""
        self._level = self._filled(now_ms) - frames * _TOKEN

    def _filled(self, now_ms: int) -> int:
        passed_ms, self._seen_ms = now_ms - self._seen_ms, now_ms
        if passed_ms > 0:
            self._level = min(self._full, self._level + passed_ms * self._per_ms)
        return self._level


class Rates:
    """The buckets of one vehicle."""

    def __init__(self, profile: Profile) -> None:
        total = profile.file.rate
        self._all = Bucket(total.frames_per_s, total.burst)
        self._own = {
            name: Bucket(rate.frames_per_s, rate.burst)
            for name, info in profile.messages.items()
            if (rate := info.spec.rate) is not None
        }

    def free_ms(self, messages: Sequence[str], now_ms: int) -> int:
        """The first moment at which a frame of each of these messages may leave, all of them together."""
        free_ms = self._all.free_ms(len(messages), now_ms)
        for name in set(messages):
            free_ms = max(free_ms, self._own[name].free_ms(messages.count(name), now_ms))
        return free_ms

    def take(self, messages: Sequence[str], now_ms: int) -> None:
        """These frames leave now."""
        self._all.take(len(messages), now_ms)
        for name in messages:
            self._own[name].take(1, now_ms)
