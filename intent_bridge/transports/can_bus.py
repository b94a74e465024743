"""Real and virtual CAN buses through python-can, each with threads and queues of its own."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import can

from intent_bridge.errors import TransportError
from intent_bridge.transports import LinkChange
from intent_bridge.transports.can_link import CanLink, Wiring
from intent_bridge.transports.lock import BusLocks
from intent_bridge.transports.messages import to_frame, to_message
from intent_bridge.types import RawFrame

__all__ = ["CanTransport", "open_bus", "to_frame", "to_message"]

_TAKES_AT_ONCE: Final = frozenset({"socketcan", "virtual", "udp_multicast"})
"""Interfaces whose `send` never waits; all others get a send queue and a thread for it."""


def open_bus(options: Mapping[str, Any], *, fd: bool) -> can.BusABC:
    """Open one python-can bus; `options` are python-can's own (`interface`, `channel`, …)."""
    try:
        return can.Bus(**{**options, "fd": True} if fd else options)
    except (can.CanError, OSError, ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise TransportError(f"bus `{options}` does not open: {error}") from error


class CanTransport:
    """Several python-can buses on the wall clock."""

    def __init__(self, buses: Mapping[str, can.BusABC], wiring: Mapping[str, Wiring] | None = None) -> None:
        self._wake = threading.Event()
        self._locks = BusLocks({})
        known = wiring or {}
        self._links = {
            name: CanLink(name, bus, known.get(name, Wiring()), now_ms=self.now_ms, wake=self._wake.set)
            for name, bus in buses.items()
        }

    @classmethod
    def open(
        cls,
        buses: Mapping[str, Mapping[str, Any]],
        *,
        fd: Iterable[str] = (),
        listen_to: Mapping[str, Iterable[tuple[int, bool]]] | None = None,
        alone: bool = False,
    ) -> "CanTransport":
        """Open every bus; TransportError when one does not open, and then none stays open.

        `fd` names the CAN FD buses. `listen_to` gives per bus the (identifier, extended) that matter; on
        SocketCAN the kernel drops all others, so that a flood of foreign frames costs nothing. `alone`:
        refuse buses that another bridge on this machine has opened so, as one does that sends commands.
        """
        flexible = frozenset(fd)
        locks = BusLocks(buses if alone else {})
        opened: dict[str, can.BusABC] = {}
        wiring: dict[str, Wiring] = {}
        for name, given in buses.items():
            options = _filtered(given, (listen_to or {}).get(name))
            try:
                opened[name] = open_bus(options, fd=name in flexible)
            except TransportError:
                for bus in opened.values():
                    bus.shutdown()
                locks.release()
                raise
            wiring[name] = _wiring(options, fd=name in flexible)
        made = cls(opened, wiring)
        made._locks = locks
        return made

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        self._links[frame.bus].send(frame, urgent=urgent)

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        while True:
            frames = [item for link in self._links.values() for item in link.take()]
            wait_s = (until_ms - self.now_ms()) / 1000
            if frames or wait_s <= 0 or any(link.news for link in self._links.values()):
                frames.sort(key=lambda item: item[0])
                return frames
            self._wake.wait(wait_s)
            self._wake.clear()

    def changes(self) -> list[LinkChange]:
        return [change for link in self._links.values() for change in link.changes()]

    def close(self) -> None:
        for link in self._links.values():
            link.close()
        self._locks.release()


def _filtered(options: Mapping[str, Any], ids: Iterable[tuple[int, bool]] | None) -> dict[str, Any]:
    if ids is None or options.get("interface") != "socketcan" or "can_filters" in options:
        return dict(options)
    filters = [
        {"can_id": number, "can_mask": 0x1FFFFFFF if extended else 0x7FF, "extended": extended}
        for number, extended in sorted(set(ids))
    ]
    return {**options, "can_filters": filters}


def _wiring(options: Mapping[str, Any], *, fd: bool) -> Wiring:
    interface = options.get("interface")
    channel = options.get("channel")
    return Wiring(
        reopen=None if interface == "virtual" else lambda: open_bus(options, fd=fd),
        device=channel if interface == "socketcan" and isinstance(channel, str) else None,
        echoes=interface == "udp_multicast" or bool(options.get("receive_own_messages")),
        blocks=interface not in _TAKES_AT_ONCE,
    )
