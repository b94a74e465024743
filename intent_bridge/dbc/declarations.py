"""Repairs of what a DBC file declares: bus speed, nodes, messages and signals."""

import re
from typing import Final

from intent_bridge.dbc.book import Book, Entry, clean_name, read_id
from intent_bridge.dbc.statements import outside_strings, without_comments

NO_NODE: Final = "Vector__XXX"
"""The name by which DBC files say that a node is not known."""

_WORD: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_NUM: Final = r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?"
_SOUND_MESSAGE: Final = re.compile(rf"BO_\s+(\d+)\s+({_WORD})\s*:\s*\d+\s+{_WORD}")
_SOUND_SIGNAL: Final = re.compile(
    rf"SG_\s+({_WORD})(?:\s+[mM]\w*)?\s*:\s*\d+\s*\|\s*\d+\s*@\s*[01]\s*[-+]\s*\(\s*{_NUM}\s*,\s*{_NUM}\s*\)"
    rf'\s*\[\s*{_NUM}\s*\|\s*{_NUM}\s*\]\s*"[^"]*"\s*{_WORD}(?:\s*,\s*{_WORD})*'
)
_MESSAGE: Final = re.compile(
    r"BO_\s+(?P<id>\S+)\s+(?P<name>\S.*?)\s*:\s*(?P<length>\d+)\s*(?P<node>[^;:]*?)\s*(?P<stray>;?)"
)
_SIGNAL: Final = re.compile(
    r"SG_\s+(?P<name>\S.*?)\s*:\s*(?P<place>\d+\s*\|\s*\d+\s*@\s*[01]\s*[-+])"
    r"\s*\(\s*(?P<scale>[^,()]+?)\s*,\s*(?P<offset>[^,()]+?)\s*\)"
    r"\s*\[\s*(?P<low>[^|\]]*?)\s*\|\s*(?P<high>[^|\]]*?)\s*\]"
    r'\s*(?P<unit>"[^"]*")?\s*(?P<nodes>[^;"]*?)\s*(?P<stray>;?)',
    re.DOTALL,
)
_MUX: Final = re.compile(r"M|m\d+M?")
_DOT: Final = re.compile(r"(?<![\w.])([-+]?)\.(?=\d)")


def repair_bus_speed(line: int, body: str, book: Book) -> str:
    """`BS_: 500000 : 1,2` says a bit timing that nothing reads."""
    if re.fullmatch(r"BS_\s*:", body):
        return body
    book.note(line, "bus-speed", "the obsolete bit timing after BS_ is taken out")
    return "BS_:"


def repair_nodes(line: int, body: str, book: Book) -> str:
    """The list of nodes is separated by spaces, and nodes have names."""
    head, colon, rest = body.partition(":")
    old = re.split(r"[\s,;]+", rest.strip(" ,;\t\r\n")) if rest.strip() else []
    new = [clean_name(name) for name in old]
    if re.search(r"[,;]", rest):
        book.note(line, "node-list", "nodes are separated by spaces")
    elif new == old:
        return body
    _note_names(line, "node", old, new, book)
    return f"{head}{colon} {' '.join(new)}" if colon else body


def repair_message(line: int, body: str, book: Book) -> tuple[str, Entry | None]:
    """One `BO_`; also its entry in the book, None when its id cannot be read."""
    body = without_comments(body).strip()
    sound = _SOUND_MESSAGE.fullmatch(body)
    found = sound or _MESSAGE.fullmatch(body)
    number = read_id(found[1]) if found else None
    if found is None or number is None:
        return body, None
    entry = book.declare(number)
    name = clean_name(found[2], book.message_names)
    book.message_names.add(name)
    if sound and entry.number == number:
        return body, entry
    if not found[1].isdecimal():
        book.note(line, "hex-id", f"{found[1]} is written as {entry.number}")
    elif entry.number != number:
        book.note(line, "extended-id", f"{number} can only be extended: {entry.number}, which has bit 31")
    parts = found.groupdict() if not sound else {}
    if not parts:
        return re.sub(r"(?<=BO_)(\s+)\d+", rf"\g<1>{entry.number}", body, count=1), entry
    _note_names(line, "message", [found[2]], [name], book)
    node = clean_name(parts["node"]) if parts["node"] else NO_NODE
    if not parts["node"]:
        book.note(line, "missing-node", f"message {name} gets the sender {NO_NODE}")
    else:
        _note_names(line, "node", [parts["node"]], [node], book)
    if parts["stray"]:
        book.note(line, "stray-semicolon", f"after message {name}")
    return f"BO_ {entry.number} {name}: {parts['length']} {node}", entry


def repair_signal(line: int, body: str, entry: Entry | None, book: Book) -> str | None:
    """One `SG_`; None when it belongs to no message and has to go."""
    if entry is None:
        book.note(line, "orphan-signal", f"`{_short(body)}` belongs to no message; taken out")
        return None
    if (sound := _SOUND_SIGNAL.fullmatch(body)) is not None:
        entry.signals.setdefault(sound[1], sound[1])
        return body
    found = _SIGNAL.fullmatch(without_comments(body).strip())
    if found is None:
        return body
    old, mux = found["name"], ""
    if (words := old.split()) and len(words) > 1 and _MUX.fullmatch(words[-1]):
        old, mux = old[: old.rindex(words[-1])].strip(), f" {words[-1]}"
    name = clean_name(old, set(entry.signals.values()))
    entry.signals.setdefault(old, name)
    _note_names(line, "signal", [old], [name], book)
    scale, offset, low, high = (
        repair_dots(line, found[key] or "0", book) for key in ("scale", "offset", "low", "high")
    )
    if not (found["low"] and found["high"]):
        book.note(line, "empty-range", f"signal {name} gets the range [{low}|{high}]")
    if found["unit"] is None:
        book.note(line, "missing-unit", f"signal {name} gets an empty unit")
    nodes = _receivers(line, name, found["nodes"], book)
    if found["stray"]:
        book.note(line, "stray-semicolon", f"after signal {name}")
    unit = '""' if found["unit"] is None else found["unit"]
    return f"SG_ {name}{mux} : {found['place']} ({scale},{offset}) [{low}|{high}] {unit} {nodes}"


def repair_dots(line: int, text: str, book: Book) -> str:
    """`.25` is read as 0.25 by some programs only."""
    mended = outside_strings(text, lambda piece: _DOT.sub(r"\g<1>0.", piece))
    if mended != text:
        book.note(line, "leading-dot", f"`{_short(text)}` is written with a 0 before the dot")
    return mended


def _receivers(line: int, signal: str, text: str, book: Book) -> str:
    old = [name for name in re.split(r"[\s,]+", text) if name]
    if not old:
        book.note(line, "missing-node", f"signal {signal} gets the receiver {NO_NODE}")
        return NO_NODE
    new = [clean_name(name) for name in old]
    _note_names(line, "node", old, new, book)
    if old != re.split(r"\s*,\s*", text.strip()):
        book.note(line, "node-list", f"receivers of signal {signal} are separated by commas")
    return ",".join(new)


def _note_names(line: int, what: str, old: list[str], new: list[str], book: Book) -> None:
    for before, after in zip(old, new, strict=True):
        if before != after:
            book.note(line, "bad-name", f"{what} `{before}` becomes `{after}`")


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 60 else f"{one[:57]}..."
