"""Whatever network, servers and models do: the right lane answers in time, nothing acts twice."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.lanes import Lane, Lanes
from intent_bridge.serve.offline import Offline
from intent_bridge.serve.request import DataClass, Event, Reply, Request
from intent_bridge.serve.settings import plain
from tests.lanes.car import DRIVER, Car
from tests.lanes.clock import run_virtually
from tests.lanes.network import Script, model

DATA = plain(read_yaml(Path(__file__).with_name("faults.yaml")).data)
CASES: list[dict[str, Any]] = DATA["cases"]
FAULTS_LEAST = 30
LATER_S = 60.0


@pytest.fixture(scope="module")
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


def test_there_are_enough_faults_and_each_is_another() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= FAULTS_LEAST


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_right_lane_answers_in_time_and_nothing_acts_twice(
    case: dict[str, Any], bridge: SimulatedBridge
) -> None:
    bridge.handle({"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 21}}, DRIVER)
    run_virtually(_serve(case, Car(bridge, slow_ms=case.get("car_ms", 0))))


async def _serve(case: Mapping[str, Any], car: Car) -> None:
    lanes = Lanes(
        car,
        [_lane(name, case, car) for name in case["order"]],
        deadline_ms=DATA["deadline_ms"],
        cost_limit=case.get("cost_limit"),
    )
    hints = case.get("hints", {})
    for number, wanted in enumerate(case["requests"]):
        await asyncio.sleep(wanted.get("after_s", 0))
        hints = hints | wanted.get("hints", {})
        lanes.hints.online, lanes.hints.hot = hints.get("online", True), hints.get("hot", False)
        before = len(car.acts)
        events: list[Event] = []
        request = Request(f"{case['name']}-{wanted.get('id', number)}", DATA["words"][wanted["says"]], DRIVER)
        reply = await lanes.respond(request, events.append)
        answered = len(car.acts)
        await asyncio.sleep(0 if "after_s" in wanted else LATER_S)
        _check(wanted, reply, [call.name for call in car.acts[before:]])
        assert len(car.acts) == answered, "something acted after the answer"
        assert not events or (events[0].kind, events[0].at_ms) == ("heard", 0)


def _lane(name: str, case: Mapping[str, Any], car: Car) -> Lane:
    given = DATA["lanes"][name] | case.get("settings", {}).get(name, {})
    for key in ("languages", "domains", "leaves"):
        if key in given:
            given[key] = frozenset(map(DataClass, given[key]) if key == "leaves" else given[key])
    if name == "offline":
        return Lane(name, Offline(car), **given)
    script = Script(_steps(case.get(name, [{"never": True}])))
    asked = model(script, retries=case.get("retries", 0))
    return Lane(name, Assistant(car, asked, own_words=case.get("own_words", True)), **given)


def _steps(steps: list[Any]) -> list[dict[str, Any]]:
    def spread(named: Any) -> dict[str, Any]:
        step: dict[str, Any] = DATA["steps"][named] if isinstance(named, str) else named
        if "flood" not in step:
            return step
        zones = ("driver", "passenger", "rear_left", "rear_right")
        calls = [{"set_reading_light": {"zone": zones[n % 4], "on": n % 8 < 4}} for n in range(step["flood"])]
        return {**step, "calls": calls}

    return [spread(step) for step in steps]


def _check(wanted: Mapping[str, Any], reply: Reply, acts: list[str]) -> None:
    assert reply.text
    if "lane" in wanted:
        assert (reply.lane or "none") == wanted["lane"], (reply.ours, reply.tried)
    if "acts" in wanted:
        assert acts == wanted["acts"]
    if "most" in wanted:
        assert len(acts) <= wanted["most"]
    assert reply.total_ms <= wanted["within"] + 1e-6, (reply.total_ms, reply.tried)
    if "status" in wanted:
        assert reply.outcomes[-1].status == wanted["status"], reply.outcomes[-1]
    if "never" in wanted:
        assert all(outcome.status != wanted["never"] for outcome in reply.outcomes)
    assert reply.ours.startswith(wanted.get("ours", ""))
    how = {tried.lane: tried.result for tried in reply.tried}
    for lane, result in wanted.get("tried", {}).items():
        assert how.get(lane, "not tried").startswith(result), reply.tried
