"""What is done about a feeling: the table `comfort.yaml`, read and checked; no state, no decision.

The shipped table is for every vehicle; a vehicle's own `comfort.yaml` may replace feelings, situations and
figures of the model. ProfileError lists everything that is wrong in either.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.intents.base import Target
from intent_bridge.intents.body import SetSunroof, SetSunshade, SetWindow
from intent_bridge.intents.climate import (
    SetAirConditioning,
    SetAirDistribution,
    SetCabinTemperature,
    SetDefrost,
    SetFanSpeed,
    SetMaxDefrost,
    SetRecirculation,
    SetSteeringWheelHeating,
)
from intent_bridge.intents.comfort import Feeling, Strength
from intent_bridge.intents.seat import SetSeatHeating, SetSeatVentilation
from intent_bridge.intents.zones import places
from intent_bridge.profile import Profile
from intent_bridge.profile.base import Model as _Model
from intent_bridge.profile.model import Exact
from intent_bridge.profile.report import one_of
from intent_bridge.profile.yaml import Document, scan_yaml

FILE: Final = "comfort.yaml"
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
Fact: TypeAlias = Literal[
    "speed_km_h", "soc_percent", "cabin_c", "outside_c", "sun_w_m2", "humidity_percent", "rain_percent",
    "co2_ppm", "fog_risk", "cooling", "recirculating", "open_percent", "fan_level", "air_at_face",
    "warmer_inside_k", "below_setting_k",
]  # fmt: skip
"""What a situation may ask: `warmer_inside_k` is cabin less outside, `below_setting_k` setting less cabin,
`open_percent` the widest open window or roof; setting, fan and air are those of the first place meant."""
Effect: TypeAlias = Literal[
    "warmer", "cooler", "seat", "air", "windscreen", "draught", "sun", "quiet", "shut"
]  # fmt: skip
"""What a plan may promise; `warmer` and `cooler` are of the cabin, or if that takes long of the blown air."""

MEANS: Final[Mapping[str, Target]] = {
    "cabin_temperature": SetCabinTemperature.targets[0],
    "fan_speed": SetFanSpeed.targets[0],
    "air_distribution": SetAirDistribution.targets[0],
    "air_conditioning": SetAirConditioning.targets[0],
    "recirculation": SetRecirculation.targets[0],
    "defrost_front": SetDefrost.targets[0],
    "max_defrost": SetMaxDefrost.targets[0],
    "steering_wheel_heating": SetSteeringWheelHeating.targets[0],
    "seat_heating": SetSeatHeating.targets[0],
    "seat_ventilation": SetSeatVentilation.targets[0],
    "window": SetWindow.targets[0],
    "sunroof": SetSunroof.targets[0],
    "sunshade": SetSunshade.targets[0],
}
"""What a move can set: its name -> where the value goes and how it is counted."""


class Bounds(_Model):
    """What a fact is held against; everything given must hold."""

    at_least: Exact | None = None
    at_most: Exact | None = None
    is_: Annotated[bool | None, Field(alias="is")] = None


Amounts = Annotated[
    tuple[Exact, Exact, Exact], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else (v,) * 3)
]
"""For a little, some and a lot."""
_WAYS: Final = ("to", "by", "least", "most", "warmer", "cooler")


class Move(_Model):
    """One setting raised, lowered or set; exactly one of the ways is given."""

    set: str
    at: Literal["place", "front", "everywhere"] = "place"
    to: bool | int | Annotated[tuple[str | int, ...], Field(min_length=1)] | None = None
    by: Amounts | None = None
    least: Amounts | None = None
    most: Amounts | None = None
    warmer: Amounts | None = None
    cooler: Amounts | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if self.set not in MEANS:
            raise ValueError(f"no move sets `{self.set}`; {one_of(self.set, MEANS)}")
        if sum(getattr(self, way) is not None for way in _WAYS) != 1:
            raise ValueError(f"give exactly one of {', '.join(_WAYS)}")
        return self


class Plan(_Model):
    """One thing to do, in which situations, and what to say and expect of it."""

    because: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    when: tuple[str, ...] = ()
    expect: Annotated[
        tuple[Effect, ...],
        Field(min_length=1),
        BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else (v,)),
    ]
    """The first of these that the model bears out is promised."""
    moves: Annotated[tuple[Move, ...], Field(min_length=1)]


class FeelingText(_Model):
    """The plans for one feeling, best first."""

    asks_place: bool = False
    """Somebody nobody can place is asked where, as it matters."""
    otherwise: Annotated[str, Field(pattern=r"^[a-z_]+$")] = "nothing_helps"
    """What is said where no plan would change anything: the text `no_effect-…` of the catalogues."""
    plans: Annotated[tuple[Plan, ...], Field(min_length=1)]


class Within(_Model):
    """No feeling sets the temperature beyond these, in Celsius, however hot or cold the room is."""

    warmer: Exact
    cooler: Exact


Minutes = Annotated[int, Field(ge=1, le=60)]
Figure = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Model(_Model):
    """Figures of the cabin for what a plan may promise; units are in the names."""

    cabin_minutes: Annotated[tuple[Minutes, ...], Field(min_length=1)]
    noticeable_c: Annotated[float, Field(gt=0, le=5)]
    noticeable_blown_c: Annotated[float, Field(gt=0, le=20)]
    slow_minutes: Minutes
    seat_minutes: Minutes
    windscreen_minutes: Minutes
    heat_capacity_j_per_k: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    loss_w_per_k: Figure
    sun_m2: Figure
    shade_share: Annotated[float, Field(ge=0, le=1)]
    person_w: Figure
    station_w_per_k: Figure
    blow_k_per_k: Figure
    blow_c: tuple[float, float]
    window_w_per_k: Figure
    window_w_per_k_per_km_h: Figure
    air_volume_m3: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    station_m3_per_min: Figure
    leak_m3_per_min: Figure
    window_m3_per_min: Figure
    outside_co2_ppm: Figure


class ComfortTable(_Model):
    """`comfort.yaml` as a whole."""

    within: Within
    situations: dict[str, dict[Fact, Bounds]]
    feelings: dict[Feeling, FeelingText]
    model: Model

    @model_validator(mode="after")
    def _knows_its_situations(self) -> Self:
        for feeling, text in self.feelings.items():
            for number, plan in enumerate(text.plans, 1):
                for word in plan.when:
                    name = word.removeprefix("not ")
                    if name not in self.situations:
                        hint = one_of(name, self.situations)
                        raise ValueError(f"{feeling}, plan {number}: no situation `{name}`; {hint}")
        return self


def comfort_table(profile: Profile) -> ComfortTable:
    """The table for one vehicle: the shipped one, with what the vehicle's own replaces."""
    own = profile.folder / FILE
    return _table(own if own.is_file() else None)


def served(profile: Profile) -> tuple[Feeling, ...]:
    """The feelings this vehicle can do something about: it has what at least one plan needs."""
    table = comfort_table(profile)
    return tuple(f for f, text in table.feelings.items() if any(_possible(p, profile) for p in text.plans))


def _possible(plan: Plan, profile: Profile) -> bool:
    everywhere = places("all", profile.file.driver_side)
    there = [
        any(place.path(MEANS[move.set].path) in profile.actuators for place in everywhere)
        for move in plan.moves
    ]
    needed = [here for move, here in zip(plan.moves, there, strict=True) if not move.optional]
    return any(there) and all(needed)


@cache
def _table(own: Path | None) -> ComfortTable:
    shipped = Path(__file__).parent / FILE
    data = _read(shipped)
    if own is not None:
        data = {part: _merged(part, data.get(part), more) for part, more in (data | _read(own)).items()}
    try:
        return ComfortTable.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        file = own or shipped
        raise ProfileError(
            [
                Problem(file, None, f"`{'.'.join(map(str, e['loc']))}`: {e['msg'].lower()}", "mend the value")
                for e in error.errors(include_url=False, include_context=False)
            ]
        ) from None


def _read(file: Path) -> dict[str, Any]:
    document, problems = scan_yaml(file)
    if document is None or problems:
        raise ProfileError(problems)
    assert isinstance(document, Document)
    if not isinstance(document.data, dict):
        raise ProfileError([Problem(file, 1, "is no mapping", "write `feelings:` or `model:`")])
    return document.data


def _merged(part: str, shipped: Any, own: Any) -> Any:
    """A part of the table with the vehicle's own entries in place of the shipped ones."""
    return {**shipped, **own} if isinstance(shipped, dict) and isinstance(own, dict) else own
