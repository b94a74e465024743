"""Intent + State -> absolute Actions: zones, relative changes, scenes."""

from intent_bridge.resolver.resolve import resolve, settled
from intent_bridge.resolver.types import (
    Absolute,
    Ambiguous,
    Context,
    Halt,
    Nothing,
    Option,
    Options,
    Report,
    Resolution,
    Unresolved,
)
from intent_bridge.resolver.zones import Known, NoZone, WhichZone, resolve_zone

__all__ = [
    "Absolute",
    "Ambiguous",
    "Context",
    "Halt",
    "Known",
    "NoZone",
    "Nothing",
    "Option",
    "Options",
    "Report",
    "Resolution",
    "Unresolved",
    "WhichZone",
    "resolve",
    "resolve_zone",
    "settled",
]
