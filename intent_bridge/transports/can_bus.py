"""Real and virtual CAN buses through python-can: one reader thread per bus, one bounded queue for all.

A bus that is slow or dead holds up nobody else. When the queue is full the oldest frame is dropped: newer
state is worth more than older, and the dropped frame's counter gap shows in the E2E check.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Mapping
from typing import Any

import can

from intent_bridge.errors import TransportError
from intent_bridge.types import RawFrame

QUEUE_FRAMES = 4096
POLL_S = 0.2


def open_bus(options: Mapping[str, Any], *, fd: bool) -> can.BusABC:
    """Open one python-can bus; `options` are python-can's own (`interface`, `channel`, …)."""
    try:
        return can.Bus(**{**options, "fd": True} if fd else options)
    except (can.CanError, OSError, ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise TransportError(f"bus `{options}` does not open: {error}") from error


def to_message(frame: RawFrame) -> can.Message:
    """The frame as python-can sends it; identifier width and FD flag are always explicit."""
    return can.Message(
        arbitration_id=frame.can_id,
        is_extended_id=frame.extended,
        is_fd=frame.fd,
        bitrate_switch=frame.fd,
        data=frame.data,
        check=True,
    )


def to_frame(bus: str, message: can.Message) -> RawFrame | None:
    """The data frame a python-can message is; None for error and remote frames."""
    if message.is_error_frame or message.is_remote_frame:
        return None
    return RawFrame(
        bus, message.arbitration_id, bool(message.is_extended_id), bool(message.is_fd), bytes(message.data)
    )


class CanTransport:
    """Several python-can buses on the wall clock."""

    def __init__(self, buses: Mapping[str, can.BusABC]) -> None:
        self._buses = dict(buses)
        self._queue: queue.Queue[tuple[int, RawFrame]] = queue.Queue(QUEUE_FRAMES)
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=item, name=f"can-{item[0]}", daemon=True)
            for item in self._buses.items()
        ]
        for thread in self._threads:
            thread.start()

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def send(self, frame: RawFrame) -> None:
        try:
            self._buses[frame.bus].send(to_message(frame), timeout=0.0)
        except (can.CanError, OSError, ValueError) as error:
            raise TransportError(
                f"bus `{frame.bus}` did not take frame {frame.can_id:#x}: {error}"
            ) from error

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        wait_s = max(0.0, (until_ms - self.now_ms()) / 1000)
        frames: list[tuple[int, RawFrame]] = []
        with contextlib.suppress(queue.Empty):
            frames.append(self._queue.get(timeout=wait_s) if wait_s else self._queue.get_nowait())
            while True:
                frames.append(self._queue.get_nowait())
        return frames

    def close(self) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(timeout=2 * POLL_S + 1)
        for bus in self._buses.values():
            bus.shutdown()

    def _read(self, name: str, bus: can.BusABC) -> None:
        while not self._closing.is_set():
            try:
                message = bus.recv(timeout=POLL_S)
            except (can.CanError, OSError):
                self._closing.wait(POLL_S)  # the bus is down: its paths go stale and deny; try again later
                continue
            frame = None if message is None else to_frame(name, message)
            if frame is None:
                continue
            with contextlib.suppress(queue.Full):
                if self._queue.full():
                    with contextlib.suppress(queue.Empty):
                        self._queue.get_nowait()
                self._queue.put_nowait((self.now_ms(), frame))
