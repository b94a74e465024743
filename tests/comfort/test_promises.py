"""What the car promises about a feeling, held against the simulator's own models of the cabin.

Every state of `states.yaml`, every feeling. A promise of degrees holds within 1 degree or a third of it,
whichever is more; "about" says so. A promise of fresh air: at least half of the used air is gone by then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from intent_bridge.intents.feelings import served
from intent_bridge.sim.climate import Cabin
from intent_bridge.sim.felt import Feeling, Felt
from intent_bridge.sim.plan import load_plan
from intent_bridge.types import Outcome, Value
from tests.comfort.cabins import PROFILE, Car, states

PLAN = load_plan(PROFILE)
QUANTITIES = {path: info.quantity for path, info in PROFILE.sensors.items()}
CABIN, CO2 = "Vehicle.Cabin.HVAC.AmbientAirTemperature", "Vehicle.Cabin.HVAC.CO2"
USED_PPM, OUTSIDE_PPM = 3000, 420
Told: TypeAlias = list[tuple[str, str, Outcome, dict[str, Value | None]]]


@dataclass
class World:
    """The simulator's models alone, without frames: what is true, and how it goes on untouched."""

    values: dict[str, Value | None]
    film: float = 0.0

    def after(self, minutes: float) -> tuple[float, float, Feeling]:
        """The cabin's temperature and CO2, and what the driver feels, so much later."""
        assert PLAN.climate is not None
        cabin = Cabin(PLAN.climate, PLAN.seats, QUANTITIES.__getitem__)
        felt = Felt(cabin, QUANTITIES)
        felt.film = self.film
        look = self.values.get
        for _ in range(round(minutes * 60_000 / PLAN.climate.tick_ms)):
            self.values.update(cabin.tick(look))
            felt.tick(look)
        felt.tick(look) if minutes == 0 else None
        celsius = float(QUANTITIES[CABIN].step or 1) * int(self.values[CABIN] or 0)
        return celsius, float(self.values[CO2] or 0), felt.at(look, "Row1.DriverSide")


def kept(promise: Mapping[str, Any], before: Mapping[str, Value | None], done: Mapping[str, Value]) -> str:
    """What is wrong with a promise; empty when it is kept."""
    what, minutes = str(promise["what"]), promise.get("minutes", 0)
    with_it, without = World({**before, **done}), World(dict(before))
    if what in ("air", "shut"):
        for world in (with_it, without):  # what is there to begin with; nobody breathes meanwhile
            world.values |= {CO2: USED_PPM, **dict.fromkeys(PLAN.seats, "EMPTY")}
        minutes = minutes or 3
    if what == "windscreen":
        with_it.film = 0.8
    now_c = float(QUANTITIES[CABIN].step or 1) * int(before[CABIN] or 0)
    then_c, then_ppm, feels = with_it.after(minutes)
    else_c, else_ppm, felt = without.after(minutes)
    if what.startswith("cabin"):
        sign = 1 if what.endswith("warmer") else -1
        change_c = (then_c - (else_c if "than" in what else now_c)) * sign
        said_c = promise["celsius"]
        fine = abs(change_c - said_c) <= max(1, said_c / 3)
        return "" if fine else f"{what}: said {said_c}, is {change_c:.1f}"
    holds = {
        "blown-warmer": feels.blown_c - felt.blown_c >= 2,
        "blown-cooler": felt.blown_c - feels.blown_c >= 2,
        "seat-warm": feels.seat_c - felt.seat_c >= 1,
        "seat-cool": felt.seat_c - feels.seat_c >= 1,
        "air": then_ppm - OUTSIDE_PPM <= 0.55 * (USED_PPM - OUTSIDE_PPM) and then_ppm < else_ppm,
        "windscreen": feels.clear,
        "draught": feels.draught_m_s < felt.draught_m_s,
        "sun": feels.sun_w < felt.sun_w,
        "quiet": feels.noise_db <= felt.noise_db - 0.5,
        "shut": then_ppm > else_ppm,
        "later": True,
    }
    return "" if holds[what] else f"{what}: {feels} beside {felt}, {then_ppm} beside {else_ppm} ppm"


@pytest.fixture(scope="module")
def told() -> Told:
    """(feeling, state, outcome, what was true before) of everything in `states.yaml`."""
    out: Told = []
    with Car() as car:
        for feeling in served(PROFILE):
            for name, state in states().items():
                car.put(state)
                before = car.vehicle.truth()
                call = {"name": "adjust_comfort", "arguments": {"feeling": feeling, "zone": "driver"}}
                out.append((feeling, name, car.handle(call), before))
    return out


def test_the_simulator_confirms_every_promise(told: Told) -> None:
    broken, promised = [], 0
    for feeling, name, outcome, before in told:
        if outcome.data.get("expect") is None or "silent" in name:
            continue
        promise = outcome.data["expect"]
        assert isinstance(promise, Mapping) and outcome.verdict is not None
        promised += promise["what"] != "later"
        problem = kept(promise, before, {a.path: a.value for a in outcome.verdict.emitted})
        if problem:
            broken.append(f"{feeling}, {name}: {problem}")
    assert broken == [] and promised > 250
