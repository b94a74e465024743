"""What a model may ask for: strict JSON in, typed intents out, narrowed to what one vehicle has."""

from intent_bridge.intents.base import Domain, IntentModel, Target
from intent_bridge.intents.catalogue import Catalogue
from intent_bridge.intents.comfort import ActivateScene, AdjustSetting, StopMotion
from intent_bridge.intents.fields import to_value
from intent_bridge.intents.front_door import check_arguments, check_value, read_json
from intent_bridge.intents.narrow import NotEquipped, ToolSpec
from intent_bridge.intents.profile_tools import ProfileTool
from intent_bridge.intents.read import GetCapabilities, GetVehicleState, Topic, topic_of
from intent_bridge.intents.tools import INTENTS, SETTINGS, Intent
from intent_bridge.intents.zones import (
    SPOKEN_ZONES,
    ZONES,
    DriverSide,
    Place,
    SpokenZone,
    Zone,
    places,
    side_of,
)

__all__ = [
    "INTENTS",
    "SETTINGS",
    "SPOKEN_ZONES",
    "ZONES",
    "ActivateScene",
    "AdjustSetting",
    "Catalogue",
    "Domain",
    "DriverSide",
    "GetCapabilities",
    "GetVehicleState",
    "Intent",
    "IntentModel",
    "NotEquipped",
    "Place",
    "ProfileTool",
    "SpokenZone",
    "StopMotion",
    "Target",
    "ToolSpec",
    "Topic",
    "Zone",
    "check_arguments",
    "check_value",
    "places",
    "read_json",
    "side_of",
    "to_value",
    "topic_of",
]
