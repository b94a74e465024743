"""Compiles the messages of a profile: their plans, and their end-to-end protection."""

from collections.abc import Mapping
from pathlib import Path

from cantools.database.can import Signal

from intent_bridge.codec.e2e import Bit, Protection
from intent_bridge.codec.plan import Plan
from intent_bridge.errors import Problem, ProfileError, SignalError
from intent_bridge.profile import MessageInfo, Profile


def plans(profile: Profile) -> Mapping[str, Plan]:
    """The plan of every message, by name; ProfileError, with all problems, where one cannot be made."""
    found: dict[str, Plan] = {}
    problems: list[Problem] = []
    for name, info in profile.messages.items():
        try:
            found[name] = Plan(info.dbc)
        except SignalError as error:
            problems.append(Problem(dbc_file(profile, info), None, str(error), "mend the DBC"))
    if problems:
        raise ProfileError(problems)
    return found


def protections(profile: Profile) -> Mapping[str, Protection]:
    """The protection of every protected message, by name. The profile has checked its places."""
    return {
        name: Protection(info.spec.e2e.profile, info.spec.e2e.data_ids, info.length)
        for name, info in profile.messages.items()
        if info.spec.e2e is not None
    }


def dbc_file(profile: Profile, info: MessageInfo) -> Path:
    """The DBC file that describes a message."""
    return profile.folder / profile.file.buses[info.bus].dbc


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
