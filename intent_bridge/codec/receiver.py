"""Received frames to samples of vehicle paths: the frame is checked first, then each signal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intent_bridge.codec.layout import Slot
from intent_bridge.codec.messages import plans, protections
from intent_bridge.codec.plan import Field, Memo, Plan
from intent_bridge.codec.sequence import CheckStatus, Counters
from intent_bridge.codec.window import LinkState, Window
from intent_bridge.errors import SignalError
from intent_bridge.profile import Binding, MessageInfo, Profile
from intent_bridge.types import Quality, RawFrame, Sample, Value

REMEMBERED_MAX = 1024
"""Contents whose meaning is remembered, per message."""

_UNSOUND = {
    CheckStatus.ERROR: Quality.E2E_ERROR,
    CheckStatus.WRONG_SEQUENCE: Quality.E2E_ERROR,
    CheckStatus.REPEATED: Quality.FROZEN,
    CheckStatus.OK: Quality.E2E_ERROR,  # sound in itself, on a link that is not yet or no longer trusted
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one frame says. `samples` holds every path of the frame, unsound ones with value None.

    `result` is the value name by which an ECU answers a command, `result_counter` the alive counter of
    the command it answers; both None where the message answers nothing or was unsound.
    """

    message: str
    samples: Mapping[str, Sample]
    result: str | None
    result_counter: int | None


@dataclass(frozen=True, slots=True)
class _Inbound:
    """One message that can be received."""

    info: MessageInfo
    plan: Plan
    paths: tuple[tuple[str, Binding, Field], ...]
    answer: tuple[Field, Field] | None
    content: int
    """The bits that say something of a path: all but those of protection and answer."""
    said: Memo[int, tuple[tuple[str, Value | None, Quality], ...]]
    """What a sound frame says, by its content: most frames say what the one before said."""


class Receiver:
    """Reads the frames of one vehicle. Remembers alive counters; never raises, whatever the bytes."""

    def __init__(self, profile: Profile) -> None:
        compiled = plans(profile)
        self._protections = protections(profile)
        self._counters = {
            name: Counters(p.counters, spec.max_delta_counter)
            for name, p in self._protections.items()
            if (spec := profile.messages[name].spec.e2e) is not None
        }
        self._windows = {
            name: Window(spec.window)
            for name, message in profile.messages.items()
            if (spec := message.spec.e2e) is not None and spec.window is not None
        }
        self._inbound = {
            (info.bus, info.can_id, info.extended): _inbound(profile, info, compiled[info.name])
            for info in profile.messages.values()
        }

    def read(self, raw: RawFrame, now_ms: int) -> Reading | None:
        """The samples of one frame; None when it is no message of the profile (id, format or length)."""
        inbound = self._inbound.get((raw.bus, raw.can_id, raw.extended))
        if inbound is None or raw.fd != inbound.info.fd or len(raw.data) != inbound.info.length:
            return None
        name = inbound.info.name
        status = CheckStatus.OK
        if name in self._protections:
            status = self._counters[name].judge(self._protections[name].check(raw.data))
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
        return Reading(name, samples, result, counter)


def _inbound(profile: Profile, info: MessageInfo, plan: Plan) -> _Inbound:
    paths = tuple(
        (path, sensor.binding, plan.field(sensor.binding.signal))
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
    return _Inbound(info, plan, paths, answer, ~_silent(info, plan, paths, answer or ()), said)


def _silent(
    info: MessageInfo, plan: Plan, paths: Iterable[tuple[str, Binding, Field]], answer: Iterable[Field]
) -> int:
    """The bits that say nothing of a path: checksum, counter, and an answer to a command."""
    slots = [field.slot for field in answer]
    if info.spec.e2e is not None:
        slots += [plan.field(name).slot for name in (info.spec.e2e.crc, info.spec.e2e.counter)]
    read = {field.slot.name for _, _, field in paths}
    return sum(slot.mask for slot in {slot.name: slot for slot in slots}.values() if slot.name not in read)


def _said(
    plan: Plan, paths: Iterable[tuple[str, Binding, Field]], image: int
) -> tuple[tuple[str, Value | None, Quality], ...]:
    present = _present(plan, image)
    return tuple((path, *_value(b, field, image)) for path, b, field in paths if field.slot in present)


def _unsound(inbound: _Inbound, image: int, status: CheckStatus, now_ms: int) -> dict[str, Sample]:
    """A wrong checksum leaves the multiplexer in doubt too: then no page of the message is sound."""
    present = None if status is CheckStatus.ERROR else _present(inbound.plan, image)
    sample = Sample(None, now_ms, _UNSOUND[status])
    return {path: sample for path, _, field in inbound.paths if present is None or field.slot in present}


def _present(plan: Plan, image: int) -> frozenset[Slot] | tuple[Slot, ...]:
    try:
        return plan.present(image)
    except SignalError:  # a multiplexer id that the DBC does not know: only what is always there
        return plan.layout.root.slots


def _value(binding: Binding, field: Field, image: int) -> tuple[Value | None, Quality]:
    try:
        value = binding.from_raw(field.get_raw(image))
    except ValueError:
        return None, Quality.OUT_OF_RANGE
    return value, Quality.OK if value is not None else Quality.NOT_AVAILABLE
