"""Where a number came from, and what becomes of one that came from nowhere but the model."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from intent_bridge.audit import read
from intent_bridge.audit.replay import rejudge, replay
from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.engine import Engine
from intent_bridge.engine.effects import Order
from intent_bridge.engine.numbers import _wanted, traced
from intent_bridge.guard import Guard, load_packs
from intent_bridge.guard.ir import Bound
from intent_bridge.profile import load_profile
from intent_bridge.types import Action, Outcome, Quality, Said, Status, ToolCall, Value
from tests.unit.engine.test_engine import DRIVER, Rig

FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
WARMTH = "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature"


@pytest.fixture(scope="module")
def cars() -> Iterator[dict[str, SimulatedBridge]]:
    with Bridge.simulated("carbench_ev") as bench, Bridge.simulated("demo_sedan") as sedan:
        yield {"refuse": bench, "confirm": sedan}


@pytest.fixture
def bench(cars: dict[str, SimulatedBridge]) -> SimulatedBridge:
    cars["refuse"].set_state({FAN: 20, WARMTH: 24, DRIVERS_WARMTH: 20})
    return cars["refuse"]


def said(*numbers: object, ends: tuple[str, ...] = (), **preferred: object) -> Said:
    likes = {name.replace("__", "."): value for name, value in preferred.items()}
    return Said(frozenset(Decimal(str(number)) for number in numbers), frozenset(ends), likes)


def source(car: SimulatedBridge, name: str, heard: Said, **arguments: object) -> object:
    outcome = car.handle({"name": name, "arguments": arguments}, heard=heard)
    sources = outcome.data.get("sources", {})
    assert isinstance(sources, dict)
    assert (outcome.code == "own_number") == ("own" in sources.values())
    return next((sources[key] for key in ("level", "percentage", "temperature") if key in sources), None)


DRIVERS_WARMTH = WARMTH.replace("Passenger", "Driver")


@pytest.mark.parametrize(
    ("name", "arguments", "heard", "expected"),
    [
        ("set_fan_speed", {"level": 3}, said(3), "words"),
        ("set_fan_speed", {"level": 3}, said(60), "words"),  # level 3 is 60 %
        ("set_fan_speed", {"level": 3}, said(2), "state"),  # two more than level 1
        ("set_fan_speed", {"level": 5}, said(ends=("most",)), "words"),
        ("set_fan_speed", {"level": 0}, said(ends=("least",)), "words"),
        ("set_fan_speed", {"level": 5}, said(ends=("least",)), "own"),
        ("set_fan_speed", {"level": 2}, said(), "default"),  # what the defroster's rule wants
        ("set_fan_speed", {"level": 4}, said(), "own"),
        ("set_fan_speed", {"level": 4}, said(set_fan_speed__level=4), "preference"),
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 22.5}, said(22.5), "words"),
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 24}, said(), "state"),
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 23}, said(22), "own"),
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 22}, said(2), "state"),  # degrees
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 22}, said(4), "state"),  # steps
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 22}, said(8), "own"),
        ("set_climate_temperature", {"seat_zone": "DRIVER", "temperature": 18}, said(2), "state"),
        (
            "set_fan_speed",
            {"level": 4},
            said(set_fan_speed__level=True, set_air_circulation__mode="AUTO"),
            "own",
        ),
        ("open_close_window", {"window": "DRIVER", "percentage": 40}, said(50), "own"),
    ],
)
def test_every_number_has_a_source(
    bench: SimulatedBridge, name: str, arguments: dict[str, object], heard: Said, expected: str
) -> None:
    assert source(bench, name, heard, **arguments) == expected


def test_a_number_that_another_place_has_stands_though_the_own_is_not_known(
    bench: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, truly = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", Engine.known

    def known(engine: Engine, path: str, now_ms: int) -> tuple[Value | None, Quality]:
        return (None, Quality.STALE) if path == own else truly(engine, path, now_ms)

    monkeypatch.setattr(Engine, "known", known)
    call = {"seat_zone": "DRIVER", "temperature": 24}
    assert source(bench, "set_climate_temperature", said(), **call) == "state"


def test_a_host_that_does_not_say_what_it_heard_is_not_told_that_a_number_was_made_up(
    bench: SimulatedBridge,
) -> None:
    outcome = bench.handle({"name": "set_fan_speed", "arguments": {"level": 4}})
    assert outcome.status is Status.DONE and "sources" not in outcome.data


def test_an_own_number_is_refused_where_the_profile_says_so_and_nothing_leaves(
    bench: SimulatedBridge,
) -> None:
    call = {"name": "set_climate_temperature", "arguments": {"seat_zone": "DRIVER", "temperature": 19}}
    outcome = bench.handle(call, heard=said())
    assert (outcome.status, outcome.code, outcome.frames) == (Status.DENIED, "own_number", ())
    assert outcome.say("en") == "Nobody said that number. What shall it be?"
    assert json.loads(bench.tool_result(outcome))["data"] == {"sources": {"temperature": "own"}}


def test_an_own_number_is_confirmed_where_the_profile_says_so(cars: dict[str, SimulatedBridge]) -> None:
    car = cars["confirm"]
    call = {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 19}}
    asked = car.handle(call, heard=said())
    assert asked.status is Status.NEEDS_CONFIRMATION and asked.confirmation is not None
    assert asked.verdict is not None and [hit.id for hit in asked.verdict.hits] == ["default.own_number"]
    assert "Nobody said that number." in asked.say("en")
    assert car.confirm(asked.confirmation.token).status is Status.DONE
    assert car.handle(call | {"id": "again"}, heard=said(19)).status is Status.NO_EFFECT


def test_a_confirmed_own_number_is_judged_again_to_the_same_rules_and_frames(tmp_path: Path) -> None:
    log, profile = tmp_path / "audit", load_profile("demo_sedan")
    guard = Guard(profile, load_packs(profile))
    with SimulatedBridge(profile, audit=log) as car:
        call = {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 19}}
        asked = car.handle(call, heard=said())
        assert asked.confirmation is not None
        car.confirm(asked.confirmation.token)
    records = list(read(log))
    assert [(r.same, r.same_policy) for r in replay(records, profile, guard)] == [(True, True)]
    held = next(record["asked"] for record in records if "asked" in record)
    again = rejudge({**held, "human_yes": False, "at_ms": 0}, guard)
    assert [hit.id for hit in again.hits] == ["default.own_number"]


def test_the_source_stands_in_the_record_and_what_was_heard_does_not(tmp_path: Path) -> None:
    log = tmp_path / "audit"
    with SimulatedBridge(load_profile("carbench_ev"), audit=log) as car:
        call = {"id": "n-1", "name": "set_fan_speed", "arguments": {"level": 3}}
        assert car.handle(call, heard=said(3, 77123)).status is Status.DONE
    text = log.read_text(encoding="utf-8")
    assert '"sources":{"level":"words"}' in text.replace(" ", "")
    assert "77123" not in text


def test_a_wish_in_words_alone_has_no_number_to_trace(bench: SimulatedBridge) -> None:
    outcome: Outcome = bench.handle(
        {"name": "set_air_circulation", "arguments": {"mode": "AUTO"}}, heard=said()
    )
    assert outcome.status in (Status.DONE, Status.NO_EFFECT) and "sources" not in outcome.data


def test_a_number_that_a_rule_wants_is_a_default_also_where_the_call_sets_something_else_besides(
    bench: SimulatedBridge,
) -> None:
    actions = Action("Vehicle.Cabin.HVAC.RecirculationMode", "FRESH"), Action(FAN, 2)
    order, call = Order("1", "both", DRIVER, actions), ToolCall("1", "both", {"level": 2})
    told = traced(bench.engine, order, call, said(), {}, bench.now_ms())
    assert told.data["sources"] == {"level": "default"}


def test_an_end_that_a_rule_wants_is_the_whole_step_within_it() -> None:
    def rule(path: str, low: Bound | None, high: Bound | None) -> object:
        return SimpleNamespace(companions=[SimpleNamespace(path=path, low=low, high=high)])

    rules = [
        rule("fan", Bound((), 5, 2, "2.5"), Bound((), 9, 2, "4.5")),
        rule("fan", Bound(((1, "speed"),), 7, 1, "speed + 7"), None),  # no number of its own
        rule("shade", Bound((), 60, 1, "60"), None),
    ]
    guard = SimpleNamespace(rules=SimpleNamespace(rules={"air": rules[:1], "roof": rules[1:]}))
    engine = cast(Engine, SimpleNamespace(guard=guard))
    assert [_wanted(engine, path) for path in ("fan", "shade", "air")] == [{3, 4}, {60}, set()]


@pytest.mark.parametrize(
    ("heard", "passengers", "expected"),
    [
        (said(50), 2, "words"),  # level 5 is 50 %
        (said(ends=("most",)), 2, "own"),
        (said(), 5, "state"),  # as the passenger has it
        (said(), 2, "own"),
    ],
)
def test_of_a_call_that_sets_several_things_it_is_enough_that_one_has_the_number_from_somewhere(
    heard: Said, passengers: int, expected: str
) -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "0", zone="passenger", level=passengers)
    rig.run(300)
    actions = Action("Vehicle.Cabin.HVAC.RecirculationMode", "FRESH"), Action(FAN, 5)
    order = Order("1", "set_both", DRIVER, actions, data={"why": "asked"})
    call = ToolCall("1", "set_both", {"level": 5, "on": True, "mode": "fresh", "zone": 1})
    traced_ = traced(rig.engine, order, call, heard, {"zone": "context"}, rig.now_ms)
    assert traced_.data == {"why": "asked", "sources": {"zone": "context", "level": expected}}
    assert traced_.own_numbers == (("level",) if expected == "own" else ())
