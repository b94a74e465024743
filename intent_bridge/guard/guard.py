"""The guard: actions, state and speaker in; a verdict with its reasons, and a permit or none, out.

Pure: time is an argument. Default deny: an action on a path without an actuator is denied by
`default.deny`, a value that the path cannot take by `default.value`, two values for one path by
`default.ambiguous`. Verdicts of actions and rules combine by maximum, clamps by interval intersection.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ..profile import Profile, describe
from ..types import _MINT, Action, Decision, Permit, Provenance, Quality, RuleHit, State, Value, Verdict
from . import ir
from .compile import Inputs, Program, compile_rules
from .demands import Demand, conflict, demands, meet
from .explain import Explanation
from .history import NO_HISTORY, History, Move, exceeded
from .notices import Notices
from .quality import Gauge
from .rules import CONTEXT, VALUE, Rule, RuleSet


class _Moment(NamedTuple):
    """All that one judgement may read besides the actions. `since_ms`: a motion that runs since then."""

    state: State
    who: Provenance
    now_ms: int
    history: History
    since_ms: int | None = None


class _Judged(NamedTuple):
    """What the rules make of one action. `truths` are the bits that a confirmation is bound to."""

    emitted: Action | None
    """None: a companion that cannot be had."""
    hits: tuple[RuleHit, ...] = ()
    unlock: tuple[str, ...] = ()
    deadlines_ms: tuple[int, ...] = ()
    truths: tuple[int, int] = (0, 0)
    demands: tuple[Demand, ...] = ()


class Guard:
    """Judges with one immutable set of rules. `policy_hash` names the rules; a permit dies with it."""

    def __init__(self, profile: Profile, rules: RuleSet) -> None:
        self.rules = rules
        self.policy_hash = rules.digest
        self._gauges = {p: Gauge.of(p, info.quantity, info.max_age_ms) for p, info in profile.inputs.items()}
        self._specs = {path: info.spec for path, info in profile.actuators.items()}
        self._lifetimes_ms = {path: spec.lifetime_ms for path, spec in self._specs.items()}
        limits = {p: [r.limit for r in bound if r.limit is not None] for p, bound in rules.rules.items()}
        self._horizons_ms = {
            path: max(one.window_ms for one in given) for path, given in limits.items() if given
        }
        companions = {
            path: frozenset(c.path for rule in bound for c in rule.companions)
            for path, bound in rules.rules.items()
        }
        self.programs = {
            path: compile_rules(
                Gauge.of(path, info.spec, info.spec.max_age_ms), rules.rules[path], self._gauges
            )
            for path, info in profile.actuators.items()
        }
        self._pass = {path: program.passes for path, program in self.programs.items()}
        self._notices = Notices(rules.notices, self._gauges)
        self._reads = {path: self._reached(path, companions) for path in self.programs}

    def known(self, path: str, state: State, now_ms: int) -> tuple[Value | None, Quality]:
        """The usable value of one path with OK, or None with the reason why it is unknown."""
        return self._gauges[path].read(state.get(path), now_ms)

    def judge(
        self,
        actions: Sequence[Action],
        state: State,
        who: Provenance,
        now_ms: int,
        *,
        confirmed: bool = False,
        history: History = NO_HISTORY,
        asks: Sequence[RuleHit] = (),
    ) -> Verdict:
        """Judge a whole call. `confirmed`: the person has said yes, which lifts confirm and never deny.

        An allowed call carries its permit. The digest is set where a confirmation plays a part. `history` is
        what limits count; a caller that passes none has no past. `asks`: what a person is asked besides.
        """
        if not confirmed and not asks:
            values = _values(actions)
            if len(values) == len(actions) and self._passes(values, state, who, now_ms):
                allowed = tuple(actions)
                told = self._notices.told(allowed, state, now_ms)
                return Verdict(Decision.ALLOW, allowed, allowed, told, (), "", self._permit(values, now_ms))
        moment = _Moment(state, who, now_ms, history)
        ambiguous = _ambiguous(actions)
        judged = [self._action(action, moment, ambiguous) for action in actions]
        wanted = {demand for one in judged for demand in one.demands}
        known: set[Demand] = set()
        while wanted != known:  # what is added can ask for more; demands only grow, so this ends
            known = wanted
            judged = self._completed(actions, moment, ambiguous, known)
            wanted = known.union(*(one.demands for one in judged))
        hits = (*(hit for one in judged for hit in one.hits), *asks)
        asked = any(hit.effect is Decision.CONFIRM for hit in hits)
        lifted = Decision.CONFIRM if confirmed else None
        decision = max((hit.effect for hit in hits if hit.effect is not lifted), default=Decision.ALLOW)
        emitted = tuple(one.emitted for one in judged if one.emitted is not None)
        if decision < Decision.DEFER:
            hits += self._notices.told(emitted, state, now_ms)
        deadlines = [ms for one in judged for ms in one.deadlines_ms]
        return Verdict(
            decision=decision,
            requested=tuple(actions),
            emitted=emitted,
            hits=hits,
            unlock=tuple(dict.fromkeys(text for one in judged for text in one.unlock)),
            digest=self._digest(judged, who) if asked or confirmed else "",
            permit=self._permit(_values(emitted), now_ms) if decision <= Decision.CLAMP and actions else None,
            defer_deadline_ms=min(deadlines) if decision is Decision.DEFER else None,
        )

    def objections(
        self,
        permit: Permit,
        who: Provenance,
        state: State,
        now_ms: int,
        *,
        confirmed: bool = False,
        history: History = NO_HISTORY,
    ) -> tuple[RuleHit, ...] | None:
        """Why what a permit says would not be permitted now, as `judge` says; None when it still would."""
        if not confirmed and self._passes(permit.emitted, state, who, now_ms):
            return None
        actions = [Action(path, value) for path, value in permit.emitted.items()]
        verdict = self.judge(actions, state, who, now_ms, confirmed=confirmed, history=history)
        allowed = verdict.permit is not None and verdict.permit.emitted == permit.emitted
        return None if allowed else verdict.hits

    def watch(
        self, permit: Permit, who: Provenance, state: State, now_ms: int, history: History = NO_HISTORY
    ) -> tuple[RuleHit, ...]:
        """Why the motions of a permit must stop now; empty while they may go on.

        A motion goes on only while the guard would start it again, with the same value and the person's yes.
        `history` is that from before the motion began; the time since counts as running.
        """
        moving = [path for path in permit.emitted if path in self._specs and self._specs[path].motion]
        if permit.policy_hash != self.policy_hash:
            return tuple(RuleHit("default.policy", path, Decision.DENY, "policy-changed") for path in moving)
        actions = [Action(path, permit.emitted[path]) for path in moving]
        moment = _Moment(state, who, now_ms, history, permit.minted_ms)
        judged = [self._action(action, moment, frozenset()) for action in actions]
        return tuple(hit for one in judged for hit in one.hits if hit.effect is not Decision.CONFIRM)

    def inputs(self, paths: Iterable[str]) -> frozenset[str]:
        """State paths that judging actions on these paths can read."""
        reads = [self._reads[path] for path in paths if path in self._reads]
        return reads[0] if len(reads) == 1 else frozenset[str]().union(*reads)

    def _reached(self, path: str, companions: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """What judging an action on this path can read, its companions and theirs included."""
        reached, new = frozenset[str](), frozenset((path,))
        while new:
            reached |= new
            new = frozenset[str]().union(*(companions[each] for each in new)) & self.programs.keys()
            new -= reached
        asked = frozenset[str]().union(*(companions[each] for each in reached))
        read = (self._notices.reads(each).union(self.programs[each].inputs) for each in reached)
        return frozenset(asked.union(*read) & self._gauges.keys())

    def may_be_replaced(self, state: State, now_ms: int) -> bool:
        """Whether the packs allow that others take their place now: all say when, and it is certainly so."""
        wanted = self.rules.activate
        reads = frozenset[str]().union(*map(ir.reads, wanted))
        env = {
            path: self._gauges[path].read(state.get(path), now_ms)[0] if path in self._gauges else None
            for path in reads
        }
        return bool(wanted) and all(ir.truth(node, env) is True for node in wanted)

    def remember(self, history: History, emitted: Mapping[str, Value], state: State, now_ms: int) -> History:
        """The history with these values begun; only paths with a limit are kept."""
        for path, target in emitted.items():
            if path in self._horizons_ms:
                current, _ = self._gauges[path].read(state.get(path), now_ms)
                spec = self._specs[path]
                move = Move(now_ms, None, spec.high - spec.low if spec.type == "number" else 1)
                if type(current) is int and type(target) is int:
                    move = Move(now_ms, current, abs(target - current))
                history = history.begun(path, move, self._horizons_ms[path])
        return history

    def _passes(self, values: Mapping[str, Value], state: State, who: Provenance, now_ms: int) -> bool:
        """Whether all is known and no rule has a word to say: most calls, and so the short way."""
        for path, value in values.items():
            passes = self._pass.get(path)
            if passes is None or not passes(value, state, now_ms, who):
                return False
        return bool(values)

    def _completed(
        self,
        actions: Sequence[Action],
        moment: _Moment,
        ambiguous: frozenset[str],
        demanded: Iterable[Demand],
    ) -> list[_Judged]:
        """The call judged with what is demanded of it: moved where it was asked, added where it was not."""
        by_path: dict[str, list[Demand]] = {}
        for demand in demanded:
            by_path.setdefault(demand.path, []).append(demand)
        judged = []
        for action in actions:
            plain = self._action(action, moment, ambiguous)
            if action.path not in by_path:
                judged.append(plain)
                continue
            wanted = by_path[action.path]
            assert plain.emitted is not None  # only a companion can be one that cannot be had
            value = plain.emitted.value
            sound = action.path not in ambiguous and self.programs[action.path].gauge.fits(value)
            if sound and not all(demand.met_by(value) for demand in wanted):
                plain = self._demanded(action, value, wanted, moment)
            judged.append(plain)
        for path in sorted(by_path.keys() - {action.path for action in actions}):
            wanted = by_path[path]
            current, _ = self._gauges[path].read(moment.state.get(path), moment.now_ms)
            if not all(demand.met_by(current) for demand in wanted):
                judged.append(self._demanded(None, current, wanted, moment))
        return judged

    def _demanded(
        self, asked: Action | None, start: Value | None, wanted: Sequence[Demand], moment: _Moment
    ) -> _Judged:
        """The action on one path that meets its demands, nearest to `start`, judged like any other."""
        path = wanted[0].path
        value = self._met(path, start, wanted, moment, free=asked is None)
        if value is None:
            hits, unlock = conflict(path, wanted)
            return _Judged(asked, _sorted(hits), unlock)
        judged = self._action(Action(path, value), moment, frozenset())
        added = [demand.hit() for demand in wanted if not demand.met_by(start)]
        return judged._replace(hits=_sorted({*judged.hits, *added}))

    def _met(
        self, path: str, start: Value | None, wanted: Sequence[Demand], moment: _Moment, *, free: bool
    ) -> Value | None:
        """The value nearest to `start` that rules and demands leave; None when nothing is left.

        What was asked as a word or a yes is not turned into another; what was not asked is `free`.
        """
        program = self.programs[path]
        if program.gauge.type is not int:
            values = {demand.value for demand in wanted}
            return values.pop() if free and len(values) == 1 else None
        inputs = program.read(moment.state, moment.now_ms)
        ends = (program.full(end, inputs, moment.who)[0] for end in (program.gauge.low, program.gauge.high))
        low, high = ends
        if type(low) is not int or type(high) is not int:
            return None
        if type(start) is not int:
            start = min((d.low for d in wanted if d.low is not None), default=high)
        return meet(wanted, low, high, start)

    def _action(self, action: Action, moment: _Moment, ambiguous: frozenset[str]) -> _Judged:
        program = self.programs.get(action.path)
        if program is None:
            return _refused(action, "default.deny", "no-actuator")
        if not program.gauge.fits(action.value):
            return _refused(action, "default.value", "no-such-value")
        if action.path in ambiguous:
            return _refused(action, "default.ambiguous", "two-values")
        inputs = program.read(moment.state, moment.now_ms)
        if None in inputs:
            value, possible, certain = program.full(action.value, inputs, moment.who)
        else:
            value, possible = program.fast(action.value, inputs, moment.who)
            certain = possible
        if certain == possible and not possible & ~program.clamps and value == action.value:
            return _Judged(action, truths=(possible, certain))
        return self._explained(program, action, inputs, (value, possible, certain), moment)

    def _explained(
        self,
        program: Program,
        action: Action,
        inputs: Inputs,
        result: tuple[Value | None, int, int],
        moment: _Moment,
    ) -> _Judged:
        value, possible, certain = result
        state, who, now_ms, history, since_ms = moment
        env = dict(zip(program.inputs, inputs, strict=True))
        env |= dict(zip(CONTEXT, (who.speaker, who.zone, who.channel, who.untrusted_text), strict=True))
        env[VALUE] = value

        def reason(path: str) -> Quality:
            gauge = self._gauges.get(path)
            return gauge.read(state.get(path), now_ms)[1] if gauge else Quality.MISSING

        why = Explanation(action.path, action.value, env, reason)
        fired = []
        wanted: list[Demand] = []
        for n, rule in enumerate(program.rules):
            if not possible >> n & 1:
                continue
            sure: bool | None = bool(certain >> n & 1)
            if sure and value is not None:
                more, sure = _beyond(rule, env, history.of(action.path), now_ms, since_ms)
                wanted += more
            if sure is None:
                possible, certain = possible & ~(1 << n), certain & ~(1 << n)
                continue
            fired.append((rule, sure))
            why.rule(rule, certain=sure)
        if value is None:
            why.conflict(
                [r for r, sure in fired if sure and r.text.effect == "clamp"], self._limits(action.path)
            )
        return _Judged(
            emitted=action if value is None else Action(action.path, value),
            hits=_sorted(why.hits),
            unlock=tuple(why.unlock),
            deadlines_ms=tuple(why.deadlines_ms),
            truths=(possible, certain),
            demands=tuple(wanted),
        )

    def _limits(self, path: str) -> tuple[str, int, str, int]:
        """The range of a numeric path, each end as text and in steps."""
        spec = self._specs[path]
        return describe(spec, spec.low), spec.low, describe(spec, spec.high), spec.high

    def _digest(self, judged: Sequence[_Judged], who: Provenance) -> str:
        """What a confirmation is bound to: pack, emitted values, speaker's zone, truth of every condition."""
        facts = sorted(
            (one.emitted.path, repr(one.emitted.value), one.truths)
            for one in judged
            if one.emitted is not None
        )
        return hashlib.sha256(repr((self.policy_hash, who.zone.value, facts)).encode()).hexdigest()

    def _permit(self, values: dict[str, Value], now_ms: int) -> Permit:
        lifetime_ms = 0
        for path in values:
            lives_ms = self._lifetimes_ms[path]
            if lives_ms > lifetime_ms:
                lifetime_ms = lives_ms
        return Permit(MappingProxyType(values), self.policy_hash, now_ms, now_ms + lifetime_ms, _MINT)


def _beyond(
    rule: Rule, env: ir.Env, moves: tuple[Move, ...], now_ms: int, since_ms: int | None
) -> tuple[list[Demand], bool | None]:
    """What a rule whose condition holds says besides: its demands, and whether it fires.

    True: it does; None: it rests; False: what it needs beyond its condition is unknown.
    """
    if rule.limit is not None:
        current = env.get(rule.path)
        value = env[VALUE]
        assert value is not None
        if not exceeded(rule.limit, (value, current), moves, now_ms, since_ms):
            return [], None
        return [], current is not None or not rule.limit.reads_current
    if not rule.companions or any(companion.lacking for companion in rule.companions):
        return [], True
    wanted = demands(rule, env)
    return ([], False) if wanted is None else (wanted, None)


def _sorted(hits: Iterable[RuleHit]) -> tuple[RuleHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (-hit.effect, hit.id)))


def _refused(action: Action, rule_id: str, reason_key: str) -> _Judged:
    return _Judged(action, (RuleHit(rule_id, action.path, Decision.DENY, reason_key),))


def _values(actions: Iterable[Action]) -> dict[str, Value]:
    values = {}
    for action in actions:
        values[action.path] = action.value
    return values


def _ambiguous(actions: Sequence[Action]) -> frozenset[str]:
    """Paths that one call sets to two different values; nobody can have meant both."""
    if len(actions) < 2:
        return frozenset()
    first: dict[str, Value] = {}
    return frozenset(a.path for a in actions if first.setdefault(a.path, a.value) != a.value)
