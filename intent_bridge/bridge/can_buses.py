"""The CAN buses of a profile, opened: which they are, which carry CAN FD, which frames are heard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intent_bridge.errors import TransportError
from intent_bridge.profile import Profile
from intent_bridge.transports import Transport
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.transports.recording import recorded


def open_buses(
    profile: Profile, buses: Mapping[str, Mapping[str, Any]], log: Path | None, *, alone: bool
) -> Transport:
    """The profile's buses with these python-can options; TransportError where they are not exactly its own.

    `log`: a file that every frame is written to; then those too that the profile does not name.
    """
    missing = sorted(profile.file.buses.keys() ^ buses.keys())
    if missing:
        raise TransportError(f"buses {missing}: give exactly the profile's, {sorted(profile.file.buses)}")
    heard: dict[str, list[tuple[int, bool]]] = {name: [] for name in buses}
    for info in profile.messages.values():
        heard[info.bus].append((info.can_id, info.extended))
    flexible = [name for name, bus in profile.file.buses.items() if bus.fd]
    listen_to = heard if log is None else None  # a record of a drive leaves nothing out
    transport = CanTransport.open(buses, fd=flexible, listen_to=listen_to, alone=alone)
    try:
        return recorded(transport, log, list(profile.file.buses))
    except BaseException:
        transport.close()
        raise
