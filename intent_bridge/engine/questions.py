"""Questions only a person may answer: tokens, their lifetime, and who may use them.

A token is derived, not random (HMAC of a running number under the session's secret), so that the core stays
pure and a replay meets the same tokens. It travels to the host only, never to the model.
"""

import hashlib
import hmac
from dataclasses import dataclass

from intent_bridge.engine.effects import Order
from intent_bridge.types import Confirmation, Provenance, SeatZone, Verdict

MAX_OPEN = 16
"""Open questions; the oldest is dropped for a new one."""
MAX_WRONG = 3
"""Answers from the wrong place before the question is void."""


@dataclass(slots=True)
class Question:
    """One open question, bound to the emitted values and the state it was asked in (`verdict.digest`)."""

    order: Order
    verdict: Verdict
    expires_ms: int
    wrong: int = 0


class Questions:
    """The open questions of one session."""

    def __init__(self, secret: bytes, lifetime_ms: int) -> None:
        self._secret, self._lifetime_ms, self._asked = secret, lifetime_ms, 0
        self._open: dict[str, Question] = {}
        self._next_ms: int | None = None

    def ask(self, order: Order, verdict: Verdict, now_ms: int) -> Confirmation:
        """Open a question about a verdict that needs a person's yes."""
        self._asked += 1
        message = f"{self._asked}|{order.call_id}|{verdict.digest}".encode()
        token = hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:32]
        while len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        self._open[token] = Question(order, verdict, now_ms + self._lifetime_ms)
        self._changed()
        return Confirmation(token, now_ms + self._lifetime_ms)

    def take(self, token: str, who: Provenance, now_ms: int) -> Question | str:
        """Use a token up, or the code that says why it cannot be used."""
        question = self._open.get(token)
        if question is None:
            return "confirmation_unknown"
        if now_ms >= question.expires_ms:
            self._drop(token)
            return "confirmation_expired"
        if who.zone != question.order.who.zone or who.zone is SeatZone.UNKNOWN:
            question.wrong += 1
            if question.wrong >= MAX_WRONG:
                self._drop(token)
            return "confirmation_wrong_zone"
        return self._drop(token)

    def withdraw(self, call_id: str) -> Order | None:
        """Drop the open question about one call and return its order, if there is one."""
        token = next((t for t, q in self._open.items() if q.order.call_id == call_id), None)
        return None if token is None else self._drop(token).order

    def expired(self, now_ms: int) -> list[Question]:
        """Drop and return the questions nobody answered in time."""
        late = [t for t, q in self._open.items() if now_ms >= q.expires_ms]
        return [self._drop(token) for token in late]

    def next_ms(self) -> int | None:
        """When the next open question expires."""
        return self._next_ms

    def _drop(self, token: str) -> Question:
        question = self._open.pop(token)
        self._changed()
        return question

    def _changed(self) -> None:
        self._next_ms = min((q.expires_ms for q in self._open.values()), default=None)
