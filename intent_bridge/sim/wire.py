"""Frames of the simulated ECUs: encoded and decoded by cantools, protected and checked by `protection`.

Nothing here is shared with our own codec, so that the two witness against each other. Values are those of
`intent_bridge.types` (numbers in steps); raw numbers are the signal's own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from cantools.database import DecodeError
from cantools.database.can import Message, Signal

from ..frozen import frozen
from ..profile import ActuatorInfo, Binding, MessageInfo, Profile, once
from ..profile.model import Quantity
from ..profile.protection import signal_mask
from ..types import RawFrame, Value
from .protection import Keys, Protection, protection

_REMEMBERED_MAX: Final = 4096
"""What cantools made of a value or a frame is remembered, so many of them per signal or message."""
_GRAIN: Final = 1e-6
"""Share of a step by which a decoded float may miss its step and still count as on it."""


@dataclass(frozen=True)
class Port:
    """One path in one DBC signal. `absent` is the raw number for "not available", if the DBC has one."""

    path: str
    quantity: Quantity
    signal: Signal
    absent: int | None
    _raws: dict[Value, int] = field(default_factory=dict, compare=False, repr=False)

    def raw(self, value: Value) -> int:
        """The raw number that says `value`."""
        raw = self._raws.get(value)
        if raw is None:
            if len(self._raws) >= _REMEMBERED_MAX:
                self._raws.clear()
            raw = self._raws[value] = self._raw(value)
        return raw

    def _raw(self, value: Value) -> int:
        if isinstance(value, str):
            return self.signal.choice_to_number(value)
        if isinstance(value, bool):
            return int(value)
        assert self.quantity.step is not None
        return int(self.signal.scaled_to_raw(float(value * self.quantity.step)))

    def value(self, raw: int) -> Value | None:
        """The value that `raw` says, range not checked; None when it is not one of this path."""
        if self.quantity.type == "boolean":
            return raw == 1 if raw in (0, 1) else None
        if self.quantity.type == "enum":
            name = self.name(raw)
            return name if name in (self.quantity.values or {}) else None
        assert self.quantity.step is not None
        physical = cast(float, self.signal.raw_to_scaled(raw, decode_choices=False))
        steps = physical / float(self.quantity.step)
        return round(steps) if abs(steps - round(steps)) < _GRAIN else None

    def name(self, raw: int) -> str | None:
        """The DBC's name of `raw`, if it has one."""
        name = self.signal.choices.get(raw) if self.signal.choices else None
        return None if name is None else str(name)


def port(path: str, binding: Binding, profile: Profile) -> Port:
    """Tie a path to its signal; all simulated vehicles of a profile share what is remembered of it."""
    ports, key = _ports(profile), (path, binding.message, binding.signal)
    if key not in ports:
        ports[key] = _port(path, binding, profile)
    return ports[key]


@once
def _ports(profile: Profile) -> dict[tuple[str, str, str], Port]:
    return {}


def _port(path: str, binding: Binding, profile: Profile) -> Port:
    signal = profile.messages[binding.message].dbc.get_signal_by_name(binding.signal)
    names = {str(name): int(raw) for raw, name in (signal.choices or {}).items()}
    absent = next((names[n] for n in profile.file.not_available if n in names), None)
    return Port(path, binding.quantity, signal, absent)


def _selector(message: Message) -> str | None:
    """Name of the signal that says which page a frame is, or None; a profile has no message with two."""
    return next((s.name for s in message.signals if s.is_multiplexer), None)


@dataclass(frozen=True, eq=False)
class Known:
    """One message's protection, and what cantools and the checksums made of its frames.

    All simulated vehicles of a profile share it, for it depends on nothing else.
    """

    protection: Protection | None
    commands: tuple[tuple[ActuatorInfo, Port, int], ...]
    """The actuators that it commands, each with its bits and the multiplexer's."""
    asks: int
    """All of these bits."""
    parts: dict[tuple[int | None, str], dict[int, int]] = field(default_factory=dict)
    """By page and signal, the bits that say each raw number: each is encoded once."""
    sealed: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    """Whole frames by content and counter."""
    asked: dict[int, "_Asked | None"] = field(default_factory=dict)
    """What frames ask, by the bits that ask something; None: cantools cannot read them."""
    requests: dict[tuple[str, int], "Request | None"] = field(default_factory=dict)
    """What one signal asks, by its path and its bits with the multiplexer's; None: it is not on that page."""


def known(profile: Profile, info: MessageInfo, keys: Keys) -> Known:
    """What is remembered of one message."""
    memory = _memory(profile, keys)
    if info.name not in memory:
        pages = [s for s in info.dbc.signals if s.is_multiplexer]
        mine = (a for a in profile.actuators.values() if a.command.message == info.name)
        ports = [(a, port(a.path, a.command, profile)) for a in mine]
        commands = tuple((a, p, signal_mask([*pages, p.signal])) for a, p in ports)
        asks = signal_mask([*pages, *(p.signal for _, p in ports)])
        memory[info.name] = Known(protection(info, keys), commands, asks)
    return memory[info.name]


@once
def _memory(profile: Profile, keys: Keys) -> dict[str, Known]:
    return {}


def _remember(memory: dict[Any, Any], key: object, made: object) -> None:
    if len(memory) >= _REMEMBERED_MAX:
        memory.clear()
    memory[key] = made


@dataclass(eq=False)
class Page:
    """One layout of a status message: the whole message, or one multiplexer id of it.

    `stopped` pages are not sent. The encoded content is kept until a value in it changes.
    """

    outgoing: "Outgoing"
    mux: int | None
    ports: tuple[Port, ...]
    fixed: Mapping[str, int]
    changed: set[str]
    """Paths whose value may be another than the content says."""
    stopped: bool = False
    dirty: bool = True
    content: bytes = b""
    whole: int | None = None
    """The content as a number, once it was encoded."""
    said: dict[str, int] = field(default_factory=dict)
    """The bits in it of each signal that changes."""

    @property
    def lone(self) -> bool:
        """Whether it carries one path and nothing else."""
        return len(self.ports) == 1 and not self.outgoing.answers


class Outgoing:
    """One status message on its way to the bus: pages, the counter they share, and planted faults.

    `told` gives signals that are worked out for every frame: freshness values of other messages.
    """

    def __init__(
        self, info: MessageInfo, ports: Iterable[Port], answers: Mapping[str, int], known: Known
    ) -> None:
        self.info, self._known = info, known
        self.told: dict[str, Callable[[], int]] = {}
        self.cycle_ms = info.dbc.cycle_time or None
        self.off = self.muted = self.corrupt = self.frozen = False
        self._protection = known.protection
        self._named: dict[tuple[str, str], int] = {}
        self._first_answers = dict(answers)
        self.pages = self._make_pages(tuple(ports))
        self.counter = -1
        self.boot()

    def boot(self) -> None:
        """As after power-on: the counter begins anew (freshness goes on), no command has been answered."""
        self.answers = dict(self._first_answers)
        if self.info.spec.secoc is None:
            self.counter = -1
        for page in self.pages:
            page.dirty = True

    @property
    def protected(self) -> bool:
        return self._protection is not None

    def named_raw(self, signal: str, name: str) -> int:
        """The raw number of a value name."""
        known = self._named.get((signal, name))
        if known is None:
            known = self.info.dbc.get_signal_by_name(signal).choice_to_number(name)
            self._named[signal, name] = known
        return known

    def last_freshness(self) -> int:
        """The freshness value last used; 0 before the first."""
        return max(0, self.counter)

    def _make_pages(self, ports: tuple[Port, ...]) -> tuple[Page, ...]:
        selector = _selector(self.info.dbc)
        ids = sorted({i for p in ports for i in p.signal.multiplexer_ids or ()})
        pages = []
        layouts: list[int | None] = [*ids] or [None]
        for mux in layouts:
            here = [s for s in self.info.dbc.signals if not s.multiplexer_ids or mux in s.multiplexer_ids]
            fixed = {s.name: int(s.raw_initial or 0) for s in here}
            if selector is not None:
                fixed[selector] = mux or 0
            names = {s.name for s in here}
            on_page = tuple(p for p in ports if p.signal.name in names)
            pages.append(Page(self, mux, on_page, fixed, {p.path for p in on_page}))
        return tuple(pages)

    def frame(self, page: Page, raw_of: Callable[[Port], int]) -> RawFrame | None:
        """The next frame of one page, or None while it is off, muted or stopped."""
        if self.off or self.muted or page.stopped:
            return None
        if page.dirty or self.told:
            page.content = self._content(page, raw_of)
            page.dirty = False
        data = page.content
        if self._protection is not None:
            if not self.frozen or self.counter < 0:
                self.counter = (self.counter + 1) % self._protection.modulus
            data = self._protected(data, self.counter, self._protection)
            if self.corrupt:
                data = bytes((data[0] ^ 0xFF, *data[1:]))
        info = self.info
        return RawFrame(info.bus, info.can_id, info.extended, info.fd, data)

    def _content(self, page: Page, raw_of: Callable[[Port], int]) -> bytes:
        """The frame without protection: the bits that cantools gives each signal, together."""
        whole, said = page.whole, page.said
        if whole is None:
            changing = {*self.answers, *self.told, *(p.signal.name for p in page.ports)}
            whole = self._encoded(page, {n: r for n, r in page.fixed.items() if n not in changing})
        raws = [*self.answers.items(), *[(name, tell()) for name, tell in self.told.items()]]
        raws += [(p.signal.name, raw_of(p)) for p in page.ports if p.path in page.changed]
        for name, raw in raws:
            parts = self._known.parts.setdefault((page.mux, name), {})
            if raw not in parts:
                _remember(parts, raw, self._encoded(page, {name: raw}))
            whole ^= said.get(name, 0) ^ parts[raw]
            said[name] = parts[raw]
        page.whole = whole
        page.changed.clear()
        return whole.to_bytes(self.info.length, "little")

    def _encoded(self, page: Page, raws: Mapping[str, int]) -> int:
        """The bits of some signals of a page, and of its multiplexer id, as cantools encodes them."""
        selector = _selector(self.info.dbc)
        others = {name: page.fixed[name] if name == selector else 0 for name in page.fixed}
        encoded = self.info.dbc.encode({**others, **raws}, scaling=False, strict=False)
        return int.from_bytes(encoded, "little")

    def _protected(self, content: bytes, counter: int, protection: Protection) -> bytes:
        """The frame with counter and checksum; most say what an earlier one said."""
        data = self._known.sealed.get((content, counter))
        if data is None:
            written = bytearray(content)
            protection.protect(written, counter)
            data = bytes(written)
            _remember(self._known.sealed, (content, counter), data)
        return data


@frozen
class Request:
    """What one command signal asks: a value, or one of the named codes that are not values."""

    path: str
    actuator: ActuatorInfo
    value: Value | None
    code: str | None


@frozen
class Command:
    """One command frame that passed its check: its counter, and what it asks."""

    counter: int
    requests: tuple[Request, ...]
    paths: frozenset[str]


_Asked = tuple[tuple[Request, ...], frozenset[str]]
_UNKNOWN: Final[_Asked] = ((), frozenset())
"""Stands for a frame that nobody has read."""


class Incoming:
    """One command message on its way into an ECU; frames with a wrong CRC or counter are not seen."""

    def __init__(
        self, info: MessageInfo, profile: Profile, counter_memory_ms: int | None, keys: Keys
    ) -> None:
        """After `counter_memory_ms` of silence any counter is taken; None: never."""
        self.info = info
        self._memory_ms = counter_memory_ms
        self._known = known(profile, info, keys)
        self._protection = self._known.protection
        self._last: tuple[int, int] | None = None

    def boot(self) -> None:
        """As after power-on: the next counter is taken as it comes; a freshness value was kept."""
        if self.info.spec.secoc is None:
            self._last = None

    def last_freshness(self) -> int:
        """The freshness value last accepted; 0 before the first."""
        return 0 if self._last is None else self._last[0]

    def read(self, raw: RawFrame, now_ms: int) -> Command | None:
        """The command a frame carries, or None when the ECU ignores it."""
        info = self.info
        if len(raw.data) != info.length or raw.fd != info.fd:
            return None
        counter = 0
        if self._protection is not None:
            last = self._last
            whole = self._protection.read(raw.data, None if last is None else last[0])
            if whole is None:
                return None
            self._last, counter = (whole, now_ms), self._protection.shown(whole)
            if last is not None and not self._follows(whole, now_ms, *last):
                return None
        bits = int.from_bytes(raw.data, "little") & self._known.asks
        asked = self._known.asked.get(bits, _UNKNOWN)
        if asked is _UNKNOWN:
            asked = self._decoded(bits, raw.data)
            _remember(self._known.asked, bits, asked)
        return None if asked is None else Command(counter, *asked)

    def _decoded(self, bits: int, data: bytes) -> "_Asked | None":
        """What a frame asks, each signal from what cantools once read in the same bits."""
        requests, asked, signals = self._known.requests, [], None
        for actuator, port_, mask in self._known.commands:
            key = actuator.path, bits & mask
            if key not in requests:
                signals = signals or self._signals(data)
                if signals is None:
                    return None
                raw = signals.get(port_.signal.name)
                _remember(requests, key, None if raw is None else self._request(actuator, port_, raw))
            if (request := requests[key]) is not None:
                asked.append(request)
        return tuple(asked), frozenset(r.path for r in asked)

    def _signals(self, data: bytes) -> dict[str, int] | None:
        """Raw numbers by signal, as cantools reads them; None: it cannot."""
        try:
            signals = self.info.dbc.decode(data, decode_choices=False, scaling=False)
        except DecodeError:
            return None
        return cast(dict[str, int], signals)  # what unscaled decoding without names gives

    def _follows(self, counter: int, now_ms: int, last: int, last_ms: int) -> bool:
        """Whether a counter may come after the last one: neither repeated nor too far ahead."""
        assert self._protection is not None
        if self._protection.modulus == 1:
            return True
        if self._memory_ms is not None and now_ms - last_ms > self._memory_ms:
            return True
        return 1 <= (counter - last) % self._protection.modulus <= self._protection.max_delta

    @staticmethod
    def _request(actuator: ActuatorInfo, p: Port, raw: int) -> Request:
        name = p.name(raw)
        codes = {actuator.spec.neutral, actuator.spec.motion.stop if actuator.spec.motion else None}
        if raw == p.absent or (name is not None and name in codes):
            return Request(p.path, actuator, None, name)
        return Request(p.path, actuator, p.value(raw), None)
