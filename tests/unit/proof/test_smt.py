"""Rules as SMT-LIB text: plain enough for any solver."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

pytest.importorskip("z3")

from intent_bridge.guard import Guard, RuleSet, ir, load_packs
from intent_bridge.guard.proof import smt
from intent_bridge.guard.proof.question import Question
from intent_bridge.guard.proof.vectors import Vector, make_vectors
from intent_bridge.guard.rules import CONTEXT, VALUE
from intent_bridge.profile import Profile
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
)
from tests.unit.guard.car import AIR_CON, AIRFLOW, DOOR, FAN, GEAR, OUTSIDE, SPEED, rule, with_pack

from .planted import sedan
from .test_export_c import EACH, car

IONS = "Vehicle.Cabin.Ioniser.IsOn"


def sheet() -> smt.Sheet:
    rules = sedan()[1]
    return smt.Sheet(rules.kinds[FAN], rules.kinds, frozenset(rules.kinds))


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (1, "1"), (77, "77"), (-1, "(- 1)"), (-20, "(- 20)")])
def test_a_number_has_no_sign_of_its_own(value: int, text: str) -> None:
    assert smt.number(value) == text


def test_a_value_is_written_as_it_is_read() -> None:
    made = sheet()
    members = made.kind(GEAR).members
    for name, value in ((SPEED, 7), (SPEED, 0), (GEAR, members[0]), (GEAR, members[-1])):
        assert made.read(name, made.literal(name, value) or "") == value
    assert (made.literal("untrusted_text", True), made.literal("untrusted_text", False)) == ("true", "false")
    assert made.read("untrusted_text", "true") is True and made.read("untrusted_text", "false") is False
    assert made.literal(GEAR, "SIDEWAYS") is None and made.read(SPEED, "(- 5)") == -5


def test_a_sum_names_its_factors_and_each_name_must_be_known() -> None:
    made = sheet()
    atom = ir.Linear(">", ((2, SPEED), (-3, FAN), (1, "value")), -5, "", "")
    assert made.truth(atom, True) == "(and k0 k1 (> (+ (* 2 x0) (* (- 3) x1) v) (- 5)))"
    assert made.truth(atom, False) == "(and k0 k1 (<= (+ (* 2 x0) (* (- 3) x1) v) (- 5)))"
    single = ir.Linear("!=", ((1, SPEED),), 4, "", "")
    assert made.truth(single, True) == "(and k0 (not (= x0 4)))"
    assert made.truth(single, False) == "(and k0 (= x0 4))"
    assert smt.both([]) == "true" and smt.either([]) == "false" and smt.both(["a", "true"]) == "a"


# --- the verdict in the solver's words and in the guard's --------------------------------------------

NOW = 1_000_000
Said: TypeAlias = tuple[dict[str, bool], Value]
WORDS = ("deny", "defer", "yes", "goes")


def solved(profile: Profile, rules: RuleSet, path: str, vectors: Sequence[Vector]) -> list[Said]:
    """What the formulas of a path say of each request: their words, and the emitted value."""
    question = Question.of(profile, rules, path, ())
    made, asked = question.sheet, list[str]()
    for vector in vectors:
        facts = [f"(= v {made.literal(VALUE, vector.value)})"]
        names: tuple[Value, ...] = vector.who
        facts += [f"(= {n} {made.literal(n, value)})" for n, value in zip(CONTEXT, names, strict=True)]
        for name, n in made.names.items():
            value = vector.state.get(name)
            known = "" if value is None else made.literal(name, value)
            facts.append(f"(and k{n} (= x{n} {known}))" if known else f"(not k{n})")
        facts += [f"(not h{n})" for n in made.limits.values()]
        wanted = f"(get-value ({' '.join(WORDS)}))\n(get-value (w))"
        asked.append(f"{question.script()}(assert (and {' '.join(facts)}))\n(check-sat)\n{wanted}")
    found = []
    for lines in smt.solve(asked):
        text = " ".join(lines)
        assert text.startswith("sat"), text
        emitted = made.read(VALUE, re.findall(r"\(\(w (.*)\)\)", text)[0])
        found.append(({word: f"({word} true)" in text for word in WORDS}, emitted))
    return found


SLEW = "  limit: {slew: 30 %, exceeded: confirm}\n"
MANY = (
    *EACH,
    rule(id="fan.slew", effect="limit", on=[FAN], when=f"{GEAR} == R") + SLEW,
    rule(id="seat.step", effect="limit") + "  limit: {slew: 150 mm}\n",
    rule(id="seat.hot", when=f"{OUTSIDE} > 50 Celsius", on_unknown="defer", deadline_ms=1000),
    rule(id="flow.gear", effect="confirm", on=[AIRFLOW], when=f"{GEAR} == R"),
    rule(id="flow.low", effect="clamp", on=[FAN], lo="90 %", when=f"{GEAR} == N"),
)


def test_the_solver_says_of_every_request_what_the_guard_says(tmp_path: Path) -> None:
    profile, rules = car(tmp_path, *MANY)
    guard, made = Guard(profile, rules), make_vectors(profile, rules)
    every = [*made.vectors, *(replace(one, state={}) for one in made.vectors)]
    apart: dict[str, Value] = {FAN: 3, GEAR: "N", SPEED: 0, DOOR: True}  # the clamps exclude each other
    every.append(Vector("", FAN, 5, apart, ("driver", "driver", "voice", False)))
    for path in profile.actuators:
        given = [one for one in every if one.path == path]
        for vector, (words, emitted) in zip(given, solved(profile, rules, path, given), strict=True):
            speaker, zone, channel, tainted = vector.who
            who = Provenance(Speaker(speaker), SeatZone(zone), Channel(channel), tainted)
            state = {name: Sample(value, NOW, Quality.OK) for name, value in vector.state.items()}
            verdict = guard.judge([Action(path, vector.value)], state, who, NOW)
            if any(hit.id in ("air.fan", "flow.air") for hit in verdict.hits):
                assert words["yes"] or verdict.decision > Decision.CONFIRM, (
                    vector
                )  # the rest is the companions'
                continue
            wanted = {
                "deny": verdict.decision is Decision.DENY,
                "defer": verdict.decision is Decision.DEFER or (words["defer"] and words["deny"]),
                "yes": verdict.decision <= Decision.CONFIRM,
                "goes": verdict.decision <= Decision.CLAMP,
            }
            assert words == wanted, vector
            if words["yes"]:
                assert [Action(path, emitted)] == [a for a in verdict.emitted if a.path == path], vector


@pytest.mark.parametrize("then", [f"{{{IONS}: true}}", f"{{{IONS}: true, {FAN}: {{at_least: 30 %}}}}"])
def test_where_a_companion_is_lacking_the_solver_says_no(tmp_path: Path, then: str) -> None:
    head = f"    names:\n      {AIR_CON}: {{type: boolean}}\n      {IONS}: {{type: boolean}}\n"
    head += f"      {FAN}: {{type: number, unit: percent}}\n"
    ions = rule(id="air.ions", effect="require", on=[AIR_CON], when="value") + f"  then: {then}\n"
    profile = with_pack(tmp_path, ions, layer="base", head=head)
    rules = load_packs(profile)
    who = ("driver", "driver", "voice", False)
    asked = [Vector("", AIR_CON, value, {FAN: 5}, who) for value in (True, False)]
    assert [words["yes"] for words, _ in solved(profile, rules, AIR_CON, asked)] == [False, True]
