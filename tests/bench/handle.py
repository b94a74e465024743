"""`make bench`, the whole way: a call in, its frame on a virtual bus, beside one encoding by cantools.

No ECU is waited for, the audit file is not synced. Each call asks for another value than the one before,
which it replaces. Calls come in rows; after each row the peer takes its turn, then, not timed, the ECUs.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cantools.database.can import Message

from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Frame, Outcome, Status
from tests.bench.figures import merge

ROWS = 30
ENCODES = 200
"""Repeats of the peer after a row of calls."""
SETTLE_MS = 3000
IN_A_ROW = 20
"""Within the budgets of changes and frames of the vehicle."""


class Unwaiting(SimulatedBridge):
    """`handle` returns when the frames have left, and hears nothing meanwhile."""

    waiting = True

    def _listen(self) -> int:
        return super()._listen() if self.waiting else self._transport.now_ms()

    def _wait(self, call_id: str) -> Outcome:
        if self.waiting:
            return super()._wait(call_id)
        return self._awaited.answer(call_id) or Outcome(call_id, "", Status.SENT)


def timed_ns(job: Callable[[], object]) -> int:
    """CPU time of this thread for one run."""
    start = time.thread_time_ns()
    job()
    return time.thread_time_ns() - start


def measure(folder: Path) -> float:
    """Time of one call as a multiple of one strict cantools encoding of the same message; medians."""
    profile, calls, encodes = load_profile("demo_sedan"), list[int](), list[float]()
    with Unwaiting(profile, audit=folder / "audit.jsonl", fsync="off") as bridge:
        frames: list[Frame] = []
        bridge.subscribe("frame", frames.append)
        for _ in range(ROWS):
            bridge.advance_ms(SETTLE_MS)
            frames.clear()
            bridge.waiting = False
            for n in range(IN_A_ROW):
                call = {"name": "set_fan_speed", "arguments": {"level": 3 + n % 2}}
                calls.append(timed_ns(partial(bridge.handle, call)))
            bridge.waiting = True
            assert len(frames) == IN_A_ROW  # each call sends exactly one
            encodes.append(encode_often(profile.messages[frames[-1].message].dbc, frames[-1].raw.data))
    return statistics.median(calls) / statistics.median(encodes)


def encode_often(message: Message, data: bytes) -> float:
    """Nanoseconds of one strict encoding by cantools of what this frame says."""
    values = dict(message.decode_simple(data))
    assert message.encode(values, strict=True) == data

    def encode() -> None:
        for _ in range(ENCODES):
            message.encode(values, strict=True)

    return timed_ns(encode) / ENCODES


def main() -> None:
    """Measure, print, merge the key."""
    with tempfile.TemporaryDirectory() as scratch:
        ratio = round(measure(Path(scratch)), 1)
    print(f"handle_vs_cantools_encode      {ratio}  <= 12")
    merge({"handle_vs_cantools_encode": ratio})


if __name__ == "__main__":
    main()
