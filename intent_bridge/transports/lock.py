"""One bridge per vehicle: whoever commands buses holds a lock on each of them, as long as it lives."""

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intent_bridge.errors import TransportError


class BusLocks:
    """Locks of this process. The kernel lets go of them when the process ends, however it ends."""

    def __init__(self, buses: Mapping[str, Mapping[str, Any]], folder: Path | None = None) -> None:
        """TransportError when another bridge on this machine commands one of these buses."""
        self._handles: list[int] = []
        folder = folder or lock_folder()
        try:
            for name, options in sorted(buses.items()):
                self._handles.append(_locked(folder / _file_name(options), name))
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let go."""
        for handle in self._handles:
            os.close(handle)
        self._handles.clear()


def lock_folder() -> Path:
    """Where locks lie: the same folder for every user of this machine."""
    folder = Path(tempfile.gettempdir()) / "intent_bridge-locks"
    folder.mkdir(mode=0o1777, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) != 0o1777 and folder.stat().st_uid == os.geteuid():
        folder.chmod(0o1777)  # the umask of whoever came first does not bind the others
    return folder


def _file_name(options: Mapping[str, Any]) -> str:
    place = ":".join(str(options[key]) for key in ("interface", "channel", "port") if key in options)
    readable = "".join(c if c.isalnum() else "-" for c in place)[:40]
    return f"{readable}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def _locked(file: Path, bus: str) -> int:
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise TransportError(f"bus `{bus}`: its lock {file} does not open: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 20).decode(errors="replace").strip()
        os.close(handle)
        raise TransportError(
            f"bus `{bus}` is commanded by another bridge (process {holder or 'unknown'}); end it first"
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle
