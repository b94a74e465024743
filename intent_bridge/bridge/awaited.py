"""The calls that somebody waits for right now, and what has come for them. Nothing else is kept."""

from intent_bridge.types import Outcome


class Awaited:
    """Not thread-safe: the bridge's lock guards it."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        """How many wait for each call: two threads may have sent the same id."""
        self._came: dict[str, Outcome] = {}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._waiting

    def __len__(self) -> int:
        """How many calls are waited for, or held."""
        return len(self._waiting.keys() | self._came.keys())

    def begin(self, call_id: str) -> None:
        """Somebody waits for this call from now on; what came for it before is no answer."""
        self._waiting[call_id] = self._waiting.get(call_id, 0) + 1
        self._came.pop(call_id, None)

    def end(self, call_id: str) -> None:
        """One of those who wait has gone; with the last one the answer goes, too."""
        self._waiting[call_id] -= 1
        if not self._waiting[call_id]:
            del self._waiting[call_id]
            self._came.pop(call_id, None)

    def came(self, outcome: Outcome) -> None:
        """Keep an answer for those who wait for it, if anybody does."""
        if outcome.call_id in self._waiting:
            self._came[outcome.call_id] = outcome

    def answer(self, call_id: str) -> Outcome | None:
        """What has come."""
        return self._came.get(call_id)
