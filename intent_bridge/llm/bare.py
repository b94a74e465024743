"""JSON without any mark: the message is call objects, or an array of them, and nothing else."""

import re
from collections.abc import Mapping
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.calls import as_call, read_objects
from intent_bridge.llm.model import Message, RawCall, cut_off
from intent_bridge.llm.prose import Prose, joined, skip_blank, without_end_tokens
from intent_bridge.llm.table import ToolTable

_BEGINS_LIKE_CALLS: Final = re.compile(
    r'\[?\s*\{\s*"(?:name|type|function|arguments|parameters|tool_calls)"\s*:'
)
_WRAPPERS: Final = ("tool_calls", "calls", "function_calls")


def read_bare(text: str, table: ToolTable) -> Message:
    """The message that is bare JSON calls. If tools were offered, an object naming another one is prose."""
    body = without_end_tokens(text)
    start = skip_blank(body, Prose(body, ()).start())
    if not body.startswith(("{", "["), start):
        return Message((), text)
    looks_like_calls = _BEGINS_LIKE_CALLS.match(body, start) is not None
    try:
        objects = read_objects(body, start)
        calls = _calls(objects.values, table)
    except ToolCallError as error:
        return Message((), text, error=error if looks_like_calls else None)
    if calls is None or (objects.cut and not looks_like_calls):
        return Message((), text)
    if objects.cut:
        return Message(complete=False, error=cut_off("the text ends inside a call"))
    remainder = body[objects.end :].strip()
    if not calls or remainder.strip("]} \t\r\n"):
        return Message((), text)
    notes = (*objects.notes, "a closing bracket too many was left out") if remainder else objects.notes
    return Message(tuple(calls), joined([body[:start]]), notes=notes)


def _calls(objects: list[object], table: ToolTable) -> list[RawCall] | None:
    """The calls that the objects are; None if one of them is none."""
    calls = []
    for value in objects:
        inner = (
            next((value[key] for key in _WRAPPERS if key in value), None)
            if isinstance(value, Mapping)
            else None
        )
        if isinstance(inner, list) and isinstance(value, Mapping) and len(value) == 1:
            more = _calls(inner, table)
            if more is None:
                return None
            calls += more
            continue
        call = as_call(value, bare=True)
        if call is None or (table.schemas and call.name not in table):
            return None
        calls.append(call)
    return calls
