"""The benchmark's words for the state of its car, to our paths and back, by the vehicle's own get tools."""

import json
from collections.abc import Mapping
from typing import Any

from intent_bridge.bridge import Bridge
from intent_bridge.profile import Profile, plain, to_vss
from intent_bridge.profile.model import Answer

WEATHER = "Vehicle.Exterior.Weather"
_AMBIENT = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide."
_FOG_REAR = "Vehicle.Body.Lights.Fog.Rear.IsOn"
_TRUNK = "Vehicle.Body.Trunk.Rear.Position"
_STATE = (
    "sunroof", "sunshade", "window_", "reading_", "fog_", "head_", "climate_temp", "steering_wheel",
    "seat_heating", "fan_", "air_",
)  # fmt: skip
_NOT_STATE = frozenset(("description", "temperature_unit", "fuel_type", "battery_capacity_kwh"))


def entries(profile: Profile) -> dict[str, Answer]:
    """Every entry that the get tools answer from a path."""
    found = {name: answer for tool in profile.own_tools for name, answer in (tool.reads or {}).items()}
    return {name: a for name, a in found.items() if a.path is not None and name not in _NOT_STATE}


def world(profile: Profile, given: Mapping[str, Any]) -> dict[str, Any]:
    """What to make true in the simulated vehicle, in VSS values; ValueError for what it cannot be."""
    out: dict[str, Any] = {}
    for name, answer in entries(profile).items():
        first, _, rest = name.partition(".")
        value = given.get(first)
        value = value.get(rest) if rest and isinstance(value, Mapping) else value
        if value is None or answer.path is None or first == "ambient_light":
            continue
        out[answer.path] = _vss(profile, answer, value)
    if (light := given.get("ambient_light")) is not None:
        lit = str(light) not in ("OFF", "NONE")
        out[_AMBIENT + "IsLightOn"] = lit
        if lit:
            out[_AMBIENT + "Color"] = str(light)
    if "fog_lights" in given:
        out[_FOG_REAR] = bool(given["fog_lights"])
    if "trunk_door_position" in given:
        out[_TRUNK] = 100 if is_open(given["trunk_door_position"]) else 0
    return out


def _vss(profile: Profile, answer: Answer, value: Any) -> Any:
    assert answer.path is not None
    spoken = {json.dumps(said): name for name, said in answer.map.items()}
    if json.dumps(value) in spoken and answer.otherwise is None:
        return spoken[json.dumps(value)]
    quantity = profile.inputs[answer.path].quantity
    if answer.counts == "steps":
        return plain(to_vss(quantity, int(value)))
    return value


def is_open(said: object) -> bool:
    """The benchmark says OPEN, open, CLOSE and closed of the tailgate."""
    return str(said).lower().startswith("open")


def seen(car: Bridge) -> dict[str, Any]:
    """The state as the get tools tell it, in the benchmark's flat words."""
    out: dict[str, Any] = {}
    for tool in car.profile.own_tools:
        if tool.reads is not None:
            data = car.handle({"name": tool.name, "arguments": {}}).data
            out |= {name: value for name, value in data.items() if name not in _NOT_STATE}
    return normal(out)


def normal(state: Mapping[str, Any]) -> dict[str, Any]:
    """One spelling for what the benchmark spells in several ways; numbers as numbers."""
    out = {name: value for name, value in state.items() if name.startswith(_STATE)}
    if "trunk_door_position" in state:
        out["trunk_door_position"] = "open" if is_open(state["trunk_door_position"]) else "closed"
    if "ambient_light" in state:
        light = state["ambient_light"]
        out["ambient_light"] = "OFF" if light in ("NONE", "OFF", None) else light
    return {
        name: float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for name, value in out.items()
    }
