"""A bus that is a network interface, watched: with a kernel that says what the test says, and our own."""

import struct
from collections.abc import Iterator
from typing import Any

import can
import pytest

from intent_bridge.errors import TransportError
from intent_bridge.transports import Condition, can_bus, can_link, link_state
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.transports.link_state import CONTROLLER, LinkState, read_link, switch
from intent_bridge.transports.lock import BusLocks
from tests.unit.transports.test_can_link import FakeBus, Wired, frame, message

SOUND = LinkState(up=True, carrier=True, controller="error-active", queued=0)


class Kernel:
    """One interface, as the test wants it; switching it off empties its queue."""

    def __init__(self) -> None:
        self.link: LinkState | None = SOUND
        self.switched: list[bool] = []

    def read(self, device: str) -> LinkState | None:
        assert device == "can9"
        return self.link

    def switch(self, device: str, on: bool) -> bool:
        assert device == "can9"
        self.switched.append(on)
        if not on:
            self.link = LinkState(up=False, carrier=False, controller="stopped", queued=0)
        elif self.switched[-3:] != [False, True]:  # the first try to switch it on again fails
            self.link = SOUND
        return True


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel()
    monkeypatch.setattr(can_link, "read_link", made.read)
    monkeypatch.setattr(can_link, "switch", made.switch)
    return made


@pytest.fixture
def wired(kernel: Kernel) -> Iterator[Wired]:
    one = Wired(device="can9")
    yield one
    one.transport.close()


@pytest.mark.parametrize(
    ("link", "condition"),
    [
        (None, Condition.UNPLUGGED),
        (LinkState(up=False, carrier=False, controller="", queued=0), Condition.LINK_DOWN),
        (LinkState(up=True, carrier=True, controller="bus-off", queued=0), Condition.BUS_OFF),
        (LinkState(up=True, carrier=True, controller="error-passive", queued=0), Condition.ERROR_PASSIVE),
    ],
)
def test_what_the_kernel_says_of_the_interface_is_the_condition_until_it_is_sound_again(
    kernel: Kernel, wired: Wired, link: LinkState | None, condition: Condition
) -> None:
    kernel.link = link
    wired.until(condition)
    wired.bus.incoming.put(message(1))
    kernel.link = SOUND
    wired.until(Condition.OK)
    assert wired.told == [condition, Condition.OK] and kernel.switched == []


@pytest.mark.parametrize("device", [None, "can9"])
def test_an_overflow_is_over_when_it_has_been_calm(kernel: Kernel, device: str | None) -> None:
    wired = Wired(device=device)
    try:
        wired.bus.incoming.put(message(0x004, b"\0\1", is_error_frame=True))
        wired.until(Condition.OK)
        assert wired.told == [Condition.RX_OVERFLOW, Condition.OK]
    finally:
        wired.transport.close()


def test_a_kernel_queue_that_stays_full_is_thrown_away_before_anything_new_is_sent(
    kernel: Kernel, wired: Wired
) -> None:
    kernel.link = LinkState(up=True, carrier=True, controller="error-active", queued=3)
    wired.bus.incoming.put(message(0x040, bytes(8), is_error_frame=True))
    wired.until(Condition.OK)
    assert wired.told == [Condition.BUS_OFF, Condition.OK]
    assert kernel.switched == [False, True, True], "off, on, and on again where that did not take"
    wired.transport.send(frame(1))


def test_a_restarted_controller_waits_for_the_kernels_word(kernel: Kernel, wired: Wired) -> None:
    kernel.link = LinkState(up=True, carrier=True, controller="bus-off", queued=0)
    wired.until(Condition.BUS_OFF)
    wired.bus.incoming.put(message(0x100, bytes(8), is_error_frame=True))
    wired.bus.incoming.put(message(1))
    wired.heard(1)
    with pytest.raises(TransportError, match="bus_off"):
        wired.transport.send(frame(1))


def test_an_interface_of_this_machine_is_read_and_one_that_is_not_there_is_none() -> None:
    loopback = read_link("lo")
    assert loopback is not None and loopback.controller == ""
    assert read_link("nothing9") is None and not switch("nothing9", True)


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


@pytest.mark.parametrize("number", [*range(len(CONTROLLER)), 77])
def test_the_state_of_a_controller_and_the_frames_in_its_queues_are_read(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    info = attribute(18, attribute(1, b"can\0") + attribute(2, attribute(4, struct.pack("=I", number))))
    link = (16, struct.pack("=BxHiII", 0, 280, 5, 0x1, 0) + attribute(3, b"can9\0") + info + b"\2\0\3\0")
    stats = attribute(7, attribute(3, struct.pack("=5I", 4, 0, 0, 0, 0)))

    def queue(index: int, more: bytes) -> tuple[int, bytes]:
        return 36, struct.pack("=BxxxiIII", 0, index, 0, 0, 0) + more

    answers = {
        18: [(2, b""), link],
        38: [queue(5, stats), queue(6, stats), queue(5, b""), queue(5, stats), (3, b"")],
    }
    monkeypatch.setattr(link_state, "_ask", lambda kind, flags, body: iter(answers[kind]))
    name = CONTROLLER[number] if number < len(CONTROLLER) else ""
    assert read_link("can9") == LinkState(up=True, carrier=False, controller=name, queued=8)


def test_switching_changes_one_flag_and_keeps_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    flags, asked = {"can9": 0x1041}, []

    def ioctl(_: object, request: int, body: bytes) -> bytes:
        name, given = struct.unpack("16sH14x", body)
        if request == 0x8914:
            flags[name.rstrip(b"\0").decode()] = given
            asked.append(given)
        return struct.pack("16sH14x", name, flags["can9"])

    monkeypatch.setattr("fcntl.ioctl", ioctl)
    assert switch("can9", False) and switch("can9", True)
    assert asked == [0x1040, 0x1041]


def test_what_the_kernel_need_not_hand_over_is_filtered_there_and_only_on_socketcan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[dict[str, Any]] = []

    def open_bus(options: dict[str, Any], *, fd: bool) -> can.BusABC:
        opened.append(options)
        return FakeBus()

    monkeypatch.setattr(can_bus, "open_bus", open_bus)
    monkeypatch.setattr(can_link, "read_link", lambda device: SOUND)
    buses: dict[str, dict[str, Any]] = {
        "a": {"interface": "socketcan", "channel": "can9"},
        "b": {"interface": "virtual", "channel": "x"},
        "c": {"interface": "socketcan", "channel": "can8", "can_filters": []},
    }
    wanted = [(0x7DF, False), (0x18DAF110, True)]
    CanTransport.open(buses, listen_to=dict.fromkeys(buses, wanted)).close()
    assert opened[0]["can_filters"] == [
        {"can_id": 0x7DF, "can_mask": 0x7FF, "extended": False},
        {"can_id": 0x18DAF110, "can_mask": 0x1FFFFFFF, "extended": True},
    ]
    assert "can_filters" not in opened[1] and opened[2]["can_filters"] == []


def test_when_one_bus_does_not_open_none_stays_open_or_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    made = FakeBus()
    ended: list[bool] = []
    monkeypatch.setattr(made, "shutdown", lambda: ended.append(True))

    def open_bus(options: dict[str, Any], *, fd: bool) -> can.BusABC:
        if options["channel"] == "second-of-two":
            raise TransportError("no such bus")
        return made

    monkeypatch.setattr(can_bus, "open_bus", open_bus)
    buses = {name: {"interface": "virtual", "channel": f"{name}-of-two"} for name in ("first", "second")}
    with pytest.raises(TransportError, match="no such bus"):
        CanTransport.open(buses, alone=True)
    assert ended == [True]
    BusLocks(buses).release()
