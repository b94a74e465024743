"""Signatures of pack files: Ed25519 over the file's bytes, in base64 beside it (`oem.yaml.sig`).

Needs the extra `sign` (the library `cryptography`). A signature says who answers for a pack; whether the pack
is safe is what the proofs say.
"""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import IntentBridgeError

MISSING = "signatures need the extra `sign`: pip install 'intent-bridge[sign]'"


class SignatureProblem(IntentBridgeError):
    """A key or a signature cannot be used; the text says why."""


def signature_file(pack: Path) -> Path:
    """Where the signature of a pack lies."""
    return pack.with_name(f"{pack.name}.sig")


def sign(pack: Path, private_key: bytes) -> Path:
    """Sign a pack file with a PEM private key; returns the signature's file. Raises SignatureProblem."""
    serialization, exceptions = _library()
    try:
        key = serialization.load_pem_private_key(private_key, password=None)
    except (ValueError, TypeError, exceptions.UnsupportedAlgorithm):
        raise SignatureProblem("the private key is no PEM key without password") from None
    if type(key).__name__ != "Ed25519PrivateKey":
        raise SignatureProblem("the private key is no Ed25519 key")
    file = signature_file(pack)
    file.write_bytes(base64.b64encode(key.sign(pack.read_bytes())) + b"\n")
    return file


def problem(pack: Path, public_keys: Sequence[bytes]) -> str:
    """Why none of these PEM public keys has signed this pack; empty when one has. Raises SignatureProblem."""
    serialization, exceptions = _library()
    file = signature_file(pack)
    if not file.is_file():
        return f"{pack.name} is not signed: there is no {file.name}"
    try:
        signature = base64.b64decode(file.read_bytes().strip(), validate=True)
    except binascii.Error:
        return f"{file.name} is no base64"
    for given in public_keys:
        try:
            key = serialization.load_pem_public_key(given)
        except (ValueError, exceptions.UnsupportedAlgorithm):
            raise SignatureProblem("a public key is no PEM key") from None
        if type(key).__name__ != "Ed25519PublicKey":
            raise SignatureProblem("a public key is no Ed25519 key")
        try:
            key.verify(signature, pack.read_bytes())
        except exceptions.InvalidSignature:
            continue
        return ""
    return f"{file.name} was made by none of the keys, or {pack.name} was changed since"


def _library() -> tuple[Any, Any]:
    try:
        from cryptography import exceptions
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise SignatureProblem(MISSING) from None
    return serialization, exceptions
