"""What a reader shows of a call in a text format while it is being written."""

import pytest

from intent_bridge.llm import OpenCall, StreamReader


@pytest.mark.parametrize(
    ("dialect", "text", "name", "arguments"),
    [
        ("hermes_tool_call", 'Ja. <tool_call>\n{"name": "f", "arguments": {"a": 4', "f", '{"a": 4'),
        ("hermes_tool_call", '<tool_call>{"name": "f", "arguments": {"a": 4}', "f", '{"a": 4}'),
        ("hermes_tool_call", '<tool_call>{"arguments": {"a": 4}, "name": "f"', "f", '{"a": 4}'),
        ("hermes_tool_call", '<tool_call>{"na', None, ""),
        ("bare_json", '[{"name": "e", "arguments": {}}, {"name": "f", "parameters": {"a', "f", '{"a'),
        ("mistral_tool_calls", '[TOOL_CALLS]e{}[TOOL_CALLS]f[ARGS]{"a": 4', "f", '{"a": 4'),
        ("mistral_tool_calls", "[TOOL_CALLS]f", "f", ""),
        ("qwen_agent_flower", '✿FUNCTION✿: f\n✿ARGS✿: {"a": 4', "f", '{"a": 4'),
        ("llama3_json", '<function=f>{"a": 4', "f", '{"a": 4'),
        ("llama_pythonic", "[f(a=", "f", '{"a": '),
        ("llama_pythonic", "[f(a=4", "f", '{"a": '),
        ("llama_pythonic", "[f(a=4, b='x\"", "f", '{"a": 4 ,"b": "x'),
        ("llama_pythonic", "[f(a={'k': None}, b", "f", '{"a": {"k": null} ,"b'),
        ("qwen3_coder_xml", "<function=f>\n<parameter=a>\n4\n</parameter>\n<para", "f", '{"a": '),
        (
            "qwen3_coder_xml",
            "<function=f>\n<parameter=a>\n4\n</parameter>\n<parameter=b>\nx",
            "f",
            '{"a": "4" ,"b": ',
        ),
        ("auto", '<tool_call>{"name": "f", "arguments": {"a": 4', "f", '{"a": 4'),
        ("auto", "[f(a=4, ", "f", '{"a": 4 '),
        ("auto", "<tool_call>\n<function=f>\n<parameter=a", "f", '{"a'),
    ],
)
def test_name_and_arguments_are_shown_as_far_as_they_go(
    dialect: str, text: str, name: str | None, arguments: str
) -> None:
    reader = StreamReader(dialect)
    reader.feed(text)
    assert reader.open_calls() == (OpenCall(name, arguments),)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("hermes_tool_call", '<tool_call>{"name": "f", "arguments": {}}</tool_call> and'),
        ("hermes_tool_call", '`<tool_call>` {"name": "f", "arguments": {'),
        ("hermes_tool_call", '<think><tool_call>{"name": "f", "arguments": {'),
        ("mistral_tool_calls", '[TOOL_CALLS]f{"a": 4}'),
        ("bare_json", "hello"),
        ("llama_pythonic", "I can [f(a=1)]"),
        ("qwen3_coder_xml", "`<function=f>` takes"),
    ],
)
def test_nothing_is_shown_where_no_call_is_open(dialect: str, text: str) -> None:
    reader = StreamReader(dialect)
    reader.feed(text)
    assert reader.open_calls() == ()
