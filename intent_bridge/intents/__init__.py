"""What a model may ask for: strict JSON in, typed intents out, narrowed to what one vehicle has."""

from .base import Domain, IntentModel, Target
from .tools import INTENTS, SETTINGS, Intent
from .zones import ZONES, DriverSide, Place, Zone, places

__all__ = [
    "INTENTS",
    "SETTINGS",
    "ZONES",
    "Domain",
    "DriverSide",
    "Intent",
    "IntentModel",
    "Place",
    "Target",
    "Zone",
    "places",
]
