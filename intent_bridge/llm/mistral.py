"""Mistral's formats, from the oldest tokenizer to the newest.

[TOOL_CALLS] [{"name": "f", "arguments": {…}, "id": "…"}, …]        up to version 7
[TOOL_CALLS]f{…}[TOOL_CALLS]g{…}                                    version 11
[TOOL_CALLS]f[CALL_ID]123456789[ARGS]{…}                            versions 11 and 13, by template
"""

import re
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import quote
from intent_bridge.llm.calls import must_call, read_objects
from intent_bridge.llm.door import read_message
from intent_bridge.llm.model import Message, RawCall
from intent_bridge.llm.prose import json_end, skip_blank
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.tagged import Region, behind_doubled, read_tagged

MARK: Final = "[TOOL_CALLS]"
_HEAD: Final = re.compile(
    r"\s*(?P<name>[^\s\[\]{}<>]+)\s*(?:\[CALL_ID\]\s*(?P<id>[^\s\[\]{}]+)\s*)?(?:\[ARGS\])?\s*(?=\{)"
)
_UNFINISHED_HEAD: Final = re.compile(r"\s*[^\s\[\]{}<>]*\s*(?:\[[A-Z_]*(?:\][^\s\[\]{}]*)?)*\s*\Z")


def read_mistral(text: str, table: ToolTable) -> Message:
    """The message that a text with `[TOOL_CALLS]` is."""
    return read_tagged(text, (MARK,), _region, table)


def _region(text: str, at: int, mark: str, table: ToolTable) -> Region:
    at, notes = behind_doubled(text, at, mark)
    at = skip_blank(text, at)
    if text.startswith(("[{", "{", "[ ", "[\n", "[]"), at):
        return _listed(text, at, notes)
    calls: list[RawCall] = []
    while head := _HEAD.match(text, at):
        end = json_end(text, head.end())
        if end is None:
            return Region(calls, len(text), cut=True)
        calls.append(RawCall(head["name"], read_message(text[head.end() : end]), head["id"]))
        at = end
    if calls:
        return Region(calls, _behind_end(text, at), notes=notes)
    if _UNFINISHED_HEAD.match(text, at):
        return Region([], len(text), cut=True)
    raise ToolCallError(
        "not_a_call", f"expected a tool name and its arguments, not {quote(text[at : at + 20])}"
    )


def _listed(text: str, at: int, notes: tuple[str, ...]) -> Region:
    objects = read_objects(text, at)
    calls = [must_call(value) for value in objects.values]
    end = len(text) if objects.cut else _behind_end(text, objects.end)
    if text.startswith("[", at) and text.startswith(MARK, skip_blank(text, end)):
        raise ToolCallError("ambiguous_call", "a list holds every call and another follows it; send one list")
    return Region(calls, end, cut=objects.cut, notes=notes + objects.notes)


def _behind_end(text: str, at: int) -> int:
    behind = skip_blank(text, at)
    return behind + len("[/TOOL_CALLS]") if text.startswith("[/TOOL_CALLS]", behind) else at
