"""The shell around the engine: clock, buses, audit file, listeners."""

from intent_bridge.bridge.aio import AsyncBridge
from intent_bridge.bridge.core import Bridge
from intent_bridge.bridge.health import Condition, HealthChange
from intent_bridge.bridge.results import tool_result
from intent_bridge.bridge.simulated import DRIVER_BY_VOICE, SimulatedBridge

__all__ = [
    "DRIVER_BY_VOICE",
    "AsyncBridge",
    "Bridge",
    "Condition",
    "HealthChange",
    "SimulatedBridge",
    "tool_result",
]
