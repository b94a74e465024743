"""Gemini generateContent: parts of the first candidate; a functionCall is whole unless it says otherwise.

    {"candidates": [{"content": {"parts": [{"text"}, {"functionCall": {"name", "args": {…}, "id"?}}]},
                     "finishReason": "STOP"}]}

`args` is left out when empty. A stream is a sequence of such answers, the last with a finishReason.
"""

from collections.abc import Mapping
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.door import not_an_object
from intent_bridge.llm.fields import check_no_error, child, items, table_of, text_of
from intent_bridge.llm.gemini_pieces import GrowingCall
from intent_bridge.llm.model import Message, OpenCall, RawCall, cut_off

_SOUND: Final = frozenset(("STOP", "FINISH_REASON_STOP", "FINISH_REASON_UNSPECIFIED", "UNEXPECTED_TOOL_CALL"))
"""UNEXPECTED_TOOL_CALL: a sound call of a tool that was not offered; the catalogue refuses it by name."""


class GeminiStream:
    """Puts an answer together from one or more pieces."""

    def __init__(self) -> None:
        self._calls: list[RawCall] = []
        self._growing: GrowingCall | None = None
        self._text: list[str] = []
        self._finish: str | None = None

    def add(self, event: object) -> None:
        answer = table_of(event)
        check_no_error(answer)
        if "candidates" not in answer and ("functionCall" in answer or "parts" in answer):
            parts = [answer] if "functionCall" in answer else items(answer, "parts")
        else:
            candidates = items(answer, "candidates")
            candidate = table_of(candidates[0], "a candidate") if candidates else {}
            finish = candidate.get("finishReason", candidate.get("finish_reason"))
            self._finish = str(finish) if finish else self._finish
            parts = items(child(candidate, "content"), "parts")
        self._text.append(text_of(parts))
        for part in parts:
            part = table_of(part, "a part")
            call = part.get("functionCall", part.get("function_call"))
            if call is not None:
                self._add_call(table_of(call, "a function call"))

    def _add_call(self, call: Mapping[str, Any]) -> None:
        if self._growing is not None:
            self._growing.add(call)
        elif call.get("willContinue") or call.get("partialArgs"):
            self._growing = GrowingCall(call)
        else:
            self._calls.append(_whole(call))
            return
        if not call.get("willContinue"):
            self._calls.append(self._growing.ended())
            self._growing = None

    def open_calls(self) -> tuple[OpenCall, ...]:
        return ()  # a call arrives whole, or its values one by one

    def finish(self, *, whole: bool = False) -> Message:
        """The message; `whole` means that it did not come as a stream, which needs no finishReason."""
        if self._finish == "MALFORMED_FUNCTION_CALL":
            raise ToolCallError("not_json", "the provider could not read the call; write it again as JSON")
        complete = whole if self._finish is None else self._finish in _SOUND
        if (self._calls or self._growing is not None) and not complete:
            raise cut_off(f"the answer was cut off ({self._finish or 'the stream ended early'})")
        if self._growing is not None:
            raise cut_off("the answer ended inside a call")
        return Message(tuple(self._calls), "".join(self._text), complete)


def read_gemini(value: object) -> Message:
    """The message of a whole answer, of the array that a stream without SSE is, or of one part."""
    stream = GeminiStream()
    pieces = value if isinstance(value, list) else [value]
    for piece in pieces:
        stream.add(piece)
    return stream.finish(whole=not isinstance(value, list))


def _whole(call: Mapping[str, Any]) -> RawCall:
    arguments = call.get("args")
    if arguments is not None and not isinstance(arguments, Mapping):
        raise not_an_object(arguments)
    return RawCall(call.get("name"), arguments or {}, call.get("id"))
