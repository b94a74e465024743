"""The audit log: hash-chained JSON lines, written before a frame leaves and before an answer is given.

Each line is one record, a JSON object whose last two keys are `prev`, the hash of the record before it, and
`hash`, the SHA-256 of this line's bytes as they stand without it: an edit, a removal or a change of order
shows, and nobody has to write JSON the same way twice to check it. It holds what a replay needs, and no words
of the user.
"""

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Literal

from pydantic_core import PydanticSerializationError, to_json

GENESIS = "0" * 64
LOST_MOST = 64
"""With `fsync="batch"`: how many records may be lost at a power cut."""
FSYNC_BATCH = LOST_MOST // 2
"""So many are forced onto the disk at a time, beside whoever writes; as many more may come meanwhile."""

Fsync = Literal["each", "batch", "off"]


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain breaks: the line (from 1) and how."""

    line: int
    what: str


def seal(previous: str, body: Mapping[str, Any]) -> tuple[bytes, str]:
    """The record's line and its hash, chained to the hash of the record before it."""
    try:
        text = to_json({**body, "prev": previous})  # ten times as fast as the standard library's
    except PydanticSerializationError:  # half a character, in a name that a host made up
        text = json.dumps({**body, "prev": previous}, separators=(",", ":")).encode()
    digest = hashlib.sha256(text).hexdigest()
    return b'%b,"hash":"%b"}\n' % (text[:-1], digest.encode()), digest


class AuditLog:
    """Appends records to one file, continuing its chain. A torn last line (power cut) is cut off first."""

    def __init__(self, path: Path, *, fsync: Fsync = "batch") -> None:
        self.path, self._fsync, self._unsynced = path, fsync, 0
        self._syncer: ThreadPoolExecutor | None = None
        self._syncing: Future[None] | None = None
        self.head = GENESIS
        path.open("ab").close()
        whole = _trim(path)
        if whole:
            self.head = json.loads(whole)["hash"]
        self._file: FileIO = path.open("ab", buffering=0)

    def write(self, body: Mapping[str, Any]) -> None:
        """Append one record; it is in the operating system's hands when this returns.

        OSError where it cannot be: the log then ends as it did before, and the next record follows that. Also
        where the disk failed behind the batch before: then nobody knows what of it is there.
        """
        line, head = seal(self.head, body)
        written = self._file.write(line)
        if written != len(line):
            self._file.truncate(self._file.tell() - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self.head = head
        self._unsynced += 1
        if self._fsync == "each":
            self.sync()
        elif self._fsync == "batch" and self._unsynced >= FSYNC_BATCH:
            self._sync_beside()

    def sync(self) -> None:
        """Force what was written onto the disk."""
        self._synced()
        os.fsync(self._file.fileno())
        self._unsynced = 0

    def close(self) -> None:
        if not self._file.closed:
            try:
                if self._fsync != "off":
                    self.sync()
            finally:
                if self._syncer is not None:
                    self._syncer.shutdown()
                self._file.close()

    def _sync_beside(self) -> None:
        """Begin to force the batch onto the disk; waits only where the one before is not there yet."""
        self._synced()
        if self._syncer is None:
            self._syncer = ThreadPoolExecutor(1, thread_name_prefix="intent-bridge-fsync")
        self._syncing, self._unsynced = self._syncer.submit(os.fsync, self._file.fileno()), 0

    def _synced(self) -> None:
        """The end of the batch before; its OSError if it failed."""
        syncing, self._syncing = self._syncing, None
        if syncing is not None:
            syncing.result()


def _trim(path: Path) -> bytes:
    """Cut a torn last line off the file; return its last whole line."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end != len(data):
        with path.open("r+b") as file:
            file.truncate(end)
    return data[data.rfind(b"\n", 0, max(0, end - 1)) + 1 : end]
