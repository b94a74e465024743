"""Freshness values on disk: kept across restarts, refused when damaged, never lost half-way."""

from pathlib import Path

import pytest

from intent_bridge.errors import TransportError
from intent_bridge.transports.freshness_file import LAG_MAX, FreshnessFile

BLOCK = 50


def test_no_value_comes_twice_whenever_the_process_dies(tmp_path: Path) -> None:
    path, used = tmp_path / "freshness.json", list[int]()
    for frames in (4, 0, BLOCK + 1, 1):
        file = FreshnessFile(path)
        first = file.values().get("SEAT", 0)
        for value in range(first, first + frames):
            file.reserve("SEAT", value + 1, BLOCK)
            used.append(value)
    assert len(set(used)) == len(used) == BLOCK + 6 and used == sorted(used)
    assert not list(tmp_path.glob("*.new"))


def test_what_was_heard_is_written_now_and_then_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "freshness.json"
    file = FreshnessFile(path)
    file.heard({"STATUS": LAG_MAX - 1})
    assert FreshnessFile(path).values() == {}
    file.heard({"STATUS": LAG_MAX})
    assert FreshnessFile(path).values() == {"STATUS": LAG_MAX}
    file.heard({"STATUS": LAG_MAX + 1}, now=True)
    assert FreshnessFile(path).values() == {"STATUS": LAG_MAX + 1}


@pytest.mark.parametrize("text", ["", "[]", '{"SEAT": -1}', '{"SEAT": "1"}', '{"SEAT": true}', '{"SEAT": 1'])
def test_a_damaged_file_is_refused_and_not_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "freshness.json"
    path.write_text(text)
    with pytest.raises(TransportError, match="restore it, or give the message a new key"):
        FreshnessFile(path)


def test_where_nothing_can_be_written_no_value_is_given(tmp_path: Path) -> None:
    file = FreshnessFile(tmp_path / "gone" / "freshness.json")
    with pytest.raises(TransportError, match="nothing is sent"):
        file.reserve("SEAT", 1, BLOCK)
    assert file.values() == {}
