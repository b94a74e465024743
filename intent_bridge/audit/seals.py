"""Seals: now and then somebody with a key vouches for how long the chain is and what it ends with.

A chain alone shows an edit only to one who knows its end: who can write the file can write all of it anew.
A seal is made with a key that the writer of a forged file does not have (HMAC-SHA-256, or Ed25519 so that
nobody who verifies can seal), one JSON line in a file beside the log. It can be kept on another machine.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from intent_bridge.audit.log import Broken

MIN_SECRET_BYTES = 32
MISSING = "Ed25519 keys need the extra `sign`: pip install 'intent-bridge[sign]'"


class KeyProblem(ValueError):
    """A key cannot be used; the text says why."""


class Key(Protocol):
    """Seals, or only verifies."""

    scheme: str

    def seal(self, message: bytes) -> bytes:
        """The seal of a message. KeyProblem when this key only verifies."""

    def fits(self, message: bytes, seal: bytes) -> bool:
        """Whether this key made the seal."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The first `count` records of a chain end with the hash `head`."""

    count: int
    head: str

    def message(self) -> bytes:
        """What is sealed."""
        return f"intent_bridge audit {self.count} {self.head}".encode()


class HmacKey:
    """A secret that both sides know."""

    scheme = "hmac-sha256"

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MIN_SECRET_BYTES:
            raise KeyProblem(f"a secret has at least {MIN_SECRET_BYTES} bytes, this one has {len(secret)}")
        self._secret = secret

    def seal(self, message: bytes) -> bytes:
        return hmac.digest(self._secret, message, hashlib.sha256)

    def fits(self, message: bytes, seal: bytes) -> bool:
        return hmac.compare_digest(self.seal(message), seal)


class Ed25519Key:
    """A private key, which seals and verifies, or a public one, which only verifies."""

    scheme = "ed25519"

    def __init__(self, pem: bytes) -> None:
        try:
            from cryptography import exceptions
            from cryptography.hazmat.primitives import serialization
        except ImportError:
            raise KeyProblem(MISSING) from None
        try:
            key: Any
            if b"PRIVATE KEY" in pem:
                key = serialization.load_pem_private_key(pem, password=None)
            else:
                key = serialization.load_pem_public_key(pem)
        except (ValueError, TypeError, exceptions.UnsupportedAlgorithm):
            raise KeyProblem("the key is no PEM key without password") from None
        if not type(key).__name__.startswith("Ed25519"):
            raise KeyProblem("the key is no Ed25519 key")
        self._private = key if hasattr(key, "sign") else None
        self._public = key.public_key() if hasattr(key, "sign") else key
        self._invalid = exceptions.InvalidSignature

    def seal(self, message: bytes) -> bytes:
        if self._private is None:
            raise KeyProblem("a public key only verifies; sealing needs the private one")
        return bytes(self._private.sign(message))

    def fits(self, message: bytes, seal: bytes) -> bool:
        try:
            self._public.verify(seal, message)
        except self._invalid:
            return False
        return True


def read_key(file: Path) -> Key:
    """A key file: PEM holds an Ed25519 key, anything else is a secret. KeyProblem or OSError."""
    data = file.read_bytes()
    return Ed25519Key(data) if data.startswith(b"-----BEGIN") else HmacKey(data)


def seals_file(log: Path) -> Path:
    """Where the seals of a log lie, unless they are kept elsewhere."""
    return log.with_name(f"{log.name}.seals")


def append_seal(file: Path, seal: Seal, key: Key) -> None:
    """Write one seal, down to the disk. OSError when it cannot be written."""
    made = key.seal(seal.message()).hex()
    line = json.dumps({"count": seal.count, "head": seal.head, "scheme": key.scheme, "seal": made})
    with file.open("ab", buffering=0) as out:
        out.write(line.encode() + b"\n")
        os.fsync(out.fileno())


def read_seals(file: Path, keys: Iterable[Key]) -> tuple[list[Seal], Broken | None]:
    """The seals that one of the keys has made, and the first line that none has made.

    A torn last line is no seal (the process died while it wrote it). No file: that is broken, too.
    """
    if not file.is_file():
        return [], Broken(1, "there is no file of seals")
    seals: list[Seal] = []
    for number, line in enumerate(file.read_bytes().splitlines(keepends=True), 1):
        if not line.endswith(b"\n"):
            break
        seal = _read(line, tuple(keys))
        if seal is None:
            return seals, Broken(number, "this seal was made by none of the keys")
        seals.append(seal)
    return seals, None


def _read(line: bytes, keys: tuple[Key, ...]) -> Seal | None:
    try:
        given = json.loads(line)
        seal, made = Seal(int(given["count"]), str(given["head"])), bytes.fromhex(given["seal"])
        scheme = given["scheme"]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    fitting = (key for key in keys if key.scheme == scheme)
    return seal if any(key.fits(seal.message(), made) for key in fitting) else None
