"""Intents about the body: windows, roof, trunk, lights."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from intent_bridge.intents.base import Domain, IntentModel, Number, OptionalZone, Target, sizes, words

_OPEN = "0 is closed, 100 is fully open."
_AMBIENT = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide."
_BODY_LIGHTS = "Vehicle.Body.Lights."
_HALVES = sizes("10", "25", "50")


class _Body(IntentModel):
    domain: ClassVar[Domain] = "body"


class SetWindow(_Body):
    """Open or close side windows to an absolute position. For "a bit more" use adjust_setting."""

    tool: ClassVar[str] = "set_window"
    targets: ClassVar = (
        Target("Vehicle.Cabin.Door.{seat}.Window.Position", "percent", setting="window", sizes=_HALVES),
    )
    zone: OptionalZone = None
    percent: Annotated[Number, Field(description=_OPEN)]


class SetSunroof(_Body):
    """Open or close the sunroof to an absolute position. For the blind under it use set_sunshade."""

    tool: ClassVar[str] = "set_sunroof"
    targets: ClassVar = (
        Target("Vehicle.Cabin.Sunroof.Position", "percent", setting="sunroof", sizes=_HALVES),
    )
    percent: Annotated[Number, Field(description=_OPEN)]


class SetSunshade(_Body):
    """Open or close the blind under the sunroof to an absolute position."""

    tool: ClassVar[str] = "set_sunshade"
    targets: ClassVar = (
        Target("Vehicle.Cabin.Sunroof.Shade.Position", "percent", setting="sunshade", sizes=_HALVES),
    )
    percent: Annotated[Number, Field(description=_OPEN)]


class SetTrunk(_Body):
    """Open or close the trunk (boot)."""

    tool: ClassVar[str] = "set_trunk"
    targets: ClassVar = (
        Target("Vehicle.Body.Trunk.Rear.Position", "percent"),
        Target("Vehicle.Body.Trunk.Rear.IsOpen", "open"),
    )
    needs_one_of: ClassVar = ("percent", "open")
    exclusive: ClassVar = ("percent", "open")
    percent: Annotated[Number | None, Field(description=_OPEN)] = None
    open: Annotated[bool | None, Field(description="true opens, false closes.")] = None


class SetLowBeam(_Body):
    """Switch the low beam headlights on or off."""

    tool: ClassVar[str] = "set_low_beam"
    targets: ClassVar = (Target(_BODY_LIGHTS + "Beam.Low.IsOn", "on"),)
    on: bool


class SetHighBeam(_Body):
    """Switch the high beam headlights on or off."""

    tool: ClassVar[str] = "set_high_beam"
    targets: ClassVar = (Target(_BODY_LIGHTS + "Beam.High.IsOn", "on"),)
    on: bool


class SetFogLights(_Body):
    """Switch fog lights on or off."""

    tool: ClassVar[str] = "set_fog_lights"
    targets: ClassVar = (
        Target(_BODY_LIGHTS + "Fog.Front.IsOn", "on", only=("lights", ("front", "all"))),
        Target(_BODY_LIGHTS + "Fog.Rear.IsOn", "on", only=("lights", ("rear", "all"))),
    )
    lights: Annotated[Literal["front", "rear", "all"], Field(description="Which fog lights.")]
    on: bool


class SetReadingLight(_Body):
    """Switch the reading light of a place on or off."""

    tool: ClassVar[str] = "set_reading_light"
    targets: ClassVar = (Target("Vehicle.Cabin.Light.Spotlight.{seat}.IsLightOn", "on"),)
    zone: OptionalZone = None
    on: bool


class SetAmbientLight(_Body):
    """Change the ambient light of the cabin. Give only what should change."""

    tool: ClassVar[str] = "set_ambient_light"
    targets: ClassVar = (
        Target(_AMBIENT + "IsLightOn", "on"),
        Target(_AMBIENT + "Color", "color"),
        Target(
            _AMBIENT + "Intensity",
            "brightness_percent",
            setting="ambient_brightness",
            sizes=sizes("10", "20", "40"),
        ),
    )
    needs_one_of: ClassVar = ("on", "color", "brightness_percent")
    on: bool | None = None
    color: Annotated[
        str | None,
        words("white", "warm_white", "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"),
    ] = None
    brightness_percent: Annotated[Number | None, Field(description="100 is the brightest.")] = None
