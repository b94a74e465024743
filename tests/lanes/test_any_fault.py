"""Any order of lanes, any faults in them, at any time: one lane acts, and something is said in time."""

import asyncio
from collections.abc import Iterator
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.lanes import Lane, Lanes
from intent_bridge.serve.offline import Offline
from intent_bridge.serve.request import Event, Reply, Request
from tests.lanes.car import DRIVER, Car
from tests.lanes.clock import run_virtually
from tests.lanes.network import Script, model

DEADLINE_MS = 2000
NUMBERS = count()
WARMER = {"adjust_setting": {"setting": "cabin_temperature", "direction": "up"}}
CALLS = (
    WARMER,
    {"set_sunshade": {"percent": 30}},
    {"set_emergency_braking": {"on": False}},
    {"set_kitchen": {"on": True}},
    {"set_sunshade": '{"percent": '},
)


FAULTS: tuple[dict[str, Any], ...] = (
    {"refused": True},
    {"never": True},
    {"status": 500, "raw": "x"},
    {"raw": "{"},
)


@pytest.fixture(scope="module")
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


_STEPS = st.fixed_dictionaries(
    {"after": st.integers(0, 2500)},
    optional={"drip": st.sampled_from([1, 20, 300]), "cut": st.integers(0, 400), "tokens": st.just(2000)},
).flatmap(
    lambda base: st.one_of(
        st.sampled_from(CALLS).map(lambda call: {**base, "call": call}),
        st.lists(st.sampled_from(CALLS), min_size=2, max_size=3).map(lambda calls: {**base, "calls": calls}),
        st.sampled_from(["", "Done.", "You can do 140 here.", "Hello."]).map(lambda t: {**base, "text": t}),
        st.sampled_from(FAULTS).map(lambda fault: {**base, **fault}),
    )
)
_MODELS = st.fixed_dictionaries(
    {
        "steps": st.lists(_STEPS, min_size=1, max_size=3),
        "hedge_ms": st.sampled_from([None, 0, 200, 700]),
        "deadline_ms": st.integers(50, 3000),
        "own_words": st.booleans(),
        "stream": st.booleans(),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    models=st.lists(_MODELS, min_size=1, max_size=3),
    place=st.integers(0, 3),
    words=st.sampled_from(["warmer, please", "make it like last Tuesday evening"]),
    car_ms=st.sampled_from([0, 50, 1500]),
)
def test_one_lane_acts_and_something_is_said_in_time(
    bridge: SimulatedBridge, models: list[dict[str, Any]], place: int, words: str, car_ms: int
) -> None:
    car, events = Car(bridge, slow_ms=car_ms), list[Event]()

    async def main() -> tuple[Reply, int]:
        lanes = [_lane(f"model-{n}", given, car) for n, given in enumerate(models)]
        lanes.insert(place, Lane("offline", Offline(car), 200))
        served = Lanes(car, lanes, deadline_ms=DEADLINE_MS)
        reply = await served.respond(Request(f"any-{next(NUMBERS)}", words, DRIVER), events.append)
        acts = len(car.acts)
        await asyncio.sleep(60)
        return reply, acts

    reply, acts = run_virtually(main())
    assert len(car.acts) == acts, "something acted after the answer"
    assert reply.text and reply.total_ms <= DEADLINE_MS + 7 * car_ms + 1
    assert events[0].kind == "heard" and events[-1].kind == "answer"
    assert len({event.lane for event in events if event.kind == "acting"}) <= 1
    assert [call.name for call in car.acts].count("adjust_setting") <= 1
    assert len(car.acts) == len(reply.outcomes) or not car.acts
    assert all(o.status != "done" for o in reply.outcomes if o.intent == "set_emergency_braking")


def _lane(name: str, given: dict[str, Any], car: Car) -> Lane:
    asked = model(Script(given["steps"]), stream=given["stream"])
    thinker = Assistant(car, asked, own_words=given["own_words"])
    return Lane(name, thinker, given["deadline_ms"], given["hedge_ms"])


@pytest.mark.parametrize("order", list(permutations(("offline", "local", "cloud"))), ids="-".join)
def test_in_any_order_the_first_that_understands_answers(
    bridge: SimulatedBridge, order: tuple[str, ...]
) -> None:
    car = Car(bridge)

    def lane(name: str) -> Lane:
        if name == "offline":
            return Lane(name, Offline(car), 200)
        script = Script([{"after": 300, "call": {"set_sunshade": {"percent": 40}}}])
        return Lane(name, Assistant(car, model(script), own_words=True), 1000)

    for words, first in (("set the sunshade to 40 percent", order[0]), ("cosy like last Tuesday", "")):
        served = Lanes(car, [lane(name) for name in order])
        reply = run_virtually(served.respond(Request(f"order-{next(NUMBERS)}", words, DRIVER)))
        assert reply.lane == (first or next(name for name in order if name != "offline"))
