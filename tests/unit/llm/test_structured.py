"""Structured dialects, whole and streamed: which pieces belong together, and what ends a call."""

import json
from typing import Any

import pytest

from intent_bridge.llm import OpenCall, StreamReader, read

_JSON = '{"x": 1}'


def _sse(*events: Any, done: bool = False) -> str:
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return "".join(f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] if done else [])])


def _delta(*pieces: dict[str, Any], finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"tool_calls": list(pieces)} | delta, "finish_reason": finish}]}


def _piece(
    index: int | None, id_: str | None = None, name: str | None = None, text: str = ""
) -> dict[str, Any]:
    piece: dict[str, Any] = {"function": {"arguments": text} | ({"name": name} if name else {})}
    return piece | ({"index": index} if index is not None else {}) | ({"id": id_} if id_ else {})


_END = _delta(finish="tool_calls")


def _calls(dialect: str, raw: Any) -> list[tuple[str, Any, Any]]:
    result = read(dialect, raw)
    assert result.error is None, result.error
    return [(call.name, call.arguments, call.id) for call in result.calls]


def _code(dialect: str, raw: Any) -> str:
    result = read(dialect, raw)
    assert result.calls == ()
    assert result.error is not None
    return result.error.code


@pytest.mark.parametrize(
    "events",
    [
        [
            _delta(_piece(0, "a", "f", '{"x"')),
            _delta(_piece(1, "b", "g", "{}")),
            _delta(_piece(0, text=": 1}")),
        ],
        [_delta(_piece(1, "b", "g", "{}")), _delta(_piece(0, "a", "f", _JSON))],
        [_delta(_piece(0, "a", "f", _JSON)), _delta(_piece(0, "b", "g", "{}"))],
        [_delta(_piece(None, "a", "f", _JSON)), _delta(_piece(None, "b", "g", "{}"))],
        [_delta(_piece(0, "a", "f", '{"x"')), _delta(_piece(0, "a", "f", ": 1}"), _piece(1, "b", "g"))],
    ],
    ids=["interleaved", "out of order", "all at index 0", "no index", "id and name in every piece"],
)
def test_pieces_of_a_chat_stream_are_merged_by_index_and_id(events: list[Any]) -> None:
    assert _calls("openai_chat_sse", _sse(*events, _END)) == [("f", {"x": 1}, "a"), ("g", {}, "b")]


def test_a_chat_stream_ends_with_a_finish_reason_or_with_done() -> None:
    call = _delta(_piece(0, "a", "f", _JSON))
    assert _calls("openai_chat_sse", _sse(call, done=True)) == [("f", {"x": 1}, "a")]
    assert _calls("openai_chat_sse", _sse(call, _delta(finish="stop"))) == [("f", {"x": 1}, "a")]
    assert _code("openai_chat_sse", _sse(call)) == "incomplete"
    assert _code("openai_chat_sse", _sse(call, _delta(finish="length"), done=True)) == "incomplete"
    assert _code("openai_chat_sse", _sse(call, _END, _delta(_piece(0, text="2")))) == "not_a_message"


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([{"error": {"message": "overloaded"}}], "provider_error"),
        ([_delta(_piece(0, "a", "f", "{}")), "{broken", _END], "not_json"),
        ([_delta({"index": 0, "type": "custom", "custom": {"name": "f"}}), _END], "unsupported_type"),
        ([_delta({"index": 0, "function": {"name": "f", "arguments": {}}}), _delta(_piece(0, text="{}"))],
         "not_a_message"),
        ([_delta(_piece(0, "a", None, "{}")), _END], "no_name"),
        ([_delta(_piece(0, "a", "f", "{}{}")), _END], "not_json"),
    ],
)  # fmt: skip
def test_a_chat_stream_that_cannot_be_put_together_is_refused(events: list[Any], code: str) -> None:
    assert _code("openai_chat_sse", _sse(*events)) == code


def test_a_stream_may_begin_with_a_comment_and_a_byte_order_mark() -> None:
    text = "\ufeff: keep-alive\n\nretry: 5\n\n" + _sse(_delta(content="hi"), _delta(finish="stop"), done=True)
    assert read("openai_chat_sse", text).rest == "hi"


def test_a_body_may_come_where_a_stream_was_asked_for_and_the_other_way_round() -> None:
    body = {
        "choices": [{"message": {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}}]
    }
    assert _calls("openai_chat_sse", "\n" + json.dumps(body, indent=1)) == [("f", {}, "a")]
    assert _calls("openai_chat", _sse(_delta(_piece(0, "a", "f", "{}")), _END)) == [("f", {}, "a")]


def test_a_reader_shows_the_call_that_is_being_written() -> None:
    reader = StreamReader("openai_chat_sse")
    assert reader.open_calls() == ()
    reader.feed(_sse(_delta(_piece(0, "a", "f", '{"celsius": 9'))))
    assert reader.open_calls() == (OpenCall("f", '{"celsius": 9'),)


def test_a_call_only_in_the_content_is_text() -> None:
    text = '<tool_call>{"name": "f", "arguments": {}}</tool_call>'
    result = read("openai_chat", {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})
    assert (result.calls, result.rest) == ((), text)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"type": "custom", "custom": {"name": "f"}}, "unsupported_type"),
        ({"function": {"name": "", "arguments": "{}"}}, "no_name"),
        ({"function": {"name": "f", "arguments": "[]"}}, "not_an_object"),
        ({"function": {"name": "f", "arguments": "null"}}, "not_an_object"),
        ({"function": {"name": "f", "arguments": "{'x': 1}"}}, "not_json"),
        ({"function": {"name": "f", "arguments": '{"x": 1,}'}}, "not_json"),
        ({"function": {"name": "f", "arguments": "{}"}, "id": [1]}, "bad_id"),
        ({}, "not_a_message"),
    ],
)
def test_a_broken_chat_call_is_refused_with_a_code(call: dict[str, Any], code: str) -> None:
    assert _code("openai_chat", {"choices": [{"message": {"tool_calls": [call]}}]}) == code


def test_calls_with_one_id_are_refused() -> None:
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    assert _code("openai_chat", {"tool_calls": [call, call]}) == "duplicate_id"


def test_arguments_that_are_almost_json_are_mended_only_leniently() -> None:
    raw = {"tool_calls": [{"function": {"name": "f", "arguments": '{"x": 1,}'}}]}
    result = read("openai_chat", raw, lenient=True)
    assert result.calls[0].arguments == {"x": 1}
    assert result.salvaged == ("a trailing comma was left out",)


_ITEM = {"type": "function_call", "call_id": "a", "name": "f", "arguments": _JSON, "status": "completed"}
_DONE_ITEM = {"type": "response.output_item.done", "output_index": 0, "item": _ITEM}


def test_a_response_counts_when_it_is_completed() -> None:
    for output in ([], [_ITEM]):
        completed = {"type": "response.completed", "response": {"status": "completed", "output": output}}
        assert _calls("openai_responses_sse", _sse(_DONE_ITEM, completed)) == [("f", {"x": 1}, "a")]
    incomplete = {"type": "response.incomplete", "response": {"status": "incomplete", "output": [_ITEM]}}
    assert _code("openai_responses_sse", _sse(_DONE_ITEM, incomplete)) == "incomplete"
    assert _code("openai_responses_sse", _sse(_DONE_ITEM)) == "incomplete"
    failed = {"type": "response.failed", "response": {"error": {"message": "boom"}}}
    assert _code("openai_responses_sse", _sse(_DONE_ITEM, failed)) == "provider_error"


def test_a_response_may_be_given_as_its_items() -> None:
    assert _calls("openai_responses", [_ITEM]) == _calls("openai_responses", _ITEM) == [("f", {"x": 1}, "a")]


_START = {
    "type": "content_block_start",
    "index": 0,
    "content_block": {"type": "tool_use", "id": "a", "name": "f"},
}
_STOP = {"type": "content_block_stop", "index": 0}
_TURN_END = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}


def _partial(text: str) -> dict[str, Any]:
    return {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "input_json_delta", "partial_json": text},
    }


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([_START, _partial('{"x"'), _STOP, _TURN_END], "not_json"),
        ([_START, _partial(_JSON), _TURN_END], "incomplete"),
        ([_START, _partial(_JSON), _STOP], "incomplete"),
        ([_START, _partial(_JSON), _STOP, {"type": "error", "error": {"message": "x"}}], "provider_error"),
        ([_START, _START], "not_a_message"),
        ([_partial(_JSON)], "not_a_message"),
        ([_START, _partial(_JSON), _STOP, {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}}],
         "incomplete"),
    ],
)  # fmt: skip
def test_a_messages_stream_that_has_not_ended_well_is_refused(events: list[Any], code: str) -> None:
    assert _code("anthropic_tool_use_sse", _sse(*events)) == code


def test_a_messages_stream_may_begin_with_whole_blocks() -> None:
    blocks = [
        {"type": "text", "text": "Now."},
        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
    ]
    start = {"type": "message_start", "message": {"content": blocks, "stop_reason": "tool_use"}}
    result = read("anthropic_tool_use_sse", _sse(start, {"type": "message_stop"}))
    assert ([(call.name, call.arguments) for call in result.calls], result.rest) == (
        [("f", {"x": 1})],
        "Now.",
    )
    start = {"type": "message_start", "message": {"content": blocks}}
    assert _code("anthropic_tool_use_sse", _sse(start)) == "incomplete"
    assert _code("anthropic_tool_use_sse", _sse(start, _START, _STOP, _TURN_END)) == "duplicate_id"


def test_a_messages_stream_puts_the_input_together() -> None:
    stream = _sse(_START, _partial(""), _partial('{"x"'), _partial(": 1}"), _STOP, _TURN_END)
    assert _calls("anthropic_tool_use_sse", stream) == [("f", {"x": 1}, "a")]
    assert _calls("anthropic_tool_use_sse", _sse(_START, _STOP, _TURN_END)) == [("f", {}, "a")]


def test_an_input_must_be_an_object_where_the_provider_sends_objects() -> None:
    assert (
        _code("anthropic_tool_use", {"content": [{"type": "tool_use", "name": "f", "input": "{}"}]})
        == "not_an_object"
    )
    assert (
        _code("gemini_function_call", {"parts": [{"functionCall": {"name": "f", "args": "{}"}}]})
        == "not_an_object"
    )
    call = {"message": {"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}}
    assert _code("ollama_chat", call) == "not_an_object"


def _candidate(finish: str | None, *parts: Any) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"parts": list(parts)}} | ({"finishReason": finish} if finish else {})]
    }


def test_gemini_calls_end_with_a_sound_finish_reason() -> None:
    call = {"functionCall": {"name": "f"}}
    assert _calls("gemini_function_call", _candidate("STOP", call)) == [("f", {}, None)]
    assert _calls("gemini_function_call", [_candidate(None, call), _candidate("STOP")]) == [("f", {}, None)]
    assert _code("gemini_function_call", [_candidate(None, call)]) == "incomplete"
    assert _code("gemini_function_call", _candidate("MAX_TOKENS", call)) == "incomplete"
    assert _code("gemini_function_call", _candidate("MALFORMED_FUNCTION_CALL")) == "not_json"
    assert (
        read("gemini_function_call", _candidate("STOP", {"text": "hm", "thought": True}, {"text": "ok"})).rest
        == "ok"
    )


def _dashscope(arguments: str, finish: str = "null", name: str = "f", id_: str = "a") -> dict[str, Any]:
    call = {"index": 0, "id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {
        "output": {"choices": [{"finish_reason": finish, "message": {"content": "", "tool_calls": [call]}}]}
    }


@pytest.mark.parametrize(
    "stream",
    [
        [_dashscope(""), _dashscope('{"x"'), _dashscope(_JSON), _dashscope(_JSON, "tool_calls")],
        [_dashscope(""), _dashscope('{"x"', name="", id_=""), _dashscope(": 1}", "tool_calls", "", "")],
    ],
    ids=["cumulative", "in pieces"],
)
def test_both_kinds_of_dashscope_streams_give_the_same_call(stream: list[Any]) -> None:
    assert _calls("dashscope_native", stream) == [("f", {"x": 1}, "a")]
    assert _calls("dashscope_native", _sse(*stream)) == [("f", {"x": 1}, "a")]
    assert _code("dashscope_native", stream[:-1]) == "incomplete"
    assert _code("dashscope_native", stream[1]) == "incomplete"


def test_an_ollama_stream_ends_with_done() -> None:
    line = {"message": {"tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}]}, "done": False}
    text = json.dumps(line) + "\n"
    assert _calls("ollama_chat_ndjson", text + '{"done": true}') == [("f", {"x": 1}, None)]
    assert _code("ollama_chat_ndjson", text) == "incomplete"
    assert _code("ollama_chat_ndjson", text + '{"done": true, "done_reason": "length"}') == "incomplete"


@pytest.mark.parametrize("dialect", ["nope", "", None, 5])
def test_an_unknown_dialect_is_refused_with_the_list_of_dialects(dialect: Any) -> None:
    assert _code(dialect, "x") == "unknown_dialect"


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"data: \xff"])
def test_bytes_that_are_no_text_are_refused(raw: bytes) -> None:
    assert _code("auto", raw) == "not_utf8"


def test_a_text_dialect_takes_text() -> None:
    assert _code("hermes_tool_call", {"a": 1}) == "not_a_message"
    assert read("hermes_tool_call", None, chunks=[1]).error is not None  # type: ignore[list-item]


def test_tools_that_cannot_be_read_are_refused() -> None:
    result = read("openai_chat", {}, tools="f")
    assert result.error is not None
    assert result.error.code == "bad_tools"


def test_a_function_call_of_old_is_put_together_from_its_pieces() -> None:
    pieces = [{"name": "f", "arguments": ""}, {"arguments": '{"x"'}, {"arguments": ": 1}"}]
    chunks = [{"choices": [{"delta": {"function_call": piece}}]} for piece in pieces]
    end = {"choices": [{"delta": {}, "finish_reason": "function_call"}]}
    for dialect in ("openai_legacy_function_call", "openai_chat_sse", "auto"):
        assert _calls(dialect, [*chunks, end]) == [("f", {"x": 1}, None)]
    assert _code("openai_legacy_function_call", chunks) == "incomplete"


def test_an_empty_function_call_beside_calls_is_filling() -> None:
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    assert _calls("openai_chat", {"function_call": {"name": "", "arguments": ""}, "tool_calls": [call]}) == [
        ("f", {}, "a")
    ]
    both = {"function_call": {"name": "g", "arguments": "{}"}, "tool_calls": [call]}
    assert _code("openai_chat", both) == "ambiguous_call"


def test_only_the_first_choice_counts() -> None:
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    choices = [{"index": 1, "message": {"tool_calls": [call]}}, {"index": 0, "message": {"content": "no"}}]
    assert _calls("openai_chat", {"choices": choices}) == []
    delta = {"choices": [{"index": 1, "delta": {"tool_calls": [_piece(0, "a", "f", "{}")]}}]}
    assert _calls("openai_chat_sse", _sse(delta, _END)) == []


@pytest.mark.parametrize(
    ("dialect", "raw", "code"),
    [
        ("openai_chat", {"choices": [{"message": {"tool_calls": [{"function": {"name": "f"}}]},
                                      "finish_reason": "length"}]}, "incomplete"),
        ("openai_responses", {"output": [{"type": "custom_tool_call", "name": "f"}]}, "unsupported_type"),
        ("openai_responses_sse", _sse({"type": "error", "message": "overloaded"}), "provider_error"),
        ("anthropic_tool_use", {"content": [{"type": "tool_use", "name": "f", "input": {}}],
                                "stop_reason": "max_tokens"}, "incomplete"),
        ("anthropic_tool_use_sse", _sse(_START | {"content_block": {"type": "tool_use", "input": {
            "y": 2}}}, _partial(_JSON), _STOP, _TURN_END), "ambiguous_call"),
        ("gemini_function_call", {"parts": [{"functionCall": {"name": "f", "willContinue": True}}]},
         "incomplete"),
        ("dashscope_native", {"code": "InvalidParameter", "message": "no"}, "provider_error"),
        ("dashscope_native", [{"output": {"choices": [{"finish_reason": "stop", "message": {"tool_calls": [
            {"function": {"name": "f", "arguments": {"x": 1}}}]}}]}}], "not_a_message"),
        ("openai_chat_sse", "data: {}\n\n" + "x" * 17_000_000, "too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_relied_on_is_refused(dialect: str, raw: Any, code: str) -> None:
    assert _code(dialect, raw) == code


def test_plain_text_answers_have_no_calls() -> None:
    assert read("anthropic_tool_use", {"content": "hello"}).rest == "hello"
    assert read("dashscope_native", {"output": {"text": "hello", "finish_reason": "stop"}}).rest == "hello"
    assert read("openai_chat", [{"content": "a"}, {"content": "b"}]).rest == "ab"


def test_a_dashscope_stream_shows_the_call_that_is_being_written() -> None:
    for stream in (
        [_dashscope('{"x"')],
        [_dashscope('{"'), _dashscope('{"x"')],
        [_dashscope("{"), _dashscope('"x"')],
    ):
        reader = StreamReader("dashscope_native")
        reader.feed(_sse(*stream))
        assert reader.open_calls() == (OpenCall("f", '{"x"'),)


@pytest.mark.parametrize(
    ("raw", "calls"),
    [
        ([{"type": "text", "text": "a"}, {"type": "tool_use", "id": "a", "name": "f", "input": {}}], ["f"]),
        ({"content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]}, ["f"]),
        ({"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}, ["f"]),
        ('<function=f>{"a": 1}</function>', ["f"]),
        (f'"{"text"}"', []),
        (5, []),
    ],
)
def test_auto_finds_the_dialect_of_parts_of_answers(raw: Any, calls: list[str]) -> None:
    assert [call.name for call in read("auto", raw).calls] == calls
