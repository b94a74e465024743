"""Cars for the tests of the intents: only what can be set, without DBC files.

`full_car` has every path that a built-in intent can set; tests take away or change what they are about.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from intent_bridge.intents import ToolSpec, places
from intent_bridge.intents.zones import DriverSide
from intent_bridge.profile import ActuatorInfo, Binding, Profile
from intent_bridge.profile.model import Actuator, OwnTool, ProfileFile

ON_OFF: dict[str, Any] = {"type": "boolean"}


def number(low: float, high: float, step: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"type": "number", "unit": unit, "step": step, "range": (low, high), **more}


def enum(*names: str) -> dict[str, Any]:
    return {"type": "enum", "values": {name: name for name in names}}


PERCENT = number(0, 100, 1, "percent")
MOVES = {"motion": {"stop": "STOP", "tolerance": 1}}
_STATION = "Vehicle.Cabin.HVAC.Station.{station}."
_HVAC = "Vehicle.Cabin.HVAC."
_SEAT = "Vehicle.Cabin.Seat.{seat}."
_ADAS = "Vehicle.ADAS."
_BODY = "Vehicle.Body."
_AMBIENT = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide."

EVERYTHING: Mapping[str, dict[str, Any]] = {
    _STATION + "Temperature": number(15.5, 30.5, 0.5, "Celsius", names={"LO": 15.5, "HI": 30.5}),
    _STATION + "FanSpeed": number(0, 100, 10, "percent"),
    _STATION + "AirDistribution": enum("FACE", "FLOOR", "FACE_FLOOR", "DEFROST"),
    _HVAC + "IsAirConditioningActive": ON_OFF,
    _HVAC + "IsAutoActive": ON_OFF,
    _HVAC + "IsSyncActive": ON_OFF,
    _HVAC + "RecirculationMode": enum("FRESH", "RECIRCULATE", "AUTO"),
    _HVAC + "IsFrontDefrosterActive": ON_OFF,
    _HVAC + "IsRearDefrosterActive": ON_OFF,
    _HVAC + "IsMaxDefrostActive": ON_OFF,
    "Vehicle.Chassis.SteeringWheel.HeatingCooling": number(0, 100, 50, "percent"),
    _SEAT + "Position": number(0, 250, 5, "mm", **MOVES),
    _SEAT + "Height": number(0, 80, 5, "mm", **MOVES),
    _SEAT + "Backrest.Recline": number(0, 60, 1, "degrees", **MOVES),
    _SEAT + "Seating.Length": number(0, 60, 5, "mm", **MOVES),
    _SEAT + "Backrest.LumbarSupport": number(0, 100, 10, "percent"),
    _SEAT + "MemoryRecall": enum("SLOT1", "SLOT2", "SLOT3"),
    _SEAT + "HeatingLevel": number(0, 3, 1, "level"),
    _SEAT + "VentilationLevel": number(0, 3, 1, "level"),
    _SEAT + "Massage.Level": number(0, 100, 20, "percent"),
    _ADAS + "CruiseControl.AdaptiveTimeGap": enum("GAP_1_0", "GAP_1_4", "GAP_1_8", "GAP_2_2"),
    _ADAS + "CruiseControl.SpeedSet": number(30, 150, 5, "km/h"),
    _ADAS + "LaneKeepAssist.IsEnabled": ON_OFF,
    _ADAS + "LaneKeepAssist.Mode": enum("WARNING", "ASSIST", "BOTH"),
    _ADAS + "LaneKeepAssist.Sensitivity": enum("LOW", "MEDIUM", "HIGH"),
    _ADAS + "LaneDepartureDetection.IsEnabled": ON_OFF,
    _ADAS + "LaneDepartureWarning.Sensitivity": enum("LOW", "HIGH"),
    _ADAS + "ForwardCollisionWarning.Sensitivity": enum("LOW", "MEDIUM", "HIGH"),
    _ADAS + "AutomaticEmergencyBraking.IsEnabled": ON_OFF,
    _ADAS + "BlindSpotWarning.IsEnabled": ON_OFF,
    _ADAS + "SpeedLimitAssist.Mode": enum("OFF", "INFORM", "LIMIT"),
    _ADAS + "SpeedLimitAssist.Offset": number(-10, 10, 1, "km/h"),
    "Vehicle.Powertrain.DriveMode": enum("ECO", "COMFORT", "SPORT", "RAIN_PLUS"),
    "Vehicle.Cabin.Door.{seat}.Window.Position": {**PERCENT, **MOVES},
    "Vehicle.Cabin.Sunroof.Position": {**PERCENT, **MOVES},
    "Vehicle.Cabin.Sunroof.Shade.Position": {**PERCENT, **MOVES},
    _BODY + "Trunk.Rear.Position": {**PERCENT, **MOVES},
    _BODY + "Trunk.Rear.IsOpen": ON_OFF,
    _BODY + "Lights.Beam.Low.IsOn": ON_OFF,
    _BODY + "Lights.Beam.High.IsOn": ON_OFF,
    _BODY + "Lights.Fog.Front.IsOn": ON_OFF,
    _BODY + "Lights.Fog.Rear.IsOn": ON_OFF,
    "Vehicle.Cabin.Light.Spotlight.{seat}.IsLightOn": ON_OFF,
    _AMBIENT + "IsLightOn": ON_OFF,
    _AMBIENT + "Color": enum("WHITE", "RED", "BLUE"),
    _AMBIENT + "Intensity": PERCENT,
}
"""Path templates of everything built-in intents can set, with a plausible quantity each."""

SCENES = {"nap": {"description": "Rest.", "steps": [{"call": "set_sunshade", "arguments": {"percent": 0}}]}}


def car(
    paths: Mapping[str, dict[str, Any]],
    *,
    driver_side: DriverSide = "left",
    scenes: Mapping[str, Any] | None = None,
    own_tools: tuple[Mapping[str, Any], ...] = (),
) -> Profile:
    """A profile with these actuators; a path with `{seat}` or `{station}` is there for all four places."""
    file = ProfileFile.model_validate(
        {
            "vehicle": "test_car",
            "title": "Test car",
            "driver_side": driver_side,
            "packs": ["base"],
            "not_available": ["SNA"],
            "confirmation_ms": 1000,
            "rate": {"frames_per_s": 100, "burst": 20},
            "buses": {"body": {"dbc": "body.dbc", "bitrate": 500_000}},
            "messages": {},
            "sensors": {},
            "actuators": {},
            "scenes": scenes or {},
        }
    )
    everywhere = places("all", driver_side)
    flat = {place.path(template): spec for template, spec in paths.items() for place in everywhere}
    return Profile(
        folder=Path("/cars/test_car"),
        file=file,
        digest="",
        databases={},
        sensors={},
        actuators={path: _actuator(path, spec) for path, spec in flat.items()},
        messages={},
        own_tools=tuple(OwnTool.model_validate(tool) for tool in own_tools),
    )


def full_car(**options: Any) -> Profile:
    """A car that has everything."""
    return car(EVERYTHING, **{"scenes": SCENES, **options})


def without(profile: Profile, *fragments: str) -> Profile:
    """The same car without the actuators whose path holds one of `fragments`."""
    kept = {p: a for p, a in profile.actuators.items() if not any(f in p for f in fragments)}
    return replace(profile, actuators=kept)


def _actuator(path: str, spec: Mapping[str, Any]) -> ActuatorInfo:
    actuator = Actuator.model_validate(
        {
            "command": "CMD.Signal",
            "status": "STATUS.Signal",
            "max_age_ms": 1000,
            "confirm_within_ms": 1000,
            "lifetime_ms": 1000,
            "neutral": None,
            "budget": {"changes": 1, "window_ms": 1000},
            **spec,
        }
    )
    nowhere = cast(Binding, None)  # intents never look at the wire
    return ActuatorInfo(path, actuator, nowhere, nowhere)


def schema_of(tools: tuple[ToolSpec, ...], name: str) -> dict[str, Any]:
    """The properties that a model is shown of one tool."""
    return cast(dict[str, Any], next(t.parameters for t in tools if t.name == name)["properties"])
