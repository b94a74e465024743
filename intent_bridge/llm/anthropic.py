"""Anthropic Messages: content blocks; a tool_use block's input is an object.

    {"content": [{"type": "text", "text"}, {"type": "tool_use", "id", "name", "input": {…}}],
     "stop_reason": "tool_use"}

A stream sends the input as pieces of JSON text (`input_json_delta`); a call has ended when its block has
stopped and the message has a stop_reason.
"""

from collections.abc import Mapping
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.door import not_an_object
from intent_bridge.llm.fields import check_no_error, child, index_of, items, table_of
from intent_bridge.llm.model import Message, OpenCall, RawCall, cut_off

_CUTS: Final = frozenset(("max_tokens", "model_context_window_exceeded", "refusal"))


def read_anthropic(value: object) -> Message:
    """The message of a whole answer, of its list of content blocks, or of one block."""
    if isinstance(value, list):
        value = {"content": value}
    answer = table_of(value)
    check_no_error(answer)
    blocks = [answer] if answer.get("type") == "tool_use" else answer.get("content")
    if isinstance(blocks, str):
        return Message((), blocks)
    return _read_blocks(items({"content": blocks}, "content"), answer.get("stop_reason"))


def _read_blocks(blocks: list[Any], stop_reason: object) -> Message:
    calls: list[RawCall] = []
    rest: list[str] = []
    for block in blocks:
        block = table_of(block, "a content block")
        if block.get("type") == "tool_use":
            if not isinstance(block.get("input"), Mapping):
                raise not_an_object(block.get("input"))
            calls.append(RawCall(block.get("name"), block["input"], block.get("id")))
        elif block.get("type") == "text":
            rest.append(str(block.get("text", "")))
    complete = str(stop_reason) not in _CUTS
    if calls and not complete:
        raise cut_off(f"the answer was cut off ({stop_reason})")
    return Message(tuple(calls), "".join(rest), complete)


class AnthropicStream:
    """Puts an answer together from its events."""

    def __init__(self) -> None:
        self._blocks: dict[object, dict[str, Any]] = {}
        self._json: dict[object, str] = {}
        self._open: set[object] = set()
        self._stop_reason: object = None

    def add(self, event: object) -> None:
        table = table_of(event, "an event")
        kind, index = table.get("type"), index_of(table, "index")
        if kind == "error":
            check_no_error(table)
        elif kind == "message_start":
            self._start(child(table, "message"))
        elif kind == "content_block_start":
            if index in self._blocks:
                raise ToolCallError("not_a_message", "two content blocks have one index; number them")
            self._blocks[index] = dict(child(table, "content_block"))
            self._open.add(index)
        elif kind == "content_block_delta":
            self._add_delta(index, child(table, "delta"))
        elif kind == "content_block_stop":
            self._open.discard(index)
        elif kind == "message_delta":
            self._stop_reason = child(table, "delta").get("stop_reason") or self._stop_reason

    def _start(self, message: Mapping[str, Any]) -> None:
        """A message may begin with whole blocks, and be nothing else: the rest of one that was paused."""
        for place, block in enumerate(items(message, "content")):
            self._blocks["start", place] = dict(table_of(block, "a content block"))
        self._stop_reason = message.get("stop_reason") or self._stop_reason

    def _add_delta(self, index: object, delta: Mapping[str, Any]) -> None:
        if index not in self._open:
            raise ToolCallError("not_a_message", "a piece belongs to no open content block; start it first")
        if delta.get("type") == "input_json_delta":
            self._json[index] = self._json.get(index, "") + str(delta.get("partial_json", ""))
        elif delta.get("type") == "text_delta":
            block = self._blocks[index]
            block["text"] = str(block.get("text", "")) + str(delta.get("text", ""))

    def open_calls(self) -> tuple[OpenCall, ...]:
        return tuple(
            OpenCall(block.get("name"), self._json.get(index, ""))
            for index, block in self._blocks.items()
            if block.get("type") == "tool_use"
        )

    def finish(self) -> Message:
        calls: list[RawCall] = []
        rest: list[str] = []
        complete = self._stop_reason is not None and str(self._stop_reason) not in _CUTS and not self._open
        for index, block in self._blocks.items():
            if block.get("type") == "text":
                rest.append(str(block.get("text", "")))
            if block.get("type") != "tool_use":
                continue
            if not complete:
                raise cut_off(f"the answer was cut off ({self._stop_reason or 'the stream ended early'})")
            calls.append(RawCall(block.get("name"), self._input(index, block), block.get("id")))
        return Message(tuple(calls), "".join(rest), complete)

    def _input(self, index: object, block: Mapping[str, Any]) -> object:
        text = self._json.get(index, "")
        if text and block.get("input"):
            raise ToolCallError("ambiguous_call", "the input came whole and in pieces; send it once")
        return text or block.get("input", {})
