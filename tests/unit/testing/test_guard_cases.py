"""The guard alone against the hazard list: what ships passes, a rule taken away is found."""

from dataclasses import replace

from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.callgen import PEOPLE
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.guard_cases import NOW_MS, GuardCases
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.types import Action

SEDAN = load_profile("demo_sedan")
RULES = load_packs(SEDAN)
_LISTED = load_hazards(SEDAN)
assert _LISTED is not None
HAZARDS = _LISTED


def test_the_shipped_rules_allow_no_hazard() -> None:
    report = GuardCases(SEDAN, Guard(SEDAN, RULES), HAZARDS).run(1, 100_000)
    assert report.cases >= 100_000 and report.allowed > 10_000
    assert report.found == []


def test_a_rule_taken_away_is_found() -> None:
    without = {
        path: tuple(rule for rule in bound if not rule.text.id.startswith("seat.driver"))
        for path, bound in RULES.rules.items()
    }
    report = GuardCases(SEDAN, Guard(SEDAN, replace(RULES, rules=without)), HAZARDS).run(1, 200_000)
    assert {found.hazard for found in report.found} & {"driver_seat_asked_at_speed", "driver_seat_blind"}


def test_what_leaves_is_what_the_whole_judgement_permits() -> None:
    guard, dice = Guard(SEDAN, RULES), seeded(7)
    seen = set()
    for bench in GuardCases(SEDAN, guard, HAZARDS).benches:
        for _ in range(5):
            state = bench.state(dice)
            inputs = guard.programs[bench.path].read(state, NOW_MS)
            who, value = dice.pick(PEOPLE), dice.pick(bench.values)
            verdict = guard.judge((Action(bench.path, value),), state, who, NOW_MS)
            permitted = None if verdict.permit is None else verdict.permit.emitted[bench.path]
            assert bench.leaves(value, who, inputs, state, guard) == permitted
            seen.add(verdict.decision)
    assert len(seen) >= 4
