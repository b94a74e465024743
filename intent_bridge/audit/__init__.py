"""The record of what was decided and sent: a hash-chained log, and its replay to the same frames."""

from intent_bridge.audit.log import AuditLog, Broken, Fsync, read, verify
from intent_bridge.audit.replay import Replayed, replay

__all__ = ["AuditLog", "Broken", "Fsync", "Replayed", "read", "replay", "verify"]
