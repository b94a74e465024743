"""Calls that wait for a better moment, until a deadline; judged again when what they depend on changes."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from intent_bridge.engine.effects import Order

MAX_DEFERRED = 16
"""Calls waiting for a better moment; one more is denied."""


@dataclass(frozen=True, slots=True)
class _Deferred:
    order: Order
    deadline_ms: int


class Deferrals:
    """The waiting calls of one session."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Deferred] = {}

    def add(self, order: Order, deadline_ms: int) -> bool:
        """Let a call wait; false when too many wait already."""
        if len(self._waiting) >= MAX_DEFERRED:
            return False
        self._waiting[order.call_id] = _Deferred(order, deadline_ms)
        return True

    def drop(self, call_id: str) -> None:
        """The call waits no longer."""
        del self._waiting[call_id]

    def take(self, call_id: str) -> Order | None:
        """Drop and return one waiting call, if it waits."""
        waiting = self._waiting.pop(call_id, None)
        return None if waiting is None else waiting.order

    def expired(self, now_ms: int) -> list[Order]:
        """Drop and return the calls whose moment did not come."""
        late = [d.order for d in self._waiting.values() if now_ms >= d.deadline_ms]
        for order in late:
            self.drop(order.call_id)
        return late

    def touched(
        self, changed: AbstractSet[str], inputs: Callable[[Iterable[str]], frozenset[str]]
    ) -> list[Order]:
        """The calls whose rules read something that has changed."""
        if not self._waiting:
            return []
        orders = [d.order for d in self._waiting.values()]
        return [o for o in orders if not inputs([a.path for a in o.actions]).isdisjoint(changed)]

    def next_ms(self) -> int | None:
        """When the next of them gives up."""
        if not self._waiting:
            return None
        return min(d.deadline_ms for d in self._waiting.values())
