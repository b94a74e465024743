"""A log whose disk may be slow, full or not there: records wait in memory, in order, up to a limit."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from intent_bridge.audit.keeper import Keeper

RETRY_S = 0.5
GRACE_S = 2.0
"""How long `close` waits for a disk that does not take what is left."""


class Queued:
    """Writes records from a thread of its own. `write` never waits, and raises OSError when too many wait."""

    def __init__(self, open_log: Callable[[], Keeper], limit: int) -> None:
        """BlockingIOError when somebody else writes the log; any other trouble only makes records wait."""
        self._open_log, self._limit = open_log, limit
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._log: Keeper | None = None
        self._why = ""
        self._try(self._begin)
        self._thread = threading.Thread(target=self._work, name="intent-bridge-audit", daemon=True)
        self._thread.start()

    @property
    def head(self) -> str:
        """Hash of the newest record on the disk; empty before the first."""
        return "" if self._log is None else self._log.head

    def write(self, body: Mapping[str, Any]) -> None:
        """Take one record; OSError when too many wait for the disk."""
        with self._changed:
            if len(self._waiting) >= self._limit:
                raise OSError(f"{len(self._waiting)} records wait for the disk: {self._why or 'it is slow'}")
            self._waiting.append(body)
            self._changed.notify_all()

    def trouble(self) -> str:
        """Why records wait, and how many; empty while the disk takes them."""
        return f"{len(self._waiting)} records wait in memory: {self._why}" if self._why else ""

    def close(self) -> None:
        """Write what waits, as far as the disk takes it; OSError when some records are lost."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout=GRACE_S)
        if self._log is not None and not self._thread.is_alive():
            self._log.close()
        if self._waiting:
            raise OSError(f"{len(self._waiting)} records are lost: {self._why}")

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                body = self._waiting[0]
            if self._try(partial(self._write, body)):
                with self._changed:
                    self._waiting.popleft()
                continue
            with self._changed:
                if self._closing:
                    return
                self._changed.wait(timeout=RETRY_S)

    def _write(self, body: Mapping[str, Any]) -> None:
        self._begin()
        assert self._log is not None
        self._log.write(body)

    def _begin(self) -> None:
        if self._log is None:
            self._log = self._open_log()

    def _try(self, what: Callable[[], None]) -> bool:
        try:
            what()
        except BlockingIOError:
            if self._log is None and not hasattr(self, "_thread"):
                raise
            return False
        except OSError as error:
            self._why = str(error)
            return False
        self._why = ""
        return True
