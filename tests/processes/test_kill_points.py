"""Our process is killed at every step of an actuation: what the audit log says, and what never happens."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from intent_bridge.audit import AuditLog, read, verify
from intent_bridge.audit.log import seal
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.bridge.simulated_transport import SimulatedTransport
from intent_bridge.profile import load_profile
from intent_bridge.types import RawFrame, Status
from tests.integration.guarded_car import KINDS, tool, write

PROFILE = load_profile("demo_sedan")
CALL = {"id": "the call", "name": "set_window", "arguments": {"zone": "driver", "percent": 80}}
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def at_record(kind: str, where: str) -> Callable[[], None]:
    """Die before, in the middle of, or after writing the first record of a kind."""

    def plant() -> None:
        write = AuditLog.write

        def deadly(self: AuditLog, body: Any) -> None:
            if body["type"] != kind:
                return write(self, body)
            if where == "middle":
                line, _ = seal(self.head, body)
                self._file.write(line[: len(line) // 2])
                self._file.flush()
            if where == "after":
                write(self, body)
            die()

        AuditLog.write = deadly  # type: ignore[method-assign]  # in a child process that dies

    return plant


def at_frame(number: int, where: str) -> Callable[[], None]:
    """Die before or after handing the n-th frame to the bus."""

    def plant() -> None:
        send, sent = SimulatedTransport.send, [0]

        def deadly(self: SimulatedTransport, frame: RawFrame, **options: Any) -> None:
            sent[0] += 1
            if sent[0] == number and where == "before":
                die()
            send(self, frame, **options)
            if sent[0] == number:
                die()

        SimulatedTransport.send = deadly  # type: ignore[method-assign]  # in a child process that dies

    return plant


POINTS: dict[str, tuple[Callable[[], None], Status | None]] = {
    "before the intent is recorded": (at_record("intent", "before"), None),
    "in the middle of recording the intent": (at_record("intent", "middle"), None),
    "after the intent is recorded": (at_record("intent", "after"), Status.ERROR),
    "before the first frame": (at_frame(1, "before"), Status.ERROR),
    "after the first frame": (at_frame(1, "after"), Status.ERROR),
    "before the answer is recorded": (at_record("outcome", "before"), Status.ERROR),
    "in the middle of recording the answer": (at_record("outcome", "middle"), Status.ERROR),
    "after the answer is recorded": (at_record("outcome", "after"), Status.SENT),
    "between two repeats": (at_frame(3, "after"), Status.SENT),
}
"""Where it dies, and what the call's id answers after the restart; None: the call was never begun."""


def killed(plant: Callable[[], None], drive: Callable[[], None]) -> None:
    """Drive in a process that dies at the planted point."""
    child = os.fork()
    if child == 0:
        try:
            plant()
            drive()
        finally:
            os._exit(3)  # it should have died before
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_chain_holds_and_the_call_never_acts_twice(point: str, tmp_path: Path) -> None:
    plant, status = POINTS[point]
    log = tmp_path / "audit.jsonl"

    def drive() -> None:
        bridge = SimulatedBridge(PROFILE, audit=log, fsync="each", session="s")
        bridge.handle(CALL)
        bridge.advance_ms(5_000)

    killed(plant, drive)
    with SimulatedBridge(PROFILE, audit=log, session="s") as car:
        whole, broken = verify(log)
        assert broken is None and whole >= 1
        frames: list[Any] = []
        car.subscribe("frame", frames.append)
        car.advance_ms(3_000)
        assert frames == [], "something moves by itself after a restart"
        if status is None:
            assert all(record.get("call_id") != "the call" for record in read(log))
            return
        again = car.handle(CALL)
        assert (again.status, frames) == (status, [])
        assert car.state()[WINDOW] == 0
    assert verify(log)[1] is None
    assert [r["type"] for r in read(log) if r.get("call_id") == "the call"].count("intent") == 1


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_killed_around_a_secured_frame_its_freshness_is_never_used_again(
    where: str, number: int, tmp_path: Path
) -> None:
    pytest.importorskip("cryptography", reason="pip install 'intent-bridge[secoc]'")
    profile = load_profile(write(tmp_path, {"Secoc": KINDS["Secoc"]}))
    kept = tmp_path / "freshness.json"

    def drive() -> None:
        bridge = SimulatedBridge(profile, freshness=kept)
        for level in (3, 5):
            bridge.handle({"name": tool("Secoc"), "arguments": {"level": level}})

    killed(at_frame(number, where), drive)
    assert json.loads(kept.read_text("utf-8"))["T_Secoc_CMD"] >= number  # the first frame carries 0
    with SimulatedBridge(profile, freshness=kept) as car:
        assert car.engine.encoder.counters["T_Secoc_CMD"] >= number
        assert car.handle({"name": tool("Secoc"), "arguments": {"level": 7}}).status is Status.DONE
