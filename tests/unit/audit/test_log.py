"""The chain: every edit, removal, reorder and torn line shows; a restart continues it."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from intent_bridge.audit import AuditLog, read, verify
from intent_bridge.audit.log import FSYNC_BATCH, LOST_MOST

Damage: TypeAlias = Callable[[list[str]], list[str]]
CHANGED, UNLINKED = "was changed after it was written", "does not follow the record before it"


def write(path: Path, count: int) -> None:
    log = AuditLog(path, fsync="off")
    for number in range(count):
        log.write({"type": "outcome", "n": number})
    log.close()


def test_what_was_written_reads_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 5)
    assert [r["n"] for r in read(path)] == [0, 1, 2, 3, 4]
    assert verify(path) == (5, None)


def test_a_restart_continues_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 2)
    write(path, 2)
    assert verify(path) == (4, None)


def test_a_torn_last_line_is_cut_off_and_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 2)
    with path.open("ab") as file:
        file.write(b'{"type":"outc')
    assert verify(path)[1] is not None
    write(path, 1)
    assert verify(path) == (3, None)


@pytest.mark.parametrize(
    ("damage", "line", "what"),
    [
        (lambda lines: [lines[0].replace('"n":0', '"n":7'), *lines[1:]], 1, CHANGED),
        (lambda lines: [lines[0], *lines[2:]], 2, UNLINKED),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1, UNLINKED),
        (lambda lines: [*lines[:2], "nonsense", lines[2]], 3, "not a record"),
        (lambda lines: [*lines[:2], "[1]", lines[2]], 3, "not a record"),
    ],
    ids=["edit", "removal", "reorder", "garbage", "no record"],
)
def test_every_damage_is_found_at_its_line(tmp_path: Path, damage: Damage, line: int, what: str) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 4)
    path.write_text("\n".join(damage(path.read_text().splitlines())) + "\n")
    broken = verify(path)[1]
    assert broken is not None and (broken.line, broken.what) == (line, what)
    with pytest.raises(ValueError, match=f":{line}: {what}"):
        list(read(path))


def test_an_edit_with_a_recomputed_hash_breaks_the_next_line(tmp_path: Path) -> None:
    from intent_bridge.audit.log import GENESIS, seal

    path = tmp_path / "audit.jsonl"
    write(path, 3)
    lines = path.read_text().splitlines()
    forged, _ = seal(GENESIS, {"type": "outcome", "n": 99})
    path.write_text(forged.decode() + "\n".join(lines[1:]) + "\n")
    broken = verify(path)[1]
    assert broken is not None and broken.line == 2


def test_keys_put_in_another_order_or_given_twice_are_found(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 1)
    whole = path.read_text()
    for changed in (
        whole.replace('"type":"outcome","n":0', '"n":0,"type":"outcome"'),
        whole.replace('"n":0', '"n":7,"n":0'),
        whole.replace('"n":0', '"n": 0'),
    ):
        assert changed != whole
        path.write_text(changed)
        assert verify(path)[1] is not None


def test_a_write_that_the_disk_took_half_of_leaves_the_log_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, fsync="off")
    log.write({"n": 1})
    whole, file = path.read_bytes(), log._file

    class Full:
        """A disk with room for ten bytes."""

        def write(self, line: bytes) -> int:
            return file.write(line[:10])

        def __getattr__(self, name: str) -> object:
            return getattr(file, name)

    monkeypatch.setattr(log, "_file", Full())
    with pytest.raises(OSError, match="No space left"):
        log.write({"n": 2})
    assert path.read_bytes() == whole
    monkeypatch.undo()
    log.write({"n": 3})
    log.close()
    assert verify(path) == (2, None)


def test_a_name_with_half_a_character_is_recorded_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, fsync="off")
    log.write({"call_id": "\ud800"})
    log.close()
    assert verify(path) == (1, None)


def test_each_record_is_on_the_disk_when_fsync_is_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", synced.append)
    log = AuditLog(tmp_path / "a.jsonl", fsync="each")
    log.write({"n": 1})
    log.write({"n": 2})
    assert len(synced) == 2
    log.close()


def test_a_batch_is_synced_when_it_is_full_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", synced.append)
    log = AuditLog(tmp_path / "a.jsonl", fsync="batch")
    for number in range(2 * FSYNC_BATCH + 1):
        log.write({"n": number})
    log.close()
    log.close()
    assert len(synced) == 3


def test_a_batch_begins_anew_when_the_disk_has_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", lambda _: None)
    log = AuditLog(tmp_path / "a.jsonl", fsync="batch")
    before = log._syncing
    for written in range(3 * FSYNC_BATCH):
        log.write({"n": written})
        full = (written + 1) % FSYNC_BATCH == 0
        assert (log._syncing is not before) == full
        before = log._syncing
    log.write({"n": 0})
    log.sync()
    for written in range(FSYNC_BATCH):
        assert log._syncing is None
        log.write({"n": written})
    assert log._syncing is not None
    log.close()


def test_nothing_is_forced_onto_the_disk_when_fsync_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", synced.append)
    write(tmp_path / "a.jsonl", 2 * LOST_MOST)
    assert synced == []


def test_a_record_is_in_the_file_when_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    log = AuditLog(path, fsync="off")
    log.write({"n": 1})
    assert verify(path) == (1, None)
    log.close()


def test_nobody_waits_for_the_disk_before_as_much_again_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, began = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        began.set()
        disk.wait()

    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", slow)
    log = AuditLog(tmp_path / "a.jsonl", fsync="batch")
    for number in range(LOST_MOST - 1):
        log.write({"n": number})  # would hang here
    assert began.wait(10)
    last = threading.Thread(target=log.write, args=({"n": LOST_MOST},))
    last.start()
    last.join(0.05)
    assert last.is_alive()  # a whole batch behind: now it waits
    disk.set()
    last.join(10)
    log.close()
    assert verify(tmp_path / "a.jsonl")[0] == LOST_MOST


def test_a_disk_that_failed_behind_a_batch_is_told_at_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", fails)
    log = AuditLog(tmp_path / "a.jsonl", fsync="batch")
    for number in range(LOST_MOST - 1):
        log.write({"n": number})
    with pytest.raises(OSError, match="the disk is gone"):
        log.write({"n": LOST_MOST})
    with pytest.raises(OSError, match="the disk is gone"):
        log.close()


def test_the_hash_is_that_of_the_lines_own_bytes_so_that_any_tool_can_check_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    log = AuditLog(path, fsync="off")
    log.write({"b": 1, "a": "ü"})
    log.close()
    line = path.read_bytes()
    without, said = line[:-1].split(b',"hash":')
    assert hashlib.sha256(without + b"}").hexdigest() == json.loads(said[:-1])
    assert json.loads(line)["a"] == "ü"
