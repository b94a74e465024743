"""A call is refused at the first character behind which it cannot become legal, and never too early."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue
from intent_bridge.llm import Early, Preflight, ReadResult, export_tools
from intent_bridge.llm.schema import Fit
from intent_bridge.llm.table import ToolTable
from intent_bridge.profile import load_profile
from tests.properties.llm.test_streams import ANSWERS

CATALOGUE = Catalogue(load_profile("demo_sedan"))
TOOLS = export_tools("openai", CATALOGUE.tools).tools
TABLE = ToolTable(TOOLS)


def fly(dialect: str, text: str, tools: object = TOOLS) -> tuple[list[tuple[int, Early]], ReadResult]:
    """The news on a text fed by single characters, each with the place at which it came."""
    preflight, news = Preflight(dialect, tools), []
    for at, character in enumerate(text, 1):
        news += [(at, early) for early in preflight.feed(character)]
    return news, preflight.finish()


def hermes(text: str) -> str:
    return f"<tool_call>\n{text}\n</tool_call>"


@pytest.mark.parametrize(
    ("name", "upto", "after", "code", "where"),
    [
        ("set_wiper", "{", '"on": true}}', "unknown_tool", ""),
        ("set_window", '{"s', 'eat": "all"}}', "extra_argument", ""),
        ("set_window", '{"zone": "ro', 'of"}}', "not_a_choice", "zone"),
        ("set_window", '{"percent": 130,', ' "zone": "all"}}', "out_of_range", "percent"),
        ("set_window", '{"percent": [1]', ', "zone": "all"}}', "wrong_type", "percent"),
        ("set_window", '{"percent": 1, "percent": 2,', ' "zone": "all"}}', "duplicate_key", "percent"),
        ("set_window", '{"percent": NaN,', ' "zone": "all"}}', "not_finite", ""),
        ("set_window", '{"zone": "all"}', ', "id": 7}', "missing_argument", ""),
    ],
)
def test_it_is_refused_at_the_first_character_that_decides(
    name: str, upto: str, after: str, code: str, where: str
) -> None:
    begin = f'<tool_call>{{"name": "{name}", "arguments": {upto}'
    news, result = fly("hermes_tool_call", begin + after + "</tool_call>")
    ((at, early),) = news
    assert early.refused is not None
    assert (early.refused.code, early.where, at, early.at) == (code, where, len(begin), len(begin))
    assert result.calls == ()


def xml(name: str, arguments: dict[str, Any]) -> str:
    parameters = "".join(f"<parameter={k}>\n{v}\n</parameter>\n" for k, v in arguments.items())
    return f"<tool_call>\n<function={name}>\n{parameters}</function>\n</tool_call>"


@pytest.mark.parametrize("named", [True, False], ids=["named", "auto"])
@pytest.mark.parametrize(
    ("dialect", "upto", "after", "code", "where"),
    [
        ("llama_pythonic", "[set_window(s", "eat='all')]", "extra_argument", ""),
        ("llama_pythonic", "[set_window(zone='ro", "of')]", "not_a_choice", "zone"),
        ("llama_pythonic", "[set_window(percent=130,", " zone='all')]", "out_of_range", "percent"),
        ("llama_pythonic", "[set_window('al', 130)", "]", "not_a_choice", "zone"),
        ("qwen3_coder_xml", "<function=set_wiper>", "\n</function>", "unknown_tool", ""),
        ("qwen3_coder_xml", "<function=set_window><parameter=s", "eat>1</parameter></function>",
         "extra_argument", ""),
        ("qwen3_coder_xml", "<function=set_window>\n<parameter=zone>\nro", "of\n</parameter></function>",
         "not_a_choice", "zone"),
        ("qwen3_coder_xml", "<function=set_window><parameter=percent>130</parameter></function>", "",
         "out_of_range", "percent"),
    ],
)  # fmt: skip
def test_formats_without_json_are_refused_as_early(
    dialect: str, upto: str, after: str, code: str, where: str, named: bool
) -> None:
    news, result = fly(dialect if named else "auto", upto + after)
    ((at, early),) = news
    assert early.refused is not None and result.calls == ()
    assert (early.refused.code, early.where) == (code, where) and at <= len(upto)


def test_a_null_in_xml_is_not_refused_early_for_its_reader_takes_it() -> None:
    schema = {"type": "object", "properties": {"level": {"type": "integer"}}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    news, result = fly(
        "qwen3_coder_xml", "<function=f>\n<parameter=level>null</parameter>\n</function>", tools
    )
    assert news == [] and [call.arguments for call in result.calls] == [{"level": None}]


def test_whole_sound_arguments_are_told_before_the_answer_ends() -> None:
    text = hermes('{"name": "set_window", "arguments": {"zone": "all", "percent": 30}}') + "\nAnything else?"
    ((at, early),), result = fly("hermes_tool_call", text)
    assert (early.arguments, early.refused) == ({"zone": "all", "percent": 30}, None)
    assert text[:at].endswith("30}")
    assert [call.arguments for call in result.calls] == [early.arguments]


def test_each_of_several_calls_in_a_stream_is_told_of() -> None:
    def delta(index: int, **function: str) -> str:
        call = {"index": index, "id": f"c{index}", "function": function}
        return "data: " + json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]}) + "\n\n"

    text = (
        delta(0, name="set_window", arguments='{"zone": "all", "percent": 30}')
        + delta(1, name="set_sunroof", arguments='{"percent"')
        + delta(1, arguments=": 300")
        + delta(1, arguments="}")
        + "data: [DONE]\n\n"
    )
    news, result = fly("openai_chat_sse", text)
    assert [(e.name, e.arguments, e.refused and e.refused.code) for _, e in news] == [
        ("set_window", {"zone": "all", "percent": 30}, None),
        ("set_sunroof", None, "out_of_range"),
    ]
    assert result.calls == ()


@pytest.mark.parametrize(
    "text",
    [
        "I would call <tool_call> if I could.",
        '{"name": "set_window", "parameters": {"type": "object", "properties": {}}, "description": "A"}',
        '{"name": "Bob", "age": 30}',
    ],
)
def test_what_is_no_call_is_not_refused(text: str) -> None:
    for dialect in ("hermes_tool_call", "bare_json"):
        news, _ = fly(dialect, text)
        assert news == []


def legal(result: ReadResult) -> bool:
    """Whether all calls of an answer fit the tools that were offered."""
    try:
        for call in result.calls:
            if call.name not in TABLE:
                return False
            Fit(TABLE.schema(call.name), coerce=True).arguments(dict(call.arguments))
    except ToolCallError:
        return False
    return bool(result.calls)


_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    ["all", "driver", "drive", "up", "", "22", 'a"b', 0, 1, 22, 22.5, 300, -1, True, None, [], {"a": 1}, 1e9]
)
_KEYS = st.sampled_from(["zone", "percent", "celsius", "on", "level", "z", "zone ", "type", "direction", "é"])
_NAMES = st.sampled_from([*list(TABLE.schemas)[:40], "set_", "set_wiper", "type"])


def _written(name: str, arguments: dict[str, Any], dialect: str) -> str:
    if dialect == "openai_chat_sse":
        text = json.dumps(arguments)
        function = {"name": name, "arguments": text}
        call = {"index": 0, "id": "a", "function": function}
        end = {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}
        return "".join(
            f"data: {json.dumps(e)}\n\n" for e in ({"choices": [{"delta": {"tool_calls": [call]}}]}, end)
        )
    if dialect == "llama_pythonic":
        return f"[{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})]"
    if dialect == "qwen3_coder_xml":
        return xml(name, arguments)
    body = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return {
        "hermes_tool_call": hermes(body),
        "mistral_tool_calls": f"[TOOL_CALLS]{name}{json.dumps(arguments)}",
    }.get(dialect, body)


_DIALECTS = [
    "hermes_tool_call", "bare_json", "openai_chat_sse", "mistral_tool_calls", "llama_pythonic",
    "qwen3_coder_xml",
]  # fmt: skip


@given(
    name=_NAMES,
    arguments=st.dictionaries(_KEYS, _VALUES, max_size=3),
    dialect=st.sampled_from(_DIALECTS),
    named=st.booleans(),
    cuts=st.sets(st.integers(1, 120), max_size=6),
)
def test_what_is_refused_early_is_never_legal_in_the_end_and_the_other_way_round(
    name: str, arguments: dict[str, Any], dialect: str, named: bool, cuts: set[int]
) -> None:
    text = _written(name, arguments, dialect)
    preflight = Preflight(dialect if named else "auto", TOOLS)
    news: list[Early] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    for start, end in pairwise(edges):
        news += preflight.feed(text[start:end])
    result = preflight.finish()
    for early in news:
        assert (early.refused is None) is legal(result), (text, early)
        if early.refused is None:
            assert early.arguments == result.calls[0].arguments


@pytest.mark.parametrize("named", [True, False], ids=["named", "auto"])
@pytest.mark.parametrize("dialect", ANSWERS)
def test_no_answer_that_is_read_is_refused_early(dialect: str, named: bool) -> None:
    tools = [{"name": "f", "parameters": {"type": "object"}}]
    news, result = fly(dialect if named else "auto", ANSWERS[dialect], tools)
    assert [early for _, early in news if early.refused] == []
    assert result.calls or not named
