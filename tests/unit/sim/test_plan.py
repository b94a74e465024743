"""Loading sim.yaml: each thing wrong is told with its line and its mend, all at once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile import Profile, load_profile, shipped_vehicles
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.sim import Plan, load_plan

from .conftest import Copy


def problems(copy: Copy) -> tuple[Problem, ...]:
    profile = load_profile(copy.folder)
    with pytest.raises(ProfileError) as caught:
        load_plan(profile)
    return caught.value.problems


@pytest.mark.parametrize("name", shipped_vehicles())
def test_every_shipped_vehicle_can_be_simulated(name: str) -> None:
    assert load_plan(load_profile(name)).ecus


def test_patterns_and_values_become_exact(tiny_plan: Plan, tiny_car: Profile) -> None:
    assert tiny_plan.start["Vehicle.Cabin.Seat.Row1.PassengerSide.Position"] == 20
    assert tiny_plan.start.keys() == tiny_car.sensors.keys()
    motor = tiny_plan.motors["Vehicle.Cabin.Seat.Row1.DriverSide.Position"]
    assert (motor.micro_steps_per_ms, motor.low, motor.high) == (4000, 0, 48)


@dataclass(frozen=True)
class Spoilt:
    """One thing made wrong, and what is told of it; see spoilt.yaml."""

    name: str
    old: str
    new: str
    says: str
    at: str


SPOILT = [Spoilt(**entry) for entry in read_yaml(Path(__file__).with_name("spoilt.yaml")).data]


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda s: s.name)
def test_one_wrong_thing_is_told_at_its_line_with_a_mend(copy: Copy, spoilt: Spoilt) -> None:
    copy.replace(spoilt.old, spoilt.new)
    told = problems(copy)
    about = [p for p in told if spoilt.says in f"{p.what}; {p.mend}"]
    assert about, [str(p) for p in told]
    problem = about[0]
    assert problem.mend and problem.file == copy.folder / "sim.yaml" and problem.line is not None
    assert spoilt.at in problem.file.read_text(encoding="utf-8").splitlines()[problem.line - 1]


def test_all_wrong_things_are_told_at_once_in_the_order_of_their_lines(copy: Copy) -> None:
    copy.replace("asks: {is: false}", "asks: {is: maybe}")
    copy.replace("{is: R}", "{is: X}")
    copy.replace("Mode: STEER", "Mode: FLY")
    lines = [p.line for p in problems(copy)]
    assert len(lines) == 3 and None not in lines and lines == sorted(lines, key=lambda n: n or 0)


def test_a_vehicle_without_sim_yaml_is_told_to_write_one(copy: Copy) -> None:
    (copy.folder / "sim.yaml").unlink()
    (problem,) = problems(copy)
    assert "cannot be read" in problem.what and problem.mend == "create the file"


def test_a_vehicle_without_a_cabin_model_keeps_its_temperature(copy: Copy) -> None:
    text = (copy.folder / "sim.yaml").read_text(encoding="utf-8")
    start, end = text.index("climate:\n  tick_ms"), text.index("start:\n")
    (copy.folder / "sim.yaml").write_text(text[:start] + text[end:], encoding="utf-8")
    bench = copy.bench()
    bench.car.set_state("Vehicle.Exterior.AirTemperature", -40)
    bench.run(60_000)
    assert bench.car.get_state("Vehicle.Cabin.HVAC.AmbientAirTemperature") == 20
