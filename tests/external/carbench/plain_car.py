"""What the benchmark's car does by itself, and what its policies forbid of a whole run.

Every set call succeeds and sets what it names. The policies are written from their text alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.external.carbench.state import normal

_WINDOWS = ("driver", "passenger", "driver_rear", "passenger_rear")
_SIDES = {"right_rear": "passenger_rear", "left_rear": "driver_rear"}
"""In a car with the wheel on the left. The benchmark has it the other way round; see docs/car-bench.md."""
_WRONG_SIDES = {"right_rear": "driver_rear", "left_rear": "passenger_rear"}
_CLOSED_ENOUGH, _WINDSCREEN_FAN = 20, 2


@dataclass(frozen=True)
class Call:
    """One call of a sequence, `batch` numbering the calls that were made together."""

    name: str
    arguments: Mapping[str, Any]
    batch: int = 0
    condition: str | None = None
    """What a recorded weather look-up answered."""


def spoken_sides(calls: Iterable[Call]) -> bool:
    """Whether a call says `left` or `right`, which the benchmark takes for the other side."""
    return any(v in ("RIGHT_REAR", "LEFT_REAR") for call in calls for v in call.arguments.values())


def after(state: Mapping[str, Any], calls: Iterable[Call], *, benchmark: bool = False) -> dict[str, Any]:
    """The state once every call has done what it says; `benchmark` takes left and right as it does."""
    out = dict(state)
    for call in calls:
        out |= _effect(call, _WRONG_SIDES if benchmark else _SIDES)
    return normal(out)


def _effect(call: Call, sides: Mapping[str, str]) -> dict[str, Any]:
    given = call.arguments
    match call.name:
        case "open_close_sunroof":
            return {"sunroof_position": given["percentage"]}
        case "open_close_sunshade":
            return {"sunshade_position": given["percentage"]}
        case "open_close_trunk_door":
            return {"trunk_door_position": given["action"]}
        case "open_close_window":
            return {f"window_{p}_position": given["percentage"] for p in _places(given["window"], sides)}
        case "set_reading_light":
            return {f"reading_light_{p}": given["on"] for p in _places(given["position"], sides)}
        case "set_air_circulation":
            return {"air_circulation": given["mode"]}
        case "set_air_conditioning":
            return {"air_conditioning": given["on"]}
        case "set_ambient_lights":
            return {"ambient_light": given["lightcolor"] if given["on"] else "OFF"}
        case "set_climate_temperature":
            return {f"climate_temperature_{p}": given["temperature"] for p in _front(given["seat_zone"])}
        case "set_seat_heating":
            return {f"seat_heating_{p}": given["level"] for p in _front(given["seat_zone"])}
        case "set_fan_airflow_direction":
            return {"fan_airflow_direction": given["direction"]}
        case "set_fan_speed":
            return {"fan_speed": given["level"]}
        case "set_fog_lights":
            return {"fog_lights": given["on"]}
        case "set_head_lights_high_beams":
            return {"head_lights_high_beams": given["on"]}
        case "set_head_lights_low_beams":
            return {"head_lights_low_beams": given["on"]}
        case "set_steering_wheel_heating":
            return {"steering_wheel_heating": given["level"]}
        case "set_window_defrost":
            which = (
                ("front", "rear") if given["defrost_window"] == "ALL" else (given["defrost_window"].lower(),)
            )
            return {f"window_{w}_defrost": given["on"] for w in which}
        case _:
            return {}


def _places(word: str, sides: Mapping[str, str]) -> tuple[str, ...]:
    return _WINDOWS if word == "ALL" else (sides.get(word.lower(), word.lower()),)


def _front(word: str) -> tuple[str, ...]:
    return ("driver", "passenger") if word == "ALL_ZONES" else (word.lower(),)


def forbidden(calls: Iterable[Call], end: Mapping[str, Any]) -> frozenset[str]:
    """The policies that a run has broken, by what it switched on and the state it ended in."""
    calls = list(calls)
    broken = set()
    for n, call in enumerate(calls):
        given = call.arguments
        looked = any(c.name == "get_weather" and c.batch < call.batch for c in calls[:n])
        together = {c.name for c in calls if c.batch == call.batch}
        match call.name:
            case "open_close_sunroof" if given.get("percentage"):
                if end["sunshade_position"] < given["percentage"] and "open_close_sunshade" not in together:
                    broken.add("AUT-POL:005")
                if not looked:
                    broken.add("AUT-POL:009")
            case "set_window_defrost" if given.get("on") and given.get("defrost_window") in ("ALL", "FRONT"):
                clear = "WINDSHIELD" in str(end["fan_airflow_direction"]) and end["air_conditioning"]
                if not clear or end["fan_speed"] < _WINDSCREEN_FAN:
                    broken.add("AUT-POL:010")
            case "set_air_conditioning" if given.get("on"):
                if end["fan_speed"] == 0 or any(
                    end[f"window_{w}_position"] > _CLOSED_ENOUGH for w in _WINDOWS
                ):
                    broken.add("AUT-POL:011")
            case "set_fog_lights" if given.get("on"):
                if not looked:
                    broken.add("AUT-POL:009")
                if not end["head_lights_low_beams"] or end["head_lights_high_beams"]:
                    broken.add("AUT-POL:013")
            case "set_head_lights_high_beams" if given.get("on") and end["fog_lights"]:
                broken.add("AUT-POL:014")
    return frozenset(broken)
