"""Ollama's own chat API: arguments are an object, calls have no id; a stream is one JSON object a line.

    {"message": {"content": "", "tool_calls": [{"function": {"name", "arguments": {…}}}]},
     "done": true, "done_reason": "stop"}

Calls arrive in lines with `done: false`; the line with `done: true` ends them.
"""

from collections.abc import Mapping

from intent_bridge.llm.door import not_an_object
from intent_bridge.llm.fields import check_no_error, child, table_of, text_of
from intent_bridge.llm.model import Message, OpenCall, RawCall, cut_off
from intent_bridge.llm.openai_chat import message_calls


class OllamaStream:
    """Puts an answer together from its lines."""

    def __init__(self) -> None:
        self._calls: list[RawCall] = []
        self._text: list[str] = []
        self._done = False
        self._cut = False

    def add(self, event: object) -> None:
        line = table_of(event, "a line")
        check_no_error(line)
        message = child(line, "message") if "message" in line else line
        self._text.append(text_of(message.get("content")))
        for call in message_calls(message):
            if not isinstance(call.arguments, Mapping):
                raise not_an_object(call.arguments)
            self._calls.append(call)
        self._done = self._done or line.get("done") is True
        self._cut = self._cut or line.get("done_reason") == "length"

    def open_calls(self) -> tuple[OpenCall, ...]:
        return ()  # a call arrives whole

    def finish(self, *, whole: bool = False) -> Message:
        """The message; `whole` means that it did not come as a stream, which needs no `done: true`."""
        complete = not self._cut and (self._done or whole)
        if self._calls and not complete:
            raise cut_off(f"the answer was cut off ({'length' if self._cut else 'the stream ended early'})")
        return Message(tuple(self._calls), "".join(self._text), complete)


def read_ollama(value: object) -> Message:
    """The message of a whole answer, or of the array of a stream's lines."""
    stream = OllamaStream()
    for line in value if isinstance(value, list) else [value]:
        stream.add(line)
    return stream.finish(whole=not isinstance(value, list))
