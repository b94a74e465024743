"""After a restart: which call ids of a session have been used, and which were cut off in the middle."""

from pathlib import Path

from intent_bridge.audit import read
from intent_bridge.types import Outcome, Status


def recover(path: Path, session: str) -> list[Outcome]:
    """Outcomes of a session's calls so far. An intent without outcome answers `error`, never acts again."""
    found: dict[str, Outcome] = {}
    for record in read(path):
        if record.get("session") != session:
            continue
        call_id = str(record.get("call_id", ""))
        if record["type"] == "intent":
            found[call_id] = Outcome(call_id, str(record["intent"]), Status.ERROR, "interrupted")
        elif record["type"] == "outcome":
            intent = str(record.get("intent", ""))
            found[call_id] = Outcome(call_id, intent, Status(record["status"]), str(record["code"]))
    return list(found.values())
