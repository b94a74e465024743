"""Proofs, vectors and C of rules written for one test, where the shipped ones have no such case."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.errors import ProfileError
from intent_bridge.guard import Guard, load_packs
from intent_bridge.guard.proof import prove, smt
from intent_bridge.guard.proof.claims import LAWS, SHIPPED, claim_files, load_claims, waivers
from intent_bridge.guard.proof.export_c import export_c, export_test
from intent_bridge.guard.proof.question import Question, ordered, sheet_of
from intent_bridge.guard.proof.vectors import Vector, judge, make_vectors
from intent_bridge.guard.rules import VALUE
from intent_bridge.profile import Profile
from intent_bridge.types import Value
from tests.unit.guard.car import AIR_CON, FAN, GEAR, SEAT, SPEED, rule, with_pack

WHO = ("driver", "driver", "voice", False)
HALF = {key: rule(effect="clamp", on=[FAN], **{key: "0.5 * current"}) for key in ("lo", "hi")}


def claims(folder: Path, *invariants: str, head: str = "") -> None:
    """The vehicle's own invariants; `on`, words and hazard are filled in."""
    lines = "".join(
        f"- {{id: own.claim{n}, says: it is so, hazard: none, {text}}}\n" for n, text in enumerate(invariants)
    )
    (folder / "invariants.yaml").write_text(f"{head}invariants:\n{lines}", encoding="utf-8")


def failed(profile: Profile) -> dict[str, dict[str, Value | None] | None]:
    """The own claims that do not hold on the fan and the seat, with the inputs of the counterexample."""
    few = replace(profile, actuators={path: profile.actuators[path] for path in (FAN, SEAT)})
    report = prove(few, load_packs(few))
    return {
        f.claim: None if f.counterexample is None else dict(f.counterexample.inputs)
        for f in report.failures
        if f.claim.startswith("own.")
    }


@pytest.mark.parametrize("key", HALF)
def test_a_bound_between_two_steps_is_rounded_by_the_solver_as_by_the_guard(tmp_path: Path, key: str) -> None:
    profile = with_pack(tmp_path, HALF[key])
    rules = load_packs(profile)
    sheet = sheet_of(profile, rules, FAN)
    guard, script = Guard(profile, rules), "\n".join(smt.copy(sheet, ordered(rules.rules[FAN])))
    head, values = "\n".join((*sheet.declarations(), script)), list(product(range(11), repeat=2))
    here = sheet.value(FAN), sheet.certain(FAN)
    asked = [
        f"{head}\n(assert (and {here[1]} (= {here[0]} {now}) (= v {value})))\n(check-sat)\n(get-value (w))"
        for now, value in values
    ]
    found = [sheet.read(VALUE, told.removeprefix("((w ")[:-2]) for _, told in smt.solve(asked)]
    assert found == [judge(guard, Vector("", FAN, value, {FAN: now}, WHO))[1] for now, value in values]


IONS = "Vehicle.Cabin.Ioniser.IsOn"
LACKING = f"    names:\n      {AIR_CON}: {{type: boolean}}\n      {IONS}: {{type: boolean}}\n"
LACKING += f"      {FAN}: {{type: number, unit: percent}}\n"


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
@pytest.mark.parametrize("name", [*HALF, "lacking", "one lacking of two"])
def test_the_c_function_rounds_as_the_guard_does_and_denies_where_a_companion_is_lacking(
    tmp_path: Path, name: str
) -> None:
    if "lacking" in name:
        then = f"{{{IONS}: true{'' if name == 'lacking' else f', {FAN}: {{at_least: 30 %}}'}}}"
        ions = rule(id="air.ions", effect="require", on=[AIR_CON], when="value") + f"  then: {then}\n"
        profile = with_pack(tmp_path, ions, layer="base", head=LACKING)
        cases = [Vector(name, AIR_CON, value, {FAN: 5}, WHO) for value in (False, True)]
    else:
        profile = with_pack(tmp_path, HALF[name])
        cases = [Vector(name, FAN, value, {FAN: now}, WHO) for now, value in product(range(11), repeat=2)]
    rules = load_packs(profile)
    guard = Guard(profile, rules)
    judged = [Vector(v.about, v.path, v.value, v.state, v.who, *judge(guard, v)) for v in cases]
    assert len({v.decision for v in judged}) > 1
    (tmp_path / "rules.c").write_text(export_c(profile, rules), encoding="utf-8")
    (tmp_path / "test.c").write_text(export_test(profile, rules, judged), encoding="utf-8")
    demands = "demands |= IB_REQUIRE" in export_c(profile, rules)
    assert not demands, "nothing is left to the caller where a companion cannot be had"
    subprocess.run(["gcc", "-std=c99", "-Wall", "-Werror", "-o", "test", "test.c"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "test"], capture_output=True, text=True, check=False)
    assert done.stdout == f"0 of {len(judged)} vectors wrong\n"


def test_what_a_vehicle_does_not_report_counts_as_unknown_in_its_proofs(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, rule(on=[SEAT], when=f"{SPEED} > 5 km/h"))
    head = f"names: {{{IONS}: {{type: boolean}}}}\n"
    claims(tmp_path, f"on: [{SEAT}], never: {IONS}", f"on: [{SEAT}], may: {IONS}", head=head)
    found = failed(profile)
    assert found.keys() == {"own.claim0"}, "what may be so must deny, what is not certain promises nothing"
    inputs = found["own.claim0"]
    assert inputs is not None and inputs[IONS] is None


TILT, WEATHER = "Vehicle.Tilt", "Vehicle.Weather"
LISTED = f"""\
names:
  {TILT}: {{type: number, unit: m}}
  {WEATHER}: {{type: enum, values: [DRY, WET]}}
  {GEAR}: {{type: enum, values: [P, CRAWL]}}
"""


def test_a_report_counts_paths_and_questions_and_tells_what_the_solver_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = with_pack(tmp_path, rule(on=[FAN, SEAT], when=f"{SPEED} > 5 km/h"))
    few = replace(profile, actuators={path: profile.actuators[path] for path in (FAN, SEAT)})
    claims(
        tmp_path, f"on: [{FAN}, {SEAT}], never: {SPEED} > 5 km/h", f"on: [{SEAT}], never: {SPEED} > 4 km/h"
    )
    asked, truly = list[str](), smt.solve

    def counted(scripts: Sequence[str], context: object = None) -> list[list[str]]:
        asked.extend(scripts)
        return truly(scripts, context)

    monkeypatch.setattr(smt, "solve", counted)
    report = prove(few, load_packs(few))
    assert (report.proved["own.claim0"], report.proved["own.claim1"]) == (2, 0)
    assert report.questions == len(asked) and report.unknown == ()
    (found,) = (failure for failure in report.failures if failure.claim == "own.claim1")
    noted, open_ = replace(found, counterexample=None, note="why"), replace(found, counterexample=None)
    assert replace(report, failures=(found, noted, open_)).unknown == (open_,)


def test_laws_of_clamps_are_asked_where_there_are_clamps_and_of_the_rules_backwards(tmp_path: Path) -> None:
    clamps = [
        rule(id=f"{n}.fan", effect="clamp", on=[FAN], hi="50 %", when=f"{GEAR} == {n.upper()}") for n in "rd"
    ]
    profile = with_pack(tmp_path, *clamps, rule(id="a.seat", when=f"{SPEED} > 5 km/h"))
    few = replace(profile, actuators={path: profile.actuators[path] for path in (FAN, SEAT)})
    rules = load_packs(few)
    given = load_claims(few, rules)
    asked = {
        path: Question.of(few, rules, path, [claim for claim in given if claim.path == path])
        for path in (FAN, SEAT)
    }
    laws = {path: {claim.text.always for claim, _ in asked[path].violations} for path in asked}
    assert {"idempotent", "ordered", "in_range"} <= laws[FAN]
    assert "in_range" in laws[SEAT] and not laws[SEAT] & {"idempotent", "ordered"}
    defined = dict(re.findall(r"\(define-fun (\w+) \(\) Bool (.*)\)", "\n".join(asked[FAN].lines)))
    assert defined["b_c0"] == defined["c1"] != defined["c0"] == defined["b_c1"]
    assert defined["i_c0"].replace(" ", "") == defined["c0"].replace(" ", "")
    assert {symbol.rstrip("0123456789") for symbol in asked[SEAT].symbols} == {"m", "slow"}, "of both laws"


def test_a_claim_may_name_what_only_other_vehicles_have_where_it_is_listed(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, rule(on=[SEAT], when=f"{SPEED} > 5 km/h"))
    about = ", ".join((f"{TILT} > 5 mm", f"{WEATHER} == WET", f"{GEAR} == CRAWL"))
    claims(tmp_path, *(f"on: [{SEAT}], may: {words}" for words in about.split(", ")), head=LISTED)
    assert failed(profile) == {}
    claims(tmp_path, f"on: [{SEAT}], may: {WEATHER} == HAIL", head=LISTED)
    with pytest.raises(ProfileError, match="give one of DRY, WET"):
        failed(profile)
    claims(tmp_path, f"on: [{SEAT}], may: {TILT} > 5", head=LISTED)
    with pytest.raises(ProfileError, match="; write it in m\n"):
        failed(profile)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]\n", "`the file`: "),
        ("invariants: 5\n", "`invariants`: "),
        (
            "invariants:\n- {id: own.a, says: s, hazard: h}\n",
            "`invariants.0`: an invariant has exactly one of",
        ),
    ],
)
def test_invariants_of_another_shape_are_named_by_their_place(tmp_path: Path, text: str, what: str) -> None:
    profile = with_pack(tmp_path, rule())
    few = replace(profile, actuators={path: profile.actuators[path] for path in (FAN, SEAT)})
    (tmp_path / "invariants.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_claims(few, load_packs(few))
    assert caught.value.problems[0].what.startswith(what)


def test_a_claim_about_nothing_offers_the_path_that_is_probably_meant(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, rule())
    few = replace(profile, actuators={path: profile.actuators[path] for path in (FAN, SEAT)})
    claims(tmp_path, f"on: [{FAN}X], never: value > 5 %")
    with pytest.raises(ProfileError) as caught:
        load_claims(few, load_packs(few))
    assert caught.value.problems[0].mend == f"did you mean `{FAN}`?"


def test_a_vehicle_may_claim_every_law_again(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, HALF["hi"], rule(id="b.rule", on=[FAN], when=f"{SPEED} > 5 km/h"))
    again = [
        f"on: [{FAN}], always: {law}" + (f", by: {SPEED}" if law == "more_never_allows_more" else "")
        for law in LAWS
    ]
    claims(tmp_path, *again, *again)
    assert failed(profile) == {}
    claims(tmp_path, f"on: [{FAN}], never: {SPEED} > 3 km/h", *again, *again)
    assert failed(profile).keys() == {"own.claim0"}


def test_invariants_that_are_no_yaml_are_a_problem_of_that_file(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, rule())
    (tmp_path / "invariants.yaml").write_text("invariants: [", encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_claims(profile, load_packs(profile))
    assert {problem.file.name for problem in caught.value.problems} == {"invariants.yaml"}
    assert waivers(tmp_path) == {}


def test_a_vehicle_without_invariants_of_its_own_has_the_shipped_ones(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, rule())
    few = replace(profile, actuators={path: profile.actuators[path] for path in (FAN, SEAT)})
    assert claim_files(tmp_path) == (SHIPPED,) and waivers(tmp_path) == {}
    assert {claim.path for claim in load_claims(few, load_packs(few))} == {FAN, SEAT}


def test_problems_of_shipped_and_own_invariants_are_listed_at_once(tmp_path: Path) -> None:
    profile = with_pack(tmp_path, rule())  # has a lane mode without the member that a shipped claim names
    claims(tmp_path, f"on: [{FAN}], never: value > 5 km/h")
    with pytest.raises(ProfileError) as caught:
        load_claims(profile, load_packs(profile))
    assert {problem.file for problem in caught.value.problems} == {SHIPPED, tmp_path / "invariants.yaml"}


def test_vectors_stand_on_both_sides_of_every_part_and_say_what_no_state_shows(tmp_path: Path) -> None:
    deny = rule(id="a.deny", on=[SEAT], when=f"{SPEED} > 5 km/h and not {GEAR} == P and value > 100 mm")
    profile = with_pack(tmp_path, deny, rule(id="b.always", effect="confirm", on=[FAN]), HALF["lo"])
    made = make_vectors(profile, load_packs(profile))
    seat = {
        about.removeprefix("a.deny: "): (vector.value, dict(vector.state), vector.decision)
        for vector in made.vectors
        if vector.path == SEAT
        for about in vector.about.split(" | ")
    }
    for step, speed, decision in ((-1, 49, "allow"), (0, 50, "allow"), (1, 51, "deny")):
        _, state, said = seat[f"{SPEED} > 5 km/h at {step:+d}"]
        assert (state[SPEED], said) == (speed, decision)
    assert [seat[f"{GEAR} P at {gear}"][2] for gear in ("P", "R", "N", "D")] == ["allow"] + 3 * ["deny"]
    assert [seat[f"value > 100 mm at {step:+d}"][0] for step in (-1, 0, 1)] == [19, 20, 21]
    assert seat[f"{SPEED} unknown"][1].get(SPEED) is None and seat[f"{SPEED} unknown"][2] == "deny"
    fan = {part for v in made.vectors if v.path == FAN for part in v.about.split(" | ")}
    assert {"b.always: always", "a.rule: lo -1", "a.rule: lo +0", "a.rule: lo +1", "a.rule: lo binds"} <= fan
    assert made.infeasible == ()
