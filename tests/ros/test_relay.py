"""The gate for other stacks, in front of a publisher that was not changed for it."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from intent_bridge_msgs.msg import Verdict
from intent_bridge_ros.relay import RelaySession
from lifecycle_msgs.msg import Transition
from std_msgs.msg import Int32

from intent_bridge.bridge.simulated_transport import SimulatedTransport
from intent_bridge.bridge.stepped import SteppedBridge
from intent_bridge.profile import load_profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.types import Provenance, Speaker
from tests.ros.graph import Probe, Process, until

RELAY = "/robot/guard_relay"
SEAT = "/robot/seat_cmd"
FAN = "/robot/fan_cmd"
MAP = """\
relay: 1
commands:
- topic: seat_cmd
  type: std_msgs/msg/Int32
  tool: set_seat_position
  arguments: {zone: driver, millimetres: $data}
- topic: fan_cmd
  type: std_msgs/msg/Int32
  tool: set_fan_speed
  arguments: {zone: driver, level: $data}
  values: {data: {path: Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed, times: 0.1}}
- topic: blind_cmd  # its field is not where the clamped value belongs
  type: std_msgs/msg/Int32
  tool: set_fan_speed
  arguments: {zone: driver, level: $data}
"""

Start = Callable[..., Process]


@contextmanager
def stranger(topic: str, value: int) -> Iterator[None]:
    script = Path(__file__).with_name("stranger.py")
    process = subprocess.Popen([sys.executable, str(script), topic, str(value)])
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def relay(probe: Probe, start: Start, patient: Path, tmp_path: Path) -> Process:
    mapped = tmp_path / "map.yaml"
    mapped.write_text(MAP, encoding="utf-8")
    start("intent_bridge_ros.sim_ecus", namespace="/robot", vehicle=str(patient))
    given = {"vehicle": str(patient), "map": str(mapped), "speaker": "driver", "untrusted_text": False}
    return start("intent_bridge_ros.relay", namespace="/robot", autostart=True, **given)


def world(probe: Probe, text: str) -> None:
    (said,) = probe.set("/robot/sim_ecus", state=[text])
    assert said.successful, said.reason


def test_an_unmodified_publisher_gains_the_gate(probe: Probe, relay: Process) -> None:
    passed = probe.hear(Int32, "/robot/guarded/seat_cmd")
    verdicts = probe.hear(Verdict, f"{RELAY}/verdict")
    with stranger(SEAT, 120):
        until(lambda: passed, "a command that passes at standstill")
        world(probe, "Vehicle.Speed=50")
        until(lambda: verdicts[-1].decision == Verdict.DENY, "a denial")
        until(lambda: len([v for v in verdicts if v.decision == Verdict.DENY]) > 10, "more denials")
        count, seen = len(passed), len(verdicts)
        until(lambda: len(verdicts) > seen + 10, "ten more commands")
        assert len(passed) <= count + 1, "one may have been under way"
        world(probe, "Vehicle.Speed=0")
        until(lambda: len(passed) > count + 5, "commands that pass again")
    assert {m.data for m in passed} == {120}
    assert any(v.rules for v in verdicts if v.decision == Verdict.DENY)
    numbers = [v.sequence for v in verdicts]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    until(lambda: probe.state(RELAY) == "active", "the node's state")
    assert probe.change(RELAY, Transition.TRANSITION_DEACTIVATE)
    count = len(passed)
    with stranger(SEAT, 120):
        health = probe.hear(DiagnosticArray, "/diagnostics")
        until(lambda: _counted(health, "inactive") > 5, "commands that end at an inactive gate")
    assert len(passed) == count


def test_a_clamped_command_passes_with_the_value_that_is_allowed(probe: Probe, relay: Process) -> None:
    passed = probe.hear(Int32, "/robot/guarded/fan_cmd")
    blind = probe.hear(Int32, "/robot/guarded/blind_cmd")
    health = probe.hear(DiagnosticArray, "/diagnostics")
    with stranger(FAN, 8):
        until(lambda: passed and passed[-1].data == 8, "an unclamped command")
        world(probe, "Vehicle.Cabin.HVAC.BlowerCapability=50")
        until(lambda: passed[-1].data == 5, "a clamped one")
    with stranger("/robot/blind_cmd", 8):
        until(lambda: _counted(health, "denied") > 5, "clamped commands that cannot be written back")
    assert blind == []


def test_a_command_that_means_no_call_ends_here(probe: Probe, relay: Process) -> None:
    passed = probe.hear(Int32, "/robot/guarded/fan_cmd")
    health = probe.hear(DiagnosticArray, "/diagnostics")
    with stranger(FAN, 99):
        until(lambda: _counted(health, "unfit") > 5, "commands that are dropped")
    assert passed == []


def test_everything_wrong_in_a_map_is_said_and_nothing_is_relayed(
    probe: Probe, start: Start, tmp_path: Path
) -> None:
    mapped = tmp_path / "map.yaml"
    mapped.write_text(
        """\
relay: 1
commands:
- {topic: a, type: std_msgs/msg/Nothing, tool: set_fan_speed}
- {topic: b, type: std_msgs/msg/Int32, tool: set_fan_speed, arguments: {level: $speed}}
- {topic: c, type: can_msgs/msg/Frame, tool: set_fan_speed, arguments: {level: $dlc}, ignored: [data]}
""",
        encoding="utf-8",
    )
    node = start("intent_bridge_ros.relay", namespace="/robot", map=str(mapped))
    assert probe.state(RELAY) == "unconfigured"
    assert not probe.change(RELAY, Transition.TRANSITION_CONFIGURE)
    for what in ("std_msgs/msg/Nothing", "no field `speed`", "`id` is not spoken for", "max_age_ms"):
        until(lambda what=what: what in node.says(), what)
    assert node.end() == 0


def test_a_command_is_judged_by_what_has_come_in_until_it_came(patient: Path) -> None:
    """The engine's step may be a tenth of a second away; the car drives off meanwhile."""
    profile = load_profile(patient)
    transport = Buses(profile, SimulatedVehicle(profile))
    with SteppedBridge(profile, transport, listen_only=True) as bridge:
        relay = RelaySession.__new__(RelaySession)  # the gate alone, without a graph
        relay.bridge, relay.counts, relay._open_gate = bridge, Counter(), True
        relay._who = Provenance(Speaker.DRIVER)
        relay._tell = relay._drop = lambda *_: None
        relay._passed = lambda one, outcome, message: passed.append(outcome.verdict.permit is not None)
        seat = SimpleNamespace(
            topic=SEAT,
            tool="set_seat_position",
            max_age_ms=None,
            read=lambda message: {"zone": "driver", "millimetres": message.data},
        )
        passed: list[bool] = []
        transport.advance(400)
        bridge.step()
        relay._heard(seat, None, Int32(data=120))
        bridge.engine.screen.forget(["Vehicle.Speed"])  # a jump is not what this is about
        transport.vehicle.set_state("Vehicle.Speed", 50)
        transport.advance(50)
        relay._heard(seat, None, Int32(data=120))
    assert passed == [True, False]


class Buses(SimulatedTransport):
    """Simulated buses on a clock that the test turns."""

    def advance(self, duration_ms: int) -> None:
        self._now_ms += duration_ms


def _counted(heard: list[DiagnosticArray], key: str) -> int:
    for message in reversed(heard):
        for status in message.status:
            if status.name == "robot/guard_relay: queue":
                return int(next(pair.value for pair in status.values if pair.key == key))
    return 0
