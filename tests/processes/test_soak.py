"""Load from many clients at once, at every door: nothing is left, nobody starves. `make soak`: for long."""

from pathlib import Path

import pytest

from tests.load.clients import load
from tests.load.doors import DOORS, opened
from tests.load.hour import an_hour

SECONDS = 4
GROWTH_MAX_KB = 24 * 1024
"""Far more than a run this short can show of a leak, and less than a server that keeps every frame."""
POOLED = {"mcp_stdio": 1}
"""Threads that anyio keeps for reading and writing pipes: the load may need one more than the warming up."""
SEEN = {
    "in_process": {"done", "invalid", "no_effect", "needs_confirmation"},
    "run": {"done", "invalid", "no_effect", "needs_confirmation"},
    "mcp_stdio": {"done", "invalid", "needs_confirmation"},
    "mcp_http": {"done", "invalid", "needs_confirmation"},
}


@pytest.mark.parametrize("name", DOORS)
def test_one_noisy_client_starves_nobody_and_nothing_is_left(name: str, tmp_path: Path) -> None:
    report = load(opened(name, tmp_path), SECONDS)
    print(report.figures(), report.statuses)
    assert SEEN[name] <= report.statuses.keys()
    wrong = {status for status in report.statuses if status.startswith("error")}
    assert wrong <= {"error audit_failed"}  # a disk that takes too long denies, on a busy machine
    assert len(report.noisy) > 10 * min(map(len, report.quiet)) or name.startswith("mcp")
    assert report.fairness > 0.5
    assert report.after is not None
    assert report.after.threads - report.held[0].threads <= POOLED.get(name, 0)
    assert report.after.files == report.held[0].files
    assert report.growth_kb < GROWTH_MAX_KB


def test_minutes_of_virtual_driving_leave_no_thread_and_no_file() -> None:
    figures = an_hour(120_000)
    assert figures["virtual_s"] >= 120 and figures["calls"] == 60
    assert (figures["threads"], figures["files"]) == (0, 0)
    assert figures["memory_growth_kb"] < GROWTH_MAX_KB
