"""Asks the guard for a session, and keeps what a pure guard cannot: what was done, and what was denied.

Rules of a candidate can be judged beside the active ones on the same state: what they say differently
is recorded, and nothing else comes of it.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from intent_bridge.engine.effects import Effect, Order, Record
from intent_bridge.engine.numbers import asks
from intent_bridge.engine.running import Running
from intent_bridge.guard import NO_HISTORY, Guard, History
from intent_bridge.types import Decision, Provenance, State, Verdict

MAX_ASKERS = 4096
"""Pairs of tool and asker whose denials are counted; the one denied longest ago goes first."""


class Judge:
    """The guard of one session with its memory. Holds state, does no I/O; time is an argument."""

    def __init__(self, guard: Guard, own_numbers: str = "allow") -> None:
        """`own_numbers` as the profile says: `confirm` asks about a number that is the model's own."""
        self.guard, self._own_numbers = guard, own_numbers
        self.shadow: Guard | None = None
        self.history = NO_HISTORY
        self._denied: dict[tuple[str, Provenance], deque[int]] = {}

    def verdict(
        self,
        order: Order,
        state: State,
        now_ms: int,
        *,
        confirmed: bool = False,
        history: History | None = None,
    ) -> Verdict:
        """What the rules say of an order; `history` is that of another moment, where one is meant."""
        past = self.history if history is None else history
        return self._asked_of(self.guard, order, state, now_ms, confirmed, past)

    def compared(
        self, order: Order, verdict: Verdict, state: State, now_ms: int, *, confirmed: bool = False
    ) -> list[Effect]:
        """A record of what the shadow would have said of the same; nothing where it agrees."""
        if self.shadow is None:
            return []
        other = self._asked_of(self.shadow, order, state, now_ms, confirmed, self.history)
        active, candidate = _said(verdict), _said(other)
        if active == candidate:
            return []
        body = {
            "type": "shadow",
            "at_ms": now_ms,
            "call_id": order.call_id,
            "intent": order.intent,
            "active": {"policy": self.guard.policy_hash, **active},
            "candidate": {"policy": self.shadow.policy_hash, **candidate},
        }
        return [Record(body)]

    def _asked_of(
        self, guard: Guard, order: Order, state: State, now_ms: int, confirmed: bool, past: History
    ) -> Verdict:
        more = asks(order, self._own_numbers)
        return guard.judge(
            order.actions, state, order.who, now_ms, confirmed=confirmed, history=past, asks=more
        )

    # --- what was done ------------------------------------------------------------------------------

    def begun(self, run: Running, state: State, now_ms: int) -> None:
        """A command's first frames leave."""
        self.history = self.guard.remember(self.history, run.permit.emitted, state, now_ms)

    def ended(self, runs: Sequence[Running], now_ms: int) -> None:
        """Commands are over."""
        for run in runs:
            self.history = self.history.ended(run.permit.emitted, now_ms)

    def set_back(self, now_ms: int) -> None:
        """The clock went back: what was done and denied counts from this moment, and not from one to come."""
        self.history = self.history.set_back(now_ms)
        for times in self._denied.values():
            times.extend([min(times.popleft(), now_ms) for _ in range(len(times))])

    # --- what was denied ----------------------------------------------------------------------------

    def locked(self, order: Order, now_ms: int) -> bool:
        """Whether this tool was denied to this asker so often that it is not even judged now."""
        if not self._denied:
            return False
        times = self._denied.get((order.intent, order.who), ())
        return any(
            sum(now_ms - at_ms < retries.window_ms for at_ms in times) >= retries.denials
            for retries in self.guard.rules.retries
        )

    def denied(self, order: Order, verdict: Verdict, now_ms: int) -> None:
        """Count a denial."""
        if verdict.decision is not Decision.DENY or not self.guard.rules.retries:
            return
        self.count_denial(order.intent, order.who, now_ms)

    def count_denial(self, intent: str, who: Provenance, now_ms: int) -> None:
        """One more denial of this tool to this asker."""
        most = max((retries.denials for retries in self.guard.rules.retries), default=0)
        asker = intent, who
        times = self._denied.pop(asker, ())
        self._denied[asker] = deque([*times, now_ms], maxlen=most)
        while len(self._denied) > MAX_ASKERS:
            del self._denied[next(iter(self._denied))]


def _said(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "decision": verdict.decision.word,
        "emitted": [[action.path, action.value] for action in verdict.emitted],
        "rules": [hit.id for hit in verdict.hits],
    }
