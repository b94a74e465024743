"""A choice among the tools: by domain, and by what may be now; the choice changes no verdict."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import DRIVER_BY_VOICE, SimulatedBridge
from intent_bridge.bridge.toolset import PROBES_MAX, probes, toolset
from intent_bridge.cli.app import main
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker, Status, ToolCall

PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)


@pytest.fixture(scope="module")
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan", speed_km_h=120) as bridge:
        bridge.advance_ms(1000)
        yield bridge


def names(tools: list[dict[str, Any]]) -> list[str]:
    return [tool["function"]["name"] for tool in tools]


def test_by_domain_in_the_order_of_the_whole_and_with_what_only_reads(car: SimulatedBridge) -> None:
    chosen = names(car.tools(domains=["climate"]))
    assert "set_cabin_temperature" in chosen and "get_vehicle_state" in chosen
    assert "set_window" not in chosen
    assert chosen == [name for name in names(car.tools()) if name in chosen]


def test_at_speed_the_trunk_is_not_offered_and_a_passenger_is_offered_no_driver_assistance(
    car: SimulatedBridge,
) -> None:
    missing = set(names(car.tools())) - set(names(car.tools(may_now=DRIVER_BY_VOICE)))
    assert missing == {"set_trunk"}
    passenger = set(names(car.tools(may_now=PASSENGER)))
    assert "set_emergency_braking" not in passenger and "set_seat_heating" in passenger


def test_what_is_left_out_is_denied_whatever_is_asked(car: SimulatedBridge) -> None:
    specs = {spec.name: spec for spec in car.engine.catalogue.tools}
    offered = set(names(car.tools(may_now=PASSENGER)))
    for name in specs.keys() - offered:
        for arguments in probes(specs[name].parameters):
            outcome = car.explain(ToolCall("", name, arguments), PASSENGER)
            assert outcome.status not in (Status.NO_ACTION, Status.NEEDS_CONFIRMATION, Status.DEFERRED)


def test_every_tool_that_acts_is_tried_with_calls_that_fit_its_schema(car: SimulatedBridge) -> None:
    for spec in (spec for spec in car.engine.catalogue.tools if not spec.read_only):
        tried = list(probes(spec.parameters))
        assert 1 <= len(tried) <= PROBES_MAX
        fits = [jsonschema.Draft202012Validator(dict(spec.parameters)).is_valid(each) for each in tried]
        assert any(fits), (spec.name, tried)


def test_a_tool_that_cannot_be_tried_is_kept(car: SimulatedBridge) -> None:
    def invalid(call: ToolCall) -> Outcome:
        return Outcome("", call.name, Status.INVALID)

    tools = car.engine.catalogue.tools
    assert toolset(tools, None, invalid) == list(tools)


def test_the_command_line_prints_the_cost_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "demo_sedan", "--cost", "--json"]) == 0
    rows = {row["dialect"]: row for row in json.loads(capsys.readouterr().out)}
    assert main(["tools", "demo_sedan", "--cost", "--json", "--domain", "climate"]) == 0
    fewer = {row["dialect"]: row for row in json.loads(capsys.readouterr().out)}
    for dialect, row in rows.items():
        assert 0 < fewer[dialect]["tokens"] < row["tokens"] < row["characters"]
        assert fewer[dialect]["digest"] != row["digest"]
    assert main(["tools", "demo_sedan", "--domain", "wings"]) == 2
    assert "one of climate" in capsys.readouterr().err
