"""`dbc map`: DBC files of an unknown car in, a first profile for a person to finish out."""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.dbc import load_dbc
from intent_bridge.dbc.vss import Draft, Entry, draft, profile_text


def map_files(texts: Mapping[Path, str], driver_side: str, out: Path | None, *, as_json: bool) -> int:
    """Propose, and write the profile to `out` or standard output; what was found goes to standard error."""
    if driver_side not in ("left", "right"):
        raise UsageProblem(f"`{driver_side}` is no side", "give --driver-side left or right")
    files = {_bus_name(file, texts): file for file in texts}
    buses = {name: load_dbc(texts[file], file).database for name, file in files.items()}
    found = draft(buses, "left" if driver_side == "left" else "right")
    if as_json:
        print(json.dumps(_report(found, files), ensure_ascii=False))
    else:
        text = profile_text(found, files)
        if out is None:
            print(text, end="")
        else:
            _write(out, text)
        print(_summary(found), file=sys.stderr)
    return Exit.OK if any(e.confidence != "guess" for e in found.entries) else Exit.NO


def _bus_name(file: Path, texts: Mapping[Path, str]) -> str:
    """The file's own name; with its folder where two files have the same."""
    alone = sum(other.stem == file.stem for other in texts) == 1
    return file.stem if alone else f"{file.parent.name}_{file.stem}"


def _summary(found: Draft) -> str:
    signals = sum(len(m.signals) for database in found.buses.values() for m in database.messages)
    levels = Counter(e.confidence for e in found.entries)
    actuators = sum(e.is_actuator and e.confidence != "guess" for e in found.entries)
    return (
        f"{signals} signals: {levels['sure']} paths sure, {levels['likely']} likely, "
        f"{levels['guess']} only guessed (comments); "
        f"{actuators} of them proposed as actuators. Every TODO is yours."
    )


def _report(found: Draft, files: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "buses": {name: str(file) for name, file in files.items()},
        "driver_side": found.driver_side,
        "entries": [_entry(entry) for entry in found.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "path": entry.path,
        "confidence": entry.confidence,
        "actuator": entry.is_actuator,
        "withheld": entry.withheld,
        "signals": [
            {"signal": g.ref, "role": g.role, "worth": round(g.worth, 2), "because": list(g.because)}
            for g in entry.guesses
        ],
        "rivals": list(entry.rivals),
    }


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"`{file}` cannot be written: {error.strerror}", "give another --out") from error
