"""An hour of virtual driving in process: calls, waits, changes of state, and what memory does meanwhile."""

import os
import statistics
import time
from typing import Any

from intent_bridge.bridge import DRIVER_BY_VOICE, SimulatedBridge
from intent_bridge.profile import load_profile
from tests.load.clients import CALLS, Held, held

HOUR_MS = 3_600_000
EVERY_MS = 2_000
"""Between two calls."""
LOOKS = 40


def an_hour(duration_ms: int = HOUR_MS) -> dict[str, Any]:
    """Drive for so long; figures of the memory from look to look."""
    looks: list[Held] = []
    began_s, cpu_s, calls = time.monotonic(), time.process_time(), 0
    with SimulatedBridge(load_profile("demo_sedan")) as car:
        for step in range(duration_ms // EVERY_MS):
            car.set_state({"Vehicle.Speed": 30 + step % 60})
            car.handle(CALLS[step % len(CALLS)], DRIVER_BY_VOICE)
            calls += 1
            car.advance_ms(EVERY_MS)
            if step % max(1, duration_ms // EVERY_MS // LOOKS) == 0:
                looks.append(held(os.getpid()))
        virtual_ms = car.now_ms()
    half = [one.memory_kb for one in looks[len(looks) // 2 :]]
    quarter = max(1, len(half) // 4)
    growth_kb = statistics.median(half[-quarter:]) - statistics.median(half[:quarter])
    return {
        "virtual_s": virtual_ms // 1000,
        "wall_s": round(time.monotonic() - began_s, 1),
        "cpu_s": round(time.process_time() - cpu_s, 1),
        "calls": calls,
        "memory_mb": round(looks[-1].memory_kb / 1024, 1),
        "memory_growth_kb": round(growth_kb),
        "threads": looks[-1].threads - looks[0].threads,
        "files": looks[-1].files - looks[0].files,
    }
