"""`intent-bridge dbc` as a person types it: what it prints, writes, and answers."""

import json
from pathlib import Path

import pytest

from intent_bridge.cli.app import main
from intent_bridge.profile import data_dir

SOUND = 'VERSION ""\n\nBO_ 1 SEAT: 1 X\n SG_ Level : 0|4@1+ (1,0) [0|3] "" X\n\n'
BROKEN = SOUND + 'VAL_ 1 Gone 0 "none" ;\n'
HOPELESS = SOUND + "BO_ 2 LIGHT 1 X\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "car.dbc"


def test_lint_says_what_is_wrong_and_answers_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(BROKEN)
    assert main(["dbc", "lint", str(file)]) == 1
    assert f"{file}:6: repair: there is no 1 Gone; its value table is taken out [orphan-values]" in (
        capsys.readouterr().out
    )
    assert main(["dbc", "lint", str(file), "--json"]) == 1
    (report,) = json.loads(capsys.readouterr().out)["files"]
    assert {"line": 6, "level": "repair", "rule": "orphan-values"}.items() <= report["findings"][1].items()


def test_lint_of_a_sound_file_answers_zero(file: Path) -> None:
    file.write_text(SOUND)
    assert main(["dbc", "lint", str(file)]) == 0


def test_repair_writes_the_mended_text_and_reports_each_change(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(BROKEN.replace("\n", "\r\n").encode())
    out = tmp_path / "mended.dbc"
    assert main(["dbc", "repair", str(file), "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert out.read_bytes().startswith(SOUND.replace("\n", "\r\n").encode())
    assert shown.out == "" and "[orphan-values]" in shown.err and "1 changes" in shown.err
    assert main(["dbc", "lint", str(out)]) == 0


def test_repair_prints_the_text_alone_on_standard_output(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(SOUND)
    assert main(["dbc", "repair", str(file)]) == 0
    assert capsys.readouterr().out == SOUND
    assert main(["dbc", "repair", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(file), "changes": [], "text": SOUND}


def test_what_no_repair_saves_is_vehicle_data_that_cannot_be_used(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HOPELESS)
    assert main(["dbc", "repair", str(file)]) == 3
    assert f"error: {file}:6: Invalid syntax" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["lint", "repair"])
def test_a_file_that_is_not_there_is_wrong_usage(verb: str, file: Path) -> None:
    assert main(["dbc", verb, str(file)]) == 2


def test_map_writes_a_first_profile_and_counts_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "profile.yaml"
    files = [str(data_dir() / "demo_sedan" / f"{bus}.dbc") for bus in ("adas", "comfort")]
    assert main(["dbc", "map", *files, "--vss", "--out", str(out)]) == 0
    assert "proposed as actuators. Every TODO is yours." in capsys.readouterr().err
    assert "CLIMATE_CMD.TempFLReq" in out.read_text()
    assert main(["dbc", "map", *files, "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    (gap,) = [e for e in entries if e["path"].endswith("AdaptiveTimeGap")]
    assert (
        gap["actuator"]
        and gap["signals"][0]["signal"] == "CRUISE_STATUS.TimeGap"
        and gap["signals"][0]["because"]
    )


def test_map_of_a_file_that_means_nothing_answers_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(SOUND)
    assert main(["dbc", "map", str(file)]) == 1
    assert "sensors: {}" in capsys.readouterr().out
    assert main(["dbc", "map", str(file), "--driver-side", "middle"]) == 2
