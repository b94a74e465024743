"""What people and models say is on no disk: a process that may write into one folder only, searched whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

CANARY = "canary4be9"
WHO = {"speaker": "driver", "zone": "driver", "channel": "voice", "untrusted_text": False}


def test_run_with_record_and_log_leaves_no_word_on_the_disk(tmp_path: Path) -> None:
    key = tmp_path / "seal.key"
    key.write_bytes(f"{CANARY}-a-secret-of-more-than-thirty-two-bytes".encode())
    disk = tmp_path / "disk"
    disk.mkdir()
    fan = {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 4}}
    requests: list[object] = [
        {"call": fan, "from": WHO, "words": f"fan to 4 please, {CANARY}"},
        {"call": {"name": "set_fan_speed", "arguments": {"level": CANARY}}, "from": WHO},
        {"call": {"name": "set_fan_speed", "arguments": {CANARY: 4}}},
        {"call": {"name": CANARY, "arguments": {"text": CANARY}}},
        {"call": f"{CANARY} is not a call"},
        {"call": {**fan, "thought": CANARY}},
        {"confirm": CANARY, "from": WHO},
        {"undo": CANARY, "from": WHO},
        {"call": fan, "facts": {f"Vehicle.{CANARY}": CANARY}},
        {"state": {f"Vehicle.{CANARY}": 1}},
        {CANARY: CANARY},
        CANARY,
        {"call": {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 6}}, "from": WHO},
    ]
    command = [sys.executable, "-m", "intent_bridge", "run", "demo_sedan", "--audit", "drive.jsonl"]
    command += ["--audit-key", str(key), "--log", "drive.asc"]
    place = {name: str(disk) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    done = subprocess.run(
        command,
        cwd=disk,
        env={**os.environ, **place, "PYTHONPATH": os.pathsep.join(sys.path)},
        input="".join(json.dumps(request) + "\n" for request in requests),
        capture_output=True,
        text=True,
        timeout=120,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and len(answers) == len(requests)
    assert [answers[0]["status"], answers[-1]["status"]] == ["done", "done"]
    written = [file for file in disk.rglob("*") if file.is_file()]
    assert {"drive.jsonl", "drive.jsonl.seals", "drive.asc"} <= {file.name for file in written}
    assert len((disk / "drive.jsonl").read_text().splitlines()) > 8
    assert [file.name for file in written if CANARY.encode() in file.read_bytes()] == []
    assert not [file.name for file in written if CANARY in str(file)]
    assert CANARY not in done.stderr
