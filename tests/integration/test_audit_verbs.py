"""`intent-bridge audit`: verify, show, export, replay; and nothing of the user's on the disk."""

import json
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import AuditOptions, read
from intent_bridge.audit.log import GENESIS, seal
from intent_bridge.audit.seals import HmacKey
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.cli.app import main
from intent_bridge.profile import load_profile
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker

PROFILE = load_profile("demo_sedan")
SECRET = b"canary-secret-" + b"k" * 32
DRIVING = {"Vehicle.Speed": 100, "Vehicle.Powertrain.Transmission.SelectedGear": 127}
PACK = """\
pack: {{name: candidate, layer: user, version: 1}}
rules:
- id: candidate.cool
  effect: clamp
  on: [Vehicle.Cabin.HVAC.Station.*.*.Temperature]
  hi: {most} celsius
  hazard: none
  source: a test
  basis: design
  verified: memory
  reason_key: own
"""


def do(car: SimulatedBridge, name: str, **arguments: Any) -> Any:
    return car.handle({"name": name, "arguments": arguments})


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a drive's log, its seals and its key."""
    folder = tmp_path_factory.mktemp("drive")
    (folder / "key").write_bytes(SECRET)
    log = folder / "audit.jsonl"
    with SimulatedBridge(PROFILE, audit=AuditOptions(log, "off", key=HmacKey(SECRET))) as car:
        do(car, "set_cabin_temperature", zone="driver", celsius=26)
        do(car, "set_fan_speed", zone="driver", level=7)
        car.set_state(DRIVING)
        do(car, "set_seat_recline", zone="driver", degrees=40)
        question = do(car, "set_emergency_braking", on=False)
        assert question.status == "denied"
        do(car, "no_such_tool", canary="canary-words")
        car.handle('{"name": "set_fan_speed", "arguments": {"level": "canary-words"}}')
        car.handle("canary-words of a user who told a story")
    return folder


def printed(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> Any:
    assert main(["audit", *command, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_verify_says_how_much_is_sure(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, key = str(drive / "audit.jsonl"), str(drive / "key")
    told = printed(capsys, "verify", log, "--key", key)
    assert told["broken"] is None and told["sealed"] == told["last"] > 5
    assert main(["audit", "verify", log]) == 0
    assert "cannot be told" in capsys.readouterr().out


def test_verify_names_the_line_of_an_edit_and_a_cut(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (drive / "audit.jsonl").read_bytes().splitlines(keepends=True)
    log = tmp_path / "audit.jsonl"
    (tmp_path / "audit.jsonl.seals").write_bytes((drive / "audit.jsonl.seals").read_bytes())
    log.write_bytes(b"".join(lines).replace(b"set_fan_speed", b"set_fun_speed"))
    edited = printed(capsys, "verify", str(log), "--key", str(drive / "key"), code=1)
    assert edited["broken"]["what"] == "was changed after it was written"
    log.write_bytes(b"".join(lines[:-1]))
    cut = printed(capsys, "verify", str(log), "--key", str(drive / "key"), code=1)
    assert "sealed are missing" in cut["broken"]["what"]
    assert main(["audit", "verify", str(log), "--key", str(drive / "key")]) == 1
    assert "BROKEN at" in capsys.readouterr().out


def test_verify_refuses_what_is_no_key_and_no_log(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "short").write_bytes(b"x")
    log = str(drive / "audit.jsonl")
    assert main(["audit", "verify", log, "--key", str(tmp_path / "short")]) == 2
    assert main(["audit", "verify", log, "--key", str(tmp_path / "none")]) == 2
    assert main(["audit", "verify", str(tmp_path / "none.jsonl")]) == 2
    assert "no such log" in capsys.readouterr().err


def test_show_is_a_table_that_can_be_filtered(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = str(drive / "audit.jsonl")
    assert main(["audit", "show", log]) == 0
    table = capsys.readouterr().out
    assert "set_cabin_temperature" in table and "seat.driver" in table and "Temperature=52" in table
    denied = printed(capsys, "show", log, "--status", "denied")
    assert {r["intent"] for r in denied} == {"set_seat_recline", "set_emergency_braking"}
    rule = denied[0]["rules"][0]
    assert printed(capsys, "show", log, "--rule", rule)[0]["rules"] == [*denied[0]["rules"]]
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
    assert {r["intent"] for r in printed(capsys, "show", log, "--path", path)} == {"set_fan_speed"}
    assert len(printed(capsys, "show", log, "--last", "2")) == 2
    assert printed(capsys, "show", log, "--intent", "nothing", code=1) == []


def test_show_tells_the_story_of_one_call(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = drive / "audit.jsonl"
    call = next(r for r in read(log) if r.get("intent") == "set_cabin_temperature")["call_id"]
    assert main(["audit", "show", str(log), "--call", call]) == 0
    story = capsys.readouterr().out
    for words in (
        "asked by      driver",
        "Temperature = 26 Celsius",
        "verdict       allow",
        "frame",
        "became",
    ):
        assert words in story


def test_replay_of_the_group_and_its_short_form_say_the_same(
    drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(drive / "audit.jsonl")
    told = printed(capsys, "replay", log)
    assert told["calls"] >= 2 and told["different"] == 0
    assert main(["replay", log, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told


def edited(drive: Path, folder: Path, kind: str = "intent", **changes: Any) -> str:
    """The log as it would be had the first record of this kind been another one."""
    records = list(read(drive / "audit.jsonl"))
    next(record for record in records if record["type"] == kind).update(changes)
    log, head = folder / "edited.jsonl", GENESIS
    with log.open("wb") as out:
        for record in records:
            line, head = seal(head, {k: v for k, v in record.items() if k not in ("prev", "hash")})
            out.write(line)
    return str(log)


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({"frames": []}, "[['comfort'"),
        ({"running": {"Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature": 99999}}, "[]"),
    ],
)
def test_a_call_that_is_not_sent_again_as_recorded_is_told_with_both(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: Any, again: str
) -> None:
    assert main(["audit", "replay", str(drive / "audit.jsonl")]) == 0
    assert capsys.readouterr().out.endswith("acting calls decided again, 0 different\n")
    assert main(["audit", "replay", edited(drive, tmp_path, **changes)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("set_cabin_temperature: allow now") and told[1].startswith("  recorded [")
    assert told[2].startswith(f"  again    {again}") and told[3].endswith(" 1 different")


def test_the_story_of_a_call_tells_its_rules_and_values_of_no_unit(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes: dict[str, Any] = {"requested": [["Vehicle.No", 3]], "rules": ["some.rule"], "human_yes": True}
    log = edited(drive, tmp_path, **changes)
    call = next(r for r in read(drive / "audit.jsonl") if r.get("intent") == "set_cabin_temperature")[
        "call_id"
    ]
    assert main(["audit", "show", log, "--call", call]) == 0
    story = capsys.readouterr().out
    for words in (
        "wanted        Vehicle.No = 3\n",
        "rule          some.rule",
        "verdict       allow after a yes",
    ):
        assert words in story


def test_a_log_that_names_no_vehicle_needs_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    assert main(["audit", "replay", str(tmp_path / "empty.jsonl")]) == 2
    assert "the log names no vehicle" in capsys.readouterr().err


# --- the fleet ----------------------------------------------------------------------------------------


@pytest.fixture
def packs(tmp_path: Path) -> list[str]:
    """The vehicle's packs and one that cools, as options."""
    file = tmp_path / "candidate.yaml"
    file.write_text(PACK.format(most=20))
    return [word for name in (*PROFILE.file.packs, str(file)) for word in ("--against", name)]


def test_the_vehicles_own_packs_differ_nowhere(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    own = [word for name in PROFILE.file.packs for word in ("--against", name)]
    told = printed(capsys, "replay", str(drive / "audit.jsonl"), *own)
    assert told["judged"] == told["same"] == 4


def test_a_stricter_candidate_is_reported_with_its_rule_and_an_example(
    drive: Path, packs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    told = printed(capsys, "replay", str(drive / "audit.jsonl"), *packs, code=1)
    assert (told["stricter"], told["looser"], told["rules"]) == (1, 0, {"stricter": {"candidate.cool": 1}})
    assert told["examples"]["stricter"][0]["candidate"][:2] == [
        "clamp",
        [["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 40]],
    ]
    assert main(["audit", "replay", str(drive / "audit.jsonl"), *packs]) == 1
    assert "1 stricter" in capsys.readouterr().out


def test_a_looser_candidate_shows_on_calls_that_were_held_back(
    drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    fewer = [word for name in PROFILE.file.packs if name != "base" for word in ("--against", name)]
    told = printed(capsys, "replay", str(drive / "audit.jsonl"), *fewer, code=1)
    assert told["looser"] >= 1
    assert any(rule.startswith("seat.") for rule in told["rules"]["looser"])


def test_exported_logs_are_judged_by_several_processes_alike(
    drive: Path, packs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    log, out = str(drive / "audit.jsonl"), str(tmp_path / "fleet.parquet")
    done = printed(capsys, "export", log, log, "--out", out)
    assert done["records"] == 2 * len(list(read(drive / "audit.jsonl")))
    assert main(["audit", "replay", out, *packs]) == 2
    assert "give --vehicle" in capsys.readouterr().err
    one = printed(capsys, "replay", out, "--vehicle", "demo_sedan", *packs, code=1)
    two = printed(capsys, "replay", out, "--vehicle", "demo_sedan", *packs, "--jobs", "2", code=1)
    assert one == two and one["judged"] == 8


def test_a_dask_cluster_judges_alike(
    drive: Path, packs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    distributed = pytest.importorskip("distributed")
    out = str(tmp_path / "fleet.parquet")
    printed(capsys, "export", str(drive / "audit.jsonl"), "--out", out)
    here = printed(capsys, "replay", out, "--vehicle", "demo_sedan", *packs, code=1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = printed(
            capsys,
            "replay", out, "--vehicle", "demo_sedan", *packs, "--cluster", cluster.scheduler_address,
            code=1,
        )  # fmt: skip
    assert here == there


def test_without_the_extra_one_line_says_what_to_install(
    drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    log, out = str(drive / "audit.jsonl"), str(tmp_path / "x.parquet")
    assert main(["audit", "export", log, "--out", out]) == 2
    assert "pip install 'intent-bridge[fleet]'" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    assert main(["audit", "replay", log, "--against", "base", "--cluster", "tcp://127.0.0.1:1"]) == 2
    assert "pip install 'intent-bridge[fleet]'" in capsys.readouterr().err


def test_what_is_no_record_is_neither_exported_nor_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    out, no_file = str(tmp_path / "x.parquet"), str(tmp_path / "gone.jsonl")
    assert main(["audit", "export", no_file, "--out", out]) == 2
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    bad = str(tmp_path / "bad.parquet")
    assert main(["audit", "replay", bad, "--vehicle", "demo_sedan", "--against", "base"]) == 2
    assert capsys.readouterr().err.count("the audit log cannot be read") == 2


def test_calls_of_another_vehicle_are_counted_and_not_judged(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    log = edited(drive, tmp_path, "session", vehicle="carbench_ev")
    command = ["audit", "replay", log, "--vehicle", "demo_sedan", "--against", "base"]
    assert main(command) == 0
    assert "not judged: of another vehicle" in capsys.readouterr().out


# --- what is not there --------------------------------------------------------------------------------


def test_no_words_and_no_secrets_are_anywhere_on_the_disk(tmp_path: Path) -> None:
    """Everything a bridge was told by a model or by its host, and its keys: searched for in every file."""
    canary = "canary7c1d"
    (tmp_path / "key").write_bytes(canary.encode() + b"-secret-of-the-seals-0123456789abcdef")
    folder = tmp_path / "disk"
    folder.mkdir()
    key = HmacKey((tmp_path / "key").read_bytes())
    who = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE, untrusted_text=True)
    with SimulatedBridge(PROFILE, audit=AuditOptions(folder / "a.jsonl", max_bytes=5_000, key=key)) as car:
        tokens = []
        for n in range(90):
            do(car, "set_fan_speed", zone="driver", level=3 + n % 2)
            do(car, canary, **{canary: canary})
            car.handle({"name": "set_fan_speed", "arguments": {"level": canary, "note": canary}}, who)
            car.handle({"name": "set_fan_speed", "arguments": {"zone": canary, "level": 3}})
            car.handle(f'{{"name": "set_fan_speed", "arguments": {{"{canary}": 1}}}}')
            car.handle(f"{canary} please", who)
            question = do(car, "set_emergency_braking", on=False)
            if question.confirmation is not None:
                tokens.append(question.confirmation.token)
                car.confirm(tokens[-1], False)
            car.advance_ms(400)
    assert tokens
    on_disk = b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    assert len(on_disk) > 10_000
    assert canary.encode() not in on_disk
    for token in tokens:
        assert token.encode() not in on_disk
