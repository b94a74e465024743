"""Keys of the command line come from a folder, by name, and are never shown."""

from pathlib import Path

import pytest

from intent_bridge.cli.exits import UsageProblem
from intent_bridge.cli.secoc import VARIABLE, secoc_options


def test_keys_come_by_name_from_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert secoc_options() == {}
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "body.key").write_text("00112233445566778899aabbccddeeff\n")
    options = secoc_options()
    assert options["keys"]("body") == bytes.fromhex("00112233445566778899aabbccddeeff")
    assert options["freshness"] == tmp_path / "freshness.json"
    with pytest.raises(KeyError):
        options["keys"]("other")


def test_a_key_that_cannot_be_read_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "body.key").write_text("0011SECRET")
    with pytest.raises(UsageProblem, match=r"body\.key holds no key") as caught:
        secoc_options()["keys"]("body")
    assert "SECRET" not in str(caught.value)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(UsageProblem, match="there is no folder"):
        secoc_options()
