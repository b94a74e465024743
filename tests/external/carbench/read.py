"""Reads the benchmark's files, which stay outside of this repository."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.external.carbench.plain_car import Call

Record = Mapping[str, Any]


def records(folder: Path, pattern: str) -> Iterator[Record]:
    """The lines of every file that fits, in order of name."""
    for file in sorted(folder.glob(pattern)):
        with file.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def calls_of(actions: Sequence[Record], weather: Mapping[str, str]) -> list[Call]:
    """A sequence of actions, each a step of its own; what the weather was comes from recorded look-ups."""
    out = []
    for n, action in enumerate(actions):
        given = _arguments(action.get("arguments"))
        condition = (
            weather.get(str(given.get("location_or_poi_id"))) if action["name"] == "get_weather" else None
        )
        out.append(Call(action["name"], given, n, condition))
    return out


def run_of(record: Record) -> list[Call]:
    """The calls of a recorded run that its own car carried out, with the steps they were made in."""
    out = []
    for n, step in enumerate(record.get("steps") or ()):
        for call in step.get("calls") or ():
            if call.get("result_status") in (None, "SUCCESS") and not _failed(call):
                out.append(Call(call["name"], _arguments(call.get("arguments")), n, _condition(call)))
    return out


def weather_of(folder: Path) -> dict[str, str]:
    """Place -> the weather there, as any recorded run has looked it up."""
    found = {}
    for record in records(folder, "llm_runs*.jsonl"):
        for call in run_of(record):
            if call.condition is not None:
                found[str(call.arguments.get("location_or_poi_id"))] = call.condition
    return found


def removed_of(record: Record) -> tuple[list[str], list[str]]:
    """What a task takes out: tools and parameters, and entries of answers."""
    parts = [str(part) for part in record.get("removed_part") or ()]
    dark = [part.split(".", 2)[2] for part in parts if part.startswith("result.")]
    return [part for part in parts if not part.startswith("result.")], dark


def _failed(call: Record) -> bool:
    return call.get("result_status") is None and str(call.get("result") or "").startswith("Error")


def _condition(call: Record) -> str | None:
    if call.get("name") != "get_weather":
        return None
    try:
        found = json.loads(call.get("result") or "null")["result"]["current_slot"]["condition"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(found)


def _arguments(given: object) -> Mapping[str, Any]:
    found = json.loads(given) if isinstance(given, str) and given.strip() else given
    return found if isinstance(found, Mapping) else {}
