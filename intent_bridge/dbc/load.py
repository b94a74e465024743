"""Reads a DBC file, repaired first, and says which messages cannot be used and why."""

import re
from pathlib import Path
from typing import Final, NamedTuple

import cantools
from cantools.database.can import Database

from intent_bridge.dbc.book import Change
from intent_bridge.dbc.repair import repair
from intent_bridge.errors import Problem, ProfileError

_AT_LINE: Final = re.compile(r"at line (\d+)")


class Loaded(NamedTuple):
    """The database of a file, and what had to be repaired for it."""

    database: Database
    changes: tuple[Change, ...]


def load_dbc(text: str, file: Path = Path("the text")) -> Loaded:
    """Repair and read a DBC file. ProfileError, naming `file`, when no repair makes it readable.

    Messages with overlapping signals are read too; they are refused one by one where they are compiled.
    """
    repaired = repair(text)
    try:
        database = cantools.database.load_string(repaired.text, "dbc", strict=False)
    except (cantools.Error, ValueError, KeyError) as error:  # it leaks the last two for wrong numbers, names
        raise ProfileError([unreadable(error, file)]) from error
    assert isinstance(database, Database)
    return Loaded(database, repaired.changes)


def unreadable(error: Exception, file: Path) -> Problem:
    """Why a repaired file still cannot be read. Lines of a repaired text are those of the original."""
    what = " ".join(str(error).removeprefix("DBC: ").strip('"').split())
    line = _AT_LINE.search(what)
    return Problem(file, int(line[1]) if line else None, what, "mend it by hand")


def read_text(file: Path) -> str:
    """A file's text, in UTF-8 or else in the Windows code page that most editors of DBC files write."""
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
