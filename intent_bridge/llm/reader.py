"""The readers: a whole answer at once, or piece by piece with the same result."""

from collections.abc import Iterable, Sequence
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.detect import detect_begun, detect_text, detect_value
from intent_bridge.llm.dialects import AUTO, DIALECTS, Dialect
from intent_bridge.llm.door import read_message
from intent_bridge.llm.framing import Decoder
from intent_bridge.llm.model import Message, OpenCall, ReadResult
from intent_bridge.llm.salvage import salvage, salvage_arguments
from intent_bridge.llm.settle import Rules, refused, settle
from intent_bridge.llm.single import read_call
from intent_bridge.llm.sources import Source
from intent_bridge.llm.table import ToolTable
from intent_bridge.types import ToolCall

_SALVAGED_TEXT: Final = {
    "measured_small_model_text": "bare_json",
    "json_arguments_recovery": "bare_json",
}
"""Names for text of models that were given no format; read as `bare_json`."""


def read(
    dialect: str,
    raw: object,
    *,
    chunks: Iterable[str | bytes] | None = None,
    tools: object = None,
    lenient: bool = False,
) -> ReadResult:
    """What one answer of a model holds: its calls, or why none may be acted on. Never raises.

    `raw` is text, bytes, parsed JSON or an SDK's object; `chunks`, when given, are read instead. `tools` are
    the tools that the model was offered, in any provider's form: they give types to formats that have none,
    and where a dialect leaves arguments as text, calls are held against them. `lenient` mends text that is
    almost a call and reports it in `salvaged`.
    """
    reader = StreamReader(dialect, tools=tools, lenient=lenient)
    if chunks is None and not isinstance(raw, str | bytes | bytearray):
        return reader.read_value(raw)
    pieces = [raw] if chunks is None else chunks
    try:
        for piece in pieces:
            reader.feed(bytes(piece) if isinstance(piece, bytearray) else piece)  # type: ignore[arg-type]
    except TypeError:
        return refused(ToolCallError("not_a_message", "chunks must be a list of strings"))
    return reader.finish()


class StreamReader:
    """Reads one answer piece by piece; pieces may end anywhere, also inside a character.

    Calls are given out by `finish` only: what has not ended must not act. `open_calls` shows what is being
    written meanwhile. Never raises.
    """

    def __init__(self, dialect: str, *, tools: object = None, lenient: bool = False) -> None:
        self._lenient = lenient
        self._decoder = Decoder()
        self._text: list[str] = []
        self._error: ToolCallError | None = None
        self._table = ToolTable(())
        self._dialect: Dialect | None = None
        self._source: Source | None = None
        self._guess: tuple[Dialect, Source, int] | None = None
        """Of `auto`: the dialect that it seems to be by now, and how many pieces its source has seen."""
        try:
            self._table = ToolTable(tools or ())
            self._dialect = _dialect(dialect)
            if self._dialect is not None:
                self._source = self._dialect.source(self._table)
        except ToolCallError as error:
            self._error = error

    def feed(self, chunk: str | bytes) -> None:
        """Takes the next piece; TypeError if it is neither text nor bytes."""
        if not isinstance(chunk, str | bytes):
            raise TypeError("a chunk must be text or bytes")
        self._take(chunk, final=False)

    def open_calls(self) -> tuple[OpenCall, ...]:
        """The calls being written just now, as far as they go; none in dialects that cannot tell."""
        source = self._source if self._dialect is not None else self._guessed()
        return source.open_calls() if source is not None and self._error is None else ()

    def _guessed(self) -> Source | None:
        seems = detect_begun("".join(self._text))
        if seems is None:
            return None
        known, source, seen = self._guess or (None, None, 0)
        if source is None or known is not seems:
            source, seen = seems.source(self._table), 0
        try:
            source.feed("".join(self._text[seen:]))
        except ToolCallError:
            return None  # told when the answer has ended
        self._guess = seems, source, len(self._text)
        return source

    def finish(self) -> ReadResult:
        """What the answer holds, now that it has ended."""
        self._take(b"", final=True)
        if self._error is not None:
            return refused(self._error)
        text = "".join(self._text)
        dialect, source = self._dialect, self._source
        try:
            if dialect is None or source is None:
                dialect = detect_text(text)
                source = dialect.source(self._table)
                source.feed(text)
            result = self._settled(source.finish(), dialect)
        except ToolCallError as error:
            return refused(error)
        return self._mended(result, dialect, text if dialect.text is not None else result.rest)

    def read_value(self, value: object) -> ReadResult:
        """What an answer holds that the host has parsed already. A list is the events of a stream."""
        if self._error is not None:
            return refused(self._error)
        try:
            plain = read_message(value)
            if isinstance(plain, str):
                self.feed(plain)
                return self.finish()
            dialect = self._dialect or detect_value(plain) or DIALECTS["openai_chat"]
            if dialect.text is not None:
                raise ToolCallError("not_a_message", f"{dialect.name} is text; send a string")
            result = self._settled(_from_value(dialect, plain), dialect)
        except ToolCallError as error:
            return refused(error)
        return self._mended(result, dialect, result.rest)

    def _take(self, chunk: str | bytes, *, final: bool) -> None:
        if self._error is not None:
            return
        try:
            text = self._decoder.decode(chunk, final=final)
            self._text.append(text)
            if self._source is not None:
                self._source.feed(text)
        except ToolCallError as error:
            self._error = error

    def _settled(self, message: Message, dialect: Dialect) -> ReadResult:
        # a call in a provider's envelope is one beyond doubt; in text, a value of another type adds doubt
        rules = Rules(checks=dialect.checks, coerce=dialect.text is None, lenient=self._lenient)
        return settle(message, self._table, rules)

    def _mended(self, result: ReadResult, dialect: Dialect, text: str) -> ReadResult:
        """The result of lenient reading where strict reading found no call."""
        if not self._lenient or result.calls:
            return result
        message, nameless = salvage(text), False
        if message is None and dialect.name == "bare_json" and not self._table.schemas:
            message, nameless = salvage_arguments(text), True
        if message is None:
            return result
        mended = settle(message, self._table, Rules(coerce=False, lenient=True, nameless=nameless))
        return mended if mended.calls or result.error is None else result


def _dialect(name: object) -> Dialect | None:
    """The dialect of that name, None for `auto`; ToolCallError `unknown_dialect` if there is none."""
    if name == AUTO:
        return None
    name = _SALVAGED_TEXT.get(str(name), str(name))
    if name not in DIALECTS:
        raise ToolCallError(
            "unknown_dialect", f"there is no dialect {name!r}; use {', '.join(DIALECTS)} or auto"
        )
    return DIALECTS[name]


def _from_value(dialect: Dialect, value: object) -> Message:
    if isinstance(value, list) and dialect.events is not None and _is_stream(value):
        assembler = dialect.events()
        for event in value:
            assembler.add(event)
        return assembler.finish()
    assert dialect.value is not None
    return dialect.value(value)


def _is_stream(events: Sequence[object]) -> bool:
    """Whether a list is a stream's events rather than the messages, items or blocks of an answer."""
    keys = {key for event in events if isinstance(event, dict) for key in event}
    types = {str(event.get("type")) for event in events if isinstance(event, dict)}
    return bool(keys & {"choices", "candidates", "done", "output", "delta"}) or any(
        kind.startswith(("response.", "message_", "content_block")) for kind in types
    )


def read_answer(raw: object) -> ToolCall:
    """The one call in whatever a model produced: a call by itself, or a whole answer that holds exactly one.

    Raises ToolCallError and nothing else; an answer with several calls is taken apart by the host (`read`).
    """
    try:
        return read_call(raw)
    except ToolCallError as error:
        if error.code not in ("not_a_call", "not_json"):
            raise
        result = read("auto", raw)
        if len(result.calls) > 1:
            what = f"the answer holds {len(result.calls)} calls; send one call at a time"
            raise ToolCallError("several_calls", what) from error
        if result.error is not None or not result.calls or not result.complete or result.salvaged:
            raise  # nothing that had to be mended acts without the host's knowing
        (call,) = result.calls
        return ToolCall("" if call.id is None else str(call.id), call.name, call.arguments)
