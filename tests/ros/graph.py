"""A probe node, processes, and patience: what a test needs to meet the nodes as a stranger would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import rclpy
from intent_bridge_msgs.action import HandleToolCall
from intent_bridge_msgs.msg import Outcome, Provenance
from intent_bridge_msgs.srv import ExplainToolCall
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import SetParameters
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

PATIENCE_S = float(os.environ.get("PATIENCE_S", "90"))
"""How long a test waits for what must come; it goes on as soon as it has come."""
AGAIN_S = 5.0
"""After this time a question without side effects is asked again."""
DRIVER = Provenance(
    speaker=Provenance.SPEAKER_DRIVER, zone=Provenance.ZONE_DRIVER, channel=Provenance.CHANNEL_VOICE
)


def isolate(logs: Path) -> dict[str, str]:
    """Environment of a graph that nobody else is in."""
    return {
        "ROS_DOMAIN_ID": str(1 + os.getpid() % 99),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "ROS_LOG_DIR": str(logs),
        "ROS_PYTHON_CHECK_FIELDS": "1",
    }


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Wait until a condition holds, and return what it says; AssertionError names what did not come."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.01)
    return found


class Process:
    """One module of ours in a process, its output in a file."""

    def __init__(
        self,
        module: str,
        log: Path,
        *,
        namespace: str,
        parameters: Mapping[str, object],
        params_file: Path | None = None,
        remap: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.log = log
        given = [f"-p{key.replace('__', '.')}:={_yaml(value)}" for key, value in parameters.items()]
        split = [part for text in given for part in ("-p", text[2:])]
        space = ["-r", f"__ns:={namespace}"] if namespace else []
        space += [part for pair in (remap or {}).items() for part in ("-r", ":=".join(pair))]
        space += ["--params-file", str(params_file)] if params_file else []
        command = [sys.executable, "-m", *module.split(), *arguments, "--ros-args", *space, *split]
        with log.open("w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

    def says(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """Its exit code, when it has ended."""
        return self.process.wait(PATIENCE_S)

    def end(self) -> int:
        """Ask it to end, and see that it does."""
        if self.process.poll() is None:
            self.signal(signal.SIGINT)
            try:
                return self.wait()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return self.process.returncode


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


class Probe:
    """A node with a thread that spins it in finite waits, joined at the end."""

    def __init__(self) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = Node("probe", context=self.context)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self._closing = False
        self._clients: dict[tuple[str, str], Any] = {}
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self) -> None:
        while not self._closing:
            self._executor.spin_once(timeout_sec=0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._thread.join()
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def done(self, future: Any, what: str) -> Any:
        """The result of a future."""
        until(future.done, what)
        return future.result()

    def asked(self, ask: Callable[[], Any], what: str) -> Any:
        """The answer to what an action client asks, asked in the thread that spins.

        rclpy's action client notes what it asked after it has sent it (in Jazzy always, in Kilted goals).
        Of an answer that another thread takes in between nobody ever hears.
        """
        return self.done(self.done(self._executor.create_task(ask), f"the moment to ask for {what}"), what)

    def call(self, kind: Any, name: str, **fields: Any) -> Any:
        """Call a service once and return its answer."""
        return self.done(self._client(kind, name).call_async(kind.Request(**fields)), f"answer of {name}")

    def ask(self, kind: Any, name: str, **fields: Any) -> Any:
        """Call a service that may be called twice, again where no answer comes.

        A server that was just found may answer before it has found its client, and one that was killed is
        believed to be there for a while.
        """
        client, asked, asked_s = self._client(kind, name), [], -AGAIN_S

        def answered() -> Any:
            nonlocal asked_s
            if time.monotonic() - asked_s > AGAIN_S:
                asked.append(client.call_async(kind.Request(**fields)))
                asked_s = time.monotonic()
            return next((future for future in asked if future.done()), None)

        return until(answered, f"answer of {name}").result()

    def _client(self, kind: Any, name: str) -> Any:
        key = kind.__name__, name
        if key not in self._clients:
            self._clients[key] = self.node.create_client(kind, name)
        until(self._clients[key].service_is_ready, f"service {name}")
        return self._clients[key]

    def hear(self, kind: Any, topic: str, qos: Any = 500, **more: Any) -> list[Any]:
        """A list that fills with what comes on a topic."""
        heard: list[Any] = []
        self.node.create_subscription(kind, topic, heard.append, qos, **more)
        return heard

    def state(self, node: str) -> str:
        """The lifecycle state of a node."""
        return str(self.ask(GetState, f"{node}/get_state").current_state.label)

    def change(self, node: str, transition: int) -> bool:
        """Ask a node for a transition."""
        return bool(
            self.call(ChangeState, f"{node}/change_state", transition=Transition(id=transition)).success
        )

    def set(self, node: str, **parameters: Any) -> list[Any]:
        """Set parameters of a node, which may be done twice; what it says to each."""
        given = [Parameter(key, value=value).to_parameter_msg() for key, value in parameters.items()]
        return list(self.ask(SetParameters, f"{node}/set_parameters", parameters=given).results)


@dataclass
class Goal:
    """One goal under way: its feedback so far, its handle."""

    probe: Probe
    handle: Any
    feedback: list[Any]

    def result(self) -> Any:
        """Status and result, when they have come."""
        return self.probe.asked(self.handle.get_result_async, "result of the goal")

    def cancel(self) -> Any:
        """What the node says to a cancel request."""
        return self.probe.asked(self.handle.cancel_goal_async, "answer to the cancel request")


class Car:
    """An active bridge and the simulated ECUs it talks to."""

    def __init__(self, probe: Probe, namespace: str, bridge: Process, ecus: Process | None) -> None:
        self.probe, self.namespace, self.bridge, self.ecus = probe, namespace, bridge, ecus
        self.name, self._tries = f"{namespace}/intent_bridge", 0
        self.action = ActionClient(probe.node, HandleToolCall, f"{self.name}/handle_tool_call")

    def goal(self, call: str, who: Provenance = DRIVER, **fields: Any) -> Goal:
        """Send a goal; `handle` is None where it was rejected."""
        until(self.action.server_is_ready, "the action server")
        feedback: list[Any] = []
        goal = HandleToolCall.Goal(call_json=call, provenance=who, **fields)
        send = partial(self.action.send_goal_async, goal, lambda message: feedback.append(message.feedback))
        return Goal(self.probe, self.probe.asked(send, "answer to the goal"), feedback)

    def do(self, call: str, who: Provenance = DRIVER, **fields: Any) -> Any:
        """Send a goal and return its result's outcome."""
        return self.goal(call, who, **fields).result().result.outcome

    def world(self, **state: object) -> None:
        """Make something true in the simulated vehicle (dots as double underscores)."""
        texts = [f"{path.replace('__', '.')}={value}" for path, value in state.items()]
        (said,) = self.probe.set(f"{self.namespace}/sim_ecus", state=texts)
        assert said.successful, said.reason

    def knows(self) -> bool:
        """Whether a call is allowed that needs the state to have come in, at a standstill."""
        call = '{"name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": 100}}'
        return bool(self.explain(call).status != Outcome.DENIED)

    def acts(self) -> bool:
        """Whether a command reaches the ECUs: discovery takes its time."""
        self._tries += 1
        call = f'{{"id": "try{self._tries}", "name": "set_ambient_light", "arguments": {{"on": true}}}}'
        return self.do(call).status in (Outcome.DONE, Outcome.NO_EFFECT)

    def explain(self, call: str, who: Provenance = DRIVER) -> Any:
        return self.probe.ask(ExplainToolCall, f"{self.name}/explain", call_json=call, provenance=who).outcome

    def end(self) -> None:
        """End both processes; both must leave with 0."""
        codes = [process.end() for process in (self.bridge, self.ecus) if process is not None]
        assert codes == [0] * len(codes), f"exit codes {codes}"


def car(probe: Probe, namespace: str, folder: Path, parameters: Mapping[str, object]) -> Car:
    """Start sim_ecus and a bridge in a namespace, and wait until the bridge knows its vehicle."""
    signals = parameters.get("input") == "signals"
    ecus = Process(
        "intent_bridge_ros.sim_ecus",
        folder / "ecus.log",
        namespace=namespace,
        parameters={"vehicle": parameters["vehicle"], "way": "signals" if signals else "frames"},
    )
    bridge = Process(
        "intent_bridge_ros.node",
        folder / "bridge.log",
        namespace=namespace,
        parameters={"autostart": True, **parameters},
    )
    made = Car(probe, namespace, bridge, ecus)
    try:
        until(lambda: probe.state(made.name) == "active", "the active state")
        until(made.knows, "the vehicle's state")
        until(made.acts, "a confirmation of the first command")
    except BaseException:
        print(bridge.says(), ecus.says())
        made.end()
        raise
    return made
