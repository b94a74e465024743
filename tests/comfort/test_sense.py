"""Every feeling in all forty states, held against what a sensible person would never do.

`python -m tests.comfort all` prints the same table for people.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from intent_bridge.intents.feelings import served
from intent_bridge.profile import to_vss
from tests.comfort.__main__ import rows
from tests.comfort.cabins import PROFILE, Car, states

Wanted = Mapping[str, Any]
OUTSIDE = "Vehicle.Exterior.AirTemperature"
CABIN = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
SPEED = "Vehicle.Speed"
LOW_BATTERY = (("cold", "parked, battery low, winter"), ("hot", "parked, battery low, summer"))


@pytest.fixture(scope="module")
def table() -> Iterator[list[Any]]:
    """(feeling, state, what the car was like, path -> value it is to have) of all feelings in all states."""
    with Car() as car:
        rows = []
        for name, state in states().items():
            car.put(state)
            was = car.state()
            for feeling in served(PROFILE):
                call = {"name": "adjust_comfort", "arguments": {"feeling": feeling, "zone": "driver"}}
                told = car.explain(call)
                wanted = {
                    a.path: to_vss(PROFILE.inputs[a.path].quantity, a.emitted)
                    for a in told.actions
                    if a.emitted is not None
                }
                rows.append((feeling, name, was, wanted))
        yield rows


def raised(was: Wanted, wanted: Wanted, *endings: str) -> list[str]:
    return [p for p, v in wanted.items() if p.endswith(endings) and was.get(p) is not None and v > was[p]]


def lowered(was: Wanted, wanted: Wanted, *endings: str) -> list[str]:
    return [p for p, v in wanted.items() if p.endswith(endings) and was.get(p) is not None and v < was[p]]


def test_every_feeling_is_tried_in_forty_states(table: list[Any]) -> None:
    assert len(table) == 40 * len(served(PROFILE)) and sum(bool(wanted) for *_, wanted in table) > 250


def test_cold_never_takes_heat_away_and_opens_nothing(table: list[Any]) -> None:
    for feeling, name, was, wanted in table:
        if feeling == "cold":
            assert not lowered(was, wanted, ".Temperature", "HeatingLevel", "HeatingCooling"), name
            assert not raised(was, wanted, "Window.Position", "Sunroof.Position", "VentilationLevel"), name


def test_hot_and_sunny_never_add_heat(table: list[Any]) -> None:
    for feeling, name, was, wanted in table:
        if feeling in ("hot", "sunny"):
            assert not raised(was, wanted, ".Temperature", "HeatingLevel", "HeatingCooling"), (feeling, name)


def test_the_sun_never_cools_a_cold_cabin(table: list[Any]) -> None:
    cold = [row for row in table if row[0] == "sunny" and (row[2][CABIN] is not None and row[2][CABIN] <= 18)]
    assert len(cold) >= 6
    for _, name, was, wanted in cold:
        assert not lowered(was, wanted, ".Temperature") and not raised(was, wanted, "VentilationLevel"), name


def test_nobody_opens_a_window_to_hotter_or_cold_air_or_fast(table: list[Any]) -> None:
    opened = 0
    for feeling, name, was, wanted in table:
        if raised(was, wanted, "Window.Position", "Sunroof.Position"):
            opened += 1
            assert was[SPEED] <= 50 and was[OUTSIDE] >= 12, (feeling, name)
            assert was[OUTSIDE] < was[CABIN] + 2, (feeling, name)
    assert opened >= 5


def test_draughts_and_noise_never_get_more_air(table: list[Any]) -> None:
    for feeling, name, was, wanted in table:
        if feeling in ("drafty", "noisy"):
            assert not raised(was, wanted, "FanSpeed", "Window.Position", "Sunroof.Position"), (feeling, name)


def test_fog_gets_dry_air_from_outside_on_the_windscreen(table: list[Any]) -> None:
    for feeling, name, _, wanted in table:
        if feeling == "foggy":
            assert wanted.get("Vehicle.Cabin.HVAC.IsFrontDefrosterActive") is True, name
            assert wanted.get("Vehicle.Cabin.HVAC.RecirculationMode", "FRESH") == "FRESH", name


def test_a_low_battery_is_spared(table: list[Any]) -> None:
    for feeling, name, was, wanted in table:
        if (feeling, name) in (
            ("cold", "parked, battery low, winter"),
            ("hot", "parked, battery low, summer"),
        ):
            assert any("Seat" in path for path in wanted), (feeling, name)
            assert not raised(was, wanted, ".Temperature") and not lowered(was, wanted, ".Temperature")


def test_glass_that_is_colder_than_the_air_outside_never_gets_colder_air(table: list[Any]) -> None:
    """It fogs on its outside, and cooled air on it would fog it more."""
    fogged = [
        (name, was, wanted)
        for feeling, name, was, wanted in table
        if feeling == "foggy" and None not in (was[OUTSIDE], was[CABIN]) and was[OUTSIDE] >= was[CABIN] + 2
    ]
    assert len(fogged) >= 5
    for name, was, wanted in fogged:
        assert raised(was, wanted, "Row1.Driver.Temperature", "Row1.Passenger.Temperature"), name


def test_nobody_is_cooled_because_of_a_sun_that_does_not_shine(table: list[Any]) -> None:
    dark = [row for row in table if row[0] == "sunny" and row[2]["Vehicle.Exterior.SunLoad"] == 0]
    assert len(dark) >= 8
    for _, name, was, wanted in dark:
        assert not lowered(was, wanted, ".Temperature") and not raised(was, wanted, "VentilationLevel"), name


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_whoever_is_tired_is_told_to_rest_soon_while_driving_and_here_when_parked(language: str) -> None:
    soon = {"en": "break soon", "zh": "请尽快休息", "de": "bald Pause"}[language]
    here = {"en": "Rest here", "zh": "就在这里休息", "de": "hier aus"}[language]
    speeds = {name: state.get(SPEED, 0) for name, state in states().items()}
    with Car() as car:
        for name, said in rows(car, "tired", "some", language):
            assert (here if speeds[name] == 0 else soon) in said, (name, said)
