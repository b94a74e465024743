"""Shared by the tests of the whole road: a parked car with the driver speaking, and short words for calls."""

from collections.abc import Iterator
from typing import Any

import pytest

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker

PARKED = {"Vehicle.Speed": 0, "Vehicle.Powertrain.Transmission.SelectedGear": 126}
DRIVING = {"Vehicle.Speed": 100, "Vehicle.Powertrain.Transmission.SelectedGear": 127}
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
RECLINE = "Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.Recline"
AEB = "Vehicle.ADAS.AutomaticEmergencyBraking.IsEnabled"
PROFILE = load_profile("demo_sedan")
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with SimulatedBridge(PROFILE) as bridge:
        bridge.set_state(PARKED)
        yield bridge


def do(car: SimulatedBridge, name: str, who: Provenance | None = None, /, **arguments: Any) -> Outcome:
    return car.handle({"name": name, "arguments": arguments}, who)


def rules(outcome: Outcome) -> set[str]:
    return {hit.id for hit in outcome.verdict.hits} if outcome.verdict else set()
