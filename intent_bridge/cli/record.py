"""`record` and `sim --play`: everything on a vehicle's buses into a log file, and a log back onto buses."""

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_all_buses
from intent_bridge.errors import TransportError
from intent_bridge.profile import Profile, load_profile
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.transports.playback import play, vehicle_frames
from intent_bridge.transports.recording import RecordedTransport, recorder_of
from intent_bridge.types import RawFrame

STEP_MS = 100


def record_buses(
    vehicle: str, buses: Sequence[str], out: Path, *, seconds: float | None, as_json: bool
) -> int:
    """Listen and write; sends nothing. Exit code 1 when nothing was heard."""
    profile = load_profile(vehicle)
    with _opened(profile, buses) as (transport, ended):
        recorder = recorder_of(transport, out, list(profile.file.buses))
        recorded = RecordedTransport(transport, recorder)
        end_ms = None if seconds is None else transport.now_ms() + round(seconds * 1000)
        while not (ended.is_set() or recorder.failed) and (end_ms is None or transport.now_ms() < end_ms):
            recorded.receive(transport.now_ms() + STEP_MS)
        recorded.close()
    if recorder.failed:
        raise TransportError(f"`{out}` ends early: {recorder.failed}")
    report = {"file": str(out), "frames": recorder.frames}
    print(json.dumps(report) if as_json else f"{recorder.frames} frames in {out}")
    return Exit.OK if recorder.frames else Exit.NO


def play_drive(vehicle: str, buses: Sequence[str], log: Path, *, as_json: bool) -> int:
    """Send what the vehicle said in a log, at the times at which it said it. Exit code 1: nothing of it."""
    profile = load_profile(vehicle)
    with _opened(profile, buses) as (transport, ended):

        def send(frame: RawFrame) -> None:
            try:
                transport.send(frame)
            except TransportError as error:
                print(error, file=sys.stderr)

        try:
            sent = play(
                vehicle_frames(profile, log), send, transport.now_ms, lambda ms: ended.wait(ms / 1000)
            )
        except ValueError as error:
            raise UsageProblem(str(error)) from error
    report = {"file": str(log), "frames": sent}
    print(json.dumps(report) if as_json else f"{sent} frames of {log} sent")
    return Exit.OK if sent else Exit.NO


@contextmanager
def _opened(profile: Profile, buses: Sequence[str]) -> Iterator[tuple[CanTransport, threading.Event]]:
    """All buses of the vehicle, and an event that Ctrl-C sets."""
    wanted = read_all_buses(buses, profile)
    ended = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        transport = CanTransport.open(wanted, fd=[name for name, bus in profile.file.buses.items() if bus.fd])
        try:
            yield transport, ended
        finally:
            transport.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
