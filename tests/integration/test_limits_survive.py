"""What was done and what was denied counts after a restart, however the process ended."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import AuditLog, AuditOptions, read
from intent_bridge.bridge import SimulatedBridge, recovery
from intent_bridge.bridge.recovery import recover
from intent_bridge.engine import Engine
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.types import Outcome, Status

PROFILE = load_profile("demo_sedan")
DRIVING = {"Vehicle.Speed": 100, "Vehicle.Powertrain.Transmission.SelectedGear": 127}


def denied(car: SimulatedBridge) -> Outcome:
    return car.handle({"name": "set_seat_recline", "arguments": {"zone": "driver", "degrees": 40}})


def test_a_tool_that_was_denied_too_often_stays_locked_after_the_process_was_killed(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    child = os.fork()
    if child == 0:
        car = SimulatedBridge(PROFILE, audit=log)
        car.set_state(DRIVING)
        for _ in range(20):
            denied(car)
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    with SimulatedBridge(PROFILE, audit=log) as car:
        car.set_state(DRIVING)
        assert denied(car).code == "locked_out"
        car.advance_ms(61_000)
        assert denied(car).code == "rule"


def test_changes_of_limited_paths_count_after_a_restart_with_their_distance_in_time(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    with SimulatedBridge(PROFILE, audit=log) as car:
        car.set_state(DRIVING)
        for _ in range(3):
            car.handle({"name": "step_cruise_speed", "arguments": {"direction": "up", "steps": 1}})
            car.advance_ms(4_000)
        before = {p: [(m.origin, m.steps) for m in ms] for p, ms in car.engine.judge.history.moves.items()}
        times = {p: [m.at_ms for m in ms] for p, ms in car.engine.judge.history.moves.items()}
    assert before, "the test needs a path with a limit"
    engine = Engine(PROFILE, Guard(PROFILE, load_packs(PROFILE)), secret=b"s")
    recover(log, "", engine, 1_000_000)
    after = engine.judge.history.moves
    assert {p: [(m.origin, m.steps) for m in ms] for p, ms in after.items()} == before
    for path, moves in after.items():
        assert [m.at_ms - moves[0].at_ms for m in moves] == [t - times[path][0] for t in times[path]]
        assert all(m.ended_ms is not None and m.ended_ms <= 1_000_000 for m in moves)


def test_a_restart_takes_no_time_so_that_no_clock_can_shorten_a_limit(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written = AuditLog(log)
    for base in (5_000_000, 100):  # the second process has a clock of its own
        written.write({"type": "session", "at_ms": base})
        body: dict[str, Any] = {
            "type": "outcome",
            "call_id": str(base),
            "intent": "x",
            "status": "denied",
            "code": "rule",
            "asked": {
                "who": {"speaker": "driver", "zone": "driver", "channel": "voice", "untrusted_text": False}
            },
        }
        written.write({**body, "at_ms": base + 400})
    written.close()
    engine = Engine(PROFILE, Guard(PROFILE, load_packs(PROFILE)), secret=b"s")
    recover(log, "", engine, 77_000)
    ((_, times),) = engine.judge._denied.items()
    assert list(times) == [76_600, 77_000]


def test_only_the_last_files_are_read_where_no_session_is_continued(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    with SimulatedBridge(PROFILE, audit=AuditOptions(log, "off", max_bytes=10_000), session="s") as car:
        first = car.handle({"id": "first", "name": "set_fan_speed", "arguments": {"level": 7}})
        for level in range(110):
            car.handle({"name": "set_fan_speed", "arguments": {"level": 3 + level % 2}})
            car.advance_ms(500)
    assert first.status is Status.DONE
    oldest = min(tmp_path.glob("audit.jsonl.0*"))
    assert any(r.get("call_id") == "first" for r in read(log))
    damaged = oldest.read_bytes().replace(b'"first"', b'"fir5t"')
    with SimulatedBridge(PROFILE, audit=log, session="s") as car:
        again = car.handle({"id": "first", "name": "set_fan_speed", "arguments": {"level": 2}})
        assert (again.status, again.frames) == (Status.DONE, ())
    oldest.write_bytes(damaged)
    SimulatedBridge(PROFILE, audit=log).close()


def test_only_the_newest_records_count_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "audit.jsonl"
    with SimulatedBridge(PROFILE, audit=log) as car:
        car.set_state(DRIVING)
        for _ in range(20):
            assert denied(car).status is Status.DENIED
        assert denied(car).code == "locked_out"
    for kept, code in ((recovery.KEPT, "locked_out"), (15, "rule")):
        monkeypatch.setattr(recovery, "KEPT", kept)
        with SimulatedBridge(PROFILE, audit=log) as car:
            car.set_state(DRIVING)
            assert denied(car).code == code
