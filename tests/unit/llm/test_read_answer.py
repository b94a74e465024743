"""A host may hand over a whole answer of a model, as long as it holds exactly one call."""

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.llm import read_answer
from intent_bridge.types import ToolCall

FAN = ToolCall("", "set_fan_speed", {"level": 3})


@pytest.mark.parametrize(
    ("answer", "call_id"),
    [
        ({"name": "set_fan_speed", "arguments": {"level": 3}}, ""),
        ('<tool_call>\n{"name": "set_fan_speed", "arguments": {"level": 3}}\n</tool_call>', ""),
        (
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "a",
                        "type": "function",
                        "function": {"name": "set_fan_speed", "arguments": '{"level": 3}'},
                    }
                ],
            },
            "a",
        ),
    ],
    ids=["call", "tagged text", "whole message"],
)
def test_one_call_is_found_in_whatever_holds_it(answer: object, call_id: str) -> None:
    found = read_answer(answer)
    assert (found.id, found.name, dict(found.arguments)) == (call_id, FAN.name, FAN.arguments)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("I would call set_fan_speed(level=3) if you like.", "not_json"),
        ('{"name": "set_fan_speed", "arguments": {"level": 3, "level": 9}}', "duplicate_key"),
        ('<tool_call>{"name": "set_fan_speed", "arguments": {"lev', "not_json"),
        (7, "not_a_call"),
        ("<tool_call><function=set_fan_speed><parameter=level>3</parameter>", "not_json"),
        (
            '<tool_call>{"name": "a", "arguments": {}}</tool_call>'
            '<tool_call>{"name": "b", "arguments": {}}</tool_call>',
            "several_calls",
        ),
    ],
)
def test_what_holds_no_single_sound_call_is_refused(answer: object, code: str) -> None:
    with pytest.raises(ToolCallError) as refused:
        read_answer(answer)
    assert refused.value.code == code
