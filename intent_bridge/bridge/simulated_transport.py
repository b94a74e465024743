"""The simulated vehicle on python-can's virtual buses, on a virtual clock that moves only when asked."""

import itertools

import can
from can.interfaces.virtual import VirtualBus

from intent_bridge.profile import Profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.transports import LinkChange
from intent_bridge.transports.messages import to_frame, to_message
from intent_bridge.types import RawFrame

_numbers = itertools.count(1)


class SimulatedTransport:
    """Our side and the ECUs' side of every bus; `receive` lets virtual time pass until something is heard."""

    def __init__(self, profile: Profile, vehicle: SimulatedVehicle) -> None:
        self.vehicle = vehicle
        self._now_ms = vehicle.clock_ms
        number = next(_numbers)
        self._ours: dict[str, VirtualBus] = {}
        self._theirs: dict[str, VirtualBus] = {}
        for name, bus in profile.file.buses.items():
            protocol = can.CanProtocol.CAN_FD if bus.fd else can.CanProtocol.CAN_20
            channel = f"intent-bridge-sim-{number}-{name}"
            self._ours[name] = VirtualBus(channel=channel, protocol=protocol)
            self._theirs[name] = VirtualBus(channel=channel, protocol=protocol)

    def now_ms(self) -> int:
        return self._now_ms

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        self._ours[frame.bus].send(to_message(frame))

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        while True:
            for name, bus in self._theirs.items():
                for frame in _drain(name, bus):
                    self.vehicle.receive(frame, self._now_ms)
            for _, frame in self.vehicle.advance(self._now_ms):
                self._theirs[frame.bus].send(to_message(frame))
            heard = [(self._now_ms, f) for name, bus in self._ours.items() for f in _drain(name, bus)]
            if heard or self._now_ms >= until_ms:
                return heard
            self._now_ms = max(self._now_ms + 1, min(until_ms, self.vehicle.next_ms(self._now_ms)))

    def changes(self) -> list[LinkChange]:
        return []  # virtual buses have no faults

    def close(self) -> None:
        for bus in (*self._ours.values(), *self._theirs.values()):
            bus.shutdown()


def _drain(name: str, bus: VirtualBus) -> list[RawFrame]:
    frames = []
    while (message := bus.recv(timeout=0)) is not None:
        frame = to_frame(name, message)
        if frame is not None:
            frames.append(frame)
    return frames
