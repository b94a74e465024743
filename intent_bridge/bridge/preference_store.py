"""What people like, learned on the vehicle: a history in SQLite of which only derived defaults ever leave.

One file, which only its owner may read (mode 0600; refused otherwise). With a key from the host's key store
the values are sealed with AES-GCM (extra `prefs`), bound to their user and setting; without one they stand in
plain. The rows are written whole or not at all, and erased ones are overwritten.
"""

import json
import os
import secrets
import sqlite3
import stat
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from intent_bridge.bridge.preferences import Preferred
from intent_bridge.errors import IntentBridgeError

Keys: TypeAlias = Callable[[str], bytes]
"""The host's key store: a name to its key, KeyError where there is none."""
KEY_NAME: Final = "preferences"
KEPT: Final = 100
"""Events kept per user and setting; the oldest go first."""
RECENT: Final = 10
LEAST: Final = 3
"""A default needs so many of the last `RECENT` events, and more than half of them."""
_NONCE_BYTES: Final = 12
_TABLES: Final = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, user TEXT NOT NULL, setting TEXT NOT NULL,
    value BLOB NOT NULL, how TEXT NOT NULL, at_s INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS by_setting ON events (user, setting, id);
CREATE TABLE IF NOT EXISTS scenes (name TEXT PRIMARY KEY, scene TEXT NOT NULL);
"""
How: TypeAlias = Literal["accepted", "corrected"]


@dataclass(frozen=True, slots=True)
class Learned:
    """One default as a person may read it: what was learned, and from how many of the recent events."""

    setting: str
    value: Preferred
    agree: int
    of: int


class PreferenceStore:
    """The preferences of everybody who drives this vehicle; safe to use from several threads."""

    def __init__(self, file: Path, *, keys: Keys | None = None) -> None:
        """Opens or creates the file. IntentBridgeError when others may read it, or the key does not fit."""
        self._cipher = _cipher(keys)
        self._lock = threading.Lock()
        _own(file)
        self._file = file
        self._defaults: dict[tuple[str, str], Learned] = {}
        try:
            self._base = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            self._base.executescript(_TABLES)
            for user, setting in self._base.execute("SELECT DISTINCT user, setting FROM events").fetchall():
                self._derive(user, setting)
        except sqlite3.DatabaseError as error:
            raise IntentBridgeError(f"{file}: no store of preferences ({error}); move it away") from error

    @property
    def sealed(self) -> bool:
        """Whether values are encrypted; false means that there was no key."""
        return self._cipher is not None

    # --- what leaves --------------------------------------------------------------------------------

    def default(self, user: str, setting: str) -> Preferred | None:
        """The value this user wants where nothing else is said; None where nobody knows."""
        learned = self._defaults.get((user, setting)) if user else None
        return learned.value if learned is not None else None

    # --- what comes in ------------------------------------------------------------------------------

    def learn(self, user: str, setting: str, value: Preferred, *, at_s: int, how: How = "accepted") -> int:
        """Remember that a user wanted this value; 0 for nobody. `at_s` is the host's clock (Unix seconds)."""
        if not user:
            return 0
        with self._lock, self._base:
            row = self._base.execute(
                "INSERT INTO events (user, setting, value, how, at_s) VALUES (?, ?, ?, ?, ?)",
                (user, setting, self._seal(user, setting, value), how, at_s),
            ).lastrowid
            self._base.execute(
                "DELETE FROM events WHERE user = ? AND setting = ? AND id NOT IN (SELECT id FROM events"
                " WHERE user = ? AND setting = ? ORDER BY id DESC LIMIT ?)",
                (user, setting, user, setting, KEPT),
            )
            self._derive(user, setting)
        return int(row or 0)

    def withdraw(self, event: int) -> None:
        """That was not what the user wanted: they corrected or undid it."""
        with self._lock, self._base:
            found = self._base.execute("SELECT user, setting FROM events WHERE id = ?", (event,)).fetchone()
            if found is not None:
                self._base.execute("DELETE FROM events WHERE id = ?", (event,))
                self._derive(*found)

    # --- what a person may see and erase ------------------------------------------------------------

    def show(self, user: str) -> tuple[Learned, ...]:
        """All that was derived for one user."""
        with self._lock:
            return tuple(learned for (who, _), learned in sorted(self._defaults.items()) if who == user)

    def export(self, user: str) -> dict[str, Any]:
        """Everything kept about one user, history included: for that person, and for nobody else."""
        with self._lock:
            rows = self._base.execute(
                "SELECT setting, value, how, at_s FROM events WHERE user = ? ORDER BY id", (user,)
            ).fetchall()
        history = [
            {"setting": setting, "value": self._open(user, setting, value), "how": how, "at_s": at_s}
            for setting, value, how, at_s in rows
        ]
        defaults = {learned.setting: learned.value for learned in self.show(user)}
        return {"user": user, "defaults": defaults, "history": history}

    def erase(self, user: str, setting: str | None = None) -> int:
        """Forget one setting of a user, or all; how many events that were."""
        with self._lock, self._base:
            where, given = (
                ("user = ?", (user,)) if setting is None else ("user = ? AND setting = ?", (user, setting))
            )
            gone = self._base.execute(f"DELETE FROM events WHERE {where}", given).rowcount
            for key in [k for k in self._defaults if k[0] == user and setting in (None, k[1])]:
                del self._defaults[key]
        return gone

    def scenes(self) -> dict[str, Any]:
        """The scenes that people have made; they belong to the vehicle, not to one user."""
        with self._lock:
            return {
                n: json.loads(s) for n, s in self._base.execute("SELECT name, scene FROM scenes").fetchall()
            }

    def keep_scenes(self, scenes: Mapping[str, Any]) -> None:
        """Keep these scenes and no others."""
        with self._lock, self._base:
            self._base.execute("BEGIN")
            self._base.execute("DELETE FROM scenes")
            self._base.executemany(
                "INSERT INTO scenes VALUES (?, ?)", [(n, json.dumps(s)) for n, s in scenes.items()]
            )

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    # --- inside -------------------------------------------------------------------------------------

    def _derive(self, user: str, setting: str) -> None:
        """The value of most recent events, if it is that of enough of them; a correction counts twice."""
        rows = self._base.execute(
            "SELECT value, how FROM events WHERE user = ? AND setting = ? ORDER BY id DESC LIMIT ?",
            (user, setting, RECENT),
        ).fetchall()
        votes: Counter[str] = Counter()
        for value, how in rows:
            votes[json.dumps(self._open(user, setting, value))] += 2 if how == "corrected" else 1
        self._defaults.pop((user, setting), None)
        if not votes:
            return
        (text, agree), total = votes.most_common(1)[0], votes.total()
        if agree >= LEAST and 2 * agree > total:
            self._defaults[user, setting] = Learned(setting, json.loads(text), agree, total)

    def _seal(self, user: str, setting: str, value: Preferred) -> bytes:
        plain = json.dumps(value).encode()
        if self._cipher is None:
            return b"p" + plain
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return b"s" + nonce + bytes(self._cipher.encrypt(nonce, plain, _bound_to(user, setting)))

    def _open(self, user: str, setting: str, kept: bytes) -> Preferred:
        if kept[:1] == b"p":
            plain = kept[1:]
        elif self._cipher is None:
            raise IntentBridgeError(f"{self._file}: its values are sealed; give the key `{KEY_NAME}`")
        else:
            nonce, sealed = kept[1 : 1 + _NONCE_BYTES], kept[1 + _NONCE_BYTES :]
            try:
                plain = self._cipher.decrypt(nonce, sealed, _bound_to(user, setting))
            except Exception as error:  # its InvalidTag is only there with the extra
                raise IntentBridgeError(
                    f"{self._file}: a value does not open with this key; give the right one, or a new file"
                ) from error
        value: Preferred = json.loads(plain)
        return value


def _bound_to(user: str, setting: str) -> bytes:
    return json.dumps([user, setting]).encode()


def _cipher(keys: Keys | None) -> Any:
    """AES-GCM under the host's key; None where the host has none."""
    if keys is None:
        return None
    try:
        key = keys(KEY_NAME)
    except KeyError:
        return None
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise IntentBridgeError(
            "sealed preferences need cryptography; pip install 'intent-bridge[prefs]'"
        ) from error
    if len(key) not in (16, 24, 32):
        raise IntentBridgeError(f"the key `{KEY_NAME}` has {len(key)} bytes, AES takes 16, 24 or 32")
    return AESGCM(key)


def _own(file: Path) -> None:
    """Make sure that the file is there, is ours, and is nobody else's to read."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise IntentBridgeError(f"{file}: {error.strerror}; give a file in a folder of ours") from error
    found = os.lstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise IntentBridgeError(f"{file}: is no plain file; give one")
    if found.st_uid != os.geteuid():
        raise IntentBridgeError(f"{file}: belongs to another user; give a file of ours")
    if stat.S_IMODE(found.st_mode) & 0o077:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        raise IntentBridgeError(f"{file}: others may read it (mode {mode}); chmod 600 it")
