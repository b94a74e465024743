"""The CAN buses of a profile, opened: which they are, which carry CAN FD, which frames are heard."""

from collections.abc import Mapping
from typing import Any

from intent_bridge.errors import TransportError
from intent_bridge.profile import Profile
from intent_bridge.transports.can_bus import CanTransport


def can_of(
    profile: Profile, buses: Mapping[str, Mapping[str, Any]], *, alone: bool, everything: bool
) -> CanTransport:
    """The profile's buses with these python-can options; TransportError where they are not exactly its own.

    `everything`: frames that the profile does not name are taken in too.
    """
    missing = sorted(profile.file.buses.keys() ^ buses.keys())
    if missing:
        raise TransportError(f"buses {missing}: give exactly the profile's, {sorted(profile.file.buses)}")
    heard: dict[str, list[tuple[int, bool]]] = {name: [] for name in buses}
    for info in profile.messages.values():
        heard[info.bus].append((info.can_id, info.extended))
    flexible = [name for name, bus in profile.file.buses.items() if bus.fd]
    return CanTransport.open(buses, fd=flexible, listen_to=None if everything else heard, alone=alone)
