"""`intent-bridge parse`: the line protocol around the dialect readers, for tests and for other hosts.

    in    {"dialect": "hermes_tool_call", "raw": "…", "tools": […]?, "chunks": ["…"]?, "lenient": true?}
    out   {"calls": [{"name", "arguments", "id"?}], "rest": "…", "error": {"code", "message"} | null,
           "complete": true, "salvaged": ["…"]?}

One answer a line, in order; a line that is no sound request is answered with an error. It needs no vehicle.
"""

import json
from collections.abc import Iterator
from typing import Any, Final, TextIO

from intent_bridge.errors import ToolCallError
from intent_bridge.llm import ReadError, ReadResult, read
from intent_bridge.llm.door import read_message

MAX_LINE_BYTES: Final = 4 * 1024 * 1024
"""Of one request; a longer line is answered with an error and not kept."""


def main_loop(stdin: TextIO, stdout: TextIO) -> None:
    """Answers request lines until `stdin` ends. Raises only what reading and writing the streams raise."""
    for line in _lines(stdin):
        stdout.write(json.dumps(answer(line)) + "\n")
        stdout.flush()


def answer(line: str | bytes) -> dict[str, Any]:
    """The answer to one request line; never raises."""
    try:
        request = read_message(line)
    except ToolCallError as error:
        return _as_json(ReadResult(error=ReadError(error.code, str(error))))
    if not isinstance(request, dict) or not isinstance(request.get("dialect"), str):
        text = 'a request is an object such as {"dialect": "openai_chat", "raw": …}'
        return _as_json(ReadResult(error=ReadError("bad_request", text)))
    return _as_json(
        read(
            request["dialect"],
            request.get("raw"),
            chunks=request.get("chunks"),
            tools=request.get("tools"),
            lenient=request.get("lenient") is True,
        )
    )


def _as_json(result: ReadResult) -> dict[str, Any]:
    calls = [
        {"name": call.name, "arguments": call.arguments} | ({} if call.id is None else {"id": call.id})
        for call in result.calls
    ]
    error = result.error and {"code": result.error.code, "message": result.error.message}
    said = {"calls": calls, "rest": result.rest, "error": error, "complete": result.complete}
    return said | ({"salvaged": list(result.salvaged)} if result.salvaged else {})


def _lines(stdin: TextIO) -> Iterator[str | bytes]:
    """Request lines that are not blank, as bytes where the stream has them; too long ones are cut."""
    source: Any = getattr(stdin, "buffer", stdin)
    while line := source.readline(MAX_LINE_BYTES + 1):
        piece = line
        while len(piece) > MAX_LINE_BYTES and piece[-1:] not in ("\n", b"\n"):
            piece = source.readline(MAX_LINE_BYTES + 1)
        if line.strip():
            yield line
