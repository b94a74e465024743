import pytest
from jsonschema import Draft202012Validator

from intent_bridge.intents import Catalogue
from intent_bridge.profile import load_profile, shipped_vehicles
from intent_bridge.testing.callgen import READS, Calls
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.steps import Call

MADE = 3000


@pytest.mark.parametrize("vehicle", shipped_vehicles())
def test_of_the_calls_made_for_a_vehicle_few_only_read_however_many_such_tools_it_has(vehicle: str) -> None:
    catalogue = Catalogue(load_profile(vehicle))
    made, dice = Calls(catalogue), seeded(1)
    reading = {tool.name for tool in catalogue.tools if tool.read_only}
    names = [made.valid(dice).name for _ in range(MADE)]
    assert sum(name in reading for name in names) <= 1.3 * MADE / READS
    assert set(names) == set(made.names)  # every tool has its turn


@pytest.mark.parametrize("vehicle", shipped_vehicles())
def test_a_valid_call_fits_its_tools_schema_and_a_spoilt_one_fits_none(vehicle: str) -> None:
    catalogue = Catalogue(load_profile(vehicle))
    made, dice = Calls(catalogue), seeded(2)
    schemas = {tool.name: Draft202012Validator(tool.parameters) for tool in catalogue.tools}

    def fits(call: Call) -> bool:
        return call.name in schemas and bool(schemas[call.name].is_valid(call.arguments))

    assert all(fits(made.valid(dice)) for _ in range(MADE))
    assert not any(fits(made.spoilt(dice)) for _ in range(MADE))
