"""One bus and its faults, with a bus library that does what the test says."""

import errno
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import can
import pytest

from intent_bridge.errors import TransportError
from intent_bridge.transports import Condition
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.transports.can_link import QUEUE_FRAMES, SENT_FRAMES, Wiring
from intent_bridge.transports.faults import name_error, read_error_frame
from intent_bridge.transports.outbox import LIFE_MS, Outbox
from intent_bridge.transports.outbox import QUEUE_FRAMES as OUTBOX_FRAMES
from intent_bridge.types import RawFrame

PATIENCE_S = 20


def frame(number: int, data: bytes = b"") -> RawFrame:
    return RawFrame("a", number, False, False, data)


def message(number: int, data: bytes = b"", **more: Any) -> can.Message:
    return can.Message(arbitration_id=number, data=data, is_extended_id=False, **more)


class FakeBus(can.BusABC):
    """Receives what the test puts in, raises what the test says."""

    def __init__(self) -> None:
        self.incoming: queue.Queue[can.Message | Exception] = queue.Queue()
        self.sent: list[can.Message] = []
        self.refuse: Callable[[], Exception | None] = lambda: None
        self.channel_info = "fake"
        super().__init__(channel="fake")

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        try:
            item = self.incoming.get(timeout=timeout) if timeout else self.incoming.get_nowait()
        except queue.Empty:
            return None, True
        if isinstance(item, Exception):
            raise item
        return item, True

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        error = self.refuse()
        if error is not None:
            raise error
        self.sent.append(msg)


class Wired:
    """A transport on one fake bus."""

    def __init__(self, **wiring: Any) -> None:
        self.bus = FakeBus()
        self.transport = CanTransport({"a": self.bus}, {"a": Wiring(**wiring)})
        self.told: list[Condition] = []

    def until(self, condition: Condition) -> None:
        end = self.transport.now_ms() + PATIENCE_S * 1000
        while not self.told or self.told[-1] is not condition:
            assert self.transport.now_ms() < end, f"never {condition}"
            self.transport.receive(self.transport.now_ms() + 50)
            self.told += [change.condition for change in self.transport.changes()]

    def heard(self, count: int) -> list[RawFrame]:
        frames: list[RawFrame] = []
        end = self.transport.now_ms() + PATIENCE_S * 1000
        while len(frames) < count and self.transport.now_ms() < end:
            frames += [f for _, f in self.transport.receive(self.transport.now_ms() + 50)]
        return frames


@pytest.fixture
def wired() -> Iterator[Wired]:
    one = Wired()
    yield one
    one.transport.close()


@pytest.mark.parametrize(
    ("number", "condition"),
    [
        (errno.ENOBUFS, Condition.TX_QUEUE_FULL),
        (errno.ENETDOWN, Condition.LINK_DOWN),
        (errno.ENODEV, Condition.UNPLUGGED),
        (errno.ENXIO, Condition.UNPLUGGED),
        (errno.EIO, Condition.UNPLUGGED),
        (errno.EINVAL, Condition.FAILED),
    ],
)
def test_every_error_number_has_its_name(number: int, condition: Condition) -> None:
    assert name_error(can.CanOperationError("no", number)) is condition
    wrapped = can.CanOperationError("no")
    wrapped.__cause__ = OSError(number, "no")
    assert name_error(wrapped) is condition


@pytest.mark.parametrize(
    ("kind", "byte", "condition"),
    [
        (0x040, 0x00, Condition.BUS_OFF),
        (0x044, 0x20, Condition.BUS_OFF),
        (0x204, 0x10, Condition.ERROR_PASSIVE),
        (0x204, 0x20, Condition.ERROR_PASSIVE),
        (0x004, 0x01, Condition.RX_OVERFLOW),
        (0x004, 0x40, Condition.OK),
        (0x100, 0x00, Condition.OK),
        (0x140, 0x00, Condition.BUS_OFF),
    ],
)
def test_error_frames_have_their_names(kind: int, byte: int, condition: Condition) -> None:
    told = read_error_frame(message(kind, bytes((0, byte, 0, 0, 0, 0, 0, 0)), is_error_frame=True))
    assert told is not None and told[0] is condition


@pytest.mark.parametrize("kind", [0x088, 0x004])
def test_an_error_without_word_of_the_controller_changes_no_condition(kind: int) -> None:
    assert read_error_frame(message(kind, bytes(8), is_error_frame=True)) is None


def test_a_controller_that_has_restarted_is_usable_at_once_and_nothing_old_is_left(wired: Wired) -> None:
    wired.bus.incoming.put(message(0x040, bytes(8), is_error_frame=True))
    wired.bus.incoming.put(message(0x100, bytes(8), is_error_frame=True))
    wired.bus.incoming.put(message(1))
    wired.bus.incoming.put(message(0x100, bytes(8), is_error_frame=True))
    wired.until(Condition.OK)
    assert wired.told == [Condition.BUS_OFF, Condition.OK] and wired.heard(0) == []


def test_what_is_no_can_frame_is_refused_and_no_fault_of_the_bus(wired: Wired) -> None:
    with pytest.raises(TransportError, match="frame 0x1 is no CAN frame"):
        wired.transport.send(frame(1, bytes(9)))
    assert wired.transport.changes() == []


def test_a_slow_bus_that_comes_back_does_not_send_what_waited_before() -> None:
    fresh, blocked, go = FakeBus(), threading.Semaphore(0), threading.Semaphore(0)
    wired = Wired(blocks=True, reopen=lambda: fresh)

    def refuse() -> Exception | None:
        blocked.release()
        go.acquire()
        return can.CanOperationError("gone", errno.ENODEV)

    try:
        wired.bus.refuse = refuse
        wired.transport.send(frame(1))
        assert blocked.acquire(timeout=PATIENCE_S)
        wired.transport.send(frame(2))
        go.release()
        wired.until(Condition.OK)
        wired.transport.send(frame(3))
        while not fresh.sent:
            threading.Event().wait(0.01)
        assert [m.arbitration_id for m in fresh.sent] == [3]
    finally:
        wired.transport.close()


def test_a_frame_that_waited_too_long_is_a_full_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intent_bridge.transports.outbox.LIFE_MS", -1)
    wired = Wired(blocks=True)
    try:
        wired.transport.send(frame(1))
        wired.until(Condition.TX_QUEUE_FULL)
        assert wired.bus.sent == []
    finally:
        wired.transport.close()


def test_a_dead_bus_refuses_at_once_and_is_tried_again_with_a_new_handle() -> None:
    fresh = FakeBus()
    wired = Wired(reopen=lambda: fresh)
    try:
        wired.bus.refuse = lambda: can.CanOperationError("gone", errno.ENODEV)
        with pytest.raises(TransportError, match="did not take"):
            wired.transport.send(frame(1))
        with pytest.raises(TransportError, match="unplugged"):
            wired.transport.send(frame(2))
        wired.until(Condition.OK)
        wired.transport.send(frame(3))
        assert [m.arbitration_id for m in fresh.sent] == [3] and wired.bus.sent == []
        assert wired.told == [Condition.UNPLUGGED, Condition.OK]
    finally:
        wired.transport.close()


def test_a_queue_that_is_full_for_a_moment_is_no_fault(wired: Wired) -> None:
    answers = iter([can.CanOperationError("full", errno.ENOBUFS), None])
    wired.bus.refuse = lambda: next(answers)
    wired.transport.send(frame(1))
    assert len(wired.bus.sent) == 1 and wired.transport.changes() == []


def test_frames_of_before_a_fault_are_forgotten(wired: Wired) -> None:
    wired.bus.incoming.put(message(1))
    wired.bus.incoming.put(message(0x040, bytes(8), is_error_frame=True))
    while not wired.transport.changes():
        threading.Event().wait(0.01)
    wired.until(Condition.OK)
    wired.bus.incoming.put(message(2))
    assert [f.can_id for f in wired.heard(1)] == [2]


def test_a_flood_keeps_the_newest_frames_and_is_named(wired: Wired) -> None:
    for number in range(QUEUE_FRAMES + 10):
        wired.bus.incoming.put(message(number % 0x700))
    wired.bus.incoming.put(message(0x7FF))
    while not wired.bus.incoming.empty():
        threading.Event().wait(0.01)
    frames = wired.heard(QUEUE_FRAMES)
    assert len(frames) <= QUEUE_FRAMES + 1
    wired.told += [change.condition for change in wired.transport.changes()]
    assert Condition.RX_OVERFLOW in wired.told


def test_own_frames_that_come_back_are_recognised_by_their_bytes_once_each() -> None:
    wired = Wired(echoes=True)
    try:
        wired.transport.send(frame(1, b"\x01"))
        for number, data in ((1, b"\x01"), (1, b"\x02"), (1, b"\x01")):
            wired.bus.incoming.put(message(number, data, is_rx=False))
        assert [f.data for f in wired.heard(2)] == [b"\x02", b"\x01"]
    finally:
        wired.transport.close()


def test_only_so_many_own_frames_are_remembered_the_newest() -> None:
    wired = Wired(echoes=True)
    try:
        for number in range(SENT_FRAMES + 1):
            wired.transport.send(frame(number, b"\x01"))
        for number in (0, 1, SENT_FRAMES):
            wired.bus.incoming.put(message(number, b"\x01", is_rx=False))
        wired.bus.incoming.put(message(0x700))
        heard = wired.heard(2)
        assert [f.can_id for f in heard] == [0, 0x700]  # the first is taken for somebody else's
    finally:
        wired.transport.close()


def test_a_slow_adapter_holds_up_nobody_and_a_stop_overtakes_what_waits() -> None:
    taken, go, now = queue.Queue[RawFrame](), threading.Semaphore(0), [0]
    begun = threading.Semaphore(0)

    def hand_over(one: RawFrame) -> None:
        begun.release()
        go.acquire()
        taken.put(one)

    outbox = Outbox("a", hand_over, lambda: now[0], lambda one: None)
    outbox.put(frame(1), urgent=False)
    assert begun.acquire(timeout=PATIENCE_S)
    for number in (2, 3, 4):
        outbox.put(frame(number), urgent=False)
    outbox.put(frame(3, b"stop"), urgent=True)
    go.release(4)
    left = [taken.get(timeout=PATIENCE_S) for _ in range(4)]
    assert left == [frame(1), frame(3, b"stop"), frame(2), frame(4)], "no command after its own stop"
    outbox.close(PATIENCE_S)


def test_what_waited_too_long_is_not_sent_any_more_and_too_much_is_refused() -> None:
    taken, old, go, now = queue.Queue[RawFrame](), queue.Queue[RawFrame](), threading.Semaphore(0), [0]
    begun = threading.Semaphore(0)

    def hand_over(one: RawFrame) -> None:
        begun.release()
        go.acquire()
        taken.put(one)

    outbox = Outbox("a", hand_over, lambda: now[0], old.put)
    outbox.put(frame(0), urgent=False)
    assert begun.acquire(timeout=PATIENCE_S)
    for number in range(OUTBOX_FRAMES):
        outbox.put(frame(number), urgent=False)
    with pytest.raises(TransportError, match="wait to be sent"):
        outbox.put(frame(1), urgent=False)
    now[0] = LIFE_MS + 1
    go.release()
    assert [old.get(timeout=PATIENCE_S).can_id for _ in range(OUTBOX_FRAMES)] == list(range(OUTBOX_FRAMES))
    assert taken.qsize() == 1
    outbox.close(PATIENCE_S)


def test_python_cans_own_default_of_extended_identifiers_is_never_used(wired: Wired) -> None:
    wired.transport.send(frame(0x123))
    wired.transport.send(RawFrame("a", 0x123, True, False, b""))
    assert [m.is_extended_id for m in wired.bus.sent] == [False, True]
