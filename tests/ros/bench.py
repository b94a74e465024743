"""`make bench-ros`: what the engine adds to bare rclpy, between the same two processes, block by block.

Every ratio is the median over blocks of (ours / bare) of that block; each block takes both in turn.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from intent_bridge_msgs.action import HandleToolCall
from intent_bridge_msgs.msg import Outcome
from intent_bridge_msgs.srv import ExplainToolCall
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import Int32

from intent_bridge.profile import data_dir
from tests.bench.figures import merge
from tests.ros.graph import DRIVER, PATIENCE_S, Process, isolate

BLOCKS, CALLS, WINDOW = 24, 60, 8
ZONES = ("driver", "passenger", "rear_left", "rear_right")
VALUES = [half / 2 for half in range(32, 57) if half != 42]  # the simulated cabin begins at 21 °C
BUDGET = re.compile(r"changes: \d+")
RATE = re.compile(r"frames_per_s: \d+, burst: \d+")
LIMITS = re.compile(r"\b(max_age_ms|confirm_within_ms|lifetime_ms): (\d+)")
MAP = """\
relay: 1
commands:
- topic: level
  type: std_msgs/msg/Int32
  tool: set_fan_speed
  arguments: {zone: driver, level: $data}
"""


class Client:
    """One node whose executor is spun by whoever waits: no thread stands between a call and its answer."""

    def __init__(self) -> None:
        rclpy.init()
        self.node = Node("bench")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)

    def until(self, done: Callable[[], Any], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not done():
            if time.monotonic() > end:
                raise SystemExit(f"error: {what} did not come")
            self.executor.spin_once(timeout_sec=0.1)

    def wait(self, future: Any, what: str) -> Any:
        self.until(future.done, what)
        return future.result()

    def service(self, kind: Any, name: str) -> Any:
        client = self.node.create_client(kind, name)
        self.until(client.service_is_ready, name)
        return client

    def change(self, node: str, transition: int) -> None:
        client = self.service(ChangeState, f"{node}/change_state")
        said = self.wait(client.call_async(ChangeState.Request(transition=Transition(id=transition))), node)
        if not said.success:
            raise SystemExit(f"error: {node} refused transition {transition}")


def timed_ns(
    client: Client, ask: Callable[[int], Any], check: Callable[[Any], None], first: int
) -> list[int]:
    """Nanoseconds of CALLS questions, each asked when the one before is answered."""
    times = []
    for number in range(first, first + CALLS):
        start = time.perf_counter_ns()
        answer = client.wait(ask(number), "an answer")
        times.append(time.perf_counter_ns() - start)
        check(answer)
    return times


def percentile(times: list[int], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def compare(client: Client, ours: Any, bare: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Ratios at p50 and p99, and our own and the bare milliseconds."""
    blocks = []
    for number in range(BLOCKS + 1):
        pairs = [("ours", ours), ("bare", bare)]
        taken = {}
        for name, (ask, check) in pairs if number % 2 else reversed(pairs):
            taken[name] = timed_ns(client, ask, check, number * CALLS)
        if number:  # the first block only warms up
            blocks.append(taken)
    ratios, shown = {}, {}
    for label, share in (("p50", 0.5), ("p99", 0.99)):
        each = [percentile(b["ours"], share) / percentile(b["bare"], share) for b in blocks]
        ratios[label] = round(statistics.median(each), 2)
        for name in ("ours", "bare"):
            ms = statistics.median(percentile(b[name], share) for b in blocks) / 1e6
            shown[f"{name}_{label}_ms"] = round(ms, 3)
    return ratios, shown


def goals(client: Client, name: str, *, judged: bool) -> tuple[Any, Any]:
    """Ask and check for an action: a goal and its result."""
    action = ActionClient(client.node, HandleToolCall, name)
    client.until(action.server_is_ready, name)

    class Result:
        """From send_goal to the result, as one future."""

        def __init__(self, goal: HandleToolCall.Goal) -> None:
            self._sent, self._result = action.send_goal_async(goal), None

        def done(self) -> bool:
            if self._result is None and self._sent.done():
                self._result = self._sent.result().get_result_async()
            return self._result is not None and self._result.done()

        def result(self) -> Any:
            assert self._result is not None
            return self._result.result().result

    def ask(number: int) -> Result:
        text = temperature(f"{name}{number}", number)
        until = HandleToolCall.Goal.UNTIL_SENT
        return Result(HandleToolCall.Goal(call_json=text, provenance=DRIVER, until=until))

    def check(found: HandleToolCall.Result) -> None:
        if judged and (found.outcome.status != Outcome.SENT or not found.outcome.emitted):
            raise SystemExit(f"error: a call was not sent: {found.outcome}")

    return ask, check


def questions(client: Client, name: str, *, judged: bool) -> tuple[Any, Any]:
    """Ask and check for a service that judges and sends nothing."""
    service = client.service(ExplainToolCall, name)

    def ask(number: int) -> Any:
        request = ExplainToolCall.Request(call_json=temperature(f"e{number}", number), provenance=DRIVER)
        return service.call_async(request)

    def check(found: ExplainToolCall.Response) -> None:
        if judged and not found.frames:
            raise SystemExit(f"error: a call was not judged allowed: {found.outcome}")

    return ask, check


def temperature(call_id: str, number: int) -> str:
    """A call for another value than so many before it, that no late report makes one that is so already."""
    zone, celsius = ZONES[number // len(VALUES) % len(ZONES)], VALUES[number % len(VALUES)]
    arguments = f'{{"zone": "{zone}", "celsius": {celsius}}}'
    return f'{{"id": "{call_id}", "name": "set_cabin_temperature", "arguments": {arguments}}}'


def passed_per_s(client: Client, inward: str, outward: str) -> Callable[[], float]:
    """Messages per second that come back, WINDOW of them under way."""
    back: list[Any] = []
    publisher = client.node.create_publisher(Int32, inward, 100)
    client.node.create_subscription(Int32, outward, back.append, 100)
    client.until(lambda: publisher.get_subscription_count() and client.node.count_publishers(outward), inward)
    while not back:  # a gate lets nothing pass before it knows the vehicle's state
        publisher.publish(Int32(data=1))
        client.executor.spin_once(timeout_sec=0.2)
    for _ in range(20):
        client.executor.spin_once(timeout_sec=0.1)

    def block() -> float:
        back.clear()
        sent, total = 0, CALLS * 10
        start = time.perf_counter()
        while len(back) < total:
            while sent < total and sent - len(back) < WINDOW:
                publisher.publish(Int32(data=sent // 100 % 10))
                sent += 1
            before = len(back)
            client.executor.spin_once(timeout_sec=1.0)
            if len(back) == before and time.perf_counter() - start > PATIENCE_S:
                raise SystemExit(f"error: {outward}: {len(back)} of {sent} came back")
        return total / (time.perf_counter() - start)

    return block


def measure_rate(client: Client, ours: Callable[[], float], bare: Callable[[], float]) -> tuple[float, Any]:
    ours(), bare()
    pairs = [(ours(), bare()) for _ in range(BLOCKS)]
    shown = {
        f"{n}_per_s": round(statistics.median(p[i] for p in pairs)) for i, n in enumerate(("ours", "bare"))
    }
    return round(statistics.median(a / b for a, b in pairs), 2), shown


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def configure_s(client: Client, folder: Path) -> tuple[float, dict[str, float]]:
    """Seconds from the request to configure to the active state, in processes that were just started."""
    each, used = [], []
    for number in range(5):
        space = f"/fresh{number}"
        process = Process(
            "intent_bridge_ros.node", folder / f"fresh{number}.log", namespace=space, parameters={}
        )
        try:
            client.service(GetState, f"{space}/intent_bridge/get_state")
            change = client.service(ChangeState, f"{space}/intent_bridge/change_state")
            start, before = time.perf_counter(), cpu_s(process.process.pid)
            for number in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
                asked = change.call_async(ChangeState.Request(transition=Transition(id=number)))
                if not client.wait(asked, "a transition").success:
                    raise SystemExit(f"error: transition {number} was refused: {process.says()}")
            each.append(time.perf_counter() - start)
            used.append(cpu_s(process.process.pid) - before)
        finally:
            process.end()
    return round(statistics.median(each), 2), {"cpu_s": round(statistics.median(used), 2)}


def vehicle(folder: Path) -> Path:
    """demo_sedan with budgets and rates that a bench does not use up, and ten times its limits."""
    copy = folder / "demo_sedan"
    shutil.copytree(data_dir() / "demo_sedan", copy)
    profile = copy / "profile.yaml"
    text = BUDGET.sub("changes: 1000000", profile.read_text(encoding="utf-8"))
    text = RATE.sub("frames_per_s: 10000, burst: 1000", text)
    profile.write_text(LIMITS.sub(lambda found: f"{found[1]}: {found[2]}0", text), encoding="utf-8")
    return copy


def start(client: Client, process: Process, node: str) -> Process:
    """Configure and activate what was started."""
    try:
        for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            client.change(node, transition)
    except BaseException:
        process.end()
        raise
    return process


def measure_bridge(client: Client, folder: Path, car: str) -> None:
    """The action and the check service, beside bare ones in the same process."""
    buses = {f"bus__{name}__can": f"virtual:bench_{name}" for name in ("body", "comfort", "adas")}
    given: dict[str, object] = {"vehicle": car, "input": "can", "output": "can", **buses}
    log = folder / "bridge.log"
    process = Process("tests.ros.bench_nodes bridge", log, namespace="/b", parameters=given)
    start(client, process, "/b/intent_bridge")
    try:
        asked, said = questions(client, "/b/intent_bridge/explain", judged=True)
        client.until(lambda: client.wait(asked(1), "explain").frames, "the vehicle's state")
        bare = questions(client, "/b/bare/service", judged=False)
        told("ros_check_vs_bare_service", *compare(client, (asked, said), bare))
        ours = goals(client, "/b/intent_bridge/handle_tool_call", judged=True)
        told("ros_action_vs_bare", *compare(client, ours, goals(client, "/b/bare/action", judged=False)))
    finally:
        process.end()


def measure_relay(client: Client, folder: Path, car: str) -> None:
    """Commands that pass through the rules, beside messages that are passed on without a look."""
    with_map = folder / "map.yaml"
    with_map.write_text(MAP, encoding="utf-8")
    given = {"vehicle": car, "map": str(with_map), "speaker": "driver", "untrusted_text": False}
    ecus = Process(
        "intent_bridge_ros.sim_ecus", folder / "ecus.log", namespace="/r", parameters={"vehicle": car}
    )
    relay = Process("tests.ros.bench_nodes relay", folder / "relay.log", namespace="/r", parameters=given)
    try:
        start(client, relay, "/r/guard_relay")
        bare = passed_per_s(client, "/r/bare/in", "/r/bare/out")
        ours = passed_per_s(client, "/r/level", "/r/guarded/level")
        told("ros_topic_rate_ratio", *measure_rate(client, ours, bare))
    finally:
        relay.end()
        ecus.end()


def told(key: str, figure: Any, shown: Any = None) -> None:
    """Print one figure, and keep it."""
    more = "  " + ", ".join(f"{name} {value}" for name, value in shown.items()) if shown else ""
    print(f"{key:28} {figure}{more}", flush=True)
    merge({key: figure})


def main() -> None:
    """Print a table and put the figures into build/bench.json; arguments pick parts."""
    folder = Path(tempfile.mkdtemp())
    os.environ.update(isolate(folder / "log"))
    os.environ["ROS_PYTHON_CHECK_FIELDS"] = "0"  # as users run it
    wanted = sys.argv[1:] or ["configure", "bridge", "relay"]
    car = str(vehicle(folder))
    client = Client()
    try:
        if "configure" in wanted:
            told("ros_configure_s", *configure_s(client, folder))
        if "bridge" in wanted:
            measure_bridge(client, folder, car)
        if "relay" in wanted:
            measure_relay(client, folder, car)
    finally:
        client.executor.shutdown()
        client.node.destroy_node()
        rclpy.try_shutdown()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
