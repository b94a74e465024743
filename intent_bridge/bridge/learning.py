"""Learns from what people ask and what they do about it: done is accepted, changed or undone soon is not.

Only what was said counts: a value that came from a default teaches nothing, or it would teach itself.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from intent_bridge.bridge.preference_store import How
from intent_bridge.bridge.preferences import Preferences, Preferred, placed
from intent_bridge.engine.numbers import OWN
from intent_bridge.types import Outcome, Status

CORRECTED_WITHIN_S: Final = 60
MAX_PENDING: Final = 256
_NOT_LEARNED: Final = frozenset({"adjust_setting", "adjust_comfort", "activate_scene", "stop_motion"})
"""Tools whose arguments are no values that a setting could have."""
_NO_VALUE: Final = frozenset({"zone", "window"})


class Memory(Preferences, Protocol):
    """What is learned into: a `PreferenceStore`."""

    def learn(self, user: str, setting: str, value: Preferred, *, at_s: int, how: How = "accepted") -> int:
        """Remember one value."""

    def withdraw(self, event: int) -> None:
        """Forget one value."""


@dataclass(slots=True)
class _Event:
    user: str
    setting: str
    zone: object
    number: int
    at_s: int
    paths: frozenset[str]


class Learner:
    """Turns calls and outcomes of one bridge into preferences: `Bridge(…, preferences=Learner(store))`."""

    def __init__(self, store: Memory, now_s: Callable[[], int] = lambda: int(time.time())) -> None:
        self._store, self._now_s = store, now_s
        self._asked: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self._recent: list[_Event] = []
        self._lock = threading.Lock()

    def default(self, user: str, setting: str) -> Preferred | None:
        """The value that this user wants; of the store."""
        return self._store.default(user, setting)

    def asked(self, call_id: str, user: str, tool: str, arguments: Mapping[str, Any]) -> None:
        """A user has asked for this, in the words of the built-in tools; call it before the call is made."""
        if not user or tool in _NOT_LEARNED:
            return
        with self._lock:
            self._asked[call_id] = user, tool, arguments
            while len(self._asked) > MAX_PENDING:
                del self._asked[next(iter(self._asked))]

    def heard(self, outcome: Outcome) -> None:
        """An outcome of the bridge; only what the ECUs confirmed teaches anything."""
        with self._lock:
            if outcome.intent == "undo" and outcome.status is Status.DONE:
                self._undone(frozenset(report.path for report in outcome.actions))
            if outcome.status in (Status.SENT, Status.NEEDS_CONFIRMATION, Status.DEFERRED):
                return  # not the last word
            user, tool, arguments = self._asked.pop(outcome.call_id, ("", "", {}))
            if not user or outcome.status not in (Status.DONE, Status.NO_EFFECT):
                return
            if any(report.emitted not in (None, report.requested) for report in outcome.actions):
                return  # clamped: it is not what was wanted, nor what was had
            paths = frozenset(report.path for report in outcome.actions)
            sources = outcome.data.get("sources", {})
            invented = isinstance(sources, Mapping) and OWN in sources.values()
            for name, value in arguments.items():
                if invented and type(value) in (int, float):
                    continue  # the model's own number: a yes to it is no wish for it
                if name not in _NO_VALUE and isinstance(value, bool | int | float | str):
                    zone = arguments.get("zone")
                    self._learn(user, placed(f"{tool}.{name}", zone), value, zone, paths)

    def _learn(self, user: str, setting: str, value: Preferred, zone: object, paths: frozenset[str]) -> None:
        now_s = self._now_s()
        self._recent = [e for e in self._recent if now_s - e.at_s <= CORRECTED_WITHIN_S]
        before = [e for e in self._recent if (e.user, e.setting, e.zone) == (user, setting, zone)]
        for event in before:  # the second word corrects the first
            self._store.withdraw(event.number)
            self._recent.remove(event)
        how: How = "corrected" if before else "accepted"
        number = self._store.learn(user, setting, value, at_s=now_s, how=how)
        self._recent.append(_Event(user, setting, zone, number, now_s, paths))

    def _undone(self, paths: frozenset[str]) -> None:
        now_s = self._now_s()
        for event in [e for e in self._recent if e.paths == paths and now_s - e.at_s <= CORRECTED_WITHIN_S]:
            self._store.withdraw(event.number)
            self._recent.remove(event)
