"""Results out: each in the dialect of its call, under the id of its call."""

import json
from typing import Any

import pytest

from intent_bridge.llm import DIALECTS, CallResult, ParsedCall, write_results

_DONE = CallResult(ParsedCall("set_window", {}, "c1"), {"status": "done"})
_DENIED = CallResult(ParsedCall("set_window", {}, "c2"), {"status": "denied", "message": "太快"}, failed=True)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_result_is_there_in_order(dialect: str) -> None:
    text = json.dumps(write_results(dialect, [_DONE, _DENIED]), ensure_ascii=False)
    assert 0 < text.index("done") < text.index("denied")
    assert "太快" in text
    assert write_results(dialect, []) == []


@pytest.mark.parametrize(
    ("dialect", "key"),
    [
        ("openai_chat", "tool_call_id"),
        ("openai_chat_sse", "tool_call_id"),
        ("dashscope_native", "tool_call_id"),
        ("openai_responses", "call_id"),
        ("mcp_tools_call", "id"),
        ("mistral_tool_calls", "tool_call_id"),
    ],
)
def test_results_stand_under_the_ids_of_their_calls(dialect: str, key: str) -> None:
    assert [message[key] for message in write_results(dialect, [_DONE, _DENIED])] == ["c1", "c2"]


def test_anthropic_takes_all_results_in_one_turn() -> None:
    (message,) = write_results("anthropic_tool_use", [_DONE, _DENIED])
    assert message["role"] == "user"
    assert [(b["tool_use_id"], b["is_error"]) for b in message["content"]] == [("c1", False), ("c2", True)]


def test_gemini_takes_all_results_in_one_turn() -> None:
    (message,) = write_results("gemini_function_call", [_DONE, _DENIED])
    answers = [part["functionResponse"] for part in message["parts"]]
    assert [answer["id"] for answer in answers] == ["c1", "c2"]
    assert answers[0]["response"] == {"output": {"status": "done"}}
    assert "error" in answers[1]["response"]
    unnumbered = CallResult(ParsedCall("f", {}), {})
    assert "id" not in write_results("gemini_function_call", [unnumbered])[0]["parts"][0]["functionResponse"]


def test_mcp_keeps_a_number_as_the_id_it_was() -> None:
    (response,) = write_results("mcp_tools_call", [CallResult(ParsedCall("f", {}, 7), {"status": "done"})])
    assert response["id"] == 7
    assert response["result"]["structuredContent"] == {"status": "done"}
    assert response["result"]["isError"] is False


@pytest.mark.parametrize("dialect", ["hermes_tool_call", "qwen3_coder_xml", "qwen25_coder_tools_tag"])
def test_qwen_takes_all_results_in_one_turn(dialect: str) -> None:
    (message,) = write_results(dialect, [_DONE, _DENIED])
    assert message["content"].count("<tool_response>\n{") == 2


def test_qwen_agent_goes_on_behind_the_results() -> None:
    (message,) = write_results("qwen_agent_flower", [_DONE])
    assert message["content"] == '\n✿RESULT✿: {"status": "done"}\n✿RETURN✿:'


@pytest.mark.parametrize(
    "dialect", ["openai_chat", "openai_responses", "anthropic_tool_use", "mcp_tools_call"]
)
def test_a_call_without_an_id_cannot_be_answered_where_ids_match_results(dialect: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        write_results(dialect, [CallResult(ParsedCall("f", {}), {})])


def test_an_unknown_dialect_is_a_key_error() -> None:
    empty: list[Any] = []
    with pytest.raises(KeyError):
        write_results("none", empty)
