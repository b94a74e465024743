"""Calls from another process: through the action, the services and the topics of an active bridge."""

import json
from collections.abc import Callable

import pytest
from action_msgs.msg import GoalStatus
from can_msgs.msg import Frame
from diagnostic_msgs.msg import DiagnosticArray
from intent_bridge_msgs import msg, srv
from intent_bridge_msgs.action import HandleToolCall
from intent_bridge_msgs.msg import Outcome, Verdict
from rclpy.qos import DurabilityPolicy, QoSProfile

from intent_bridge.profile import load_profile
from tests.ros.graph import DRIVER, Car, Goal, Probe, until

WARM = '{"id": "%s", "name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": %s}}'
SEAT = '{"id": "%s", "name": "set_seat_position", "arguments": {"zone": "passenger", "millimetres": %s}}'
ASKS = '{"id": "%s", "name": "set_blind_spot_warning", "arguments": {"on": false}}'


@pytest.fixture(scope="module")
def car(new_car: Callable[..., Car], tmp_path_factory: pytest.TempPathFactory) -> Car:
    return new_car(audit_path=str(tmp_path_factory.mktemp("audit") / "audit.jsonl"))


def frames(car: Car, bus: str = "comfort") -> list[Frame]:
    heard = car.probe.hear(Frame, f"{car.namespace}/{bus}/to_can_bus")
    name = f"{car.namespace}/{bus}/to_can_bus"
    until(lambda: car.probe.node.count_publishers(name) == 1, f"a publisher of {name}")
    return heard


def climate(sent: list[Frame]) -> list[Frame]:
    """Those that carry a temperature: a seat that an earlier test moved may still be on its way."""
    profile = load_profile("demo_sedan")
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    message = profile.messages[profile.actuators[path].command.message]
    return [frame for frame in sent if frame.id == message.can_id]


def test_a_call_is_sent_as_a_frame_confirmed_by_the_ecu_and_said_in_both_languages(car: Car) -> None:
    sent = frames(car)
    goal = car.goal(WARM % ("a1", "21.5"))
    found = goal.result()
    assert found.status == GoalStatus.STATUS_SUCCEEDED
    outcome = found.result.outcome
    assert (outcome.status, outcome.call_id, outcome.tool) == (Outcome.DONE, "a1", "set_cabin_temperature")
    assert [v.number for v in outcome.confirmed] == [21.5]
    assert outcome.confirmed[0].unit == "Celsius"
    assert "21.5" in outcome.say_en and "21.5" in outcome.say_zh
    assert json.loads(outcome.tool_result)["status"] == "done"
    assert found.result.verdict.decision == Verdict.ALLOW
    until(lambda: sent, "a frame")
    assert (sent[0].is_extended, sent[0].is_error, sent[0].is_rtr, sent[0].dlc) == (False, False, False, 8)
    stages = [f.stage for f in goal.feedback]
    kinds = HandleToolCall.Feedback
    assert stages == [kinds.STAGE_JUDGED, kinds.STAGE_SENT, kinds.STAGE_ENDED]


def test_what_a_rule_forbids_is_denied_with_its_rule_and_sends_nothing(car: Car) -> None:
    sent = frames(car)
    car.world(Vehicle__Speed=50)
    until(lambda: car.explain(SEAT % ("x", 40)).status == Outcome.DENIED, "the speed")
    found = car.goal(
        '{"id": "a2", "name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": 40}}'
    ).result()
    assert found.status == GoalStatus.STATUS_ABORTED
    assert found.result.outcome.status == Outcome.DENIED
    assert found.result.verdict.decision == Verdict.DENY
    assert found.result.verdict.rules and found.result.verdict.policy
    assert sent == []
    car.world(Vehicle__Speed=0)
    until(lambda: car.explain(SEAT % ("x", 40)).status != Outcome.DENIED, "the standstill")


def test_cancelling_stops_a_motion_midway_with_a_stop_frame(car: Car) -> None:
    car.do(SEAT % ("c0", 0))
    sent = frames(car)
    goal = car.goal(SEAT % ("c1", 240))
    until(
        lambda: any(f.stage == HandleToolCall.Feedback.STAGE_SENT for f in goal.feedback), "the first frame"
    )
    until(lambda: len(sent) > 2, "repeated frames")
    before = len(sent)
    assert len(goal.cancel().goals_canceling) == 1
    found = goal.result()
    assert found.status == GoalStatus.STATUS_CANCELED
    assert (found.result.outcome.status, found.result.outcome.code) == (Outcome.STOPPED, "asked")
    until(lambda: len(sent) > before, "a stop frame")
    where = car.explain(SEAT % ("x", 240))
    assert where.status == Outcome.NO_ACTION, "the seat has not arrived, so it could still be moved"


def test_a_result_may_come_as_soon_as_the_frame_has_left_and_alone(car: Car) -> None:
    goal = car.goal(WARM % ("s1", 26), until=HandleToolCall.Goal.UNTIL_SENT)
    outcome = goal.result().result.outcome
    assert outcome.status == Outcome.SENT
    assert [v.number for v in outcome.emitted] == [26.0] and not outcome.confirmed
    assert goal.feedback == []


def test_a_motion_answers_at_once_where_the_first_answer_is_wanted(car: Car) -> None:
    outcome = car.do(SEAT % ("m1", 30), until=HandleToolCall.Goal.UNTIL_ANSWERED)
    assert outcome.status == Outcome.SENT
    latched = car.do(WARM % ("m2", 24), until=HandleToolCall.Goal.UNTIL_ANSWERED)
    assert latched.status == Outcome.DONE, "a latched value is answered for when its ECU has confirmed"


def test_the_same_id_never_acts_twice_and_sessions_keep_ids_apart(car: Car) -> None:
    assert car.do(WARM % ("i1", 20)).status == Outcome.DONE
    sent = frames(car)
    again = car.do(WARM % ("i1", 27))
    assert (again.status, again.confirmed[0].number) == (Outcome.DONE, 20.0)
    assert climate(sent) == []
    other = car.do(WARM % ("i1", 27), session="another talk")
    assert (other.status, other.call_id) == (Outcome.DONE, "another talk/i1")
    until(lambda: climate(sent), "a frame")


def test_what_a_model_may_write_wrongly_is_answered_and_not_fatal(car: Car) -> None:
    for text in (
        "",
        "{",
        "null",
        '{"name": 1}',
        '{"name": "fly", "arguments": {}}',
        "[" * 5000,
        "x" * 200_000,
    ):
        found = car.goal(text).result()
        assert found.result.outcome.status in (Outcome.INVALID, Outcome.NOT_EQUIPPED), text[:20]
        assert found.status == GoalStatus.STATUS_ABORTED
        assert found.result.verdict.decision == Verdict.NOT_JUDGED
    assert car.do(WARM % ("h1", 23)).status == Outcome.DONE


def test_a_speaker_the_message_does_not_name_has_no_rights_of_a_driver(car: Car) -> None:
    nobody = msg.Provenance(speaker=250, zone=99, channel=7)
    assert car.explain(ASKS % "p1").status == Outcome.NEEDS_CONFIRMATION
    assert car.explain(ASKS % "p2", nobody).status == car.explain(ASKS % "p3", msg.Provenance()).status


def test_explain_says_the_frame_and_sends_nothing(car: Car) -> None:
    sent = frames(car)
    answer = car.probe.call(
        srv.ExplainToolCall, f"{car.name}/explain", call_json=WARM % ("e1", 18), provenance=DRIVER
    )
    assert answer.verdict.decision == Verdict.ALLOW
    assert [text.split("#")[0] for text in answer.frames] == ["comfort"]
    assert climate(sent) == []
    assert car.do(WARM % ("e1", 18)).status == Outcome.DONE, "an explained id is not used up"


def test_tools_come_in_a_models_own_dialect(car: Car) -> None:
    tools = car.probe.ask(srv.ListTools, f"{car.name}/list_tools", dialect="anthropic")
    names = {tool["name"] for tool in json.loads(tools.tools)}
    assert tools.success and "set_cabin_temperature" in names
    assert not any("confirm" in name for name in names)
    wrong = car.probe.ask(srv.ListTools, f"{car.name}/list_tools", dialect="klingon")
    assert not wrong.success and "klingon" in wrong.message


def test_a_persons_yes_travels_by_its_own_topic_and_service_only(car: Car) -> None:
    questions = car.probe.hear(msg.Confirmation, f"{car.name}/confirmation")
    outcomes = car.probe.hear(Outcome, f"{car.name}/outcome")
    until(lambda: car.probe.node.count_publishers(f"{car.name}/confirmation"), "the confirmation topic")
    goal = car.goal(ASKS % "q1")
    until(lambda: questions, "the question")
    assert goal.feedback[-1].stage == HandleToolCall.Feedback.STAGE_ASKED
    assert questions[0].call_id == "q1" and questions[0].question_en and questions[0].question_zh
    token = questions[0].token
    wrong = car.probe.call(srv.Confirm, f"{car.name}/confirm", token="guess", accept=True, provenance=DRIVER)
    assert wrong.outcome.code == "confirmation_unknown"
    answer = car.probe.call(srv.Confirm, f"{car.name}/confirm", token=token, accept=True, provenance=DRIVER)
    found = goal.result()
    assert found.result.outcome.status == Outcome.DONE
    until(lambda: outcomes and outcomes[-1].status == Outcome.DONE, "the outcome")
    told = [str(m) for m in (*outcomes, answer, found.result, *goal.feedback)]
    assert not any(token in text for text in told)
    undone = car.probe.call(srv.Undo, f"{car.name}/undo", provenance=DRIVER)
    assert undone.outcome.status in (Outcome.SENT, Outcome.DONE)


def test_a_question_that_is_cancelled_is_closed(car: Car) -> None:
    goal = car.goal('{"id": "q2", "name": "set_blind_spot_warning", "arguments": {"on": false}}')
    until(lambda: goal.feedback, "the question")
    goal.cancel()
    found = goal.result()
    assert found.status == GoalStatus.STATUS_CANCELED
    assert found.result.outcome.code == "withdrawn"


def test_a_call_that_waits_for_a_better_moment_says_so_and_goes_on_when_it_has_come(car: Car) -> None:
    gear = "Vehicle.Powertrain.Transmission.SelectedGear"
    recall = '{"id": "%s", "name": "recall_seat_memory", "arguments": {"zone": "driver", "slot": 2}}'
    car.world(**{gear: 127})
    until(lambda: car.explain(recall % "d0").status == Outcome.DEFERRED, "the gear")
    waits, dropped = car.goal(recall % "d1"), car.goal(recall % "d2")

    def reaches(goal: Goal, stage: int) -> None:
        until(lambda: stage in [said.stage for said in goal.feedback], f"stage {stage}")

    for goal in (waits, dropped):
        reaches(goal, HandleToolCall.Feedback.STAGE_DEFERRED)
    dropped.cancel()
    assert dropped.result().result.outcome.code == "withdrawn"
    car.world(**{gear: 126})
    reaches(waits, HandleToolCall.Feedback.STAGE_SENT)
    waits.cancel()
    waits.result()


def test_rules_are_told_and_read_anew_while_parked(car: Car) -> None:
    status = car.probe.call(srv.PolicyStatus, f"{car.name}/policy_status")
    assert status.success and status.vehicle == "demo_sedan" and len(status.policy) == 64
    assert any(pack.startswith("base ") for pack in status.packs)
    refused = car.probe.call(srv.ReloadPolicy, f"{car.name}/reload_policy", packs=["nowhere.yaml"])
    assert not refused.success and refused.step == "read" and refused.policy == status.policy


def test_verdicts_and_outcomes_are_numbered_without_a_gap(car: Car) -> None:
    verdicts = car.probe.hear(Verdict, f"{car.name}/verdict")
    outcomes = car.probe.hear(Outcome, f"{car.name}/outcome")
    until(lambda: car.probe.node.count_publishers(f"{car.name}/verdict"), "the verdict topic")
    for n in range(20):
        car.do(WARM % (f"n{n}", 20 + n % 3))
    until(lambda: len(verdicts) >= 20 and len(outcomes) >= 20, "all messages")
    for heard in (verdicts, outcomes):
        numbers = [m.sequence for m in heard]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_late_joiner_learns_the_head_of_the_audit_log(car: Car) -> None:
    car.do(WARM % ("l1", 19))
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    heads = car.probe.hear(msg.AuditHead, f"{car.name}/audit_head", latched)
    until(lambda: heads, "the head")
    assert len(heads[-1].sha256) == 64 and heads[-1].sequence > 0


def test_diagnostics_speak_of_every_bus_ecu_pack_and_queue(car: Car) -> None:
    heard = car.probe.hear(DiagnosticArray, "/diagnostics")
    mine = until(lambda: next((m for m in heard if len(m.status) > 5), None), "diagnostics of the bridge")
    names = [s.name for s in mine.status]
    for task in ("bus body", "bus comfort", "bus adas", "pack", "queue"):
        assert f"{car.name[1:]}: {task}" in names
    assert any(name.startswith(f"{car.name[1:]}: ecu ") for name in names)


def test_goals_beyond_the_most_are_rejected_and_the_others_live(car: Car) -> None:
    (said,) = car.probe.set(car.name, max_goals=1)
    assert said.successful
    goal = car.goal(ASKS % "g1")
    until(lambda: goal.feedback, "the question")
    assert not car.goal(WARM % ("g2", 22)).handle.accepted
    goal.cancel()
    goal.result()
    (said,) = car.probe.set(car.name, max_goals=16)
    assert car.do(WARM % ("g3", 22)).status in (Outcome.DONE, Outcome.NO_EFFECT)


def test_parameters_refuse_what_does_not_fit_and_say_why(car: Car, probe: Probe) -> None:
    refused = {
        "vehicle": "other",  # read-only
        "max_goals": 0,  # out of range
        "diagnostics_period_s": "soon",  # wrong type
        "trust_provenance": "yes",
        "no_such_parameter": 1,
    }
    for name, value in refused.items():
        (said,) = probe.set(car.name, **{name: value})
        assert not said.successful and said.reason, name
    (said,) = probe.set(car.name, trust_provenance=False)
    assert said.successful
    assert car.explain(ASKS % "t1").status != Outcome.NEEDS_CONFIRMATION, "nobody is the driver any more"
    (said,) = probe.set(car.name, trust_provenance=True)
    assert not said.successful and "tightened" in said.reason
