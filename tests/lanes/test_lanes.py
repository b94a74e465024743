"""Who may act on a request, what a lane learns of it, and where its time went."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.breaker import Breaker
from intent_bridge.serve.lanes import BUDGET_MS, KEPT, Lane, Lanes
from intent_bridge.serve.offline import Offline
from intent_bridge.serve.request import DataClass, Event, Item, Reply, Request
from intent_bridge.serve.turn import NotYours, View
from intent_bridge.types import Status
from tests.lanes.car import DRIVER, Car
from tests.lanes.clock import run_virtually
from tests.lanes.network import Script, model

WARMER: dict[str, object] = {"setting": "cabin_temperature", "direction": "up"}
VAGUE = "make it 23 for the driver, cosy like last Tuesday evening"


@pytest.fixture(scope="module")
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


@pytest.fixture
def car(bridge: SimulatedBridge) -> Car:
    return Car(bridge)


class Stubborn:
    """Works on when it is called off, then acts."""

    def __init__(self, after_s: float) -> None:
        self.after_s = after_s
        self.refused: list[str] = []

    async def think(self, view: View) -> Reply | None:
        until_s = view.turn.clock_s() + self.after_s
        while view.turn.clock_s() < until_s:
            try:
                await asyncio.sleep(until_s - view.turn.clock_s())
            except asyncio.CancelledError:
                continue
        try:
            await view.act("adjust_setting", WARMER)
        except NotYours as error:
            self.refused.append(str(error))
            raise
        return None


def test_a_models_own_number_is_asked_about_and_a_spoken_one_is_not(car: Car) -> None:
    def said(words: str) -> Reply:
        call = {"set_cabin_temperature": {"zone": "driver", "celsius": 23}}
        lane = Lane("cloud", Assistant(car, model(Script([{"call": call}])), own_words=True), 1000)
        return run_virtually(Lanes(car, [lane]).respond(Request(words, words, DRIVER)))

    assert said("make it cosy like last Tuesday evening").outcomes[-1].status is Status.NEEDS_CONFIRMATION
    assert said(VAGUE).outcomes[-1].status in (Status.DONE, Status.NO_EFFECT)


def test_a_lane_that_cannot_be_called_off_still_never_acts_after_the_answer(car: Car) -> None:
    stubborn = Stubborn(5.0)

    async def main() -> Reply:
        lanes = Lanes(car, [Lane("stubborn", stubborn, 10_000)], deadline_ms=300)
        reply = await lanes.respond(Request("stubborn-1", VAGUE, DRIVER))
        await asyncio.sleep(30)
        return reply

    reply = run_virtually(main())
    assert (reply.lane, round(reply.total_ms)) == ("", 300)
    assert car.acts == []
    assert stubborn.refused == ["this request is answered"]


def test_the_same_request_at_the_same_time_is_served_once(car: Car) -> None:
    async def main() -> list[Reply]:
        script = Script([{"after": 300, "call": {"adjust_setting": WARMER}}])
        lanes = Lanes(car, [Lane("cloud", Assistant(car, model(script), own_words=True), 2000)])
        request = Request("twice", VAGUE, DRIVER)
        return list(await asyncio.gather(*(lanes.respond(request) for _ in range(3))))

    first, second, third = run_virtually(main())
    assert first is second is third
    assert [call.name for call in car.acts] == ["adjust_setting"]


def test_only_so_many_served_requests_are_remembered(car: Car) -> None:
    async def main() -> tuple[Reply, Reply, int]:
        script = Script([{"text": "Fine."}])
        lanes = Lanes(car, [Lane("cloud", Assistant(car, model(script), own_words=True), 2000)])
        first = await lanes.respond(Request("0", VAGUE, DRIVER))
        for number in range(1, KEPT + 1):
            last = await lanes.respond(Request(str(number), VAGUE, DRIVER))
        asked = len(script.asked)
        assert await lanes.respond(Request(str(KEPT), VAGUE, DRIVER)) is last
        assert len(script.asked) == asked
        return first, await lanes.respond(Request("0", VAGUE, DRIVER)), len(lanes._served)

    first, again, kept = run_virtually(main())
    assert again is not first and kept == KEPT


def test_a_request_that_the_host_called_off_while_it_acted_does_not_act_again(
    car: Car, bridge: SimulatedBridge
) -> None:
    car.slow_ms = 500
    set_to: list[object] = []

    async def main() -> Reply:
        script = Script([{"after": 100, "call": {"adjust_setting": WARMER}}])
        lanes = Lanes(car, [Lane("cloud", Assistant(car, model(script), own_words=True), 2000)])
        request = Request("called off", VAGUE, DRIVER)
        task = asyncio.ensure_future(lanes.respond(request))
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        set_to.append(bridge.state()["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"])
        return await lanes.respond(request)

    reply = run_virtually(main())
    after = bridge.state()["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"]
    assert [call.id for call in car.acts] == ["called off/1"] * 2  # one id: the engine answers, once it acts
    assert set_to == [after]
    assert reply.outcomes[-1].status is Status.DONE


def test_a_listener_that_fails_does_not_take_the_request_with_it(car: Car) -> None:
    def fails(event: Event) -> None:
        raise RuntimeError("the host's own fault")

    lanes = Lanes(car, [Lane("offline", Offline(car), 200)])
    reply = run_virtually(lanes.respond(Request("deaf", "turn on the reading light", DRIVER), fails))
    assert reply.lane == "offline"


def test_where_no_lane_knows_better_the_grammar_says_why_nothing_is_done(car: Car) -> None:
    lanes = Lanes(car, [Lane("offline", Offline(car), 200)])
    reply = run_virtually(lanes.respond(Request("negated", "don't open the window", DRIVER)))
    assert car.acts == []
    assert (reply.outcomes[0].status, reply.ours) == (Status.NO_ACTION, "negated")


def test_the_offline_lane_puts_back_what_was_done_last(car: Car, bridge: SimulatedBridge) -> None:
    path = "Vehicle.Cabin.Light.Spotlight.Row1.PassengerSide.IsLightOn"

    async def main() -> None:
        lanes = Lanes(car, [Lane("offline", Offline(car), 200)])
        await lanes.respond(Request("on", "turn on the passenger's reading light", DRIVER))
        assert bridge.state()[path] is True
        await lanes.respond(Request("back", "undo that", DRIVER))

    run_virtually(main())
    assert bridge.state()[path] is False


@pytest.mark.parametrize("own_words", [True, False])
def test_the_shares_of_a_request_add_up_to_its_time_and_stand_against_the_budget(
    car: Car, own_words: bool
) -> None:
    car.slow_ms = 40
    script = Script(
        [
            {
                "after": 300,
                "call": {"set_cabin_temperature": {"zone": "driver", "celsius": 23}},
                "compute": 180,
            },
            {"after": 200, "text": "The driver's temperature is now 23 °C.", "compute": 60},
        ]
    )

    async def main() -> Reply:
        cloud = Assistant(car, model(script), own_words=own_words)
        dead = Assistant(car, model(Script([{"after": 50, "refused": True}])))
        return await Lanes(car, [Lane("dead", dead, 500), Lane("cloud", cloud, 2000)]).respond(
            Request(f"shares-{own_words}", VAGUE, DRIVER)
        )

    reply = run_virtually(main())
    used = reply.usage
    assert used.compute_ms is not None and used.network_ms is not None
    parts = used.pre_ms + used.compute_ms + used.network_ms + used.vehicle_ms + used.ours_ms
    assert parts == pytest.approx(reply.total_ms, abs=1)
    assert used.pre_ms == pytest.approx(50, abs=1)
    assert used.compute_ms == pytest.approx(180 if own_words else 240)
    assert used.network_ms == pytest.approx(120 if own_words else 260)
    assert used.vehicle_ms == pytest.approx(40)
    assert reply.within(BUDGET_MS) is own_words


# --- what may leave the vehicle -------------------------------------------------------------------

CANARIES = {
    DataClass.CABIN_TEXT: ("CANARY-words", "CANARY-tool"),
    DataClass.POSITION: ("48.1371", "11.5754", "CANARY-poi"),
    DataClass.IDENTITY: ("CANARY-name", "CANARY-sms", "CANARY-appointment", '"speaker"', '\\"speaker'),
    DataClass.PREFERENCES: ("CANARY-likes", "CANARY-song"),
}
ITEMS = (
    Item("poi", "CANARY-poi"),
    Item("message", "CANARY-sms"),
    Item("calendar", "CANARY-appointment"),
    Item("media_title", "CANARY-song"),
    Item("tool_result", "CANARY-tool"),
    Item("a kind that nobody declared", "CANARY-unknown"),
)


def _everything_sent(car: Car, leaves: Sequence[DataClass]) -> str:
    steps: list[dict[str, Any]] = [
        {"call": {"get_vehicle_state": {"topics": ["everything"]}}},
        {"call": {"get_vehicle_state": {}}},
        {"text": "Hello."},
    ]
    script = Script(steps)

    async def main() -> None:
        lane = Lane("cloud", Assistant(car, model(script)), 5000, leaves=frozenset(leaves))
        lanes = Lanes(car, [lane])
        for n in range(2):  # the second also carries what is remembered of the first
            request = Request(
                f"canary-{sorted(leaves)}-{n}",
                "CANARY-words",
                DRIVER,
                items=ITEMS if n == 0 else (),
                name="CANARY-name",
                preferences={"warmth": "CANARY-likes"},
            )
            await lanes.respond(request)

    run_virtually(main())
    return "\n".join(json.dumps(json.loads(body), ensure_ascii=False) for body in script.asked)


@pytest.mark.parametrize("kept", [c for c in DataClass if c in CANARIES], ids=str)
def test_a_class_of_data_that_may_not_leave_stands_in_nothing_that_is_sent(car: Car, kept: DataClass) -> None:
    sent = _everything_sent(car, [c for c in DataClass if c is not kept])
    assert [canary for canary in CANARIES[kept] if canary in sent] == []
    assert "CANARY-unknown" not in sent
    if kept is DataClass.CABIN_TEXT:
        assert sent == ""  # without the words there is nothing to ask


def test_the_canaries_sing_where_everything_may_leave(car: Car) -> None:
    sent = _everything_sent(car, list(DataClass))
    silent = [c for canaries in CANARIES.values() for c in canaries if c not in sent]
    assert silent == ['"speaker"']  # the context is JSON inside JSON


def test_a_lane_that_may_know_nothing_of_people_is_told_the_words_and_the_car_only(car: Car) -> None:
    sent = _everything_sent(car, [DataClass.CABIN_TEXT, DataClass.VEHICLE])
    others = [DataClass.POSITION, DataClass.IDENTITY, DataClass.PREFERENCES]
    assert [canary for kind in others for canary in CANARIES[kind] if canary in sent] == []
    assert "CANARY-words" in sent and "Cabin.HVAC" in sent


# --- the breaker ----------------------------------------------------------------------------------


def test_an_open_breaker_lets_one_probe_through_at_a_time() -> None:
    now = [0.0]
    breaker = Breaker(2, 30.0, lambda: now[0])
    for _ in range(2):
        assert breaker.admits()
        breaker.begin()
        breaker.end(False)
    assert (breaker.state, breaker.admits()) == ("open", False)
    now[0] = 29.9
    assert not breaker.admits()
    now[0] = 30.1
    assert breaker.admits()
    breaker.begin()
    assert (breaker.state, breaker.admits()) == ("half-open", False)
    breaker.end(None)  # called off: nobody knows
    assert breaker.admits()
    breaker.begin()
    breaker.end(False)
    assert (breaker.state, breaker.admits()) == ("open", False)
    now[0] = 61.0
    breaker.begin()
    breaker.end(True)
    assert (breaker.state, breaker.admits()) == ("closed", True)


def test_failures_count_in_a_row_only() -> None:
    breaker = Breaker(2, 30.0, lambda: 0.0)
    for good in (False, True, False, None, True, False):
        breaker.begin()
        breaker.end(good)
    assert breaker.state == "closed"
