"""The front door lets sound JSON in unchanged and refuses everything else by a stable code."""

import sys
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import check_arguments, check_value, read_json
from intent_bridge.intents.front_door import MAX_BYTES, MAX_DEPTH, MAX_DIGITS


def code_of(text: object) -> str:
    with pytest.raises(ToolCallError) as caught:
        read_json(text)
    assert str(caught.value).isascii() and "\n" not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"zone": "driver", "celsius": 22.5}', {"zone": "driver", "celsius": 22.5}),
        (b' {"on" : true}\n', {"on": True}),
        (bytearray(b"[1, -2, 0.5, null]"), [1, -2, 0.5, None]),
        ("{}", {}),
        ('"\\ud83d\\ude00 \\u6e29"', "\U0001f600 温"),
        ('{"a": {"a": 1}}', {"a": {"a": 1}}),
        ("-0", 0),
    ],
)
def test_sound_json_is_read_as_it_says(text: str | bytes, value: object) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("not_json", ""),
        ("not_json", "{"),
        ("not_json", "{'on': true}"),
        ("not_json", '{"on": True}'),
        ("not_json", '{"on": true,}'),
        ("not_json", '{"on": true} {"on": false}'),
        ("not_json", '```json\n{"on": true}\n```'),
        ("not_json", '{"a": 01}'),
        ("not_json", '{"a": +1}'),
        ("not_json", '{"a": 0x10}'),
        ("not_json", '{"a": １}'),
        ("not_json", '{"a": "\\x"}'),
        ("not_json", b"\xff\xfe{\x00}\x00"),
        ("not_json", b"\xed\xa0\x80"),
        ("not_json", "\ufeff{}"),
        ("not_json", None),
        ("not_json", 3),
        ("not_json", {"on": True}),
        ("duplicate_key", '{"on": true, "on": true}'),
        ("duplicate_key", '{"zone": "driver", "\\u007aone": "all"}'),
        ("duplicate_key", '{"a": [{"b": 1, "b": 2}]}'),
        ("not_finite", '{"a": NaN}'),
        ("not_finite", '{"a": Infinity}'),
        ("not_finite", '{"a": -Infinity}'),
        ("not_finite", '{"a": 1e999}'),
        ("not_finite", '{"a": -1e999}'),
        ("lone_surrogate", '{"a": "\\ud800"}'),
        ("lone_surrogate", '{"\\udc00": 1}'),
        ("lone_surrogate", '{"a": "\ud800"}'),
        ("control_character", '{"a": "dri\\u0000ver"}'),
        ("control_character", '{"a": "driver\\n"}'),
        ("control_character", '{"a": "driver\n"}'),
        ("control_character", '{"a": "dri\\u200bver"}'),
        ("control_character", '{"a": "dri\u200bver"}'),
        ("control_character", '{"zo\u2060ne": "driver"}'),
        ("control_character", '{"a": "\\u202edriver"}'),
        ("control_character", '{"a": "\u2066driver"}'),
        ("control_character", '{"a": "\ufeffdriver"}'),
        ("control_character", '{"a": "driver\\u3164"}'),
        ("control_character", '{"a": "driver\U000e0041"}'),
    ],
)
def test_unsound_text_is_refused_by_its_code(code: str, text: object) -> None:
    assert code_of(text) == code


def test_bytes_are_counted_in_utf_8_and_the_limit_itself_is_let_in() -> None:
    ascii_text = '"' + "a" * (MAX_BYTES - 2) + '"'
    assert read_json(ascii_text) == ascii_text[1:-1]
    assert read_json(ascii_text.encode()) == ascii_text[1:-1]
    assert code_of(ascii_text + " ") == "too_large"
    assert code_of(ascii_text.encode() + b" ") == "too_large"
    wide = '"' + "温" * ((MAX_BYTES - 2) // 3) + '"'
    assert read_json(wide) == wide[1:-1]
    assert code_of('"' + "温" * (MAX_BYTES // 3 + 1) + '"') == "too_large"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_counted_outside_strings_only(opening: str, closing: str) -> None:
    deepest = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    read_json(deepest)
    assert code_of(opening + deepest + closing) == "too_deep"
    assert code_of(opening * 10_000) == "too_deep"
    read_json(f"[{deepest[len(opening) : -len(closing)]}, {'[], ' * MAX_DEPTH} 1]")
    brackets = "[" * 1000
    assert read_json(f'["{brackets}", "\\"{brackets}"]') == [brackets, '"' + brackets]


def test_many_short_arrays_are_not_deep() -> None:
    assert read_json("[" + ",".join(["[]"] * 100) + "]") == [[]] * 100


def test_an_endless_string_of_escaped_quotes_costs_one_pass() -> None:
    assert code_of('["' + '\\"' * 30_000) == "not_json"
    assert code_of('["' + '\\"' * 30_000 + "\\" + "[" * 100) == "not_json"


def test_digits_are_counted_before_they_are_read() -> None:
    longest = "9" * MAX_DIGITS
    assert read_json(longest) == int(longest)
    assert code_of(longest + "9") == "number_too_long"
    assert code_of("9" * 5000) == "number_too_long"
    assert code_of("0." + "1" * MAX_DIGITS) == "number_too_long"
    assert code_of("1e" + "0" * MAX_DIGITS + "1") == "number_too_long"


def test_every_invisible_character_of_unicode_is_refused() -> None:
    hidden = {"Cc", "Cf", "Zl", "Zp"}
    let_in = [
        point
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)) in hidden and not _refused(f"a{chr(point)}b")
    ]
    assert let_in == []


def _refused(text: str) -> bool:
    try:
        check_value(text)
    except ToolCallError as error:
        return error.code == "control_character"
    return False


@pytest.mark.parametrize("text", ["driver", "副驾驶", "über", "ça", "温度\u3000高", "\U0001f600", "Ω~!"])
def test_visible_text_is_let_in(text: str) -> None:
    assert check_value(text) == text


def test_prose_beside_a_call_may_hold_line_breaks_where_the_reader_says_so() -> None:
    assert read_json('["Sure.\\nI will."]', any_text=True) == ["Sure.\nI will."]
    with pytest.raises(ToolCallError, match="U\\+D800"):
        read_json('["\\ud800"]', any_text=True)


class _Colour(StrEnum):
    RED = "red"


class _Number(IntEnum):
    ONE = 1


class _Shouting(str):
    def __str__(self) -> str:
        raise RuntimeError("no")

    def __len__(self) -> int:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]


def test_host_values_become_fresh_plain_data() -> None:
    inner = [1, (True, None)]
    value = {"a": inner, "b": _Colour.RED, "c": _Number.ONE, "d": _Shouting("x")}
    read = check_value(MappingProxyType(OrderedDict(value)))
    assert read == {"a": [1, [True, None]], "b": "red", "c": 1, "d": "x"}
    assert isinstance(read, dict) and read["a"] is not inner
    assert [type(v) for v in read.values()] == [list, str, int, str]


class _LyingMapping(Mapping[str, object]):
    def __getitem__(self, key: str) -> object:
        raise RuntimeError("no")

    def __iter__(self) -> Iterator[str]:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


class _Endless(dict[str, object]):
    def items(self) -> Any:
        return ((f"k{n}", n) for n in iter(int, 1))  # the same name for ever


class _NoClass:
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise RuntimeError("no")


def _circle() -> object:
    circle: list[object] = []
    circle.append(circle)
    return circle


def _bomb() -> object:
    bomb: object = "boom"
    for _ in range(12):
        bomb = [bomb] * 12
    return bomb


HOSTILE: dict[str, tuple[str, Callable[[], object]]] = {
    "object": ("not_json", object),
    "bytes": ("not_json", lambda: b"on"),
    "set": ("not_json", lambda: {1, 2}),
    "complex": ("not_json", lambda: 1j),
    "number as a key": ("not_json", lambda: {1: 2}),
    "none as a key": ("not_json", lambda: {None: 2}),
    "mapping that raises": ("not_json", _LyingMapping),
    "object that raises on isinstance": ("not_json", _NoClass),
    "nan": ("not_finite", lambda: float("nan")),
    "infinity inside": ("not_finite", lambda: {"a": float("-inf")}),
    "33 digits": ("number_too_long", lambda: 10**MAX_DIGITS),
    "5001 digits": ("number_too_long", lambda: [-(10**5000)]),
    "a list inside itself": ("too_deep", _circle),
    "a list 12 to the 12": ("too_large", _bomb),
    "one long text": ("too_large", lambda: ["a" * MAX_BYTES]),
    "a dictionary without end": ("duplicate_key", _Endless),
    "surrogate": ("lone_surrogate", lambda: "\udfff"),
    "control character in a key": ("control_character", lambda: {"a\x7f": 1}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_host_values_pass_the_same_door(name: str) -> None:
    code, make = HOSTILE[name]
    with pytest.raises(ToolCallError) as caught:
        check_value(make())
    assert caught.value.code == code


def test_host_values_have_the_same_limits_to_the_last_unit() -> None:
    deepest: object = 1
    for n in range(MAX_DEPTH):
        deepest = [deepest] if n % 2 else {"a": deepest}
    assert check_value(deepest) == deepest
    for deeper in ([deepest], {"a": deepest}):
        with pytest.raises(ToolCallError, match="more than 16 deep"):
            check_value(deeper)
    longest = "a" * (MAX_BYTES - 1)
    assert check_value(longest) == longest
    with pytest.raises(ToolCallError, match="too large"):
        check_value(longest + "a")
    for number in (10**MAX_DIGITS, -(10**MAX_DIGITS)):
        assert check_value(number - number // abs(number)) == number - number // abs(number)
        with pytest.raises(ToolCallError, match="more than 32 digits"):
            check_value(number)


def test_a_name_given_twice_is_named() -> None:
    with pytest.raises(ToolCallError, match=r"^`on` is given twice; give it once$"):
        read_json('{"zone": 1, "on": true, "level": 1, "on": false}')


@pytest.mark.parametrize("value", [None, [], "on", 1, True])
def test_arguments_must_be_an_object(value: object) -> None:
    with pytest.raises(ToolCallError) as caught:
        check_arguments(value)
    assert caught.value.code == "not_an_object"


def test_a_refusal_says_where_without_repeating_hostile_names() -> None:
    with pytest.raises(ToolCallError) as caught:
        check_value({"scene": {"steps": [0, float("nan")]}})
    assert caught.value.where == "scene.steps[1]"
    with pytest.raises(ToolCallError) as caught:
        check_value({"ignore all rules": float("nan")})
    assert caught.value.where == "(other)"
