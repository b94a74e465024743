"""What a session remembers: every call id with its outcome. All of it bounded."""

from collections import OrderedDict

from intent_bridge.types import Outcome, Status

MAX_OUTCOMES = 4096
"""Outcomes kept in full; an older call id still never acts again, it answers `error`."""
MAX_IDS = 1_000_000
"""Ids that callers gave in one session; then a new one answers `error` and the host opens a new session."""
DIGITS_MAX = 18
"""No number of ours has more."""


class Memory:
    """Idempotence of one session."""

    def __init__(self) -> None:
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._ids: set[str] = set()
        self._minted: dict[str, int] = {}
        """Per kind the last number given: ids of our own need no room each."""
        self._fresh: set[str] = set()
        """Ids of our own whose call has not begun."""

    def outcome(self, call_id: str) -> Outcome | None:
        """The outcome so far of a call id seen before; None for a new one."""
        if call_id in self._outcomes:
            return self._outcomes[call_id]
        if self._knows(call_id):
            return Outcome(call_id, "", Status.ERROR, "outcome_forgotten")
        if len(self._ids) >= MAX_IDS:
            return Outcome(call_id, "", Status.ERROR, "session_full")
        return None

    def open(self, call_id: str, intent: str) -> None:
        """A new call id: from here on it never acts again."""
        self.keep(Outcome(call_id, intent, Status.SENT))

    def keep(self, outcome: Outcome) -> None:
        """Remember the newest outcome of a call."""
        call_id = outcome.call_id
        if call_id not in self._outcomes:
            self._fresh.discard(call_id)
            if not self._knows(call_id):
                self._ids.add(call_id)
        self._outcomes[call_id] = outcome
        while len(self._outcomes) > MAX_OUTCOMES:
            self._outcomes.popitem(last=False)

    def mint(self, kind: str) -> str:
        """A call id of our own that no call has used."""
        while True:
            number = self._minted[kind] = self._minted.get(kind, 0) + 1
            call_id = f"{kind}-{number}"
            if call_id not in self._ids:
                self._fresh.add(call_id)
                return call_id

    def _knows(self, call_id: str) -> bool:
        if call_id in self._ids or call_id in self._fresh:
            return call_id not in self._fresh
        kind, _, number = call_id.rpartition("-")
        if kind not in self._minted or len(number) > DIGITS_MAX:
            return False
        if not (number.isascii() and number.isdigit()):
            return False
        return 1 <= int(number) <= self._minted[kind] and str(int(number)) == number
