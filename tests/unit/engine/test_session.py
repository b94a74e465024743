"""One session: an id acts once, and what is asked again is answered again."""

from intent_bridge.engine import Answer, Send
from intent_bridge.types import Status
from tests.unit.engine.test_engine import Rig


def test_an_id_acts_once_and_is_answered_as_before_whatever_comes_with_it_later() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "1", level=5)
    rig.run(300)
    done = rig.outcome("1")
    assert done.status is Status.DONE
    assert rig.submit("set_fan_speed", "1", level=5) == [Answer(done)]
    assert rig.submit("set_window", "1", percent=50) == [Answer(done)]
    assert rig.engine.commands.running == {}


def test_an_id_whose_call_is_under_way_does_not_act_a_second_time() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", "1", level=5)
    again = rig.submit("set_fan_speed", "1", level=7)
    assert [type(effect) for effect in again] == [Answer] and not [e for e in again if isinstance(e, Send)]
    rig.run(300)
    assert rig.outcome("1").actions[0].confirmed == 5


def test_a_call_that_was_refused_at_the_door_is_answered_again_and_not_read_again() -> None:
    rig = Rig()
    rig.submit("no_such_tool", "1")
    refused = rig.outcome("1")
    assert rig.submit("set_fan_speed", "1", level=5) == [Answer(refused)]
