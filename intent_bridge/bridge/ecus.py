"""The simulated ECUs on real or virtual python-can buses, on the wall clock: `intent-bridge sim`."""

from collections.abc import Callable, Mapping
from typing import Any

from intent_bridge.errors import TransportError
from intent_bridge.profile import Profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.transports.can_bus import CanTransport

IDLE_MS = 20


def serve_ecus(
    profile: Profile,
    buses: Mapping[str, Mapping[str, Any]],
    stopped: Callable[[], bool],
    *,
    vehicle: SimulatedVehicle | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> None:
    """Run the vehicle's ECUs on these buses until `stopped`; frames a bus does not take are told and lost."""
    vehicle = vehicle or SimulatedVehicle(profile)
    transport = CanTransport.open(buses, fd=[n for n, bus in profile.file.buses.items() if bus.fd])
    try:
        start_ms = transport.now_ms()
        while not stopped():
            now_ms = transport.now_ms() - start_ms
            for _, frame in vehicle.advance(now_ms):
                try:
                    transport.send(frame)
                except TransportError as error:
                    tell(str(error))
            due_ms = min(vehicle.next_ms(now_ms), now_ms + IDLE_MS)
            for heard_ms, frame in transport.receive(start_ms + due_ms):
                vehicle.receive(frame, max(0, heard_ms - start_ms))
    finally:
        transport.close()
