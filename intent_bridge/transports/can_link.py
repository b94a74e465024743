"""One python-can bus: its reader thread, its bounded queue, and what it is able to do now.

A bus that is slow or dead holds up nobody else. Coming back from a fault, everything stale is dropped
(what python-can and the kernel hold for us, our own queue, frames not yet sent) before the bus is `ok`.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import can

from intent_bridge.errors import TransportError
from intent_bridge.transports import LinkChange
from intent_bridge.transports.condition import DEAD, Condition
from intent_bridge.transports.faults import name_error, read_error_frame
from intent_bridge.transports.link_state import LinkState, read_link, switch
from intent_bridge.transports.messages import to_frame, to_message
from intent_bridge.transports.outbox import Outbox
from intent_bridge.types import RawFrame

SENT_FRAMES: Final = 256
"""Own frames remembered, each for a second, where a bus gives them back."""
QUEUE_FRAMES: Final = 4096
"""Received frames kept until somebody takes them; the oldest is dropped, newer state is worth more."""
POLL_S: Final = 0.2
"""How often the link itself is looked at, and a dead bus tried again."""
PATIENCE_S: Final = 0.005
"""How long a frame may be offered to a queue that is full for a moment (a burst)."""
BLOCK_S: Final = 0.5
"""How long a slow adapter may take one frame, in the thread of its own outbox."""
STUCK_S: Final = 0.5
"""A kernel queue that does not empty for this long is thrown away, where we may."""
ECHO_S: Final = 1.0
"""On buses that give us our own frames back: how long one is recognised by its bytes."""

_RECV_ERRORS = (can.CanError, OSError, ValueError, TypeError, AttributeError)
"""A serial port closed under a reader raises the last two from inside its driver."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is known of a bus besides how to send and receive.

    `reopen` makes a new handle after a fault. `device` is the network interface to watch, if it is one.
    `echoes`: the bus gives our own frames back. `blocks`: sending may take long.
    """

    reopen: Callable[[], can.BusABC] | None = None
    device: str | None = None
    echoes: bool = False
    blocks: bool = False


class CanLink:
    """One bus on the wall clock. `send`, `take` and `changes` may be called while it reads."""

    def __init__(
        self,
        name: str,
        bus: can.BusABC,
        wiring: Wiring,
        *,
        now_ms: Callable[[], int],
        wake: Callable[[], None],
    ) -> None:
        """`wake` is called, from any thread, when there is something to take."""
        self.name, self.condition = name, Condition.OK
        self._bus, self._wiring, self._now_ms, self._wake = bus, wiring, now_ms, wake
        self._frames: deque[tuple[int, RawFrame]] = deque()
        self._changes: list[LinkChange] = []
        self._sent: deque[tuple[float, RawFrame]] = deque(maxlen=SENT_FRAMES)
        self._detail = ""
        self._since_s = self._looked_s = time.monotonic()
        self._dropped = False
        self._lock, self._using = threading.Lock(), threading.Lock()
        self._closing = threading.Event()
        self._outbox = Outbox(name, self._send_quietly, now_ms, self._too_old) if wiring.blocks else None
        self._reader = threading.Thread(target=self._read, name=f"can-{name}", daemon=True)
        self._reader.start()

    def send(self, frame: RawFrame, *, urgent: bool) -> None:
        """Hand over one frame without waiting. TransportError when the bus does not take it."""
        self._refuse_when_dead(frame)
        if self._outbox is None:
            self._hand_over(frame)
        else:
            self._outbox.put(frame, urgent=urgent)

    def take(self) -> list[tuple[int, RawFrame]]:
        """The frames received since the last time, with their times."""
        if not self._frames:
            return []
        with self._lock:
            frames, self._frames = list(self._frames), deque()
        return frames

    def changes(self) -> list[LinkChange]:
        """The changes of condition since the last time."""
        with self._lock:
            changes, self._changes = self._changes, []
        return changes

    @property
    def news(self) -> bool:
        """Whether `changes` has something to tell."""
        return bool(self._changes)

    def close(self) -> None:
        """End the threads and release the bus. Safe to call twice."""
        self._closing.set()
        if self._outbox is not None:
            self._outbox.close(2 * BLOCK_S)
        self._reader.join(timeout=2 * POLL_S + 1)
        with contextlib.suppress(*_RECV_ERRORS):
            self._bus.shutdown()

    # --- sending --------------------------------------------------------------------------------

    def _refuse_when_dead(self, frame: RawFrame) -> None:
        if self.condition in DEAD:
            raise TransportError(
                f"bus `{self.name}` does not take frame {frame.can_id:#x}: {self.condition} ({self._detail})"
            )

    def _hand_over(self, frame: RawFrame) -> None:
        try:
            message = to_message(frame)
        except ValueError as error:
            raise TransportError(f"frame {frame.can_id:#x} is no CAN frame: {error}") from error
        until_s = time.monotonic() + PATIENCE_S
        timeout_s = BLOCK_S if self._wiring.blocks else 0.0
        with self._using:
            self._refuse_when_dead(frame)
            if self._wiring.echoes:
                self._sent.append((time.monotonic(), frame))
            while True:
                try:
                    self._bus.send(message, timeout=timeout_s)
                    return
                except (can.CanError, OSError, ValueError) as error:
                    condition = name_error(error)
                    if condition is Condition.TX_QUEUE_FULL and time.monotonic() < until_s:
                        time.sleep(PATIENCE_S / 10)
                        continue
                    self._set(condition, str(error))
                    raise TransportError(
                        f"bus `{self.name}` did not take frame {frame.can_id:#x}: {error}"
                    ) from error

    def _send_quietly(self, frame: RawFrame) -> None:
        with contextlib.suppress(TransportError):  # its change of condition tells
            self._hand_over(frame)

    def _too_old(self, frame: RawFrame) -> None:
        self._set(Condition.TX_QUEUE_FULL, f"frame {frame.can_id:#x} waited too long to be sent")

    # --- reading --------------------------------------------------------------------------------

    def _read(self) -> None:
        while not self._closing.is_set():
            try:
                message = self._bus.recv(timeout=POLL_S)
            except _RECV_ERRORS as error:
                self._set(name_error(error), str(error))
                message = None
                self._closing.wait(POLL_S)
            if message is not None:
                self._take_in(message)
            if time.monotonic() - self._looked_s >= POLL_S:
                self._looked_s = time.monotonic()
                self._look()

    def _take_in(self, message: can.Message) -> None:
        if message.is_error_frame:
            told = read_error_frame(message)
            if told is not None and (told[0] in DEAD or self.condition not in DEAD):
                self._set(*told)
            elif told is not None and self._wiring.device is None:
                self._recover()
            return
        frame = to_frame(self.name, message)
        if frame is None or (self._wiring.echoes and self._own(frame)):
            return
        with self._lock:
            full = len(self._frames) >= QUEUE_FRAMES
            if full:
                self._frames.popleft()
            self._frames.append((self._now_ms(), frame))
        if full and self.condition not in DEAD:
            self._set(Condition.RX_OVERFLOW, f"more than {QUEUE_FRAMES} frames waited")
            self._since_s = time.monotonic()
        self._wake()

    def _own(self, frame: RawFrame) -> bool:
        """Whether this is a frame of ours that the bus gives back; python-can's `is_rx` cannot tell."""
        now_s = time.monotonic()
        for sent_s, sent in list(self._sent):
            if sent == frame and now_s - sent_s < ECHO_S:
                self._sent.remove((sent_s, sent))
                return True
        return False

    # --- watching the link ----------------------------------------------------------------------

    def _look(self) -> None:
        """Compare our condition with the link's own, and come back when it is sound again."""
        if self._wiring.device is None:
            if self.condition in DEAD:
                self._recover()
            elif self.condition is Condition.RX_OVERFLOW and self._calm():
                self._set(Condition.OK)
            return
        link = read_link(self._wiring.device)
        condition, detail = self._judge(link)
        if condition is Condition.TX_QUEUE_FULL and self.condition in DEAD:
            self._unstick(self._wiring.device)
        elif condition is Condition.LINK_DOWN and self._dropped:
            switch(self._wiring.device, True)  # it was us who switched it off
        elif condition in DEAD:
            self._set(condition, detail)
        elif self.condition in DEAD:
            self._recover()
        elif self.condition is not Condition.RX_OVERFLOW or self._calm():
            self._set(condition, detail)

    def _judge(self, link: LinkState | None) -> tuple[Condition, str]:
        if link is None:
            return Condition.UNPLUGGED, f"there is no interface {self._wiring.device}"
        if not link.up:
            return Condition.LINK_DOWN, f"interface {self._wiring.device} is down"
        if link.controller == "bus-off":
            return Condition.BUS_OFF, "controller state bus-off"
        if link.queued and self.condition in DEAD:
            return Condition.TX_QUEUE_FULL, f"{link.queued} frames wait in the kernel"
        if link.controller == "error-passive":
            return Condition.ERROR_PASSIVE, "controller state error-passive"
        return Condition.OK, ""

    def _unstick(self, device: str) -> None:
        """Old frames wait in the kernel: let them leave, or throw them away, before anything new is sent."""
        if time.monotonic() - self._since_s >= STUCK_S and not self._dropped:
            self._dropped = switch(device, False)
            switch(device, True)
            self._since_s = time.monotonic()

    def _calm(self) -> bool:
        return time.monotonic() - self._since_s >= 1.0

    def _recover(self) -> None:
        """Drop everything that was queued on either side of us, then be usable again."""
        with self._using:
            try:
                if self._wiring.reopen is not None:
                    with contextlib.suppress(*_RECV_ERRORS):
                        self._bus.shutdown()
                    self._bus = self._wiring.reopen()
                else:
                    while self._bus.recv(timeout=0) is not None:
                        pass
            except (TransportError, *_RECV_ERRORS) as error:
                self._detail = str(error)
                return
            if self._outbox is not None:
                self._outbox.clear()
            with self._lock:
                self._frames.clear()
            self._dropped = False
            self._set(Condition.OK)

    def _set(self, condition: Condition, detail: str = "") -> None:
        with self._lock:
            if condition is self.condition:
                return
            if condition not in DEAD or self.condition not in DEAD:
                self._since_s = time.monotonic()
            self.condition, self._detail = condition, detail
            self._changes.append(LinkChange(self.name, condition, detail))
        self._wake()
