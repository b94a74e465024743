"""Some rules of demo_sedan written by hand, one closure each: value to emit and the rules that fire."""

from collections.abc import Callable, Mapping
from typing import Any

from intent_bridge.types import Provenance

SPEED, RAIN = "Vehicle.Speed", "Vehicle.Body.Raindetection.Intensity"
POWER, PINCH = "Vehicle.LowVoltageSystemState", "Vehicle.Body.IsPinchProtectionWorking"
CHILD = "Vehicle.Cabin.Seat.Row2.DriverSide.HasChildRestraint"
ROOF, WINDOW = "Vehicle.Cabin.Sunroof.Position", "Vehicle.Cabin.Door.Row2.DriverSide.Window.Position"
HVAC = "Vehicle.Cabin.HVAC."
FRONT, MAX = HVAC + "IsFrontDefrosterActive", HVAC + "IsMaxDefrostActive"
SEAT, FAN = "Vehicle.Cabin.Seat.Row1.DriverSide.Position", HVAC + "Station.Row1.Driver.FanSpeed"
REAR, HERE, DARK = ("rear", "rear_left", "rear_right"), ("driver", "unknown"), ("ON", "ACC", "START")

Rules = list[tuple[str, Callable[[Any, Any, Provenance], Any]]]
EVERY: Rules = [
    ("taint.confirm", lambda v, s, w: w.untrusted_text),
    ("who.unknown", lambda v, s, w: w.speaker == "unknown"),
]
MOVES = ("who.remote_motion", lambda v, s, w: w.speaker in ("app", "unknown"))
DRIVER: Rules = [
    ("who.driver_zone", lambda v, s, w: w.speaker != "driver"),
    ("who.wrong_seat", lambda v, s, w: w.speaker == "driver" and w.zone not in HERE),
]
RULES: dict[str, Rules] = {
    SEAT: [*EVERY, MOVES, *DRIVER, ("seat.driver.rolling", lambda v, s, w: s[SPEED] > 30)],
    ROOF: [
        *EVERY, MOVES, ("who.rear", lambda v, s, w: w.speaker in REAR),
        ("opening.ignition", lambda v, s, w: v < s[ROOF] and s[POWER] not in DARK),
        ("opening.pinch", lambda v, s, w: v < s[ROOF] and not s[PINCH]),
        ("sunroof.rain", lambda v, s, w: v > 0 and s[RAIN] > 5),
        ("sunroof.fast", lambda v, s, w: v > 0 and s[SPEED] > 1200),
    ],
    WINDOW: [
        *EVERY, MOVES, ("window.child", lambda v, s, w: s[CHILD]),
        ("window.fast", lambda v, s, w: v > s[WINDOW] and s[SPEED] > 1000),
        ("opening.ignition", lambda v, s, w: v < s[WINDOW] and s[POWER] not in DARK),
        ("opening.pinch", lambda v, s, w: v < s[WINDOW] and not s[PINCH]),
    ],
    FAN: [*EVERY, *DRIVER],
}  # fmt: skip
CLAMPS: list[tuple[str, Callable[[Any], Any], Any, Any]] = [  # of the fan: id, when, lowest, highest
    ("climate.fan.blower", lambda s: True, None, lambda s: s[HVAC + "BlowerCapability"]),
    ("climate.fan.defrost", lambda s: s[FRONT] or s[MAX], 3, None),
    ("climate.fan.fog", lambda s: s[HVAC + "FogRisk"] and s[SPEED] > 30, 1, None),
]


def decide(path: str, v: Any, s: Mapping[str, Any], w: Provenance) -> tuple[Any, list[str]]:
    fired = []
    for name, when, low, high in CLAMPS if path == FAN else ():
        if when(s):
            v = max(v, low) if low is not None else min(v, high(s))
            fired.append(name)
    fired += [name for name, when in RULES[path] if when(v, s, w)]
    return v, fired
