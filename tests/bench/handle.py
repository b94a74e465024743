"""`make bench`, the whole way: a call in, its frame on a virtual bus, beside one encoding by cantools.

No ECU is waited for, the audit file is not synced. Each call asks for another value than the one before,
which it replaces; after some calls the simulated ECUs take their turn, not timed. The peer takes its turn
after each call.
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

CALLS = 300
ENCODES = 30
"""Repeats of the peer for one call."""
SETTLE_MS = 3000
IN_A_ROW = 20


class Unwaiting(SimulatedBridge):
    """`handle` returns when the frames have left, and hears nothing meanwhile."""

    waiting = True

    def _listen(self) -> int:
        return super()._listen() if self.waiting else self._transport.now_ms()

    def _wait(self, call_id: str) -> Outcome:
        if self.waiting:
            return super()._wait(call_id)
        return self._answers.get(call_id) or Outcome(call_id, "", Status.SENT)


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
        for n in range(CALLS):
            if n % IN_A_ROW == 0:
                bridge.advance_ms(SETTLE_MS)
            frames.clear()
            bridge.waiting = False
            call = {"name": "set_fan_speed", "arguments": {"level": 3 + n % 2}}
            calls.append(timed_ns(partial(bridge.handle, call)))
            bridge.waiting = True
            (frame,) = frames  # the call sends exactly one
            encodes.append(encode_often(profile.messages[frame.message].dbc, frame.raw.data))
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
