"""What the guard tests share: a small car, packs written for one test, states that are known and fresh."""

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.guard import Guard, RuleSet, load_packs
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import (
    Action,
    Channel,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    Value,
    Verdict,
)

NOW = 100_000
SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
OUTSIDE = "Vehicle.Exterior.AirTemperature"
DOOR = "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"
AIR_CON = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
AIRFLOW = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
OTHER_SEAT = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
LANE_KEEP = "Vehicle.ADAS.LaneKeepAssist.IsEnabled"

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)

PARKED: Mapping[str, Value] = {
    SPEED: 0,
    GEAR: "P",
    OUTSIDE: 20,
    DOOR: False,
    "Vehicle.Cabin.HVAC.AmbientAirTemperature": 200,
    TEMPERATURE: 44,
    FAN: 3,
    AIRFLOW: "FACE",
    AIR_CON: True,
    SEAT: 20,
    OTHER_SEAT: 20,
    LANE_KEEP: True,
}
"""Every path in its own steps: 0.1 km/h, 1 and 0.1 Celsius, 0.5 Celsius, 10 percent, 5 mm."""


@cache
def tiny() -> Profile:
    """The car itself; its own packs are never read here."""
    return load_profile(Path("tests/data/tiny_car"))


def rule(**keys: str | int | list[str]) -> str:
    """One rule as YAML; what a test does not care about is filled in."""
    base: dict[str, str | int | list[str]] = {
        "id": "a.rule",
        "effect": "deny",
        "on": [SEAT],
        "hazard": "none",
        "source": "a test",
        "basis": "design",
        "verified": "memory",
        "reason_key": "a-reason",
    }
    lines = [f"{key}: {value!r}" for key, value in (base | keys).items() if value != ""]
    return "- " + "\n  ".join(lines) + "\n"


def with_pack(folder: Path, *rules: str, layer: str = "oem", head: str = "") -> Profile:
    """The small car with one pack of these rules."""
    text = (
        f"pack: {{name: test, layer: {layer}, version: 1}}\n{textwrap.dedent(head)}rules:\n{''.join(rules)}"
    )
    (folder / "test.yaml").write_text(text, encoding="utf-8")
    return with_packs(folder, "test.yaml")


def with_packs(folder: Path, *names: str) -> Profile:
    """The small car with these pack files of `folder`."""
    return replace(tiny(), folder=folder, file=tiny().file.model_copy(update={"packs": names}))


def loaded(folder: Path, *rules: str, layer: str = "oem", head: str = "") -> RuleSet:
    """The rules of one pack, loaded."""
    return load_packs(with_pack(folder, *rules, layer=layer, head=head))


def guard(folder: Path, *rules: str) -> Guard:
    """A guard with the rules of one pack."""
    profile = with_pack(folder, *rules)
    return Guard(profile, load_packs(profile))


def problems(profile: Profile) -> list[Problem]:
    """What the loader finds wrong; empty when it finds nothing."""
    try:
        load_packs(profile)
    except ProfileError as error:
        return list(error.problems)
    return []


def problem(folder: Path, *rules: str, layer: str = "oem", head: str = "") -> Problem:
    """The one problem of a pack."""
    (only,) = problems(with_pack(folder, *rules, layer=layer, head=head))
    return only


def state(changes: Mapping[str, Value | None] | None = None, at_ms: int = NOW) -> dict[str, Sample]:
    """The parked car with changes; a path changed to None was never received."""
    values = {**PARKED, **(changes or {})}
    return {p: Sample(v, at_ms, Quality.OK) for p, v in values.items() if v is not None}


def judge(
    guard: Guard,
    path: str,
    value: Value,
    changes: Mapping[str, Value | None] | None = None,
    who: Provenance = DRIVER,
    *,
    confirmed: bool = False,
) -> Verdict:
    """The verdict on one action in the parked car with changes."""
    return guard.judge([Action(path, value)], state(changes), who, NOW, confirmed=confirmed)


def ids(verdict: Verdict) -> list[str]:
    """Ids of the rules that had a say."""
    return [hit.id for hit in verdict.hits]
