"""Decide and encode a recorded drive again, and compare every frame bit for bit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from intent_bridge.codec import NO_SECURITY, Encoder, Security
from intent_bridge.engine.numbers import RULE, own_number_hit
from intent_bridge.engine.records import frames_record
from intent_bridge.errors import InvariantError
from intent_bridge.guard import Guard
from intent_bridge.profile import Profile
from intent_bridge.types import (
    Action,
    Channel,
    Permit,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    State,
    Verdict,
)

_QUALITIES: Final = {quality.value: quality for quality in Quality}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One acting call decided again: `recorded` and `again` are frames as the record spells them."""

    call_id: str
    intent: str
    recorded: list[list[Any]]
    again: list[list[Any]]
    decision: str
    same_policy: bool

    @property
    def same(self) -> bool:
        """The same frames, bit for bit."""
        return self.recorded == self.again


def replay(
    records: Iterable[Mapping[str, Any]], profile: Profile, guard: Guard, security: Security = NO_SECURITY
) -> Iterator[Replayed]:
    """Judge and encode every acting call of a log on the state it was decided on.

    A call that was held back is encoded on the state of the moment at which it left, under the permit of its
    intent. `security` holds the keys, where the vehicle has messages under SecOC.
    """
    encoder = Encoder(profile, security)
    waiting: dict[tuple[str, str], _Held] = {}
    for record in records:
        call = str(record.get("session", "")), str(record.get("call_id", ""))
        if record["type"] == "intent":
            verdict = rejudge(record, guard)
            waits = "held_ms" in record
            if waits:
                waiting[call] = _Held(record, verdict)
            yield _again(record, record, verdict, None if waits else verdict.permit, encoder, guard)
        elif record["type"] == "start":
            held = waiting.pop(call, _Held({}, None))
            permit = None if held.verdict is None else held.verdict.permit
            if permit is not None and _objects(record, held.intent, permit, guard):
                permit = None
            yield _again(record, held.intent, held.verdict, permit, encoder, guard)
        elif record["type"] == "outcome":
            waiting.pop(call, None)


class _Held(NamedTuple):
    """The intent of a call that waits for its turn, and what is said of it now."""

    intent: Mapping[str, Any]
    verdict: Verdict | None


def _objects(start: Mapping[str, Any], intent: Mapping[str, Any], permit: Permit, guard: Guard) -> bool:
    """Whether a rule is against what a permit says, on the state of the moment at which it left."""
    now_ms, who, yes = int(start["at_ms"]), who_of(intent["who"]), bool(intent["human_yes"])
    state = samples(start["state"], now_ms)[0]
    return guard.objections(permit, who, state, now_ms, confirmed=yes) is not None


def _again(
    record: Mapping[str, Any],
    intent: Mapping[str, Any],
    verdict: Verdict | None,
    permit: Permit | None,
    encoder: Encoder,
    guard: Guard,
) -> Replayed:
    frames: list[list[Any]] = []
    if permit is not None:
        live = samples(record["state"], int(record["at_ms"]))[1]
        encoder.counters.update(record["counters"])
        try:
            frames = frames_record(encoder.encode(permit, live, record["running"], record.get("paths")))
        except InvariantError:
            frames = []
    return Replayed(
        call_id=str(record["call_id"]),
        intent=str(record["intent"]),
        recorded=[list(f) for f in record["frames"]],
        again=frames,
        decision="its intent is not in this log" if verdict is None else verdict.decision.word,
        same_policy=intent.get("policy") == guard.policy_hash,
    )


def rejudge(record: Mapping[str, Any], guard: Guard) -> Verdict:
    """What these rules say of one acting call (a record of type `intent`) on the state it was decided on."""
    now_ms = int(record["at_ms"])
    return _judged(record, guard, samples(record["state"], now_ms)[0], now_ms)


def _judged(record: Mapping[str, Any], guard: Guard, state: State, now_ms: int) -> Verdict:
    actions = tuple(Action(path, value) for path, value in record["requested"])
    asked = RULE in record.get("rules", ()) or bool(record.get("own_numbers"))
    asks = (own_number_hit(actions[0].path),) if asked and actions else ()
    confirmed = bool(record["human_yes"])
    return guard.judge(actions, state, who_of(record["who"]), now_ms, confirmed=confirmed, asks=asks)


def samples(recorded: Mapping[str, list[Any]], now_ms: int) -> tuple[dict[str, Sample], dict[str, Sample]]:
    """The newest samples of a record, and the last sound ones, as they stood then."""
    state: dict[str, Sample] = {}
    live: dict[str, Sample] = {}
    for path, (value, age_ms, quality, *sound) in recorded.items():
        state[path] = Sample(value, now_ms - age_ms, _QUALITIES[quality])
        if sound:
            live[path] = Sample(sound[0], now_ms - sound[1], Quality.OK)
        elif value is not None:
            live[path] = state[path]
    return state, live


def who_of(recorded: Mapping[str, Any]) -> Provenance:
    """Who asked, as a record spells it."""
    return Provenance(
        Speaker(recorded["speaker"]),
        SeatZone(recorded["zone"]),
        Channel(recorded["channel"]),
        bool(recorded["untrusted_text"]),
    )
