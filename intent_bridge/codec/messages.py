"""Compiles the messages of a profile: their plans, and their protection."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, get_args

from intent_bridge.codec import e2e
from intent_bridge.codec.layout import layout
from intent_bridge.codec.oem_checksums import OEM_CHECKSUMS
from intent_bridge.codec.plan import Plan
from intent_bridge.codec.protection import (
    CheckedProtection,
    CounterLink,
    FreshLink,
    Link,
    OemProtection,
    SecOcProtection,
)
from intent_bridge.codec.secoc import NO_SECURITY, Keys, SecOc, Security
from intent_bridge.errors import Problem, ProfileError, SignalError
from intent_bridge.profile import MessageInfo, Profile, once
from intent_bridge.profile.protection import header_offset, signal_bits
from intent_bridge.profile.protection_model import E2E, AutosarName, SecOC

__all__ = ["dbc_file", "links", "plans", "protections", "signal_bits"]


@once
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


Guarded: TypeAlias = Mapping[str, CheckedProtection | SecOcProtection]
"""Protected messages by name."""


@once
def protections(profile: Profile, security: Security = NO_SECURITY) -> Guarded:
    """The protection of every protected message, by name. The profile has checked its places.

    ProfileError lists every SecOC key that the host's key store does not give.
    """
    found: dict[str, CheckedProtection | SecOcProtection] = {}
    problems: list[Problem] = []
    for name, info in profile.messages.items():
        if info.spec.e2e is not None:
            found[name] = _end_to_end(info, info.spec.e2e)
        elif info.spec.secoc is not None:
            made = _secured(info, info.spec.secoc, security.keys)
            if isinstance(made, str):
                file = profile.folder / "profile.yaml"
                problems.append(Problem(file, None, made, "give the host's key store as `keys`"))
            else:
                found[name] = made
    if problems:
        raise ProfileError(problems)
    return found


def links(profile: Profile, guarded: Guarded, security: Security) -> dict[str, Link]:
    """A memory of the counter of each protected message: as before its first frame, or as it was left."""
    made: dict[str, Link] = {}
    for name, protection in guarded.items():
        spec = profile.messages[name].spec.e2e
        if isinstance(protection, SecOcProtection):
            next_ = security.freshness.get(name, 0)
            made[name] = FreshLink(protection.secoc, protection.attempts, next_ - 1)
        else:
            assert spec is not None
            made[name] = CounterLink(protection, spec.delta_max)
    return made


def _end_to_end(info: MessageInfo, spec: E2E) -> CheckedProtection:
    if spec.profile in get_args(AutosarName):
        offset = header_offset(info, spec)
        name: e2e.ProfileName = spec.profile  # type: ignore[assignment]
        return e2e.Protection(name, spec.data_ids, info.length, offset, spec.id_mode or "both")
    lie, signals = layout(info.dbc), {s.name: s for s in info.dbc.signals}
    return OemProtection(
        checksum=OEM_CHECKSUMS[spec.profile],
        constants=spec.data_ids,
        can_id=info.can_id,
        length=info.length,
        order=lie.order,
        crc=lie.slots[spec.crc],
        counter=None if spec.counter is None else lie.slots[spec.counter],
        bits=frozenset(bit for name in spec.signals for bit in signal_bits(signals[name])),
    )


def _secured(info: MessageInfo, spec: SecOC, keys: Keys | None) -> SecOcProtection | str:
    """The protection, or why there is none."""
    if keys is None:
        return f"{info.name} is secured with the key `{spec.key}`, and there is no key store"
    first = info.length - spec.trailer_bytes
    try:
        secoc = SecOc(
            keys(spec.key),
            spec.data_id,
            first,
            spec.freshness_bits,
            spec.sent_freshness_bits,
            spec.mac_bits,
        )
    except KeyError:
        return f"{info.name}: the key store has no key `{spec.key}`"
    except ValueError as error:
        return f"{info.name}, key `{spec.key}`: {error}"
    bits = frozenset((byte, bit) for byte in range(first, info.length) for bit in range(8))
    return SecOcProtection(secoc, spec.attempts, bits)


def dbc_file(profile: Profile, info: MessageInfo) -> Path:
    """The DBC file that describes a message."""
    return profile.folder / profile.file.buses[info.bus].dbc
