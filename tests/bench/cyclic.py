"""`make bench`, cyclic frames: 100 protected messages every 10 ms, protected and sent one by one.

What the kernel's cyclic sender cannot do for protected frames: a new counter and checksum for each. The share
is CPU time of the sending thread by wall-clock time; how late frames left is printed, and depends on what
else the machine does.
"""

import itertools
import statistics
import time
from dataclasses import dataclass

import can
from can.interfaces.virtual import VirtualBus

from intent_bridge.codec.messages import protections
from intent_bridge.codec.protection import Protection
from intent_bridge.profile import load_profile
from intent_bridge.transports.messages import to_message
from intent_bridge.types import RawFrame
from tests.bench.figures import merge

MESSAGES, PERIOD_MS, SECONDS = 100, 10, 4


@dataclass(slots=True)
class Cyclic:
    """One message that is sent again and again, each time with its next counter."""

    frame: RawFrame
    protection: Protection
    bus: can.BusABC
    due_ns: int
    counter: int = 0

    def send(self) -> None:
        """Protect and send it once."""
        data = self.protection.protect(self.frame.data, self.counter)
        self.counter = (self.counter + 1) % self.protection.counters
        self.bus.send(to_message(self.frame._replace(data=data)))


def messages() -> list[Cyclic]:
    """So many, made of demo_sedan's protected ones in turn, due evenly over the period."""
    profile = load_profile("demo_sedan")
    bus = VirtualBus(channel="bench-cyclic", protocol=can.CanProtocol.CAN_FD)
    found: list[Cyclic] = []
    now_ns = time.monotonic_ns()
    for number, (name, protection) in enumerate(itertools.cycle(protections(profile).items())):
        if number == MESSAGES:
            return found
        info = profile.messages[name]
        frame = RawFrame(info.bus, info.can_id, info.extended, info.fd, bytes(info.length))
        found.append(Cyclic(frame, protection, bus, now_ns + number * PERIOD_MS * 1_000_000 // MESSAGES))
    raise AssertionError("a cycle ended")


def measure() -> tuple[float, list[float]]:
    """Share of a core, and how late each frame left in milliseconds."""
    late_ms: list[float] = []
    plan = messages()
    began_ns, cpu_ns = time.monotonic_ns(), time.thread_time_ns()
    while time.monotonic_ns() - began_ns < SECONDS * 1_000_000_000:
        for one in plan:  # in the order they are due
            now_ns = time.monotonic_ns()
            if one.due_ns - now_ns > 1_000_000:
                time.sleep((one.due_ns - now_ns) / 1e9)
                now_ns = time.monotonic_ns()
            one.send()
            late_ms.append((now_ns - one.due_ns) / 1e6)
            one.due_ns += PERIOD_MS * 1_000_000
    share = (time.thread_time_ns() - cpu_ns) / (time.monotonic_ns() - began_ns)
    plan[0].bus.shutdown()
    return share, late_ms


def main() -> None:
    """Print the figures and put them into the file."""
    share, late_ms = measure()
    cuts = statistics.quantiles(late_ms, n=100)
    print(f"{MESSAGES} protected messages every {PERIOD_MS} ms: {share:.1%} of a core")
    print(
        f"  wall clock: median {cuts[49]:.2f} ms late, 99 % within {cuts[98]:.2f}, worst {max(late_ms):.2f}"
    )
    merge({"cyclic_100x10ms_core_share": round(share, 4)})


if __name__ == "__main__":
    main()
