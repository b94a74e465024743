"""The closed list of everything a model may ask for: one class, one tool, in the order they are shown."""

from typing import Final, TypeAlias

from intent_bridge.intents.adas import (
    SetAccTimeGap,
    SetBlindSpotWarning,
    SetEmergencyBraking,
    SetForwardCollisionWarning,
    SetLaneDepartureWarning,
    SetLaneKeepAssist,
    SetSpeedLimitAssist,
    StepCruiseSpeed,
)
from intent_bridge.intents.base import IntentModel, Target
from intent_bridge.intents.body import (
    SetAmbientLight,
    SetFogLights,
    SetHighBeam,
    SetLowBeam,
    SetReadingLight,
    SetSunroof,
    SetSunshade,
    SetTrunk,
    SetWindow,
)
from intent_bridge.intents.climate import (
    SetAirConditioning,
    SetAirDistribution,
    SetCabinTemperature,
    SetClimateAuto,
    SetClimateSync,
    SetDefrost,
    SetFanSpeed,
    SetMaxDefrost,
    SetRecirculation,
    SetSteeringWheelHeating,
)
from intent_bridge.intents.comfort import ActivateScene, AdjustComfort, AdjustSetting, StopMotion
from intent_bridge.intents.drive import SetDriveMode
from intent_bridge.intents.profile_tools import ProfileTool
from intent_bridge.intents.read import GetCapabilities, GetVehicleState, Noted, ReadPaths
from intent_bridge.intents.seat import (
    RecallSeatMemory,
    SetSeatCushionLength,
    SetSeatHeating,
    SetSeatHeight,
    SetSeatLumbar,
    SetSeatMassage,
    SetSeatPosition,
    SetSeatRecline,
    SetSeatVentilation,
)

SetIntent: TypeAlias = (
    SetCabinTemperature
    | SetFanSpeed
    | SetAirDistribution
    | SetAirConditioning
    | SetClimateAuto
    | SetClimateSync
    | SetRecirculation
    | SetDefrost
    | SetMaxDefrost
    | SetSteeringWheelHeating
    | SetSeatPosition
    | SetSeatHeight
    | SetSeatRecline
    | SetSeatCushionLength
    | SetSeatLumbar
    | RecallSeatMemory
    | SetSeatHeating
    | SetSeatVentilation
    | SetSeatMassage
    | SetAccTimeGap
    | StepCruiseSpeed
    | SetLaneKeepAssist
    | SetLaneDepartureWarning
    | SetForwardCollisionWarning
    | SetEmergencyBraking
    | SetBlindSpotWarning
    | SetSpeedLimitAssist
    | SetDriveMode
    | SetWindow
    | SetSunroof
    | SetSunshade
    | SetTrunk
    | SetLowBeam
    | SetHighBeam
    | SetFogLights
    | SetReadingLight
    | SetAmbientLight
    | ProfileTool
)
"""Intents that are wholly described by their targets."""
OtherIntent: TypeAlias = (
    AdjustSetting | AdjustComfort | ActivateScene | StopMotion | GetVehicleState | GetCapabilities
)
OwnIntent: TypeAlias = ReadPaths | Noted
"""What only a vehicle's own tools can mean."""
Intent: TypeAlias = SetIntent | OtherIntent | OwnIntent

INTENTS: Final[tuple[type[IntentModel], ...]] = tuple(
    c for c in (*SetIntent.__args__, *OtherIntent.__args__) if c is not ProfileTool
)
SETTINGS: Final[dict[str, Target]] = {
    target.setting: target for intent in INTENTS for target in intent.targets if target.setting
}
"""What `adjust_setting` can change: its name -> where the value goes, how it is counted, what "a bit" is."""
