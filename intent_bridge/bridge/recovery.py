"""After a restart: which call ids have been used, which were cut off, and what already counts against limits.

Nobody can say how long we were dead, and clocks may have been set meanwhile. So a restart takes no time at
all: the last record was written just now, and what came before it keeps its distance. No limit forgets too
early.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from intent_bridge.audit import read
from intent_bridge.audit.replay import samples, who_of
from intent_bridge.engine import Engine
from intent_bridge.types import Outcome, Status

KEPT: Final = 4096
"""Events that are taken up again; more than this many cannot be in the window of any limit that holds."""
FILES: Final = 2
"""Files of the log that are read where no session is continued: limits look back minutes, not days."""


@dataclass(frozen=True, slots=True)
class _Event:
    """An intent, or what ended it, on the clock of the log."""

    at_ms: int
    record: Mapping[str, Any]


def recover(path: Path, session: str, engine: Engine, now_ms: int) -> list[str]:
    """Take up what a log tells; the ids of calls of this session that were cut off in the middle.

    An intent without outcome answers `error` and never acts again. Without a `session` only limits are taken
    up. ValueError when the log is broken, OSError when it cannot be read.
    """
    outcomes: dict[str, Outcome] = {}
    events: deque[_Event] = deque(maxlen=KEPT)
    elapsed_ms, offset_ms = 0, 0
    for record in read(path, last_files=None if session else FILES):
        at_ms = int(record.get("at_ms", 0))
        if record["type"] == "session":
            offset_ms = elapsed_ms - at_ms
        elapsed_ms = at_ms + offset_ms
        if record["type"] in ("intent", "outcome"):
            events.append(_Event(elapsed_ms, record))
            if session and record.get("session") == session:
                outcome = _outcome(record)
                outcomes[outcome.call_id] = outcome
    for outcome in outcomes.values():
        engine.memory.keep(outcome)
    _count(events, engine, now_ms - elapsed_ms, now_ms)
    return [o.call_id for o in outcomes.values() if o.code == "interrupted"]


def _outcome(record: Mapping[str, Any]) -> Outcome:
    call_id, intent = str(record.get("call_id", "")), str(record.get("intent", ""))
    if record["type"] == "intent":
        return Outcome(call_id, intent, Status.ERROR, "interrupted")
    return Outcome(call_id, intent, Status(record["status"]), str(record["code"]))


def _count(events: deque[_Event], engine: Engine, shift_ms: int, now_ms: int) -> None:
    """Hand what was done and what was denied to the judge, as if it had been this process."""
    judge, running = engine.judge, dict[str, list[str]]()
    for event in events:
        record, at_ms = event.record, event.at_ms + shift_ms
        call_id = str(record.get("call_id", ""))
        if record["type"] == "intent":
            emitted = dict(record["emitted"])
            state, _ = samples(record["state"], at_ms)
            judge.history = judge.guard.remember(judge.history, emitted, state, at_ms)
            running[call_id] = list(emitted)
        elif record["status"] != Status.SENT:
            judge.history = judge.history.ended(running.pop(call_id, ()), at_ms)
            if record["status"] == Status.DENIED and "asked" in record:
                judge.count_denial(str(record["intent"]), who_of(record["asked"]["who"]), at_ms)
    for paths in running.values():
        judge.history = judge.history.ended(paths, now_ms)
