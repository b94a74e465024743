"""A transport that writes every frame, both ways, to a log that other tools read (blf, asc, log, mf4)."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import can

from intent_bridge.errors import TransportError
from intent_bridge.transports import LinkChange, Transport
from intent_bridge.transports.messages import to_message
from intent_bridge.types import RawFrame

NEEDS_MF4 = "needs asammdf: pip install 'intent-bridge[mf4]'"


class Recorder:
    """Writes frames to one log file; the file name's ending says the format. Frames may come from threads.

    A disk that fails ends the recording and nothing else: `failed` says why.
    """

    def __init__(self, file: Path, buses: Sequence[str], *, epoch_s: float = 0.0) -> None:
        """`buses` are numbered in their order, from channel 1 as loggers count. `epoch_s` is the wall-clock
        time of the transport's millisecond 0. TransportError for an ending that python-can cannot write."""
        self._channels = {name: number for number, name in enumerate(buses)}
        self._epoch_s = epoch_s
        self.frames = 0
        self.failed = ""
        self._lock = threading.Lock()
        try:
            self._logger: Any = can.Logger(file)
        except NotImplementedError as error:  # mf4, without its library
            raise TransportError(f"`{file}` {NEEDS_MF4}, or end the name in .blf") from error
        except (ValueError, OSError, ImportError, TypeError) as error:
            raise TransportError(f"`{file}` cannot be written: {error}") from error

    def take(self, at_ms: int, frame: RawFrame, *, received: bool) -> None:
        """Write one frame."""
        message = to_message(frame)
        message.timestamp = self._epoch_s + at_ms / 1000
        message.channel = self._channels[frame.bus]
        message.is_rx = received
        with self._lock:
            if self.failed:
                return
            try:
                self._logger.on_message_received(message)
            except OSError as error:
                self.failed = str(error)
                return
            self.frames += 1

    def close(self) -> None:
        """Finish the file."""
        with self._lock:
            try:
                self._logger.stop()
            except OSError as error:
                self.failed = self.failed or str(error)


class RecordedTransport:
    """Another transport, with everything it carries written to a log."""

    def __init__(self, inner: Transport, recorder: Recorder) -> None:
        self.inner, self._recorder = inner, recorder

    def now_ms(self) -> int:
        return self.inner.now_ms()

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        self.inner.send(frame, urgent=urgent)
        self._recorder.take(self.now_ms(), frame, received=False)

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        frames = self.inner.receive(until_ms)
        for at_ms, frame in frames:
            self._recorder.take(at_ms, frame, received=True)
        return frames

    def changes(self) -> list[LinkChange]:
        return self.inner.changes()

    def close(self) -> None:
        self.inner.close()
        self._recorder.close()


def recorder_of(transport: Transport, log: Path, buses: Sequence[str]) -> Recorder:
    """A recorder whose times are those of the wall clock, for a transport that lives now."""
    return Recorder(log, buses, epoch_s=time.time() - transport.now_ms() / 1000)


def recorded(transport: Transport, log: Path | None, buses: Sequence[str]) -> Transport:
    """The transport itself, or with a log of all it carries."""
    return transport if log is None else RecordedTransport(transport, recorder_of(transport, log, buses))
