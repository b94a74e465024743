"""The monitor's eyes on the bus: frames decoded by cantools, protection checked as the simulator does."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from cantools.database import DecodeError
from cantools.database.can import Signal

from intent_bridge.frozen import frozen
from intent_bridge.profile import MessageInfo, Profile, once
from intent_bridge.profile.model import Quantity
from intent_bridge.profile.protection import signal_mask
from intent_bridge.sim.protection import Protection, simulated_key
from intent_bridge.sim.wire import known
from intent_bridge.types import RawFrame

NEVER_MS: Final = -(10**9)
CACHE_MAX: Final = 20_000
_ELSEWHERE: Final = object()
"""Stands for a signal that is on another page."""
_UNREAD: Final = object()


@frozen
class Reported:
    """What an ECU last said of a path (VSS units; None: not available), and when."""

    value: object
    at_ms: int


@dataclass(frozen=True)
class _Field:
    """One signal that carries one path."""

    path: str
    signal: Signal
    quantity: Quantity
    says_nothing: frozenset[str]
    within: tuple[Decimal, Decimal] | None = None
    """What an ECU can report; a frame of ours may ask for anything, and is judged by that."""

    def value(self, raw: int) -> object | None:
        """What the raw number says in VSS units; None where it says no value."""
        named = self.signal.choices.get(raw) if self.signal.choices else None
        if named is not None and str(named) in self.says_nothing:
            return None
        kind = self.quantity.type
        if kind == "boolean":
            return {0: False, 1: True}.get(raw)
        if kind == "enum":
            return str(named) if named is not None and str(named) in (self.quantity.values or {}) else None
        conversion = self.signal.conversion
        value = Decimal(raw) * Decimal(str(conversion.scale)) + Decimal(str(conversion.offset))
        return value if self.within is None or self.within[0] <= value <= self.within[1] else None


class _Layout:
    """One message as cantools and the simulated ECUs see it. All eyes on one vehicle's profile share it."""

    def __init__(self, info: MessageInfo, fields: tuple[_Field, ...], guard: Protection | None) -> None:
        self.info, self.fields = info, fields
        self.protection = guard
        pages = [s for s in info.dbc.signals if s.is_multiplexer]
        self._content = signal_mask([*pages, *(f.signal for f in fields)])
        """The bits that say something of a path."""
        self._cache: dict[int, dict[str, object | None] | None] = {}
        self._read: tuple[tuple[_Field, int, dict[int, object]], ...] = tuple(
            (f, signal_mask([*pages, f.signal]), {}) for f in fields
        )
        """What each signal was read as, by its bits and the multiplexer's; `_ELSEWHERE` too."""

    def values(self, data: bytes) -> dict[str, object | None] | None:
        """Path -> value of every path the frame carries; None when cantools cannot read it."""
        key = int.from_bytes(data, "little") & self._content
        try:
            return self._cache[key]
        except KeyError:
            found = self._decode(key, data)
        if len(self._cache) >= CACHE_MAX:
            self._cache.clear()
        self._cache[key] = found
        return found

    def _decode(self, content: int, data: bytes) -> dict[str, object | None] | None:
        """As cantools reads it, which is asked only about bits that it has not read before."""
        signals, found = None, {}
        for field, mask, read in self._read:
            bits = content & mask
            value = read.get(bits, _UNREAD)
            if value is _UNREAD:
                try:
                    signals = signals or self.info.dbc.decode(data, decode_choices=False, scaling=False)
                except DecodeError:
                    return None
                raw = cast(dict[str, int], signals).get(field.signal.name)
                if len(read) >= CACHE_MAX:
                    read.clear()
                value = read[bits] = _ELSEWHERE if raw is None else field.value(raw)
            if value is not _ELSEWHERE:
                found[field.path] = value
        return found


class _Message:
    """One message on the wire: its layout, and the counter last seen."""

    def __init__(self, layout: _Layout) -> None:
        self.info, self.protection, self.values = layout.info, layout.protection, layout.values
        self.secured = layout.info.spec.secoc is not None
        self.last: int | None = None

    def take(self, data: bytes) -> tuple[int | None, int]:
        """The frame's counter (None: its checksum is wrong), and how many steps it is from the one before.

        0 steps: it stands still. The first frame, and one that counts nothing, is one step from anything.
        """
        guard = self.protection
        if guard is None:
            return 0, 1
        last = self.last
        counter = guard.read(data, last)
        if counter is None:
            return None, 0
        self.last = counter
        return counter, 1 if last is None or guard.modulus == 1 else (counter - last) % guard.modulus


class Eye:
    """Reads every frame on the buses of one vehicle, in its own way."""

    def __init__(self, profile: Profile, may_send: Mapping[str, tuple[str, ...]]) -> None:
        self.reported: dict[str, Reported] = {}
        self._moving = frozenset(p for p, a in profile.actuators.items() if a.spec.motion is not None)
        self._sound: dict[str, int] = {}
        names = {name for names in may_send.values() for name in names}
        self._out, self._in = {}, {}
        commands, statuses = _layouts(profile)
        for info in profile.messages.values():
            key = info.bus, info.can_id, info.extended
            if info.name in names:
                self._out[key] = _Message(commands[info.name])
            else:
                self._in[key] = _Message(statuses[info.name])

    def moves(self, path: str) -> bool:
        """Whether the path is driven by a motor."""
        return path in self._moving

    def sound_ms(self, path: str) -> int:
        """When the path was last heard, sound and available."""
        return self._sound.get(path, NEVER_MS)

    def value(self, path: str) -> object:
        """What was last heard of a path; None when nothing was."""
        reported = self.reported.get(path)
        return None if reported is None else reported.value

    def restarted(self) -> None:
        """Our process began anew: it counts anew, and takes the next counter of every ECU as it comes.

        Freshness values go on: nobody begins those anew.
        """
        self.skipped()
        for message in self._in.values():
            if not message.secured:
                message.last = None

    def skipped(self) -> None:
        """Frames of ours were counted and did not leave: the next one is taken as it comes."""
        for message in self._out.values():
            if not message.secured:
                message.last = None

    def sent(self, raw: RawFrame) -> dict[str, object | None] | str:
        """What a frame of ours asks, path by path (None: nothing), or what is wrong with it."""
        message = self._out.get((raw.bus, raw.can_id, raw.extended))
        if message is None:
            return f"id {raw.can_id:#x} on {raw.bus} is not on the list"
        name = message.info.name
        if len(raw.data) != message.info.length or raw.fd != message.info.fd:
            return f"{name}: wrong length or format"
        last = message.last
        counter, steps = message.take(raw.data)
        if counter is None:
            return f"{name}: checksum wrong"
        if steps != 1 and not message.secured:  # a freshness value that was not sent is lost
            return f"{name}: counter {counter} after {last}"
        values = message.values(raw.data)
        return f"{name}: not decodable" if values is None else values

    def heard(self, raw: RawFrame, now_ms: int) -> list[str]:
        """Take in a frame of an ECU; the paths it says something new of.

        One with a wrong checksum, or a counter that stands still or leaps, is not heard.
        """
        message = self._in.get((raw.bus, raw.can_id, raw.extended))
        if message is None or len(raw.data) != message.info.length or raw.fd != message.info.fd:
            return []
        counter, steps = message.take(raw.data)
        most = message.protection.max_delta if message.protection is not None else 1
        if counter is None or not 1 <= steps <= most:
            return []
        new = []
        for path, value in (message.values(raw.data) or {}).items():
            if value is not None:
                self._sound[path] = now_ms
                if path not in self.reported or self.reported[path].value != value:
                    self.reported[path] = Reported(value, now_ms)
                    new.append(path)
        return new


@once
def _layouts(profile: Profile) -> tuple[Mapping[str, _Layout], Mapping[str, _Layout]]:
    """Every message as a command, and as a status."""
    messages = profile.messages.items()
    guards = {name: known(profile, info, simulated_key).protection for name, info in messages}
    return (
        {name: _Layout(info, _commands(profile, info), guards[name]) for name, info in messages},
        {name: _Layout(info, _statuses(profile, info), guards[name]) for name, info in messages},
    )


def _commands(profile: Profile, info: MessageInfo) -> tuple[_Field, ...]:
    fields = []
    for path, actuator in profile.actuators.items():
        if actuator.command.message == info.name:
            motion = actuator.spec.motion
            words = {*profile.file.not_available, actuator.spec.neutral, motion.stop if motion else None}
            signal = info.dbc.get_signal_by_name(actuator.command.signal)
            fields.append(_Field(path, signal, actuator.spec, frozenset(w for w in words if w is not None)))
    return tuple(fields)


def _statuses(profile: Profile, info: MessageInfo) -> tuple[_Field, ...]:
    nothing = frozenset(profile.file.not_available)
    return tuple(
        _Field(
            path,
            info.dbc.get_signal_by_name(sensor.binding.signal),
            sensor.quantity,
            nothing,
            sensor.quantity.range,
        )
        for path, sensor in profile.sensors.items()
        if sensor.binding.message == info.name
    )
