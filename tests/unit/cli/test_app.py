"""The verbs as a person types them: exit codes, errors of one line and a hint, JSON where it is asked for."""

import io
import json
import re
from pathlib import Path

import pytest

from intent_bridge import __version__
from intent_bridge.cli.answers import action_out
from intent_bridge.cli.app import app, main
from intent_bridge.profile import load_profile
from intent_bridge.types import ActionReport

WARM = '{"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 22.5}}'
VIRTUAL = [word for bus in ("body", "comfort", "adas") for word in ("--bus", f"{bus}=virtual:app-{bus}")]
SEAT = '{"name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": 100}}'


def test_there_are_at_most_twelve_verbs() -> None:
    shown = [command for command in app.registered_commands if not command.hidden]
    groups = [group for group in app.registered_groups if not group.hidden]
    assert len(shown) + len(groups) <= 12


def test_version_and_help_answer_without_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"
    assert main([]) == 0
    assert "Exit codes: 0 done" in capsys.readouterr().out.replace("\n  ", " ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["fly"], 2),
        (["check", "--speed"], 2),
        (["explain", "demo_sedan"], 2),
        (["explain", "demo_sedan", WARM, "--set", "Vehicle.Speed"], 2),
        (["explain", "demo_sedan", WARM, "--set", "Vehicle.Sped=1"], 2),
        (["explain", "demo_sedan", WARM, "--from", "ghost"], 2),
        (["explain", "demo_sedan", WARM, "--lang", "tlh"], 2),
        (["run", "demo_sedan", "--listen-only"], 2),
        (["sim", "demo_sedan"], 2),
        (["sim", "demo_sedan", *VIRTUAL, "--set", "Vehicle.Sped=1"], 2),
        (["sim", "demo_sedan", *VIRTUAL, "--play", "README.md"], 2),
        (["run", "demo_sedan", "--audit-key", "no-such-key"], 2),
        (["run", "demo_sedan", "--audit", "no-such-log", "--audit-key", "no-such-key"], 2),
        (["chat", "demo_sedan", "--set", "Vehicle.Sped=1"], 2),
        (["say", "demo_sedan", "hello", "--set", "Vehicle.Sped=1"], 2),
        (["explain", "demo_sedan", "@no-such-file"], 2),
        (["fuzz", "demo_sedan", "--replay", "no-such-file.yaml"], 2),
        (["fuzz", "demo_sedan", "--resume", "README.md"], 2),
        (["dbc", "repair", "tests/data/tiny_car/body.dbc", "--out", "/no/such/folder/x.dbc"], 2),
        (["check", "demo_sedan", "--log", "no-such-file.blf"], 2),
        (["replay", "no-such-file.jsonl"], 2),
        (["explain", "no_such_car", WARM], 3),
        (["send", "demo_sedan", WARM], 4),
        (["send", "demo_sedan", WARM, "--bus", "body=virtual:x"], 4),
    ],
)
def test_an_error_is_one_line_and_a_hint(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(r"error: [^\n]+\nhint: [^\n]+\n", shown.err)
    assert main([*arguments, "--json"]) == code
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"] and error["hint"] and error["code"]


def test_a_call_on_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(WARM))
    assert main(["explain", "demo_sedan", "-"]) == 0
    assert "TempFLReq=22.5" in capsys.readouterr().out


def test_a_mapping_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dbc", "map", "tests/data/tiny_car/body.dbc", "--out", "/no/such/folder/x.yaml"]) == 2
    assert "`/no/such/folder/x.yaml` cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(BrokenPipeError, 0), (KeyboardInterrupt, 130)])
def test_a_reader_that_goes_and_a_person_who_ends_it_are_no_errors(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException], code: int
) -> None:
    def ended(*_: object, **__: object) -> int:
        raise error

    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    monkeypatch.setattr("intent_bridge.cli.demo.run_demo", ended)
    assert main(["demo"]) == code
    assert told.closed == (error is BrokenPipeError), "no complaint about the pipe at the very end"


def test_what_a_value_asked_for_was_is_shown_where_it_is_none_of_the_path(
    capsys: pytest.CaptureFixture[str],
) -> None:
    profile = load_profile("demo_sedan")
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
    shown = action_out(profile, ActionReport(path, "NOWHERE", None, None))
    assert (shown.requested, shown.emitted) == ("NOWHERE", None)


def test_explain_sends_nothing_and_says_why_and_what_would_unlock(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["explain", "demo_sedan", SEAT, "--set", "Vehicle.Speed=100", "--json"]
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "denied" and answer["verdict"]["unlock"] == ["Vehicle.Speed <= 3 km/h"]


def test_explain_shows_the_frames_that_would_be_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "demo_sedan", WARM]) == 0
    shown = capsys.readouterr().out
    assert "TempFLReq=22.5" in shown and "I sent nothing" in shown and "\x1b" not in shown


def test_check_finds_every_shipped_vehicle_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "demo_sedan: sound." in capsys.readouterr().out
    assert main(["check", "demo_sedan", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["vehicles"][0]
    assert report["problems"] == [] and report["warnings"] == [] and report["actuators"] > 50


def test_check_lists_every_problem_of_a_vehicle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "profile.yaml").write_text("vehicle: broken\n", encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 3
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) > 2 and all(line.startswith("error: ") for line in shown[:-1])


def test_tools_are_json_as_the_model_takes_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "demo_sedan", "--dialect", "openai"]) == 0
    tools = json.loads(capsys.readouterr().out)
    assert {tool["type"] for tool in tools} == {"function"}
    assert main(["tools", "demo_sedan", "--dialect", "klingon"]) == 2
