"""Turn the tool calls of a language model into actions of a vehicle, and make the unsafe ones impossible."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what `__getattr__` finds at run time, when it is first asked for
    from intent_bridge.bridge import AsyncBridge, Bridge, HealthChange, SimulatedBridge
    from intent_bridge.engine import Engine
    from intent_bridge.errors import (
        IntentBridgeError,
        InvariantError,
        Problem,
        ProfileError,
        ToolCallError,
        TransportError,
    )
    from intent_bridge.profile import Profile, load_profile, shipped_vehicles
    from intent_bridge.transports import Transport
    from intent_bridge.types import (
        Action,
        Channel,
        Choice,
        Confirmation,
        Decision,
        Frame,
        Outcome,
        Provenance,
        Quality,
        RawFrame,
        RuleHit,
        SeatZone,
        Speaker,
        Status,
        ToolCall,
        Verdict,
    )

__version__ = "0.1.0"

__all__ = [
    "Action",
    "AsyncBridge",
    "Bridge",
    "Channel",
    "Choice",
    "Confirmation",
    "Decision",
    "Engine",
    "Frame",
    "HealthChange",
    "IntentBridgeError",
    "InvariantError",
    "Outcome",
    "Problem",
    "Profile",
    "ProfileError",
    "Provenance",
    "Quality",
    "RawFrame",
    "RuleHit",
    "SeatZone",
    "SimulatedBridge",
    "Speaker",
    "Status",
    "ToolCall",
    "ToolCallError",
    "Transport",
    "TransportError",
    "Verdict",
    "load_profile",
    "shipped_vehicles",
]

_HOMES = ("types", "errors", "profile", "transports", "engine", "bridge")
"""Where the public names live, cheapest import first: `intent-bridge --help` must not load a CAN library."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if hasattr(module, name):
                globals()[name] = getattr(module, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
