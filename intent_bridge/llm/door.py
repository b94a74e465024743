"""Where JSON comes in: whole answers with prose in them, and the arguments of one call.

Both pass the strict front door of `intents`. Here control characters may stand inside strings (a model
writes line breaks); the catalogue checks the arguments again without that, before anything acts.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import check_value, read_json

MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
"""Of one whole answer, with its prose, reasoning and signatures."""
MAX_MESSAGE_DEPTH: Final = 64
"""Brackets inside brackets of one whole answer."""


def read_message(value: object) -> object:
    """Plain data of one whole answer, given as JSON text, as parsed data, or as an SDK's object."""
    if isinstance(value, str | bytes | bytearray):
        return read_json(value, max_bytes=MAX_MESSAGE_BYTES, max_depth=MAX_MESSAGE_DEPTH, any_text=True)
    return check_value(
        _unwrapped(value), max_bytes=MAX_MESSAGE_BYTES, max_depth=MAX_MESSAGE_DEPTH, any_text=True
    )


def read_arguments(value: object) -> dict[str, Any]:
    """The arguments object of one call, given as JSON text or as an object; ToolCallError otherwise.

    Empty text means a call without arguments: several servers send it for a tool that has no parameters.
    """
    if isinstance(value, str):
        parsed = read_json(value, any_text=True) if value.strip() else {}
    else:
        parsed = check_value(value, any_text=True)
    if not isinstance(parsed, dict):
        raise not_an_object(parsed)
    return parsed


def not_an_object(value: object) -> ToolCallError:
    """The refusal of arguments that are not an object."""
    return ToolCallError(
        "not_an_object", f'arguments must be a JSON object, such as {{"on": true}}, not {kind(value)}'
    )


def kind(value: object) -> str:
    """The JSON name of a value's type, for error texts."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list | tuple):
        return "an array"
    return "an object" if isinstance(value, Mapping) else "a number"


def _unwrapped(value: object) -> object:
    """The dictionary behind an SDK's object (they are pydantic models), other values unchanged."""
    if isinstance(value, Mapping | list | tuple | str | int | float | None):
        return value
    try:
        return cast(Any, value).model_dump(mode="json", exclude_none=True)
    except Exception as error:  # a foreign object may raise anything; the border turns it into ours
        raise ToolCallError("not_json", "the call cannot be read; send JSON text or plain data") from error
