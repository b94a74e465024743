"""What a session remembers: every call id with its outcome, and what can be undone. All of it bounded."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from intent_bridge.types import Outcome, Status, Value

MAX_OUTCOMES = 4096
"""Outcomes kept in full; an older call id still never acts again, it answers `error`."""
MAX_IDS = 1_000_000
"""Call ids in one session; after that every new call answers `error` and the host opens a new session."""
MAX_UNDO = 32


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One call that was done: what was there before, and what the ECU reported after."""

    call_id: str
    intent: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]


class Memory:
    """Idempotence and undo of one session."""

    def __init__(self) -> None:
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._ids: set[str] = set()
        self._undo: deque[UndoStep] = deque(maxlen=MAX_UNDO)
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

    def did(self, step: UndoStep) -> None:
        """A call was done and can be undone."""
        self._undo.append(step)

    def last_done(self) -> UndoStep | None:
        """What would be undone next."""
        return self._undo[-1] if self._undo else None

    def forget_last_done(self) -> None:
        """The last step has been undone."""
        if self._undo:
            self._undo.pop()
