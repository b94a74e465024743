"""The last word on every frame that leaves: reads its bytes again and compares them with the permit.

Nothing passes that is not on the list: message, format and length from the profile; counter in sequence
and checksum right; no bit outside the frame's signals; every actuator's signal at a value that a permit
allows, or at one that asks for nothing new. Shares no code with guard or encoder.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, Literal

from intent_bridge.codec.egress_limits import Activation, Limits
from intent_bridge.codec.egress_table import (
    REMEMBERED_MAX,
    Entry,
    Layout,
    Meaning,
    command_layouts,
    status_layouts,
)
from intent_bridge.codec.messages import links, protections
from intent_bridge.codec.protection import FreshLink, Link
from intent_bridge.codec.secoc import NO_SECURITY, Security
from intent_bridge.codec.sequence import CheckStatus
from intent_bridge.profile import Profile
from intent_bridge.types import Permit, RawFrame, Value

Kind = Literal["start", "repeat", "stop", "neutral"]

_HALF: Final = Fraction(1, 2)
TOO_OFTEN: Final = ("budget", "frame cap")
"""How the reason begins where a frame is kept back for nothing but coming too often."""


class EgressGate:
    """Checks outgoing frames of one vehicle; remembers what passed. Never raises, whatever the bytes.

    Silent until `enable`: then only stop and neutral frames pass.
    """

    def __init__(self, profile: Profile, security: Security = NO_SECURITY) -> None:
        guarded = protections(profile, security)
        self.silent = True
        self._commands = {_key(c): c for c in command_layouts(profile, guarded)}
        self._statuses = {_key(s): s for s in status_layouts(profile, guarded)}
        self._live: dict[str, Meaning] = {}
        self._rests: dict[str, tuple[Meaning, int]] = {}
        """Per path, a report and a raw number that was found to say the same."""
        self._observed: dict[tuple[str, tuple[int, ...]], int] = {}
        """The bits of each status frame last taken in, by its message and multiplexer numbers."""
        self._sent, self._heard = (links(profile, guarded, security) for _ in range(2))
        self._begun: dict[str, Activation] = {}
        self._limits = Limits(profile)

    def enable(self) -> None:
        """Let permitted commands pass from now on."""
        self.silent = False

    def silence(self) -> None:
        """Let nothing pass but the stop and neutral frames of what runs."""
        self.silent = True

    def resync(self, message: str, freshness: int | None = None) -> None:
        """Take the counter of this message's next frame as it is: the link was lost in between.

        A message under SecOC goes on where it was, or above `freshness`, which a trusted sender has told.
        """
        for known in (self._sent, self._heard):
            link = known.get(message)
            if isinstance(link, FreshLink):
                link.resync(-1 if freshness is None else freshness)
            elif link is not None and known is self._sent:
                link.last = None

    def observe(self, raw: RawFrame, now_ms: int) -> None:
        """Take in a received frame: its own view of what the actuators do. Unsound frames are ignored."""
        layout = self._statuses.get((raw.bus, raw.can_id, raw.extended))
        if layout is None or not _fits(layout, raw):
            return
        link = self._heard.get(layout.info.name)
        if link is not None and link.judge(raw.data) is not CheckStatus.OK:
            return
        page, whole = (layout.info.name, layout.page(raw.data)), int.from_bytes(raw.data, "little")
        before = self._observed.get(page)
        changed = -1 if before is None else before ^ whole  # most frames say what the one before said
        for entry, path, shift, mask in layout.shown(raw.data).asking:
            if entry.mask & changed:
                meaning = entry.meaning(whole >> shift & mask if mask else entry.raw(raw.data))
                if meaning is not None:
                    self._live[path] = meaning
        if len(self._observed) >= REMEMBERED_MAX:
            self._observed.clear()
        self._observed[page] = whole

    def tell(self, values: Mapping[str, Value]) -> None:
        """Take in what a vehicle without a bus says of its actuators, in place of status frames."""
        self._observed.clear()
        for path, value in values.items():
            self._live[path] = value if isinstance(value, bool | str) else Fraction(value)

    def check(self, raw: RawFrame, permits: Sequence[Permit], now_ms: int, *, kind: Kind) -> str | None:
        """None when the frame may leave (and is counted as sent), else why not.

        `permits` are those of the commands under way, the frame's own among them. A reason that begins
        with one of `TOO_OFTEN` says that this came too often; any other that something is broken.
        """
        layout = self._commands.get((raw.bus, raw.can_id, raw.extended))
        if layout is None:
            return f"{raw.bus} {raw.can_id:#x} is not on the list of commands"
        if not _fits(layout, raw):
            return f"{layout.info.name}: wrong format or length"
        urgent = kind in ("stop", "neutral")
        if self.silent and not urgent:
            return "silent: commands are not enabled"
        link = self._sent.get(layout.info.name)
        before = None if link is None else link.last
        if link is not None and (reason := _out_of_sequence(layout, link, raw.data, urgent)):
            return reason
        begun, name = self._new_activations(layout, raw.data, permits, now_ms, kind), layout.info.name
        if isinstance(begun, str) or (
            reason := None if urgent else self._limits.refuses(name, begun, self._live, now_ms)
        ):
            if link is not None:
                link.last = before
            return begun if isinstance(begun, str) else reason
        if not urgent:
            self._limits.count(name, begun, self._live, now_ms)
        for activation in begun:
            self._begun[activation[0]] = activation
        return None

    def check_all(
        self, frames: Sequence[RawFrame], permits: Sequence[Permit], now_ms: int, *, kind: Kind
    ) -> str | None:
        """`check` for frames that leave together or not at all: after a refusal none counts as sent."""
        if len(frames) == 1:
            return self._check_alone(frames[0], permits, now_ms, kind)
        layouts = [self._commands.get((raw.bus, raw.can_id, raw.extended)) for raw in frames]
        names = {layout.info.name for layout in layouts if layout}
        sent = [link for name, link in self._sent.items() if name in names]
        sound = [(o, raw.data) for o, raw in zip(layouts, frames, strict=True) if o and _fits(o, raw)]
        paths = [path for layout, data in sound for _, path, _, _ in layout.shown(data).asking]
        counters = [c.last for c in sent]
        kept = self._limits.kept([layout.info.name for layout in layouts if layout], paths)
        begun = {path: self._begun.get(path) for path in paths}
        for raw in frames:
            reason = self.check(raw, permits, now_ms, kind=kind)
            if reason is None:
                continue
            for link, last in zip(sent, counters, strict=True):
                link.last = last
            self._limits.restore(kept)
            self._begun |= {path: known for path, known in begun.items() if known is not None}
            for path in [p for p, known in begun.items() if known is None]:
                self._begun.pop(path, None)
            return reason
        return None

    # --- inside ---------------------------------------------------------------------------------

    def _check_alone(self, raw: RawFrame, permits: Sequence[Permit], now_ms: int, kind: Kind) -> str | None:
        layout = self._commands.get((raw.bus, raw.can_id, raw.extended))
        link = None if layout is None else self._sent.get(layout.info.name)
        last = None if link is None else link.last
        reason = self.check(raw, permits, now_ms, kind=kind)
        if reason is not None and link is not None:
            link.last = last
        return reason

    def _new_activations(
        self, layout: Layout, data: bytes, permits: Sequence[Permit], now_ms: int, kind: Kind
    ) -> tuple[Activation, ...] | str:
        """The activations that this frame begins, or why its content may not leave."""
        shown, whole = layout.shown(data), int.from_bytes(data, "little")
        if whole & ~shown.bits:
            return f"{layout.info.name}: a bit is set that belongs to no signal"
        for entry, shift, mask in shown.fixed:
            raw = whole >> shift & mask if mask else entry.raw(data)
            if not _carries_nothing(layout, entry, raw):
                return f"{layout.info.name}.{entry.name}: raw {raw} is not its rest value"
        holders: dict[str, list[Permit]] = {}
        for permit in permits:
            for path in permit.emitted:
                holders.setdefault(path, []).append(permit)
        begins: list[Activation] = []
        purpose, rests, live = False, self._rests, self._live
        for entry, path, shift, mask in shown.asking:
            raw = whole >> shift & mask if mask else entry.raw(data)
            held = holders.get(path)
            if held is None:
                if raw in entry.idle:
                    continue
                found = rests.get(path)
                if found is not None and found[1] == raw and found[0] is live.get(path):
                    continue  # found so before, of the same report
                if self._is_so(entry, path, raw):
                    continue
                return f"{layout.info.name}.{entry.name}: raw {raw} is neither permitted nor its live value"
            activation = _permitted(entry, raw, held, now_ms)
            known = activation is not None and self._begun.get(path) == activation
            if activation is not None and (known or kind == "start"):
                purpose |= kind in ("start", "repeat")
                begins += [] if known else [activation]
            elif raw == (entry.stop if kind == "stop" else entry.neutral) and kind in ("stop", "neutral"):
                purpose = True
            elif not (raw in entry.idle or self._is_so(entry, path, raw)):
                return f"{layout.info.name}.{entry.name}: raw {raw} is neither permitted nor its live value"
        return tuple(begins) if purpose else f"{layout.info.name}: no signal is what a {kind} frame is for"

    def _is_so(self, entry: Entry, path: str, raw: int) -> bool:
        """Whether the actuator is where this number says."""
        live = self._live.get(path)
        if live is None:  # never reported: only then may the start value stand for it
            return raw == entry.start
        if not self._is_there(live, entry.meaning(raw)):
            return False
        self._rests[path] = live, raw
        return True

    @staticmethod
    def _is_there(live: Meaning, meaning: Meaning | None) -> bool:
        if isinstance(live, Fraction) and isinstance(meaning, Fraction):
            return abs(live - meaning) <= _HALF  # a status may count in smaller steps
        return type(live) is type(meaning) and live == meaning


def _permitted(entry: Entry, raw: int, permits: Sequence[Permit], now_ms: int) -> Activation | None:
    """The newest permit in force under which the signal may have this number."""
    meaning = entry.meaning(raw)
    assert entry.path is not None
    newest: Activation | None = None
    for permit in permits:
        value = permit.emitted[entry.path]
        same = type(value) is int if isinstance(meaning, Fraction) else type(value) is type(meaning)
        in_force = permit.minted_ms <= now_ms <= permit.expires_ms
        if same and value == meaning and in_force and (newest is None or permit.minted_ms > newest[2]):
            newest = entry.path, value, permit.minted_ms
    return newest


def _carries_nothing(layout: Layout, entry: Entry, raw: int) -> bool:
    """Whether a signal of no actuator says what it must: a known page, or its rest value."""
    selects = layout.selects.get(entry.name)
    return entry.rests(raw) if selects is None else raw in selects


def _key(layout: Layout) -> tuple[str, int, bool]:
    return layout.info.bus, layout.info.can_id, layout.info.extended


def _fits(layout: Layout, raw: RawFrame) -> bool:
    return raw.fd == layout.info.fd and len(raw.data) == layout.info.length


def _out_of_sequence(layout: Layout, link: Link, data: bytes, urgent: bool) -> str | None:
    """Why the protection of this frame is wrong. A wrong counter is refused once, then followed."""
    status = link.judge(data)
    if status is CheckStatus.ERROR:
        return f"{layout.info.name}: checksum wrong"
    if status is not CheckStatus.OK and not urgent:
        return f"{layout.info.name}: counter {link.last} is {status.value.replace('_', ' ')}"
    return None
