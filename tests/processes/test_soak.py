"""Load from many clients at once: nothing grows, nothing is left, nobody starves. `make soak` does it long.

`SOAK_S` seconds of wall clock (3 without it), on the simulated vehicle; prints what it measured.
"""

import gc
import os
import statistics
import threading
import time
from collections import Counter
from pathlib import Path

from intent_bridge.bridge import DRIVER_BY_VOICE, SimulatedBridge
from intent_bridge.profile import load_profile

SOAK_S = float(os.environ.get("SOAK_S", "3"))
PASSES = (
    {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 3}},
    {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 99}},
    {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 22}},
    {"name": "set_emergency_braking", "arguments": {"on": False}},
    {"name": "no_such_tool", "arguments": {}},
    "not a call at all",
)
QUIET, QUIET_PAUSE_S = 3, 0.05


def resident_kb() -> int:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class Client(threading.Thread):
    """Asks again and again; `pause_s` makes it a quiet one."""

    def __init__(self, car: SimulatedBridge, pause_s: float, end_s: float) -> None:
        super().__init__()
        self._car, self._pause_s, self._end_s = car, pause_s, end_s
        self.took_ms: list[float] = []
        self.statuses: Counter[str] = Counter()

    def run(self) -> None:
        number = 0
        while time.monotonic() < self._end_s:
            call = PASSES[number % len(PASSES)]
            began_s, number = time.perf_counter(), number + 1
            outcome = self._car.handle(call, DRIVER_BY_VOICE)
            self.took_ms.append((time.perf_counter() - began_s) * 1000)
            self.statuses[outcome.status.value] += 1
            if self._pause_s:
                time.sleep(self._pause_s)


def shares(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=1000)
    return f"p50 {cuts[499]:.2f} ms, p99 {cuts[989]:.2f} ms, p99.9 {cuts[998]:.2f} ms"


def test_one_noisy_client_starves_nobody_and_nothing_grows_or_is_left() -> None:
    threads, files = threading.active_count(), open_files()
    with SimulatedBridge(load_profile("demo_sedan")) as car:
        end_s = time.monotonic() + SOAK_S
        noisy = [Client(car, 0, end_s)]
        quiet = [Client(car, QUIET_PAUSE_S, end_s) for _ in range(QUIET)]
        for client in (*noisy, *quiet):
            client.start()
        memory_kb = []
        while time.monotonic() < end_s:
            time.sleep(SOAK_S / 20)
            memory_kb.append(resident_kb())
            car.advance_ms(100)
        for client in (*noisy, *quiet):
            client.join()
    asked = sum(noisy[0].statuses.values())
    print(
        f"\n{asked / SOAK_S:.0f} calls/s by the noisy client: {shares(noisy[0].took_ms)}; {noisy[0].statuses}"
    )
    for client in quiet:
        print(f"quiet, {len(client.took_ms)} calls: {shares(client.took_ms)}")
        assert {"done", "invalid", "no_effect"} & client.statuses.keys()
        assert len(client.took_ms) * 4 > min(len(other.took_ms) for other in quiet)
    half = len(memory_kb) // 2
    growth_kb = statistics.median(memory_kb[-half // 2 :]) - statistics.median(
        memory_kb[half : half + half // 2]
    )
    print(f"memory of the second half: {memory_kb[half]} kB, then {growth_kb:+.0f} kB")
    assert growth_kb < 20_000
    gc.collect()
    assert threading.active_count() == threads and open_files() == files
