"""What happens when: a queue of actions on a virtual clock. Equal times keep the order of planning."""

from collections.abc import Callable
from heapq import heappop, heappush

Happening = Callable[[int], None]
"""Called with the time it was planned for, in ms."""


class Agenda:
    """The clock and what is planned. `now_ms` never goes back."""

    def __init__(self, start_ms: int) -> None:
        self.now_ms = start_ms
        self._planned: list[tuple[int, int, Happening]] = []
        self._count = 0

    def at(self, time_ms: int, happening: Happening) -> None:
        """Plan something; a time that has passed means now."""
        self._count += 1
        heappush(self._planned, (max(time_ms, self.now_ms), self._count, happening))

    def next_ms(self) -> int | None:
        """When the next thing is planned, or None."""
        return self._planned[0][0] if self._planned else None

    def run_next(self, until_ms: int) -> bool:
        """Move to the next moment with something planned and do all of it; False when none is left."""
        planned = self._planned
        if not planned or planned[0][0] > until_ms:
            self.now_ms = max(self.now_ms, until_ms)
            return False
        self.now_ms = moment_ms = planned[0][0]
        while planned and planned[0][0] == moment_ms:
            heappop(planned)[2](moment_ms)
        return True
