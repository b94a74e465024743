"""Small readers of fields in provider answers, which are plain data by now but of any shape."""

from collections.abc import Mapping
from typing import Any, Protocol

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.door import kind
from intent_bridge.llm.model import Message, OpenCall


class Assembler(Protocol):
    """Puts one streamed answer together from its events; ToolCallError at an event that cannot be."""

    def add(self, event: object) -> None: ...

    def open_calls(self) -> tuple[OpenCall, ...]: ...

    def finish(self) -> Message: ...


def table_of(value: object, what: str = "the answer") -> Mapping[str, Any]:
    """The object that a value must be; ToolCallError `not_a_message` otherwise."""
    if not isinstance(value, Mapping):
        raise ToolCallError("not_a_message", f"{what} must be an object, not {kind(value)}")
    return value


def index_of(table: Mapping[str, Any], key: str) -> int | str | None:
    """The number under which pieces of a stream belong together; None if there is none."""
    index = table.get(key)
    if index is None or isinstance(index, int | str):
        return index
    raise ToolCallError("not_a_message", f"`{key}` must be a number, not {kind(index)}")


def child(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under a key; {} if there is none."""
    value = table.get(key)
    return value if isinstance(value, Mapping) else {}


def items(table: Mapping[str, Any], key: str) -> list[Any]:
    """The array under a key; [] if there is none. ToolCallError if something else stands there."""
    value = table.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ToolCallError("not_a_message", f"`{key}` must be an array, not {kind(value)}")
    return value


def text_of(content: object) -> str:
    """The text of a message: a string, or an array of parts with text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, Mapping) and not part.get("thought"))
    return "".join(part for part in parts if isinstance(part, str))


def check_no_error(answer: Mapping[str, Any]) -> None:
    """ToolCallError `provider_error` if the provider answered with an error instead of a message."""
    error = answer.get("error")
    if error:
        said = error.get("message") if isinstance(error, Mapping) else error
        said = " ".join(str(said).split())[:200]
        raise ToolCallError(
            "provider_error", f"the provider refused the answer ({said}); write the call again"
        )
