"""Freshness values on disk: kept across restarts, refused when damaged, never lost half-way."""

from pathlib import Path

import pytest

from intent_bridge.codec.secoc import FreshnessCounter
from intent_bridge.errors import TransportError
from intent_bridge.transports.freshness_file import FreshnessFile


def test_values_go_on_after_a_restart_for_each_message_on_its_own(tmp_path: Path) -> None:
    path = tmp_path / "freshness.json"
    used: dict[str, list[int]] = {"SEAT": [], "LIGHT": []}
    for _ in range(3):
        file = FreshnessFile(path)
        for message, count in (("SEAT", 4), ("LIGHT", 1)):
            counter = FreshnessCounter(file.stored(message), file.store(message), block=3)
            used[message] += [counter.take() for _ in range(count)]
    assert used["SEAT"] == [0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15]
    assert used["LIGHT"] == [0, 3, 6]
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("text", ["", "[]", '{"SEAT": -1}', '{"SEAT": "1"}', '{"SEAT": true}', '{"SEAT": 1'])
def test_a_damaged_file_is_refused_and_not_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "freshness.json"
    path.write_text(text)
    with pytest.raises(TransportError, match="restore it, or give the message a new key"):
        FreshnessFile(path)


def test_where_nothing_can_be_written_no_value_is_given(tmp_path: Path) -> None:
    file = FreshnessFile(tmp_path / "gone" / "freshness.json")
    counter = FreshnessCounter(file.stored("SEAT"), file.store("SEAT"))
    with pytest.raises(TransportError, match="nothing is sent"):
        counter.take()
    assert file.stored("SEAT") == 0
