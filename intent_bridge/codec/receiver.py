"""Received frames to samples of vehicle paths: the frame is checked first, then each signal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from intent_bridge.codec.messages import links, plans, protections
from intent_bridge.codec.plan import Field, Memo, Plan
from intent_bridge.codec.protection import FreshLink, Protection
from intent_bridge.codec.secoc import NO_SECURITY, Security
from intent_bridge.codec.sequence import CheckStatus
from intent_bridge.codec.window import LinkState, Window
from intent_bridge.errors import SignalError
from intent_bridge.profile import Binding, MessageInfo, Profile, once
from intent_bridge.types import Quality, RawFrame, Sample, Value

REMEMBERED_MAX = 1024
"""Contents whose meaning is remembered, per message."""

_NOTHING_TOLD: Final[Mapping[str, int]] = MappingProxyType({})
_UNSOUND = {
    CheckStatus.ERROR: Quality.E2E_ERROR,
    CheckStatus.WRONG_SEQUENCE: Quality.E2E_ERROR,
    CheckStatus.REPEATED: Quality.FROZEN,
    CheckStatus.OK: Quality.E2E_ERROR,  # sound in itself, on a link that is not yet or no longer trusted
}


class Reading(NamedTuple):
    """What one frame says. `samples` holds every path of the frame, unsound ones with value None.

    `result` is the value name by which an ECU answers a command, `result_counter` the alive counter of
    the command it answers; both None where the message answers nothing or was unsound. `freshness`: what
    its trusted sender says of other messages, the freshness value last used (or accepted) of each.
    """

    message: str
    samples: Mapping[str, Sample]
    result: str | None
    result_counter: int | None
    freshness: Mapping[str, int] = _NOTHING_TOLD


class _Path(NamedTuple):
    """One path that a message carries, and what its bits were found to say."""

    path: str
    signal: str
    mask: int
    told: Memo[int, tuple[str, Value | None, Quality]]


@dataclass(frozen=True, slots=True)
class _Inbound:
    """One message that can be received."""

    info: MessageInfo
    plan: Plan
    paths: tuple[_Path, ...]
    answer: tuple[Field, Field] | None
    content: int
    """The bits that say something of a path: all but those of protection and answer."""
    tells: tuple[tuple[str, Field], ...]
    """Messages under SecOC whose freshness value it carries, and where."""
    said: Memo[int, tuple[tuple[str, Value | None, Quality], ...]]
    """What a sound frame says, by its content: most frames say what the one before said."""


class Receiver:
    """Reads the frames of one vehicle. Remembers alive counters; never raises, whatever the bytes."""

    def __init__(self, profile: Profile, security: Security = NO_SECURITY) -> None:
        guarded = protections(profile, security)
        self._links = links(profile, guarded, security)
        self._windows = {
            name: Window(spec.window)
            for name, message in profile.messages.items()
            if (spec := message.spec.e2e) is not None and spec.window is not None
        }
        self._inbound = _inbounds(profile, guarded)

    def read(self, raw: RawFrame, now_ms: int) -> Reading | None:
        """The samples of one frame; None when it is no message of the profile (id, format or length)."""
        inbound = self._inbound.get((raw.bus, raw.can_id, raw.extended))
        if inbound is None or raw.fd != inbound.info.fd or len(raw.data) != inbound.info.length:
            return None
        name = inbound.info.name
        link = self._links.get(name)
        status = CheckStatus.OK if link is None else link.judge(raw.data)
        image = inbound.plan.from_bytes(raw.data)
        window = self._windows.get(name)
        trusted = status is CheckStatus.OK if window is None else window.add(status) is LinkState.VALID
        if not trusted:
            return Reading(name, _unsound(inbound, image, status, now_ms), None, None)
        if status is not CheckStatus.OK:
            return Reading(name, {}, None, None)  # one bad frame on a good link says nothing
        samples = {
            path: Sample(value, now_ms, quality)
            for path, value, quality in inbound.said[image & inbound.content]
        }
        result, counter = None, None
        if inbound.answer is not None:
            result_field, counter_field = inbound.answer
            result = result_field.slot.names.get(result_field.get_raw(image))
            counter = counter_field.get_raw(image)
        if not inbound.tells:
            return Reading(name, samples, result, counter)
        told = {about: field.get_raw(image) for about, field in inbound.tells}
        for about, value in told.items():
            self.resync(about, value)
        return Reading(name, samples, result, counter, told)

    def resync(self, message: str, freshness: int) -> None:
        """A trusted sender says which freshness value of this message was used last; never backwards."""
        link = self._links.get(message)
        if isinstance(link, FreshLink):
            link.resync(freshness)

    def freshness(self) -> dict[str, int]:
        """The next freshness value that is good, of each secured message heard: a restart begins with it."""
        fresh = {name: link.last for name, link in self._links.items() if isinstance(link, FreshLink)}
        return {name: last + 1 for name, last in fresh.items() if last is not None}


@once
def _inbounds(
    profile: Profile, guarded: Mapping[str, Protection]
) -> Mapping[tuple[str, int, bool], _Inbound]:
    compiled = plans(profile)
    return {
        (info.bus, info.can_id, info.extended): _inbound(profile, info, compiled, guarded)
        for info in profile.messages.values()
    }


def _inbound(
    profile: Profile, info: MessageInfo, compiled: Mapping[str, Plan], guarded: Mapping[str, Protection]
) -> _Inbound:
    plan = compiled[info.name]
    paths = tuple(
        _path(path, sensor.binding, plan.field(sensor.binding.signal))
        for path, sensor in profile.sensors.items()
        if sensor.binding.message == info.name
    )
    answer = None
    for command in profile.messages.values():
        response = command.spec.response
        if response is not None and response.result.split(".")[0] == info.name:
            answer = plan.field(response.result.split(".")[1]), plan.field(response.counter.split(".")[1])
    said: Memo[int, tuple[tuple[str, Value | None, Quality], ...]] = Memo(
        lambda image: _said(plan, paths, image), REMEMBERED_MAX
    )
    tells = tuple(
        (name, plan.field(secoc.resync.split(".")[1]))
        for name, other in profile.messages.items()
        if (secoc := other.spec.secoc) is not None
        and secoc.resync is not None
        and secoc.resync.split(".")[0] == info.name
    )
    spoken = [*(answer or ()), *(field for _, field in tells)]
    silent = _silent(plan, guarded.get(info.name), paths, spoken)
    return _Inbound(info, plan, paths, answer, ~silent, tells, said)


def _silent(
    plan: Plan,
    protection: Protection | None,
    paths: Iterable[_Path],
    spoken: Iterable[Field],
) -> int:
    """The bits that say nothing of a path: those of the protection, of an answer, of a freshness value."""
    mask = sum(plan.bit(*bit) for bit in protection.bits) if protection is not None else 0
    for told in spoken:
        mask |= told.slot.mask
    for one in paths:
        mask &= ~one.mask
    return mask


def _path(path: str, binding: Binding, field: Field) -> _Path:
    told: Memo[int, tuple[str, Value | None, Quality]] = Memo(
        lambda bits: (path, *_value(binding, field, bits)), REMEMBERED_MAX
    )
    return _Path(path, field.slot.name, field.slot.mask, told)


def _said(plan: Plan, paths: Iterable[_Path], image: int) -> tuple[tuple[str, Value | None, Quality], ...]:
    if not plan.layout.root.muxes:
        return tuple([one.told[image & one.mask] for one in paths])
    present = _present(plan, image)
    return tuple([one.told[image & one.mask] for one in paths if one.signal in present])


def _unsound(inbound: _Inbound, image: int, status: CheckStatus, now_ms: int) -> dict[str, Sample]:
    """A wrong checksum leaves the multiplexer in doubt too: then no page of the message is sound."""
    present = None if status is CheckStatus.ERROR else _present(inbound.plan, image)
    sample = Sample(None, now_ms, _UNSOUND[status])
    return {one.path: sample for one in inbound.paths if present is None or one.signal in present}


def _present(plan: Plan, image: int) -> frozenset[str]:
    """The names of the signals in a frame."""
    try:
        slots = plan.present(image)
    except SignalError:  # a multiplexer id that the DBC does not know: only what is always there
        slots = plan.layout.root.slots
    return frozenset(slot.name for slot in slots)


def _value(binding: Binding, field: Field, image: int) -> tuple[Value | None, Quality]:
    try:
        value = binding.from_raw(field.get_raw(image))
    except ValueError:
        return None, Quality.OUT_OF_RANGE
    return value, Quality.OK if value is not None else Quality.NOT_AVAILABLE
