"""What `confirm` answers for: the call that was confirmed, whatever else its frames end."""

from dataclasses import replace

from intent_bridge.bridge.awaited import Awaited
from intent_bridge.bridge.simulated import DRIVER_BY_VOICE, MAX_EVENTS, SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Outcome, Status


def test_a_confirmed_call_that_replaces_another_is_answered_itself() -> None:
    tainted = replace(DRIVER_BY_VOICE, untrusted_text=True)
    roof = {"id": "first", "name": "set_sunroof", "arguments": {"percent": 80}}
    with SimulatedBridge(load_profile("demo_sedan")) as car:
        assert car.handle(roof).status is Status.SENT
        asked = car.handle({**roof, "id": "second", "arguments": {"percent": 60}}, tainted)
        assert asked.confirmation is not None
        answered = car.confirm(asked.confirmation.token)
    assert (answered.call_id, answered.status) == ("second", Status.SENT)


def test_answers_are_kept_only_while_somebody_waits_for_them() -> None:
    with SimulatedBridge(load_profile("demo_sedan")) as car:
        assert car.handle({"name": "set_sunroof", "arguments": {"percent": 80}}).status is Status.SENT
        car.handle({"name": "set_fan_speed", "arguments": {"level": 5}})
        car.undo()
        assert [o.status for o in car.advance_ms(30_000)] == [Status.DONE]
        assert len(car._awaited) == 0


def test_two_who_wait_for_the_same_call_both_get_its_answer() -> None:
    awaited, done = Awaited(), Outcome("c1", "set_fan_speed", Status.DONE)
    awaited.came(done)
    assert awaited.answer("c1") is None
    for _ in range(2):
        awaited.begin("c1")
    awaited.came(done)
    awaited.end("c1")
    assert awaited.answer("c1") is done and "c1" in awaited
    awaited.end("c1")
    assert awaited.answer("c1") is None and "c1" not in awaited and len(awaited) == 0


def test_later_outcomes_that_nobody_asks_for_are_kept_up_to_a_bound() -> None:
    with SimulatedBridge(load_profile("demo_sedan")) as car:
        for number in range(MAX_EVENTS + 2):
            car._tell("outcome", Outcome(f"c{number}", "set_fan_speed", Status.DONE))
        told = car.events()
        assert (len(told), told[0].call_id) == (MAX_EVENTS, "c2")
        assert car.events() == []
        assert car.handle({"name": "set_fan_speed", "arguments": {"level": 5}}).status is Status.DONE
