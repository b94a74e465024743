"""The record of one bridge: how a session begins and goes on after a restart; what a failing disk means."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from intent_bridge.audit import AuditOptions, Keeper
from intent_bridge.audit.queue import Queued
from intent_bridge.bridge.health import Condition, Health
from intent_bridge.bridge.recovery import recover
from intent_bridge.engine import Engine
from intent_bridge.errors import AuditError

AUDIT: Final = "audit"
"""Name under which the log's condition is reported."""
SLOW_S: Final = 0.2
"""A record that takes longer comes too late: what the call was judged on may have changed since."""


class _Log(Protocol):
    @property
    def head(self) -> str: ...

    def write(self, body: Mapping[str, Any]) -> None: ...

    def close(self) -> None: ...


class Journal:
    """Writes the records of one session. Without options there is no log, and each counts as written."""

    def __init__(
        self,
        options: AuditOptions | None,
        session: str,
        health: Health,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """AuditError when the log cannot be written, or is written by somebody else."""
        self._options, self._session, self._health, self._clock = options, session, health, clock
        self._log = None if options is None else _opened(options)

    def begin(self, engine: Engine, now_ms: int, *, known_session: bool) -> None:
        """Take up what the log tells of this session and of the limits, and write where a session begins.

        AuditError when the log is broken: what it says of earlier calls cannot be trusted.
        """
        if self._options is None:
            return
        try:
            interrupted = recover(self._options.path, self._session if known_session else "", engine, now_ms)
        except FileNotFoundError:  # nothing was ever written: the queue holds what the disk refuses
            interrupted = []
        except (OSError, ValueError) as error:
            self.close()
            raise AuditError(f"the audit log is broken: {error}; move it away, and say so") from error
        for call_id in interrupted:
            self.write(
                {
                    "type": "outcome",
                    "call_id": call_id,
                    "status": "error",
                    "code": "interrupted",
                    "at_ms": now_ms,
                }
            )
        self.write(
            {
                "type": "session",
                "vehicle": engine.profile.file.vehicle,
                "profile": engine.profile.digest,
                "policy": engine.guard.policy_hash,
                "at_ms": now_ms,
            }
        )

    def write(self, body: Mapping[str, Any]) -> bool:
        """Append one record; false when nothing may come of it."""
        if self._log is None:
            return True
        started_s = self._clock()
        try:
            self._log.write({**body, "session": self._session})
        except OSError as error:
            self._health.name(AUDIT, Condition.FAILED, str(error))
            return False
        took_s = self._clock() - started_s
        if took_s > SLOW_S:
            self._health.name(AUDIT, Condition.SLOW, f"one record took {took_s:.1f} s")
            return body["type"] not in ("intent", "start")
        trouble = self._log.trouble() if isinstance(self._log, Queued) else ""
        if trouble:
            self._health.name(AUDIT, Condition.SLOW, trouble)
        elif self._health.conditions.get(AUDIT, Condition.OK) is not Condition.OK:
            self._health.name(AUDIT, Condition.OK)
        return True

    @property
    def head(self) -> str | None:
        """Hash of the newest record; None without a log."""
        return None if self._log is None else self._log.head

    def close(self) -> None:
        """Let go of the log; what a failing disk did not take is lost, and the health says so."""
        if self._log is None:
            return
        try:
            self._log.close()
        except OSError as error:
            self._health.name(AUDIT, Condition.FAILED, str(error))


def _opened(options: AuditOptions) -> _Log:
    try:
        if options.when_failing == "queue":
            return Queued(lambda: Keeper(options), options.queue_records)
        return Keeper(options)
    except (OSError, ValueError, KeyError) as error:
        raise AuditError(f"the audit log cannot be written: {error}; name another file") from error
