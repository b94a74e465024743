"""How one answer comes in, in pieces of any size: as text, as one JSON value, or as a stream of events."""

from collections.abc import Callable
from typing import Final, Protocol

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.door import read_message
from intent_bridge.llm.fields import Assembler
from intent_bridge.llm.framing import Framing
from intent_bridge.llm.model import Message, OpenCall
from intent_bridge.llm.progress import open_text_calls
from intent_bridge.llm.table import ToolTable

ReadText = Callable[[str, ToolTable], Message]
ReadValue = Callable[[object], Message]


class Source(Protocol):
    """Takes an answer in pieces; ToolCallError from `feed` or `finish` refuses it."""

    def feed(self, text: str) -> None: ...

    def open_calls(self) -> tuple[OpenCall, ...]: ...

    def finish(self) -> Message: ...


MAX_TEXT_CHARACTERS: Final = 1024 * 1024
"""Of text with calls in it; more than any model writes in one turn."""


class TextSource:
    """Text with calls in it: read when it has ended."""

    def __init__(self, dialect: str, read: ReadText, table: ToolTable) -> None:
        self._dialect = dialect
        self._read = read
        self._table = table
        self._pieces: list[str] = []
        self._left = MAX_TEXT_CHARACTERS

    def feed(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise ToolCallError("too_large", f"the answer is longer than {MAX_TEXT_CHARACTERS} characters")
        self._pieces.append(text)

    def open_calls(self) -> tuple[OpenCall, ...]:
        return open_text_calls(self._dialect, "".join(self._pieces), self._table)

    def finish(self) -> Message:
        return self._read("".join(self._pieces), self._table)


class ValueSource:
    """One JSON value: read when it has ended."""

    def __init__(self, read: ReadValue) -> None:
        self._read = read
        self._pieces: list[str] = []

    def feed(self, text: str) -> None:
        self._pieces.append(text)

    def open_calls(self) -> tuple[OpenCall, ...]:
        return ()

    def finish(self) -> Message:
        return self._read(read_message("".join(self._pieces)))


class EitherSource:
    """A JSON value or server-sent events, whichever the first character says: servers do not always stream
    when asked to, and the other way round.
    """

    def __init__(self, value: ValueSource, events: "EventSource") -> None:
        self._value = value
        self._events = events
        self._chosen: Source | None = None
        self._before: list[str] = []

    def feed(self, text: str) -> None:
        if self._chosen is None:
            self._before.append(text)
            begin = text.lstrip()[:1]
            if not begin:
                return
            self._chosen = self._value if begin in ("{", "[") else self._events
            text = "".join(self._before)
        self._chosen.feed(text)

    def open_calls(self) -> tuple[OpenCall, ...]:
        return self._chosen.open_calls() if self._chosen is not None else ()

    def finish(self) -> Message:
        return (self._chosen or self._value).finish()


class EventSource:
    """Events, each a JSON value or `[DONE]`: put together as they come."""

    def __init__(self, framing: Framing, assembler: Assembler) -> None:
        self._framing = framing
        self._assembler = assembler

    def feed(self, text: str) -> None:
        for event in self._framing.feed(text):
            self._add(event)

    def open_calls(self) -> tuple[OpenCall, ...]:
        return self._assembler.open_calls()

    def finish(self) -> Message:
        for event in self._framing.end():
            try:
                self._add(event)
            except ToolCallError as error:
                if error.code != "not_json":
                    raise
                # half an event: the assembler knows whether the answer had ended before
        return self._assembler.finish()

    def _add(self, event: str) -> None:
        self._assembler.add(event if event.strip() == "[DONE]" else read_message(event))
