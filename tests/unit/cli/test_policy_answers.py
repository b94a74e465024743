"""`intent-bridge policy` in words and as JSON, and the call that asks for an action."""

import json
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.cli import policy_show
from intent_bridge.cli.app import main
from intent_bridge.cli.policy_call import Caller, explain_line
from intent_bridge.cli.policy_vectors import FILE
from intent_bridge.guard.proof import Counterexample, smt
from intent_bridge.profile import Profile, data_dir, load_profile
from intent_bridge.types import Action, Channel, Provenance, SeatZone, Speaker, Value
from tests.unit.intents.car import car as make_car
from tests.unit.intents.car import number

LAMP = "Vehicle.Body.Lights.Beam.Low.IsOn"
SPEED = "Vehicle.Speed"
FRAGRANCE = "Vehicle.Cabin.Fragrance.Intensity"
LAMP_OFF = '{"name": "set_low_beam", "arguments": {"on": false}}'
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
WHO: dict[str, Value] = {
    "speaker": "driver",
    "speaker_zone": "driver",
    "channel": "voice",
    "untrusted_text": False,
}


@pytest.fixture
def car(tmp_path: Path) -> Path:
    """demo_sedan in a folder of its own."""
    folder = tmp_path / "car"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    return folder


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and all that is printed."""
    code = main(["policy", *words])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_an_explained_denial_names_rule_hazard_source_and_what_unlocks_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call = '{"name": "set_sunroof", "arguments": {"percent": 100}}'
    asked = ("explain", "demo_sedan", call, "--from", "driver", "--set", f"{SPEED}=150")
    code, text = answer(capsys, *asked)
    assert code == 0 and text.startswith("deny\n")
    for part in ("deny     sunroof.fast on", "when: value > 0 % and Vehicle.Speed", "hazard: ", "source: "):
        assert part in text
    assert f"unlocked by: value <= 0 % or {SPEED} <= 120 km/h" in text
    code, text = answer(capsys, *asked, "--json")
    told = json.loads(text)
    assert (code, told["decision"]) == (0, "deny") and told["unlock"]
    assert {"when", "hazard", "source", "basis", "verified"} <= told["rules"][0].keys()


def test_an_explained_unknown_says_what_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = answer(
        capsys, "explain", "demo_sedan", LAMP_OFF, "--from", "driver", "--set", f"{SPEED}=null"
    )
    assert code == 0 and f"{SPEED} is not_available" in text


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("explain", "demo_sedan", '{"name": "no_tool"}'), "the call never reached the rules"),
        (("explain", "demo_sedan", "{}", "--set", "Vehicle.No=1"), "Vehicle.No"),
        (("diff", "nothing.yaml", "demo_sedan"), "there is no pack `nothing.yaml`"),
    ],
)
def test_what_cannot_be_answered_is_wrong_usage_in_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], what: str
) -> None:
    code, text = answer(capsys, *words)
    assert code == 2 and what in text and "Traceback" not in text


@pytest.mark.parametrize(
    ("text", "what"),
    [("rules: []\n", "is no pack"), ("pack: {name: mine}\n", "demo_sedan has no pack `mine`")],
)
def test_a_file_that_is_no_pack_of_the_vehicle_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, what: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    code, told = answer(capsys, "diff", "demo_sedan", str(file))
    assert code == 2 and what in told


def test_a_speed_bound_is_printed_as_measured_and_as_it_can_truly_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, text = answer(capsys, "margin", "demo_sedan", "--latency-ms", "300", "--acceleration", "3")
    head, *rows = text.splitlines()
    assert code == 0 and head.endswith("300 ms until it acts, 3 m/s2") and rows
    code, text = answer(
        capsys, "margin", "demo_sedan", "--latency-ms", "300", "--acceleration", "3", "--json"
    )
    margins = json.loads(text)["margins"]
    assert code == 0 and len(margins) == len(rows)
    age_ms = load_profile("demo_sedan").sensors[SPEED].max_age_ms
    gained = (age_ms + 300) / 1000 * 3 * 3.6
    assert all(m["true_km_h"] == pytest.approx(m["measured_km_h"] + gained) for m in margins)
    assert rows[0] == (
        f"{margins[0]['measured_km_h']:6.1f} km/h measured, {margins[0]['true_km_h']:6.1f} true  "
        f"{margins[0]['effect']:8} {margins[0]['rule']}"
    )


def test_margins_of_a_vehicle_that_reports_no_speed_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = load_profile("demo_sedan")
    still = replace(profile, sensors={p: s for p, s in profile.sensors.items() if p != SPEED})
    monkeypatch.setattr(policy_show, "load_profile", lambda vehicle: still)
    code, text = answer(capsys, "margin", "demo_sedan")
    assert code == 2 and f"does not report {SPEED}" in text


def test_a_difference_is_told_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = answer(capsys, "diff", "demo_sedan", "demo_sedan", "--json")
    told = json.loads(text)
    assert (code, told["first"], told["approved"]) == (0, None, None)
    assert {row["change"] for row in told["changes"]} == {"equivalent"}


@pytest.mark.parametrize(
    "words", [("prove", "demo_sedan"), ("diff", "demo_sedan", "CHANGED"), ("vectors", "demo_sedan")]
)
def test_without_the_solver_each_verb_that_needs_it_says_what_to_install(
    car: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    own = car / "oem.yaml"
    own.write_text(own.read_text(encoding="utf-8").replace("> 3 km/h", "> 4 km/h"), encoding="utf-8")
    smt._z3.cache_clear()
    monkeypatch.setitem(sys.modules, "z3", None)
    try:
        code, text = answer(capsys, *(str(car) if word == "CHANGED" else word for word in words))
    finally:
        smt._z3.cache_clear()
    assert code == 2 and "pip install 'intent-bridge[verify]'" in text


def test_what_is_proved_is_told_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = answer(capsys, "prove", "demo_sedan", "--json")
    (told,) = json.loads(text)["vehicles"]
    assert (code, told["proved"], told["unknown"], told["failed"]) == (0, True, 0, [])
    assert told["invariants"] and told["certificate"]


def test_vectors_are_printed_written_and_held_against_the_rules(
    car: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (car / FILE).read_text(encoding="utf-8")
    assert answer(capsys, "vectors", str(car), "--check") == (
        0,
        "demo_sedan: 0 vectors get another verdict\n",
    )
    first = json.loads(shipped.splitlines()[0])
    first["decision"] = "deny" if first["decision"] != "deny" else "allow"
    (car / FILE).write_text(json.dumps(first) + "\n", encoding="utf-8")
    code, text = answer(capsys, "vectors", str(car), "--check")
    assert code == 1 and f"was {first['decision']} " in text and "1 vectors get another verdict" in text
    code, printed = answer(capsys, "vectors", str(car))
    assert code == 0 and (car / FILE).read_text(encoding="utf-8").count("\n") == 1
    code, text = answer(capsys, "vectors", str(car), "--write")
    assert code == 0 and " vectors show " in text
    assert (car / FILE).read_text(encoding="utf-8") == printed
    (car / FILE).unlink()
    code, text = answer(capsys, "vectors", str(car), "--check")
    assert code == 2 and "there are no vectors" in text


def test_for_every_actuator_there_is_a_call_that_asks_for_just_it() -> None:
    profile = load_profile("demo_sedan")
    caller = Caller(profile)
    for path, info in profile.actuators.items():
        spec = info.spec
        value: Value = list(spec.values)[-1] if spec.values else True
        if spec.type == "number":
            assert spec.range is not None and spec.step is not None
            value = int(spec.range[0] / spec.step) + 2
        call = caller.call(Action(path, value), {path: value - 1 if type(value) is int else None}, DRIVER)
        assert call is not None and call.name == (caller.tool(path) or call.name), path


def fragrance(**state: Value | None) -> list[str]:
    profile = with_fragrance()
    found = Counterexample(FRAGRANCE, 2, 2, {SPEED: state.get("speed"), "Vehicle.No": 1}, WHO)
    return explain_line(profile, Caller(profile), found, "scented")


def with_fragrance() -> Profile:
    """A car in which a thing of its own has a tool of its own."""
    return make_car(
        {FRAGRANCE: {**number(0, 3, 1, "level"), "tool": {"name": "set_fragrance", "description": "Scent."}}}
    )


def test_a_thing_of_the_vehicles_own_is_called_by_its_own_tool() -> None:
    line, command = fragrance()
    assert line == f"{FRAGRANCE} = 2"
    assert shlex.split(command)[:4] == [
        "intent-bridge", "explain", "scented", '{"name": "set_fragrance", "arguments": {"level": 2}}',
    ]  # fmt: skip
    assert Caller(with_fragrance()).tool(FRAGRANCE) == "set_fragrance"
    assert Caller(with_fragrance()).tool("Vehicle.No") is None


def test_an_action_that_no_tool_asks_for_is_told_with_its_state() -> None:
    profile = load_profile("demo_sedan")
    found = Counterexample(
        LAMP, True, False, {SPEED: 55, "Vehicle.IsRaining": None}, {**WHO, "speaker": "app"}
    )

    class Dumb(Caller):
        def call(self, *_: object) -> None:
            return None

    assert explain_line(profile, Dumb(profile), found, "demo_sedan") == [
        f"{LAMP} = True, emitted False",
        "no tool asks for this today; in the state",
        f"  {SPEED}=5.5",
    ]
