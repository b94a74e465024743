"""Where the record goes, as the command line says it."""

from pathlib import Path
from typing import TYPE_CHECKING

from intent_bridge.cli.exits import UsageProblem

if TYPE_CHECKING:
    from intent_bridge.audit import AuditOptions


def read_audit(
    path: Path | None, key: Path | None, max_mb: int | None, *, queue: bool
) -> "AuditOptions | None":
    """The options of the record; UsageProblem where they do not fit together or a key cannot be used."""
    from intent_bridge.audit import AuditOptions, KeyProblem, read_key

    if path is None:
        if key or max_mb or queue:
            raise UsageProblem("there is no record to seal, to cut or to queue", "give --audit FILE")
        return None
    try:
        sealing = None if key is None else read_key(key)
        if sealing is not None:
            sealing.seal(b"")
    except (OSError, KeyProblem) as error:
        raise UsageProblem(
            f"{key}: {error}", "a secret of 32 bytes or more, or a private Ed25519 key"
        ) from None
    return AuditOptions(
        path,
        when_failing="queue" if queue else "deny",
        max_bytes=None if max_mb is None else max_mb * 1_000_000,
        key=sealing,
    )
