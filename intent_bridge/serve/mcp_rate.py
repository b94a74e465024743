"""How often one client may ask: a bucket of permits that fills again with time. Time is an argument."""

from collections import OrderedDict
from typing import Final

MAX_KEYS: Final = 4096
"""Clients and addresses remembered; the one seen longest ago goes first."""


class Rate:
    """`per_minute` for each key, at most `burst` at once."""

    def __init__(self, burst: int = 20) -> None:
        self._burst = burst
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def takes(self, key: str, per_minute: int, now_ms: int) -> bool:
        """Whether one more fits now; it is counted when it does."""
        burst = float(min(self._burst, per_minute))
        left, since_ms = self._left.pop(key, (burst, now_ms))
        left = min(burst, left + (now_ms - since_ms) * per_minute / 60_000)
        fits = left >= 1
        self._left[key] = (left - 1 if fits else left, now_ms)
        while len(self._left) > MAX_KEYS:
            self._left.popitem(last=False)
        return fits
