"""Audit logs as Parquet, one row per record, for whoever counts over many vehicles. Needs the extra `fleet`.

The columns are what one filters by; `record` is the whole record, as it stands in the log.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from intent_bridge.audit.chain import read

ROWS_PER_GROUP = 20_000
"""A row group is what one process reads at a time."""
MISSING = "Parquet needs the extra `fleet`: pip install 'intent-bridge[fleet]'"
TEXTS = (
    "log",
    "type",
    "session",
    "call_id",
    "intent",
    "vehicle",
    "profile",
    "policy",
    "decision",
    "status",
    "code",
)


class ExtraMissing(ImportError):
    """A library of the extra `fleet` is not installed."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    records: int
    bytes: int


def export(logs: Iterable[Path], out: Path) -> Exported:
    """Write the records of unbroken logs into one Parquet file. ValueError names where a chain breaks."""
    pa, pq = library()
    words, text = pa.dictionary(pa.int32(), pa.string()), pa.string()
    schema = pa.schema(
        [
            *((name, text if name == "call_id" else words) for name in TEXTS),
            ("number", pa.int64()),
            ("at_ms", pa.int64()),
            ("rules", pa.list_(text)),
            ("record", text),
        ]
    )  # fmt: skip
    count, rows = 0, _rows(logs)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(rows, ROWS_PER_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema))
            count += len(group)
    return Exported(count, out.stat().st_size)


def _rows(logs: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for log in logs:
        session: Mapping[str, Any] = {}
        for number, record in enumerate(read(log), 1):
            if record["type"] == "session":
                session = record
            told = {**record, **record.get("asked", {})}
            row: dict[str, Any] = {name: str(told.get(name, "")) for name in TEXTS}
            row["log"] = log.name
            for name in ("vehicle", "profile", "policy"):
                row[name] = str(record.get(name) or session.get(name, ""))
            row["number"], row["at_ms"] = number, int(record.get("at_ms", 0))
            row["rules"] = record.get("rules", [])
            row["record"] = to_json(record).decode()
            yield row


def library() -> tuple[Any, Any]:
    """pyarrow and its Parquet module; ExtraMissing with the mend."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise ExtraMissing(MISSING) from None
