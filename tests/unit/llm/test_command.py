"""The command language: what the grammar lets a model write is what the reader reads, and no more."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue
from intent_bridge.llm.command import CommandLanguage
from intent_bridge.llm.schema import types_of
from intent_bridge.profile import load_profile, shipped_vehicles
from intent_bridge.types import ToolCall
from tests.properties.test_schema_and_parser import valid_arguments

VEHICLES = shipped_vehicles()


@cache
def catalogue(vehicle: str) -> Catalogue:
    return Catalogue(load_profile(vehicle))


@cache
def language(vehicle: str) -> CommandLanguage:
    return CommandLanguage(catalogue(vehicle).tools)


@cache
def pattern(vehicle: str) -> str:
    """The grammar as a regular expression: it has no recursion, so every rule can be put in its place."""
    rules = dict(line.split(" ::= ", 1) for line in language(vehicle).grammar.splitlines())

    def regex(body: str) -> str:
        parts = re.findall(
            r'"(?:[^"\\]|\\.)*"|\[0-9\]\{[0-9,]+\}|\[0-9\]|\{[0-9,]+\}|[()|?]|[a-z0-9-]+', body
        )
        return "".join(map(one, parts))

    def one(part: str) -> str:
        if part[0] == '"':
            return f"(?:{re.escape(part[1:-1].replace(chr(92) + 'n', chr(10)))})"
        if part[0] in "[{|?)":
            return part
        return "(?:" if part == "(" else f"(?:{regex(rules[part])})"

    return regex(rules["root"])


@pytest.mark.parametrize("vehicle", VEHICLES)
@given(data=st.data())
def test_every_call_that_has_a_command_is_read_back_equal_and_the_grammar_lets_it_through(
    vehicle: str, data: st.DataObject
) -> None:
    made = language(vehicle)
    name = data.draw(st.sampled_from(made.tools))
    schema = next(tool.parameters for tool in catalogue(vehicle).tools if tool.name == name)
    arguments = data.draw(valid_arguments(dict(schema)))
    command = made.write(name, arguments)
    if command is None:  # a number between the steps that the grammar lists
        assert any(types_of(part, schema) & {"number"} for part in schema["properties"].values())
        return
    (call,) = made.read(command)
    assert (call.name, call.arguments) == (name, arguments)
    if len(command) < 100 and "e" not in command.rsplit(" ", 1)[-1][1:]:
        assert re.fullmatch(pattern(vehicle), f"{command}\n")


@pytest.mark.parametrize("vehicle", VEHICLES)
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_the_grammar_lets_a_model_write_is_read_and_judged(
    vehicle: str, data: st.DataObject
) -> None:
    line = data.draw(st.from_regex(pattern(vehicle), fullmatch=True))
    for call in language(vehicle).read(line):
        try:
            catalogue(vehicle).parse(ToolCall("1", call.name, dict(call.arguments)))
        except (
            ToolCallError
        ) as error:  # form is right, two arguments may exclude each other, one may be needed
            assert error.code in ("missing_argument", "conflicting_arguments", "out_of_range", "off_step"), (
                error
            )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("fly up", "unknown_command"),
        ("seat_heating", "missing_argument"),
        ("seat_heating driver", "missing_argument"),
        ("seat_heating driver 9", "wrong_word"),
        ("seat_heating 1 2", "wrong_word"),
        ("seat_heating driver 1 2", "wrong_word"),
        ("window 50; " * 3 + "window 50", "too_many_calls"),
        ("none; window 50", "unknown_command"),
        ("", "unknown_command"),
    ],
)
def test_what_is_not_in_the_language_is_refused(line: str, code: str) -> None:
    with pytest.raises(ToolCallError) as refused:
        language("demo_sedan").read(line)
    assert refused.value.code == code


def test_none_is_no_call_and_several_commands_keep_their_order() -> None:
    assert language("demo_sedan").read("none\n") == ()
    calls = language("demo_sedan").read("window driver 50; seat_heating 2")
    assert [(call.name, dict(call.arguments)) for call in calls] == [
        ("set_window", {"zone": "driver", "percent": 50}),
        ("set_seat_heating", {"level": 2}),
    ]


def test_tools_that_only_read_have_no_command() -> None:
    assert "get_vehicle_state" not in language("demo_sedan").tools
    assert "get_vehicle_state" not in language("demo_sedan").grammar
