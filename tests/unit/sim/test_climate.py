"""The cabin warms, cools and is breathed in."""

import pytest

from intent_bridge.profile import Profile, from_vss, to_vss
from intent_bridge.sim import Plan
from intent_bridge.sim.climate import Cabin
from intent_bridge.types import Value

from .conftest import Bench, of

HVAC = "Vehicle.Cabin.HVAC"
CABIN, CO2, OUTSIDE = f"{HVAC}.AmbientAirTemperature", f"{HVAC}.CO2", "Vehicle.Exterior.AirTemperature"
SUN = "Vehicle.Exterior.SunLoad"
STATIONS = [f"{HVAC}.Station.{s}" for s in ("Row1.Driver", "Row1.Passenger", "Row2.Driver", "Row2.Passenger")]
SEATS = [f"Vehicle.Cabin.Seat.{r}.{s}" for r in ("Row1", "Row2") for s in ("DriverSide", "PassengerSide")]


class Air:
    """The demo sedan's cabin alone: a world to set, and minutes to let pass."""

    def __init__(self, profile: Profile, plan: Plan) -> None:
        assert plan.climate is not None
        self._quantities = {path: info.quantity for path, info in profile.sensors.items()}
        self._cabin = Cabin(plan.climate, plan.seats, self._quantities.__getitem__)
        self._world: dict[str, Value | None] = {**plan.start, f"{HVAC}.BlowerCapability": 10}

    def put(self, path: str, value: object) -> None:
        self._world[path] = from_vss(self._quantities[path], value)

    def fans(self, percent: int) -> None:
        for station in STATIONS:
            self.put(f"{station}.FanSpeed", percent)

    def set_points(self, celsius: float) -> None:
        for station in STATIONS:
            self.put(f"{station}.Temperature", celsius)

    def people(self, count: int) -> None:
        for i, seat in enumerate(SEATS):
            self.put(f"{seat}.OccupancyStatus", "OCCUPIED" if i < count else "EMPTY")

    def after(self, minutes: float, path: str = CABIN) -> float:
        for _ in range(round(minutes * 60)):
            self._world.update(self._cabin.tick(self._world.__getitem__))
        value = self._world[path]
        assert value is not None
        return float(to_vss(self._quantities[path], value))


@pytest.fixture
def air(sedan: Profile, sedan_plan: Plan) -> Air:
    return Air(sedan, sedan_plan)


def _cold(air: Air, celsius: float = 0) -> None:
    air.put(CABIN, celsius)
    air.put(OUTSIDE, celsius)


def test_a_cold_cabin_reaches_the_set_temperature_in_minutes_and_stays(air: Air) -> None:
    _cold(air, -10)
    air.set_points(22)
    air.fans(100)
    assert air.after(1) < 15
    assert 20 <= air.after(29) <= 23
    assert 20 <= air.after(30) <= 23


def test_more_fan_warms_faster(air: Air) -> None:
    reached = []
    for percent in (20, 100):
        _cold(air)
        air.fans(percent)
        reached.append(air.after(5))
    assert reached[0] < reached[1]


def test_a_weak_blower_counts_not_the_fan_asked_for(air: Air) -> None:
    reached = []
    for percent in (20, 100):
        air.put(f"{HVAC}.BlowerCapability", percent)
        _cold(air)
        air.fans(100)
        reached.append(air.after(5))
    assert reached[0] < reached[1]


def test_only_air_conditioning_cools_below_the_outside(air: Air) -> None:
    air.put(CABIN, 40)
    air.put(OUTSIDE, 35)
    air.set_points(20)
    air.fans(100)
    air.put(f"{HVAC}.IsAirConditioningActive", False)
    assert air.after(30) > 35
    air.put(f"{HVAC}.IsAirConditioningActive", True)
    assert air.after(30) < 25


def test_the_sun_heats_a_cabin_without_fan(air: Air) -> None:
    air.fans(0)
    air.put(SUN, 1000)
    shaded_c = air.after(60)
    air.put("Vehicle.Cabin.Sunroof.Shade.Position", 100)
    assert air.after(60) > shaded_c > 25


def test_without_heat_a_cabin_becomes_as_cold_as_the_outside(air: Air) -> None:
    air.fans(0)
    air.people(0)
    air.put(OUTSIDE, -20)
    air.put(SUN, 0)
    assert air.after(300) == -20


def test_a_change_smaller_than_the_published_step_is_not_lost(air: Air) -> None:
    air.fans(0)
    air.put(CABIN, 20)
    air.put(OUTSIDE, 22)
    assert air.after(1 / 60) == 20
    assert air.after(60) > 21


@pytest.mark.parametrize(("people", "low", "high"), [(0, 420, 430), (2, 6000, 7500), (4, 10_000, 10_000)])
def test_co2_rises_with_the_people_while_the_flap_is_closed(
    air: Air, people: int, low: int, high: int
) -> None:
    air.put(f"{HVAC}.RecirculationMode", "RECIRCULATE")
    air.people(people)
    assert low <= air.after(240, CO2) <= high


def test_fresh_air_brings_co2_down_again(air: Air) -> None:
    air.put(CO2, 3000)
    air.fans(60)
    assert air.after(15, CO2) < 800


def test_the_vehicle_lets_its_cabin_live_and_publishes_what_changes(demo: Bench) -> None:
    demo.car.set_state(OUTSIDE, -20)
    told = [str(t.signals["CabinTemp"]) for t in of(demo.run(60_000), "CABIN_AIR")]
    celsius = [float(number) for number in told]
    assert celsius[0] == 21 and celsius[-1] < 21 and celsius == sorted(celsius, reverse=True)


def test_a_hidden_temperature_stays_hidden_while_it_changes(demo: Bench) -> None:
    demo.car.set_state(OUTSIDE, -20)
    demo.car.set_state(CABIN, None)
    assert {t.signals["CabinTemp"] for t in of(demo.run(60_000), "CABIN_AIR")} == {"SNA"}
    assert demo.car.get_state(CABIN) is None


def test_a_closed_flap_keeps_the_heat_of_the_outside_away(air: Air) -> None:
    reached = []
    for mode in ("RECIRCULATE", "FRESH"):
        air.put(CABIN, 25)
        air.put(OUTSIDE, 40)
        air.set_points(20)
        air.fans(100)
        air.put(f"{HVAC}.IsAirConditioningActive", False)
        air.put(f"{HVAC}.RecirculationMode", mode)
        reached.append(air.after(3))
    assert reached[0] < reached[1] - 2
