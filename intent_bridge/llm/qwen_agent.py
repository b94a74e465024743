"""Qwen-Agent's own format, one marker a line; several ARGS after one FUNCTION are several calls.

✿FUNCTION✿: set_temperature
✿ARGS✿: {"zone": "driver", "celsius": 22}
✿RESULT✿: …                    results, by the host; a model that goes on writes them itself
✿RETURN✿: …                    the answer
"""

import re
from collections.abc import Iterator
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import quote
from intent_bridge.llm.door import read_message
from intent_bridge.llm.model import Message, RawCall, cut_off
from intent_bridge.llm.prose import Mark, Prose, joined, json_end, skip_blank, without_end_tokens
from intent_bridge.llm.table import ToolTable

_FUNCTION: Final = "✿FUNCTION✿:"
_PIECE: Final = re.compile(r"✿(?:(?:FUNCTION|ARGS)✿:|(?:RESULT|RETURN)✿:?)")
_OTHER_COLON: Final = re.compile(r"✿FUNCTION✿(?![ \t]*:)[^\n]*\s*✿ARGS✿")
"""Markers that are no call of the format and were certainly meant to be one."""


def read_qwen_agent(text: str, table: ToolTable) -> Message:
    """The message that a text with flower markers is; what follows a result the model made up is left out."""
    text = without_end_tokens(text)
    mark = _mark(text, _FUNCTION)
    if mark is None:
        other = _mark(text, _FUNCTION[:-1])
        if other is None or not _OTHER_COLON.match(text, other.start):
            return Message((), text)
        what = "a plain colon is missing behind ✿FUNCTION✿; write ✿FUNCTION✿: NAME"
        return Message((), text, error=ToolCallError("not_a_call", what))
    before = joined([text[: mark.start]]).lstrip("\n").rstrip()
    calls: list[RawCall] = []
    notes: list[str] = []
    named: str | None = None  # a function that has no arguments yet
    name = ""
    for kind, body in _pieces(text, mark.start):
        if kind == "FUNCTION" and named is not None:
            return Message((), before, error=_no_arguments(named))
        if kind == "FUNCTION":
            name = named = body.strip()
            continue
        if kind != "ARGS":
            break
        try:
            arguments = _arguments(body, notes)
        except ToolCallError as error:
            return Message((), before, error=error)
        if arguments is None:
            named = name
            break
        named = None
        calls.append(RawCall(name, arguments))
    if named is None:
        return Message(tuple(calls), before, notes=tuple(notes))
    refusal = None if calls else cut_off("the text ends inside a call")
    return Message(tuple(calls), before, complete=False, error=refusal, notes=tuple(notes))


def _mark(text: str, word: str) -> Mark | None:
    """Where the first call begins: `word` outside of thinking, code and quotations."""
    prose = Prose(text, (word,))
    mark = prose.find(prose.start())
    while mark is not None and prose.quoted(mark.start, mark.end):
        mark = prose.find(mark.end)
    return mark


def _no_arguments(name: str) -> ToolCallError:
    return ToolCallError(
        "no_arguments", f"{quote(name)} has no ✿ARGS✿; send an object, {{}} if the tool takes none"
    )


def _pieces(text: str, at: int) -> Iterator[tuple[str, str]]:
    """(marker, text up to the next marker); markers inside the strings of arguments are text."""
    match = _PIECE.search(text, at)
    while match is not None:
        start = skip_blank(text, match.end())
        search = match.end()
        if match[0] == "✿ARGS✿:" and text.startswith("{", start):
            search = json_end(text, start) or len(text)
        following = _PIECE.search(text, search)
        yield match[0].strip("✿:"), text[match.end() : following.start() if following else len(text)]
        match = following


def _arguments(body: str, notes: list[str]) -> object:
    """The arguments object; None if it is cut off. A remark behind it is left out, as Qwen-Agent does."""
    start = skip_blank(body, 0)
    if start >= len(body):
        return None
    if not body.startswith("{", start):
        found = quote(body[start : start + 20])
        raise ToolCallError(
            "not_an_object", f'arguments must be a JSON object, such as {{"on": true}}, not {found}'
        )
    end = json_end(body, start)
    if end is None:
        return None
    if body.startswith("}", skip_blank(body, end)):
        notes.append("a closing brace too many was left out")
    return read_message(body[start:end])
