"""`intent-bridge policy` about packs as files: what it prints and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intent_bridge import Bridge
from intent_bridge.cli.app import main

COOL = """\
pack: {name: own, layer: user, version: 2, looser: {version: 2, approver: A. Person, reason: measured}}
rules:
- id: own.cool
  effect: clamp
  on: [Vehicle.Cabin.HVAC.Station.*.*.Temperature]
  hi: 20 celsius
  hazard: none
  source: a test
  basis: design
  verified: memory
  reason_key: own
"""

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_one(*arguments: str | Path) -> tuple[int, str]:
        code = main(["policy", *map(str, arguments)])
        out = capsys.readouterr()
        return code, out.out + out.err

    return run_one


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.yaml"
    file.write_text(COOL, encoding="utf-8")
    return file


def packs(*files: str | Path) -> list[str]:
    return [word for file in files for word in ("--pack", str(file))]


def document(run: Run, *arguments: str | Path) -> Any:
    return json.loads(run(*arguments, "--json")[1])


def test_the_status_names_every_pack_and_how_sure_it_is(run: Run, own: Path) -> None:
    code, text = run("status", "demo_sedan", *packs("base", "eu", "oem.yaml", own))
    assert code == 0
    for words in ("base   base version", "market eu version 1", "oem    demo_sedan", "user   own version 2"):
        assert words in text
    assert "approved by A. Person" in text and "not signed" in text and "memory" in text
    found = document(run, "status", "demo_sedan", *packs("base", own))["packs"]
    assert [pack["layer"] for pack in found] == ["base", "user"]
    assert (found[1]["rules"], found[1]["verified"]) == (1, {"memory": 1})


def test_sound_packs_pass_the_check_and_others_say_where(run: Run, own: Path) -> None:
    assert run("check", "demo_sedan") == (0, run("check", "demo_sedan")[1])
    assert "packs sound" in run("check", "demo_sedan")[1]
    assert document(run, "check", "demo_sedan", *packs("base"))["fault"] == ""
    own.write_text(COOL.replace("20 celsius", "20 mm"), encoding="utf-8")
    code, text = run("check", "demo_sedan", *packs("base", own))
    assert code == 3
    assert f"{own}:6" in text


def test_what_a_vehicle_cannot_check_is_a_warning(run: Run, own: Path) -> None:
    lacking = COOL.replace("layer: user", "layer: base").replace(
        "rules:",
        "names:\n  Vehicle.Tilt: {type: number, unit: percent}\n"
        "plausible:\n- {id: own.tilt, doubts: [Vehicle.Tilt], jump: 5 %, within_ms: 10, hazard: h, "
        "source: s, basis: design, verified: memory}\nrules:",
    )
    own.write_text(lacking, encoding="utf-8")
    code, text = run("check", "demo_sedan", *packs(own))
    assert (code, "warning: `own.tilt` is not checked" in text) == (0, True)


def test_a_reload_is_rehearsed_and_says_why_not(run: Run, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intent_bridge.guard.reload.proved", lambda profile, guard: "")
    whole = packs("base", "oem.yaml", own)
    code, text = run("reload", "demo_sedan", *whole)
    assert (code, text.startswith("taken: policy ")) == (0, True)
    code, text = run("reload", "demo_sedan", *whole, "--set", "Vehicle.Speed=30")
    assert (code, ": park: " in text) == (1, True)
    assert document(run, "reload", "demo_sedan", *packs("base"))["step"] == "layers"


def test_a_pack_is_signed_and_verified(run: Run, own: Path, tmp_path: Path) -> None:
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    from cryptography.hazmat.primitives import serialization as s

    key = ed25519.Ed25519PrivateKey.generate()
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
    assert run("verify-signature", own, "--key", public)[0] == 1
    assert run("sign", own, "--key", private) == (0, f"{own}.sig\n")
    assert run("verify-signature", own, "--key", public) == (0, "own.yaml is signed by one of the keys\n")
    assert run("sign", own, "--key", own)[0] == 2
    assert run("verify-signature", own, "--key", own)[0] == 2
    assert run("verify-signature", own)[0] == 2
    assert run("sign", tmp_path / "none.yaml", "--key", private)[0] == 2
    reloaded = ["reload", "demo_sedan", *packs("base", own), "--key", str(private)]
    assert document(run, *reloaded)["step"] == "layers"


def test_a_shadow_of_a_drive_prints_where_it_differs(run: Run, own: Path, tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    with Bridge.simulated("demo_sedan", audit=log) as bridge:
        for celsius in (19, 26):
            call = {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": celsius}}
            bridge.handle(call)
    assert run("shadow", "demo_sedan", log) == (0, "2 acting calls judged twice, 0 differently\n")
    code, text = run("shadow", "demo_sedan", log, *packs("base", "oem.yaml", own))
    assert code == 1
    assert "candidate clamp: Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature = 40 (own.cool)" in text
    found = document(run, "shadow", "demo_sedan", log, *packs("base", "oem.yaml", own))
    assert (found["calls"], len(found["different"])) == (2, 1)
