"""The command line as processes: piped and on a terminal, on virtual time and over a bus."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "intent_bridge"]
CALL = {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 22.5}}
DRIVER = {"speaker": "driver", "zone": "driver", "channel": "voice"}
COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-9]m")


def call(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], input=text, capture_output=True, text=True, timeout=60)


def lines(*requests: object) -> str:
    return "".join(json.dumps(request) + "\n" for request in requests)


def test_help_imports_nothing_heavy() -> None:
    heavy = {"pydantic", "can", "cantools", "rich", "fluent", "intent_bridge.bridge"}
    code = "import sys; from intent_bridge.cli.app import main; main(['--help']); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert not heavy & set(shown.stdout.splitlines()[-1].split())


def test_the_demo_goes_as_scripted_and_is_plain_in_a_pipe() -> None:
    shown = call("demo")
    assert shown.returncode == 0 and "\x1b" not in shown.stdout and shown.stderr == ""
    for word in (
        "verdict    allow",
        "clamp",
        "confirm",
        "deny",
        "stopped",
        "(Vehicle.Speed: stale)",
        "invalid",
    ):
        assert word in shown.stdout
    assert re.search(r"2\d requests: .* frames sent\.", shown.stdout)


def test_the_demo_is_one_json_document_on_request() -> None:
    steps = json.loads(call("demo", "--json").stdout)["steps"]
    assert len(steps) >= 20 and all(step["problems"] == [] for step in steps)


def on_terminal(*arguments: str, **environment: str) -> bytes:
    """What a terminal is sent."""
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
    ) as process:
        os.close(theirs)
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the other end has been closed
                break
        assert process.wait(60) == 0
    os.close(ours)
    return shown


def test_a_terminal_gets_colour_unless_it_asks_for_none() -> None:
    assert COLOUR.search(on_terminal("demo"))
    assert not COLOUR.search(on_terminal("demo", NO_COLOR="1"))


def test_run_answers_each_line_before_it_reads_the_next() -> None:
    with subprocess.Popen(
        [*COMMAND, "run", "demo_sedan"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for request, key in (
            ({"call": CALL}, "status"),
            ({"advance_ms": 10}, "ok"),
            ({"undo": True}, "status"),
        ):
            process.stdin.write(lines(request).encode())
            process.stdin.flush()
            assert key in json.loads(process.stdout.readline())
        process.stdin.write(b"no json\n")
        process.stdin.close()
        assert json.loads(process.stdout.readline())["ok"] is False
        assert process.stdout.readline() == b""
        assert process.wait(20) == 0


def test_parse_answers_lines_until_their_end() -> None:
    shown = call("parse", text=lines({"dialect": "bare_json", "raw": json.dumps(CALL)}) + "no json\n")
    first, second = map(json.loads, shown.stdout.splitlines())
    assert first["calls"] == [CALL] and second["error"]["code"] == "not_json" and shown.returncode == 0


def test_a_recorded_drive_replays_to_the_same_frames_and_an_edit_shows(tmp_path: Path) -> None:
    audit = tmp_path / "drive.jsonl"
    asked = lines(
        {"call": CALL}, {"state": {"Vehicle.Speed": 80}}, {"call": {**CALL, "arguments": {"celsius": 20}}}
    )
    assert call("run", "demo_sedan", "--audit", str(audit), text=asked).returncode == 0
    replayed = call("replay", str(audit), "--json")
    assert replayed.returncode == 0
    report = json.loads(replayed.stdout)
    assert report["calls"] == 2 and report["different"] == 0 and all(r["recorded"] for r in report["results"])
    audit.write_text(audit.read_text(encoding="utf-8").replace("22.5", "23.5", 1), encoding="utf-8")
    broken = call("replay", str(audit))
    assert broken.returncode == 2 and "was changed after it was written" in broken.stderr


@pytest.fixture
def buses() -> list[str]:
    """Options for three buses between processes of this machine."""
    port = 40000 + os.getpid() % 20000
    names = ("body", "comfort", "adas")
    options = [f"{name}=udp_multicast:239.74.163.2,port={port + n}" for n, name in enumerate(names)]
    return [word for option in options for word in ("--bus", option)]


@pytest.fixture
def ecus(buses: list[str]) -> Iterator[subprocess.Popen[str]]:
    command = [*COMMAND, "sim", "demo_sedan", *buses]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and "simulating" in process.stdout.readline()
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def send(buses: list[str], *arguments: str) -> tuple[int, Any]:
    sent = call("send", "demo_sedan", json.dumps(CALL), "--json", *arguments, *buses)
    return sent.returncode, json.loads(sent.stdout)


def test_a_call_over_a_bus_reaches_ecus_in_another_process(
    ecus: subprocess.Popen[str], buses: list[str]
) -> None:
    code, answer = send(buses, "--from", "driver")
    assert (code, answer["status"]) == (0, "done")
    code, answer = send(buses)
    assert (code, answer["status"]) == (1, "denied"), "an unknown speaker has the fewest rights"
    listened = call(
        "run",
        "demo_sedan",
        "--listen-only",
        *buses,
        text=lines(
            {"state": {}},
            {"call": {**CALL, "arguments": {"zone": "driver", "celsius": 19}}, "from": DRIVER},
            {"state": {}},
        ),
    )
    before, answer, after = map(json.loads, listened.stdout.splitlines())
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    assert answer["code"] == "listen_only" and answer["frames"][0]["signals"]["TempFLReq"] == 19
    assert before["state"][path] == after["state"][path] == 22.5
