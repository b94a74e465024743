"""The one way in for JSON: text and host-made values both pass the strict front door.

A value that the host has parsed already (a dictionary out of an HTTP client) is written as JSON text and
read back, so that NaN, an integer as a key, depth and size meet the same refusals as text does.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import read_json


def read_text(text: str | bytes, where: str = "") -> object:
    """Return what the JSON text says; ToolCallError, with `where` in front of its place, if it is not sound."""
    try:
        return read_json(text)
    except ToolCallError as error:
        place = ".".join(part for part in (where, error.where) if part)
        prefix = f"{error.where}: "
        message = str(error)
        if error.where and message.startswith(prefix):
            message = message[len(prefix) :]
        raise ToolCallError(error.code, message, place) from error


def read_value(value: object, where: str = "") -> object:
    """Return a host-made value as the front door would have read its text; ToolCallError if it has none."""
    try:
        _check_keys(value, where)
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ToolCallError("not_json", f"a value cannot be written as JSON; send plain JSON data ({error})", where) from error
    return read_text(text, where)


def read_arguments(value: object, where: str = "arguments") -> dict[str, Any]:
    """Return the arguments object of a call, given as JSON text or as an object; ToolCallError otherwise.

    Empty text means a call without arguments: several servers send it for a tool that has no parameters.
    """
    if isinstance(value, str | bytes):
        parsed = {} if not value.strip() else read_text(value, where)
    else:
        parsed = read_value(value, where)
    if not isinstance(parsed, dict):
        raise ToolCallError("not_an_object", f"expected a JSON object, got {kind(parsed)}; write {{\"name\": value}}", where)
    return parsed


def plain(value: object) -> object:
    """Return a mapping behind a foreign object (an SDK's pydantic model) as a dictionary, others unchanged."""
    dump = getattr(value, "model_dump", None)
    if isinstance(value, Mapping) or not callable(dump):
        return value
    try:
        return cast(object, dump(mode="json", exclude_none=True))
    except Exception as error:  # a foreign object may raise anything; the border turns it into ours
        raise ToolCallError("not_json", f"the call object cannot be read; send plain JSON data ({error})") from error


def kind(value: object) -> str:
    """Return the JSON name of a value's type, for error texts."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list | tuple):
        return "an array"
    return "an object" if isinstance(value, Mapping) else "a number"


def _check_keys(value: object, where: str) -> None:
    """Refuse keys that are not text: `json` would turn 1 and None into "1" and "null" without a word."""
    todo = [value]
    seen = 0
    while todo:
        item = todo.pop()
        seen += 1
        if seen > 100_000:
            raise ToolCallError("too_large", "the value has more than 100000 parts; send less", where)
        if isinstance(item, Mapping):
            if not all(isinstance(key, str) for key in item):
                raise ToolCallError("not_json", "an object key is not a string; use strings as keys", where)
            todo.extend(item.values())
        elif isinstance(item, list | tuple):
            todo.extend(item)
