"""The shipped vectors: they hold, speak of every rule, and kill every mutant that means something else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest

from intent_bridge.cli.policy_vectors import FILE, read
from intent_bridge.guard import Guard, RuleSet
from intent_bridge.guard.proof import smt
from intent_bridge.guard.proof.prover import differs
from intent_bridge.guard.proof.question import ordered, sheet_of
from intent_bridge.guard.proof.vectors import Vector, judge, make_vectors
from intent_bridge.guard.rules import Rule

from .mutants import mutants
from .planted import sedan

pytest.importorskip("z3")
MEND = "if the change is meant: intent-bridge policy vectors demo_sedan --write"


@cache
def vectors() -> dict[str, list[Vector]]:
    by_path: dict[str, list[Vector]] = defaultdict(list)
    for vector in read(sedan()[0].folder / FILE):
        by_path[vector.path].append(vector)
    return by_path


def test_every_shipped_vector_gets_the_verdict_it_got() -> None:
    guard = Guard(*sedan())
    wrong = [
        f"{v.about}: {v.decision} {v.emitted} became {now}"
        for group in vectors().values()
        for v in group
        if (now := judge(guard, v)) != (v.decision, v.emitted)
    ]
    assert not wrong, MEND


def test_the_shipped_vectors_show_all_that_the_solver_finds_a_state_for() -> None:
    made = make_vectors(*sedan())

    def shown(given: Iterable[Vector]) -> set[tuple[str, str]]:
        return {(vector.path, about) for vector in given for about in vector.about.split(" | ")}

    assert shown(made.vectors) == shown(v for group in vectors().values() for v in group), MEND


def test_every_rule_on_every_path_has_a_vector() -> None:
    has = {
        (v.path, about.partition(":")[0])
        for group in vectors().values()
        for v in group
        for about in v.about.split(" | ")
    }
    lacking = {(path, rule.text.id) for path, bound in sedan()[1].rules.items() for rule in bound} - has
    assert not lacking, MEND


def small_guard(path: str, bound: tuple[Rule, ...]) -> Guard:
    """A guard that knows one path only, and what a rule may demand beside it."""
    profile, rules = sedan()
    beside = {companion.path for rule in rules.rules[path] for companion in rule.companions}
    known = {each: rules.rules[each] for each in beside} | {path: bound}
    few = replace(profile, actuators={each: profile.actuators[each] for each in known})
    return Guard(few, replace(rules, rules=known))


def killed(touched: dict[str, tuple[Rule, ...]]) -> bool:
    for path, bound in touched.items():
        guard = small_guard(path, bound)
        if any(judge(guard, v) != (v.decision, v.emitted) for v in vectors()[path]):
            return True
    return False


def equivalent(rules: RuleSet, touched: dict[str, tuple[Rule, ...]]) -> bool:
    """The solver finds no state in which the mutant's verdict is another, in a car that has no past."""
    for path, bound in touched.items():
        sheet = sheet_of(sedan()[0], rules, path)
        lines = [*smt.copy(sheet, ordered(rules.rules[path])), *smt.copy(sheet, ordered(bound), "m_")]
        no_past = [smt.no(f"h{n}") for n in sheet.limits.values()]
        goal = f"(assert {smt.both((differs('', 'm_'), *no_past))})\n(check-sat)"
        script = "\n".join((*sheet.declarations(), *lines, goal))
        if smt.solve([script]) != [["unsat"]]:
            return False
    return True


NAMES = sorted({rule.text.id for bound in sedan()[1].rules.values() for rule in bound})


@pytest.mark.parametrize("name", NAMES)
def test_every_mutant_of_a_rule_is_killed_or_means_the_same(name: str) -> None:
    made = list(mutants(sedan()[1], name))
    assert made
    survivors = [
        what for what, touched in made if not killed(touched) and not equivalent(sedan()[1], touched)
    ]
    assert survivors == []
