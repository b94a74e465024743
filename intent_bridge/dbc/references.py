"""Repairs of what a DBC file says of messages and signals elsewhere: comments, attributes, value tables.

A reference to something that is not there is taken out; one to something that was renamed follows it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from intent_bridge.dbc.book import Book, Entry, clean_name, read_id
from intent_bridge.dbc.declarations import repair_dots
from intent_bridge.dbc.statements import (
    ENDS_WITH_SEMICOLON,
    UNREAD,
    outside_strings,
    with_semicolon,
    without_comments,
)

_ATTRIBUTE_TYPES: Final = ("INT", "HEX", "FLOAT", "STRING", "ENUM")
_COMMENT: Final = re.compile(r'CM_\s*(?P<head>[^"]*?)\s*(?P<text>".*)', re.DOTALL)
_DEFINITION: Final = re.compile(
    r"BA_DEF_(?:REL_)?\s+(?:(?:SG_|BO_|EV_|BU_|BU_(?:SG|BO|EV)_REL_)\s+)?"
    r'"(?P<name>[^"]*)"\s+(?P<type>\w+)'
)
_DEFAULT: Final = re.compile(r'BA_DEF_DEF_(?:REL_)?\s+"(?P<name>[^"]*)"')
_ATTRIBUTE: Final = re.compile(
    r'(?P<head>BA_\s+"(?P<attribute>[^"]*)"\s*)(?:(?P<kind>BO_|SG_)\s+(?P<id>\S+)\s+(?P<rest>.*))?', re.DOTALL
)
_VALUE: Final = re.compile(r'(?P<name>\S.*?)\s+(?P<tail>(?:"|[-+.\d])[^"]*(?:"[^"]*")?\s*;?)', re.DOTALL)
_RELATION: Final = re.compile(
    r'(?P<head>BA_REL_\s+"(?P<attribute>[^"]*)"\s+BU_(?:SG|BO)_REL_\s+\S+\s+(?:SG_\s+)?)'
    r"(?P<id>\d+)\s+(?P<rest>.*)",
    re.DOTALL,
)
_VALUES: Final = re.compile(
    r'(?P<head>VAL_\s+)(?P<id>\d\w*)\s+(?P<name>\S.*?)\s*(?P<tail>(?:(?<=\s)[-+]?\d[\d.]*\s*"|;|$).*)',
    re.DOTALL,
)
_TYPE: Final = re.compile(
    r"(?P<head>SIG_VALTYPE_\s+)(?P<id>\d+)\s+(?P<name>\S.*?)\s*(?P<colon>:?)\s*(?P<type>\d)\s*;"
)
_PAGES: Final = re.compile(
    r"(?P<head>SG_MUL_VAL_\s+)(?P<id>\d+)\s+(?P<names>\S.*?)\s+(?P<tail>\d+\s*-\s*\d+[\s\d,-]*;?)", re.DOTALL
)
_BY_ID: Final = re.compile(r"(?P<head>(?:SIG_GROUP_|BO_TX_BU_)\s+)(?P<id>\d+)(?P<tail>.*)", re.DOTALL)


def defined_attribute(body: str) -> str | None:
    """The name of the attribute that a `BA_DEF_` defines, when its type is one of the DBC's."""
    found = _DEFINITION.match(body)
    return found["name"] if found and found["type"] in _ATTRIBUTE_TYPES else None


def repair_reference(line: int, kind: str, body: str, book: Book) -> str | None:
    """One statement about something declared elsewhere; None when it has to go."""
    if kind in UNREAD:
        book.note(line, "unread-statement", f"{kind} is not about the layout of messages; taken out")
        return None
    ended = kind not in ENDS_WITH_SEMICOLON or without_comments(body).rstrip().endswith(";")
    mended = _REPAIRS.get(kind, _keep)(line, body if ended else with_semicolon(body), book)
    if mended is not None and not ended:
        book.note(line, "missing-semicolon", f"{kind} ends with a semicolon")
    return mended


def _keep(line: int, body: str, book: Book) -> str:
    return body


def _comment(line: int, body: str, book: Book) -> str | None:
    found = _COMMENT.fullmatch(body)
    words = found["head"].split(maxsplit=2) if found else []
    if found is None or not words or words[0] in ("BU_", "EV_"):
        return body
    kind, rest = (words[0], words[1:]) if words[0] in ("SG_", "BO_") else ("", words)
    number = read_id(rest[0]) if rest else None
    if number is None:
        return body
    entry, signal = book.find(number), " ".join(rest[1:])
    if entry is None or (kind == "SG_" and signal and signal not in entry.signals):
        book.note(line, "orphan-comment", f"there is no {' '.join(rest)}; taken out")
        return None
    if kind == "SG_" and signal:
        return _follow(
            line, f"CM_ SG_ {number}", f"CM_ SG_ {entry.number}", entry, signal, found["text"], body, book
        )
    if kind != "BO_":
        if entry.commented:
            book.note(line, "comment-kind", f"second comment of message {number}, with no signal; taken out")
            return None
        book.note(line, "comment-kind", f"a comment of no signal becomes that of message {number}")
    entry.commented = True
    return body if kind == "BO_" and number == entry.number else f"CM_ BO_ {entry.number} {found['text']}"


def _definition(line: int, body: str, book: Book) -> str | None:
    found = _DEFINITION.match(body)
    if found and found["type"] not in _ATTRIBUTE_TYPES:
        book.note(line, "attribute-type", f"{found['type']} of `{found['name']}` is no type; taken out")
        return None
    return repair_dots(line, body, book)


def _default(line: int, body: str, book: Book) -> str | None:
    found = _DEFAULT.match(body)
    if found and found["name"] not in book.attributes:
        book.note(line, "orphan-attribute", f"`{found['name']}` is not defined; taken out")
        return None
    return repair_dots(line, body, book)


def _attribute(line: int, body: str, book: Book) -> str | None:
    found = _ATTRIBUTE.fullmatch(body) or _ATTRIBUTE.match(body)
    if found is None:
        return body
    if found["attribute"] not in book.attributes:
        book.note(line, "orphan-attribute", f"`{found['attribute']}` is not defined; taken out")
        return None
    body = repair_dots(line, body, book)
    number = read_id(found["id"]) if found["kind"] else None
    if number is None:
        return body
    entry = book.find(number)
    value = _VALUE.fullmatch(found["rest"]) if found["kind"] == "SG_" else None
    if entry is None or (value is not None and value["name"] not in entry.signals):
        named = f" {value['name']}" if value else ""
        book.note(line, "orphan-attribute", f"there is no {number}{named}; taken out")
        return None
    if value is not None:
        old, new = f"{found['head']}SG_ {number}", f"{found['head']}SG_ {entry.number}"
        return _follow(line, old, new, entry, value["name"], value["tail"], body, book)
    return (
        body if entry.number == number else f"{found['head']}{found['kind']} {entry.number} {found['rest']}"
    )


def _relation(line: int, body: str, book: Book) -> str | None:
    found = _RELATION.fullmatch(body)
    if found is None:
        return body
    entry = book.find(int(found["id"]))
    if entry is None or found["attribute"] not in book.attributes:
        book.note(
            line, "orphan-attribute", f"there is no {found['id']} or no `{found['attribute']}`; taken out"
        )
        return None
    return body if entry.number == int(found["id"]) else f"{found['head']}{entry.number} {found['rest']}"


def _values(line: int, body: str, book: Book) -> str | None:
    found = _VALUES.fullmatch(body)
    number = read_id(found["id"]) if found else None
    if found is None or number is None:
        return body
    entry, name = book.find(number), found["name"]
    if entry is None or name not in entry.signals:
        book.note(line, "orphan-values", f"there is no {number} {name}; its value table is taken out")
        return None
    whole = outside_strings(body, lambda piece: re.sub(r"(?<=\d)\.0+(?=\s|$)", "", piece))
    if whole != body:
        book.note(line, "value-number", f"raw numbers of {name} are whole numbers")
        return _values(line, whole, book)
    head = found["head"]
    return _follow(line, f"{head}{number}", f"{head}{entry.number}", entry, name, found["tail"], body, book)


def _type(line: int, body: str, book: Book) -> str | None:
    found = _TYPE.fullmatch(body)
    if found is None:
        return body
    entry = book.find(int(found["id"]))
    if entry is None or found["name"] not in entry.signals:
        book.note(line, "orphan-type", f"there is no {found['id']} {found['name']}; taken out")
        return None
    if not found["colon"]:
        book.note(line, "missing-colon", f"type of {found['name']}")
        body = f"{found['head']}{found['id']} {found['name']} : {found['type']};"
    head, tail = found["head"], f": {found['type']};"
    return _follow(
        line, f"{head}{found['id']}", f"{head}{entry.number}", entry, found["name"], tail, body, book
    )


def _pages(line: int, body: str, book: Book) -> str | None:
    found = _PAGES.fullmatch(body)
    if found is None:
        return body
    entry, words = book.find(int(found["id"])), found["names"].split()
    splits = [
        (" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))
    ]  # names may have spaces
    known = [pair for pair in splits if entry is not None and entry.signals.keys() >= set(pair)]
    if entry is None or not known:
        book.note(line, "orphan-multiplexing", f"there is no {found['id']} {found['names']}; taken out")
        return None
    name, mux = known[0]
    tail = f"{entry.signals[mux]} {found['tail']}"
    old, new = f"{found['head']}{found['id']}", f"{found['head']}{entry.number}"
    return _follow(line, old, new, entry, name, tail, body if entry.signals[mux] == mux else "", book)


def _by_id(line: int, body: str, book: Book) -> str | None:
    found = _BY_ID.fullmatch(body)
    if found is None:
        return body
    entry = book.find(int(found["id"]))
    if entry is None:
        book.note(line, "orphan-reference", f"there is no message {found['id']}; taken out")
        return None
    tail = found["tail"]
    bad = {old: new for old, new in entry.signals.items() if old != new}
    if body.startswith("BO_TX_BU_"):
        tail = re.sub(r"[^\s:,;]+", lambda found: _sender(line, found[0], book), tail)
    for old, new in bad.items():
        tail = re.sub(rf"(?<=\s){re.escape(old)}(?=[\s;])", new, tail)
    return f"{found['head']}{entry.number}{tail}"


def _sender(line: int, old: str, book: Book) -> str:
    new = clean_name(old)
    if new != old:
        book.note(line, "bad-name", f"node `{old}` becomes `{new}`")
    return new


def _follow(
    line: int, old_head: str, new_head: str, entry: Entry, signal: str, tail: str, body: str, book: Book
) -> str:
    """The statement with the signal's new name and the message's new id; untouched where both are old."""
    name = entry.signals[signal]
    if body and name == signal and old_head == new_head:
        return body
    return f"{new_head} {name} {tail}"


_REPAIRS: Final[Mapping[str, Callable[[int, str, Book], str | None]]] = {
    "CM_": _comment,
    "BA_DEF_": _definition,
    "BA_DEF_REL_": _definition,
    "BA_DEF_DEF_": _default,
    "BA_DEF_DEF_REL_": _default,
    "BA_": _attribute,
    "BA_REL_": _relation,
    "VAL_": _values,
    "SIG_VALTYPE_": _type,
    "SG_MUL_VAL_": _pages,
    "SIG_GROUP_": _by_id,
    "BO_TX_BU_": _by_id,
    "EV_": lambda line, body, book: repair_dots(line, body, book),
}
