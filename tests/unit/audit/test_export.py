"""Logs as Parquet: one row per record, with what one filters by."""

import json
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import AuditLog, read
from intent_bridge.audit import export as export_module
from intent_bridge.audit.export import export

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

SESSION = {"type": "session", "vehicle": "v", "profile": "p", "policy": "old", "at_ms": 5}
INTENT = {
    "type": "intent",
    "at_ms": 6,
    "call_id": "1",
    "intent": "set_fan_speed",
    "session": "s",
    "policy": "new",
    "decision": "clamp",
    "rules": ["a", "b"],
}
OUTCOME = {
    "type": "outcome",
    "call_id": "1",
    "status": "denied",
    "code": "rule",
    "asked": {"decision": "deny"},
}


def log(path: Path, *bodies: dict[str, Any]) -> Path:
    written = AuditLog(path, fsync="off")
    for body in bodies:
        written.write(body)
    written.close()
    return path


def test_a_row_says_of_its_record_where_it_stands_and_what_it_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "ROWS_PER_GROUP", 2)
    first = log(tmp_path / "one.jsonl", SESSION, INTENT, OUTCOME)
    second = log(tmp_path / "two.jsonl", OUTCOME)
    out = tmp_path / "fleet.parquet"
    done = export([first, second], out)
    assert (done.records, done.bytes) == (4, out.stat().st_size)
    file = pq.ParquetFile(out)
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [2, 2]
    rows = file.read().to_pylist()
    nothing = dict.fromkeys(export_module.TEXTS, "")
    of_car = nothing | {"log": "one.jsonl", "vehicle": "v", "profile": "p", "policy": "old", "rules": []}
    expected = [
        of_car | {"type": "session", "number": 1, "at_ms": 5},
        of_car
        | {name: INTENT[name] for name in ("type", "call_id", "intent", "session", "policy", "decision")}
        | {"number": 2, "at_ms": 6, "rules": ["a", "b"]},
        of_car
        | {name: OUTCOME[name] for name in ("type", "call_id", "status", "code")}
        | {"decision": "deny", "number": 3, "at_ms": 0},
        nothing
        | {name: OUTCOME[name] for name in ("type", "call_id", "status", "code")}
        | {"log": "two.jsonl", "decision": "deny", "number": 1, "at_ms": 0, "rules": []},
    ]
    texts = [row.pop("record") for row in rows]
    assert rows == expected
    assert [json.loads(text) for text in texts] == [*read(first), *read(second)]


def test_words_that_come_again_and_again_are_kept_once_and_the_file_is_packed(tmp_path: Path) -> None:
    out = tmp_path / "fleet.parquet"
    export([log(tmp_path / "one.jsonl", SESSION, INTENT, OUTCOME)], out)
    file = pq.ParquetFile(out)
    kinds = {field.name: pa.types.is_dictionary(field.type) for field in file.schema_arrow}
    assert {name for name in export_module.TEXTS if not kinds[name]} == {"call_id"}
    column = file.metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
