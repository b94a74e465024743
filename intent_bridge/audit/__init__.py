"""The record of what was decided and sent: a hash-chained log, and its replay to the same frames."""

from intent_bridge.audit.chain import Verified, read, verify, verify_chain
from intent_bridge.audit.keeper import AuditOptions, Keeper
from intent_bridge.audit.log import AuditLog, Broken, Fsync
from intent_bridge.audit.replay import Replayed, replay
from intent_bridge.audit.seals import Key, KeyProblem, read_key

__all__ = [
    "AuditLog",
    "AuditOptions",
    "Broken",
    "Fsync",
    "Keeper",
    "Key",
    "KeyProblem",
    "Replayed",
    "Verified",
    "read",
    "read_key",
    "replay",
    "verify",
    "verify_chain",
]
