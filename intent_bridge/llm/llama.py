"""Llama's two formats: a Python list of calls (3.2, 4), and JSON objects (3.1, 3.2, 4).

[set_window(window='driver', percent=50), get_state()]       the whole message
<|python_start|>[set_window(percent=50)]<|python_end|>       anywhere in it
{"name": "f", "parameters": {…}}; {"name": "g", …}           with <|python_tag|> before it, or in prose
<function=f>{"p": 1}</function>                              3.1, user-defined tools
<|python_tag|>f.call(p="x")                                  3.1, built-in tools
"""

import re
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import quote
from intent_bridge.llm.calls import as_call
from intent_bridge.llm.door import read_message
from intent_bridge.llm.model import Message, RawCall
from intent_bridge.llm.prose import Prose, joined, json_end, skip_blank, without_end_tokens
from intent_bridge.llm.pyliteral import LiteralReader, PythonCall
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.tagged import FUNCTION, Region, read_tagged

_TAG: Final = "<|python_tag|>"
_START: Final = "<|python_start|>"
_END: Final = "<|python_end|>"
_BEGINS_LIKE_CALLS: Final = re.compile(r"\[\s*[^\W\d][\w.]*\s*\(")
_BUILT_IN: Final = re.compile(r"[^\W\d]\w*\.call\(")
_NAME: Final = re.compile(r"([^>\n]+)>\s*(?=\{)")
_BEGINS_LIKE_A_CALL: Final = re.compile(r'\{\s*"(?:name|type|function|parameters|arguments)"')


def read_pythonic(text: str, table: ToolTable) -> Message:
    """The message that is Python lists of calls, or that has them between their marks in prose."""
    text = without_end_tokens(text)
    start = Prose(text, ()).start()
    body = text[start:].strip().removeprefix(_TAG).lstrip()
    if not _BEGINS_LIKE_CALLS.match(body):
        return read_tagged(text, (_START,), _marked_list, table)
    reader = LiteralReader(body, 0)
    try:
        calls = _lists(reader, table)
        if reader.peek():
            raise reader.refusal()
    except ToolCallError as error:
        return Message((), joined([text[:start]]), complete=error.code != "incomplete", error=error)
    return Message(tuple(calls), joined([text[:start]]))


def _lists(reader: LiteralReader, table: ToolTable) -> list[RawCall]:
    """The calls of a list, and of further ones right behind it."""
    found = reader.calls()
    while _BEGINS_LIKE_CALLS.match(reader.text, skip_blank(reader.text, reader.at)):
        found += reader.calls()
    return [_named(call, table) for call in found]


def _marked_list(text: str, at: int, mark: str, table: ToolTable) -> Region:
    at = skip_blank(text, at)
    if not _BEGINS_LIKE_CALLS.match(text, at):
        if at < len(text) and _END in text[at:]:
            found = quote(text[at : at + 20])
            raise ToolCallError("not_a_call", f"expected a list such as [f(a=1)] behind {mark}, not {found}")
        return Region([], at, cut=at >= len(text), prose=at < len(text))
    reader = LiteralReader(text, at)
    try:
        calls = _lists(reader, table)
    except ToolCallError as error:
        if error.code != "incomplete":
            raise
        return Region([], len(text), cut=True)
    if reader.peek() and not text.startswith(_END, reader.at):
        raise reader.refusal()
    return Region(calls, min(reader.at + len(_END), len(text)))


def read_llama_json(text: str, table: ToolTable) -> Message:
    """The message with JSON calls in it; an object that is no call is prose."""
    return read_tagged(text, (_TAG, FUNCTION, "{"), _region, table)


def _region(text: str, at: int, mark: str, table: ToolTable) -> Region:
    if mark == FUNCTION:
        return _function(text, at)
    if mark == _TAG:
        start = skip_blank(text, at)
        if _BUILT_IN.match(text, start):
            return _built_in(text, start, table)
        return Region([], start, cut=start >= len(text))
    start = at - 1
    end = json_end(text, start)
    begins_like_a_call = _BEGINS_LIKE_A_CALL.match(text, start) is not None
    if end is None:
        return Region([], len(text), cut=begins_like_a_call, prose=not begins_like_a_call)
    try:
        call = as_call(read_message(text[start:end]), bare=True)
    except ToolCallError:
        if begins_like_a_call:
            raise
        call = None
    if call is None:
        return Region([], end, prose=True)
    return Region([call], _behind_separator(text, end))


def _behind_separator(text: str, end: int) -> int:
    behind = skip_blank(text, end)
    return behind + 1 if text.startswith(";", behind) else end


def _function(text: str, at: int) -> Region:
    match = _NAME.match(text, at)
    if match is None:
        return Region([], at, prose=True)
    end = json_end(text, match.end())
    if end is None:
        return Region([], len(text), cut=True)
    call = RawCall(match[1].strip(), read_message(text[match.end() : end]))
    behind = skip_blank(text, end)
    if text.startswith("</function>", behind):
        return Region([call], behind + len("</function>"))
    if behind >= len(text) or "</function>".startswith(text[behind:]):
        return Region([], len(text), cut=True)
    raise ToolCallError("not_json", f"expected </function>, not {quote(text[behind : behind + 20])}")


def _built_in(text: str, at: int, table: ToolTable) -> Region:
    reader = LiteralReader(text, at)
    try:
        call = reader.call()
    except ToolCallError as error:
        if error.code != "incomplete":
            raise
        return Region([], len(text), cut=True)
    call.name = call.name.removesuffix(".call")
    return Region([_named(call, table)], reader.at)


def _named(call: PythonCall, table: ToolTable) -> RawCall:
    """The call with its arguments by name; those given by place take the order of the tool's parameters."""
    names = list(table.properties(call.name))
    if len(call.by_place) > len(names):
        raise ToolCallError(
            "unnamed_argument", f"give every argument of {quote(call.name)} by name, as in f(a=1)"
        )
    arguments: dict[str, object] = dict(zip(names, call.by_place, strict=False))
    for name, value in call.by_name.items():
        if name in arguments:
            raise ToolCallError("duplicate_key", f"{quote(name)} is given twice; give it once")
        arguments[name] = value
    return RawCall(call.name, arguments)
