"""Intent + State -> absolute Actions: zones, relative changes, scenes."""

from intent_bridge.resolver.resolve import resolve
from intent_bridge.resolver.types import (
    Absolute,
    Ambiguous,
    Context,
    Halt,
    Nothing,
    Report,
    Resolution,
    Unresolved,
)

__all__ = [
    "Absolute",
    "Ambiguous",
    "Context",
    "Halt",
    "Nothing",
    "Report",
    "Resolution",
    "Unresolved",
    "resolve",
]
