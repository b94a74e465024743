"""Any bytes, any text, any Python object: plain data or a ToolCallError, never another exception."""

import json
import math
from collections.abc import Callable
from typing import Any, get_args

from hypothesis import example, given
from hypothesis import strategies as st

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, IntentModel, NotEquipped, check_value, read_json
from intent_bridge.intents.front_door import UNSURE, read_plain
from intent_bridge.intents.refusal import Code
from intent_bridge.types import ToolCall
from tests.unit.intents.car import full_car

CATALOGUE = Catalogue(full_car())
NAMES = st.sampled_from([tool.name for tool in CATALOGUE.tools])
WARM = Catalogue(full_car())
FIELD_NAMES = st.sampled_from(sorted({n for t in CATALOGUE.tools for n in t.parameters["properties"]}))
FIELD_VALUES = st.sampled_from(
    [0, 1, 2, 1.0, 2.0, True, False, None, "1", "driver", "all", "front", 22.5, "LO"]
)

MARKS = [*'{}[]:,"\\-/ ', '"zone"', '"driver"', '"celsius"', "22.5", "1e999", "NaN", "true", "null"]
HIDDEN = ["\\u0000", "\\ud800", "\u200b", "\x00", "\n", "\ud83d", "9" * 40, "\ufeff"]
FRAGMENTS = st.sampled_from([*MARKS, *HIDDEN])
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=40).map("".join))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**60), 10**60),
    st.floats(),
    st.text(),
    st.binary(),
    st.complex_numbers(),
    st.decimals(),
    st.just(object()),
    st.just(Ellipsis),
    st.just(int),
)
OBJECTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.none()), inner),
        st.tuples(inner, inner),
        st.sets(st.integers()),
    ),
)
PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(categories=("L", "N", "P"), max_codepoint=0x2FF)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text("abc_", max_size=4), inner)),
    max_leaves=12,
)


def is_plain(value: object) -> bool:
    if type(value) is dict:
        return all(type(k) is str and is_plain(v) for k, v in value.items())
    if type(value) is list:
        return all(map(is_plain, value))
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (str, int, bool)


@given(st.one_of(st.binary(max_size=200), TEXTS, TEXTS.map(lambda t: t.encode("utf-8", "surrogatepass"))))
@example(b"\xff")
@example("[" * 100_000)
@example('{"a":' * 50_000)
@example('"' * 65_536)
@example("-" * 65_536)
def test_any_text_is_plain_data_or_a_refusal(text: str | bytes) -> None:
    try:
        value = read_json(text)
    except ToolCallError as error:
        assert error.code in get_args(Code)
        assert str(error).isascii() and "\n" not in str(error)
    else:
        assert is_plain(value)


@given(OBJECTS)
def test_any_object_is_plain_data_or_a_refusal(value: object) -> None:
    try:
        assert is_plain(check_value(value))
    except ToolCallError as error:
        assert error.code in get_args(Code)


@given(PLAIN)
def test_sound_json_comes_back_as_it_went_in(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert json.dumps(read_json(text), ensure_ascii=False) == text
    assert json.dumps(check_value(value), ensure_ascii=False) == text


@given(st.one_of(NAMES, OBJECTS), OBJECTS)
def test_any_call_is_an_intent_or_not_equipped_or_a_refusal(name: Any, arguments: Any) -> None:
    refused_or_read(name, arguments)


@given(
    NAMES, st.dictionaries(st.sampled_from(["zone", "on", "level", "percent", "celsius", "mode"]), OBJECTS)
)
def test_any_values_for_known_arguments_are_read_or_refused(name: str, arguments: dict[str, object]) -> None:
    refused_or_read(name, arguments)


def refused_or_read(name: Any, arguments: Any) -> None:
    try:
        parsed = CATALOGUE.parse(ToolCall("1", name, arguments))
    except ToolCallError as error:
        assert error.code in get_args(Code)
        assert str(error).isascii() and "\n" not in str(error) and len(str(error)) < 500
    else:
        assert isinstance(parsed, IntentModel | NotEquipped)


@given(st.one_of(OBJECTS, st.dictionaries(st.text("abz\n\u200b\x7f", max_size=3), SCALARS, max_size=3)))
def test_the_short_way_for_flat_tables_says_what_the_whole_walk_says(value: object) -> None:
    def said(check: Callable[[], object]) -> object:
        try:
            return check()
        except ToolCallError as error:
            return error.code

    whole = said(lambda: check_value(["a list never takes the short way", value]))
    short = said(lambda: ["a list never takes the short way", check_value(value)])
    assert repr(short) == repr(whole)


@given(TEXTS)
def test_a_text_and_the_value_it_holds_pass_or_fail_alike(text: str) -> None:
    try:
        value = read_json(text)
    except ToolCallError:
        return
    assert repr(check_value([value])) == repr([value])


JSON_LIKE = st.one_of(
    TEXTS,
    PLAIN.map(json.dumps),
    st.lists(st.sampled_from([*MARKS, "9" * 31, "9" * 32, "9" * 33, "-", ".", "e"]), max_size=12).map(
        "".join
    ),
)


@example('{"a": 1, "a": 1}')
@example('{"a": {"b": 1, "b": 1}}')
@example('{"a:": 1}')
@example("-" + "9" * 32)
@example("9" * 32)
@example("0." + "1" * 40)
@example("[" * 17 + "]" * 17)
@example("[" * 16 + "]" * 16)
@example("[" * 60_000)
@example('{"a": NaN}')
@given(JSON_LIKE)
def test_the_short_way_in_reads_what_the_long_way_reads_and_nothing_that_it_refuses(text: str) -> None:
    short = read_plain(text)
    if short is not UNSURE:
        assert repr(read_json(text.encode())) == repr(short)


@given(st.lists(st.tuples(NAMES, st.dictionaries(FIELD_NAMES, FIELD_VALUES, max_size=3)), max_size=8))
def test_what_a_call_means_does_not_depend_on_the_calls_before_it(calls: list[tuple[str, Any]]) -> None:
    for name, arguments in calls:
        call = ToolCall("1", name, arguments)
        assert _meaning(WARM, call) == _meaning(Catalogue(full_car()), call)
        assert _meaning(WARM, call) == _meaning(WARM, call)


def _meaning(catalogue: Catalogue, call: ToolCall) -> object:
    try:
        found = catalogue.parse(call)
    except ToolCallError as error:
        return error.code, str(error)
    return type(found), repr(found)
