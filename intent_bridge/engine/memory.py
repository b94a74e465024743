"""What a session remembers: every call id with its outcome. All of it bounded."""

from collections import OrderedDict

from intent_bridge.types import Outcome, Status

MAX_OUTCOMES = 4096
"""Outcomes kept in full; an older call id still never acts again, it answers `error`."""
MAX_IDS = 1_000_000
"""Call ids in one session; after that every new call answers `error` and the host opens a new session."""


class Memory:
    """Idempotence of one session."""

    def __init__(self) -> None:
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._ids: set[str] = set()
        self._minted = 0

    def outcome(self, call_id: str) -> Outcome | None:
        """The outcome so far of a call id seen before; None for a new one."""
        if call_id in self._outcomes:
            return self._outcomes[call_id]
        if call_id in self._ids:
            return Outcome(call_id, "", Status.ERROR, "outcome_forgotten")
        if len(self._ids) >= MAX_IDS:
            return Outcome(call_id, "", Status.ERROR, "session_full")
        return None

    def open(self, call_id: str, intent: str) -> None:
        """A new call id: from here on it never acts again."""
        self._ids.add(call_id)
        self.keep(Outcome(call_id, intent, Status.SENT))

    def keep(self, outcome: Outcome) -> None:
        """Remember the newest outcome of a call."""
        self._ids.add(outcome.call_id)
        self._outcomes[outcome.call_id] = outcome
        while len(self._outcomes) > MAX_OUTCOMES:
            self._outcomes.popitem(last=False)

    def mint(self, kind: str) -> str:
        """A call id of our own that no call has used."""
        while True:
            self._minted += 1
            call_id = f"{kind}-{self._minted}"
            if call_id not in self._ids:
                return call_id
