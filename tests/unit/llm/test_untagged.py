"""Text formats of Qwen-Agent, Mistral and Llama, bare JSON, and lenient reading."""

from typing import Any

import pytest

from intent_bridge.llm import read
from tests.unit.llm.tagged_texts import CALL, ONE, TOOLS, calls_of, code_of


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}', 1),
        ('好的。\n✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}\n✿RESULT✿', 1),
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}\n✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}', 2),
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}\n✿ARGS✿: {"a": 1}', 2),
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": 1} <!-- remark -->', 1),
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}\n✿RESULT✿: 5\n✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}', 1),
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}\n✿RETURN✿: ✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}', 1),
    ],
)
def test_qwen_agent_calls_are_found_up_to_a_result_the_model_made_up(text: str, calls: int) -> None:
    assert calls_of("qwen_agent_flower", text) == ONE * calls


def test_a_marker_inside_the_arguments_is_text() -> None:
    text = '✿FUNCTION✿: f\n✿ARGS✿: {"a": "✿FUNCTION✿: g\\n✿ARGS✿: {}"}'
    assert [name for name, _ in calls_of("qwen_agent_flower", text)] == ["f"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("✿FUNCTION✿: f\n✿ARGS", "incomplete"),
        ("✿FUNCTION✿: f", "incomplete"),
        ('✿FUNCTION✿: f\n✿ARGS✿: {"a": ', "incomplete"),
        ("✿FUNCTION✿: f\n✿ARGS✿: ```py\n1\n```", "not_an_object"),
        ("✿FUNCTION✿: f\n✿ARGS✿: {'a': 1}", "not_json"),
        ("✿FUNCTION✿:\n✿ARGS✿: {}", "no_name"),
        ("✿FUNCTION✿：f\n✿ARGS✿：{}", "not_a_call"),
        ("✿FUNCTION✿ f\n✿ARGS✿ {}", "not_a_call"),
        ("✿FUNCTION✿: f\n✿FUNCTION✿: g\n✿ARGS✿: {}", "no_arguments"),
    ],
)
def test_a_broken_qwen_agent_call_is_refused_with_a_code(text: str, code: str) -> None:
    assert code_of("qwen_agent_flower", text) == code


def test_a_flower_marker_without_its_colon_and_arguments_is_prose() -> None:
    assert calls_of("qwen_agent_flower", "The marker ✿FUNCTION✿ stands before a name.") == []


def test_a_brace_too_many_behind_qwen_agents_arguments_is_reported() -> None:
    result = read("qwen_agent_flower", '✿FUNCTION✿: f\n✿ARGS✿: {"a": 1}}')
    assert [call.arguments for call in result.calls] == [{"a": 1}]
    assert result.salvaged == ("a closing brace too many was left out",)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('[TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}, "id": "abc123def"}]', ["abc123def"]),
        ('[TOOL_CALLS]f{"a": 1}', [None]),
        ('[TOOL_CALLS]f{"a": 1}[TOOL_CALLS]f{"a": 1}</s>', [None, None]),
        ('[TOOL_CALLS]f[ARGS]{"a": 1}', [None]),
        ('[TOOL_CALLS]f[CALL_ID]123456789[ARGS]{"a": 1}', ["123456789"]),
        ('Sure. [TOOL_CALLS][{"name": "f", "arguments": "{\\"a\\": 1}"}][/TOOL_CALLS]', [None]),
        ('[THINK]maybe [TOOL_CALLS]g{}[/THINK][TOOL_CALLS]f{"a": 1}', [None]),
    ],
)
def test_mistral_calls_are_found_in_each_generation_of_its_format(text: str, ids: list[str | None]) -> None:
    result = read("mistral_tool_calls", text)
    assert [(call.name, call.arguments) for call in result.calls] == ONE * len(ids)
    assert [call.id for call in result.calls] == ids


@pytest.mark.parametrize(
    "text",
    [
        "[TOOL_CALLS]",
        "[TOOL_CALLS]f",
        '[TOOL_CALLS]f{"a"',
        '[TOOL_CALLS] [{"name": "f", "arg',
        "[TOOL_CALLS]f[ARGS]",
    ],
)
def test_a_mistral_call_that_is_cut_off_is_refused(text: str) -> None:
    assert code_of("mistral_tool_calls", text) == "incomplete"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{"name": "f", "parameters": {"a": 1}}', 1),
        ('<|python_tag|>{"name": "f", "parameters": {"a": 1}}<|eom_id|>', 1),
        ('{"type": "function", "name": "f", "parameters": {"a": 1}}', 1),
        ('{"name": "f", "parameters": {"a": 1}}; {"name": "f", "arguments": {"a": 1}}', 2),
        ('Here it is: {"name": "f", "parameters": {"a": 1}} Anything else?', 1),
        ('<function=f>{"a": 1}</function>', 1),
        ("<|python_tag|>f.call(a=1)", 1),
        ('{"result": {"name": "f", "parameters": {"a": 1}}}', 0),
        ('```json\n{"name": "f", "parameters": {"a": 1}}\n```', 0),
        ('Write `{"name": "f", "parameters": {"a": 1}}`.', 0),
        ("A {brace} and an { open one", 0),
        ('{"name": "f"}', 0),
        ("<|python_tag|>print(1)", 0),
    ],
)
def test_llama_json_calls_are_found_and_other_objects_are_prose(text: str, count: int) -> None:
    assert calls_of("llama3_json", text) == ONE * count


@pytest.mark.parametrize(
    "text",
    ['{"name": "f", "parameters": {"a', '<function=f>{"a": 1}', '<function=f>{"a', "<|python_tag|>f.call(a="],
)
def test_a_llama_json_call_that_is_cut_off_is_refused(text: str) -> None:
    assert code_of("llama3_json", text) == "incomplete"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[f(a=1)]", [("f", {"a": 1})]),
        ("<|python_start|>[f(a=1), g()]<|python_end|>", [("f", {"a": 1}), ("g", {})]),
        ("[f(a='it\\'s', b=\"x\\n\", c=[1, -2.5, (True,)], d={'k': None})]<|eot|>",
         [("f", {"a": "it's", "b": "x\n", "c": [1, -2.5, [True]], "d": {"k": None}})]),
        ("[a.b(c=true, d=null), ]", [("a.b", {"c": True, "d": None})]),
        ("[f(a=1)]\n[g()]", [("f", {"a": 1}), ("g", {})]),
        ("[f(a=.5, b=5., c=+2)]", [("f", {"a": 0.5, "b": 5.0, "c": 2})]),
        ("[special delivery]", []),
        ("[]", []),
        ("see [f(a=1)]", []),
        ("f(a=1)", []),
    ],
)  # fmt: skip
def test_pythonic_calls_are_the_whole_message(text: str, expected: list[Any]) -> None:
    assert calls_of("llama_pythonic", text) == expected


def test_pythonic_calls_between_their_marks_may_stand_in_prose() -> None:
    text = "Warmer. <|python_start|>[f(a=1)]<|python_end|> And <|python_start|>[g()]<|python_end|> done."
    result = read("llama_pythonic", text)
    assert [call.name for call in result.calls] == ["f", "g"]
    assert result.rest == "Warmer.  And  done."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ok <|python_start|>[f(a=1", "incomplete"),
        ("ok <|python_start|>", "incomplete"),
        ("<|python_start|>f(a=1)<|python_end|>", "not_a_call"),
        ("<|python_start|>[f(a=1)] and more<|python_end|>", "not_json"),
        ("<|python_start|>[f(a=g())]<|python_end|>", "not_json"),
    ],
)
def test_what_stands_between_pythonic_marks_is_calls_or_refused(text: str, code: str) -> None:
    assert code_of("llama_pythonic", text) == code


def test_pythonic_marks_named_in_prose_or_code_or_thinking_are_no_call() -> None:
    call = "<|python_start|>[f(a=1)]<|python_end|>"
    for text in ("Behind <|python_start|> stands a list.", f"`{call}`", f"<think>{call}</think>ok"):
        assert calls_of("llama_pythonic", text) == []


def test_pythonic_arguments_by_place_take_the_order_of_the_tools_parameters() -> None:
    assert calls_of("llama_pythonic", "[f(4, {'k': 1}, s='v')]", tools=TOOLS) == [
        ("f", {"n": 4, "o": {"k": 1}, "s": "v"})
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[f(1)]", "unnamed_argument"),
        ("[f(a=1", "incomplete"),
        ("[f(a='x", "not_json"),
        ("[f(a=1)", "incomplete"),
        ("[f(a=g())]", "not_json"),
        ("[f(a=x)]", "not_json"),
        ("[f(**{'a': 1})]", "not_json"),
        ("[f(a=1, 2)]", "not_json"),
        ("[f(a=1, a=2)]", "duplicate_key"),
        ("[f(a={'k': 1, 'k': 2})]", "duplicate_key"),
        ("[f(a=1_000)]", "not_json"),
        ("[f(a=0x10)]", "not_json"),
        ("[f(a=1e999)]", "not_finite"),
        ("[f(a=" + "9" * 40 + ")]", "number_too_long"),
        ("[f(a=" + "[" * 40 + "]" * 40 + ")]", "too_deep"),
        ("[f(a='\\ud800')]", "lone_surrogate"),
        ("[__import__('os').system('x')]", "not_json"),
        ("[f(a=1)] and more", "not_json"),
    ],
)
def test_only_literals_are_pythonic_arguments(text: str, code: str) -> None:
    assert code_of("llama_pythonic", text) == code


@pytest.mark.parametrize("calls", [f"[{CALL}]", 'f{"a": 1}'])
def test_a_mistral_mark_written_twice_is_read_once_and_reported(calls: str) -> None:
    result = read("mistral_tool_calls", f"[TOOL_CALLS] [TOOL_CALLS] {calls}")
    assert [(call.name, call.arguments) for call in result.calls] == ONE
    assert result.salvaged == ("[TOOL_CALLS] was written twice",)


def test_a_second_list_of_mistral_calls_is_refused() -> None:
    assert code_of("mistral_tool_calls", f"[TOOL_CALLS] [{CALL}]\n[TOOL_CALLS] [{CALL}]") == "ambiguous_call"


@pytest.mark.parametrize("dialect", ["bare_json", "llama3_json", "hermes_tool_call"])
def test_the_tool_may_be_named_by_the_key_function(dialect: str) -> None:
    text = '{"function": "f", "arguments": {"a": 1}}'
    tagged = f"<tool_call>{text}</tool_call>" if dialect == "hermes_tool_call" else text
    assert calls_of(dialect, tagged) == ONE


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (CALL, 1),
        (f" {CALL}\n{CALL} ", 2),
        (f"[{CALL}, {CALL}]", 2),
        (f'{{"tool_calls": [{CALL}]}}', 1),
        (f"<think>hm</think>{CALL}", 1),
        (f"{CALL} done", 0),
        (f"Sure: {CALL}", 0),
        (f'{{"name": "x"}}{CALL}', 0),
        (f"```json\n{CALL}\n```", 0),
        ('{"city": "Paris"}', 0),
        ("{not json}", 0),
        ("[1, 2]", 0),
    ],
)
def test_bare_json_is_a_call_only_if_it_is_the_whole_message(text: str, count: int) -> None:
    assert calls_of("bare_json", text) == ONE * count


def test_bare_json_naming_a_tool_that_was_not_offered_is_prose() -> None:
    assert calls_of("bare_json", '{"name": "search", "arguments": {}}', tools=TOOLS) == []


def test_bare_json_that_is_cut_off_is_refused() -> None:
    assert code_of("bare_json", '{"name": "f", "arguments": {') == "incomplete"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f"```json\n{CALL}\n```", "a code fence was taken off"),
        ('{{"name": "f", "arguments": {"a": 1}}}', "doubled braces were taken off"),
        ('{"name": "f", "arguments": {"a": 1,},}', "a trailing comma was left out"),
        (f"<tools>{CALL}</tools>", "the tag <tools> was taken off"),
        (f"{CALL}}}", "a closing bracket too many was left out"),
    ],
)
def test_lenient_reading_mends_the_form_of_the_whole_message_and_says_so(text: str, note: str) -> None:
    result = read("bare_json", text, lenient=True)
    assert [(call.name, call.arguments) for call in result.calls] == ONE
    assert note in result.salvaged


@pytest.mark.parametrize(
    "text",
    [
        f"You could write:\n```json\n{CALL}\n```",
        f"```json\n{CALL}\n```\nShall I?",
        "{'name': 'f', 'arguments': {}}",
        "{name: f, arguments: {}}",
        '{"name": "f", "arguments": {"a": 1}',
    ],
)
def test_lenient_reading_leaves_prose_and_half_calls_alone(text: str) -> None:
    assert read("bare_json", text, lenient=True, tools=TOOLS).calls == ()


def test_lenient_reading_takes_doubled_braces_off_every_object() -> None:
    doubled = '{{"name": "f", "arguments": {"a": 1}}}'
    result = read("auto", f"```json\n{doubled}\n{doubled}\n```", lenient=True)
    assert [(call.name, call.arguments) for call in result.calls] == ONE * 2


def test_lenient_reading_never_changes_a_value() -> None:
    text = '```json\n{"name": "f", "arguments": {"n": "5"}}\n```'
    assert code_of("bare_json", text, lenient=True, tools=TOOLS) == "wrong_type"
    text = '```json\n{"name": "f", "arguments": {"s": "a,}"},}\n```'
    assert read("bare_json", text, lenient=True, tools=TOOLS).calls[0].arguments == {"s": "a,}"}


@pytest.mark.parametrize(
    ("dialect", "text", "code"),
    [
        ("llama3_json", '<function=f>{"a": 1} and so on', "not_json"),
        ("llama3_json", "<|python_tag|>f.call(a=b)", "not_json"),
        ("llama3_json", '{"name": "f", "parameters": {"a": 1, "a": 2}}', "duplicate_key"),
        ("llama_pythonic", "[f({1: 2})]", "not_json"),
        ("mistral_tool_calls", "[TOOL_CALLS]f says {", "not_a_call"),
        ("bare_json", "\n".join([CALL] * 300), "too_large"),
        ("bare_json", " " * 2_000_000, "too_large"),
    ],
)
def test_a_broken_call_is_refused_with_a_code(dialect: str, text: str, code: str) -> None:
    assert code_of(dialect, text) == code


def test_an_argument_by_place_and_by_name_is_given_twice() -> None:
    assert code_of("llama_pythonic", "[f(4, n=5)]", tools=TOOLS) == "duplicate_key"


def test_a_quoted_marker_is_no_call() -> None:
    text = 'Markers are "✿FUNCTION✿".'
    assert read("qwen_agent_flower", text).rest == text


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ('f({"a": 1})', "f", {"a": 1}),
        ('[tool]f[args]{"a": 1}[end]', "f", {"a": 1}),
        ('{"f": {"a": 1}}', "f", {"a": 1}),
        ('{"f": "{\\"a\\": 1}"}', "f", {"a": 1}),
        ('{"function": {"name": "f", "arguments": {"a": 1}}}', "f", {"a": 1}),
        ('{"a": 1}}', "", {"a": 1}),
    ],
)
def test_an_arguments_object_is_found_where_no_tools_are_known(
    text: str, name: str, arguments: dict[str, object]
) -> None:
    (call,) = read("json_arguments_recovery", text, lenient=True).calls
    assert (call.name, call.arguments) == (name, arguments)
    assert read("json_arguments_recovery", text, lenient=True, tools=TOOLS).calls in ((), (call,))
    assert read("json_arguments_recovery", text, lenient=True, tools=[{"name": "g"}]).calls == ()


@pytest.mark.parametrize("text", ["", "[]", "[5]", '{"name": "f", "arguments": [1]}', '{"a": ', "{a: 1}"])
def test_no_arguments_object_is_made_up(text: str) -> None:
    assert read("json_arguments_recovery", text, lenient=True).calls == ()
