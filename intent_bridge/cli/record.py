"""`record`: everything that is on a vehicle's buses, into a log file, until Ctrl-C or long enough."""

import json
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_buses
from intent_bridge.profile import load_profile
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.transports.recording import RecordedTransport, Recorder

STEP_MS = 100


def record_buses(
    vehicle: str, buses: Sequence[str], out: Path, *, seconds: float | None, as_json: bool
) -> int:
    """Listen and write; sends nothing. Exit code 1 when nothing was heard."""
    profile = load_profile(vehicle)
    wanted = read_buses(buses)
    if wanted.keys() != profile.file.buses.keys():
        names = ", ".join(profile.file.buses)
        raise UsageProblem(
            f"{profile.file.vehicle} has the buses {names}", "give --bus NAME=INTERFACE:CHANNEL for each"
        )
    ended = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    transport = CanTransport.open(wanted, fd=[name for name, bus in profile.file.buses.items() if bus.fd])
    try:
        recorder = Recorder(out, list(wanted), epoch_s=time.time() - transport.now_ms() / 1000)
        recorded = RecordedTransport(transport, recorder)
        end_ms = None if seconds is None else transport.now_ms() + round(seconds * 1000)
        while not ended.is_set() and (end_ms is None or transport.now_ms() < end_ms):
            recorded.receive(transport.now_ms() + STEP_MS)
        recorded.close()
    finally:
        transport.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    report = {"file": str(out), "frames": recorder.frames}
    print(json.dumps(report) if as_json else f"{recorder.frames} frames in {out}")
    return Exit.OK if recorder.frames else Exit.NO
