"""A DBC file as its statements, each with its line; joined again they are the same text, byte for byte."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

_UNUSED = "CAT_DEF_ CAT_ FILTER BA_DEF_SGTYPE_ BA_SGTYPE_ SGTYPE_ SGTYPE_VAL_ SIG_TYPE_REF_ SIGTYPE_VALTYPE_"
_ATTRIBUTES = "BA_DEF_ BA_DEF_DEF_ BA_DEF_REL_ BA_DEF_DEF_REL_ BA_ BA_REL_"
_OTHERS = "CM_ EV_ ENVVAR_DATA_ VAL_ VAL_TABLE_ SIG_GROUP_ SIG_VALTYPE_ SG_MUL_VAL_ BO_TX_BU_"

UNREAD: Final = frozenset(_UNUSED.split())
"""Statements without a say in where signals lie or what they mean; most readers stop at them."""

ENDS_WITH_SEMICOLON: Final = frozenset(f"{_UNUSED} {_ATTRIBUTES} {_OTHERS}".split())
_KINDS: Final = ENDS_WITH_SEMICOLON | {"VERSION", "NS_", "BS_", "BU_", "BO_", "SG_"}
_START: Final = re.compile(rf"[ \t]*({'|'.join(sorted(_KINDS, key=len, reverse=True))})(?=[\s:\"]|$)")
_AFTER_NS: Final = re.compile(r"[ \t]*(?:(?:BS_|BU_)[ \t]*:|BO_[ \t]+\d)")
_PIECE: Final = re.compile(r'"(?:\\"|[^"])*?"|//[^\n]*|[^"/]+|.', re.DOTALL)
_LINE_END: Final = re.compile(r'"(?:\\"|[^"])*?"|//[^\n]*|\n', re.DOTALL)


class Statement(NamedTuple):
    """One statement with the blank lines after it. `kind` is its keyword, empty for anything else."""

    line: int
    kind: str
    text: str


def split(text: str) -> list[Statement]:
    """The statements of a file. A keyword inside a string or in the list of `NS_` starts none."""
    found: list[Statement] = []
    kind, started, lines, in_ns = "", 1, list[str](), False
    for number, line in _logical_lines(text):
        match = _START.match(line)
        in_ns = in_ns and not _AFTER_NS.match(line)
        if lines and (in_ns or (match is None and (_is_open(kind, lines) or not line.strip()))):
            lines.append(line)
            continue
        if lines:
            found.append(Statement(started, kind, "".join(lines)))
        kind, started, lines = match[1] if match else "", number, [line]
        in_ns = kind == "NS_"
    if lines:
        found.append(Statement(started, kind, "".join(lines)))
    return found


def outside_strings(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` applied to what is neither string nor comment."""
    pieces = _PIECE.findall(text)
    return "".join(p if _is_quiet(p) else change(p) for p in pieces)


def _is_quiet(piece: str) -> bool:
    return piece[:2] == "//" or (len(piece) > 1 and piece[0] == '"')


def without_comments(text: str) -> str:
    """The text without `//` comments."""
    if "//" not in text:
        return text
    return "".join(p for p in _PIECE.findall(text) if p[:2] != "//")


def with_semicolon(text: str) -> str:
    """The text of one statement with its semicolon, put before a comment at its end."""
    pieces = _PIECE.findall(text)
    last = max(n for n, piece in enumerate(pieces) if piece[:2] != "//" and piece.strip())
    told = pieces[last].rstrip()
    return "".join([*pieces[:last], told, ";", pieces[last][len(told) :], *pieces[last + 1 :]])


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their numbers; a string that goes over several lines does not end one."""
    found, start, number = [], 0, 1
    for mark in _LINE_END.finditer(text):
        if mark[0] == "\n":
            line = text[start : mark.end()]
            found.append((number, line))
            start, number = mark.end(), number + line.count("\n")
    if start < len(text):
        found.append((number, text[start:]))
    return found


def _is_open(kind: str, lines: list[str]) -> bool:
    """Whether the statement still waits for its semicolon."""
    return kind in ENDS_WITH_SEMICOLON and not without_comments("".join(lines)).rstrip().endswith(";")
