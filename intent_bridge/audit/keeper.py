"""Keeps the log of one bridge: one writer at a time, files of bounded size, seals.

The chain goes on over files and restarts. Nothing is deleted; who moves closed files away leaves the seals.
"""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from intent_bridge.audit.chain import closed_name, count_lines, last_closed
from intent_bridge.audit.log import GENESIS, AuditLog, Fsync
from intent_bridge.audit.seals import Key, Seal, append_seal, seals_file

SEAL_EVERY = 1000
"""Records between two seals; those after the last one can be cut off without a trace."""
LOOK_EVERY = 64
"""Records between two looks at the size of the file."""


QUEUE_RECORDS = 1024
"""Records that wait in memory for a disk, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """Where the record of a bridge goes, and what holds when its disk fails.

    `when_failing`: `deny` lets nothing act whose record is not written, or was written too slowly; `queue`
    keeps up to `queue_records` in memory meanwhile, says so (health `audit`), and denies when there are more.
    With `key`, the end of the chain is sealed every 1000 records, at the end of a file and at the close, in
    `seals` (default: beside the log). With `max_bytes`, a file that reaches it is closed and a new one begun.
    """

    path: Path
    fsync: Fsync = "batch"
    when_failing: Literal["deny", "queue"] = "deny"
    queue_records: int = QUEUE_RECORDS
    max_bytes: int | None = None
    key: Key | None = None
    seals: Path | None = None


class Keeper:
    """Writes records. OSError when the log cannot be opened or written, or somebody else writes it."""

    def __init__(self, options: AuditOptions) -> None:
        self._options = options
        self.path = options.path
        self._lock = _lock(self.path)
        try:
            before, head = last_closed(self.path)
            self._log = self._begin(head)
            self.count = before + count_lines(self.path)
        except BaseException:
            os.close(self._lock)
            raise
        self._sealed = self.count

    @property
    def head(self) -> str:
        """Hash of the newest record."""
        return self._log.head

    def write(self, body: Mapping[str, Any]) -> None:
        """Append one record; OSError when it is not in the log."""
        self._log.write(body)
        self.count += 1
        if self._options.key is not None and self.count % SEAL_EVERY == 0:
            self._seal()
        limit = self._options.max_bytes
        if limit is not None and self.count % LOOK_EVERY == 0 and self.path.stat().st_size >= limit:
            self._rotate()

    def close(self) -> None:
        """Seal the end, let go of the file."""
        try:
            if self.count != self._sealed:
                self._seal()
            self._log.close()
        finally:
            os.close(self._lock)

    def _begin(self, head: str) -> AuditLog:
        log = AuditLog(self.path, fsync=self._options.fsync)
        if log.head == GENESIS:
            log.head = head
        return log

    def _rotate(self) -> None:
        """Dying anywhere in here leaves a chain that the next start goes on with."""
        head = self._log.head
        self._seal()
        self._log.close()
        os.replace(self.path, closed_name(self.path, self.count))
        self._log = self._begin(head)

    def _seal(self) -> None:
        key = self._options.key
        if key is None:
            return
        self._log.sync()
        append_seal(self._options.seals or seals_file(self.path), Seal(self.count, self._log.head), key)
        self._sealed = self.count


def _lock(path: Path) -> int:
    """Hold the log for this process; the kernel lets go when the process ends, however it ends."""
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise BlockingIOError(11, "another process writes this log", str(path)) from None
    return handle
