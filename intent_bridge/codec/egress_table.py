"""The egress gate's own table: where each signal of a frame stands, and what its numbers mean.

Made from the DBC and the profile without the codec's plans, pages or the profile's bindings, so that a
mistake in those does not pass unseen here. Byte by byte, with exact fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from intent_bridge.codec.e2e import Bit
from intent_bridge.codec.messages import signal_bits
from intent_bridge.codec.protection import Protection
from intent_bridge.profile import MessageInfo, Profile, once
from intent_bridge.profile.model import Actuator

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Signal

Meaning: TypeAlias = Fraction | bool | str
"""What a raw number says: a number counted in the path's steps, a boolean, or an enum value name."""

REMEMBERED_MAX: Final = 4096
"""Raw numbers whose meaning is remembered, per signal."""

_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Entry:
    """One signal. `path` and `spec` are None where it belongs to no actuator.

    `under` lists the multiplexers above it with the raw numbers that select it. `start` is the DBC's
    start value, `absent` the not-available codes, `stop` and `neutral` those codes of an actuator.
    """

    name: str
    bits: tuple[Bit, ...]
    signed: bool
    under: tuple[tuple[Entry, frozenset[int]], ...]
    factor: Fraction
    offset: Fraction
    names: Mapping[int, str]
    start: int | None
    absent: frozenset[int]
    path: str | None
    spec: Actuator | None
    stop: int | None
    neutral: int | None
    chunks: tuple[tuple[int, int, int, int], ...]
    mask: int
    idle: frozenset[int | None]
    """The numbers that ask for nothing, whatever is."""
    _meanings: dict[int, Meaning | None] = field(default_factory=dict)

    def raw(self, data: bytes) -> int:
        """The signal's number in the frame."""
        number = 0
        for byte, shift, mask, weight in self.chunks:
            number += (data[byte] >> shift & mask) * weight
        if self.signed and number >> len(self.bits) - 1:
            number -= 1 << len(self.bits)
        return number

    def little(self) -> tuple[int, int]:
        """Shift and mask in the frame read as one little-endian number; mask 0 where it lies otherwise."""
        places = [8 * byte + bit for byte, bit in reversed(self.bits)]
        shift, width = places[0], len(places)
        straight = not self.signed and places == list(range(shift, shift + width))
        return shift, (1 << width) - 1 if straight else 0

    def present(self, data: bytes) -> bool:
        """Whether the frame's multiplexers select this signal."""
        return all(mux.raw(data) in ids for mux, ids in self.under)

    def rests(self, raw: int) -> bool:
        """Whether the number is the start value, or says that there is none."""
        return raw == self.start or raw in self.absent

    def meaning(self, raw: int) -> Meaning | None:
        """What a raw number says of the path; None for a code, or a number that is no value of it."""
        if raw in self._meanings:
            return self._meanings[raw]
        found = self._meaning(raw)
        if len(self._meanings) < REMEMBERED_MAX:
            self._meanings[raw] = found
        return found

    def _meaning(self, raw: int) -> Meaning | None:
        spec = self.spec
        if spec is None or raw in self.absent or raw in (self.stop, self.neutral):
            return None
        if spec.values is not None:
            name = self.names.get(raw)
            return name if name in spec.values else None
        if spec.step is None:
            return bool(raw) if raw in (0, 1) else None
        steps = (raw * self.factor + self.offset) / Fraction(spec.step)
        return steps if spec.low - _HALF <= steps <= spec.high + _HALF else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a frame with certain multiplexer numbers holds: its signals, and all bits that may be set.

    `fixed` are those of no actuator, `asking` those of actuators, without what the protection writes; each
    with its shift and mask in the frame read as one little-endian number, mask 0 where it lies otherwise.
    """

    entries: tuple[Entry, ...]
    bits: int
    fixed: tuple[tuple[Entry, int, int], ...]
    asking: tuple[tuple[Entry, str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """One message: its signals, and the bits that the end-to-end protection writes.

    `selects` holds, by the name of a multiplexer, the numbers that select anything.
    """

    info: MessageInfo
    entries: tuple[Entry, ...]
    protection: Protection | None
    protected: int
    selects: Mapping[str, frozenset[int]]
    muxes: tuple[Entry, ...]
    _shown: dict[tuple[int, ...], Shown] = field(default_factory=dict)

    def page(self, data: bytes) -> tuple[int, ...]:
        """The numbers that this frame's multiplexers have."""
        return tuple([mux.raw(data) for mux in self.muxes]) if self.muxes else ()

    def shown(self, data: bytes) -> Shown:
        """What is in this frame: the same for all frames with the same multiplexer numbers."""
        key = self.page(data)
        found = self._shown.get(key)
        if found is None:
            entries = tuple(e for e in self.entries if not e.under or e.present(data))
            bits = self.protected
            for entry in entries:
                bits |= entry.mask
            free = [
                (e, *e.little()) for e in entries if e.path is not None or e.mask & self.protected != e.mask
            ]
            fixed = tuple((e, shift, mask) for e, shift, mask in free if e.path is None)
            asking = tuple((e, e.path, shift, mask) for e, shift, mask in free if e.path is not None)
            found = Shown(entries, bits, fixed, asking)
            if len(self._shown) < REMEMBERED_MAX:
                self._shown[key] = found
        return found


@once
def command_layouts(profile: Profile, protections: Mapping[str, Protection]) -> tuple[Layout, ...]:
    """The messages by which actuators are commanded."""
    paths = {a.spec.command: (path, a.spec) for path, a in profile.actuators.items()}
    return _layouts(profile, protections, paths)


@once
def status_layouts(profile: Profile, protections: Mapping[str, Protection]) -> tuple[Layout, ...]:
    """The messages in which ECUs report what their actuators do."""
    paths = {a.spec.status: (path, a.spec) for path, a in profile.actuators.items()}
    return _layouts(profile, protections, paths)


def _layouts(
    profile: Profile, protections: Mapping[str, Protection], paths: Mapping[str, tuple[str, Actuator]]
) -> tuple[Layout, ...]:
    messages = {ref.split(".")[0] for ref in paths}
    return tuple(
        _layout(info, protections.get(name), paths, profile.file.not_available)
        for name, info in profile.messages.items()
        if name in messages
    )


def _layout(
    info: MessageInfo,
    protection: Protection | None,
    paths: Mapping[str, tuple[str, Actuator]],
    not_available: tuple[str, ...],
) -> Layout:
    signals: dict[str, Signal] = {s.name: s for s in info.dbc.signals}
    made: dict[str, Entry] = {}

    def entry(name: str) -> Entry:
        if name not in made:
            made[name] = _entry(info, signals[name], entry, paths, not_available)
        return made[name]

    entries = tuple(entry(name) for name in signals)
    selects: dict[str, frozenset[int]] = {}
    for mux, ids in (above for one in entries for above in one.under):
        selects[mux.name] = selects.get(mux.name, frozenset()) | ids
    muxes = tuple(made[name] for name in selects)
    return Layout(info, entries, protection, _mask(protection.bits if protection else ()), selects, muxes)


def _entry(
    info: MessageInfo,
    signal: Signal,
    entry: Callable[[str], Entry],
    paths: Mapping[str, tuple[str, Actuator]],
    not_available: tuple[str, ...],
) -> Entry:
    under: tuple[tuple[Entry, frozenset[int]], ...] = ()
    if signal.multiplexer_signal is not None:
        above = entry(signal.multiplexer_signal)
        under = (*above.under, (above, frozenset(signal.multiplexer_ids or ())))
    names = {int(raw): str(name) for raw, name in (signal.choices or {}).items()}
    codes = {name: raw for raw, name in names.items()}
    path, spec = paths.get(f"{info.name}.{signal.name}", (None, None))
    bits = signal_bits(signal)
    absent = frozenset(codes[n] for n in not_available if n in codes)
    neutral = codes.get(spec.neutral) if spec and spec.neutral else None
    return Entry(
        name=signal.name,
        bits=bits,
        signed=signal.is_signed,
        under=under,
        factor=Fraction(str(signal.scale)),
        offset=Fraction(str(signal.offset)),
        names=names,
        start=None if signal.raw_initial is None else int(signal.raw_initial),
        absent=absent,
        path=path,
        spec=spec,
        stop=codes.get(spec.motion.stop) if spec and spec.motion else None,
        neutral=neutral,
        chunks=chunks(bits),
        mask=_mask(bits),
        idle=absent | {neutral},
    )


def _mask(bits: Iterable[Bit]) -> int:
    return sum(1 << 8 * byte + bit for byte, bit in bits)


def chunks(bits: tuple[Bit, ...]) -> tuple[tuple[int, int, int, int], ...]:
    """Per byte: index, lowest bit, mask, and what the lowest bit weighs in the signal's number."""
    found = []
    for byte in dict.fromkeys(byte for byte, _ in bits):
        weights = {bit: len(bits) - 1 - n for n, (own, bit) in enumerate(bits) if own == byte}
        lowest = min(weights)
        found.append((byte, lowest, (1 << len(weights)) - 1, 1 << weights[lowest]))
    return tuple(found)
