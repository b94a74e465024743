"""Intents about driver assistance: settings of assistants only, never a manoeuvre."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from intent_bridge.intents.base import AS_WHOLE, Domain, IntentModel, Number, Target, sizes, words

_ADAS = "Vehicle.ADAS."


class _Adas(IntentModel):
    domain: ClassVar[Domain] = "adas"


class SetAccTimeGap(_Adas):
    """Set the time gap that adaptive cruise control keeps to the car ahead. Does not switch it on."""

    tool: ClassVar[str] = "set_acc_time_gap"
    targets: ClassVar = (
        Target(
            _ADAS + "CruiseControl.AdaptiveTimeGap",
            "seconds",
            "listed",
            setting="acc_time_gap",
            sizes=sizes("1", "1", "2"),
        ),
    )
    seconds: Annotated[Number, Field(description="Time gap in seconds.")]


class StepCruiseSpeed(_Adas):
    """Raise or lower the set speed of cruise control by steps. Does not switch it on."""

    tool: ClassVar[str] = "step_cruise_speed"
    targets: ClassVar = (Target(_ADAS + "CruiseControl.SpeedSet", "change", "change"),)
    direction: Literal["up", "down"]
    steps: Annotated[int, Field(ge=1, le=4, description="How many steps."), AS_WHOLE]

    @property
    def change(self) -> int:
        """The signed number of steps."""
        return self.steps if self.direction == "up" else -self.steps


class SetLaneKeepAssist(_Adas):
    """Change lane keeping assistance. Give only what should change."""

    tool: ClassVar[str] = "set_lane_keep_assist"
    targets: ClassVar = (
        Target(_ADAS + "LaneKeepAssist.IsEnabled", "on"),
        Target(_ADAS + "LaneKeepAssist.Mode", "mode"),
        Target(_ADAS + "LaneKeepAssist.Sensitivity", "sensitivity"),
    )
    needs_one_of: ClassVar = ("on", "mode", "sensitivity")
    on: bool | None = None
    mode: Annotated[str | None, words("warning", "assist", "both")] = None
    sensitivity: Annotated[str | None, words("low", "medium", "high")] = None


class SetLaneDepartureWarning(_Adas):
    """Change the lane departure warning. Give only what should change."""

    tool: ClassVar[str] = "set_lane_departure_warning"
    targets: ClassVar = (
        Target(_ADAS + "LaneDepartureDetection.IsEnabled", "on"),
        Target(_ADAS + "LaneDepartureWarning.Sensitivity", "sensitivity"),
    )
    needs_one_of: ClassVar = ("on", "sensitivity")
    on: bool | None = None
    sensitivity: Annotated[str | None, words("low", "medium", "high")] = None


class SetForwardCollisionWarning(_Adas):
    """Set how early the forward collision warning warns."""

    tool: ClassVar[str] = "set_forward_collision_warning"
    targets: ClassVar = (Target(_ADAS + "ForwardCollisionWarning.Sensitivity", "sensitivity"),)
    sensitivity: Annotated[
        str, words("off", "low", "medium", "high", description="A higher sensitivity warns earlier.")
    ]


class SetEmergencyBraking(_Adas):
    """Switch automatic emergency braking on or off as a setting. Does not brake."""

    tool: ClassVar[str] = "set_emergency_braking"
    targets: ClassVar = (Target(_ADAS + "AutomaticEmergencyBraking.IsEnabled", "on"),)
    on: bool


class SetBlindSpotWarning(_Adas):
    """Switch the blind spot warning on or off."""

    tool: ClassVar[str] = "set_blind_spot_warning"
    targets: ClassVar = (Target(_ADAS + "BlindSpotWarning.IsEnabled", "on"),)
    on: bool


class SetSpeedLimitAssist(_Adas):
    """Change the speed limit assistant. Give only what should change."""

    tool: ClassVar[str] = "set_speed_limit_assist"
    targets: ClassVar = (
        Target(_ADAS + "SpeedLimitAssist.Mode", "mode"),
        Target(
            _ADAS + "SpeedLimitAssist.Offset",
            "offset_km_h",
            setting="speed_limit_offset",
            sizes=sizes("1", "2", "5"),
        ),
    )
    needs_one_of: ClassVar = ("mode", "offset_km_h")
    mode: Annotated[str | None, words("off", "inform", "warn", "limit")] = None
    offset_km_h: Annotated[
        Number | None, Field(description="Km/h above (or below) the limit at which it acts.")
    ] = None
