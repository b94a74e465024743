"""OpenAI Chat Completions, which most servers speak, and its old function_call.

    {"choices": [{"message": {"content", "tool_calls": [{"id", "function": {"name", "arguments": "{…}"}}]},
                  "finish_reason": "tool_calls"}]}
    {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{\\"a"}}]}}]}    a stream

Servers differ: id, type, index and finish_reason may be missing, arguments may be an object, and an empty
function_call may stand beside real calls. The end of a call is the end of the answer: a finish_reason other
than a cut, or [DONE].
"""

from collections.abc import Mapping
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.fields import check_no_error, child, index_of, items, table_of, text_of
from intent_bridge.llm.model import Message, OpenCall, RawCall, cut_off

_CUTS: Final = frozenset(("length", "max_tokens", "content_filter", "error", "error_limit", "error_toxic"))
"""Values of finish_reason that mean: the model did not say all it wanted to."""


def read_chat(value: object) -> Message:
    """The message of a whole answer, of one choice, or of a bare assistant message."""
    if isinstance(value, list):
        return _joined([read_chat(part) for part in value])
    answer = table_of(value)
    check_no_error(answer)
    choice = _choice(answer) if "choices" in answer else answer
    message = child(choice, "message") if "message" in choice else choice
    calls = message_calls(message)
    complete = str(choice.get("finish_reason", "")).lower() not in _CUTS
    if calls and not complete:
        raise cut_off(f"the answer was cut off ({choice['finish_reason']})")
    return Message(calls, text_of(message.get("content")), complete)


def message_calls(message: Mapping[str, Any]) -> tuple[RawCall, ...]:
    """The calls of an assistant message; a function_call with neither name nor arguments is filling."""
    calls = [_call(table_of(call, "a tool call")) for call in items(message, "tool_calls")]
    old = message.get("function_call")
    if isinstance(old, Mapping) and (old.get("name") or old.get("arguments")):
        if calls:
            raise ToolCallError(
                "ambiguous_call", "the message has both tool_calls and function_call; send one"
            )
        calls.append(RawCall(old.get("name"), old.get("arguments", ""), old.get("id")))
    return tuple(calls)


def _call(call: Mapping[str, Any]) -> RawCall:
    if call.get("type") not in (None, "", "function"):
        raise ToolCallError(
            "unsupported_type", f"tool calls of type {call['type']!r} are not known; call a function"
        )
    function = table_of(call.get("function"), "the function of a tool call")
    return RawCall(function.get("name"), function.get("arguments", ""), call.get("id"))


def _choice(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = [table_of(choice, "a choice") for choice in items(answer, "choices")]
    return next((choice for choice in choices if choice.get("index", 0) == 0), {})


def _joined(messages: list[Message]) -> Message:
    calls = tuple(call for message in messages for call in message.calls)
    rest = "".join(message.rest for message in messages)
    return Message(calls, rest, all(message.complete for message in messages))


class _Building:
    """One call of a stream while its pieces come in."""

    __slots__ = ("arguments", "id", "index", "name")

    def __init__(self, index: object) -> None:
        self.index = index
        self.id: object = None
        self.name = ""
        self.arguments: object = ""

    def add(self, function: Mapping[str, Any]) -> None:
        name, arguments = function.get("name"), function.get("arguments")
        if isinstance(name, str) and name != self.name:
            self.name += name
        if isinstance(arguments, str):
            if not isinstance(self.arguments, str):
                raise ToolCallError("not_a_message", "arguments come as an object and as text; send text")
            self.arguments += arguments
        elif arguments is not None:
            if self.arguments != "":
                raise ToolCallError("not_a_message", "arguments come as text and as an object; send text")
            self.arguments = arguments


def _place(call: _Building) -> int:
    return call.index if isinstance(call.index, int) else 0


class ChatStream:
    """Puts an answer together from its chunks. Pieces of a call are merged by their index."""

    def __init__(self) -> None:
        self._calls: list[_Building] = []
        self._text: list[str] = []
        self._finish: str | None = None
        self._done = False

    def add(self, event: object) -> None:
        if event == "[DONE]":
            self._done = True
            return
        chunk = table_of(event, "a chunk")
        check_no_error(chunk)
        for choice in items(chunk, "choices"):
            choice = table_of(choice, "a choice")
            if choice.get("index", 0) != 0:
                continue
            delta = child(choice, "delta") or child(choice, "message")
            self._text.append(text_of(delta.get("content")))
            for piece in items(delta, "tool_calls"):
                self._add_piece(table_of(piece, "a tool call"))
            old = delta.get("function_call")
            if isinstance(old, Mapping) and (old.get("name") or old.get("arguments") or self._calls):
                self._building("function_call", None, None).add(old)
            if choice.get("finish_reason"):
                self._finish = str(choice["finish_reason"])

    def _add_piece(self, piece: Mapping[str, Any]) -> None:
        if self._finish is not None:
            raise ToolCallError(
                "not_a_message", "a piece of a call came behind the end of the answer; send it before"
            )
        if piece.get("type") not in (None, "", "function"):
            raise ToolCallError("unsupported_type", f"tool calls of type {piece['type']!r} are not known")
        function = child(piece, "function")
        building = self._building(index_of(piece, "index"), piece.get("id"), function.get("name"))
        if piece.get("id") and building.id is None:
            building.id = piece["id"]
        building.add(function)

    def _building(self, index: object, id_: object, name: object) -> _Building:
        """The call that a piece belongs to. Some servers give no index, or 0 to all, and a new id instead."""
        same = [call for call in self._calls if call.index == index]
        if index is None and self._calls and not (id_ and name):
            same = self._calls
        if same and not (id_ and name and same[-1].id is not None and same[-1].id != id_):
            return same[-1]
        building = _Building(index)
        self._calls.append(building)
        return building

    def open_calls(self) -> tuple[OpenCall, ...]:
        return tuple(
            OpenCall(call.name or None, call.arguments)
            for call in self._calls
            if isinstance(call.arguments, str)
        )

    def finish(self) -> Message:
        ended = self._done if self._finish is None else self._finish.lower() not in _CUTS
        if self._calls and not ended:
            raise cut_off(f"the answer was cut off ({self._finish or 'the stream ended early'})")
        calls = tuple(RawCall(call.name, call.arguments, call.id) for call in sorted(self._calls, key=_place))
        return Message(calls, "".join(self._text), ended)
