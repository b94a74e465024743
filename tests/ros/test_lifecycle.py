"""The life of the bridge node, seen from another process: transitions, failures, signals, death, rebirth."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from can_msgs.msg import Frame
from intent_bridge_msgs.msg import Outcome
from intent_bridge_msgs.srv import ListTools
from lifecycle_msgs.msg import Transition
from std_msgs.msg import Int32
from std_srvs.srv import Trigger

from tests.ros.graph import Car, Probe, Process, until

NODE = "/alone/intent_bridge"
SEAT = '{"id": "%s", "name": "set_seat_position", "arguments": {"zone": "passenger", "millimetres": %s}}'
WARM = '{"id": "%s", "name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": %s}}'
LISTEN_ONLY = (Outcome.NOT_DELIVERED, "listen_only")

Start = Callable[..., Process]


def test_transitions_lead_through_the_states_and_an_illegal_one_is_refused(
    probe: Probe, start: Start
) -> None:
    node = start("intent_bridge_ros.node", namespace="/alone")
    assert probe.state(NODE) == "unconfigured"
    for illegal in (Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_DEACTIVATE, 250):
        assert not probe.change(NODE, illegal)
        assert probe.state(NODE) == "unconfigured"
    for transition, state in (
        (Transition.TRANSITION_CONFIGURE, "inactive"),
        (Transition.TRANSITION_ACTIVATE, "active"),
        (Transition.TRANSITION_DEACTIVATE, "inactive"),
        (Transition.TRANSITION_CLEANUP, "unconfigured"),
        (Transition.TRANSITION_CONFIGURE, "inactive"),
        (Transition.TRANSITION_INACTIVE_SHUTDOWN, "finalized"),
    ):
        assert probe.change(NODE, transition), transition
        assert probe.state(NODE) == state
    assert node.end() == 0


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"vehicle": "no_such_car"}, "no_such_car"),
        ({"audit_path": "/nowhere/audit.jsonl"}, "/nowhere/audit.jsonl"),
        ({"output": "can"}, "bus.body.can"),
        ({"bus__body__input": "can", "bus__body__can": "nonsense"}, "nonsense"),
        ({"require_certificate": True}, "policy prove"),
    ],
)
def test_what_cannot_be_configured_is_said_and_leaves_the_node_unconfigured(
    probe: Probe,
    start: Start,
    parameters: dict[str, object],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("INTENT_BRIDGE_CACHE", str(tmp_path))
    node = start("intent_bridge_ros.node", namespace="/alone", **parameters)
    assert probe.state(NODE) == "unconfigured"
    assert not probe.change(NODE, Transition.TRANSITION_CONFIGURE)
    assert probe.state(NODE) == "unconfigured"
    until(lambda: says in node.says(), says)
    assert node.end() == 0


def test_inactive_listens_and_judges_and_sends_nothing(new_car: Callable[..., Car]) -> None:
    car = new_car()
    sent = car.probe.hear(Frame, f"{car.namespace}/comfort/to_can_bus")
    assert car.probe.change(car.name, Transition.TRANSITION_DEACTIVATE)
    outcome = car.do(WARM % ("w1", 25))
    assert (outcome.status, outcome.code) == LISTEN_ONLY
    assert sent == []
    assert car.probe.change(car.name, Transition.TRANSITION_ACTIVATE)
    assert car.do(WARM % ("w2", 25)).status == Outcome.DONE


def test_deactivating_stops_what_moves_and_then_nothing_leaves(new_car: Callable[..., Car]) -> None:
    car = new_car()
    car.do(SEAT % ("s0", 0))
    sent = car.probe.hear(Frame, f"{car.namespace}/comfort/to_can_bus")
    goal = car.goal(SEAT % ("s1", 240))
    until(lambda: len(sent) > 3, "a motion")
    assert car.probe.change(car.name, Transition.TRANSITION_DEACTIVATE)
    found = goal.result().result.outcome
    assert (found.status, found.code) == (Outcome.NOT_DELIVERED, "deactivated")
    car.do(WARM % ("s2", 17))  # the node has had time to say more
    count = len(sent)
    for n in range(5):
        assert car.do(WARM % (f"s{n + 3}", 17 + n % 2)).code == "listen_only"
    assert len(sent) == count


@pytest.mark.parametrize("where", ["timer", "subscription", "service"])
def test_an_error_of_ours_leads_through_error_processing_and_the_node_can_begin_anew(
    probe: Probe, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    fault = tmp_path / "fault"
    monkeypatch.setenv("FAULT", str(fault))
    node = start("tests.ros.broken_node", namespace="/alone", autostart=True)
    until(lambda: probe.state(NODE) == "active", "the active state")
    publisher = probe.node.create_publisher(Int32, f"{NODE}/fault", 10)
    service = probe.node.create_client(Trigger, f"{NODE}/fault")
    until(lambda: publisher.get_subscription_count() and service.service_is_ready(), "the planted faults")
    fail = {
        "timer": fault.touch,
        "subscription": lambda: publisher.publish(Int32()),
        "service": lambda: service.call_async(Trigger.Request()),
    }
    fail[where]()
    until(lambda: probe.state(NODE) == "unconfigured", "error processing")
    assert "planted" in node.says()
    assert probe.change(NODE, Transition.TRANSITION_CONFIGURE)
    assert probe.change(NODE, Transition.TRANSITION_ACTIVATE)
    assert probe.state(NODE) == "active"
    assert probe.ask(ListTools, f"{NODE}/list_tools").success, "every service answers again"
    assert node.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["node", "sim_ecus"])
def test_signals_also_repeated_ones_end_a_node_with_exit_code_0(
    probe: Probe, start: Start, module: str, number: int
) -> None:
    node = start(
        f"intent_bridge_ros.{module}", namespace="/alone", **{"autostart": True} if module == "node" else {}
    )
    name = "intent_bridge" if module == "node" else module
    until(lambda: (name, "/alone") in probe.node.get_node_names_and_namespaces(), "the node")
    if module == "node":
        until(lambda: probe.state(NODE) == "active", "the active state")
    for _ in range(3):
        node.signal(number)
    assert node.wait() == 0, node.says()


def test_a_killed_node_comes_back_and_no_call_acts_twice(
    new_car: Callable[..., Car], start: Start, tmp_path: Path, patient: Path
) -> None:
    given = {"audit_path": str(tmp_path / "audit.jsonl"), "session": "drive", "audit_fsync": "each"}
    car = new_car(**given)
    assert car.do(WARM % ("k1", 25)).status == Outcome.DONE
    car.bridge.signal(signal.SIGKILL)
    assert car.bridge.wait() == -signal.SIGKILL
    again = {"vehicle": str(patient), "autostart": True, **given}
    car.bridge = start("intent_bridge_ros.node", namespace=car.namespace, **again)
    until(lambda: "actuators" in car.bridge.says(), "the second life")
    until(car.knows, "the vehicle's state")
    sent = car.probe.hear(Frame, f"{car.namespace}/comfort/to_can_bus")
    outcome = car.do(WARM % ("k1", 28))
    assert (outcome.status, outcome.call_id) == (Outcome.DONE, "k1")
    assert sent == []
    until(car.acts, "a command of the second life")
