"""Finds the profile's messages in the DBC files and checks their protection and their answers."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from cantools.database.can import Database, Message, Signal

from . import model
from .binding import MessageInfo
from .report import Place, one_of

_CLASSIC_LENGTH_MAX: Final = 8


class _Layout(NamedTuple):
    """Where an E2E profile puts its header; starts are DBC start bits, little-endian then big-endian."""

    data_ids: int
    data_id_max: int
    crc_bits: int
    crc_starts: tuple[int, ...]
    counter_bits: int
    counter_starts: tuple[int, ...]


_LAYOUTS: Final[Mapping[str, _Layout]] = {
    "P02": _Layout(16, 0xFF, 8, (0, 7), 4, (8, 11)),
    "P05": _Layout(1, 0xFFFF, 16, (0,), 8, (16, 23)),
}
"""AUTOSAR E2E: P02 CRC in byte 0 and counter in the low nibble of byte 1; P05 CRC little-endian in
bytes 0-1 and counter in byte 2. A P05 CRC cannot be a big-endian signal."""


def find_messages(
    file: model.ProfileFile,
    databases: Mapping[str, Database],
    broken: Collection[tuple[str, str]],
    place: Place,
) -> dict[str, MessageInfo]:
    """The declared messages that could be found; what is wrong with them is noted below `place`."""
    found = {}
    for name, spec in file.messages.items():
        if ("buses", spec.bus) in broken:
            continue  # said where the bus is
        if info := _find(name, spec, file, databases, place.below(name)):
            found[name] = info
    _check_frame_ids(found, databases, place)
    _check_data_ids(found, place)
    for name, info in found.items():
        if info.spec.e2e:
            _check_e2e(info, info.spec.e2e, place.below(name, "e2e"))
    return found


def _find(
    name: str, spec: model.Message, file: model.ProfileFile, databases: Mapping[str, Database], place: Place
) -> MessageInfo | None:
    bus = file.buses.get(spec.bus)
    if bus is None:
        place.below("bus").problem(f"no bus `{spec.bus}`", one_of(spec.bus, file.buses))
        return None
    if spec.bus not in databases:
        return None  # its DBC has a problem of its own
    by_name = {m.name: m for m in databases[spec.bus].messages}
    dbc = by_name.get(name)
    if dbc is None:
        place.problem(f"`{name}` is not in {bus.dbc}", one_of(name, by_name))
        return None
    if dbc.is_fd and not bus.fd:
        place.problem(f"`{name}` is a CAN FD message on a classic bus", f"give `{spec.bus}` a data_bitrate")
    if dbc.length > _CLASSIC_LENGTH_MAX and not dbc.is_fd:
        place.problem(
            f"`{name}` has {dbc.length} bytes and is not CAN FD", 'set "VFrameFormat" to StandardCAN_FD'
        )
    selectors = [s.name for s in dbc.signals if s.is_multiplexer]
    if len(selectors) > 1:
        place.problem(f"`{name}` has several multiplexers ({', '.join(selectors)})", "use one per message")
    return MessageInfo(
        name=name,
        bus=spec.bus,
        can_id=dbc.frame_id,
        extended=dbc.is_extended_frame,
        fd=dbc.is_fd,
        length=dbc.length,
        spec=spec,
        dbc=dbc,
    )


def _check_frame_ids(
    found: Mapping[str, MessageInfo], databases: Mapping[str, Database], place: Place
) -> None:
    """No other message of any bus may share the frame id of a message we read or send."""
    owners: dict[tuple[int, bool], list[tuple[str, Message]]] = {}
    for bus, database in databases.items():
        for message in database.messages:
            owners.setdefault((message.frame_id, message.is_extended_frame), []).append((bus, message))
    for name, info in found.items():
        for bus, other in owners[info.can_id, info.extended]:
            if other is not info.dbc:
                place.below(name).problem(
                    f"`{name}` shares frame id {info.can_id} with `{other.name}` of bus `{bus}`",
                    "give each message its own frame id",
                )


def _check_data_ids(found: Mapping[str, MessageInfo], place: Place) -> None:
    """Equal data ids would let one message pass for another."""
    owner: dict[tuple[str, tuple[int, ...]], str] = {}
    for name, info in found.items():
        if info.spec.e2e is None:
            continue
        key = (info.spec.e2e.profile, info.spec.e2e.data_ids)
        if key in owner:
            place.below(name, "e2e", "data_ids").problem(
                f"`{name}` has the same data_ids as `{owner[key]}`", "give each message its own"
            )
        owner.setdefault(key, name)


def _check_e2e(info: MessageInfo, e2e: model.E2E, place: Place) -> None:
    layout = _LAYOUTS[e2e.profile]
    if len(e2e.data_ids) != layout.data_ids:
        place.below("data_ids").problem(
            f"{e2e.profile} needs {layout.data_ids} data_ids, there are {len(e2e.data_ids)}",
            f"list {layout.data_ids}",
        )
    if too_large := [i for i in e2e.data_ids if i > layout.data_id_max]:
        place.below("data_ids").problem(
            f"data id {too_large[0]} is too large for {e2e.profile}", f"use 0 to {layout.data_id_max}"
        )
    signals = {s.name: s for s in info.dbc.signals}
    for key, name, bits, starts in (
        ("crc", e2e.crc, layout.crc_bits, layout.crc_starts),
        ("counter", e2e.counter, layout.counter_bits, layout.counter_starts),
    ):
        signal = signals.get(name)
        if signal is None:
            place.below(key).problem(f"`{info.name}` has no signal `{name}`", one_of(name, signals))
        elif not _stands_at(signal, bits, starts):
            place.below(key).problem(
                f"`{info.name}.{name}` is not where {e2e.profile} puts its {key}",
                f"start an unsigned, not multiplexed signal of {bits} bits at bit {starts[0]} "
                "(little-endian)",
            )


def _stands_at(signal: Signal, bits: int, starts: tuple[int, ...]) -> bool:
    start = starts[0] if signal.byte_order == "little_endian" else starts[-1] if len(starts) > 1 else None
    return (
        signal.start == start
        and signal.length == bits
        and not signal.is_signed
        and signal.multiplexer_ids is None
    )


def check_response(
    info: MessageInfo, messages: Mapping[str, MessageInfo], declared: Collection[str], place: Place
) -> None:
    """A command's `response` names signals that exist, match its counter and can say no."""
    response = info.spec.response
    assert response is not None
    if info.spec.e2e is None:
        place.problem(f"`{info.name}` has no counter that could be echoed", "give it `e2e`")
    result = _signal(response.result, messages, declared, place.below("result"))
    counter = _signal(response.counter, messages, declared, place.below("counter"))
    if response.result.split(".")[0] != response.counter.split(".")[0]:
        place.problem("result and counter are in different messages", "use one message for both")
    if result is not None:
        names = {str(label) for label in (result.choices or {}).values()}
        for i, name in enumerate(response.refused):
            if name not in names:
                place.below("refused", i).problem(
                    f"`{response.result}` has no value named `{name}`", one_of(name, names)
                )
    if counter is not None and info.spec.e2e is not None:
        bits = _LAYOUTS[info.spec.e2e.profile].counter_bits
        if counter.length < bits:
            place.below("counter").problem(
                f"`{response.counter}` has {counter.length} bits, the counter has {bits}",
                f"make it {bits} bits long",
            )


def _signal(
    ref: str, messages: Mapping[str, MessageInfo], declared: Collection[str], place: Place
) -> Signal | None:
    message, name = ref.split(".")
    if message not in messages:
        if message not in declared:
            place.problem(f"message `{message}` is not declared", one_of(message, messages))
        return None
    signals = {s.name: s for s in messages[message].dbc.signals}
    if name not in signals:
        place.problem(f"`{message}` has no signal `{name}`", one_of(name, signals))
    return signals.get(name)
