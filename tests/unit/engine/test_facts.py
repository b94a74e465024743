"""Facts: what the host tells beside the buses counts like a sensor, and like one it gets old."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.engine.facts import fact_samples
from intent_bridge.profile import load_profile
from intent_bridge.types import Quality, Sample, Status

WEATHER = "Vehicle.Exterior.Weather"
OPEN_ROOF = {"name": "open_close_sunroof", "arguments": {"percentage": 50}}


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("carbench_ev") as made:
        assert isinstance(made, SimulatedBridge)
        yield made


def test_what_was_never_told_is_unknown_and_denies(car: SimulatedBridge) -> None:
    outcome = car.handle(OPEN_ROOF)
    assert outcome.status is Status.DENIED
    assert outcome.verdict is not None
    assert outcome.verdict.hits[0].unknown == ((WEATHER, Quality.MISSING),)


def test_a_fact_given_with_the_call_decides_it(car: SimulatedBridge) -> None:
    assert car.handle(OPEN_ROOF, facts={WEATHER: "sunny"}).status is Status.SENT
    assert car.state()[WEATHER] == "sunny"


def test_a_fact_gets_old_and_can_be_taken_back(car: SimulatedBridge) -> None:
    car.tell({WEATHER: "sunny"})
    car.advance_ms(car.profile.facts[WEATHER].max_age_ms + 1)
    assert car.quality()[WEATHER] is Quality.STALE
    car.tell({WEATHER: "sunny"})
    car.tell({WEATHER: None})
    assert car.handle(OPEN_ROOF).status is Status.DENIED


def test_what_is_no_fact_of_the_vehicle_is_an_error_of_the_host(car: SimulatedBridge) -> None:
    with pytest.raises(ValueError, match=r"`Vehicle.Speed` is no fact of this vehicle; it has " + WEATHER):
        car.tell({"Vehicle.Speed": 0})
    with pytest.raises(ValueError, match=WEATHER):
        car.tell({WEATHER: "lovely"})


def test_a_simulated_world_takes_facts_where_it_takes_sensors(car: SimulatedBridge) -> None:
    car.set_state({WEATHER: "cloudy_and_rain", "Vehicle.Speed": 30})
    assert car.handle(OPEN_ROOF).status is Status.NEEDS_CONFIRMATION


def test_nobody_is_asked_about_what_is_so_already(car: SimulatedBridge) -> None:
    car.set_state({"Vehicle.Body.Lights.Beam.High.IsOn": True})
    outcome = car.handle({"name": "set_head_lights_high_beams", "arguments": {"on": True}})
    assert (outcome.status, outcome.code) == (Status.NO_EFFECT, "already")


def test_several_facts_are_told_at_once_and_one_that_is_not_known_any_more_hides_no_other() -> None:
    profile = load_profile("carbench_ev")
    both = replace(profile, facts={**profile.facts, "Again": profile.facts[WEATHER]})
    samples = fact_samples(both, {WEATHER: None, "Again": "sunny"}, 5)
    assert samples == {
        WEATHER: Sample(None, 5, Quality.MISSING),
        "Again": Sample("sunny", 5, Quality.OK),
    }
