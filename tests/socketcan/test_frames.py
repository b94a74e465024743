"""Frames on real SocketCAN: what candump sees of ours, and what we see of cansend's."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import can
import pytest

from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.types import RawFrame
from tests.socketcan.tools import PATIENCE_S, QUIET, run, until

CLASSIC = RawFrame("a", 0x123, False, False, b"\xde\xad")
WIDE = RawFrame("a", 0x1ABCDEF0, True, False, bytes(8))
NARROW_NUMBER_WIDE = RawFrame("a", 0x123, True, False, b"\x01")
FLEXIBLE = RawFrame("a", 0x321, False, True, bytes(range(12)))
LONGEST = RawFrame("a", 0x322, False, True, bytes(range(64)))
LISTENERS = Path("/proc/net/can/rcvlist_all")
FRAMES = [CLASSIC, WIDE, NARROW_NUMBER_WIDE, FLEXIBLE, LONGEST]


@pytest.fixture
def transport() -> Iterator[CanTransport]:
    """One FD bus."""
    opened = CanTransport.open({"a": {"interface": "socketcan", "channel": QUIET}}, fd=["a"])
    yield opened
    opened.close()


def heard(transport: CanTransport, count: int) -> list[RawFrame]:
    """So many received frames."""
    frames: list[RawFrame] = []

    def enough() -> bool:
        frames.extend(frame for _, frame in transport.receive(transport.now_ms() + 100))
        return len(frames) >= count

    until(enough, f"{count} frames")
    return frames


def test_candump_sees_our_frames_with_the_identifier_width_that_was_meant(transport: CanTransport) -> None:
    command = ["candump", "-L", "-n", str(len(FRAMES)), "-T", str(PATIENCE_S * 1000), QUIET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as candump:
        until(lambda: LISTENERS.read_text().count(QUIET) > 1, "candump listens")
        for frame in FRAMES:
            transport.send(frame)
        seen = [line.split()[2] for line in candump.communicate()[0].splitlines()]
    assert seen[:3] == ["123#DEAD", "1ABCDEF0#0000000000000000", "00000123#01"]
    assert re.fullmatch(r"321##[15]" + bytes(range(12)).hex().upper(), seen[3])  # newer kernels show FDF too
    assert re.fullmatch(r"322##[15]" + bytes(range(64)).hex().upper(), seen[4])


def test_we_see_what_cansend_sends(transport: CanTransport) -> None:
    for text in ("123#DEAD", "1ABCDEF0#0000000000000000", "00000123#01", "321##1" + FLEXIBLE.data.hex()):
        run("cansend", QUIET, text)
    assert heard(transport, 4) == FRAMES[:4]


def test_remote_frames_are_not_taken_for_data(transport: CanTransport) -> None:
    run("cansend", QUIET, "123#R")
    run("cansend", QUIET, "124#00")
    assert [frame.can_id for frame in heard(transport, 1)] == [0x124]


def test_our_own_frames_do_not_come_back_and_those_of_other_programs_of_this_host_do(
    transport: CanTransport,
) -> None:
    """SocketCAN says `is_rx=False` of both, so that flag may not decide."""
    with can.Bus(interface="socketcan", channel=QUIET) as other:
        transport.send(CLASSIC)
        other.send(can.Message(arbitration_id=0x124, is_extended_id=False))
        mirror = other.recv(timeout=PATIENCE_S)
        assert mirror is not None and mirror.arbitration_id == 0x123 and not mirror.is_extended_id
    assert [frame.can_id for frame in heard(transport, 1)] == [0x124]


def test_a_flood_of_foreign_frames_stays_in_the_kernel() -> None:
    options = {"a": {"interface": "socketcan", "channel": QUIET}}
    transport = CanTransport.open(options, listen_to={"a": [(0x123, False)]})
    try:
        run("cangen", QUIET, "-g", "0", "-n", "5000", "-I", "400", "-L", "8", "-i")
        run("cansend", QUIET, "123#DEAD")
        run("cansend", QUIET, "00000123#01")
        run("cansend", QUIET, "123#BEEF")
        assert [frame.data.hex() for frame in heard(transport, 2)] == ["dead", "beef"]
        assert transport.changes() == []
    finally:
        transport.close()
