"""Faults of a real CAN network device: each has a name, and nothing old survives the way back."""

import subprocess
from collections.abc import Iterator

import pytest

from intent_bridge.errors import TransportError
from intent_bridge.transports import Condition
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.transports.link_state import read_link
from intent_bridge.types import RawFrame
from tests.socketcan.adapter import Adapter
from tests.socketcan.tools import QUIET, ip, link_info, until


def frame(number: int, bus: str = "a") -> RawFrame:
    """One frame that can be told from others."""
    return RawFrame(bus, number, False, False, b"")


class Watched:
    """A transport on an adapter and on a quiet bus, and the conditions it told of."""

    def __init__(self, device: str) -> None:
        options = {
            name: {"interface": "socketcan", "channel": d} for name, d in (("a", device), ("v", QUIET))
        }
        self.transport = CanTransport.open(options)
        self.told: list[Condition] = []
        self.heard: list[RawFrame] = []

    def listen(self) -> list[RawFrame]:
        """Take in what there is; all frames heard so far."""
        self.heard += [f for _, f in self.transport.receive(self.transport.now_ms() + 20)]
        self.told += [c.condition for c in self.transport.changes() if c.bus == "a"]
        return self.heard

    def becomes(self, condition: Condition) -> None:
        """Wait until the transport says so."""

        def so() -> bool:
            self.listen()
            return bool(self.told) and self.told[-1] is condition

        until(so, condition)

    def refuses(self) -> bool:
        """Whether a frame is refused now."""
        try:
            self.transport.send(frame(0x001))
        except TransportError:
            return True
        return False


@pytest.fixture
def watched(adapter: Adapter) -> Iterator[Watched]:
    """A transport on the simulated adapter."""
    one = Watched(adapter.device)
    yield one
    one.transport.close()


def restart(device: str) -> None:
    """slcan knows no restart in place."""
    ip("link", "set", device, "down")
    ip("link", "set", device, "up")


def test_frames_pass_both_ways(adapter: Adapter, watched: Watched) -> None:
    watched.transport.send(RawFrame("a", 0x123, False, False, b"\xde\xad"))
    until(lambda: adapter.frames == [b"t1232DEAD"], "our frame")
    adapter.inject(b"t3213010203")
    until(watched.listen, "its frame")
    assert watched.heard == [RawFrame("a", 0x321, False, False, b"\x01\x02\x03")]


def test_error_passive_is_told_and_frames_still_pass(adapter: Adapter, watched: Watched) -> None:
    adapter.be_passive()
    watched.becomes(Condition.ERROR_PASSIVE)
    assert not watched.refuses()
    adapter.be_active()
    watched.becomes(Condition.OK)


def test_in_bus_off_nothing_is_accepted_though_the_socket_would_swallow_it(
    adapter: Adapter, watched: Watched
) -> None:
    adapter.go_bus_off()
    watched.becomes(Condition.BUS_OFF)
    assert link_info(adapter.device)["linkinfo"]["info_data"]["state"] == "BUS-OFF"
    assert watched.refuses()
    watched.transport.send(frame(0x010, "v"))  # the other bus does not care
    adapter.frames.clear()
    restart(adapter.device)
    watched.becomes(Condition.OK)
    watched.transport.send(frame(0x002))
    until(lambda: adapter.frames, "a frame after recovery")
    assert adapter.frames == [b"t0020"]


def test_a_bus_that_was_bus_off_before_we_came_is_found_by_its_link_state(adapter: Adapter) -> None:
    adapter.go_bus_off()
    until(lambda: link_info(adapter.device)["linkinfo"]["info_data"]["state"] == "BUS-OFF", "bus-off")
    one = Watched(adapter.device)
    try:
        one.becomes(Condition.BUS_OFF)
    finally:
        one.transport.close()


def test_a_full_queue_is_told_and_nothing_of_it_leaves_after_recovery(
    adapter: Adapter, watched: Watched
) -> None:
    adapter.stall()

    def full() -> bool:
        return watched.refuses()

    until(full, "the queue is full")
    watched.becomes(Condition.TX_QUEUE_FULL)
    waiting = read_link(adapter.device)
    assert waiting is not None and waiting.queued > 0
    until(lambda: (read_link(adapter.device) or waiting).queued == 0, "the kernel's queue was dropped")
    left = len(adapter.frames)
    adapter.resume()
    watched.becomes(Condition.OK)
    watched.transport.send(frame(0x7FF))
    until(lambda: b"t7FF0" in adapter.frames, "a new frame")
    assert len(adapter.frames) - left <= 3  # the one in the driver's hands, none of the queue, ours


def test_a_link_that_is_switched_off_is_told_and_used_again_when_it_is_on(
    adapter: Adapter, watched: Watched
) -> None:
    ip("link", "set", adapter.device, "down")
    watched.becomes(Condition.LINK_DOWN)
    assert watched.refuses()
    ip("link", "set", adapter.device, "up")
    watched.becomes(Condition.OK)
    assert not watched.refuses()


def test_an_unplugged_adapter_is_told_and_used_again_when_it_is_back() -> None:
    first = Adapter(name="can7")
    ip("link", "set", "can7", "type", "can", "bitrate", "500000")
    ip("link", "set", "can7", "up")
    one = Watched("can7")
    try:
        first.unplug()
        one.becomes(Condition.UNPLUGGED)
        assert one.refuses()
        second = Adapter(name="can7")
        ip("link", "set", "can7", "type", "can", "bitrate", "500000")
        ip("link", "set", "can7", "up")
        one.becomes(Condition.OK)
        one.transport.send(frame(0x003))
        until(lambda: second.frames == [b"t0030"], "a frame through the new adapter")
        second.unplug()
    finally:
        one.transport.close()


def test_frames_that_came_in_before_a_fault_are_forgotten(adapter: Adapter, watched: Watched) -> None:
    adapter.inject(b"t0110")
    until(lambda: watched.transport._links["a"]._frames, "a frame waits in our queue")
    adapter.go_bus_off()
    until(lambda: watched.transport._links["a"].condition is Condition.BUS_OFF, "bus-off")
    restart(adapter.device)
    until(lambda: watched.transport._links["a"].condition is Condition.OK, "recovery")
    adapter.inject(b"t0120")
    until(watched.listen, "a frame")
    assert [f.can_id for f in watched.heard] == [0x012]
    assert watched.told == [Condition.BUS_OFF, Condition.OK] or Condition.LINK_DOWN in watched.told


def test_vcan_has_no_controller_state_and_a_missing_interface_no_state_at_all() -> None:
    state = read_link(QUIET)
    assert state is not None and (state.up, state.controller) == (True, "")
    assert read_link("nocan0") is None
    subprocess.run(["ip", "link", "show", QUIET], check=True, capture_output=True)
