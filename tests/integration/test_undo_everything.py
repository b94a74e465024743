"""Everything a vehicle can set, tool by tool and place by place: done, undone, and the car is as before."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

import pytest

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.intents.catalogue import catalogue_of
from intent_bridge.profile import load_profile, plain, to_vss
from intent_bridge.types import Outcome, Status, ToolCall

VEHICLES = ("demo_sedan", "carbench_ev")
PLACES = ("driver", "rear_right")
SETTLE_MS = 25_000
"""Longer than the longest motion."""
TRIES = 12
NO_VALUE = ("step_cruise_speed", "recall_seat_memory")
"""What they set is no value that one could go back to."""


def tools() -> Iterator[tuple[str, str, str]]:
    """(vehicle, tool, place or nothing) of everything that sets something itself."""
    for vehicle in VEHICLES:
        for name, spec in catalogue_of(load_profile(vehicle)).intents.items():
            if spec.read_only or not name.startswith(("set_", "step_", "recall_")):
                continue
            zones = spec.parameters["properties"].get("zone", {}).get("enum")
            yield from ((vehicle, name, place) for place in PLACES if place in (zones or PLACES[:1]))


def wishes(vehicle: str, tool: str, place: str) -> Iterator[dict[str, Any]]:
    """Some of the ways to call a tool at a place."""
    spec = catalogue_of(load_profile(vehicle)).intents[tool].parameters
    fields = {name: list(values(schema)) for name, schema in spec["properties"].items() if name != "zone"}
    alone = {} if spec.get("required") else {None: [None]}  # "give only what should change": one each
    for name, options in fields.items() if alone else ():
        yield from ({name: value} for value in options)
    if not alone:
        zone = {"zone": place} if "zone" in spec["properties"] else {}
        for chosen in islice(product(*fields.values()), TRIES):
            yield zone | dict(zip(fields, chosen, strict=True))


def values(schema: Mapping[str, Any]) -> Iterator[Any]:
    if "enum" in schema:
        yield from schema["enum"]
    elif "anyOf" in schema:
        yield from (value for one in schema["anyOf"] for value in values(one))
    elif schema.get("type") == "boolean":
        yield from (True, False)
    else:
        low, high = schema["minimum"], schema["maximum"]
        yield from (high, low)


def act(car: SimulatedBridge, tool: str, arguments: dict[str, Any]) -> Outcome:
    """One call to its end, with a yes where one is asked for."""
    outcome = car.handle(ToolCall("", tool, arguments, own=False))
    if outcome.confirmation is not None:
        outcome = car.confirm(outcome.confirmation.token, accept=True)
    settle(car, outcome)
    return outcome


def settle(car: SimulatedBridge, outcome: Outcome) -> None:
    car.advance_ms(SETTLE_MS if outcome.status is Status.SENT else 500)


def settings(car: SimulatedBridge) -> dict[str, Any]:
    state = car.state()
    return {path: state[path] for path in car.profile.actuators if path in state}


def changed(car: SimulatedBridge, vehicle: str, tool: str, place: str) -> tuple[str, dict[str, Any]] | None:
    """Do something with the tool that changes the car: the call's id, and how it was before."""
    for arguments in wishes(vehicle, tool, place):
        before = settings(car)
        outcome = act(car, tool, arguments)
        if outcome.status in (Status.DONE, Status.SENT) and settings(car) != before:
            return outcome.call_id, before
    return None


def another(car: SimulatedBridge, path: str) -> Any:
    """A value that the path could have and has not."""
    spec, now = car.profile.actuators[path].spec, car.state()[path]
    if isinstance(now, bool):
        return not now
    if spec.values:
        return next(value for value in spec.values.values() if value != now)
    ends = (plain(to_vss(spec, value)) for value in (spec.low, spec.high) if value is not None)
    return next(value for value in ends if value != now)


@pytest.fixture(scope="module")
def cars() -> Iterator[dict[str, SimulatedBridge]]:
    with Bridge.simulated("demo_sedan") as sedan, Bridge.simulated("carbench_ev") as ev:
        yield {"demo_sedan": sedan, "carbench_ev": ev}


def put_right(car: SimulatedBridge) -> None:
    if "Vehicle.Exterior.Weather" in car.profile.facts:
        car.set_state({"Vehicle.Exterior.Weather": "sunny"})


@pytest.mark.parametrize(("vehicle", "tool", "place"), list(tools()))
def test_what_was_done_is_undone_whole_and_never_over_somebody_elses_change(
    cars: dict[str, SimulatedBridge], vehicle: str, tool: str, place: str
) -> None:
    car = cars[vehicle]
    put_right(car)
    done = changed(car, vehicle, tool, place)
    if done is None or tool in NO_VALUE:
        pytest.skip("the guard lets nothing of it happen in a parked car, or it has no value to go back to")
    call_id, before = done
    listed = {shown.data["call_id"]: shown.code for shown in car.can_undo()}[call_id]
    undone = car.undo(call_id=call_id)
    if undone.confirmation is not None:  # to leave something off again needs a yes as well
        undone = car.confirm(undone.confirmation.token, accept=True)
    if listed == "rule":  # it is said beforehand that a rule will not have it, or not without a yes
        assert undone.status is not Status.ERROR
        if undone.status is Status.DENIED:
            return
    else:
        assert listed == "can_undo"
    assert undone.status in (Status.DONE, Status.SENT)
    settle(car, undone)
    assert settings(car) == before

    again = changed(car, vehicle, tool, place)
    assert again is not None
    (step,) = (shown for shown in car.can_undo() if shown.data["call_id"] == again[0])
    path = step.actions[0].path
    other = another(car, path)
    car.set_state({path: other})
    assert car.undo(call_id=again[0]).code == "changed_since"
    assert settings(car)[path] == other
