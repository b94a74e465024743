"""What `confirm` answers for: the call that was confirmed, whatever else its frames end."""

from dataclasses import replace

from intent_bridge.bridge.simulated import DRIVER_BY_VOICE, SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Status


def test_a_confirmed_call_that_replaces_another_is_answered_itself() -> None:
    tainted = replace(DRIVER_BY_VOICE, untrusted_text=True)
    roof = {"id": "first", "name": "set_sunroof", "arguments": {"percent": 80}}
    with SimulatedBridge(load_profile("demo_sedan")) as car:
        assert car.handle(roof).status is Status.SENT
        asked = car.handle({**roof, "id": "second", "arguments": {"percent": 60}}, tainted)
        assert asked.confirmation is not None
        answered = car.confirm(asked.confirmation.token)
    assert (answered.call_id, answered.status) == ("second", Status.SENT)
