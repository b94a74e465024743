"""Invariants: all hold as shipped, every planted fault breaks a named one, counterexamples are real."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.cli.app import main
from intent_bridge.errors import ProfileError
from intent_bridge.guard import Guard
from intent_bridge.guard.proof import certificate, certify, prove
from intent_bridge.guard.proof.claims import LAWS, load_claims
from intent_bridge.types import Action, Channel, Decision, Provenance, Quality, Sample, SeatZone, Speaker

from .planted import car_with, folder_with, rule_text, sedan

NOW = 1_000_000


def test_every_invariant_of_demo_sedan_is_proved_and_none_is_unknown() -> None:
    report = prove(*sedan())
    assert report.failures == ()
    assert all(count > 0 for count in report.proved.values())


def test_every_law_is_asked_of_demo_sedan() -> None:
    assert {claim.text.always for claim in load_claims(*sedan())} - {None} == set(LAWS)


FAULTS = {
    "a threshold in the wrong unit": (
        "value > 35 degrees and Vehicle.Speed > 3 km/h",
        "value > 35 degrees and Vehicle.Speed > 3 m/s",
        "hazard.recline.moving",
    ),
    "less or equal for less": (
        "not value and Vehicle.Speed > 0 km/h",
        "not value and Vehicle.Speed > 1 km/h",
        "hazard.braking.off_moving",
    ),
    "a clamp bound off by one": ("hi: 1 level", "hi: 2 level", "hazard.seat_heat.child"),
    "a lower clamp bound off by one": ("lo: 30 %", "lo: 20 %", "hazard.fan.defrost"),
    "an upper bound beside its signal": (
        "hi: Vehicle.Cabin.HVAC.BlowerCapability",
        "hi: Vehicle.Cabin.HVAC.BlowerCapability + 10 %",
        "hazard.fan.blower",
    ),
    "a rule dropped": (rule_text("window.child"), "", "hazard.window.child"),
    "a speaker forgotten": (
        "when: speaker == app or speaker == unknown",
        "when: speaker == app",
        "hazard.pinch.remote",
    ),
    "deny turned into confirm": (
        rule_text("light.high_beam.fog"),
        rule_text("light.high_beam.fog").replace("effect: deny", "effect: confirm"),
        "hazard.high_beam.fog",
    ),
    "a condition turned round": (
        "when: value < current and not Vehicle.Body.IsPinchProtectionWorking",
        "when: value < current and Vehicle.Body.IsPinchProtectionWorking",
        "hazard.closing.pinch",
    ),
    "slower is worse": (
        "when: value > current and Vehicle.Speed > 100 km/h",
        "when: value > current and Vehicle.Speed < 100 km/h",
        "law.faster",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_breaks_a_named_invariant(name: str, tmp_path: Path) -> None:
    old, new, claim = FAULTS[name]
    profile, rules = car_with(tmp_path, (old, new))
    failures = [failure for failure in prove(profile, rules).failures if failure.claim == claim]
    assert failures
    found = failures[0].counterexample
    assert found is not None
    if not claim.startswith("hazard"):
        return
    who = Provenance(
        Speaker(str(found.who["speaker"])),
        SeatZone(str(found.who["speaker_zone"])),
        Channel(str(found.who["channel"])),
        bool(found.who["untrusted_text"]),
    )
    state = {
        path: Sample(value, NOW, Quality.OK) for path, value in found.inputs.items() if value is not None
    }
    verdict = Guard(profile, rules).judge(
        [Action(found.path, found.requested)], state, who, NOW, confirmed=True
    )
    assert verdict.decision <= Decision.CLAMP, "the counterexample is not one"
    assert verdict.emitted == (Action(found.path, found.emitted),)


def test_a_rule_that_the_others_make_superfluous_is_named(tmp_path: Path) -> None:
    twice = rule_text("trunk.gear") + rule_text("trunk.gear").replace(
        "id: trunk.gear", "id: trunk.gear_again"
    )
    profile, rules = car_with(tmp_path, (rule_text("trunk.gear"), twice))
    notes = [f.note for f in prove(profile, rules).failures if f.claim == "law.no_redundant_rule"]
    assert len(notes) == 2
    assert all(re.search(r"rule `trunk\.gear(_again)?` \(.*line \d+\)", note) for note in notes)


def test_a_rule_that_can_never_fire_is_named(tmp_path: Path) -> None:
    dead = "when: Vehicle.Speed > 0 km/h and Vehicle.Speed < 0.05 km/h * 2"
    old = rule_text("trunk.rolling")
    profile, rules = car_with(tmp_path, (old, old.replace("when: Vehicle.Speed > 0 km/h", dead)))
    notes = [f.note for f in prove(profile, rules).failures if f.claim == "law.no_dead_rule"]
    assert ["`trunk.rolling`" in note for note in notes] == [True]


def test_a_failed_proof_prints_a_command_that_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with(tmp_path, ("hi: 1 level", "hi: 2 level"))
    assert main(["policy", "prove", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("failed: hazard.seat_heat.child")
    commands = [line.strip() for line in lines if "intent-bridge explain" in line]
    assert commands
    assert main([*shlex.split(commands[-1])[1:], "--json"]) == 0
    assert '"emitted": 2' in capsys.readouterr().out.replace('"emitted":2', '"emitted": 2')


def test_a_certificate_speaks_only_for_the_rules_it_was_made_of(tmp_path: Path) -> None:
    profile, rules = sedan()
    assert certificate(profile, rules, tmp_path) is None
    made, _ = certify(profile, rules, tmp_path)
    assert made is not None
    assert certificate(profile, rules, tmp_path) == made
    other = car_with(tmp_path, ("lo: 30 %", "lo: 40 %"))
    assert certificate(*other, tmp_path) is None


def test_no_certificate_is_made_of_rules_that_do_not_hold(tmp_path: Path) -> None:
    profile, rules = car_with(tmp_path, ("lo: 30 %", "lo: 20 %"))
    made, report = certify(profile, rules, tmp_path)
    assert made is None
    assert report.failures
    assert certificate(profile, rules, tmp_path) is None


def test_an_invariant_that_means_nothing_is_named_with_its_line(tmp_path: Path) -> None:
    old = "never: value > Vehicle.Cabin.HVAC.BlowerCapability"
    profile, rules = car_with(tmp_path, (old, "never: value > Vehicle.Cabin.HVAC.Blower"))
    with pytest.raises(ProfileError, match=r"invariants\.yaml.*hazard\.fan\.blower.*Blower"):
        prove(profile, rules)


def test_without_z3_there_is_one_line_that_says_what_to_install() -> None:
    code = "import sys; sys.modules['z3'] = None; from intent_bridge.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "policy", "prove", "demo_sedan"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "intent-bridge[verify]" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_accepted_certificate_needs_no_solver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTENT_BRIDGE_CACHE", str(tmp_path))
    assert main(["policy", "prove", "demo_sedan"]) == 0
    monkeypatch.setitem(sys.modules, "z3", None)
    assert main(["policy", "prove", "demo_sedan", "--cached"]) == 0
