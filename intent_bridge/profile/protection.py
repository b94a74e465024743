"""Checks that a message can carry the protection its profile names: places, ids, lengths."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from .binding import MessageInfo
from .protection_model import E2E, AutosarName, SecOC
from .report import Place, one_of

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Signal

Bit = tuple[int, int]
"""A bit of a frame: byte from 0, and bit in it, 0 the least significant."""


def signal_bits(signal: Signal) -> tuple[Bit, ...]:
    """The bits of a signal in the frame, most significant first."""
    if signal.byte_order == "little_endian":
        return tuple(divmod(signal.start + n, 8) for n in reversed(range(signal.length)))
    bits = []
    byte, bit = divmod(signal.start, 8)
    for _ in range(signal.length):
        bits.append((byte, bit))
        byte, bit = (byte, bit - 1) if bit else (byte + 1, 7)
    return tuple(bits)


def signal_mask(signals: Iterable[Signal]) -> int:
    """The bits of signals in the frame as one number, its bytes read little-endian."""
    return sum(1 << 8 * byte + bit for byte, bit in {bit for one in signals for bit in signal_bits(one)})


class _Header(NamedTuple):
    """Where an AUTOSAR profile puts what, in bytes from its header's start; P01 and P02 count in a nibble."""

    data_ids: int
    data_id_max: int
    header_bytes: int
    crc_at: int
    crc_bits: int
    counter_at: int
    counter_bits: int
    movable: bool = True
    id_modes: tuple[str, ...] = ()
    little: bool = False


_P01: Final = _Header(1, 0xFFFF, 2, 0, 8, 1, 4, id_modes=("both", "alt", "low", "nibble"))
_P02: Final = _Header(16, 0xFF, 2, 0, 8, 1, 4, movable=False)
_HEADERS: Final[Mapping[str, _Header]] = {
    "P01": _P01,
    "P02": _P02,
    "P04": _Header(1, 0xFFFF_FFFF, 12, 8, 32, 2, 16),
    "P05": _Header(1, 0xFFFF, 3, 0, 16, 2, 8, little=True),
    "P06": _Header(1, 0xFFFF, 5, 0, 16, 4, 8),
    "P07": _Header(1, 0xFFFF_FFFF, 20, 0, 64, 12, 32),
    "P11": _P01._replace(id_modes=("both", "nibble")),
    "P22": _P02._replace(movable=True),
}
"""AUTOSAR E2E. Numbers of more than a byte are big-endian, but for the CRC of P05."""

_AUTOSAR_ONLY: Final = frozenset(get_args(AutosarName))


class Maker(NamedTuple):
    """A car maker's checksum: where its bits must stand, and the numbers of constants it may take."""

    place: str
    constants: tuple[int, ...] = (0,)


MAKERS: Final[Mapping[str, Maker]] = {
    "toyota": Maker("last byte"),
    "honda": Maker("last nibble"),
    "chrysler": Maker("last byte"),
    "fca_giorgio": Maker("last byte", (0, 1)),
    "hyundai_canfd": Maker("first two bytes"),
    "subaru": Maker("first byte"),
    "subaru_preglobal": Maker("any byte"),
    "vw_mqb": Maker("first byte", (0, 16)),
    "vw_xor": Maker("any byte", (0, 1)),
    "tesla": Maker("any byte"),
    "psa": Maker("any nibble", (0, 1)),
    "comma_body": Maker("last byte"),
}
"""By the name that a profile gives in `e2e.profile`."""

_MAKER_CONSTANT_MAX: Final = 0xFF
_VW_MQB_COUNTER: Final = ((1, 3), (1, 2), (1, 1), (1, 0))
"""vw_mqb picks its constant by the low nibble of byte 1."""


def id_modes(profile: str) -> tuple[str, ...]:
    """The id modes an AUTOSAR profile knows; none for the others."""
    return _HEADERS[profile].id_modes if profile in _HEADERS else ()


def header_offset(info: MessageInfo, e2e: E2E) -> int:
    """The byte at which the AUTOSAR header starts, from where the CRC stands."""
    crc = info.dbc.get_signal_by_name(e2e.crc)
    return min(byte for byte, _ in signal_bits(crc)) - _HEADERS[e2e.profile].crc_at


def counter_bits(info: MessageInfo) -> int:
    """How many bits of a command's counter an ECU can echo; 0 where nothing counts."""
    if info.spec.secoc is not None:
        return info.spec.secoc.sent_freshness_bits
    counter = info.spec.e2e.counter if info.spec.e2e else None
    signal = next((s for s in info.dbc.signals if s.name == counter), None)
    return signal.length if signal is not None else 0


def protected_signals(info: MessageInfo) -> tuple[str, ...]:
    """The signals of a message that its protection writes, wholly or partly."""
    if info.spec.e2e is not None:
        return info.spec.e2e.signals
    if info.spec.secoc is not None:
        first = info.length - info.spec.secoc.trailer_bytes
        return tuple(s.name for s in info.dbc.signals if any(byte >= first for byte, _ in signal_bits(s)))
    return ()


def check_protection(messages: Mapping[str, MessageInfo], declared: Collection[str], place: Place) -> None:
    """Note what is wrong with the protection of these messages; places are below `messages`."""
    _check_data_ids(messages, place)
    for name, info in messages.items():
        if info.spec.e2e is not None and info.spec.secoc is not None:
            place.below(name, "secoc").problem(f"`{name}` has `e2e` and `secoc`", "keep one of them")
        elif info.spec.e2e is not None:
            _check_e2e(info, info.spec.e2e, place.below(name, "e2e"))
        elif info.spec.secoc is not None:
            _check_secoc(info, info.spec.secoc, messages, declared, place.below(name, "secoc"))


def _check_data_ids(found: Mapping[str, MessageInfo], place: Place) -> None:
    """Equal data ids would let one message pass for another."""
    owner: dict[tuple[object, ...], str] = {}
    for name, info in found.items():
        e2e, secoc = info.spec.e2e, info.spec.secoc
        if e2e is not None and e2e.profile in _AUTOSAR_ONLY:
            what: str = "data_ids"
            where: tuple[str, str] = ("e2e", "data_ids")
            key: tuple[object, ...] = (e2e.profile, e2e.data_ids)
        elif secoc is not None:
            what, where, key = "key and data_id", ("secoc", "data_id"), (secoc.key, secoc.data_id)
        else:
            continue
        if key in owner:
            place.below(name, *where).problem(
                f"`{name}` has the same {what} as `{owner[key]}`", "give each message its own"
            )
        owner.setdefault(key, name)


def _check_e2e(info: MessageInfo, e2e: E2E, place: Place) -> None:
    signals = {s.name: s for s in info.dbc.signals}
    missing = [(k, n) for k, n in (("crc", e2e.crc), ("counter", e2e.counter)) if n and n not in signals]
    for key, name in missing:
        place.below(key).problem(f"`{info.name}` has no signal `{name}`", one_of(name, signals))
    modes = id_modes(e2e.profile)
    if modes and e2e.id_mode not in modes:
        what = f"{e2e.profile} needs an id_mode, there is {e2e.id_mode or 'none'}"
        place.below("id_mode").problem(what, f"use one of {', '.join(modes)}")
    elif not modes and e2e.id_mode is not None:
        place.below("id_mode").problem(f"{e2e.profile} has no id_mode", "remove `id_mode`")
    if e2e.profile in _HEADERS:
        _check_autosar(info, e2e, signals, place)
    else:
        _check_maker(info, e2e, signals, place)
    counter = signals.get(e2e.counter or "")
    if counter is not None and e2e.max_delta_counter and e2e.max_delta_counter >= (1 << counter.length) - 1:
        place.below("max_delta_counter").problem(
            f"a counter of {counter.length} bits steps over {e2e.max_delta_counter} without being noticed",
            f"use 1 to {max(1, (1 << counter.length) - 2)}",
        )


def _check_autosar(info: MessageInfo, e2e: E2E, signals: Mapping[str, Signal], place: Place) -> None:
    header = _HEADERS[e2e.profile]
    if len(e2e.data_ids) != header.data_ids:
        place.below("data_ids").problem(
            f"{e2e.profile} needs {header.data_ids} data_ids, there are {len(e2e.data_ids)}",
            f"list {header.data_ids}",
        )
    id_max = 0xFFF if e2e.id_mode == "nibble" else header.data_id_max
    if too_large := [i for i in e2e.data_ids if i > id_max]:
        place.below("data_ids").problem(
            f"data id {too_large[0]} is too large for {e2e.profile}", f"use 0 to {id_max}"
        )
    if e2e.counter is None:
        place.problem(f"{e2e.profile} needs a counter", "name its signal in `counter`")
    crc, counter = signals.get(e2e.crc), signals.get(e2e.counter or "")
    start = 0
    if crc is not None and header.movable:
        start = min(byte for byte, _ in signal_bits(crc)) - header.crc_at
    if crc is not None and (
        start < 0 or not _stands_at(crc, start + header.crc_at, header.crc_bits, little=header.little)
    ):
        place.below("crc").problem(*_misplaced(info, e2e, "crc", e2e.crc, header, header.crc_at))
    elif crc is not None and start + header.header_bytes > info.length:
        place.below("crc").problem(
            f"{e2e.profile} needs {header.header_bytes} bytes from byte {start}, "
            f"`{info.name}` has {info.length}",
            "use a longer frame, or move the header",
        )
    at = max(start, 0) + header.counter_at
    if counter is not None and not _stands_at(counter, at, header.counter_bits):
        place.below("counter").problem(*_misplaced(info, e2e, "counter", counter.name, header, at))


def _misplaced(
    info: MessageInfo, e2e: E2E, key: str, name: str, header: _Header, byte: int
) -> tuple[str, str]:
    bits = header.crc_bits if key == "crc" else header.counter_bits
    order = "little-endian" if bits <= 8 or (header.little and key == "crc") else "big-endian"
    start = 8 * byte if order == "little-endian" else 8 * byte + 7
    return (
        f"`{info.name}.{name}` is not where {e2e.profile} puts its {key}",
        f"start an unsigned, not multiplexed signal of {bits} bits at bit {start} ({order})",
    )


def _stands_at(signal: Signal, byte: int, bits: int, *, little: bool = False) -> bool:
    """Whether the signal is these bits: from the byte's lowest on, numbers of more bytes from its highest."""
    if bits > 8 and not little:
        wanted = tuple((byte + n // 8, 7 - n % 8) for n in range(bits))
    else:
        wanted = tuple(divmod(8 * byte + n, 8) for n in reversed(range(bits)))
    plain = not signal.is_signed and signal.multiplexer_ids is None
    return plain and signal_bits(signal) == wanted


def _check_maker(info: MessageInfo, e2e: E2E, signals: Mapping[str, Signal], place: Place) -> None:
    maker = MAKERS[e2e.profile]
    if len(e2e.data_ids) not in maker.constants:
        wanted = " or ".join(str(n) for n in maker.constants)
        place.below("data_ids").problem(
            f"{e2e.profile} takes {wanted} constants, there are {len(e2e.data_ids)}", f"list {wanted}"
        )
    if too_large := [i for i in e2e.data_ids if i > _MAKER_CONSTANT_MAX]:
        place.below("data_ids").problem(
            f"constant {too_large[0]} is too large for {e2e.profile}", f"use 0 to {_MAKER_CONSTANT_MAX}"
        )
    for key, name in (("crc", e2e.crc), ("counter", e2e.counter)):
        signal = signals.get(name or "")
        if signal is not None and (signal.is_signed or signal.multiplexer_ids is not None):
            place.below(key).problem(
                f"`{info.name}.{name}` is signed or multiplexed", "name a plain unsigned signal"
            )
    crc = signals.get(e2e.crc)
    if crc is not None and (wrong := place_problem(e2e.profile, signal_bits(crc), info.length)):
        place.below("crc").problem(f"`{info.name}.{e2e.crc}`: {wrong}", "name the signal that stands there")
    counter = signals.get(e2e.counter or "")
    if e2e.profile == "vw_mqb" and e2e.data_ids and (not counter or signal_bits(counter) != _VW_MQB_COUNTER):
        place.below("counter").problem(
            "vw_mqb picks its constant by the low nibble of byte 1", "name that signal as `counter`"
        )


def place_problem(name: str, bits: tuple[Bit, ...], length: int) -> str | None:
    """What is wrong with a checksum signal's place in a frame of `length` bytes; None when it is right.

    `bits` are byte and bit of each bit, most significant first.
    """
    place = MAKERS[name].place
    size = {"first two bytes": 2}.get(place, 1)
    if "nibble" in place:
        low = (bits[-1][0], bits[-1][1]) if bits else (0, 0)
        right = (
            len(bits) == 4 and bits == tuple((low[0], low[1] + n) for n in (3, 2, 1, 0)) and low[1] in (0, 4)
        )
        right = right and (place != "last nibble" or low == (length - 1, 0))
    else:
        first = {"last byte": length - 1}.get(place, bits[-1][0] if place == "any byte" and bits else 0)
        whole = tuple((first + byte, bit) for byte in reversed(range(size)) for bit in reversed(range(8)))
        right = bits == whole
    return None if right else f"the checksum of {name} is the {place} of the frame, unsigned"


def _check_secoc(
    info: MessageInfo,
    secoc: SecOC,
    messages: Mapping[str, MessageInfo],
    declared: Collection[str],
    place: Place,
) -> None:
    if secoc.sent_freshness_bits > secoc.freshness_bits:
        place.below("sent_freshness_bits").problem(
            f"{secoc.sent_freshness_bits} bits of a freshness value of {secoc.freshness_bits} cannot be sent",
            f"use 0 to {secoc.freshness_bits}",
        )
    first = info.length - secoc.trailer_bytes
    if first < 0:
        place.problem(
            f"freshness and MAC need {secoc.trailer_bytes} bytes, `{info.name}` has {info.length}",
            "use CAN FD, or fewer bits",
        )
        return
    for signal in info.dbc.signals:
        inside = {byte >= first for byte, _ in signal_bits(signal)}
        if inside == {True, False}:
            place.problem(
                f"`{info.name}.{signal.name}` reaches into the last {secoc.trailer_bytes} bytes, "
                "which are freshness and MAC",
                "move it",
            )
    if secoc.resync is not None:
        _check_resync(secoc, secoc.resync, messages, declared, place.below("resync"))


def _check_resync(
    secoc: SecOC, ref: str, messages: Mapping[str, MessageInfo], declared: Collection[str], place: Place
) -> None:
    message, name = ref.split(".")
    if message not in messages:
        if message not in declared:
            place.problem(f"message `{message}` is not declared", one_of(message, messages))
        return
    carrier = messages[message]
    signals = {s.name: s for s in carrier.dbc.signals}
    if name not in signals:
        place.problem(f"`{message}` has no signal `{name}`", one_of(name, signals))
    elif signals[name].length < secoc.freshness_bits or signals[name].is_signed:
        place.problem(
            f"`{ref}` cannot hold {secoc.freshness_bits} bits", "make it an unsigned signal of that length"
        )
    own = carrier.spec.secoc
    if own is None or own.sent_freshness_bits != own.freshness_bits:
        place.problem(
            f"`{message}` could be an old frame: its own freshness does not travel whole",
            "give it `secoc` with sent_freshness_bits as many as freshness_bits",
        )
