"""Buses reached another way than by frame topics, and rules that were proved before, from other processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from intent_bridge_msgs import srv
from intent_bridge_msgs.msg import Outcome
from lifecycle_msgs.msg import Transition

from intent_bridge.guard import Guard
from intent_bridge.guard.proof.certificate import Certificate, key_of
from intent_bridge.guard.reload import first_guard
from intent_bridge.profile import load_profile
from tests.ros.graph import Car, Probe, Process, until

WARM = '{"id": "%s", "name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": %s}}'
WINDOW = '{"id": "%s", "name": "set_window", "arguments": {"zone": "driver", "percent": %s}}'

Start = Callable[..., Process]


@pytest.fixture
def can_ecus(patient: Path) -> Iterator[dict[str, str]]:
    """Simulated ECUs on three multicast buses of python-can; the place of each bus."""
    pytest.importorskip("msgpack", reason="python-can's udp_multicast needs msgpack")
    port = 40000 + os.getpid() % 20000
    names = ("body", "comfort", "adas")
    places = {name: f"udp_multicast:239.74.163.2,port={port + n}" for n, name in enumerate(names)}
    buses = [word for name, place in places.items() for word in ("--bus", f"{name}={place}")]
    command = [sys.executable, "-m", "intent_bridge", "sim", str(patient), *buses]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and "simulating" in process.stdout.readline()
        yield places
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def active(probe: Probe, space: str, node: Process, ecus: Process | None = None) -> Car:
    car = Car(probe, space, node, ecus)
    until(lambda: probe.state(car.name) == "active", "the active state")
    until(car.knows, "the vehicle's state")
    return car


def test_buses_of_python_can_carry_state_and_commands_without_a_topic(
    probe: Probe, start: Start, patient: Path, can_ecus: dict[str, str]
) -> None:
    places = {f"bus__{name}__can": place for name, place in can_ecus.items()}
    given = {"vehicle": str(patient), "input": "can", "output": "can", **places}
    node = start("intent_bridge_ros.node", namespace="/wired", autostart=True, **given)
    car = active(probe, "/wired", node)
    assert car.do(WARM % ("c1", 23)).status == Outcome.DONE
    topics = dict(probe.node.get_publisher_names_and_types_by_node("intent_bridge", "/wired"))
    assert not [name for name in topics if "can_bus" in name]


def test_each_bus_may_be_reached_its_own_way(
    probe: Probe, start: Start, patient: Path, can_ecus: dict[str, str]
) -> None:
    wired = {"bus__body__input": "can", "bus__body__output": "can", "bus__body__can": can_ecus["body"]}
    ecus = start("intent_bridge_ros.sim_ecus", namespace="/mixed", vehicle=str(patient))
    given = {"vehicle": str(patient), "autostart": True, **wired}
    car = active(probe, "/mixed", start("intent_bridge_ros.node", namespace="/mixed", **given), ecus)
    until(car.acts, "a command by a topic")
    assert car.do(WINDOW % ("b1", 50)).status in (Outcome.DONE, Outcome.SENT), "a command by python-can"
    topics = dict(probe.node.get_publisher_names_and_types_by_node("intent_bridge", "/mixed"))
    carried = {name.split("/")[2] for name in topics if "can_bus" in name}
    assert carried == {"comfort", "adas"}


def test_rules_proved_before_let_a_strict_node_configure_and_are_taken_at_a_reload(
    probe: Probe, start: Start, patient: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTENT_BRIDGE_CACHE", str(tmp_path))
    start("intent_bridge_ros.sim_ecus", namespace="/proved", vehicle=str(patient))
    given = {"vehicle": str(patient), "require_certificate": True}
    node = start("intent_bridge_ros.node", namespace="/proved", **given)
    name = "/proved/intent_bridge"
    assert not probe.change(name, Transition.TRANSITION_CONFIGURE), "nothing was proved"
    certificate = kept(tmp_path, load_profile(patient))
    assert probe.change(name, Transition.TRANSITION_CONFIGURE)
    assert probe.change(name, Transition.TRANSITION_ACTIVATE)
    until(active(probe, "/proved", node).acts, "a command")
    status = probe.call(srv.PolicyStatus, f"{name}/policy_status")
    assert (status.proved, status.certificate) == (True, certificate.key)
    done = probe.call(srv.ReloadPolicy, f"{name}/reload_policy")
    assert (done.success, done.policy) == (True, status.policy), done.message
    (tmp_path / "proofs" / f"{certificate.key}.json").unlink()
    refused = probe.call(srv.ReloadPolicy, f"{name}/reload_policy")
    assert (refused.success, refused.step) == (False, "proof") and "policy reload" in refused.message


def kept(cache: Path, profile: object) -> Certificate:
    """The receipt of a proof that nobody has made: only its form and its name matter here."""
    guard: Guard = first_guard(profile)
    made = Certificate(key_of(profile, guard.rules), guard.rules.digest, "none", {}, 0)
    file = cache / "proofs" / f"{made.key}.json"
    file.parent.mkdir()
    file.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made
