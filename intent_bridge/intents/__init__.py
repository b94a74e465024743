"""What a model may ask for: strict JSON in, typed intents out, narrowed to what one vehicle has."""

from intent_bridge.intents.base import Domain, IntentModel, Target
from intent_bridge.intents.catalogue import Catalogue, catalogue_of
from intent_bridge.intents.comfort import (
    ActivateScene,
    AdjustComfort,
    AdjustSetting,
    Feeling,
    StopMotion,
    Strength,
)
from intent_bridge.intents.feelings import MEANS, comfort_table
from intent_bridge.intents.fields import reading, to_value
from intent_bridge.intents.front_door import check_arguments, check_value, read_json
from intent_bridge.intents.gaps import Gap, Plain
from intent_bridge.intents.narrow import NotEquipped, ToolSpec
from intent_bridge.intents.profile_tools import ProfileTool
from intent_bridge.intents.read import (
    GetCapabilities,
    GetVehicleState,
    Noted,
    ReadPaths,
    Topic,
    topic_of,
)
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
    "MEANS",
    "SETTINGS",
    "SPOKEN_ZONES",
    "ZONES",
    "ActivateScene",
    "AdjustComfort",
    "AdjustSetting",
    "Catalogue",
    "Domain",
    "DriverSide",
    "Feeling",
    "Gap",
    "GetCapabilities",
    "GetVehicleState",
    "Intent",
    "IntentModel",
    "NotEquipped",
    "Noted",
    "Place",
    "Plain",
    "ProfileTool",
    "ReadPaths",
    "SpokenZone",
    "StopMotion",
    "Strength",
    "Target",
    "ToolSpec",
    "Topic",
    "Zone",
    "catalogue_of",
    "check_arguments",
    "check_value",
    "comfort_table",
    "places",
    "read_json",
    "reading",
    "side_of",
    "to_value",
    "topic_of",
]
