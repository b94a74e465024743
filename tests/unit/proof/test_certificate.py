"""What remains of a proof lies where it is looked for, and speaks only for what was proved."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.guard.proof import certificate as read_back
from intent_bridge.guard.proof import certify
from intent_bridge.guard.proof.prover import Report

from .planted import sedan


@pytest.fixture(autouse=True)
def proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it holds; the proof itself is not what is asked here."""
    monkeypatch.setattr(
        sys.modules[certify.__module__], "prove", lambda profile, rules: Report({"a.claim": 3}, (), 7)
    )


def test_a_certificate_is_kept_in_a_folder_that_need_not_be_there_and_may(tmp_path: Path) -> None:
    for _ in range(2):
        made, report = certify(*sedan(), tmp_path / "not" / "yet")
        assert made is not None and (made.claims, made.questions) == ({"a.claim": 3}, report.questions)
        assert read_back(*sedan(), tmp_path / "not" / "yet") == made
    (file,) = (tmp_path / "not" / "yet" / "proofs").iterdir()
    assert made is not None and file.stem == made.key


@pytest.mark.parametrize("changes", [{"key": "0" * 64}, {"rules": "0" * 64}, {"more": 1}, None])
def test_a_certificate_of_something_else_is_none(tmp_path: Path, changes: dict[str, object] | None) -> None:
    made, _ = certify(*sedan(), tmp_path)
    assert made is not None
    file = tmp_path / "proofs" / f"{made.key}.json"
    given = json.loads(file.read_text(encoding="utf-8"))
    file.write_text("{" if changes is None else json.dumps(given | changes), encoding="utf-8")
    assert read_back(*sedan(), tmp_path) is None


def test_certificates_lie_in_the_cache_that_is_named_else_in_that_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTENT_BRIDGE_CACHE", str(tmp_path / "named"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert read_back(*sedan()) is None
    certify(*sedan())
    assert [file.parent for file in tmp_path.rglob("*.json")] == [tmp_path / "named" / "proofs"]
    monkeypatch.delenv("INTENT_BRIDGE_CACHE")
    assert read_back(*sedan()) is None
    certify(*sedan())
    assert (tmp_path / "home" / ".cache" / "intent_bridge" / "proofs").is_dir()
