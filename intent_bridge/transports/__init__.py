"""What carries frames to a vehicle and back, and whose clock counts.

A transport is five callables; the bridge knows nothing else about the world outside.
"""

from typing import NamedTuple, Protocol

from intent_bridge.transports.condition import Condition
from intent_bridge.types import RawFrame

__all__ = ["Condition", "LinkChange", "Transport"]


class LinkChange(NamedTuple):
    """One bus is now in this condition, as far as the transport itself can tell."""

    bus: str
    condition: Condition
    detail: str = ""


class Transport(Protocol):
    """Carries frames for all buses of one vehicle and owns the clock they are stamped with."""

    def now_ms(self) -> int:
        """Milliseconds of the monotonic clock that also stamps received frames."""

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        """Hand one frame to its bus without waiting. TransportError when the bus does not take it.

        An urgent frame (a stop, a neutral) overtakes whatever still waits to be sent on its bus.
        """

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        """Wait for frames, at the latest until `until_ms`; return them with receive times, oldest first.

        Only frames that others sent; may return early with none when a bus changed its condition.
        """

    def changes(self) -> list[LinkChange]:
        """Conditions of buses that changed since this was last asked, in order.

        Frames that `receive` returns after a change to `ok` were received after it.
        """

    def close(self) -> None:
        """Release the buses. Safe to call twice."""
