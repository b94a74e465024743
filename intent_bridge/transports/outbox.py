"""The send queue of a bus whose adapter may take its time: stops first, nothing old, never long.

Buses that take a frame at once (SocketCAN, virtual, multicast) need none and have none.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from intent_bridge.errors import TransportError
from intent_bridge.types import RawFrame

QUEUE_FRAMES: Final = 32
LIFE_MS: Final = 200
"""A frame that waited longer is not sent any more: what it asked for was decided on older state."""


class Outbox:
    """Hands frames to a slow bus in a thread of its own, so that nobody else waits for it."""

    def __init__(
        self,
        name: str,
        hand_over: Callable[[RawFrame], None],
        now_ms: Callable[[], int],
        too_old: Callable[[RawFrame], None],
    ) -> None:
        """`hand_over` may block and reports its own errors; `too_old` is told of frames that were dropped."""
        self._hand_over, self._now_ms, self._too_old = hand_over, now_ms, too_old
        self._urgent: deque[tuple[int, RawFrame]] = deque()
        self._normal: deque[tuple[int, RawFrame]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._name = name
        self._thread = threading.Thread(target=self._run, name=f"send-{name}", daemon=True)
        self._thread.start()

    def put(self, frame: RawFrame, *, urgent: bool) -> None:
        """Queue a frame. TransportError when too many wait.

        An urgent one overtakes all others, and drops those of its own identifier: a command must not
        follow its own stop.
        """
        with self._changed:
            if urgent:
                mine = (frame.can_id, frame.extended)
                self._normal = deque(
                    w for w in self._normal if (w[1].can_id, w[1].extended) != mine
                )  # fmt: skip
                self._urgent.append((self._now_ms(), frame))
            elif len(self._normal) >= QUEUE_FRAMES:
                raise TransportError(f"bus `{self._name}`: {QUEUE_FRAMES} frames wait to be sent")
            else:
                self._normal.append((self._now_ms(), frame))
            self._changed.notify()

    def clear(self) -> None:
        """Forget everything that waits."""
        with self._changed:
            self._urgent.clear()
            self._normal.clear()

    def close(self, patience_s: float) -> None:
        """End the thread; what still waits is dropped."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout=patience_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._urgent or self._normal)
                if self._closed:
                    return
                queued_ms, frame = (self._urgent or self._normal).popleft()
            if self._now_ms() - queued_ms > LIFE_MS:
                self._too_old(frame)
            else:
                self._hand_over(frame)
