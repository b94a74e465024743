"""Load on a bridge for SOAK_S seconds (a minute; ten in `make soak-ros`): nothing grows or is lost."""

import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from intent_bridge_msgs.msg import Outcome, Verdict
from intent_bridge_msgs.srv import ListTools

from tests.ros.graph import Car, until

SOAK_S = float(os.environ.get("SOAK_S", "60"))
GROWTH_MAX_KB = 24 * 1024
"""Between the middle and the end: less than what 60 seconds of a leak of one outcome per call would make."""
CALLS = (
    '{"id": "%d", "name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": %d}}',
    '{"id": "%d", "name": "set_seat_position", "arguments": {"zone": "passenger", "millimetres": %d}}',
    '{"id": "%d", "name": "set_fan_speed", "arguments": {"level": 99, "no": %d}}',
    '{"id": "%d", "name": "fly", "arguments": {"to": %d}}',
)


def held(pid: int) -> tuple[int, int, int]:
    """Memory [kB], threads and open files of a process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]), int(status["Threads"]), len(os.listdir(f"/proc/{pid}/fd"))


def test_under_load_nothing_grows_and_nothing_is_lost(new_car: Callable[..., Car]) -> None:
    car = new_car()
    pid = car.bridge.process.pid
    verdicts = car.probe.hear(Verdict, f"{car.name}/verdict", 1000)
    until(lambda: car.probe.node.count_publishers(f"{car.name}/verdict"), "the verdict topic")
    end, middle, number = time.monotonic() + SOAK_S, None, 0
    seen: list[int] = []
    while time.monotonic() < end:
        for text in CALLS:
            number += 1
            outcome = car.do(text % (number, 18 + number % 10), until=1)
            assert outcome.status not in (Outcome.ERROR, Outcome.UNKNOWN), outcome
        car.explain(CALLS[0] % (number, 20))
        if number % 100 == 0:
            car.probe.ask(ListTools, f"{car.name}/list_tools", dialect="openai")
        seen += [m.sequence for m in verdicts]
        verdicts.clear()
        if middle is None and time.monotonic() > end - SOAK_S / 2:
            middle = held(pid)
    assert middle is not None
    memory_kb, threads, files = held(pid)
    print(f"{number} calls; memory {middle[0]} kB then {memory_kb} kB, {threads} threads, {files} files")
    assert (threads, files) == middle[1:]
    assert memory_kb - middle[0] < GROWTH_MAX_KB
    assert all(b == a + 1 for a, b in pairwise(seen)), "a verdict was lost"
    assert car.probe.state(car.name) == "active"
