"""A circuit breaker for one lane: pybreaker's states, on a clock that no time server can set.

Opens after so many failures in a row (slow answers count), stays open for a while, then lets one request
through as a probe: closes if that is good, opens again if not.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

try:
    import pybreaker
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "lanes need pybreaker: pip install 'intent-bridge[llm]'", name="pybreaker"
    ) from None


class _LaneFailed(Exception):
    """How a failure is told to pybreaker."""


class _Monotonic(pybreaker.CircuitMemoryStorage):
    """Keeps when the circuit opened on a steady clock; pybreaker compares with the wall clock's now."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        super().__init__(pybreaker.STATE_CLOSED)
        self._clock_s = clock_s
        self._opened_s: float | None = None

    @property
    def opened_at(self) -> datetime | None:
        if self._opened_s is None:
            return None
        return datetime.now(UTC) - timedelta(seconds=self._clock_s() - self._opened_s)

    @opened_at.setter
    def opened_at(self, _: datetime) -> None:
        self._opened_s = self._clock_s()

    def open_for_s(self) -> float:
        """How long the circuit has been open."""
        return 0.0 if self._opened_s is None else self._clock_s() - self._opened_s


class Breaker:
    """Says whether a lane is worth asking. Tell it how every request that it admitted ended."""

    def __init__(self, failures: int, retry_s: float, clock_s: Callable[[], float]) -> None:
        self._storage = _Monotonic(clock_s)
        self._retry_s = retry_s
        self._probing = False
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=failures,
            reset_timeout=retry_s,
            state_storage=self._storage,
            throw_new_error_on_trip=False,
        )

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half-open` while the lane is probed."""
        return "half-open" if self._probing else str(self._breaker.current_state)

    def admits(self) -> bool:
        """Whether a request may go through now; in an open circuit one, as a probe, when it is time."""
        if self._breaker.current_state == pybreaker.STATE_CLOSED:
            return True
        return not self._probing and self._storage.open_for_s() >= self._retry_s

    def begin(self) -> None:
        """A request goes through."""
        self._probing = self._breaker.current_state != pybreaker.STATE_CLOSED

    def end(self, good: bool | None) -> None:
        """It was good, it failed, or (None) nobody knows: it was called off."""
        self._probing = False
        if good is None:
            return
        with suppress(_LaneFailed, pybreaker.CircuitBreakerError):  # it counts, no more
            self._breaker.call(_succeed if good else _fail)


def _succeed() -> None:
    return None


def _fail() -> None:
    raise _LaneFailed
