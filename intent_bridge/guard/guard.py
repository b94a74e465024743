"""The guard: actions, state and speaker in; a verdict with its reasons, and a permit or none, out.

Pure: time is an argument. Default deny: an action on a path without an actuator is denied by
`default.deny`, a value that the path cannot take by `default.value`, two values for one path by
`default.ambiguous`. Verdicts of actions and rules combine by maximum, clamps by interval intersection.
"""

import hashlib
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ..profile import Profile, describe
from ..types import _MINT, Action, Decision, Permit, Provenance, Quality, RuleHit, State, Value, Verdict
from .compile import Inputs, Program, compile_rules
from .explain import Explanation
from .quality import Gauge
from .rules import CONTEXT, VALUE, RuleSet


class _Judged(NamedTuple):
    """What the rules make of one action. `truths` are the bits that a confirmation is bound to."""

    emitted: Action
    hits: tuple[RuleHit, ...] = ()
    unlock: tuple[str, ...] = ()
    deadlines_ms: tuple[int, ...] = ()
    truths: tuple[int, int] = (0, 0)


class Guard:
    """Judges with one immutable set of rules. `policy_hash` names the rules; a permit dies with it."""

    def __init__(self, profile: Profile, rules: RuleSet) -> None:
        self.policy_hash = rules.digest
        self._gauges = {p: Gauge.of(p, info.quantity, info.max_age_ms) for p, info in profile.sensors.items()}
        self._specs = {path: info.spec for path, info in profile.actuators.items()}
        self._programs = {
            path: compile_rules(
                Gauge.of(path, info.spec, info.spec.max_age_ms), rules.rules[path], self._gauges
            )
            for path, info in profile.actuators.items()
        }

    def judge(
        self,
        actions: Sequence[Action],
        state: State,
        who: Provenance,
        now_ms: int,
        *,
        confirmed: bool = False,
    ) -> Verdict:
        """Judge a whole call. `confirmed`: the person has said yes, which lifts confirm and never deny.

        An allowed call carries its permit. The digest is set where a confirmation plays a part.
        """
        ambiguous = _ambiguous(actions)
        judged = [self._action(action, state, who, now_ms, ambiguous) for action in actions]
        hits = tuple(hit for one in judged for hit in one.hits)
        asked = any(hit.effect is Decision.CONFIRM for hit in hits)
        lifted = Decision.CONFIRM if confirmed else None
        decision = max((hit.effect for hit in hits if hit.effect is not lifted), default=Decision.ALLOW)
        emitted = tuple(one.emitted for one in judged)
        deadlines = [ms for one in judged for ms in one.deadlines_ms]
        return Verdict(
            decision=decision,
            requested=tuple(actions),
            emitted=emitted,
            hits=hits,
            unlock=tuple(dict.fromkeys(text for one in judged for text in one.unlock)),
            digest=self._digest(judged, who) if asked or confirmed else "",
            permit=self._permit(emitted, now_ms) if decision <= Decision.CLAMP and actions else None,
            defer_deadline_ms=min(deadlines) if decision is Decision.DEFER else None,
        )

    def watch(self, permit: Permit, who: Provenance, state: State, now_ms: int) -> tuple[RuleHit, ...]:
        """Why the motions of a permit must stop now; empty while they may go on.

        A motion goes on only while the guard would start it again, with the same value and the person's yes.
        """
        moving = [path for path in permit.emitted if path in self._specs and self._specs[path].motion]
        if permit.policy_hash != self.policy_hash:
            return tuple(RuleHit("default.policy", path, Decision.DENY, "policy-changed") for path in moving)
        actions = [Action(path, permit.emitted[path]) for path in moving]
        judged = [self._action(action, state, who, now_ms, frozenset()) for action in actions]
        return tuple(hit for one in judged for hit in one.hits if hit.effect is not Decision.CONFIRM)

    def inputs(self, paths: Iterable[str]) -> frozenset[str]:
        """State paths that judging actions on these paths can read."""
        programs = (self._programs[path] for path in paths if path in self._programs)
        return frozenset[str]().union(*(program.inputs for program in programs))

    def _action(
        self, action: Action, state: State, who: Provenance, now_ms: int, ambiguous: frozenset[str]
    ) -> _Judged:
        program = self._programs.get(action.path)
        if program is None:
            return _refused(action, "default.deny", "no-actuator")
        if not program.gauge.fits(action.value):
            return _refused(action, "default.value", "no-such-value")
        if action.path in ambiguous:
            return _refused(action, "default.ambiguous", "two-values")
        inputs = program.read(state, now_ms)
        if None in inputs:
            value, possible, certain = program.full(action.value, inputs, who)
        else:
            value, possible = program.fast(action.value, inputs, who)
            certain = possible
        if certain == possible and not possible & ~program.clamps and value == action.value:
            return _Judged(action, truths=(possible, certain))
        return self._explained(program, action, inputs, who, (value, possible, certain), state, now_ms)

    def _explained(
        self,
        program: Program,
        action: Action,
        inputs: Inputs,
        who: Provenance,
        result: tuple[Value | None, int, int],
        state: State,
        now_ms: int,
    ) -> _Judged:
        value, possible, certain = result
        env = dict(zip(program.inputs, inputs, strict=True))
        env |= dict(zip(CONTEXT, (who.speaker, who.zone, who.channel, who.untrusted_text), strict=True))
        env[VALUE] = value

        def reason(path: str) -> Quality:
            gauge = self._gauges.get(path)
            return gauge.read(state.get(path), now_ms)[1] if gauge else Quality.MISSING

        why = Explanation(action.path, action.value, env, reason)
        fired = [(rule, bool(certain >> n & 1)) for n, rule in enumerate(program.rules) if possible >> n & 1]
        for rule, sure in fired:
            why.rule(rule, certain=sure)
        if value is None:
            why.conflict(
                [r for r, sure in fired if sure and r.text.effect == "clamp"], self._limits(action.path)
            )
        return _Judged(
            emitted=action if value is None else Action(action.path, value),
            hits=tuple(sorted(why.hits, key=lambda hit: (-hit.effect, hit.id))),
            unlock=tuple(why.unlock),
            deadlines_ms=tuple(why.deadlines_ms),
            truths=(possible, certain),
        )

    def _limits(self, path: str) -> tuple[str, int, str, int]:
        """The range of a numeric path, each end as text and in steps."""
        spec = self._specs[path]
        return describe(spec, spec.low), spec.low, describe(spec, spec.high), spec.high

    def _digest(self, judged: Sequence[_Judged], who: Provenance) -> str:
        """What a confirmation is bound to: pack, emitted values, speaker's zone, truth of every condition."""
        facts = sorted((one.emitted.path, repr(one.emitted.value), one.truths) for one in judged)
        return hashlib.sha256(repr((self.policy_hash, who.zone.value, facts)).encode()).hexdigest()

    def _permit(self, emitted: Sequence[Action], now_ms: int) -> Permit:
        return Permit(
            emitted=MappingProxyType({action.path: action.value for action in emitted}),
            policy_hash=self.policy_hash,
            minted_ms=now_ms,
            expires_ms=now_ms + max(self._specs[action.path].lifetime_ms for action in emitted),
            mint=_MINT,
        )


def _refused(action: Action, rule_id: str, reason_key: str) -> _Judged:
    return _Judged(action, (RuleHit(rule_id, action.path, Decision.DENY, reason_key),))


def _ambiguous(actions: Sequence[Action]) -> frozenset[str]:
    """Paths that one call sets to two different values; nobody can have meant both."""
    if len(actions) < 2:
        return frozenset()
    first: dict[str, Value] = {}
    return frozenset(a.path for a in actions if first.setdefault(a.path, a.value) != a.value)
