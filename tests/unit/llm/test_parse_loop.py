"""The line protocol of `intent-bridge parse`."""

import io
import json
from typing import Any

import pytest

from intent_bridge.cli.parse import MAX_LINE_BYTES, main_loop


def _answers(*lines: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    main_loop(io.StringIO("".join(line + "\n" for line in lines)), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_request_is_answered_with_calls_rest_error_and_completeness() -> None:
    request = {
        "dialect": "hermes_tool_call",
        "raw": 'Ja. <tool_call>{"name": "f", "arguments": {}}</tool_call>',
    }
    assert _answers(json.dumps(request)) == [
        {"calls": [{"name": "f", "arguments": {}}], "rest": "Ja. ", "error": None, "complete": True}
    ]


def test_chunks_are_read_instead_of_raw_and_ids_are_kept() -> None:
    raw = '{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "f"}}'
    request: dict[str, Any] = {"dialect": "mcp_tools_call", "raw": "x", "chunks": [raw[:9], raw[9:]]}
    assert _answers(json.dumps(request))[0]["calls"] == [{"name": "f", "arguments": {}, "id": 7}]
    request |= {"raw": json.loads(raw), "chunks": None}
    assert _answers(json.dumps(request))[0]["calls"] == [{"name": "f", "arguments": {}, "id": 7}]


def test_lenient_reading_is_asked_for_and_reported() -> None:
    request: dict[str, Any] = {"dialect": "bare_json", "raw": '```json\n{"name": "f", "arguments": {}}\n```'}
    strict, lenient = _answers(json.dumps(request), json.dumps(request | {"lenient": True}))
    assert (strict["calls"], "salvaged" in strict) == ([], False)
    assert lenient["calls"] == [{"name": "f", "arguments": {}}]
    assert lenient["salvaged"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "not_json"),
        ("[]", "bad_request"),
        ('{"raw": "x"}', "bad_request"),
        ('{"dialect": "nope", "raw": "x"}', "unknown_dialect"),
        ('{"dialect": "openai_chat"}', "not_a_message"),
        ('{"dialect": "openai_chat", "raw": {}, "tools": 5}', "bad_tools"),
        ('{"dialect": "openai_chat", "raw": {}, "chunks": 5}', "not_a_message"),
    ],
)
def test_a_line_that_is_no_sound_request_is_answered_with_an_error(line: str, code: str) -> None:
    (answer,) = _answers(line)
    assert (answer["calls"], answer["error"]["code"]) == ([], code)


def test_one_answer_a_line_whatever_the_lines_are() -> None:
    fine = '{"dialect": "bare_json", "raw": "hi"}'
    answers = _answers(fine, "", "nonsense", '"' + "x" * MAX_LINE_BYTES, fine)
    assert [answer["error"] and answer["error"]["code"] for answer in answers] == [
        None,
        "not_json",
        "too_large",
        None,
    ]


def test_bytes_that_are_no_text_are_answered_with_an_error() -> None:
    stdin = io.TextIOWrapper(
        io.BytesIO(b'\xff\n{"dialect": "bare_json", "raw": "\xe5\xa5\xbd"}\n'), encoding="ascii"
    )
    out = io.StringIO()
    main_loop(stdin, out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first["error"]["code"] == "not_json"
    assert second["rest"] == "好"
