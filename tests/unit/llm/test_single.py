"""One isolated call, whichever envelope it comes in."""

import json

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.llm import read_call
from intent_bridge.types import ToolCall

ARGUMENTS = {"zone": "driver", "celsius": 22}
TEXT = json.dumps(ARGUMENTS)

ENVELOPES = {
    "openai": {"id": "c1", "type": "function", "function": {"name": "set_temperature", "arguments": TEXT}},
    "openai arguments as object": {
        "id": "c1",
        "type": "function",
        "function": {"name": "set_temperature", "arguments": ARGUMENTS},
    },
    "responses": {
        "type": "function_call",
        "id": "fc",
        "call_id": "c1",
        "name": "set_temperature",
        "arguments": TEXT,
        "status": "completed",
    },
    "anthropic": {"type": "tool_use", "id": "c1", "name": "set_temperature", "input": ARGUMENTS},
    "gemini": {"functionCall": {"id": "c1", "name": "set_temperature", "args": ARGUMENTS}},
    "bedrock": {"toolUse": {"toolUseId": "c1", "name": "set_temperature", "input": ARGUMENTS}},
    "mcp": {
        "jsonrpc": "2.0",
        "id": "c1",
        "method": "tools/call",
        "params": {"name": "set_temperature", "arguments": ARGUMENTS},
    },
    "bare": {"id": "c1", "name": "set_temperature", "arguments": ARGUMENTS},
    "llama": {"id": "c1", "name": "set_temperature", "parameters": ARGUMENTS},
    "langchain": {"id": "c1", "type": "tool_call", "name": "set_temperature", "args": ARGUMENTS},
}


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_every_envelope_gives_the_same_call(envelope: dict[str, object], as_text: bool) -> None:
    assert read_call(json.dumps(envelope) if as_text else envelope) == ToolCall(
        "c1", "set_temperature", ARGUMENTS
    )


def test_a_legacy_call_has_no_id() -> None:
    assert read_call({"function_call": {"name": "f", "arguments": TEXT}}) == ToolCall("", "f", ARGUMENTS)
    assert read_call({"function": {"name": "f", "arguments": ARGUMENTS}}).id == ""


def test_an_mcp_integer_id_becomes_text() -> None:
    call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "f"}}
    assert read_call(call) == ToolCall("7", "f", {})


def test_a_gemini_call_may_omit_its_arguments() -> None:
    assert read_call({"functionCall": {"name": "f"}}) == ToolCall("", "f", {})


def test_an_sdk_object_is_read_through_its_model_dump() -> None:
    class FromAnSdk:
        def model_dump(self, **_: object) -> dict[str, object]:
            return {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

    assert read_call(FromAnSdk()) == ToolCall("c1", "f", {})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "not_a_call"),
        ([], "not_a_call"),
        ({}, "not_a_call"),
        ({"name": "f"}, "no_arguments"),
        ({"name": "f", "arguments": None}, "not_an_object"),
        ({"name": "f", "arguments": "[1]"}, "not_an_object"),
        ({"name": "f", "arguments": '"{}"'}, "not_an_object"),
        ({"name": "f", "arguments": {}, "parameters": {}}, "ambiguous_call"),
        ({"function": {"name": "f", "arguments": "{}"}, "functionCall": {"name": "g"}}, "ambiguous_call"),
        ({"name": " ", "arguments": {}}, "no_name"),
        ({"name": 3, "arguments": {}}, "no_name"),
        ({"name": "f\n</tool_call>", "arguments": {}}, "bad_name"),
        ({"name": "f" * 129, "arguments": {}}, "bad_name"),
        ({"name": "f", "arguments": {}, "id": True}, "bad_id"),
        ({"type": "custom", "custom": {"name": "f", "input": "3"}}, "unsupported_type"),
        ({"type": "function_call", "name": "f", "arguments": "{}", "status": "incomplete"}, "incomplete"),
        ({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "f"}}, "no_id"),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}, "not_a_call"),
        (
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "f", "arguments": "{}"}},
            "not_an_object",
        ),
        ({"name": "f", "arguments": {1: 2}}, "not_json"),
        ({"name": "f", "arguments": {"a": {1, 2}}}, "not_json"),
    ],
)
def test_what_is_not_one_sound_call_is_refused_with_a_code(raw: object, code: str) -> None:
    with pytest.raises(ToolCallError) as caught:
        read_call(raw)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":NaN}',
        '{"a":1e999}',
        "{'a':1}",
        '{"a":1,}',
        '{"a":' + "[" * 3000,
        '{"a":"\\ud800"}',
    ],
)
def test_arguments_pass_the_strict_front_door(text: str) -> None:
    with pytest.raises(ToolCallError):
        read_call({"name": "f", "arguments": text})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", [[[]]] * 70_000])
def test_host_made_values_meet_the_same_refusals_as_text(value: object) -> None:
    with pytest.raises(ToolCallError):
        read_call({"name": "f", "arguments": {"a": value}})


def test_a_call_that_was_read_before_is_checked_again() -> None:
    assert read_call(ToolCall("c1", "f", {"a": 1})) == ToolCall("c1", "f", {"a": 1})
    with pytest.raises(ToolCallError):
        read_call(ToolCall("c1", "f", {"a": float("nan")}))


def test_a_function_inside_a_call_of_another_type_is_refused() -> None:
    with pytest.raises(ToolCallError) as caught:
        read_call({"type": "custom", "function": {"name": "f", "arguments": "{}"}})
    assert caught.value.code == "unsupported_type"
