"""What Linux itself says of a network interface: plugged in, up, controller state, frames still queued.

Asked by rtnetlink, which needs no privilege; only `switch` needs CAP_NET_ADMIN.
"""

import fcntl
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_RTM_GETLINK, _RTM_NEWLINK, _RTM_GETQDISC, _RTM_NEWQDISC = 18, 16, 38, 36
_DONE, _ERROR = 3, 2
_REQUEST, _DUMP = 0x1, 0x300
_IFLA_IFNAME, _IFLA_LINKINFO, _INFO_DATA, _CAN_STATE = 3, 18, 2, 4
_TCA_STATS2, _STATS_QUEUE = 7, 3
_UP, _CARRIER = 0x1, 0x10000
_GET_FLAGS, _SET_FLAGS = 0x8913, 0x8914

CONTROLLER: Final = ("error-active", "error-warning", "error-passive", "bus-off", "stopped", "sleeping")
"""The controller's states in the kernel's numbering (linux/can/netlink.h)."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """One interface as the kernel sees it. `controller` is empty where the device has none (vcan)."""

    up: bool
    carrier: bool
    controller: str
    queued: int
    """Frames that the kernel still holds to be sent."""


def read_link(device: str) -> LinkState | None:
    """The state of a network interface; None when there is none of that name."""
    name = device.encode() + b"\0"
    question = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + _attribute(_IFLA_IFNAME, name)
    for kind, body in _ask(_RTM_GETLINK, _REQUEST, question):
        if kind == _RTM_NEWLINK:
            index, flags = struct.unpack_from("=iI", body, 4)
            controller = ""
            data = dict(_attributes(dict(_attributes(body[16:])).get(_IFLA_LINKINFO, b""))).get(_INFO_DATA)
            state = dict(_attributes(data or b"")).get(_CAN_STATE)
            if state is not None:
                number = int.from_bytes(state[:4], sys.byteorder)
                controller = CONTROLLER[number] if number < len(CONTROLLER) else ""
            return LinkState(bool(flags & _UP), bool(flags & _CARRIER), controller, _queued(index))
    return None


def switch(device: str, on: bool) -> bool:
    """Switch an interface on or off; off throws away what the kernel still holds to be sent.

    False when we may not (no CAP_NET_ADMIN), the interface is gone, or its driver refuses.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as handle:
        try:
            answer = fcntl.ioctl(handle, _GET_FLAGS, struct.pack("16sH14x", device.encode(), 0))
            flags = struct.unpack_from("16xH", answer)[0]
            wanted = flags | _UP if on else flags & ~_UP
            fcntl.ioctl(handle, _SET_FLAGS, struct.pack("16sH14x", device.encode(), wanted))
        except OSError:
            return False
    return True


def _queued(index: int) -> int:
    question = struct.pack("=BxxxiIII", 0, index, 0, 0, 0)
    total = 0
    for kind, body in _ask(_RTM_GETQDISC, _REQUEST | _DUMP, question):
        if kind == _RTM_NEWQDISC and struct.unpack_from("=i", body, 4)[0] == index:
            stats = dict(_attributes(dict(_attributes(body[20:])).get(_TCA_STATS2, b"")))
            if _STATS_QUEUE in stats:
                total += struct.unpack_from("=I", stats[_STATS_QUEUE])[0]
    return total


def _ask(kind: int, flags: int, body: bytes) -> Iterator[tuple[int, bytes]]:
    """One rtnetlink question; the answers as (message type, body)."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as link:
        link.settimeout(1.0)
        link.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body)
        while True:
            data = link.recv(65536)
            while len(data) >= 16:
                size, answered, more = struct.unpack_from("=IHH", data)
                if answered in (_DONE, _ERROR):
                    return
                yield answered, data[16:size]
                if not more & 0x2:
                    return
                data = data[(size + 3) & ~3 :]


def _attribute(kind: int, value: bytes) -> bytes:
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + bytes(-size % 4)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            return
        yield kind & 0x3FFF, data[4:size]
        data = data[(size + 3) & ~3 :]
