"""More rules only tighten: what leaves under all rules could have left under any part of them."""

from dataclasses import replace
from functools import cache
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.types import Action, Decision, Provenance

from .test_shipped_packs import NOW, WHO, State, calls

PARTS = 12
"""Part 0 has no rule at all, part 1 the base pack; the others are drawn from every market's rules."""


@cache
def whole(market: str) -> Guard:
    profile = load_profile("demo_sedan")
    return Guard(profile, load_packs(profile, ["base", market, "oem.yaml"]))


@cache
def part(market: str, number: int) -> Guard:
    """A guard with some of the rules."""
    profile, rules = load_profile("demo_sedan"), whole(market).rules
    drawn = Random(number)
    ids = sorted({rule.text.id for bound in rules.rules.values() for rule in bound})
    kept = {
        0: set[str](),
        1: {i for source in rules.sources[:1] for i in source.rules},
    }.get(number, {i for i in ids if drawn.random() < number / PARTS})
    some = {path: tuple(r for r in bound if r.text.id in kept) for path, bound in rules.rules.items()}
    return Guard(profile, replace(rules, rules=some))


@given(
    calls(),
    WHO,
    st.sampled_from(["eu", "us", "cn"]),
    st.integers(0, PARTS - 1),
    st.booleans(),
)
def test_what_leaves_under_all_rules_leaves_under_some(
    call: tuple[list[Action], State], who: Provenance, market: str, number: int, yes: bool
) -> None:
    actions, state = call
    verdict = whole(market).judge(actions, state, who, NOW, confirmed=yes)
    if verdict.permit is None:
        return
    fewer = part(market, number).judge(verdict.emitted, state, who, NOW, confirmed=yes)
    assert fewer.permit is not None
    assert dict(fewer.permit.emitted) == dict(verdict.permit.emitted)


@given(calls(), WHO, st.sampled_from(["eu", "us", "cn"]))
def test_judging_what_is_emitted_with_companions_changes_nothing(
    call: tuple[list[Action], State], who: Provenance, market: str
) -> None:
    actions, state = call
    first = whole(market).judge(actions, state, who, NOW)
    if first.decision <= Decision.CLAMP:
        again = whole(market).judge(first.emitted, state, who, NOW)
        assert (again.decision, again.emitted) == (Decision.ALLOW, first.emitted)
