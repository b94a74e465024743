"""Calls between tags, as templates define them: what is a call, what is prose, what is cut off."""

import pytest

from intent_bridge.llm import read
from tests.unit.llm.tagged_texts import CALL, ONE, TOOLS, calls_of, code_of


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"<tool_call>\n{CALL}\n</tool_call>", 1),
        (f"<tool_call>{CALL}</tool_call><|im_end|>", 1),
        (f"<tool_call>{CALL}", 1),
        (f"<tool_call>{CALL}</tool_c", 1),
        (f"<tool_call>{CALL}<tool_call>{CALL}</tool_call>", 2),
        (f"<tool_call>\n{CALL}\n{CALL}\n</tool_call>", 2),
        (f"<tool_call>[{CALL}, {CALL}]</tool_call>", 2),
        (f"<think>hm</think>\n<tool_call>{CALL}</tool_call>", 1),
        (f"hm</think>\n<tool_call>{CALL}</tool_call>", 1),
        (f"let me think<tool_call>{CALL}</tool_call>", 1),
        ('<tool_call>{"name": "f", "arguments": "{\\"a\\": 1}"}</tool_call>', 1),
        ('<tool_call>{"name": "f", "parameters": {"a": 1}}</tool_call>', 1),
        ('<tool_call>{"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}</tool_call>', 1),
    ],
)
def test_hermes_calls_are_found(text: str, count: int) -> None:
    assert calls_of("hermes_tool_call", text) == ONE * count


@pytest.mark.parametrize(
    "text",
    [
        "I can write <tool_call> tags.",
        f"`<tool_call>{CALL}</tool_call>` is how I would do it.",
        f"``a ` <tool_call>{CALL}</tool_call>`` is code",
        f"Like this:\n```\n<tool_call>{CALL}</tool_call>\n```\nOK?",
        f"Like this:\n~~~xml\n<tool_call>{CALL}</tool_call>\n~~~",
        f"An open fence:\n```\n<tool_call>{CALL}</tool_call>",
        f"<think>I might <tool_call>{CALL}</tool_call></think>No.",
        f"<think>I might <tool_call>{CALL}</tool_call>",
        f"I might <tool_call>{CALL}</tool_call> but no</think>No.",
        f'You said "<tool_call>{CALL}</tool_call>".',
        f"你说“<tool_call>{CALL}</tool_call>”。",
        f"> <tool_call>{CALL}</tool_call>",
    ],
)
def test_text_that_merely_talks_about_a_call_is_not_a_call(text: str) -> None:
    assert calls_of("hermes_tool_call", text) == []
    assert read("hermes_tool_call", text).rest == text
    assert calls_of("auto", text) == []


def test_a_fence_and_a_tag_inside_the_arguments_are_text() -> None:
    text = '<tool_call>{"name": "f", "arguments": {"a": "```\\n</tool_call> `"}}</tool_call> ok'
    assert calls_of("hermes_tool_call", text) == [("f", {"a": "```\n</tool_call> `"})]
    assert read("hermes_tool_call", text).rest == " ok"


def test_calls_that_had_ended_before_a_cut_are_kept() -> None:
    result = read("hermes_tool_call", f'<tool_call>{CALL}</tool_call><tool_call>{{"name": "g')
    assert [call.name for call in result.calls] == ["f"]
    assert not result.complete


def test_one_broken_call_refuses_the_whole_message() -> None:
    assert (
        code_of("hermes_tool_call", f"<tool_call>{CALL}</tool_call><tool_call>{{x}}</tool_call>")
        == "not_json"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<tool_call>{"name": "f", "arguments": {"a": 1}', "incomplete"),
        ("<tool_call>", "incomplete"),
        ("<tool_call></tool_call>", "no_call"),
        ("<tool_call>{'name': 'f'}</tool_call>", "not_json"),
        ("<tool_call>f(a=1)</tool_call>", "not_json"),
        ('<tool_call>{"name": "f", "arguments": {"a": NaN}}</tool_call>', "not_finite"),
        ('<tool_call>{"name": "f", "arguments": {"a": 1, "a": 2}}</tool_call>', "duplicate_key"),
        ('<tool_call>{"name": "f", "arguments": [1]}</tool_call>', "not_an_object"),
        ('<tool_call>{"name": "f", "arguments": null}</tool_call>', "not_an_object"),
        ('<tool_call>{"name": "f", "arguments": {}, "parameters": {}}</tool_call>', "ambiguous_call"),
        ('<tool_call>{"arguments": {}}</tool_call>', "not_a_call"),
        (f"<tool_call>{CALL}</tool_call>" * 65, "too_large"),
    ],
)
def test_a_broken_hermes_call_is_refused_with_a_code(text: str, code: str) -> None:
    assert code_of("hermes_tool_call", text) == code


def test_a_model_repeating_its_list_of_tools_calls_nothing() -> None:
    definition = (
        '{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}'
    )
    assert code_of("qwen25_coder_tools_tag", f"<tools>{definition}</tools>") == "not_a_call"
    assert calls_of("bare_json", definition) == []
    assert calls_of("llama3_json", definition) == []


def test_qwen25_coder_takes_both_tags() -> None:
    assert calls_of("qwen25_coder_tools_tag", f"<tools>\n{CALL}\n</tools>") == ONE
    assert calls_of("qwen25_coder_tools_tag", f"<tool_call>\n{CALL}\n</tool_call>") == ONE


def _xml(body: str) -> str:
    return f"<tool_call>\n<function=f>\n{body}\n</function>\n</tool_call>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<parameter=n>\n42\n</parameter>", {"n": 42}),
        ("<parameter=x>\n42\n</parameter>", {"x": 42}),
        ("<parameter=x>\n-1.5e1\n</parameter>", {"x": -15.0}),
        ("<parameter=s>\n42\n</parameter>", {"s": "42"}),
        ("<parameter=s>\nNone\n</parameter>", {"s": "None"}),
        ("<parameter=unknown>\n42\n</parameter>", {"unknown": "42"}),
        ("<parameter=b>\nTrue\n</parameter>", {"b": True}),
        ("<parameter=b>\nNone\n</parameter>", {"b": None}),
        ("<parameter=n>\nnull\n</parameter>", {"n": None}),
        ('<parameter=o>\n{"k": [1, null]}\n</parameter>', {"o": {"k": [1, None]}}),
        ("<parameter=o>\n{'k': True, 'm': None}\n</parameter>", {"o": {"k": True, "m": None}}),
        ("<parameter=l>\n[1, 2]\n</parameter>", {"l": [1, 2]}),
        ("<parameter=s>\n a\n\n</parameter>", {"s": " a\n"}),
        ("<parameter=s>\nsay </parameter> twice\n</parameter>", {"s": "say </parameter> twice"}),
        ("<parameter=s>\nsay </function> twice\n</parameter>", {"s": "say </function> twice"}),
        ("<parameter=s>a</parameter><parameter=n>1</parameter>", {"s": "a", "n": 1}),
        ("", {}),
    ],
)
def test_the_schema_decides_what_an_xml_value_is(value: str, expected: dict[str, object]) -> None:
    assert calls_of("qwen3_coder_xml", _xml(value), tools=TOOLS) == [("f", expected)]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("n", "4.5"), ("n", "４"), ("n", "four"), ("x", "inf"), ("x", "1e999"), ("b", "yes"), ("o", "[1]"),
        ("o", "{'k': open()}"), ("l", "[1"),
    ],
)  # fmt: skip
def test_an_xml_value_of_another_type_is_refused_and_never_passed_on_as_text(
    parameter: str, value: str
) -> None:
    text = _xml(f"<parameter={parameter}>\n{value}\n</parameter>")
    assert code_of("qwen3_coder_xml", text, tools=TOOLS) in ("wrong_type", "not_finite")


@pytest.mark.parametrize(
    "text",
    [
        "<function=f>\n<parameter=s>\nv\n</parameter>\n</function>\n</tool_call>",
        "<function=f>\n<parameter=s>\nv\n</parameter>\n</function>",
        "<tool_call>\n<function=f>\n<parameter=s>\nv\n</parameter>\n</function>",
        "<tool_call><function=f><parameter=s>v</parameter></function></tool_call>",
    ],
)
def test_the_outer_tags_of_an_xml_call_may_be_missing(text: str) -> None:
    assert calls_of("qwen3_coder_xml", text) == [("f", {"s": "v"})]
    assert read("qwen3_coder_xml", text).salvaged == ()


def test_a_parameter_without_its_closing_tag_is_read_and_reported() -> None:
    result = read("qwen3_coder_xml", _xml("<parameter=n>\n5\n<parameter=s>\nhi"), tools=TOOLS)
    assert [call.arguments for call in result.calls] == [{"n": 5, "s": "hi"}]
    assert result.salvaged == ("`n` had no closing tag", "`s` had no closing tag")


@pytest.mark.parametrize("end", ["</parameter1>", "</parameter_s>", "</parameter"])
def test_a_misspelt_closing_tag_is_no_part_of_the_value_and_is_reported(end: str) -> None:
    result = read("qwen3_coder_xml", _xml(f"<parameter=s>\nhi\n{end}\n<parameter=n>\n5\n</parameter>"))
    assert [call.arguments for call in result.calls] == [{"s": "hi", "n": "5"}]
    assert result.salvaged == (f"`s` was closed by `{end}`",)


def test_a_value_that_is_closed_may_end_like_a_closing_tag() -> None:
    text = _xml("<parameter=s>\n<a/>\n</parameters>\n</parameter>")
    assert calls_of("qwen3_coder_xml", text) == [("f", {"s": "<a/>\n</parameters>"})]


def test_line_breaks_of_windows_are_taken_off_an_xml_value_too() -> None:
    text = _xml("<parameter=s>\n hi\n\n</parameter>").replace("\n", "\r\n")
    assert calls_of("qwen3_coder_xml", text) == [("f", {"s": " hi\r\n"})]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("hermes_tool_call", f"<tool_call>\n<tool_call>\n{CALL}\n</tool_call>"),
        ("qwen3_coder_xml", f"<tool_call>\n{_xml('')}"),
    ],
)
def test_an_opening_tag_written_twice_is_read_once_and_reported(dialect: str, text: str) -> None:
    result = read(dialect, text)
    assert [call.name for call in result.calls] == ["f"]
    assert result.salvaged == ("<tool_call> was written twice",)


def test_an_unclosed_parameter_does_not_swallow_the_next_call() -> None:
    text = "<function=f><parameter=s>a</function>\n<function=f><parameter=s>b</parameter></function>"
    assert calls_of("qwen3_coder_xml", text) == [("f", {"s": "a"}), ("f", {"s": "b"})]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<tool_call>\n<function=f>\n<parameter=s>\nv", "incomplete"),
        ("<tool_call>\n<function=f>\n<parameter=s>\nv\n</parameter>\n", "incomplete"),
        ("<tool_call>\n<function=f", "incomplete"),
        (_xml("<parameter=s>1</parameter><parameter=s>2</parameter>"), "duplicate_key"),
        (_xml("some words"), "not_a_call"),
        (_xml("".join(f"<parameter=p{n}>1</parameter>" for n in range(200))), "too_large"),
        ("<tool_call>\n<function=>\n</function>\n</tool_call>", "no_name"),
        (_xml("<parameter=s>v <parameter=n>5</parameter>"), "ambiguous_call"),
        (_xml(f"<parameter=s>\n{_xml('<parameter=z>1</parameter>')}\n</parameter>"), "ambiguous_call"),
    ],
)
def test_a_broken_xml_call_is_refused_with_a_code(text: str, code: str) -> None:
    assert code_of("qwen3_coder_xml", text) == code


def test_a_tool_that_was_not_offered_is_refused_with_the_list_of_tools() -> None:
    result = read("qwen3_coder_xml", "<function=g>\n</function>", tools=TOOLS)
    assert result.error is not None
    assert (result.error.code, result.calls) == ("unknown_tool", ())
    assert result.error.message == "there is no tool `g`; use f"


def test_a_tag_named_in_quotation_marks_is_no_call() -> None:
    text = f'"<tool_call>" opens a call. <tool_call>{CALL}</tool_call>'
    assert calls_of("hermes_tool_call", text) == ONE
    assert calls_of("qwen3_coder_xml", "Write <tool_call> before it.") == []


def test_an_xml_reader_takes_json_between_the_same_tags() -> None:
    assert calls_of("qwen3_coder_xml", f"<tool_call>\n{CALL}\n</tool_call>") == ONE


def test_several_functions_may_stand_in_one_tag() -> None:
    text = "<tool_call>\n<function=f>\n</function>\n<function=f>\n</function>\n</tool_call>"
    assert calls_of("qwen3_coder_xml", text) == [("f", {}), ("f", {})]
    assert code_of("qwen3_coder_xml", "<tool_call>\n</tool_call>") == "no_call"


def test_a_function_closed_by_the_outer_tag_is_read_and_reported() -> None:
    result = read(
        "qwen3_coder_xml", "<tool_call>\n<function=f>\n<parameter=s>\nv\n</parameter>\n</tool_call>"
    )
    assert [call.arguments for call in result.calls] == [{"s": "v"}]
    assert result.salvaged == ("`f` had no closing tag",)


def test_a_value_too_deep_or_with_a_key_twice_is_refused() -> None:
    assert (
        code_of("qwen3_coder_xml", _xml(f"<parameter=l>\n{'[' * 99}\n</parameter>"), tools=TOOLS)
        == "too_deep"
    )
    twice = _xml('<parameter=o>\n{"a": 1, "a": 2}\n</parameter>')
    assert code_of("qwen3_coder_xml", twice, tools=TOOLS) == "duplicate_key"


def test_marks_without_end_are_prose_and_cost_little() -> None:
    text = "<tool_call>x " * 10_000
    assert read("hermes_tool_call", text).rest == text
