"""Calls that a model still writes in Python or in XML, shown as the JSON that their arguments begin to be.

A hint for judging early; nothing acts on it. What may yet become something else is left out: a number before
what ends it, a value that is no string before its closing tag, what stands behind a backslash.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.model import OpenCall
from intent_bridge.llm.prose import Prose, skip_blank
from intent_bridge.llm.pyliteral import LiteralReader
from intent_bridge.llm.schema import types_of
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.typed import read_typed, trimmed

CALLS_MAX: Final = 64
_PYTHON_BEGIN: Final = re.compile(
    r"\s*(?:<\|python_start\|>|<\|python_tag\|>)?\s*(?=\[\s*[^\W\d][\w.]*\s*\()"
)
_PYTHON_HEAD: Final = re.compile(r"\s*(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*\(")
_PYTHON_KEY: Final = re.compile(r"\s*(?P<key>[^\W\d]\w*)\s*(?P<equals>=?)")
_PYTHON_TEXT: Final = re.compile(r"\s*(?P<quote>['\"])(?P<text>[^\\\n]*)")
_CONSTANTS: Final = ("True", "False", "None", "true", "false", "null")
_FUNCTION: Final = "<function="
_PARAMETER: Final = "<parameter="
_HEAD: Final = re.compile(r"(?P<name>[^>\n]*)(?P<end>>?)")
_VALUE_END: Final = re.compile(r"</parameter>\s*(?=<parameter=|</function>)")
_TAGS: Final = re.compile(r"<(?:parameter|function)=|</function>|</?tool_call>")


def open_pythonic(text: str, table: ToolTable) -> tuple[OpenCall, ...]:
    """The calls of a Python list, the last one as far as it goes."""
    begin = _PYTHON_BEGIN.match(text, Prose(text, ()).start())
    if begin is None:
        return ()
    reader = LiteralReader(text, begin.end() + 1)
    return tuple(_python_calls(reader, table))


def _python_calls(reader: LiteralReader, table: ToolTable) -> Iterator[OpenCall]:
    for _ in range(CALLS_MAX):
        head = _PYTHON_HEAD.match(reader.text, reader.at)
        if head is None:
            return
        reader.at = head.end()
        name = head["name"]
        members, over = _python_members(reader, list(table.properties(name)))
        yield OpenCall(name, "{" + ",".join(members) + ("}" if over else ""))
        if not over or not reader.take(","):
            return


def _python_members(reader: LiteralReader, names: list[str]) -> tuple[list[str], bool]:
    """The arguments of one call as members of an object, and whether it has ended."""
    members: list[str] = []
    while not reader.take(")"):
        start, by_place, by_name = reader.at, list[object](), dict[str, object]()
        try:
            reader.argument(by_place, by_name)
            behind = reader.peek()
        except ToolCallError:
            behind = ""
        if not behind or (by_place and len(members) >= len(names)):
            return [*members, *_python_begun(reader.text, start)], False
        key, value = next(iter(by_name.items())) if by_name else (names[len(members)], by_place[0])
        members.append(f"{_said(key)}: {_said(value)} ")  # the blank says that a number has ended
        if behind == ",":
            reader.take(",")
    return members, True


def _python_begun(text: str, at: int) -> list[str]:
    """The argument that is being written at the end of the text, if its name is known."""
    key = _PYTHON_KEY.match(text, at)
    if key is None:
        return []
    if not key["equals"]:
        whole = key.end() < len(text) or any(word.startswith(key["key"]) for word in _CONSTANTS)
        return [] if whole else [_begun(key["key"])]
    value = _PYTHON_TEXT.match(text, key.end())
    if value is None:
        return [f"{_said(key['key'])}: "]
    said, ended, _ = value["text"].partition(value["quote"])
    return [f"{_said(key['key'])}: {_said(said) if ended else _begun(said)}"]


def open_xml(text: str, table: ToolTable) -> tuple[OpenCall, ...]:
    """The calls behind `<function=`, the last one as far as it goes."""
    prose = Prose(text, (_FUNCTION,))
    at, calls = prose.start(), list[OpenCall]()
    while len(calls) < CALLS_MAX and (mark := prose.find(at)) is not None:
        head = _HEAD.match(text, mark.end)
        assert head is not None
        at = head.end()
        if not head["end"]:
            return (*calls, OpenCall(head["name"].strip() or None, ""))
        members, at, over = _xml_members(text, at, head["name"].strip(), table)
        calls.append(OpenCall(head["name"].strip(), "{" + ",".join(members) + ("}" if over else "")))
    return tuple(calls)


def _xml_members(text: str, at: int, name: str, table: ToolTable) -> tuple[list[str], int, bool]:
    """The parameters of one function as members of an object, where they end, and whether it has ended."""
    members: list[str] = []
    root, schemas = table.schema(name), table.properties(name)
    at = skip_blank(text, at)
    while text.startswith(_PARAMETER, at):
        head = _HEAD.match(text, at + len(_PARAMETER))
        assert head is not None
        key = head["name"].strip()
        if not head["end"]:
            return [*members, _begun(key)], len(text), False
        end = _VALUE_END.search(text, head.end())
        written = text[head.end() : end.start() if end else len(text)]
        if _TAGS.search(written):
            return members, len(text), False  # a value without its closing tag: told when it has ended
        schema = schemas.get(key, {})
        if end is None:
            is_text = types_of(schema, root) == {"string"}
            begun = written.removeprefix("\n").partition("<")[0].partition("\n")[0].rstrip()
            return [*members, f"{_said(key)}: " + (_begun(begun) if is_text else "")], len(text), False
        value: object = trimmed(written)
        with suppress(ToolCallError):  # no such value: judged as the text that it is
            value = read_typed(str(value), schema, root, key)
        if value is None:
            return members, len(text), False  # the reader lets nothing stand for any type: told in the end
        members.append(f"{_said(key)}: {_said(value)} ")
        at = end.end()
    return members, at, text.startswith("</function>", at)


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _begun(text: str) -> str:
    """A string that has not ended."""
    return _said(text)[:-1].partition("\\")[0]
