"""The bodies of audit records: everything a replay needs to reach the same frames, and no user's words.

Values are exact (steps, booleans, names), times are milliseconds, ages are relative to the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from intent_bridge.engine.effects import Effect, Order, Send
from intent_bridge.engine.running import Running
from intent_bridge.types import Frame, Outcome, Provenance, Quality, RuleHit, State, Value, Verdict

_WORDS: Final = {quality: quality.value for quality in Quality}


def intent_record(
    run: Running,
    snapshot: Mapping[str, Any],
    running: Mapping[str, Value],
    counters: Mapping[str, int],
    now_ms: int,
) -> dict[str, Any]:
    """Written before the first frame of a call.

    A command that is held back has none yet: its frames are made anew when they may leave, and stand in its
    `start_record`.
    """
    order, verdict = run.order, run.verdict
    return {
        "type": "intent",
        "at_ms": now_ms,
        "call_id": order.call_id,
        "intent": order.intent,
        "arguments": dict(order.arguments),
        **({"sources": order.data["sources"]} if "sources" in order.data else {}),
        "who": who_record(order.who),
        "requested": [[a.path, a.value] for a in order.actions],
        "emitted": [[a.path, a.value] for a in verdict.emitted],
        "decision": verdict.decision.word,
        "rules": [h.id for h in verdict.hits] if verdict.hits else [],
        "human_yes": run.human_yes,
        "policy": run.permit.policy_hash,
        "state": snapshot,
        "running": running,
        "counters": counters,
        **({} if run.held_until_ms is None else {"held_ms": run.held_until_ms - now_ms}),
        "frames": frames_record(run.frames if run.held_until_ms is None else ()),
    }


def start_record(
    run: Running,
    snapshot: Mapping[str, Any],
    running: Mapping[str, Value],
    counters: Mapping[str, int],
    frames: Iterable[Frame],
    now_ms: int,
) -> dict[str, Any]:
    """Written before the first frames of a command that was held back: what they were made from.

    `paths` are those of its intent that have not given way to a newer command.
    """
    return {
        "type": "start",
        "at_ms": now_ms,
        "call_id": run.call_id,
        "intent": run.order.intent,
        "paths": list(run.waiting),
        "state": snapshot,
        "running": running,
        "counters": counters,
        "frames": frames_record(frames),
    }


def outcome_record(outcome: Outcome, now_ms: int) -> dict[str, Any]:
    """Written before a call is answered."""
    return {
        "type": "outcome",
        "at_ms": now_ms,
        "call_id": outcome.call_id,
        "intent": ""
        if outcome.code == "unknown_tool"
        else outcome.intent,  # a model may write anything there
        "status": outcome.status.value,
        "code": outcome.code,
        "rules": [h.id for h in outcome.verdict.hits] if outcome.verdict else [],
        "confirmed": {a.path: a.confirmed for a in outcome.actions if a.confirmed is not None},
    }


def asked_record(order: Order, verdict: Verdict | None, snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule held back, in the record of the answer: enough to judge it again."""
    return {
        "who": who_record(order.who),
        "requested": [[a.path, a.value] for a in order.actions],
        "emitted": [[a.path, a.value] for a in verdict.emitted] if verdict else [],
        "decision": verdict.decision.word if verdict else "",
        "own_numbers": list(order.own_numbers),
        "state": snapshot,
    }


def stop_record(
    run: Running,
    paths: Sequence[str],
    live: State,
    now_ms: int,
    sends: Iterable[Effect],
    hits: Sequence[RuleHit],
) -> dict[str, Any]:
    """Written before a stop frame leaves."""
    return {
        "type": "stop",
        "at_ms": now_ms,
        "call_id": run.call_id,
        "paths": sorted(paths),
        "rules": [h.id for h in hits],
        "frames": frames_record([e.frame for e in sends if isinstance(e, Send)]),
    }


@lru_cache(maxsize=1024)
def ordered(*paths: frozenset[str]) -> tuple[str, ...]:
    """All these paths, in the order of their names; most calls read what an earlier one has read."""
    return tuple(sorted(frozenset[str]().union(*paths)))


def snapshot(paths: Iterable[str], state: State, live: State, now_ms: int) -> dict[str, Any]:
    """The samples a decision could read: value, age, quality, and the last sound value where it differs.

    In the order of `paths`; see `ordered`.
    """
    out: dict[str, Any] = {}
    for path in paths:
        sample = state.get(path)
        if sample is None:
            continue
        entry: list[Any] = [sample.value, now_ms - sample.received_ms, _WORDS[sample.quality]]
        sound = live.get(path)
        if sound is not sample and sound is not None and sound != sample:
            entry += [sound.value, now_ms - sound.received_ms]
        out[path] = entry
    return out


@lru_cache(maxsize=256)
def who_record(who: Provenance) -> Mapping[str, Any]:
    """Provenance as the line protocol spells it."""
    return {
        "speaker": who.speaker.value,
        "zone": who.zone.value,
        "channel": who.channel.value,
        "untrusted_text": who.untrusted_text,
    }


def frames_record(frames: Iterable[Frame]) -> list[list[Any]]:
    """Frames as they stand on the wire."""
    return [[f.raw.bus, f.raw.can_id, f.raw.extended, f.raw.fd, f.raw.data.hex()] for f in frames]
