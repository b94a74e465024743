"""DashScope's own API (Qwen): an OpenAI message under `output`.

    {"output": {"choices": [{"finish_reason": "tool_calls", "message": {"tool_calls": [
        {"index": 0, "id", "function": {"name", "arguments"}}]}}]}}

A stream is cumulative (each answer holds everything so far) or, with incremental_output, made of pieces.
Nothing in it says which: arguments are what is one JSON object, the last piece or all pieces together.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import read_json
from intent_bridge.llm.fields import child, index_of, items, table_of, text_of
from intent_bridge.llm.model import Message, OpenCall, RawCall, cut_off
from intent_bridge.llm.openai_chat import read_chat

_GOING_ON: Final = (None, "", "null")


def read_dashscope(value: object) -> Message:
    """The message of a whole answer, or of the array of a stream's answers."""
    if isinstance(value, list):
        stream = DashScopeStream()
        for answer in value:
            stream.add(answer)
        return stream.finish()
    output = _output(value)
    if "choices" not in output:
        return Message((), text_of(output.get("text")))
    choice = items(output, "choices")[:1]
    if choice and table_of(choice[0], "a choice").get("finish_reason") == "null":
        return read_dashscope([value])  # one piece of a stream
    return read_chat(output)


def _output(value: object) -> Mapping[str, Any]:
    answer = table_of(value)
    if answer.get("code"):
        said = str(answer.get("message", answer["code"]))[:200]
        raise ToolCallError(
            "provider_error", f"the provider refused the answer ({said}); write the call again"
        )
    return child(answer, "output") if "output" in answer else answer


class DashScopeStream:
    """Puts an answer together from a stream of either kind."""

    def __init__(self) -> None:
        self._pieces: dict[object, list[Mapping[str, Any]]] = {}
        self._texts: list[str] = []
        self._finish: str | None = None

    def add(self, event: object) -> None:
        if event == "[DONE]":
            return
        for choice in items(_output(event), "choices"):
            choice = table_of(choice, "a choice")
            message = child(choice, "message")
            self._texts.append(text_of(message.get("content")))
            for place, call in enumerate(items(message, "tool_calls")):
                call = table_of(call, "a tool call")
                self._pieces.setdefault(index_of(call, "index") if "index" in call else place, []).append(
                    call
                )
            if choice.get("finish_reason") not in _GOING_ON:
                self._finish = str(choice["finish_reason"])

    def open_calls(self) -> tuple[OpenCall, ...]:
        calls = []
        for pieces in self._pieces.values():
            functions = [child(piece, "function") for piece in pieces]
            name = next((str(f["name"]) for f in functions if f.get("name")), None)
            arguments = [str(f.get("arguments") or "") for f in functions]
            cumulative = _cumulative(arguments)
            calls.append(OpenCall(name, arguments[-1] if cumulative else "".join(arguments)))
        return tuple(calls)

    def finish(self) -> Message:
        ended = self._finish is not None and self._finish != "length"
        if self._pieces and not ended:
            raise cut_off(f"the answer was cut off ({self._finish or 'the stream ended early'})")
        calls = tuple(_joined(pieces) for pieces in self._pieces.values())
        return Message(calls, _text(self._texts), ended)


def _joined(pieces: list[Mapping[str, Any]]) -> RawCall:
    functions = [child(piece, "function") for piece in pieces]
    names = [str(f["name"]) for f in functions if f.get("name")]
    ids = [piece["id"] for piece in pieces if piece.get("id")]
    texts = [f.get("arguments") or "" for f in functions]
    if not all(isinstance(text, str) for text in texts):
        raise ToolCallError("not_a_message", "arguments in a stream must be text")
    whole, last = "".join(texts), texts[-1]
    name = "".join(dict.fromkeys(names)) if not _cumulative(names) else names[-1] if names else None
    if whole != last and _cumulative(texts) and _is_object(last) and not _is_object(whole):
        return RawCall(name, last, ids[0] if ids else None)
    return RawCall(name, whole, ids[0] if ids else None)


def _cumulative(texts: list[str]) -> bool:
    return all(late.startswith(early) for early, late in pairwise(texts))


def _is_object(text: str) -> bool:
    try:
        return isinstance(read_json(text, any_text=True), dict)
    except ToolCallError:
        return False


def _text(texts: list[str]) -> str:
    return texts[-1] if texts and _cumulative(texts) else "".join(texts)
