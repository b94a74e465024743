"""Arguments held against the schema of their tool."""

from typing import Any

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.schema import Fit, types_of


def _fit(schema: Any, value: Any, *, coerce: bool = False) -> Any:
    return Fit({"properties": {"v": schema}}, coerce=coerce).arguments({"v": value})["v"]


@pytest.mark.parametrize(
    ("schema", "value", "code"),
    [
        ({"type": "integer"}, 3.5, "wrong_type"),
        ({"type": "integer"}, True, "wrong_type"),
        ({"type": "integer"}, "3", "wrong_type"),
        ({"type": "boolean"}, 1, "wrong_type"),
        ({"type": "string"}, 5, "wrong_type"),
        ({"type": "STRING"}, None, "wrong_type"),
        ({"type": "array", "items": {"type": "integer"}}, [1, "2"], "wrong_type"),
        ({"minimum": 16, "type": "number"}, 15.9, "out_of_range"),
        ({"maximum": 30, "type": "number"}, 30.1, "out_of_range"),
        ({"exclusiveMinimum": 0, "type": "number"}, 0, "out_of_range"),
        ({"exclusiveMaximum": 5, "type": "number"}, 5, "out_of_range"),
        ({"multipleOf": 0.5, "type": "number"}, 20.3, "off_step"),
        ({"enum": ["driver"]}, "Driver", "not_a_choice"),
        ({"enum": [1]}, True, "not_a_choice"),
        ({"const": 1}, 2, "not_a_choice"),
        ({"type": "string", "maxLength": 2}, "abc", "out_of_range"),
        ({"type": "string", "minLength": 2}, "a", "out_of_range"),
        ({"type": "string", "pattern": "^a+$"}, "b", "not_a_choice"),
        ({"type": "array", "maxItems": 1}, [1, 2], "out_of_range"),
        ({"type": "array", "minItems": 1}, [], "out_of_range"),
        ({"properties": {}, "additionalProperties": False, "type": "object"}, {"x": 1}, "extra_argument"),
        ({"required": ["x"], "type": "object"}, {}, "missing_argument"),
        ({"minProperties": 1, "properties": {"a": {}}, "type": "object"}, {}, "missing_argument"),
        ({"anyOf": [{"type": "integer"}, {"enum": ["LO"], "type": "string"}]}, "HI", "wrong_type"),
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, 2, "out_of_range"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_code(schema: Any, value: Any, code: str) -> None:
    with pytest.raises(ToolCallError) as caught:
        _fit(schema, value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "number", "multipleOf": 0.1}, 0.3),
        ({"type": "number"}, 3),
        ({"type": ["integer", "null"]}, None),
        ({"type": "integer", "nullable": True}, None),
        ({"anyOf": [{"type": "integer"}, {"enum": ["LO"]}]}, "LO"),
        ({"type": "dict", "properties": {"a": {"type": "float"}}}, {"a": 1.5, "b": 1}),
        ({"enum": [1.0]}, 1),
        ({"$ref": "#/nowhere"}, {"any": "thing"}),
        ({"type": "string", "pattern": "("}, "x"),
        (True, "x"),
        ({}, [None]),
    ],
)
def test_what_fits_passes_unchanged(schema: Any, value: Any) -> None:
    assert _fit(schema, value) == value


def test_a_number_without_a_fraction_is_an_integer() -> None:
    fitted = _fit({"type": "integer"}, 3.0)
    assert (fitted, type(fitted)) == (3, int)


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, " 3 ", 3),
        ({"type": "number"}, "22.5", 22.5),
        ({"type": "boolean"}, "True", True),
        ({"anyOf": [{"type": "integer", "minimum": 5}, {"type": "boolean"}]}, "7", 7),
    ],
)
def test_a_string_is_read_as_the_number_or_boolean_meant_and_reported(
    schema: Any, text: str, value: Any
) -> None:
    fit = Fit({"properties": {"v": schema}}, coerce=True)
    assert fit.arguments({"v": text}) == {"v": value}
    assert fit.notes == [f"v: the string `{text}` was read as {value!r}".lower()]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer"}, "3.0"),
        ({"type": "integer"}, "03"),
        ({"type": "integer"}, "+3"),
        ({"type": "integer"}, "３"),
        ({"type": "integer"}, "1_0"),
        ({"type": "number"}, "22°C"),
        ({"type": "number"}, "1e3"),
        ({"type": "number"}, "NaN"),
        ({"type": "number"}, ""),
        ({"type": "boolean"}, "on"),
        ({"type": "boolean"}, "1"),
        ({"type": "integer", "maximum": 5}, "7"),
    ],
)
def test_a_string_that_would_lose_something_is_refused(schema: Any, text: str) -> None:
    with pytest.raises(ToolCallError):
        _fit(schema, text, coerce=True)


def test_references_and_unions_are_followed_and_circles_end() -> None:
    root = {"$defs": {"A": {"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]}, "B": {"enum": ["x", 1]}}}
    assert types_of({"$ref": "#/$defs/A"}, root) == {"null", "string", "integer"}
    circle = {"$defs": {"A": {"$ref": "#/$defs/A"}, "B": {"anyOf": [{"$ref": "#/$defs/B"}]}}}
    assert types_of({"$ref": "#/$defs/A"}, circle) == types_of({"$ref": "#/$defs/B"}, circle) == frozenset()
    assert Fit(circle, coerce=False).fit({"a": 1}, {"$ref": "#/$defs/B"}) == {"a": 1}
