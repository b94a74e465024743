"""From bytes as they arrive to whole events: UTF-8, server-sent events, one JSON object a line."""

import codecs
from collections.abc import Iterator
from typing import Final, Protocol

from intent_bridge.errors import ToolCallError

MAX_STREAM_CHARACTERS: Final = 16 * 1024 * 1024
"""Of one whole streamed answer; reasoning comes a word an event."""


class Framing(Protocol):
    """Cuts text that comes in pieces into the texts of events."""

    def feed(self, text: str) -> Iterator[str]: ...

    def end(self) -> Iterator[str]: ...


class Decoder:
    """UTF-8 from pieces that may end inside a character; a byte order mark at the beginning is dropped."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._begun = False
        self._left = MAX_STREAM_CHARACTERS

    def decode(self, chunk: str | bytes, *, final: bool = False) -> str:
        """The text that is certain by now; ToolCallError `not_utf8` or `too_large`."""
        if isinstance(chunk, str):
            text = chunk
        else:
            try:
                text = self._decoder.decode(chunk, final)
            except UnicodeDecodeError as error:
                raise ToolCallError("not_utf8", "the answer is not UTF-8; send UTF-8") from error
        self._left -= len(text)
        if self._left < 0:
            raise ToolCallError("too_large", f"the answer is longer than {MAX_STREAM_CHARACTERS} characters")
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        return text


class Lines:
    """Text lines that are not empty, however they end; the last one needs no end."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def feed(self, text: str) -> Iterator[str]:
        *lines, last = text.replace("\r", "\n").split("\n")
        for line in lines:
            yield from self._line(line)
        if last:
            self._pieces.append(last)

    def end(self) -> Iterator[str]:
        yield from self._line("")

    def _line(self, ending: str) -> Iterator[str]:
        line = "".join([*self._pieces, ending])
        self._pieces.clear()
        if line.strip():
            yield line


class ServerSentEvents:
    """The data of server-sent events, by the rules of the HTML standard.

    The last event counts also without the empty line behind it: whether the answer is whole is told by
    what it says.
    """

    def __init__(self) -> None:
        self._line: list[str] = []
        self._data: list[str] = []
        self._after_return = False

    def feed(self, text: str) -> Iterator[str]:
        if self._after_return and text:  # the end of a line may come in two pieces
            text = text.removeprefix("\n")
            self._after_return = False
        self._after_return = text.endswith("\r") or self._after_return
        *lines, last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            yield from self._end_of_line(line)
        if last:
            self._line.append(last)

    def end(self) -> Iterator[str]:
        yield from self._end_of_line("")
        yield from self._dispatch()

    def _end_of_line(self, ending: str) -> Iterator[str]:
        line = "".join([*self._line, ending])
        self._line.clear()
        if not line:
            yield from self._dispatch()
            return
        field, _, value = line.partition(":")
        if field == "data":
            self._data.append(value.removeprefix(" "))

    def _dispatch(self) -> Iterator[str]:
        if self._data:
            yield "\n".join(self._data)
            self._data.clear()
