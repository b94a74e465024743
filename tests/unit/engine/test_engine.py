"""The pure engine, driven by hand: effects in their order, bounds, faults, and no clock anywhere."""

from dataclasses import replace
from typing import Any

import pytest

from intent_bridge.audit import replay
from intent_bridge.codec import EgressGate
from intent_bridge.engine import Answer, Engine, Record, Send
from intent_bridge.engine import commands as commands_module
from intent_bridge.engine import deferred as deferred_module
from intent_bridge.engine.effects import Order
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.sim import SimulatedVehicle, load_plan
from intent_bridge.types import Action, Channel, Outcome, Provenance, SeatZone, Speaker, Status, ToolCall

PROFILE = load_profile("demo_sedan")
GUARD = Guard(PROFILE, load_packs(PROFILE))
PLAN = load_plan(PROFILE)
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"


class Rig:
    """An engine and simulated ECUs, and a hand on the clock."""

    def __init__(self, **options: Any) -> None:
        self.engine = Engine(PROFILE, GUARD, secret=b"secret", **options)
        self.car = SimulatedVehicle(PROFILE, PLAN)
        self.now_ms = 0
        self.effects: list[Any] = []
        self.run(100)

    def take(self, effects: list[Any]) -> list[Any]:
        self.effects += effects
        for effect in effects:
            if isinstance(effect, Send):
                self.car.receive(effect.frame.raw, self.now_ms)
        return effects

    def run(self, duration_ms: int) -> None:
        for _ in range(duration_ms):
            for at_ms, raw in self.car.advance(self.now_ms):
                self.take(self.engine.receive(raw, at_ms))
            self.take(self.engine.poll(self.now_ms))
            self.now_ms += 1

    def submit(self, name: str, call_id: str = "1", who: Provenance = DRIVER, **arguments: Any) -> list[Any]:
        return self.take(self.engine.submit(ToolCall(call_id, name, arguments), who, self.now_ms))

    def outcome(self, call_id: str = "1") -> Outcome:
        return [e.outcome for e in self.effects if isinstance(e, Answer) and e.outcome.call_id == call_id][-1]


def kinds(effects: list[Any]) -> list[str]:
    return [type(e).__name__ for e in effects]


def test_the_record_stands_before_the_frame_and_before_the_answer() -> None:
    rig = Rig()
    assert kinds(rig.submit("set_fan_speed", level=5)) == ["Record", "Send"]
    before = len(rig.effects)
    rig.run(300)
    assert kinds(rig.effects[before:]) == ["Record", "Answer"]
    assert rig.outcome().status is Status.DONE


def test_a_call_that_does_not_act_has_one_record() -> None:
    assert kinds(Rig().submit("no_such_tool")) == ["Record", "Answer"]


def test_a_motion_answers_at_once_after_its_records() -> None:
    assert kinds(Rig().submit("set_window", percent=50)) == ["Record", "Send", "Record", "Answer"]


def test_the_intent_record_names_what_a_replay_needs_and_no_float() -> None:
    record, _ = Rig().submit("set_fan_speed", level=5)
    assert isinstance(record, Record)
    body = record.body
    assert body["requested"] == [[FAN, 5]] and body["frames"] and body["policy"] == GUARD.policy_hash
    assert FAN in body["state"] and body["human_yes"] is False

    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        if isinstance(value, list | tuple):
            return any(map(floats, value))
        return isinstance(value, float)

    assert not floats(body["state"]) and not floats(body["requested"])


def test_next_ms_is_the_earliest_thing_that_time_makes_due() -> None:
    rig = Rig()
    assert rig.engine.next_ms() is None
    rig.submit("set_fan_speed", level=5)
    fan = PROFILE.actuators[FAN].spec
    assert rig.engine.next_ms() == rig.now_ms + fan.confirm_within_ms
    rig.submit("set_window", "2", percent=50)
    assert rig.engine.next_ms() == rig.now_ms + 100


def test_too_many_commands_under_way_are_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_module, "MAX_RUNNING", 1)
    rig = Rig()
    rig.submit("set_window", "1", percent=50)
    rig.submit("set_sunroof", "2", percent=50)
    refused = rig.outcome("2")
    assert (refused.status, refused.code, refused.frames) == (Status.DENIED, "too_many_running", ())
    assert [frame.message for frame in rig.outcome("1").frames] == ["WINDOW_CMD"]


def test_too_many_deferred_calls_are_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deferred_module, "MAX_DEFERRED", 1)
    rig = Rig()
    rig.car.set_state("Vehicle.Powertrain.Transmission.SelectedGear", 0)
    rig.run(50)
    rig.submit("recall_seat_memory", "1", slot=2)
    rig.submit("recall_seat_memory", "2", slot=3)
    assert [rig.outcome(i).status for i in "12"] == [Status.DEFERRED, Status.DENIED]


def test_a_frame_the_gate_keeps_back_is_a_fault_of_ours_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    monkeypatch.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
    effects = rig.submit("set_fan_speed", level=5)
    assert not [e for e in effects if isinstance(e, Send)]
    assert (rig.outcome().status, rig.outcome().code) == (Status.ERROR, "egress")


def test_a_repeat_the_gate_keeps_back_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.submit("set_window", percent=50)
    monkeypatch.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
    rig.run(150)
    assert rig.outcome().status is Status.ERROR


def test_a_permit_no_frame_can_say_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    from intent_bridge.codec import Encoder
    from intent_bridge.errors import InvariantError

    def fail(*_: object) -> None:
        raise InvariantError("planted")

    rig = Rig()
    monkeypatch.setattr(Encoder, "encode", fail)
    rig.submit("set_fan_speed", level=5)
    assert rig.outcome().status is Status.ERROR


def test_a_frame_the_bus_did_not_take_is_not_delivered() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", level=5)
    failed = rig.engine.failed("1", rig.now_ms, status=Status.NOT_DELIVERED, code="bus_refused")
    assert [e.outcome.status for e in failed if isinstance(e, Answer)] == [Status.NOT_DELIVERED]
    assert rig.engine.failed("1", rig.now_ms, status=Status.NOT_DELIVERED, code="x") == []


def test_a_silent_engine_shows_its_frames_and_sends_none() -> None:
    rig = Rig(silent=True)
    effects = rig.submit("set_fan_speed", level=5)
    assert kinds(effects) == ["Record", "Answer"]
    assert (rig.outcome().status, len(rig.outcome().frames)) == (Status.NOT_DELIVERED, 1)


def test_a_declined_and_an_unknown_confirmation_do_nothing() -> None:
    rig = Rig()
    rig.submit("set_emergency_braking", on=False)
    confirmation = rig.outcome().confirmation
    assert confirmation is not None
    rig.take(rig.engine.confirm(confirmation.token, False, DRIVER, rig.now_ms))
    assert rig.outcome().code == "declined"
    rig.take(rig.engine.confirm(confirmation.token, True, DRIVER, rig.now_ms))
    assert (rig.outcome("").status, rig.outcome("").code) == (Status.DENIED, "confirmation_unknown")


def test_a_confirmation_is_void_when_the_verdict_behind_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.submit("set_emergency_braking", on=False)
    confirmation = rig.outcome().confirmation
    assert confirmation is not None
    judge = GUARD.judge

    def other(*args: Any, **options: Any) -> Any:
        return replace(judge(*args, **options), digest="another")

    monkeypatch.setattr(GUARD, "judge", other)
    rig.take(rig.engine.confirm(confirmation.token, True, DRIVER, rig.now_ms))
    assert (rig.outcome().status, rig.outcome().code) == (Status.DENIED, "confirmation_void")


def test_explain_says_what_each_kind_of_call_would_come_to() -> None:
    rig = Rig()

    def explain(name: str, **arguments: Any) -> Outcome:
        return rig.engine.explain(ToolCall("e", name, arguments), DRIVER, rig.now_ms)

    assert explain("nope").status is Status.INVALID
    assert explain("set_air_distribution", zone="rear_left", direction="face").status is Status.NOT_EQUIPPED
    assert explain("get_capabilities").code == "report"
    assert explain("set_emergency_braking", on=False).status is Status.NEEDS_CONFIRMATION
    allowed = explain("set_fan_speed", level=5)
    assert (allowed.status, allowed.code, len(allowed.frames)) == (Status.NO_ACTION, "dry_run", 1)
    counters = dict(rig.engine.encoder.counters)
    explain("set_fan_speed", level=4)
    assert rig.engine.encoder.counters == counters


def test_explain_shows_the_verdict_the_values_and_the_reason_of_what_would_be_chosen() -> None:
    rig = Rig()
    shown = rig.engine.explain(ToolCall("e", "adjust_comfort", {"feeling": "cold"}), DRIVER, rig.now_ms)
    assert (shown.status, shown.code) == (Status.NO_ACTION, "dry_run")
    assert shown.verdict is not None and shown.frames and shown.data
    assert {a.path: a.emitted for a in shown.actions} == {a.path: a.value for a in shown.verdict.emitted}
    done = rig.submit("adjust_comfort", feeling="cold")
    assert [e.frame.message for e in done if isinstance(e, Send)] == [f.message for f in shown.frames]


def test_a_relative_change_of_an_unknown_value_is_denied() -> None:
    rig = Rig()
    rig.car.mute("CLIMATE_STATUS")
    rig.run(1500)
    rig.submit("adjust_setting", setting="fan_speed", direction="up")
    assert (rig.outcome().status, rig.outcome().code) == (Status.DENIED, "state_unknown")


def test_undo_knows_what_it_would_put_back() -> None:
    rig = Rig()
    assert rig.engine.can_undo(DRIVER, rig.now_ms) == ()
    rig.submit("set_fan_speed", level=5)
    rig.run(300)
    (shown,) = rig.engine.can_undo(DRIVER, rig.now_ms)
    assert (shown.code, [(a.path, a.emitted) for a in shown.actions]) == ("can_undo", [(FAN, 2)])


def test_a_frame_nobody_knows_changes_nothing() -> None:
    rig = Rig()
    _, raw = next(iter(rig.car.advance(rig.now_ms + 100)))
    state = dict(rig.engine.state)
    assert rig.engine.receive(raw._replace(can_id=0x7EF), rig.now_ms) == []
    assert rig.engine.state == state


def test_timing_comes_from_the_stopwatch_that_was_handed_in() -> None:
    ticks = iter(range(0, 10_000_000, 5_000))
    rig = Rig(stopwatch=lambda: next(ticks))
    rig.submit("set_emergency_braking", on=False)
    assert rig.outcome().timing_us["parse"] == 5 and rig.outcome().timing_us["judge"] == 5
    assert {type(us) for us in rig.outcome().timing_us.values()} == {int}
    asked = [e.body for e in rig.effects if isinstance(e, Record)][-1]["asked"]
    assert asked["decision"] == "confirm" and asked["state"]


def test_a_command_past_its_life_no_longer_drives_its_path() -> None:
    rig = Rig()
    rig.car.mute("CLIMATE_STATUS")
    rig.submit("set_fan_speed", level=5)
    run = rig.engine.commands.running["1"]
    assert rig.engine.commands.values(run.ends_ms) == {FAN: 5}
    assert rig.engine.commands.values(run.ends_ms + 1) == {}


def test_a_withdrawn_motion_is_stopped_by_a_frame_at_once() -> None:
    rig = Rig()
    rig.submit("set_window", percent=100, zone="driver")
    assert rig.outcome().status is Status.SENT
    rig.run(200)
    effects = rig.take(rig.engine.withdraw("1", rig.now_ms))
    stops = [e.frame for e in effects if isinstance(e, Send) and "stop" in e.frame.origins.values()]
    assert stops and rig.outcome().status is Status.STOPPED


def test_a_withdrawn_question_can_no_longer_be_answered_with_yes() -> None:
    rig = Rig()
    rig.submit("set_lane_keep_assist", on=False)
    asked = rig.outcome()
    assert asked.confirmation is not None
    rig.take(rig.engine.withdraw("1", rig.now_ms))
    assert (rig.outcome().status, rig.outcome().code) == (Status.NO_ACTION, "withdrawn")
    effects = rig.engine.confirm(asked.confirmation.token, True, DRIVER, rig.now_ms)
    assert kinds(effects) == ["Answer"]


def test_a_call_that_waits_for_a_better_moment_never_acts_once_it_is_withdrawn() -> None:
    rig = Rig()
    rig.engine.deferred.add(Order("1", "set_fan_speed", DRIVER, (Action(FAN, 3),)), rig.now_ms + 1000)
    rig.take(rig.engine.withdraw("1", rig.now_ms))
    assert rig.outcome().status is Status.NO_ACTION and rig.engine.deferred.next_ms() is None


def test_withdrawing_what_is_over_changes_nothing_and_tells_how_it_ended() -> None:
    rig = Rig()
    rig.submit("set_fan_speed", level=4, zone="driver")
    rig.run(500)
    done = rig.outcome()
    assert done.status is Status.DONE
    assert rig.engine.withdraw("1", rig.now_ms) == [Answer(done)]


def test_a_call_for_one_of_two_seats_leaves_the_other_on_its_way_and_replays_to_the_same_frame() -> None:
    rig = Rig()
    rig.submit("set_cabin_temperature", "1", zone="rear_row", celsius=26)
    record, sent = rig.submit("set_cabin_temperature", "2", zone="rear_left", celsius=23.5)
    values = sent.frame.signals
    assert (values["TempRLReq"], values["TempRRReq"]) == (23.5, 26)
    (again,) = replay([record.body], PROFILE, GUARD)
    assert again.same and again.recorded
    rig.run(500)
    assert {rig.outcome("1").status, rig.outcome("2").status} == {Status.DONE}
