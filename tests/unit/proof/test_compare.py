"""`policy diff`, `margin` and `explain`: what a change of a pack allows, and who answers for it."""

import json
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.cli.app import main
from intent_bridge.guard.proof.compare import compare

from .planted import PACKS, car_with, sedan

BASE = PACKS / "base.yaml"
OLD = "when: not value and Vehicle.Speed > 3 km/h\n  hazard: the car drives unlit"
CHANGES = {
    "looser": OLD.replace("> 3", "> 8"),
    "stricter": OLD.replace("> 3", "> 2"),
    "equivalent": OLD.replace("not value and Vehicle.Speed > 3", "not (value or Vehicle.Speed <= 3"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_called_what_it_is(change: str, tmp_path: Path) -> None:
    new = CHANGES[change].replace("<= 3 km/h", "<= 3 km/h)") if change == "equivalent" else CHANGES[change]
    found = {one.path: one for one in compare(sedan(), car_with(tmp_path, (OLD, new)))}
    lamp = found.pop("Vehicle.Body.Lights.Beam.Low.IsOn")
    assert lamp.change == change
    assert {one.change for one in found.values()} == {"equivalent"}
    if change == "looser":
        assert lamp.first is not None
        assert 30 < int(lamp.first.inputs["Vehicle.Speed"] or 0) <= 80


def test_more_here_and_less_there_is_different_and_counts_as_opened(tmp_path: Path) -> None:
    new = "when: value > 25 degrees and Vehicle.Speed > 8 km/h"
    car = car_with(tmp_path, ("when: value > 35 degrees and Vehicle.Speed > 3 km/h", new))
    found = {one.path: one for one in compare(sedan(), car)}[
        "Vehicle.Cabin.Seat.Row2.DriverSide.Backrest.Recline"
    ]
    assert found.change == "different"
    assert found.opens
    assert found.first is not None


def test_a_clamp_that_lets_more_out_is_looser(tmp_path: Path) -> None:
    found = compare(sedan(), car_with(tmp_path, ("hi: 1 level", "hi: 2 level")))
    assert {one.path.rpartition(".")[2] for one in found if one.change == "looser"} == {"HeatingLevel"}


DRIFT = "limit: {drift: 30 km/h, window_ms: 60000"


@pytest.mark.parametrize(
    ("new", "change", "opens"),
    [
        ("limit: {drift: 40 km/h, window_ms: 60000", "looser", True),
        ("limit: {drift: 30 km/h, window_ms: 30000", "looser", True),
        ("limit: {drift: 20 km/h, window_ms: 90000", "stricter", False),
        ("limit: {drift: 20 km/h, window_ms: 30000", "different", True),
    ],
)
def test_another_limit_is_not_the_same_memory(tmp_path: Path, new: str, change: str, opens: bool) -> None:
    found = [one for one in compare(sedan(), car_with(tmp_path, (DRIFT, new))) if one.change != "equivalent"]
    assert [(one.path, one.change, one.opens) for one in found] == [
        ("Vehicle.ADAS.CruiseControl.SpeedSet", change, opens)
    ]


def looser_pack(folder: Path, header: str) -> Path:
    text = BASE.read_text(encoding="utf-8").replace(
        "not value and Vehicle.Speed > 3", "not value and Vehicle.Speed > 8"
    )
    first = next(line for line in text.splitlines() if line.startswith("pack:"))
    file = folder / "base.yaml"
    file.write_text(
        text.replace(first, f"pack: {{name: base, layer: base, version: 99{header}}}"), encoding="utf-8"
    )
    return file


def test_looser_fails_unless_somebody_answers_for_this_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "diff", str(BASE), str(looser_pack(tmp_path, ""))]) == 1
    assert "first newly allowed" in capsys.readouterr().out
    stale = ", looser: {version: 98, approver: A. N. Other, reason: an older change}"
    assert main(["policy", "diff", str(BASE), str(looser_pack(tmp_path, stale))]) == 1
    signed = ", looser: {version: 99, approver: A. N. Other, reason: measured on the track}"
    assert main(["policy", "diff", str(BASE), str(looser_pack(tmp_path, signed))]) == 0
    assert "A. N. Other" in capsys.readouterr().out


def test_stricter_and_same_pass() -> None:
    assert main(["policy", "diff", "demo_sedan", "demo_sedan"]) == 0


def test_the_margin_is_age_and_latency_times_acceleration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "margin", "demo_sedan", "--json"]) == 0
    rows = {row["rule"]: row for row in json.loads(capsys.readouterr().out)["margins"]}
    seat = rows["seat.driver.rolling"]
    assert (seat["measured_km_h"], seat["true_km_h"]) == (3.0, 8.76)
    assert seat["true_km_h"] < 10, "the limit that the rule's source states"


def test_explain_names_the_hazard_and_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    call = '{"name": "set_trunk", "arguments": {"percent": 100}}'
    assert main(["policy", "explain", "demo_sedan", call, "--set", "Vehicle.Speed=30", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["decision"] == "deny"
    assert any("load falls out" in row["hazard"] for row in shown["rules"])
    assert "Vehicle.Speed <= 0 km/h" in shown["unlock"]
