"""Records that wait for a disk: in order, none lost while there is time, and what waits is said."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest

from intent_bridge.audit import queue
from intent_bridge.audit.keeper import Keeper
from intent_bridge.audit.queue import Queued

FULL = OSError(28, "no space left")
LONG_S = 30


class Disk:
    """Stands for a Keeper; `faults` are what its next writes run into."""

    def __init__(self, *faults: OSError) -> None:
        self.faults, self.lines, self.closed = iter(faults), list[Any](), False
        self.tried, self.wrote = threading.Semaphore(0), threading.Semaphore(0)
        self.head = ""

    def write(self, body: Mapping[str, Any]) -> None:
        fault = next(self.faults, None)
        self.tried.release()
        if fault is not None:
            raise fault
        self.lines.append(body)
        self.head = f"head {len(self.lines)}"
        self.wrote.release()

    def close(self) -> None:
        self.closed = True


def opened(disk: Disk, *faults: OSError) -> Callable[[], Keeper]:
    """Opens the disk, once these faults are through."""
    waiting: Iterator[OSError] = iter(faults)

    def open_log() -> Keeper:
        if (fault := next(waiting, None)) is not None:
            raise fault
        return cast(Keeper, disk)

    return open_log


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "RETRY_S", 0.001)


def test_records_that_waited_are_written_in_order_when_there_is_room_again() -> None:
    disk = Disk(FULL, FULL)
    kept = Queued(opened(disk), limit=10)
    assert kept.head == ""
    for n in range(3):
        kept.write({"n": n})
    for _ in range(3):
        assert disk.wrote.acquire(timeout=LONG_S)
    kept.close()
    assert disk.lines == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert (disk.closed, kept.head, kept.trouble()) == (True, "head 3", "")


def test_what_waits_is_said_and_at_the_end_counted_as_lost() -> None:
    disk = Disk(*[FULL] * 100_000)
    kept = Queued(opened(disk), limit=2)
    kept.write({"n": 0})
    kept.write({"n": 1})
    for _ in range(2):
        assert disk.tried.acquire(timeout=LONG_S)
    assert kept.trouble() == "2 records wait in memory: [Errno 28] no space left"
    with pytest.raises(OSError, match="2 records wait for the disk"):
        kept.write({"n": 2})
    with pytest.raises(OSError, match="2 records are lost"):
        kept.close()
    assert disk.lines == [] and disk.closed


def test_nobody_waits_for_a_disk_that_hangs_and_its_log_is_left_to_whoever_writes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue, "GRACE_S", 0.001)
    go = threading.Event()

    class Hangs(Disk):
        def write(self, body: Mapping[str, Any]) -> None:
            self.tried.release()
            go.wait(LONG_S)

    disk = Hangs()
    kept = Queued(opened(disk), limit=10)
    kept.write({"n": 0})
    assert disk.tried.acquire(timeout=LONG_S)
    with pytest.raises(OSError, match="1 records are lost"):
        kept.close()
    assert not disk.closed
    go.set()


def test_a_queue_that_nobody_closes_keeps_no_process_alive() -> None:
    before = set(threading.enumerate())
    kept = Queued(opened(Disk()), limit=10)
    assert [(t.name, t.daemon) for t in set(threading.enumerate()) - before] == [
        ("intent-bridge-audit", True)
    ]
    kept.close()


def test_a_log_that_cannot_be_opened_yet_is_opened_later_also_when_somebody_else_holds_it_meanwhile() -> None:
    disk = Disk()
    kept = Queued(opened(disk, FULL, BlockingIOError(11, "held"), FULL), limit=10)
    assert kept.head == "" and "no space left" in kept.trouble()
    kept.write({"n": 0})
    assert disk.wrote.acquire(timeout=LONG_S)
    kept.close()
    assert disk.lines == [{"n": 0}]


def test_a_log_that_somebody_else_writes_at_the_start_is_refused() -> None:
    with pytest.raises(BlockingIOError):
        Queued(opened(Disk(), BlockingIOError(11, "held")), limit=10)


def test_a_log_that_never_opened_and_has_nothing_to_write_closes_in_peace() -> None:
    disk = Disk()
    Queued(opened(disk, FULL), limit=10).close()
    assert not disk.closed
