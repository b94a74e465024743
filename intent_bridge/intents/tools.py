"""The closed list of everything a model may ask for: one class, one tool, in the order they are shown."""

from typing import Final, TypeAlias

from .adas import (
    SetAccTimeGap,
    SetBlindSpotWarning,
    SetEmergencyBraking,
    SetForwardCollisionWarning,
    SetLaneDepartureWarning,
    SetLaneKeepAssist,
    SetSpeedLimitAssist,
    StepCruiseSpeed,
)
from .base import IntentModel, Target
from .body import (
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
from .climate import (
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
from .comfort import ActivateScene, AdjustSetting, StopMotion
from .drive import SetDriveMode
from .profile_tools import ProfileTool
from .read import GetCapabilities, GetVehicleState
from .seat import (
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
OtherIntent: TypeAlias = AdjustSetting | ActivateScene | StopMotion | GetVehicleState | GetCapabilities
Intent: TypeAlias = SetIntent | OtherIntent

INTENTS: Final[tuple[type[IntentModel], ...]] = tuple(
    c for c in (*SetIntent.__args__, *OtherIntent.__args__) if c is not ProfileTool
)
SETTINGS: Final[dict[str, Target]] = {
    target.setting: target for intent in INTENTS for target in intent.targets if target.setting
}
"""What `adjust_setting` can change: its name -> where the value goes, how it is counted, what "a bit" is."""
