"""Keeps SecOC freshness values across restarts: one small JSON file, replaced whole and synced.

For every message it holds a value from which a new process may go on: for one we send, none from there on
was ever used; for one we receive, none below it is taken again.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from intent_bridge.errors import TransportError

LAG_MAX: Final = 100
"""So many frames received may be missing in the file when the process dies."""


class FreshnessFile:
    """The stored freshness value of each message. TransportError when it cannot be read or written.

    A file that is not there means a first start; one that is damaged is refused: values would come twice.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = self._load()

    def values(self) -> Mapping[str, int]:
        """What was stored last, by message; nothing at the first start."""
        return dict(self._values)

    def reserve(self, message: str, next_value: int, block: int) -> None:
        """All values below this one are used now, or will be at once: store so before a frame carries them.

        `block` values more are set aside: so many a restart may skip, and so rarely the disk is written.
        """
        if self._values.get(message, 0) < next_value:
            self._write({**self._values, message: next_value + block})

    def heard(self, next_values: Mapping[str, int], *, now: bool = False) -> None:
        """What is still good of the messages received; written when it has gone on by `LAG_MAX`, or `now`."""
        ahead = {
            name: value
            for name, value in next_values.items()
            if value - self._values.get(name, 0) >= (1 if now else LAG_MAX)
        }
        if ahead:
            self._write({**self._values, **ahead})

    def _load(self) -> dict[str, int]:
        try:
            loaded = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise TransportError(
                f"{self._path}: {error}; restore it, or give the message a new key"
            ) from error
        sound = isinstance(loaded, dict) and all(type(v) is int and v >= 0 for v in loaded.values())
        if not sound:
            raise TransportError(
                f"{self._path}: no freshness values; restore it, or give the message a new key"
            )
        return {str(name): value for name, value in loaded.items()}

    def _write(self, values: dict[str, int]) -> None:
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            with beside.open("w", encoding="utf-8") as out:
                json.dump(values, out)
                out.flush()
                os.fsync(out.fileno())
            os.replace(beside, self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise TransportError(
                f"{self._path} cannot be written: {error.strerror}; nothing is sent"
            ) from error
        self._values = values
