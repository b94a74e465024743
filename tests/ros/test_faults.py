"""What may go wrong in a graph: publishers that die, do not match, lie or flood; readers that are slow."""

import json
import re
import shutil
import signal
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from can_msgs.msg import Frame
from diagnostic_msgs.msg import DiagnosticArray
from intent_bridge_msgs import msg, srv
from intent_bridge_msgs.msg import Outcome, PathState, PathValue, Verdict
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.parameter import Parameter
from rclpy.qos import Duration, LivelinessPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from intent_bridge.profile import data_dir
from tests.ros.graph import DRIVER, Car, Probe, Process, until

WARM = '{"id": "%s", "name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": %s}}'
SEAT = '{"id": "%s", "name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": %s}}'
SPEED = "Vehicle.Speed"

Start = Callable[..., Process]


@pytest.fixture(scope="module")
def car(new_car: Callable[..., Car]) -> Car:
    return new_car()


def said_of(heard: list[DiagnosticArray], node: str, task: str = "bus body") -> str:
    """Everything the newest diagnostics of a node say of a task."""
    for message in reversed(heard):
        for status in message.status:
            if status.name == f"{node[1:]}: {task}":
                return "; ".join(f"{pair.key}={pair.value}" for pair in status.values)
    return ""


def now_message(probe: Probe, past_s: float = 0.0) -> object:
    now = probe.node.get_clock().now() - Duration(nanoseconds=int(past_s * 1e9))
    return now.to_msg()


def test_a_publisher_whose_qos_does_not_match_is_reported(car: Car) -> None:
    loose = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
    publisher = car.probe.node.create_publisher(Frame, f"{car.namespace}/body/from_can_bus", loose)
    health = car.probe.hear(DiagnosticArray, "/diagnostics")
    until(lambda: "does not match" in said_of(health, car.name), "the mismatch in diagnostics")
    assert "RELIABILITY" in said_of(health, car.name) and "RELIABILITY" in car.bridge.says()
    car.probe.node.destroy_publisher(publisher)


def test_a_reader_that_is_too_slow_sees_in_the_numbers_that_it_lost_something(car: Car) -> None:
    numbers: list[int] = []

    def slow(message: Verdict) -> None:
        time.sleep(0.3)
        numbers.append(message.sequence)

    with Probe() as reader:
        reader.node.create_subscription(Verdict, f"{car.name}/verdict", slow, QoSProfile(depth=1))
        until(lambda: reader.node.count_publishers(f"{car.name}/verdict"), "the verdict topic")
        count = 0
        while not any(b - a > 1 for a, b in pairwise(numbers)):
            count += 1
            assert count < 300, f"nothing was lost: {numbers}"
            car.do(WARM % (f"slow{count}", 20 + count % 3), until=2)


def test_a_hostile_client_neither_kills_the_node_nor_keeps_others_out(car: Car) -> None:
    probe, name = car.probe, car.name
    frames = probe.node.create_publisher(Frame, f"{car.namespace}/body/from_can_bus", 500)
    change = probe.node.create_client(ChangeState, f"{name}/change_state")
    until(change.service_is_ready, "the service")
    waiting = []
    for n in range(40):
        junk = Frame(id=n * 47 % 2048, dlc=n % 16, is_error=n % 5 == 0, is_rtr=n % 7 == 0)
        frames.publish(junk)
        waiting.append(change.call_async(ChangeState.Request(transition=Transition(id=(n % 2) * 250 + 1))))
        token = probe.call(srv.Confirm, f"{name}/confirm", token=f"guess{n}", accept=True, provenance=DRIVER)
        assert token.outcome.code == "confirmation_unknown"
        found = car.do("[" * n + '{"name": "\\u0000", "arguments": {"x": 1e999}}', session="s" * 64)
        assert found.status in (Outcome.INVALID, Outcome.NOT_EQUIPPED)
        probe.call(srv.ReloadPolicy, f"{name}/reload_policy", packs=["../" * n + "etc/passwd"])
        assert not probe.ask(srv.ListTools, f"{name}/list_tools", dialect="x" * 32).success
    assert [probe.done(f, "an answer").success for f in waiting] == [False] * 40
    frames.publish(Frame(id=1, is_extended=True))
    probe.node.destroy_publisher(frames)
    assert probe.state(name) == "active"
    until(car.knows, "the vehicle's state")
    until(car.acts, "a call of somebody honest")


def test_a_parameter_of_a_kind_that_does_not_exist_is_refused_and_no_fault_of_the_node(car: Car) -> None:
    sound = Parameter("max_goals", value=16).to_parameter_msg()
    strange = Parameter("max_goals", value=3).to_parameter_msg()
    strange.value.type = 250
    for name in (car.name, f"{car.namespace}/sim_ecus"):
        given = [sound, strange, sound] if name == car.name else [strange]
        each = car.probe.call(SetParameters, f"{name}/set_parameters", parameters=given)
        assert [result.successful for result in each.results] == [True, False, False][-len(given) :]
        assert "250" in each.results[-1].reason
        together = car.probe.call(
            SetParametersAtomically, f"{name}/set_parameters_atomically", parameters=given
        )
        assert not together.result.successful and "250" in together.result.reason
    assert car.probe.state(car.name) == "active"
    until(car.acts, "a call of somebody honest")


def test_old_frames_and_frames_from_the_future_say_nothing(car: Car) -> None:
    probe = car.probe
    heard = probe.hear(Frame, f"{car.namespace}/body/from_can_bus")
    health = probe.hear(DiagnosticArray, "/diagnostics")
    until(lambda: heard and said_of(health, car.name), "a frame of the vehicle")

    def count(what: str) -> int:
        found = re.search(rf"{what}=(\d+)", said_of(health, car.name))
        return int(found[1]) if found else 0

    kinds = "unstamped", "from_the_future", "late"
    before = [count(kind) for kind in kinds]
    publisher = probe.node.create_publisher(Frame, f"{car.namespace}/body/from_can_bus", 500)
    until(lambda: publisher.get_subscription_count() >= 2, "the bridge")
    message = heard[-1]
    for past_s in (3600.0, -3600.0):
        message.header.stamp = now_message(probe, past_s)
        publisher.publish(message)
    message.header.stamp.sec = message.header.stamp.nanosec = 0
    publisher.publish(message)
    until(lambda: all(count(k) > b for k, b in zip(kinds, before, strict=True)), "three counts that grew")
    probe.node.destroy_publisher(publisher)
    until(car.acts, "a command, after all of them were left out")


PROMPT = QoSProfile(depth=10, deadline=Duration(nanoseconds=100_000_000))
LIVELY = QoSProfile(
    depth=10,
    liveliness=LivelinessPolicy.MANUAL_BY_TOPIC,
    liveliness_lease_duration=Duration(nanoseconds=100_000_000),
)


@pytest.mark.parametrize(
    ("asked", "offered", "says"),
    [("deadline_ms", PROMPT, "deadline missed"), ("lease_ms", LIVELY, "0 publishers alive")],
)
def test_a_publisher_that_misses_what_was_asked_of_it_is_reported(
    probe: Probe, start: Start, asked: str, offered: QoSProfile, says: str
) -> None:
    start("intent_bridge_ros.node", namespace="/late", autostart=True, **{asked: 200})
    until(lambda: probe.state("/late/intent_bridge") == "active", "the active state")
    health = probe.hear(DiagnosticArray, "/diagnostics")
    publisher = probe.node.create_publisher(Frame, "/late/body/from_can_bus", offered)
    until(publisher.get_subscription_count, "the bridge")
    publisher.publish(Frame(id=5))
    until(lambda: says in said_of(health, "/late/intent_bridge"), "what was missed")
    probe.node.destroy_publisher(publisher)


def test_the_end_of_a_publisher_is_reported(new_car: Callable[..., Car]) -> None:
    car = new_car()
    health = car.probe.hear(DiagnosticArray, "/diagnostics")
    assert car.ecus is not None and car.ecus.end() == 0
    until(lambda: "publisher has gone, 0 left" in said_of(health, car.name), "the end of a publisher")


def test_after_a_publishers_death_nothing_is_allowed_beyond_max_age_and_one_period(
    new_car: Callable[..., Car],
) -> None:
    shipped = data_dir() / "demo_sedan"
    found = re.search(
        rf"{re.escape(SPEED)}:.*?max_age_ms: (\d+)", (shipped / "profile.yaml").read_text(), re.S
    )
    assert found is not None
    car = new_car()  # its limits are ten times those of the shipped vehicle
    max_age_ms, period_ms = int(found[1]) * 10, 100
    heard = car.probe.hear(Frame, f"{car.namespace}/body/from_can_bus")
    until(lambda: heard, "a frame of the vehicle")
    assert car.ecus is not None
    car.ecus.signal(signal.SIGKILL)
    car.ecus.wait()
    died_ms = time.time_ns() // 1_000_000
    asked_ms, status = 0, Outcome.NO_ACTION
    while status != Outcome.DENIED:
        asked_ms = time.time_ns() // 1_000_000
        status = car.explain(SEAT % ("d", 100)).status
        late_ms = asked_ms - died_ms
        assert status == Outcome.DENIED or late_ms <= max_age_ms + period_ms, "it was asked later and allowed"
    answer = car.do(SEAT % ("dead", 120))
    assert answer.status == Outcome.DENIED
    car.ecus = None


def test_two_vehicles_in_one_graph_do_not_hear_each_other(
    new_car: Callable[..., Car], start: Start, car: Car
) -> None:
    other = new_car()
    here = car.probe.hear(Frame, f"{car.namespace}/comfort/to_can_bus")
    there = car.probe.hear(Frame, f"{other.namespace}/comfort/to_can_bus")
    car.world(Vehicle__Speed=50)
    until(lambda: car.explain(SEAT % ("t", 100)).status == Outcome.DENIED, "the speed of the one")
    assert other.explain(SEAT % ("t", 100)).status != Outcome.DENIED
    assert other.do(WARM % ("t1", 28)).status == Outcome.DONE
    until(lambda: there, "a frame of the other")
    assert here == []
    car.world(Vehicle__Speed=0)
    start("intent_bridge_ros.sim_ecus", namespace="/ev", vehicle="carbench_ev")
    start("intent_bridge_ros.node", namespace="/ev", vehicle="carbench_ev", autostart=True)
    until(lambda: car.probe.state("/ev/intent_bridge") == "active", "a vehicle of another kind")
    tools = car.probe.ask(srv.ListTools, "/ev/intent_bridge/list_tools", dialect="openai")
    names = {tool["function"]["name"] for tool in json.loads(tools.tools)}
    assert "open_close_sunroof" in names and "set_seat_position" not in names


def test_names_can_be_remapped(probe: Probe, start: Start) -> None:
    start(
        "intent_bridge_ros.node", namespace="/mapped", autostart=True,
        remap={"body/to_can_bus": "/gateway/tx", "body/from_can_bus": "/gateway/rx"},
    )  # fmt: skip
    until(lambda: probe.node.count_publishers("/gateway/tx"), "the publisher under its new name")
    until(lambda: probe.node.count_subscribers("/gateway/rx"), "the subscription under its new name")


PATH = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def test_a_robot_without_can_is_told_targets_and_says_what_is_so(new_car: Callable[..., Car]) -> None:
    car = new_car(input="signals", output="signals")
    told = car.probe.hear(msg.ActuatorCommand, f"{car.name}/actuator_command")
    until(lambda: car.probe.node.count_publishers(f"{car.name}/actuator_command"), "the commands")
    assert car.do(WARM % ("p1", 23.5)).status == Outcome.DONE
    one = until(lambda: next((m for m in told if m.call_id == "p1"), None), "a command")
    assert (one.kind, one.target.path) == (msg.ActuatorCommand.KIND_TARGET, PATH)
    assert (one.target.number, one.target.unit) == (23.5, "Celsius")
    assert one.sequence > 0 and one.lifetime.sec + one.lifetime.nanosec > 0


def test_each_path_may_have_a_command_topic_of_its_own(probe: Probe, start: Start, patient: Path) -> None:
    ways = {"vehicle": str(patient), "input": "signals", "output": "signals"}
    ecus = start("intent_bridge_ros.sim_ecus", namespace="/each", vehicle=str(patient), way="signals")
    node = start("intent_bridge_ros.node", namespace="/each", autostart=True, typed_topics="per_path", **ways)
    car = Car(probe, "/each", node, ecus)
    until(lambda: probe.state(car.name) == "active" and car.knows(), "the vehicle's state")
    name = f"{car.name}/actuator_command/{PATH.replace('.', '/')}"
    told = probe.hear(msg.ActuatorCommand, name)
    count = 0

    def commanded() -> bool:  # the topic appears with its first command
        nonlocal count
        count += 1
        car.do(WARM % (f"e{count}", 18 + count % 10), until=2)
        return bool(told)

    until(commanded, "a command on the topic of its path")
    assert told[-1].target.path == PATH


def test_a_typed_state_that_lies_is_unknown_and_denies(new_car: Callable[..., Car]) -> None:
    car = new_car(input="signals", output="signals")
    assert car.ecus is not None
    assert car.explain(SEAT % ("u", 100)).status != Outcome.DENIED
    states = car.probe.hear(PathState, f"{car.name}/path_state")
    until(lambda: states, "the vehicle's state")
    car.ecus.end()
    until(lambda: car.explain(SEAT % ("u", 100)).status == Outcome.DENIED, "a state that has gone stale")
    truth = {value.path: value for value in states[-1].values}
    publisher = car.probe.node.create_publisher(PathState, f"{car.name}/path_state", 10)
    until(publisher.get_subscription_count, "the bridge")

    def tell(*changed: PathValue) -> None:
        given = {**truth, **{value.path: value for value in changed}}
        stamp = now_message(car.probe)
        publisher.publish(PathState(header=msg.Outcome(call_id="").header, values=[]))  # no stamp: no date
        said = PathState(values=list(given.values()))
        said.header.stamp = stamp
        publisher.publish(said)

    def status(*changed: PathValue) -> int:
        tell(*changed)
        return int(car.explain(SEAT % ("u", 100)).status)

    until(lambda: status() != Outcome.DENIED, "an honest state")
    for lie in (
        PathValue(path=SPEED, kind=PathValue.KIND_NUMBER, number=float("nan")),
        PathValue(path=SPEED, kind=PathValue.KIND_NUMBER, number=1e300),
        PathValue(path=SPEED, kind=PathValue.KIND_TEXT, text="0"),
        PathValue(path=SPEED, kind=PathValue.KIND_BOOLEAN, boolean=False),
        PathValue(path=SPEED, kind=PathValue.KIND_NONE),
        PathValue(path=SPEED, kind=77),
    ):
        until(lambda lie=lie: status(lie) == Outcome.DENIED, f"a denial of {lie}")
        until(lambda: status() != Outcome.DENIED, "an honest state")


def test_simulated_time_ages_the_state_and_a_jump_back_forgets_it(
    probe: Probe, start: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "demo_sedan"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    clock = probe.node.create_publisher(Clock, "/clock", 10)
    given = {"vehicle": str(folder), "use_sim_time": True}
    start("intent_bridge_ros.sim_ecus", namespace="/sim", **given)
    start("intent_bridge_ros.node", namespace="/sim", autostart=True, **given)
    now = [1000.0]

    def tick(step_s: float) -> None:
        now[0] += step_s
        message = Clock()
        message.clock.sec, message.clock.nanosec = int(now[0]), int(now[0] % 1 * 1e9)
        clock.publish(message)

    def status() -> int:
        asked = {"call_json": SEAT % ("s", 100), "provenance": DRIVER}
        return int(probe.ask(srv.ExplainToolCall, "/sim/intent_bridge/explain", **asked).outcome.status)

    def known() -> bool:
        tick(0.02)
        return status() != Outcome.DENIED

    until(lambda: clock.get_subscription_count() >= 2, "both clocks")
    until(known, "a state in simulated time")
    time.sleep(0.5)  # longer than any max_age: but simulated time stands still
    assert status() != Outcome.DENIED
    (said,) = probe.set("/sim/sim_ecus", mute=[""])
    assert said.successful
    tick(-500.0)
    until(lambda: status() == Outcome.DENIED, "a state that is forgotten")
    until(known, "a state of the second run")
