"""The shipped packs on the shipped vehicle: the algebra of verdicts holds for every action and state."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.guard import Guard, RuleSet, interp, ir, load_packs, usable
from intent_bridge.guard.rules import CONTEXT, VALUE, Limit
from intent_bridge.profile import Profile, load_profile
from intent_bridge.profile.model import Quantity
from intent_bridge.types import (
    Action,
    Channel,
    Decision,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    Value,
    Verdict,
)

NOW = 100_000
EFFECTS = {
    "clamp": Decision.CLAMP,
    "confirm": Decision.CONFIRM,
    "defer": Decision.DEFER,
    "deny": Decision.DENY,
    "watch": Decision.DENY,
}
State = dict[str, Sample]


@cache
def sedan() -> tuple[Profile, RuleSet, Guard]:
    profile = load_profile("demo_sedan")
    rules = load_packs(profile)
    return profile, rules, Guard(profile, rules)


@cache
def edges() -> Mapping[str, list[int]]:
    """Per path, the numbers on which a rule turns, and their neighbours."""
    _, rules, _ = sedan()
    found: dict[str, set[int]] = {}
    for path, bound in rules.rules.items():
        for rule in bound:
            for atom in atoms(rule.when):
                for factor, name in atom.terms:
                    turn = round(atom.const / factor)
                    found.setdefault(path if name == VALUE else name, set()).update(
                        {turn - 1, turn, turn + 1}
                    )
    return {path: sorted(turns) for path, turns in found.items()}


def atoms(node: ir.Node | None) -> list[ir.Linear]:
    match node:
        case ir.Linear():
            return [node]
        case ir.Not(part):
            return atoms(part)
        case ir.And(parts) | ir.Or(parts):
            return [atom for part in parts for atom in atoms(part)]
        case _:
            return []


def values(path: str, quantity: Quantity) -> st.SearchStrategy[Value]:
    if quantity.type == "number":
        turns = [turn for turn in edges().get(path, []) if quantity.low <= turn <= quantity.high]
        anywhere = st.integers(quantity.low, quantity.high)
        return st.one_of(st.sampled_from(turns), anywhere) if turns else anywhere
    return st.booleans() if quantity.type == "boolean" else st.sampled_from([*(quantity.values or ())])


@st.composite
def calls(draw: st.DrawFn) -> tuple[list[Action], State]:
    """One to three actions, and a state of what their rules read: mostly known, sometimes not."""
    profile, _, guard = sedan()
    paths = draw(st.lists(st.sampled_from([*profile.actuators]), min_size=1, max_size=3, unique=True))
    actions = [Action(path, draw(values(path, profile.actuators[path].spec))) for path in paths]
    state: State = {}
    for path in sorted(guard.inputs(paths)):
        value = draw(values(path, profile.sensors[path].quantity))
        age_ms = draw(st.sampled_from([0, 0, 0, profile.sensors[path].max_age_ms, 10_000, -1]))
        quality = draw(st.sampled_from([Quality.OK] * 9 + [Quality.FROZEN]))
        state[path] = Sample(value, NOW - age_ms, quality)
    return actions, state


WHO = st.builds(
    Provenance,
    st.sampled_from([Speaker.DRIVER, Speaker.DRIVER, *Speaker]),
    st.sampled_from([SeatZone.DRIVER, SeatZone.UNKNOWN, *SeatZone]),
    st.sampled_from([*Channel]),
    st.sampled_from([False, False, True]),
)


def known(path: str, state: State) -> Value | None:
    info = sedan()[0].sensors[path]
    return usable(state.get(path), info, NOW)[0]


def expected(action: Action, state: State, who: Provenance) -> tuple[Decision, Value, dict[str, Value]]:
    """The verdict on one action by the reference interpreter, rule by rule, and what must go with it."""
    _, rules, _ = sedan()
    companions: dict[str, Value] = {}
    kinds = rules.kinds
    bound = rules.rules[action.path]
    paths = frozenset[str]().union({action.path}, *(rule.reads for rule in bound))
    names = {path: interp.physical(kinds[path], known(path, state)) for path in paths}
    names |= dict(zip(CONTEXT, (who.speaker, who.zone, who.channel, who.untrusted_text), strict=True))
    names["current"] = names[action.path]
    emitted, truths = interp.judge(bound, kinds[action.path], action.value, names)
    if emitted is None:
        return Decision.DENY, action.value, companions
    weights = [Decision.ALLOW if emitted == action.value else Decision.CLAMP]
    for rule in bound:
        truth = truths[rule.text.id]
        if truth is None:
            weights.append(Decision.DEFER if rule.text.on_unknown == "defer" else Decision.DENY)
        elif truth and rule.limit is not None:
            weights.append(limited(rule.limit, emitted, known(action.path, state)))
        elif truth and rule.text.effect == "require":
            for companion in rule.companions:
                assert companion.value is not None, "numbers are not in this reference yet"
                companions[companion.path] = companion.value
        elif truth and rule.text.effect != "clamp":
            weights.append(EFFECTS[rule.text.effect])
    return max(weights), emitted, companions


def expected_of_call(
    actions: list[Action], state: State, who: Provenance
) -> tuple[Decision, dict[str, Value]]:
    """The verdict on a call: each action, what they require, and what that requires."""
    asked = {action.path for action in actions}
    emitted, decisions, waiting = dict[str, Value](), [Decision.ALLOW], list(actions)
    required: dict[str, Value] = {}
    while waiting:
        action = waiting.pop()
        decision, emitted[action.path], more = expected(action, state, who)
        decisions += [decision] if action.path in asked else [decision, Decision.CLAMP]
        for path, value in more.items():
            if required.setdefault(path, value) != value:
                decisions.append(Decision.DENY)
            elif path not in asked | emitted.keys() and known(path, state) != value:
                waiting.append(Action(path, value))
    contradicted = any(emitted.get(path, value) != value for path, value in required.items())
    return Decision.DENY if contradicted else max(decisions), emitted


def limited(limit: Limit, value: Value, current: Value | None) -> Decision:
    """What a limit says of the first call of a session."""
    if not limit.reads_current:
        return Decision.ALLOW
    if not (isinstance(value, int) and isinstance(current, int)):
        return Decision.DENY
    if abs(value - current) <= limit.most:
        return Decision.ALLOW
    return Decision.CONFIRM if limit.confirm else Decision.DENY


@given(calls(), WHO)
def test_every_verdict_is_what_the_reference_says(call: tuple[list[Action], State], who: Provenance) -> None:
    actions, state = call
    verdict = sedan()[2].judge(actions, state, who, NOW)
    decision, emitted = expected_of_call(actions, state, who)
    assert verdict.decision is decision
    assert {action.path: action.value for action in verdict.emitted} == emitted
    assert [action.path for action in verdict.emitted][: len(actions)] == [action.path for action in actions]
    assert (verdict.permit is not None) == (verdict.decision <= Decision.CLAMP)


@given(calls(), WHO)
def test_judging_what_is_emitted_changes_nothing(call: tuple[list[Action], State], who: Provenance) -> None:
    actions, state = call
    guard = sedan()[2]
    first = guard.judge(actions, state, who, NOW)
    again = guard.judge(first.emitted, state, who, NOW)
    assert again.emitted == first.emitted
    assert again.decision is (Decision.ALLOW if first.decision is Decision.CLAMP else first.decision)


@given(calls(), WHO)
def test_confirmation_lifts_confirm_and_nothing_else(
    call: tuple[list[Action], State], who: Provenance
) -> None:
    actions, state = call
    guard = sedan()[2]
    plain = guard.judge(actions, state, who, NOW)
    lifted = guard.judge(actions, state, who, NOW, confirmed=True)
    assert lifted.hits == plain.hits
    if plain.decision > Decision.CONFIRM:
        assert lifted.decision is plain.decision
    else:
        assert lifted.decision <= Decision.CLAMP


@given(calls(), WHO, st.data())
def test_what_is_allowed_unseen_is_allowed_whatever_is_true(
    call: tuple[list[Action], State], who: Provenance, data: st.DataObject
) -> None:
    actions, state = call
    guard = sedan()[2]
    unseen = guard.judge(actions, state, who, NOW)
    if unseen.permit is not None:
        truth = {
            path: sample
            if known(path, state) is not None
            else Sample(draw_value(data, path), NOW, Quality.OK)
            for path, sample in state.items()
        }
        seen = guard.judge(actions, truth, who, NOW)
        assert (seen.decision, seen.emitted) == (unseen.decision, unseen.emitted)


def draw_value(data: st.DataObject, path: str) -> Value:
    value: Value = data.draw(values(path, sedan()[0].sensors[path].quantity))
    return value


@given(calls(), WHO)
def test_neither_the_order_of_actions_nor_of_rules_matters(
    call: tuple[list[Action], State], who: Provenance
) -> None:
    actions, state = call
    profile, rules, guard = sedan()
    forwards = guard.judge(actions, state, who, NOW)
    backwards = guard.judge(actions[::-1], state, who, NOW)
    assert without_order(backwards) == without_order(forwards)
    paths = [action.path for action in actions]
    required = {
        companion.path for path in paths for rule in rules.rules[path] for companion in rule.companions
    }
    judged = required.union(paths)
    reversed_rules = {path: bound[::-1] if path in judged else () for path, bound in rules.rules.items()}
    turned = Guard(profile, replace(rules, rules=reversed_rules)).judge(actions, state, who, NOW)
    assert replace(turned, permit=None) == replace(forwards, permit=None)


def without_order(verdict: Verdict) -> tuple[object, ...]:
    unordered = (verdict.emitted, verdict.hits, verdict.unlock)
    return (verdict.decision, verdict.digest, verdict.defer_deadline_ms, *map(frozenset, unordered))


@given(calls(), WHO)
def test_every_denial_names_a_way_out_or_an_unconditional_rule(
    call: tuple[list[Action], State], who: Provenance
) -> None:
    actions, state = call
    verdict = sedan()[2].judge(actions, state, who, NOW)
    if verdict.decision >= Decision.DEFER:
        assert verdict.unlock
