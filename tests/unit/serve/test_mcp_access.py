"""Who may connect over MCP: the host's file, tokens, and how often."""

import hashlib
from pathlib import Path

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.serve.mcp_access import load_access, open_access
from intent_bridge.serve.mcp_rate import MAX_KEYS, Rate
from intent_bridge.serve.mcp_token import main as new_token
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker


def written(folder: Path, text: str) -> Path:
    path = folder / "access.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_without_a_word_from_the_host_a_client_is_nobody_and_its_words_are_not_trusted() -> None:
    assert open_access().stdio.who == Provenance(Speaker.APP, SeatZone.UNKNOWN, Channel.APP, True)
    assert open_access().stdio.confirm == frozenset()


def test_a_new_token_opens_the_door_it_was_made_for_and_its_file_does_not_hold_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_token(["cockpit", "climate", "read"]) == 0
    shown = capsys.readouterr()
    token = shown.err.split()[-1]
    path = written(tmp_path, "clients:\n" + shown.out)
    access = load_access(path)
    client = access.client_of(token)
    assert client is not None and client.name == "cockpit"
    assert sorted(client.scopes) == ["climate", "read"]
    assert access.client_of(token[:-1]) is None and access.client_of("") is None
    assert token not in path.read_text(encoding="utf-8")


def test_a_token_can_be_made_for_real_domains_only(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["cockpit", "everything"], []):
        assert new_token(wrong) == 2
        assert "climate" in capsys.readouterr().err


HASH = hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clients: [{name: a, token_sha256: short}]", "token_sha256"),
        (f"clients: [{{name: a, token_sha256: {HASH}, scopes: [brakes]}}]", "scopes"),
        (f"clients: [{{name: a, token_sha256: {HASH}, admin: true}}]", "admin"),
        (f"clients: [{{name: a, token_sha256: {HASH}, from: {{speaker: god}}}}]", "speaker"),
        (f"clients: [{{name: a, token_sha256: {HASH}}}, {{name: b, token_sha256: {HASH}}}]", "twice"),
        ("clients: [", "access.yaml:"),
    ],
)
def test_a_mistake_in_the_access_file_is_named_and_nobody_gets_in(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ProfileError, match=said):
        load_access(written(tmp_path, text))


def test_an_access_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "clients: []")
    path.chmod(0o666)
    with pytest.raises(ProfileError, match="others may write"):
        load_access(path)


def test_a_rate_lets_a_burst_through_and_then_as_many_as_fit_the_minute() -> None:
    rate = Rate(burst=5)
    assert [rate.takes("a", 60, 0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [rate.takes("a", 60, 1000) for _ in range(2)] == [True, False]
    assert rate.takes("b", 60, 0)


def test_only_so_many_clients_are_counted_the_newest() -> None:
    rate = Rate(burst=1)
    assert all(rate.takes(f"client{n}", 60, 0) for n in range(MAX_KEYS))
    assert not rate.takes("client1", 60, 0)
    assert rate.takes("one more", 60, 0)  # the one seen longest ago is forgotten for it
    assert rate.takes("client0", 60, 0)
    assert not rate.takes("one more", 60, 0) and not rate.takes(f"client{MAX_KEYS - 1}", 60, 0)
