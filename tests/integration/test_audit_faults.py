"""What a failing disk means: by policy nothing acts, or records wait in memory and the bridge says so."""

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from intent_bridge.audit import AuditOptions, Keeper, verify, verify_chain
from intent_bridge.audit.queue import Queued
from intent_bridge.audit.seals import HmacKey
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.bridge.health import Condition, Health
from intent_bridge.bridge.journal import SLOW_S, Journal
from intent_bridge.errors import AuditError
from intent_bridge.profile import load_profile
from intent_bridge.types import Outcome, Status

PROFILE = load_profile("demo_sedan")
NOBODY = 65534


def fan(car: SimulatedBridge, level: int) -> Outcome:
    return car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": level}})


def shown(car: SimulatedBridge) -> str:
    """The condition of the log, as the bridge says it."""
    condition = car.health.conditions.get("audit")
    return "" if condition is None else condition.value


def in_child(body: Callable[[], None]) -> int:
    """Run in a process of its own; 0 when nothing was raised."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            body()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def full_after(path: Path, more_bytes: int) -> None:
    """From now on no file of this process grows beyond the log's size and some bytes: a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = path.stat().st_size + more_bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def room_again() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.mark.parametrize("more_bytes", [0, 100])
def test_a_full_disk_denies_and_leaves_a_sound_chain_that_goes_on_when_there_is_room(
    more_bytes: int, tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"

    def drive() -> None:
        with SimulatedBridge(PROFILE, audit=log, fsync="off") as car:
            sent: list[Any] = []
            car.subscribe("frame", sent.append)
            full_after(log, more_bytes)
            refused = fan(car, 7)
            assert (refused.status, refused.code, sent) == (Status.ERROR, "audit_failed", [])
            assert shown(car) == "failed"
            assert verify(log)[1] is None
            room_again()
            assert fan(car, 8).status is Status.DONE
            assert shown(car) == "ok"

    assert in_child(drive) == 0
    assert verify(log)[1] is None


def test_with_a_queue_the_car_goes_on_while_the_disk_is_full_says_so_and_loses_nothing(
    tmp_path: Path,
) -> None:
    log = tmp_path / "audit.jsonl"

    def drive() -> None:
        with SimulatedBridge(PROFILE, audit=AuditOptions(log, "off", "queue")) as car:
            wait_until(lambda: log.is_file() and verify(log)[0] == 1)
            full_after(log, 0)
            assert fan(car, 7).status is Status.DONE
            wait_until(lambda: bool(fan(car, 8)) and shown(car) == "slow")
            room_again()

    assert in_child(drive) == 0
    count, broken = verify(log)
    assert broken is None and count >= 5


def test_a_queue_that_is_full_denies(tmp_path: Path) -> None:
    blocked = Blocked()
    queued = Queued(lambda: blocked, limit=3)  # type: ignore[arg-type, return-value]
    for n in range(3):
        queued.write({"n": n})
    with pytest.raises(OSError, match="3 records wait for the disk"):
        queued.write({"n": 3})
    blocked.go.set()
    queued.close()
    assert blocked.written == [0, 1, 2]


class Blocked:
    """A log whose disk hangs until it is let go."""

    head = ""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.written: list[Any] = []

    def write(self, body: Mapping[str, Any]) -> None:
        self.go.wait()
        self.written.append(body["n"])

    def close(self) -> None:
        self.written = list(self.written)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that a user without rights cannot write to."""
    folder = tmp_path / "audit"
    folder.mkdir(mode=0o755)
    folder.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o111)
    with SimulatedBridge(PROFILE, audit=AuditOptions(tmp_path / "warm.jsonl", "off", "queue")) as car:
        fan(car, 5)  # nobody may read what is imported late
    yield folder
    folder.chmod(0o755)


def without_rights() -> None:
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def test_a_folder_that_cannot_be_written_stops_the_start_with_one_line(read_only: Path) -> None:
    def start() -> None:
        without_rights()
        with pytest.raises(AuditError, match=r"cannot be written: .*ermission denied.*; name another"):
            SimulatedBridge(PROFILE, audit=read_only / "audit.jsonl")

    assert in_child(start) == 0


def test_with_a_queue_a_folder_that_cannot_be_written_is_said_and_the_full_queue_denies(
    read_only: Path,
) -> None:
    def drive() -> None:
        without_rights()
        options = AuditOptions(read_only / "audit.jsonl", "off", "queue", queue_records=5)
        with SimulatedBridge(PROFILE, audit=options) as car:
            assert shown(car) == "slow"
            assert [fan(car, level).status for level in (6, 7)] == [Status.DONE] * 2
            assert fan(car, 8).code == "audit_failed"

    assert in_child(drive) == 0


def test_a_slow_disk_denies_a_call_whose_record_came_too_late_and_not_the_answer_to_one() -> None:
    clock = [0.0]
    health = Health(("body",))
    journal = Journal(None, "s", health, lambda: clock[0])
    taken: list[str] = []

    class Slow:
        head = ""

        def write(self, body: Mapping[str, Any]) -> None:
            clock[0] += 2 * SLOW_S
            taken.append(body["type"])

        def close(self) -> None:
            taken.append("closed")

    journal._log = Slow()
    assert not journal.write({"type": "intent"})
    assert health.conditions["audit"] is Condition.SLOW
    assert journal.write({"type": "outcome"})
    assert taken == ["intent", "outcome"]


def test_a_second_bridge_on_the_same_log_is_refused_by_both_policies(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    policies: tuple[Literal["deny", "queue"], ...] = ("deny", "queue")
    with SimulatedBridge(PROFILE, audit=log):
        for policy in policies:
            with pytest.raises(AuditError, match="another process writes this log"):
                SimulatedBridge(PROFILE, audit=AuditOptions(log, when_failing=policy))


def test_a_broken_log_stops_the_start(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    with SimulatedBridge(PROFILE, audit=log) as car:
        fan(car, 7)
    log.write_bytes(log.read_bytes().replace(b'"intent":"set_fan_speed"', b'"intent":"set_fan_speeD"', 1))
    with pytest.raises(AuditError, match=r"is broken: .*was changed after it was written"):
        SimulatedBridge(PROFILE, audit=log)


def test_a_drive_with_small_files_and_a_key_verifies_and_is_sealed_to_the_end(tmp_path: Path) -> None:
    key = HmacKey(b"k" * 32)
    log = tmp_path / "audit.jsonl"
    with SimulatedBridge(PROFILE, audit=AuditOptions(log, "off", max_bytes=20_000, key=key)) as car:
        for n in range(60):
            fan(car, 3 + n % 2)
            car.advance_ms(500)
    found = verify_chain(log, (key,))
    assert found.broken is None and found.sealed == found.last > 100
    assert len(list(tmp_path.glob("audit.jsonl.0*"))) >= 1


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came")


def test_the_keeper_lets_go_of_its_lock_when_its_log_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("no record\n")
    for _ in range(2):
        with pytest.raises(ValueError):
            Keeper(AuditOptions(path))
