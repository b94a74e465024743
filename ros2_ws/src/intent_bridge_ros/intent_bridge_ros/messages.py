"""What the engine says as messages, and messages as what the engine reads; `checked` looks at every field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from builtin_interfaces.msg import Duration, Time
from intent_bridge_msgs import msg
from rclpy.impl.implementation_singleton import rclpy_implementation
from std_msgs.msg import Header

from intent_bridge.profile import Profile, SensorInfo, measured, plain, to_vss
from intent_bridge.types import (
    Channel,
    Decision,
    Frame,
    Outcome,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    Status,
    Value,
    Verdict,
)
from intent_bridge_ros.checked import MessageError, make

RCLError = rclpy_implementation.RCLError
"""What rclpy raises where DDS refuses; it has no public name."""


def clean(text: str, longest: int) -> str:
    """Text of foreign origin, made fit for a bounded field."""
    return text.replace("\0", "�")[:longest]


def header(stamp: Time) -> Header:
    """A header without a frame: nothing here has a place in space."""
    return make(Header, stamp=stamp)


def duration(milliseconds: int) -> Duration:
    """Milliseconds as ROS writes them."""
    seconds, rest = divmod(max(0, milliseconds), 1000)
    return make(Duration, sec=min(seconds, 2**31 - 1), nanosec=rest * 1_000_000)


def constants(kind: Any, prefix: str, words: type[StrEnum]) -> dict[int, Any]:
    """The constants of a message type that stand for the words of an enumeration: number to word."""
    return {getattr(kind, prefix + word.name): word for word in words}


SPEAKERS = constants(msg.Provenance, "SPEAKER_", Speaker)
ZONES = constants(msg.Provenance, "ZONE_", SeatZone)
CHANNELS = constants(msg.Provenance, "CHANNEL_", Channel)
DECISIONS: Mapping[Decision, int] = {word: getattr(msg.Verdict, word.name) for word in Decision}
STATUSES: Mapping[Status, int] = {word: number for number, word in constants(msg.Outcome, "", Status).items()}


def read_provenance(given: msg.Provenance, *, trusted: bool) -> Provenance:
    """Who asks; a number that stands for nobody is unknown, so is everybody of a host that is not trusted."""
    if not trusted:
        return Provenance(untrusted_text=True)
    return Provenance(
        SPEAKERS.get(given.speaker, Speaker.UNKNOWN),
        ZONES.get(given.zone, SeatZone.UNKNOWN),
        CHANNELS.get(given.channel, Channel.UNKNOWN),
        bool(given.untrusted_text),
    )


def path_value(profile: Profile, path: str, value: Value | None) -> msg.PathValue:
    """One exact value in the path's own unit."""
    quantity = profile.sensors[path].quantity
    if value is None:
        return make(msg.PathValue, path=path)
    said = plain(to_vss(quantity, value))
    unit = quantity.unit or ""
    if quantity.type == "boolean":
        return make(msg.PathValue, path=path, kind=msg.PathValue.KIND_BOOLEAN, boolean=bool(said))
    if isinstance(said, str):
        return make(msg.PathValue, path=path, kind=msg.PathValue.KIND_TEXT, text=said)
    return make(msg.PathValue, path=path, kind=msg.PathValue.KIND_NUMBER, number=float(said), unit=unit)


def read_value(info: SensorInfo, given: msg.PathValue) -> Value | None:
    """The exact value a message says, numbers at the nearest step; MessageError when it has none."""
    if given.kind == msg.PathValue.KIND_NONE:
        return None
    if given.kind == msg.PathValue.KIND_BOOLEAN:
        said: Any = bool(given.boolean)
    elif given.kind == msg.PathValue.KIND_TEXT:
        said = given.text
    elif given.kind == msg.PathValue.KIND_NUMBER:
        said = float(given.number)
    else:
        raise MessageError(f"{given.path}: kind {given.kind} does not exist")
    try:
        return measured(info.quantity, said)
    except ValueError as error:
        raise MessageError(f"{info.path}: {error}") from error


def sample(info: SensorInfo, given: msg.PathValue, received_ms: int) -> Sample:
    """What a typed message says of a path; what it may not say is unknown, and why."""
    try:
        value = read_value(info, given)
    except MessageError:
        return Sample(None, received_ms, Quality.OUT_OF_RANGE)
    return Sample(value, received_ms, Quality.OK if value is not None else Quality.NOT_AVAILABLE)


def verdict_message(
    verdict: Verdict | None, call_id: str, policy: str, head: Header, sequence: int
) -> msg.Verdict:
    """What the guard said."""
    named: dict[str, Any] = {"decision": msg.Verdict.NOT_JUDGED}
    if verdict is not None:
        named = {
            "decision": DECISIONS[verdict.decision],
            "rules": [hit.id for hit in verdict.hits],
            "reasons": [hit.reason_key for hit in verdict.hits],
            "unlock": list(verdict.unlock),
        }
    given = {"header": head, "sequence": sequence, "policy": policy}
    return make(msg.Verdict, **given, call_id=clean(call_id, 128), **named)


def outcome_message(
    outcome: Outcome,
    value: Callable[[str, Value], msg.PathValue],
    tool_result: str,
    head: Header,
    sequence: int,
    languages: Collection[str],
) -> msg.Outcome:
    """What became of a call; no token. Only sentences in `languages` are worded, others stay empty.

    `value` makes the message of one value, as `path_value` does.
    """
    emitted = [value(a.path, a.emitted) for a in outcome.actions if a.emitted is not None]
    confirmed = [value(a.path, a.confirmed) for a in outcome.actions if a.confirmed is not None]
    return make(
        msg.Outcome,
        header=head,
        sequence=sequence,
        call_id=clean(outcome.call_id, 128),
        tool=clean(outcome.intent, 64),
        status=STATUSES[outcome.status],
        code=clean(outcome.code, 256),
        message=clean(outcome.message, 1024),
        emitted=emitted,
        confirmed=confirmed,
        say_en=clean(outcome.texts.get("en", ""), 10_000) if "en" in languages else "",
        say_zh=clean(outcome.texts.get("zh", ""), 10_000) if "zh" in languages else "",
        tool_result=tool_result,
    )


def confirmation_message(outcome: Outcome, now_ms: int, stamp: Time) -> msg.Confirmation:
    """A question for the HMI, with its token."""
    question = outcome.confirmation
    assert question is not None
    return make(
        msg.Confirmation,
        header=header(stamp),
        call_id=clean(outcome.call_id, 128),
        token=question.token,
        lifetime=duration(question.expires_ms - now_ms),
        question_en=clean(outcome.texts["en"], 10_000),
        question_zh=clean(outcome.texts["zh"], 10_000),
    )


def actuator_commands(
    frame: Frame, profile: Profile, call_id: str, stamp: Time, sequence: int
) -> Sequence[msg.ActuatorCommand]:
    """What a frame asks of its actuators, one message per path: only what the frame is about, no sibling."""
    about = {"permit": "KIND_TARGET", "stop": "KIND_STOP", "neutral": "KIND_NEUTRAL"}
    made: list[msg.ActuatorCommand] = []
    for path, info in profile.actuators.items():
        origin = frame.origins.get(info.command.signal, "")
        if info.command.message != frame.message or origin not in about:
            continue
        target = make(msg.PathValue, path=path)
        if origin == "permit":
            said = info.command.from_raw(_raw(profile, frame, info.command.signal))
            target = path_value(profile, path, said)
        fields = {"header": header(stamp), "sequence": sequence + len(made), "call_id": clean(call_id, 128)}
        kind = getattr(msg.ActuatorCommand, about[origin])
        lifetime = duration(info.spec.lifetime_ms)
        made.append(make(msg.ActuatorCommand, **fields, kind=kind, target=target, lifetime=lifetime))
    return made


def _raw(profile: Profile, frame: Frame, signal: str) -> int:
    """The raw number of one signal, read from the very bytes that would go on a bus."""
    said = profile.messages[frame.message].dbc.decode_simple(
        frame.raw.data, decode_choices=False, scaling=False
    )
    return int(said[signal])
