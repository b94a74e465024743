"""Rules exchanged in the middle of a session: at once and whole, or not at all."""

from intent_bridge.engine import Answer, Record, Send
from intent_bridge.engine.adopt import adopt
from intent_bridge.guard import Guard, load_packs
from tests.unit.engine.test_engine import GUARD, PROFILE, Rig

BASE = Guard(PROFILE, load_packs(PROFILE, ["base"]))


def test_everything_that_runs_is_stopped_and_recorded_behind_the_change() -> None:
    rig = Rig()
    rig.submit("set_window", "1", zone="driver", percent=50)
    rig.submit("set_sunroof", "2", percent=50)
    rig.run(10)
    effects = adopt(rig.engine, BASE, rig.now_ms)
    assert effects is not None
    records = [effect.body for effect in effects if isinstance(effect, Record)]
    assert records[0] == {
        "type": "policy",
        "at_ms": rig.now_ms,
        "old": GUARD.policy_hash,
        "new": BASE.policy_hash,
    }
    assert effects[0] == Record(records[0])
    assert [(r["type"], r["call_id"]) for r in records[1:]] == [
        ("stop", "1"),
        ("stop", "2"),
        ("outcome", "1"),
        ("outcome", "2"),
    ]
    sent = [(e.call_id, e.frame.message) for e in effects if isinstance(e, Send)]
    assert sent == [("1", "WINDOW_CMD")] * 2 + [("2", "ROOF_CMD")] * 2  # stop and neutral
    ends = [(e.outcome.status, e.outcome.code) for e in effects if isinstance(e, Answer)]
    assert ends == [("stopped", "policy_changed")] * 2
    engine = rig.engine
    assert engine.guard is engine.judge.guard is engine.commands.guard is BASE


def test_while_driving_nothing_is_exchanged_and_nothing_stops() -> None:
    rig = Rig()
    rig.submit("set_window", zone="driver", percent=50)
    rig.car.set_state("Vehicle.Speed", 50)
    rig.run(100)
    assert adopt(rig.engine, BASE, rig.now_ms) is None
    assert rig.engine.guard is rig.engine.judge.guard is rig.engine.commands.guard is GUARD
    assert "1" in rig.engine.commands.running
