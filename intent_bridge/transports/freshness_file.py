"""Keeps SecOC freshness values across restarts: one small JSON file, replaced whole and synced."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from intent_bridge.errors import TransportError


class FreshnessFile:
    """The stored freshness value of each message. TransportError when it cannot be read or written.

    A file that is not there means a first start; one that is damaged is refused: values would come twice.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = self._load()

    def stored(self, message: str) -> int:
        """What was stored last for a message; 0 at the first start."""
        return self._values.get(message, 0)

    def store(self, message: str) -> Callable[[int], None]:
        """The function by which a freshness counter stores its values for this message."""

        def keep(value: int) -> None:
            self._write(self._values | {message: value})

        return keep

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
