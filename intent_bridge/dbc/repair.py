"""Repairs DBC files that readers refuse, where the repair cannot change what a sound part says.

Text in, text out. What a program has written wrongly but unmistakably is written rightly: 29-bit ids without
bit 31, names with a leading digit or a sign, numbers such as `.25`, missing semicolons. What speaks of
something that is not there goes out: comments, value tables, attributes, float types. Statements that are
sound stay as they are, byte for byte. Layouts (overlaps, signals beyond the frame) are never touched.
"""

import re
from typing import Final, NamedTuple

from intent_bridge.dbc.book import Book, Change, Entry
from intent_bridge.dbc.declarations import (
    repair_bus_speed,
    repair_message,
    repair_nodes,
    repair_signal,
)
from intent_bridge.dbc.references import defined_attribute, repair_reference
from intent_bridge.dbc.statements import Statement, split

MAX_READINGS: Final = 9
_BLOCK_COMMENT: Final = re.compile(r'"(?:\\"|[^"])*?"|//[^\n]*|(/\*.*?\*/)', re.DOTALL)


class Repaired(NamedTuple):
    """The text as it should be, and every change on the way, in order of lines."""

    text: str
    changes: tuple[Change, ...]


def repair(text: str) -> Repaired:
    """Repair one DBC file; a sound one comes back unchanged. Never raises.

    One repair can uncover another fault (quotes pair differently), so the text is read until it stays.
    """
    changes: list[Change] = []
    for _ in range(MAX_READINGS):
        made = _read_once(text)
        changes += made.changes
        if made.text == text:
            break
        text = made.text
    return Repaired(text, tuple(sorted(changes, key=lambda change: change.line)))


def _read_once(text: str) -> Repaired:
    book = Book()
    statements = split(_characters(text, book))
    book.attributes |= {
        name
        for s in statements
        if s.kind.startswith("BA_DEF_") and (name := defined_attribute(s.text.strip()))
    }
    declared = _declarations(statements, book)
    pieces = [
        _rewritten(s, None if body is None else repair_reference(s.line, s.kind, body, book))
        for s, body in zip(statements, declared, strict=True)
    ]
    return Repaired("".join(pieces), tuple(book.changes))


def _characters(text: str, book: Book) -> str:
    if text.startswith("\ufeff"):
        book.note(1, "byte-order-mark", "the byte order mark is taken out")
        text = text[1:]
    if "/*" not in text:
        return text

    def blank(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        book.note(text.count("\n", 0, found.start()) + 1, "block-comment", "DBC has no comments like this")
        return "\n" * found[0].count("\n")

    return _BLOCK_COMMENT.sub(blank, text)


def _declarations(statements: list[Statement], book: Book) -> list[str | None]:
    """The bodies of all statements, those of declarations repaired; None for one that has to go."""
    bodies: list[str | None] = []
    entry: Entry | None = None
    for line, kind, text in statements:
        body: str | None = text.strip()
        assert body is not None
        match kind:
            case "BS_":
                body = repair_bus_speed(line, body, book)
            case "BU_":
                body = repair_nodes(line, body, book)
            case "BO_":
                body, entry = repair_message(line, body, book)
            case "SG_":
                body = repair_signal(line, body, entry, book)
            case "NS_" | "VERSION" | "":
                pass
            case _:
                entry = None
        bodies.append(body)
    return bodies


def _rewritten(statement: Statement, body: str | None) -> str:
    """The statement's text with a new body and the old space around it; as many empty lines when it goes."""
    old = statement.text.strip()
    if body == old:
        return statement.text
    if body is None:
        return "\n" * statement.text.count("\n")  # so that line numbers stay those of the original
    start = statement.text.index(old)
    return statement.text[:start] + body + statement.text[start + len(old) :]
