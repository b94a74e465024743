"""What carries frames to a vehicle and back, and whose clock counts.

A transport is four callables; the bridge knows nothing else about the world outside.
"""

from typing import Protocol

from intent_bridge.types import RawFrame

__all__ = ["Transport"]


class Transport(Protocol):
    """Carries frames for all buses of one vehicle and owns the clock they are stamped with."""

    def now_ms(self) -> int:
        """Milliseconds of the monotonic clock that also stamps received frames."""

    def send(self, frame: RawFrame) -> None:
        """Hand one frame to its bus. TransportError when the bus does not take it."""

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        """Wait for frames, at the latest until `until_ms`; return them with receive times, oldest first."""

    def close(self) -> None:
        """Release the buses. Safe to call twice."""
