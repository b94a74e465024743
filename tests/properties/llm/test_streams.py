"""However an answer is cut into pieces, and whatever bytes it is made of."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.errors import ToolCallError
from intent_bridge.llm import StreamReader, read, read_call
from intent_bridge.llm.dialects import AUTO, DIALECTS

_ZH = {"zone": "副驾", "note": 'say "停" \\ \n 🌡', "celsius": 21.5}
_TEXT = json.dumps(_ZH, ensure_ascii=False)
_HALVES = (_TEXT[:13], _TEXT[13:])


def _sse(*events: object, ending: str = "\n\n") -> str:
    return "".join(f"event: e\r\ndata: {_json(event)}{ending}" for event in events) + f"data: [DONE]{ending}"


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _chat_delta(*calls: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    delta = {"content": "好的 ", "tool_calls": list(calls)} if calls else {}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


_CHAT_CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": _TEXT}}
_ITEM = {"type": "function_call", "call_id": "a", "name": "f", "arguments": _TEXT, "status": "completed"}
_OBJECT = json.dumps({"name": "f", "arguments": _ZH}, ensure_ascii=False)

ANSWERS: dict[str, str] = {
    "openai_chat": _json(
        {"choices": [{"message": {"tool_calls": [_CHAT_CALL]}, "finish_reason": "tool_calls"}]}
    ),
    "openai_chat_sse": _sse(
        _chat_delta({"index": 0, "id": "a", "function": {"name": "f", "arguments": _HALVES[0]}}),
        _chat_delta({"index": 0, "function": {"arguments": _HALVES[1]}}),
        _chat_delta(finish="tool_calls"),
        ending="\r\n\r\n",
    ),
    "openai_legacy_function_call": _json(
        {"choices": [{"message": {"function_call": {"name": "f", "arguments": _TEXT}}}]}
    ),
    "openai_legacy_function_call_message": _json({"function_call": {"name": "f", "arguments": _TEXT}}),
    "openai_responses": _json({"status": "completed", "output": [_ITEM]}),
    "openai_responses_sse": _sse(
        {"type": "response.output_item.done", "output_index": 0, "item": _ITEM},
        {"type": "response.completed", "response": {"status": "completed", "output": [_ITEM]}},
    ),
    "anthropic_tool_use": _json(
        {"content": [{"type": "tool_use", "id": "a", "name": "f", "input": _ZH}], "stop_reason": "tool_use"}
    ),
    "anthropic_tool_use_sse": _sse(
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "a", "name": "f", "input": {}},
        },
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "input_json_delta", "partial_json": half},
            }
            for half in _HALVES
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        ending="\r\r",
    ).replace("data: [DONE]\r\r", ""),
    "gemini_function_call": _json(
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": _ZH}}]}}]}
    ),
    "gemini_function_call_sse": _sse(
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": _ZH}}]}}]},
        {"candidates": [{"finishReason": "STOP"}]},
    ).replace("data: [DONE]\n\n", ""),
    "ollama_chat": _json(
        {"message": {"tool_calls": [{"function": {"name": "f", "arguments": _ZH}}]}, "done": True}
    ),
    "ollama_chat_ndjson": _json(
        {"message": {"tool_calls": [{"function": {"name": "f", "arguments": _ZH}}]}, "done": False}
    )
    + '\r\n{"done": true}\n',
    "dashscope_native": _json({"output": {"choices": [{"message": {"tool_calls": [_CHAT_CALL]}}]}}),
    "mcp_tools_call": _json(
        {"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": {"name": "f", "arguments": _ZH}}
    ),
    "hermes_tool_call": f"好的 <tool_call>\n{_OBJECT}\n</tool_call>",
    "qwen3_coder_xml": (
        "<tool_call>\n<function=f>\n<parameter=zone>\n副驾\n</parameter>\n</function>\n</tool_call>"
    ),
    "qwen25_coder_tools_tag": f"<tools>\n{_OBJECT}\n</tools>",
    "qwen_agent_flower": f"✿FUNCTION✿: f\n✿ARGS✿: {_TEXT}\n✿RESULT✿",
    "mistral_tool_calls": f"[TOOL_CALLS]f{_TEXT}",
    "llama_pythonic": "[f(zone='副驾', celsius=21.5)]",
    "llama3_json": f"<|python_tag|>{_OBJECT}",
    "bare_json": _OBJECT,
}


def _pieces(*calls: dict[str, Any]) -> str:
    """A Gemini stream of these parts of calls."""
    events = [{"candidates": [{"content": {"parts": [{"functionCall": call}]}}]} for call in calls]
    return _sse(*events, {"candidates": [{"finishReason": "STOP"}]}).replace("data: [DONE]\n\n", "")


FORMS: list[tuple[str, str]] = [
    *ANSWERS.items(),
    (
        "gemini_function_call_sse",
        _pieces(
            {"name": "f", "willContinue": True},
            {"partialArgs": [{"jsonPath": "$.zone", "stringValue": "副", "willContinue": True}],
             "willContinue": True},
            {"partialArgs": [{"jsonPath": "$.zone", "stringValue": "驾"}], "willContinue": True},
            {},
        ),
    ),
    ("llama_pythonic", "好的 <|python_start|>[f(zone='副驾')]<|python_end|>"),
    ("mistral_tool_calls", f"好的 [TOOL_CALLS] [TOOL_CALLS] [{_OBJECT}]"),
    ("hermes_tool_call", f"<tool_call>\n<tool_call>\n{_OBJECT}\n</tool_call>"),
    (
        "qwen3_coder_xml",
        "<function=f>\r\n<parameter=zone>\r\n副驾\r\n</parameter1>\r\n"
        "<parameter=n>\r\n1\r\n</parameter>\r\n</function>",
    ),
]  # fmt: skip
"""Answers in every dialect, and further forms of some."""


def test_there_is_an_answer_in_every_dialect_and_it_is_read() -> None:
    assert ANSWERS.keys() == DIALECTS.keys()
    for dialect, answer in FORMS:
        result = read(dialect, answer)
        assert [call.name for call in result.calls] == ["f"], (dialect, result.error)
        assert result.calls[0].arguments["zone"] == "副驾"
        assert result.complete


@pytest.mark.parametrize("named", [True, False], ids=["named", "auto"])
@pytest.mark.parametrize(("dialect", "text"), FORMS)
@given(data=st.data())
def test_every_split_of_the_stream_gives_the_same_result_as_the_whole(
    dialect: str, text: str, named: bool, data: st.DataObject
) -> None:
    answer = text.encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(answer)))))
    name = dialect if named else AUTO
    reader = StreamReader(name)
    for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True):
        reader.feed(answer[start:end])
        reader.open_calls()
    assert reader.finish() == read(name, text)


@pytest.mark.parametrize(("dialect", "text"), FORMS)
def test_an_answer_fed_byte_by_byte_gives_the_same_result(dialect: str, text: str) -> None:
    reader = StreamReader(dialect)
    for byte in text.encode():
        reader.feed(bytes([byte]))
    assert reader.finish() == read(dialect, text)


@pytest.mark.parametrize(("dialect", "text"), FORMS)
def test_an_answer_cut_off_anywhere_gives_its_call_whole_or_not_at_all(dialect: str, text: str) -> None:
    whole = read(dialect, text)
    for end in range(len(text)):
        cut = read(dialect, text[:end])
        assert cut.calls in ((), whole.calls)


_PIECES = [
    "<tool_call>", "</tool_call>", "<function=f>", "<parameter=p>", "</parameter>", "</function>", "{",
    "}", "[", "]", '"', "\\", "`", "```", ":", ",", "'", ">", "<think>", "</think>", "[TOOL_CALLS]", "f(",
    ")", "a=", "1", "✿FUNCTION✿", "✿ARGS✿", "✿FUNCTION✿:",
    "✿ARGS✿:", "<|python_start|>[", "<|python_end|>", "\r\n", "data:",
    "event:", '{"name":"f","arguments":{}}', "<tools>",
    "</tools>", "null", "NaN", "<|python_tag|>", "[DONE]", "{{", "}}", "\ufeff", "。", "\n", " ",
]  # fmt: skip
_KEYS = [
    "choices", "message", "tool_calls", "function", "name", "arguments", "index", "delta", "id", "type",
    "output", "item", "content", "parts", "candidates", "functionCall", "args", "jsonrpc", "method",
    "params", "input", "finish_reason", "stop_reason", "function_call", "content_block", "error", "done",
    "status", "output_index", "response", "call_id", "code", "partialArgs", "willContinue", "jsonPath",
    "stringValue", "numberValue",
]  # fmt: skip
_WORDS = [
    "function", "tool_use", "function_call", "tools/call", "2.0", "content_block_start",
    "content_block_delta", "message", "response.completed", "response.output_item.done",
    "input_json_delta", "message_start", "$.a", "$.a[0]", "$.a[1].b",
]  # fmt: skip
_HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300),
    st.lists(st.sampled_from(_PIECES), max_size=40).map("".join),
)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(_WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=30,
)
_TOOLS = [
    {"type": "function", "function": {"name": "f", "parameters": {"properties": {"p": {"type": "integer"}}}}}
]


@given(raw=_HOSTILE, lenient=st.booleans(), tools=st.sampled_from([None, _TOOLS]))
def test_no_text_and_no_bytes_raise_in_any_dialect(raw: object, lenient: bool, tools: object) -> None:
    for dialect in (*DIALECTS, AUTO):
        result = read(dialect, raw, lenient=lenient, tools=tools)
        assert result.error is None or not result.calls, dialect


@given(raw=_DATA, tools=_DATA)
def test_no_data_raises_in_any_dialect(raw: object, tools: object) -> None:
    for dialect in (*DIALECTS, AUTO):
        result = read(dialect, raw, tools=tools)
        assert result.error is None or not result.calls, dialect
        read(dialect, [raw, raw], lenient=True)


@given(events=st.lists(_DATA, max_size=4))
def test_no_stream_of_events_raises(events: list[object]) -> None:
    texts = [json.dumps(event) for event in events]
    for dialect in DIALECTS:
        for text in ("".join(f"data: {text}\n\n" for text in texts), "\n".join(texts)):
            result = read(dialect, text)
            assert result.error is None or not result.calls, dialect


@given(raw=_DATA | _HOSTILE)
def test_one_call_is_read_or_refused(raw: object) -> None:
    try:
        call = read_call(raw)
    except ToolCallError as error:
        assert "\n" not in str(error)
    else:
        assert call.name
