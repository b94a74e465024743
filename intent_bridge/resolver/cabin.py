"""What is known of the cabin at one moment: facts about air, people and openings, and how the air changes.

First-order models for what a plan may promise, with the figures of `comfort.yaml`. Nothing here decides: a
figure that cannot be worked out because a sensor is silent is None, and nothing is promised of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from math import exp
from typing import Final, NamedTuple

from intent_bridge.intents import MEANS, Place, places
from intent_bridge.intents.feelings import Bounds, Fact, Model
from intent_bridge.profile import Profile
from intent_bridge.resolver.zones import OCCUPANCY
from intent_bridge.types import Quality, Value

Number = Decimal | bool | None

_HVAC: Final = "Vehicle.Cabin.HVAC."
PATHS: Final[Mapping[Fact, str]] = {
    "speed_km_h": "Vehicle.Speed",
    "soc_percent": "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
    "cabin_c": _HVAC + "AmbientAirTemperature",
    "outside_c": "Vehicle.Exterior.AirTemperature",
    "sun_w_m2": "Vehicle.Exterior.SunLoad",
    "humidity_percent": "Vehicle.Exterior.Humidity",
    "rain_percent": "Vehicle.Body.Raindetection.Intensity",
    "co2_ppm": _HVAC + "CO2",
    "fog_risk": _HVAC + "FogRisk",
    "cooling": MEANS["air_conditioning"].path,
}
_TICK_S: Final = 5
_AFTER_MAX: Final = 256
"""Ways on of the air that are remembered."""


class _Air(NamedTuple):
    """All that the air's temperature hangs on for the next minutes."""

    cabin_c: float
    outside_c: float
    shut: bool
    uncooled: bool
    still_w_per_k: float
    gained_w: float
    blown: tuple[tuple[float, float], ...]
    """Per station, what its air carries (W/K), and the temperature that is wanted there."""
    capacity_j_per_k: float
    blow_c: tuple[float, float]
    blow_k_per_k: float


@lru_cache(_AFTER_MAX)
def _after(air: _Air, minutes: int) -> float:
    """The temperature after so many minutes; plans are compared, so the same is asked again and again."""
    cabin_c, outside_c = air.cabin_c, air.outside_c
    coldest, hottest = air.blow_c
    for _ in range(minutes * 60 // _TICK_S):
        flow = air.still_w_per_k
        heat = flow * outside_c + air.gained_w
        low = max(coldest, cabin_c if air.shut else outside_c) if air.uncooled else coldest
        for carried, wanted_c in air.blown:
            blown = wanted_c + air.blow_k_per_k * (wanted_c - cabin_c)
            heat += carried * max(min(blown, hottest), low)
            flow += carried
        settled = heat / flow
        cabin_c = settled + (cabin_c - settled) * exp(-flow * _TICK_S / air.capacity_j_per_k)
    return cabin_c


@dataclass(frozen=True)
class Cabin:
    """One vehicle at one moment, with `changes` as if done. `missing` notes what was asked in vain."""

    profile: Profile
    known: Callable[[str], tuple[Value | None, Quality]]
    going: Mapping[str, Value]
    where: Place | None
    """The first place meant: whose setting, fan and air are looked at."""
    changes: Mapping[str, Value] = field(default_factory=dict)
    missing: dict[str, Quality] = field(default_factory=dict)

    def changed(self, changes: Mapping[str, Value]) -> "Cabin":
        """The same moment with these values set."""
        return Cabin(self.profile, self.known, self.going, self.where, changes, {})

    def value(self, path: str) -> Value | None:
        """A path's value: as changed, as a running command drives it, or as it is; None if not known."""
        if path not in self.profile.sensors:
            return None
        for target in (self.changes, self.going):
            if path in target:
                return target[path]
        value, quality = self.known(path)
        if value is None:
            self.missing[path] = quality
        return value

    def number(self, path: str) -> Decimal | None:
        """The same as a number in the path's own unit."""
        value = self.value(path)
        step = self.profile.sensors[path].quantity.step if path in self.profile.sensors else None
        return None if step is None or type(value) is not int else value * step

    def fact(self, fact: Fact) -> Number:
        """One fact, or None where it is not known now."""
        match fact:
            case "warmer_inside_k":
                return _less(self.fact("cabin_c"), self.fact("outside_c"))
            case "below_setting_k":
                return _less(self._here("cabin_temperature"), self.fact("cabin_c"))
            case "open_percent":
                openings = list(self.openings())
                known = [n for n in openings if n is not None]
                widest = max(known, default=None)
                return widest if widest or len(known) == len(openings) else None
            case "recirculating":
                return _is(self.value(MEANS["recirculation"].path), ("RECIRCULATE",))
            case "fan_level":
                level = self._raw("fan_speed")
                return Decimal(level) if type(level) is int else None
            case "air_at_face":
                return _is(self._raw("air_distribution"), ("FACE", "FACE_FLOOR"))
            case _:
                found = self.value(PATHS[fact])
                return found if isinstance(found, bool) else self.number(PATHS[fact])

    def holds(self, situation: Mapping[Fact, Bounds]) -> bool | None:
        """Whether all of it holds; None when that depends on something nobody knows now."""
        truths = [_within(self.fact(fact), bounds) for fact, bounds in situation.items()]
        return False if False in truths else None if None in truths else True

    def openings(self) -> list[Decimal | None]:
        """How far each window and the roof are open, in percent; None where one is not known."""
        paths = [place.path(MEANS["window"].path) for place in self._everywhere()]
        return [self.number(p) for p in [*paths, MEANS["sunroof"].path] if p in self.profile.sensors]

    def _everywhere(self) -> tuple[Place, ...]:
        return places("all", self.profile.file.driver_side)

    def _raw(self, means: str) -> Value | None:
        return None if self.where is None else self.value(self.where.path(MEANS[means].path))

    def _here(self, means: str) -> Decimal | None:
        return None if self.where is None else self.number(self.where.path(MEANS[means].path))

    # --- how it goes on ---------------------------------------------------------------------------

    def temperature_c(self, model: Model, minutes: int) -> float | None:
        """The air's temperature after so many minutes, if nothing else changes."""
        now, outside = self.fact("cabin_c"), self.fact("outside_c")
        if now is None or outside is None:
            return None
        cabin_c, outside_c = float(now), float(outside)
        stations = [p for p in self._everywhere() if p.path(MEANS["fan_speed"].path) in self.profile.sensors]
        fans = [self.number(p.path(MEANS["fan_speed"].path)) for p in stations]
        sets = [self.number(p.path(MEANS["cabin_temperature"].path)) for p in stations]
        shut, window = bool(self.fact("recirculating")), self._window_w_per_k(model)
        if None in fans or None in sets or window is None:
            return None
        still = model.loss_w_per_k + window
        gained, uncooled = self._gains_w(model), self.fact("cooling") is False
        blown = tuple(
            (model.station_w_per_k * float(fan or 0) / 100, float(wanted or 0))
            for fan, wanted in zip(fans, sets, strict=True)
        )
        air = _Air(
            cabin_c, outside_c, shut, uncooled, still, gained, blown,
            model.heat_capacity_j_per_k, model.blow_c, model.blow_k_per_k,
        )  # fmt: skip
        return _after(air, minutes)

    def blown_c(self, model: Model) -> float | None:
        """The temperature of the air blown at the first place meant; None where none is, or not known."""
        cabin, outside, fan = self.fact("cabin_c"), self.fact("outside_c"), self._here("fan_speed")
        wanted = self._here("cabin_temperature")
        if cabin is None or outside is None or wanted is None or not fan:
            return None
        return self._supply_c(model, float(wanted), float(cabin), float(outside))

    def _supply_c(self, model: Model, wanted_c: float, cabin_c: float, outside_c: float) -> float:
        inlet_c = cabin_c if self.fact("recirculating") else outside_c
        coldest_c, hottest_c = model.blow_c
        lowest_c = max(coldest_c, inlet_c) if self.fact("cooling") is False else coldest_c
        return max(min(wanted_c + model.blow_k_per_k * (wanted_c - cabin_c), hottest_c), lowest_c)

    def air_change_per_min(self, model: Model) -> float | None:
        """Share of the cabin's air that is replaced by outside air in a minute."""
        stations = [place.path(MEANS["fan_speed"].path) for place in self._everywhere()]
        fans = [self.number(path) for path in stations if path in self.profile.sensors]
        openings = self.openings()
        if None in fans or None in openings:
            return None
        fresh = 0.0 if self.fact("recirculating") else sum(float(fan or 0) for fan in fans) / 100
        wide = sum(float(o or 0) for o in openings) / 100
        volume = model.leak_m3_per_min + fresh * model.station_m3_per_min + wide * model.window_m3_per_min
        return volume / model.air_volume_m3

    def _window_w_per_k(self, model: Model) -> float | None:
        openings, speed = self.openings(), self.fact("speed_km_h")
        if None in openings or speed is None:
            return None
        wide = sum(float(o or 0) for o in openings) / 100
        return wide * (model.window_w_per_k + model.window_w_per_k_per_km_h * float(speed))

    def _gains_w(self, model: Model) -> float:
        people = sum(self.value(place.path(OCCUPANCY)) == "OCCUPIED" for place in self._everywhere())
        sun = float(self.fact("sun_w_m2") or 0) * model.sun_m2
        shade = self.number(MEANS["sunshade"].path)
        if shade is not None:  # 0 is closed
            sun *= 1 - model.shade_share * (1 - float(shade) / 100)
        return people * model.person_w + sun


def _less(one: Number, other: Number) -> Decimal | None:
    return None if one is None or other is None else Decimal(one) - Decimal(other)


def _is(value: Value | None, names: tuple[str, ...]) -> bool | None:
    return None if value is None else value in names


def _within(fact: Number, bounds: Bounds) -> bool | None:
    if fact is None:
        return None
    if bounds.is_ is not None:
        return fact is bounds.is_
    low, high = bounds.at_least, bounds.at_most
    return (low is None or fact >= low) and (high is None or fact <= high)
