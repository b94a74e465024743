"""OpenAI Responses: a list of output items; in a stream, `response.completed` is what counts.

{"status": "completed", "output": [{"type": "function_call", "call_id", "name", "arguments": "{…}",
                                    "status": "completed"}, {"type": "message", "content": […]}]}
"""

from collections.abc import Mapping
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.fields import check_no_error, child, index_of, items, table_of, text_of
from intent_bridge.llm.model import Message, OpenCall, RawCall, cut_off

_ENDED: Final = (None, "completed")


def read_responses(value: object) -> Message:
    """The message of a whole response, of a list of output items, or of one item."""
    if isinstance(value, list):
        return _read_items(value, complete=True)
    answer = table_of(value)
    if "output" not in answer and "type" in answer:
        return _read_items([answer], complete=True)
    check_no_error(answer)
    return _read_items(items(answer, "output"), complete=answer.get("status") in _ENDED)


def _read_items(output: list[Any], *, complete: bool) -> Message:
    calls: list[RawCall] = []
    rest: list[str] = []
    for item in output:
        item = table_of(item, "an output item")
        if item.get("type") == "function_call":
            if not complete or item.get("status") not in _ENDED:
                raise cut_off("the response is not completed")
            calls.append(RawCall(item.get("name"), item.get("arguments", ""), item.get("call_id")))
        elif item.get("type") == "custom_tool_call":
            raise ToolCallError("unsupported_type", "custom tool calls are not known; call a function")
        elif item.get("type") == "message":
            rest.append(text_of(item.get("content")))
    return Message(tuple(calls), "".join(rest), complete)


class ResponsesStream:
    """Puts a response together from its events."""

    def __init__(self) -> None:
        self._items: dict[object, Mapping[str, Any]] = {}
        self._arguments: dict[object, str] = {}
        self._response: Mapping[str, Any] | None = None

    def add(self, event: object) -> None:
        if event == "[DONE]":
            return
        table = table_of(event, "an event")
        kind = table.get("type")
        if kind == "error":
            check_no_error({"error": table})
        index = index_of(table, "output_index")
        if kind in ("response.output_item.added", "response.output_item.done"):
            self._items[index] = child(table, "item")
        elif kind == "response.function_call_arguments.delta":
            self._arguments[index] = self._arguments.get(index, "") + str(table.get("delta", ""))
        elif kind in ("response.completed", "response.incomplete", "response.failed", "response.cancelled"):
            self._response = child(table, "response")
            check_no_error(self._response)
            if kind != "response.completed":
                self._response = {**self._response, "status": kind.removeprefix("response.")}

    def open_calls(self) -> tuple[OpenCall, ...]:
        return tuple(
            OpenCall(item.get("name"), self._arguments.get(index, ""))
            for index, item in self._items.items()
            if item.get("type") == "function_call"
        )

    def finish(self) -> Message:
        seen = list(self._items.values())
        if self._response is None:
            return _read_items(seen, complete=False)
        if not self._response.get("output"):
            return _read_items(seen, complete=self._response.get("status") in _ENDED)
        return read_responses(self._response)
