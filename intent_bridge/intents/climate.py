"""Intents about air and warmth: temperature, fan, air flow, air conditioning, defrost, steering wheel."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from intent_bridge.intents.base import (
    Domain,
    IntentModel,
    NumberOrName,
    OptionalZone,
    Target,
    Whole,
    sizes,
    words,
)

_STATION = "Vehicle.Cabin.HVAC.Station.{station}."
_HVAC = "Vehicle.Cabin.HVAC."


class _Climate(IntentModel):
    domain: ClassVar[Domain] = "climate"


class SetCabinTemperature(_Climate):
    """Set the cabin temperature of a zone to a value. For "warmer" or "cooler" use adjust_setting."""

    tool: ClassVar[str] = "set_cabin_temperature"
    targets: ClassVar = (
        Target(
            _STATION + "Temperature",
            "celsius",
            named=True,
            setting="cabin_temperature",
            sizes=sizes("0.5", "1", "2"),
        ),
    )
    zone: OptionalZone = None
    celsius: Annotated[
        NumberOrName, Field(description="Degrees Celsius; LO is the coldest, HI the hottest setting.")
    ]


class SetFanSpeed(_Climate):
    """Set the climate fan of a zone to an absolute level. For "stronger" or "weaker" use adjust_setting."""

    tool: ClassVar[str] = "set_fan_speed"
    targets: ClassVar = (
        Target(_STATION + "FanSpeed", "level", "steps", setting="fan_speed", sizes=sizes("1", "2", "3")),
    )
    zone: OptionalZone = None
    level: Annotated[Whole, Field(description="Fan level; 0 is off.")]


class SetAirDistribution(_Climate):
    """Choose where the climate air of a zone comes out. To clear a fogged window use set_defrost."""

    tool: ClassVar[str] = "set_air_distribution"
    targets: ClassVar = (Target(_STATION + "AirDistribution", "direction"),)
    zone: OptionalZone = None
    direction: Annotated[
        str,
        words("face", "floor", "face_floor", "defrost", "defrost_floor", description="Where the air goes."),
    ]


class SetAirConditioning(_Climate):
    """Switch the air conditioning compressor on or off."""

    tool: ClassVar[str] = "set_air_conditioning"
    targets: ClassVar = (Target(_HVAC + "IsAirConditioningActive", "on"),)
    on: bool


class SetClimateAuto(_Climate):
    """Switch automatic climate control on or off."""

    tool: ClassVar[str] = "set_climate_auto"
    targets: ClassVar = (Target(_HVAC + "IsAutoActive", "on"),)
    on: bool


class SetClimateSync(_Climate):
    """Couple (on) or separate (off) the climate zones, so that all follow the driver's temperature."""

    tool: ClassVar[str] = "set_climate_sync"
    targets: ClassVar = (Target(_HVAC + "IsSyncActive", "on"),)
    on: bool


class SetRecirculation(_Climate):
    """Choose between outside air and recirculated cabin air."""

    tool: ClassVar[str] = "set_recirculation"
    targets: ClassVar = (Target(_HVAC + "RecirculationMode", "mode"),)
    mode: Annotated[
        str,
        words("fresh", "recirculate", "auto", description="fresh is outside air, auto lets the car choose."),
    ]


class SetDefrost(_Climate):
    """Switch the defroster of the windscreen, the rear window or both on or off."""

    tool: ClassVar[str] = "set_defrost"
    targets: ClassVar = (
        Target(_HVAC + "IsFrontDefrosterActive", "on", only=("window", ("front", "all"))),
        Target(_HVAC + "IsRearDefrosterActive", "on", only=("window", ("rear", "all"))),
    )
    window: Annotated[Literal["front", "rear", "all"], Field(description="front is the windscreen.")]
    on: bool


class SetMaxDefrost(_Climate):
    """Switch maximum defrost on or off: strongest fan and heat on the windscreen."""

    tool: ClassVar[str] = "set_max_defrost"
    targets: ClassVar = (Target(_HVAC + "IsMaxDefrostActive", "on"),)
    on: bool


class SetSteeringWheelHeating(_Climate):
    """Set the steering wheel heating."""

    tool: ClassVar[str] = "set_steering_wheel_heating"
    targets: ClassVar = (
        Target(
            "Vehicle.Chassis.SteeringWheel.HeatingCooling",
            "level",
            "steps",
            setting="steering_wheel_heating",
            sizes=sizes("1", "1", "2"),
        ),
    )
    level: Annotated[Whole, Field(description="Heating level; 0 is off.")]
