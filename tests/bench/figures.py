"""What all benchmarks share: interleaved timing on thread CPU time, and one file for all figures."""

import json
import math
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

OUT = Path("build/bench.json")


def merge(figures: Mapping[str, Any], out: Path = OUT) -> None:
    """Put these keys into the file of figures; all others stay."""
    out.parent.mkdir(exist_ok=True)
    known = json.loads(out.read_text()) if out.is_file() else {}
    out.write_text(json.dumps(known | dict(figures), indent=1, sort_keys=True) + "\n")


def interleaved_ns(
    jobs: Mapping[str, Callable[[], object]], *, rounds: int, slice_ms: float
) -> dict[str, float]:
    """Nanoseconds per run of each job: the median over rounds in which all take their turn in random order.

    Each turn repeats its job for about `slice_ms`.
    """
    loops = {name: _loops(job, slice_ms) for name, job in jobs.items()}
    times: dict[str, list[float]] = {name: [] for name in jobs}
    order, rng = list(jobs), random.Random(1)
    for _ in range(rounds):
        rng.shuffle(order)
        for name in order:
            job, start = jobs[name], time.thread_time_ns()
            for _ in range(loops[name]):
                job()
            times[name].append((time.thread_time_ns() - start) / loops[name])
    return {name: statistics.median(each) for name, each in times.items()}


def ratios(values: Iterable[float]) -> dict[str, float]:
    """Geometric mean and smallest of some ratios."""
    each = list(values)
    return {"geomean": round(math.exp(statistics.fmean(map(math.log, each))), 2), "min": round(min(each), 2)}


def _loops(job: Callable[[], object], slice_ms: float) -> int:
    job()
    start = time.thread_time_ns()
    for _ in range(3):
        job()
    each_ns = max((time.thread_time_ns() - start) / 3, 100.0)
    return max(1, round(slice_ms * 1e6 / each_ns))
