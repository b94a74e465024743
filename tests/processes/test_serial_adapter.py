"""python-can's own slcan (a serial adapter, no kernel driver) over a pty, as on systems without SocketCAN."""

import os
import pty
import select
import threading
import tty
from collections.abc import Iterator

import pytest

from intent_bridge.errors import TransportError
from intent_bridge.transports import Condition
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.types import RawFrame

pytest.importorskip("serial", reason="the extra `serial` is not installed")
PATIENCE_S = 30


class Modem:
    """The adapter's side of the line: notes what it is told, says what the test wants."""

    def __init__(self) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._ours)
        tty.setraw(self._theirs)
        self.name = os.ttyname(self._theirs)
        self.lines: list[bytes] = []
        self._going = threading.Event()
        self._going.set()
        self.reading = threading.Event()
        self.reading.set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, line: bytes) -> None:
        os.write(self._ours, line + b"\r")

    def unplug(self) -> None:
        if self._going.is_set():
            self._going.clear()
            self._thread.join()
            os.close(self._theirs)
            os.close(self._ours)

    def _run(self) -> None:
        rest = b""
        while self._going.is_set():
            if self.reading.is_set() and select.select([self._ours], [], [], 0.02)[0]:
                *lines, rest = (rest + os.read(self._ours, 4096)).split(b"\r")
                self.lines += lines


@pytest.fixture
def modem() -> Iterator[Modem]:
    one = Modem()
    yield one
    one.unplug()


@pytest.fixture
def transport(modem: Modem) -> Iterator[CanTransport]:
    options = {"interface": "slcan", "channel": modem.name, "bitrate": 500_000, "sleep_after_open": 0}
    opened = CanTransport.open({"a": options, "b": {"interface": "virtual", "channel": "beside-serial"}})
    yield opened
    opened.close()


def until(transport: CanTransport, condition: Condition) -> None:
    end = transport.now_ms() + PATIENCE_S * 1000
    while condition not in [change.condition for change in transport.changes()]:
        assert transport.now_ms() < end, f"never {condition}"
        transport.receive(transport.now_ms() + 20)


def test_frames_pass_both_ways_with_their_identifier_width(modem: Modem, transport: CanTransport) -> None:
    transport.send(RawFrame("a", 0x123, False, False, b"\xde\xad"))
    transport.send(RawFrame("a", 0x123, True, False, b""))
    end = transport.now_ms() + PATIENCE_S * 1000
    while len([line for line in modem.lines if line[:1] in (b"t", b"T")]) < 2:
        assert transport.now_ms() < end
        threading.Event().wait(0.01)
    assert [line for line in modem.lines if line[:1] in (b"t", b"T")] == [b"t1232DEAD", b"T000001230"]
    assert b"S6" in modem.lines and b"O" in modem.lines
    modem.say(b"t3213010203")
    heard: list[RawFrame] = []
    while not heard:
        assert transport.now_ms() < end
        heard += [frame for _, frame in transport.receive(transport.now_ms() + 20)]
    assert heard == [RawFrame("a", 0x321, False, False, b"\x01\x02\x03")]


def test_an_adapter_that_takes_no_more_bytes_holds_up_nobody(modem: Modem, transport: CanTransport) -> None:
    modem.reading.clear()
    with pytest.raises(TransportError):
        for _ in range(100_000):
            transport.send(RawFrame("a", 0x123, False, False, bytes(8)))
    transport.send(RawFrame("b", 0x123, False, False, bytes(8)))


def test_an_adapter_pulled_out_is_named(modem: Modem, transport: CanTransport) -> None:
    modem.unplug()
    until(transport, Condition.UNPLUGGED)
    with pytest.raises(TransportError, match="unplugged"):
        transport.send(RawFrame("a", 0x123, False, False, b""))
