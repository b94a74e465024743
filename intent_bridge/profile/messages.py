"""Finds the profile's messages in the DBC files and checks their protection and their answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from . import model
from .binding import MessageInfo
from .protection import check_protection, counter_bits
from .report import Place, one_of
from .timing import read_timing

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Database, Message, Signal

_CLASSIC_LENGTH_MAX: Final = 8


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
    declared = {*file.messages, *(name for group, name in broken if group == "messages")}
    check_protection(found, declared, place)
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
        timing=read_timing(spec, dbc, databases[spec.bus]),
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


def check_response(
    info: MessageInfo, messages: Mapping[str, MessageInfo], declared: Collection[str], place: Place
) -> None:
    """A command's `response` names signals that exist, match its counter and can say no."""
    response = info.spec.response
    assert response is not None
    bits = counter_bits(info)
    if not bits and not (info.spec.e2e and info.spec.e2e.counter):
        place.problem(f"`{info.name}` has no counter that could be echoed", "give it `e2e` with a counter")
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
    if counter is not None and counter.length < bits:
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
