"""Dask or Ray: the same row groups judged on two processes by each, beside a plain pool of two processes.

Needs both (`pip install dask distributed ray pyarrow`), so it is no part of `make bench`. Rounds go round the
engines in turn; what is compared is the wall clock of the same work, and the time to a first answer.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from intent_bridge.audit import export as exports
from intent_bridge.audit.fleet import Tally, Task, judge_group, tasks_of
from tests.bench.audit import write_drives

Judge = Callable[[Task], Tally]
Work = Callable[[Judge, list[Task]], list[Tally]]
GROUPS = 16


@contextmanager
def pool() -> Iterator[Work]:
    """Two processes of the standard library."""
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        yield lambda one, tasks: list(executor.map(one, tasks))


@contextmanager
def dask() -> Iterator[Work]:
    """Two workers of a local Dask cluster."""
    distributed: Any = import_module("dask.distributed")

    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield lambda one, tasks: list(client.gather(client.map(one, tasks, pure=False)))


@contextmanager
def ray() -> Iterator[Work]:
    """Ray with two processors."""
    ray: Any = import_module("ray")

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        remote = ray.remote(lambda one, task: one(task))
        yield lambda one, tasks: list(ray.get([remote.remote(one, task) for task in tasks]))
    finally:
        ray.shutdown()


def main() -> None:
    """Print one line for each engine."""
    records, rounds = int(os.environ.get("RECORDS", 20_000)), int(os.environ.get("ROUNDS", 3))
    exports.ROWS_PER_GROUP = records // GROUPS
    engines = (pool, dask, ray)
    started: dict[str, list[float]] = {engine.__name__: [] for engine in engines}
    worked: dict[str, list[float]] = {engine.__name__: [] for engine in engines}
    totals = set()
    with tempfile.TemporaryDirectory() as scratch:
        log, parquet = Path(scratch) / "audit.jsonl", Path(scratch) / "fleet.parquet"
        write_drives(log, records)
        exports.export([log], parquet)
        tasks, judge = tasks_of([parquet]), partial(judge_group, "demo_sedan", None)
        for turn in range(rounds):
            for engine in engines[turn % 3 :] + engines[: turn % 3]:
                began = time.perf_counter()
                with engine() as work:
                    work(judge, tasks[:2])  # rules are loaded in both processes
                    started[engine.__name__].append(time.perf_counter() - began)
                    began = time.perf_counter()
                    total = Tally()
                    for part in work(judge, tasks):
                        total.add(part)
                    worked[engine.__name__].append(time.perf_counter() - began)
                    totals.add((total.judged, total.kinds["same"]))
    assert len(totals) == 1, totals
    print(f"{records} records in {len(tasks)} row groups, {totals}, Python {sys.version.split()[0]}")
    for name in worked:
        print(
            f"{name:<6} ready after {statistics.median(started[name]):.1f} s, "
            f"judged in {statistics.median(worked[name]):.1f} s "
            f"({min(worked[name]):.1f} to {max(worked[name]):.1f})"
        )


if __name__ == "__main__":
    main()
