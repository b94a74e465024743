"""What a rule adds to a call is one plan with it: all confirmed, or all put back; and nothing for nothing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.types import Outcome, Status

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
AIR_CON = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
AIRFLOW = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
DEFROSTER = "Vehicle.Cabin.HVAC.IsFrontDefrosterActive"
ROOF, SHADE = "Vehicle.Cabin.Sunroof.Position", "Vehicle.Cabin.Sunroof.Shade.Position"
FOG, LOW, HIGH = (f"Vehicle.Body.Lights.{which}.IsOn" for which in ("Fog.Front", "Beam.Low", "Beam.High"))
WEATHER = "Vehicle.Exterior.Weather"
COOL = ("set_air_conditioning", {"on": True})


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("carbench_ev") as made:
        yield made


def ended(car: SimulatedBridge, name: str, arguments: Mapping[str, Any]) -> Outcome:
    """Ask, and wait until what moves has arrived or has been put back."""
    outcome = car.handle({"name": name, "arguments": dict(arguments)})
    events = car.advance_ms(30_000)
    return [e for e in (outcome, *events) if e.call_id == outcome.call_id][-1]


def state(car: SimulatedBridge, *paths: str) -> list[Any]:
    now = car.state()
    return [now[path] for path in paths]


def test_air_conditioning_closes_windows_and_starts_the_fan_in_one_call(
    car: SimulatedBridge,
) -> None:
    car.set_state({WINDOW: 50})
    outcome = ended(car, *COOL)
    assert (outcome.status, len(outcome.actions)) == (Status.DONE, 3)
    assert all(action.confirmed is not None for action in outcome.actions)
    assert state(car, AIR_CON, FAN, WINDOW) == [True, 20, 0]


def test_defrost_brings_fan_airflow_and_air_conditioning(car: SimulatedBridge) -> None:
    outcome = ended(car, "set_window_defrost", {"on": True, "defrost_window": "FRONT"})
    assert outcome.status is Status.DONE
    assert state(car, DEFROSTER, FAN, AIRFLOW, AIR_CON) == [True, 40, "DEFROST", True]


def test_fog_lights_bring_low_beams_and_put_high_beams_out(car: SimulatedBridge) -> None:
    car.set_state({HIGH: True})
    car.tell({WEATHER: "cloudy_and_hail"})
    asked = car.handle({"name": "set_fog_lights", "arguments": {"on": True}})
    assert asked.confirmation is not None  # the high beam is not switched without a yes
    assert car.confirm(asked.confirmation.token).status is Status.DONE
    assert state(car, FOG, LOW, HIGH) == [True, True, False]


def test_what_is_so_already_sends_nothing_and_asks_nobody(car: SimulatedBridge) -> None:
    car.set_state({FOG: True, "Vehicle.Body.Lights.Fog.Rear.IsOn": True, LOW: True})
    car.tell({WEATHER: "sunny"})
    outcome = ended(car, "set_fog_lights", {"on": True})
    assert (outcome.status, outcome.frames, outcome.confirmation) == (Status.NO_EFFECT, (), None)


def refuses(ecu: str) -> Callable[[SimulatedBridge], None]:
    return lambda car: car.vehicle.refuse_all(ecu)


def mutes(message: str) -> Callable[[SimulatedBridge], None]:
    return lambda car: car.vehicle.mute(message)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (refuses("body"), Status.REFUSED_BY_ECU, "rolled_back"),  # before the other ECU has answered
        (refuses("climate"), Status.REFUSED_BY_ECU, ""),  # before a window has moved
        (lambda car: car.vehicle.delay("body", 20_000), Status.TIMEOUT, "rolled_back"),
        (mutes("WINDOW_STATUS"), Status.STOPPED, "rolled_back"),
    ],
)
def test_where_one_ecu_does_not_do_its_part_the_other_is_put_back(
    car: SimulatedBridge, fault: Callable[[SimulatedBridge], None], status: Status, code: str
) -> None:
    car.set_state({WINDOW: 50})
    fault(car)
    outcome = ended(car, *COOL)
    assert (outcome.status, outcome.code) == (status, code)
    assert state(car, AIR_CON, FAN) == [False, 0]


def test_where_the_climate_ecu_falls_silent_the_window_stops_and_nobody_claims_that_all_is_back(
    car: SimulatedBridge,
) -> None:
    car.set_state({WINDOW: 50})
    car.vehicle.mute("CLIMATE_STATUS")
    outcome = ended(car, *COOL)
    assert (outcome.status, outcome.code) == (Status.TIMEOUT, "rollback_failed")
    assert 0 < state(car, WINDOW)[0] <= 50
    # for all anybody knows the air conditioning runs, and beside it the window may not open that far
    assert outcome.verdict is not None
    assert "carbench.llm_pol_007.windows" in [hit.id for hit in outcome.verdict.hits]
    assert "not everything could be put back" in outcome.say("en")


def test_a_shade_without_its_roof_goes_back(car: SimulatedBridge) -> None:
    car.tell({WEATHER: "sunny"})
    car.vehicle.refuse_all("body")
    outcome = ended(car, "open_close_sunroof", {"percentage": 40})
    assert outcome.status is Status.REFUSED_BY_ECU
    assert state(car, ROOF, SHADE) == [0, 0]


def test_a_plan_is_undone_as_a_whole(car: SimulatedBridge) -> None:
    car.set_state({WINDOW: 50})
    ended(car, *COOL)
    back = car.undo()
    if back.confirmation is not None:  # a window far open is asked about while the air conditioning runs
        back = car.confirm(back.confirmation.token)
    car.advance_ms(20_000)
    assert state(car, AIR_CON, FAN, WINDOW) == [False, 0, 50]
