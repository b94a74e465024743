"""Faults between the ECUs and us: lost, late, repeated and corrupted frames, and ECUs that fail."""

from intent_bridge.profile import Profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.testing.steps import FaultKind
from intent_bridge.types import RawFrame

FAR_MS = 1 << 60


class Wires:
    """All buses of one vehicle. Without a fault every frame arrives at once."""

    def __init__(self, profile: Profile, vehicle: SimulatedVehicle) -> None:
        self._profile, self._vehicle = profile, vehicle
        self._lose: dict[str, int] = {}
        self._lose_ours: dict[str, int] = {}
        self._repeat: dict[str, int] = {}
        self._flip: dict[str, int] = {}
        self._late_ms: dict[str, int] = {}
        self._held: list[tuple[int, RawFrame]] = []
        self._sound = True
        self.off: set[str] = set()
        """Buses that nothing passes."""

    def break_(self, kind: FaultKind, target: str, value: int) -> None:
        """Plant a fault, or end it; see `Fault`. ValueError when there is no such target."""
        vehicle, on = self._vehicle, bool(value)
        match kind:
            case "mute":
                vehicle.mute(target) if on else vehicle.unmute(target)
            case "corrupt":
                vehicle.corrupt_crc(target, on)
            case "freeze":
                vehicle.freeze_counter(target, on)
            case "lie":
                vehicle.force_raw(target, None if value < 0 else value)
            case "refuse":
                vehicle.refuse_all(target, on)
            case "delay":
                vehicle.delay(target, value)
            case "off":
                vehicle.power(target, not on)
            case _:
                self._wire(kind, target, value)

    def switch(self, bus: str, *, off: bool) -> None:
        """A bus goes off, or comes back. ValueError when there is no such bus."""
        self._known(bus)
        self.off.add(bus) if off else self.off.discard(bus)

    def _known(self, bus: str) -> None:
        if bus not in self._profile.file.buses:
            raise ValueError(f"no bus `{bus}`, known are {', '.join(self._profile.file.buses)}")

    def _wire(self, kind: FaultKind, bus: str, value: int) -> None:
        self._known(bus)
        match kind:
            case "lose":
                self._lose[bus] = value
            case "lose_ours":
                self._lose_ours[bus] = value
            case "repeat":
                self._repeat[bus] = value
            case "flip":
                self._flip[bus] = value
            case _:
                self._late_ms[bus] = value
        self._sound = False

    def incoming(self, sent: list[tuple[int, RawFrame]], now_ms: int) -> list[RawFrame]:
        """What reaches us of what the ECUs sent, now."""
        if self.off:
            sent = [(at_ms, frame) for at_ms, frame in sent if frame.bus not in self.off]
            self._held = [(due_ms, frame) for due_ms, frame in self._held if frame.bus not in self.off]
        if self._sound:
            return [frame for _, frame in sent]
        heard: list[RawFrame] = []
        for _, frame in sent:
            bus = frame.bus
            if self._lose.get(bus, 0) > 0:
                self._lose[bus] -= 1
                continue
            if bus in self._flip:
                frame = flipped(frame, self._flip.pop(bus))
            copies = 1
            if self._repeat.get(bus, 0) > 0:
                self._repeat[bus] -= 1
                copies = 2
            if bus in self._late_ms:
                self._held += [(now_ms + self._late_ms[bus], frame)] * copies
                del self._late_ms[bus]
            else:
                heard += [frame] * copies
        if self._held:
            heard += [frame for due_ms, frame in self._held if due_ms <= now_ms]
            self._held = [(due_ms, frame) for due_ms, frame in self._held if due_ms > now_ms]
        pending = (self._lose, self._repeat)
        self._sound = not (
            self._held or self._flip or self._late_ms or any(n > 0 for p in pending for n in p.values())
        )
        return heard

    def outgoing(self, frame: RawFrame) -> tuple[RawFrame, ...]:
        """What reaches the ECUs of a frame of ours."""
        if self._lose_ours.get(frame.bus, 0) > 0:
            self._lose_ours[frame.bus] -= 1
            return ()
        return (frame,)

    def next_ms(self) -> int:
        """When a frame that was held back arrives."""
        return min((due_ms for due_ms, _ in self._held), default=FAR_MS)


def flipped(frame: RawFrame, bit: int) -> RawFrame:
    """The frame with one bit wrong."""
    data = bytearray(frame.data)
    if data:
        data[bit // 8 % len(data)] ^= 1 << bit % 8
    return frame._replace(data=bytes(data))
