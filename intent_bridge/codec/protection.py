"""Ties the end-to-end protection that a profile declares to the bits of its DBC messages."""

from collections.abc import Mapping

from cantools.database.can import Signal

from intent_bridge.codec.e2e import Bit, Protection, crc_at
from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile import MessageInfo, Profile


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


def protections(profile: Profile) -> Mapping[str, Protection]:
    """The protection of every protected message, by message name.

    Raises ProfileError, with all problems, where the DBC's checksum and counter signals do not stand
    where the declared AUTOSAR profile has them.
    """
    found: dict[str, Protection] = {}
    problems: list[Problem] = []
    for name, info in profile.messages.items():
        if info.spec.e2e is None:
            continue
        try:
            found[name] = _protection(info)
        except ValueError as error:
            problems.append(
                Problem(profile.folder / "profile.yaml", None, f"`{name}`: {error}", "mend its e2e")
            )
    if problems:
        raise ProfileError(problems)
    return found


def _protection(info: MessageInfo) -> Protection:
    spec = info.spec.e2e
    assert spec is not None
    signals: dict[str, Signal] = {s.name: s for s in info.dbc.signals}
    for name in (spec.crc, spec.counter):
        if name not in signals:
            raise ValueError(f"no signal {name}")
    crc, counter = set(signal_bits(signals[spec.crc])), set(signal_bits(signals[spec.counter]))
    offset = min(byte for byte, _ in crc) - crc_at(spec.profile)
    protection = Protection(spec.profile, spec.data_ids, info.length, offset)
    if crc != protection.crc_bits:
        raise ValueError(f"{spec.crc} does not cover the checksum bits of {spec.profile}")
    if counter != protection.counter_bits:
        raise ValueError(f"{spec.counter} does not cover the counter bits of {spec.profile}")
    return protection
