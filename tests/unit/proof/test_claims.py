"""Invariants as they are read, each says one thing; and what is said where the solver cannot tell."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from intent_bridge.errors import InvariantError, ProfileError
from intent_bridge.guard.proof import prove, smt
from intent_bridge.guard.proof.claims import load_claims
from intent_bridge.guard.proof.compare import compare

from .planted import car_with, sedan

BLOWER = "  never: value > Vehicle.Cabin.HVAC.BlowerCapability"
FIRST = "- id: hazard.fan.blower\n"
FOG = "Vehicle.Body.Lights.Fog.Front.IsOn"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            BLOWER,
            f"{BLOWER}\n  asks: value > 10 %",
            "an invariant has exactly one of never, asks, may, always",
        ),
        (BLOWER, f"{BLOWER}\n  by: Vehicle.Speed", "more_never_allows_more, and nothing else, has `by`"),
        (
            f"invariants:\n{FIRST}",
            f"waived: {{useful.nothing: we like it}}\ninvariants:\n{FIRST}",
            "`useful.nothing` is no shipped `may`",
        ),
        ("- id: hazard.fan.defrost\n", FIRST, "invariant `hazard.fan.blower` stands twice"),
        (
            'on: ["Vehicle.Cabin.HVAC.Station.*.*.FanSpeed"]',
            'on: ["Vehicle.Cabin.HVAC.Station.*.*.FanSped"]',
            "invariant `hazard.fan.blower` matches no actuator",
        ),
    ],
)
def test_an_invariant_that_says_nothing_sound_is_refused(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        load_claims(*car_with(tmp_path, (old, new)))
    assert [what in problem.what for problem in caught.value.problems] == [True]
    assert caught.value.problems[0].file.name == "invariants.yaml"


def test_a_shipped_promise_of_use_is_not_asked_where_the_vehicle_waives_it(tmp_path: Path) -> None:
    every = {claim.text.id for claim in load_claims(*sedan())}
    for name in ("useful.lights.on", "useful.braking.on"):
        waived = f"waived: {{{name}: somebody decides}}\ninvariants:\n{FIRST}"
        car = car_with(tmp_path / name, (f"invariants:\n{FIRST}", waived))
        assert every - {claim.text.id for claim in load_claims(*car)} == {name}


def test_what_the_solver_leaves_open_is_a_failure_without_counterexample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gave_up(scripts: Sequence[str], context: object = None) -> list[list[str]]:
        return [["unknown"] * script.count("(check-sat)") for script in scripts]

    monkeypatch.setattr(smt, "solve", gave_up)
    report = prove(*sedan())
    assert {failure.counterexample for failure in report.failures} == {None}
    assert {"hazard.fan.blower", "law.idempotent"} <= {failure.claim for failure in report.failures}
    assert report.proved["hazard.fan.blower"] == 0


def test_a_path_of_the_never_list_fails_the_proof_however_it_came_in() -> None:
    profile, rules = sedan()
    path = "Vehicle.Cabin.Seat.Row1.PassengerSide.Airbag.IsDeployed"
    actuators = {**profile.actuators, path: profile.actuators[FOG]}
    report = prove(replace(profile, actuators=actuators), replace(rules, rules={**rules.rules, path: ()}))
    assert path in {failure.path for failure in report.failures if failure.claim == "law.never_list"}


def test_the_solver_refuses_a_text_that_is_none() -> None:
    with pytest.raises(InvariantError, match="the solver does not take our text"):
        smt.solve(["(assert nothing)"])


def test_without_the_solver_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    smt._z3.cache_clear()
    monkeypatch.setitem(sys.modules, "z3", None)
    try:
        with pytest.raises(smt.VerifyMissing, match=r"intent-bridge\[verify\]"):
            smt.new_context()
    finally:
        smt._z3.cache_clear()


def test_a_path_more_is_looser_and_a_path_less_stricter() -> None:
    profile, rules = sedan()
    fewer = replace(profile, actuators={p: a for p, a in profile.actuators.items() if p != FOG})
    more = {one.path: one for one in compare((fewer, rules), (profile, rules))}
    assert (more[FOG].change, more[FOG].opens) == ("looser", True)
    less = {one.path: one for one in compare((profile, rules), (fewer, rules))}
    assert (less[FOG].change, less[FOG].opens) == ("stricter", False)
    assert {one.change for one in more.values() if one.path != FOG} == {"equivalent"}


def test_a_companion_that_is_gone_is_different_and_counts_as_opened(tmp_path: Path) -> None:
    changed = car_with(tmp_path, ("    Vehicle.Body.Lights.Beam.High.IsOn: false\n", ""))
    found = {one.path: one for one in compare(sedan(), changed)}
    assert (found[FOG].change, found[FOG].opens, found[FOG].first) == ("different", True, None)
