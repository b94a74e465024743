"""A vehicle's own get tools answer from the state, in their own words; unknown is null."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.errors import ProfileError
from intent_bridge.intents import Catalogue
from intent_bridge.profile import load_profile
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import Status
from tests.external.carbench.variants import variant

LIGHT = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide."
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
CLIMATE = {"name": "get_climate_settings", "arguments": {}}


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("carbench_ev") as made:
        assert isinstance(made, SimulatedBridge)
        yield made


def get(car: Bridge, tool: str) -> dict[str, object]:
    outcome = car.handle({"name": tool, "arguments": {}})
    assert (outcome.status, outcome.code) == (Status.NO_ACTION, "report")
    return dict(outcome.data)


def test_levels_words_and_nested_entries_are_the_tools_own(car: SimulatedBridge) -> None:
    car.set_state({FAN: 60, "Vehicle.Cabin.HVAC.RecirculationMode": "FRESH"})
    climate = get(car, "get_climate_settings")
    assert (climate["fan_speed"], climate["air_circulation"]) == (3, "FRESH_AIR")
    assert get(car, "get_seats_occupancy")["seats_occupied"] == {
        "driver": True, "passenger": False, "driver_rear": False, "passenger_rear": False,
    }  # fmt: skip
    assert get(car, "get_trunk_door_position") == {"trunk_door_position": "closed"}
    car.set_state({"Vehicle.Body.Trunk.Rear.Position": 40})
    assert get(car, "get_trunk_door_position") == {"trunk_door_position": "open"}


def test_the_colour_of_a_light_counts_while_it_is_on(car: SimulatedBridge) -> None:
    assert get(car, "get_ambient_light_status_and_color") == {"ambient_light": "OFF"}
    car.set_state({LIGHT + "IsLightOn": True, LIGHT + "Color": "CYAN"})
    assert get(car, "get_ambient_light_status_and_color") == {"ambient_light": "CYAN"}
    car.set_state({LIGHT + "IsLightOn": None})
    assert get(car, "get_ambient_light_status_and_color") == {"ambient_light": None}


def test_what_is_not_known_is_null_and_not_a_guess(car: SimulatedBridge) -> None:
    car.set_state({FAN: None})
    assert get(car, "get_climate_settings")["fan_speed"] is None


def test_a_model_sees_the_own_tools_alone_and_may_not_use_others(car: SimulatedBridge) -> None:
    tools = read_yaml(car.profile.folder / "tools.yaml").data
    assert isinstance(tools, dict)
    assert {t.name for t in car.engine.catalogue.tools} == {t["name"] for t in tools["tools"]}
    assert car.handle({"name": "set_window", "arguments": {"percent": 0}}).status is Status.NOT_EQUIPPED


def test_an_actuator_that_a_variant_lacks_is_not_set_and_is_still_read(tmp_path: Path) -> None:
    folder = variant(load_profile("carbench_ev"), tmp_path, lacks=(FAN,))
    with Bridge.simulated(folder) as car:
        outcome = car.handle({"name": "set_fan_speed", "arguments": {"level": 3}})
        assert (outcome.status, outcome.frames) == (Status.NOT_EQUIPPED, ())
        assert get(car, "get_climate_settings")["fan_speed"] == 0


def test_a_rule_that_requires_what_a_variant_lacks_denies(tmp_path: Path) -> None:
    folder = variant(load_profile("carbench_ev"), tmp_path, lacks=(FAN,))
    with Bridge.simulated(folder) as car:
        outcome = car.handle({"name": "set_air_conditioning", "arguments": {"on": True}})
        assert outcome.status is Status.DENIED
        assert outcome.verdict is not None
        assert [hit.id for hit in outcome.verdict.hits] == ["carbench.aut_pol_011.fan"]


def test_a_parameter_that_a_variant_lacks_is_not_equipped(tmp_path: Path) -> None:
    folder = variant(load_profile("carbench_ev"), tmp_path, absent={"set_seat_heating": ("seat_zone",)})
    profile = load_profile(folder)
    assert "set_seat_heating" not in {tool.name for tool in Catalogue(profile).tools}
    with Bridge.simulated(folder) as car:
        call = {"name": "set_seat_heating", "arguments": {"level": 2, "seat_zone": "DRIVER"}}
        assert car.handle(call).status is Status.NOT_EQUIPPED


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{\"fixed\": \"Celsius\"}", "{}", "an answer is either read or fixed"),
        ("\"otherwise\": \"open\"", "\"when\": \"Vehicle.N\", \"otherwise\": \"open\"", "no path `Vehicle.N"),
        ("\"counts\": \"steps\"}", "\"counts\": \"steps\", \"otherwise\": 1}", "`when` needs an `otherwise`"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_when_the_vehicle_is_loaded(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    folder = variant(load_profile("carbench_ev"), tmp_path)
    text = (folder / "tools.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "tools.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=what):
        load_profile(folder)
