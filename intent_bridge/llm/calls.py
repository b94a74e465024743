"""Calls written as JSON objects, in the shapes that models use inside text."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.door import kind, read_message
from intent_bridge.llm.model import RawCall
from intent_bridge.llm.prose import json_end, skip_blank

ARGUMENT_KEYS: Final = ("arguments", "parameters", "args", "input")
MAX_OBJECTS: Final = 256
"""Objects that may follow each other; far more than the calls that one message may hold."""
_SEPARATOR: Final = re.compile(r"[\s,;]*")


def as_call(value: object, *, bare: bool) -> RawCall | None:
    """The call that an object is, None if it is none. `function` may hold the call, or name the tool.

    `bare`: nothing but its shape says that it is a call, so it must have a name and arguments.
    """
    if not isinstance(value, Mapping):
        return None
    function = value.get("function")
    inner: Mapping[str, Any] = function if isinstance(function, Mapping) else value
    name = inner.get("name", function if isinstance(function, str) else None)
    present = [key for key in ARGUMENT_KEYS if key in inner]
    if not isinstance(name, str) or (bare and not present):
        return None
    if len(present) > 1:
        raise ToolCallError(
            "ambiguous_call", f"the call has both {' and '.join(present)}; send arguments once"
        )
    arguments = inner[present[0]] if present else {}
    if present == ["parameters"] and _is_definition(inner):
        return None
    if bare and not isinstance(arguments, Mapping | str):
        return None
    id_ = next((value[key] for key in ("id", "call_id") if value.get(key) is not None), None)
    return RawCall(name, arguments, id_)


def _is_definition(tool: Mapping[str, Any]) -> bool:
    """Whether an object defines a tool rather than calling it; models repeat what their prompt lists."""
    parameters = tool["parameters"]
    return "description" in tool or (isinstance(parameters, Mapping) and "properties" in parameters)


def must_call(value: object) -> RawCall:
    """The call that an object in call marks is; ToolCallError `not_a_call` if it is none."""
    call = as_call(value, bare=False)
    if call is None:
        raise ToolCallError(
            "not_a_call", f"expected a call with a name and arguments, not {kind(value)}; send one"
        )
    return call


class Objects(NamedTuple):
    """JSON objects that follow each other: they, the place behind them, and whether the last was cut off."""

    values: list[object]
    end: int
    cut: bool
    notes: tuple[str, ...] = ()


def read_objects(text: str, at: int) -> Objects:
    """The JSON objects from `at` on, alone, one after the other, or in an array.

    An array that is not closed counts as closed behind its last whole object, with a note. ToolCallError
    for unsound JSON.
    """
    at = skip_blank(text, at)
    in_array = text.startswith("[", at)
    if in_array:
        end = json_end(text, at)
        if end is not None:
            value = read_message(text[at:end])
            return Objects(value if isinstance(value, list) else [value], end, False)
        at += 1
    found: list[object] = []
    behind = at
    while True:
        match = _SEPARATOR.match(text, at)
        at = match.end() if match else at
        if not text.startswith("{", at):
            notes = ("an array was not closed",) if in_array and found else ()
            return Objects(found, behind, in_array and not found, notes)
        end = json_end(text, at)
        if end is None:
            return Objects(found, at, True)
        if len(found) >= MAX_OBJECTS:
            raise ToolCallError("too_large", f"more than {MAX_OBJECTS} objects follow each other; send fewer")
        found.append(read_message(text[at:end]))
        at = behind = end
