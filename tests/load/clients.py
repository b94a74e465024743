"""One noisy client among quiet ones, whatever the door: what they saw, and what the server held meanwhile."""

import math
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Call = Mapping[str, Any] | str
CALLS: tuple[Call, ...] = (
    {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 3}},
    {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 99}},
    {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 22}},
    {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 4}},
    {"name": "set_emergency_braking", "arguments": {"on": False}},
    {"name": "no_such_tool", "arguments": {}},
    "not a call at all",
)
"""Done, out of range, without effect, a question to a person, unknown, no call."""
QUIET, QUIET_PAUSE_S = 3, 0.2
SAMPLES = 40
"""How often the server is looked at."""

Ask = Callable[[Call], str]
"""One client: a call in, the status of its outcome out."""


@dataclass(frozen=True)
class Open:
    """A door that is open: its process, and a way to get one more client."""

    pid: int
    client: Callable[[int], AbstractContextManager[Ask]]
    beside: Callable[[], None] = lambda: None
    """Called between two looks at the server."""


class Times:
    """How long calls took, in bins a hundredth wide: as large after a million as before the first."""

    STEP = math.log(1.01)

    def __init__(self) -> None:
        self._bins = [0] * 2400

    def add(self, took_s: float) -> None:
        """One more, from a microsecond to some hours."""
        number = int(math.log(max(took_s, 1e-6) / 1e-6) / self.STEP)
        self._bins[min(number, len(self._bins) - 1)] += 1

    def __len__(self) -> int:
        return sum(self._bins)

    def __add__(self, other: "Times") -> "Times":
        both = Times()
        both._bins = [one + more for one, more in zip(self._bins, other._bins, strict=True)]
        return both

    def percentile_ms(self, share: float) -> float:
        """So long at most took this share of all, to a hundredth."""
        left = share * len(self)
        for number, count in enumerate(self._bins):
            left -= count
            if left <= 0:
                return math.exp((number + 1) * self.STEP) / 1000
        raise AssertionError("no calls")


@dataclass
class Held:
    """What a process holds."""

    memory_kb: int
    threads: int
    files: int


@dataclass
class Report:
    """What a load has shown."""

    seconds: float
    noisy: Times
    quiet: list[Times]
    statuses: Counter[str]
    held: list[Held] = field(default_factory=list)
    after: Held | None = None
    """When all clients had gone."""

    @property
    def growth_kb(self) -> float:
        """Of the second half of the run: median of its last quarter less that of its first."""
        half = [one.memory_kb for one in self.held[len(self.held) // 2 :]]
        quarter = max(1, len(half) // 4)
        return statistics.median(half[-quarter:]) - statistics.median(half[:quarter])

    @property
    def slope_kb_per_min(self) -> float:
        """By the median of all slopes between two looks of the second half (Theil and Sen)."""
        half = [one.memory_kb for one in self.held[len(self.held) // 2 :]]
        apart_min = self.seconds / 60 / len(self.held)
        return statistics.median(
            (later - sooner) / ((n + m + 1) * apart_min)
            for n, sooner in enumerate(half[:-1])
            for m, later in enumerate(half[n + 1 :])
        )

    @property
    def fairness(self) -> float:
        """Calls of the quiet client that got fewest, as a share of those of the one that got most."""
        counts = [len(one) for one in self.quiet]
        return min(counts) / max(counts)

    def figures(self) -> dict[str, float]:
        """The figures, to be kept."""
        quiet = sum(self.quiet, Times())
        assert self.after is not None
        return {
            "calls_per_s": round((len(self.noisy) + len(quiet)) / self.seconds, 1),
            **{f"noisy_{name}": ms for name, ms in _percentiles(self.noisy).items()},
            **{f"quiet_{name}": ms for name, ms in _percentiles(quiet).items()},
            "fairness": round(self.fairness, 2),
            "memory_mb": round(self.held[-1].memory_kb / 1024, 1),
            "memory_growth_kb": round(self.growth_kb),
            "memory_slope_kb_per_min": round(self.slope_kb_per_min, 1),
            "threads_left": self.after.threads - self.held[0].threads,
            "files_left": self.after.files - self.held[0].files,
        }


def _percentiles(times: Times) -> dict[str, float]:
    shares = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "p999_ms": 0.999}
    return {name: round(times.percentile_ms(share), 2) for name, share in shares.items()}


def held(pid: int) -> Held:
    """What the kernel says of a process now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    kilobytes, threads = int(status["VmRSS"].split()[0]), int(status["Threads"])
    return Held(kilobytes, threads, len(os.listdir(f"/proc/{pid}/fd")))


class _Client(threading.Thread):
    def __init__(self, ask: Ask, pause_s: float, first: int) -> None:
        super().__init__(daemon=True)
        self._ask, self._pause_s, self._number = ask, pause_s, first
        self.took = Times()
        self.statuses: Counter[str] = Counter()
        self.over = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                began_s, self._number = time.perf_counter(), self._number + 1
                self.statuses[self._ask(CALLS[self._number % len(CALLS)])] += 1
                self.took.add(time.perf_counter() - began_s)
                if self._pause_s:
                    self.over.wait(self._pause_s)
        except Exception as error:  # told by `load`, in the thread of the test
            self.error = error


def load(door: AbstractContextManager[Open], seconds: float) -> Report:
    """So many seconds of calls through a door; the first error of a client is raised."""
    with door as opened:
        with ExitStack() as stack:  # what is loaded once, and threads of a pool, are no growth
            asks = [stack.enter_context(opened.client(number)) for number in range(1 + QUIET)]
            with ThreadPoolExecutor(len(asks)) as together:
                for call in CALLS * 3:
                    list(together.map(lambda ask, call=call: ask(call), asks))
        before = held(opened.pid)
        report = _driven(opened, seconds)
        report.held.insert(0, before)
        for _ in range(300):  # the server closes what its clients have left
            report.after = held(opened.pid)
            if (report.after.threads, report.after.files) == (before.threads, before.files):
                break
            time.sleep(0.05)
        return report


def _driven(opened: Open, seconds: float) -> Report:
    clients: list[_Client] = []
    opened_clients = [opened.client(number) for number in range(1 + QUIET)]
    asks = [client.__enter__() for client in opened_clients]
    try:
        for number, ask in enumerate(asks):
            clients.append(_Client(ask, QUIET_PAUSE_S if number else 0, number))
        for client in clients:
            client.start()
        looks, began_s = [], time.monotonic()
        for number in range(SAMPLES):
            time.sleep(max(0, began_s + (number + 1) * seconds / SAMPLES - time.monotonic()))
            looks.append(held(opened.pid))
            opened.beside()
        for client in clients:
            client.over.set()
        for client in clients:
            client.join(60)
            if client.error is not None:
                raise client.error
    finally:
        for client in clients:
            client.over.set()
        for one in reversed(opened_clients):
            one.__exit__(None, None, None)
    took_s = time.monotonic() - began_s
    noisy, *quiet = clients
    every = sum((client.statuses for client in clients), Counter[str]())
    return Report(took_s, noisy.took, [one.took for one in quiet], every, looks)
