"""`intent-bridge fuzz`: the guard alone, and drives of a file as a person or a script reads them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from intent_bridge.cli import fuzz
from intent_bridge.cli.app import main
from intent_bridge.guard import RuleSet, load_packs
from intent_bridge.profile import Profile

CASES = ["fuzz", "demo_sedan", "--guard-only", "--calls", "2000", "--seed", "5"]
DRIVE = """\
- name: it rests
  drive: [{call: {name: set_fan_speed, arguments: {level: 3}}}, {advance_ms: 300}]
"""


def test_the_guard_alone_meets_no_hazard_and_the_same_seed_makes_the_same_cases(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*CASES, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cases"] >= 2000 and 0 < told["allowed"] < told["cases"] and told["hazards"] == []
    assert main(CASES) == 0
    head, last = capsys.readouterr().out.splitlines()
    share = round(100 * told["allowed"] / told["cases"])
    assert (
        head.startswith(f"{told['cases']} cases for the guard alone, {share} % allowed")
        and last == "0 hazards"
    )


def test_a_guard_without_rules_meets_hazards_and_names_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(profile: Profile) -> RuleSet:
        rules = load_packs(profile)
        return replace(rules, rules=dict.fromkeys(rules.rules, ()))

    monkeypatch.setattr(fuzz, "load_packs", none)
    assert main(CASES) == 1
    assert "\nHAZARD " in capsys.readouterr().out


def test_the_drives_of_a_file_are_told_as_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "drives.yaml"
    file.write_text(DRIVE, encoding="utf-8")
    assert main(["fuzz", "demo_sedan", "--replay", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "it rests", "hazards": []}]
