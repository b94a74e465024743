"""Everything that is wrong with a DBC file, or missing from it, with its line.

Three levels. `error`: a message or the whole file cannot be used, and only a person can mend it. `repair`:
`intent-bridge dbc repair` mends it. `note`: a profile has to say what the file does not.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import cantools
from cantools.database.can import Database, Message

from intent_bridge.codec.layout import layout
from intent_bridge.dbc.book import clean_name
from intent_bridge.dbc.load import unreadable
from intent_bridge.dbc.repair import repair
from intent_bridge.dbc.statements import split
from intent_bridge.errors import SignalError

Level: TypeAlias = Literal["error", "repair", "note"]


class Finding(NamedTuple):
    """One thing to know. `line` is None where it concerns the whole file."""

    line: int | None
    level: Level
    rule: str
    what: str


def lint(text: str, file: Path = Path("the text")) -> tuple[Finding, ...]:
    """Examine one DBC file; findings in order of lines. Never raises."""
    repaired = repair(text)
    found = [Finding(line, "repair", rule, what) for line, rule, what in repaired.changes]
    try:
        database = cantools.database.load_string(repaired.text, "dbc", strict=False)
    except (cantools.Error, ValueError, KeyError) as error:
        problem = unreadable(error, file)
        found.append(Finding(problem.line, "error", "unreadable", problem.what))
    else:
        assert isinstance(database, Database)
        found += _messages(database, _message_lines(repaired.text))
    return tuple(sorted(found, key=lambda finding: finding.line or 0))


def _message_lines(text: str) -> dict[str, int]:
    lines = {}
    for line, kind, body in split(text):
        if kind == "BO_" and len(words := body.replace(":", " ").split()) > 2:
            lines[clean_name(words[2])] = line
    return lines


def _messages(database: Database, lines: Mapping[str, int]) -> Iterator[Finding]:
    owners: dict[tuple[int, bool], str] = {}
    for message in database.messages:
        line = lines.get(message.name)
        owner = owners.setdefault((message.frame_id, message.is_extended_frame), message.name)
        if owner != message.name:
            what = f"{message.name} has the frame id {message.frame_id:#x} of {owner}"
            yield Finding(line, "error", "shared-id", what)
        try:
            layout(message)
        except SignalError as error:
            yield Finding(line, "error", "layout", str(error))
        yield from _notes(message, line)
    if database.messages and all(m.cycle_time is None for m in database.messages):
        yield Finding(None, "note", "no-cycle-times", "no message has a GenMsgCycleTime")


def _notes(message: Message, line: int | None) -> Iterator[Finding]:
    no_range = [s.name for s in message.signals if s.minimum is None and s.maximum is None and not s.choices]
    if no_range:
        shown = ", ".join(no_range[:4]) + (", …" if len(no_range) > 4 else "")
        count = f"{len(no_range)} of {len(message.signals)}"
        yield Finding(line, "note", "no-range", f"{message.name}: {count} signals have no range: {shown}")
    for signal in message.signals:
        names = [str(name) for name in (signal.choices or {}).values()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            what = f"{message.name}.{signal.name}: `{twice[0]}` names several raw numbers; it cannot be sent"
            yield Finding(line, "note", "ambiguous-name", what)
