"""Decide and encode a recorded drive again, and compare every frame bit for bit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intent_bridge.codec import NO_SECURITY, Encoder, Security
from intent_bridge.engine.numbers import RULE, own_number_hit
from intent_bridge.engine.records import frames_record
from intent_bridge.errors import InvariantError
from intent_bridge.guard import Guard
from intent_bridge.profile import Profile
from intent_bridge.types import (
    Action,
    Channel,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    State,
    Verdict,
)


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

    `security` holds the keys, where the vehicle has messages under SecOC.
    """
    encoder = Encoder(profile, security)
    for record in records:
        if record["type"] == "intent":
            yield _again(record, encoder, guard)


def _again(record: Mapping[str, Any], encoder: Encoder, guard: Guard) -> Replayed:
    now_ms = int(record["at_ms"])
    state, live = samples(record["state"], now_ms)
    verdict = _judged(record, guard, state, now_ms)
    frames: list[list[Any]] = []
    if verdict.permit is not None:
        encoder.counters.update(record["counters"])
        try:
            frames = frames_record(encoder.encode(verdict.permit, live, record["running"]))
        except InvariantError:
            frames = []
    return Replayed(
        call_id=str(record["call_id"]),
        intent=str(record["intent"]),
        recorded=[list(f) for f in record["frames"]],
        again=frames,
        decision=verdict.decision.word,
        same_policy=record["policy"] == guard.policy_hash,
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
        state[path] = Sample(value, now_ms - age_ms, Quality(quality))
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
