"""Tools out, held against what each target has published, stated here a second time and on its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from intent_bridge.intents import Catalogue
from intent_bridge.llm import TARGETS, ParsedCall, ToolExport, export_tools
from intent_bridge.llm.table import ToolTable
from intent_bridge.profile import load_profile

_VEHICLES = sorted(
    folder.parent.name for folder in (Path(__file__).parents[3] / "dbc").glob("*/profile.yaml")
)

_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
_BASIC = {"type", "description", "properties", "required", "items", "enum", "anyOf"}
_ALL = _BASIC | {
    "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "pattern", "format", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties",
    "maxProperties", "const", "not", "oneOf", "allOf", "$ref", "$defs",
}  # fmt: skip
_OPEN_API = _BASIC | {
    "nullable", "format", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern",
    "minProperties", "maxProperties",
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """What a target's documentation says; None where it says nothing."""

    path: tuple[str, ...]
    """Keys to the schema in one exported tool."""
    keywords: set[str] = field(default_factory=lambda: set(_ALL))
    forbidden_at_root: set[str] = field(default_factory=set)
    name: str = r"[A-Za-z0-9_-]{1,64}"
    max_tools: int | None = None
    max_description: int | None = None
    closed: bool = False
    all_required: bool = False
    enum_of: set[type] | None = None
    alone: str | None = None
    max_depth: int | None = None
    max_properties: int | None = None
    max_enum_values: int | None = None
    formats: set[str] | None = None


_OPENAI_STRICT = {
    "keywords": _BASIC | {
        "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "pattern", "format", "minItems", "maxItems", "$ref", "$defs", "const",
    },
    "forbidden_at_root": {"anyOf"},
    "max_tools": 128,
    "max_description": 1024,
    "closed": True,
    "all_required": True,
    "max_depth": 10,
    "max_properties": 5000,
    "max_enum_values": 1000,
    "formats": {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"},
}  # fmt: skip
PUBLISHED: dict[str, Published] = {
    "openai": Published(("function", "parameters"), max_tools=128, max_description=1024),
    "openai_strict": Published(("function", "parameters"), **_OPENAI_STRICT),  # type: ignore[arg-type]
    "openai_responses": Published(("parameters",), max_tools=128, max_description=1024),
    "openai_responses_strict": Published(("parameters",), **_OPENAI_STRICT),  # type: ignore[arg-type]
    "anthropic": Published(("input_schema",), forbidden_at_root={"oneOf", "allOf", "anyOf"}),
    "gemini": Published(
        ("parameters",),
        keywords=_OPEN_API,
        name=r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}",
        enum_of={str},
        alone="anyOf",
        max_tools=512,
    ),
    "mcp": Published(("inputSchema",), name=r"[A-Za-z0-9_.-]{1,128}"),
    "qwen": Published(("function", "parameters"), keywords=_ALL - {"$ref", "$defs", "oneOf", "allOf", "not"}),
    "ollama": Published(("function", "parameters"), keywords=_BASIC),
    "json_schema": Published((), keywords=_ALL | {"$schema", "title"}),
}


def test_every_target_has_its_published_rules_here() -> None:
    assert PUBLISHED.keys() == TARGETS.keys()


def _schemas(schema: Mapping[str, Any], depth: int = 1) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield depth, schema
    for part in schema.get("properties", {}).values():
        yield from _schemas(part, depth + 1)
    if "items" in schema:
        yield from _schemas(schema["items"], depth + 1)
    for part in schema.get("anyOf", []):
        yield from _schemas(part, depth)


def violations(target: str, tools: Sequence[Mapping[str, Any]]) -> list[str]:
    """Everything in exported tools that the target's published rules forbid."""
    rules = PUBLISHED[target]
    if target == "gemini":
        tools = tools[0]["functionDeclarations"]
    found = [] if rules.max_tools is None or len(tools) <= rules.max_tools else ["too many tools"]
    for tool in tools:
        function = tool.get("function", tool)
        name = function.get("name", function.get("title"))
        if not re.fullmatch(rules.name, name):
            found.append(f"{name}: bad name")
        if rules.max_description is not None and len(function["description"]) > rules.max_description:
            found.append(f"{name}: description too long")
        schema = tool
        for key in rules.path:
            schema = schema.get(key, {"type": "object"})
        found += [f"{name}: {said}" for said in _schema_violations(rules, schema)]
    return found


def _schema_violations(rules: Published, root: Mapping[str, Any]) -> Iterator[str]:
    if root.get("type") != "object" or rules.forbidden_at_root & root.keys():
        yield "the root is not a plain object"
    parts = list(_schemas(root))
    if rules.max_depth is not None and max(depth for depth, _ in parts) > rules.max_depth:
        yield "nested too deep"
    if (
        rules.max_properties is not None
        and sum(len(s.get("properties", ())) for _, s in parts) > rules.max_properties
    ):
        yield "too many properties"
    if (
        rules.max_enum_values is not None
        and sum(len(s.get("enum", ())) for _, s in parts) > rules.max_enum_values
    ):
        yield "too many enum values"
    for _, schema in parts:
        if unknown := schema.keys() - rules.keywords:
            yield f"keywords {unknown}"
        types = schema.get("type", [])
        if not {types} <= _TYPES if isinstance(types, str) else not set(types) <= _TYPES:
            yield f"type {types}"
        if "type" not in schema and "anyOf" not in schema:
            yield "neither type nor anyOf"
        if rules.closed and "properties" in schema and schema.get("additionalProperties") is not False:
            yield "open object"
        if rules.all_required and sorted(schema.get("required", ())) != sorted(schema.get("properties", ())):
            yield "not everything is required"
        if (
            rules.enum_of is not None
            and not {type(value) for value in schema.get("enum", ())} <= rules.enum_of
        ):
            yield f"enum {schema['enum']}"
        if rules.alone in schema and len(schema) > 1:
            yield f"{rules.alone} does not stand alone"
        if rules.formats is not None and schema.get("format", "date") not in rules.formats:
            yield f"format {schema['format']}"


@cache
def _catalogue(vehicle: str) -> Catalogue:
    return Catalogue(load_profile(vehicle))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("vehicle", _VEHICLES)
def test_every_tool_of_every_vehicle_keeps_the_targets_rules(vehicle: str, target: str) -> None:
    assert violations(target, export_tools(target, _catalogue(vehicle).tools).tools) == []


@dataclass(frozen=True)
class _Spec:
    name: str = "tune"
    description: str = "Tune it."
    read_only: bool = False
    idempotent: bool = False
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: {
            "type": "object",
            "title": "Tune",
            "properties": {
                "place": {"$ref": "#/$defs/Place", "description": "Where."},
                "level": {"type": "integer", "minimum": 0, "maximum": 7, "description": "How much."},
                "celsius": {
                    "oneOf": [{"type": "number", "multipleOf": 0.5}, {"const": "LO", "type": "string"}]
                },
                "names": {
                    "type": "array",
                    "items": {"type": "string", "minLength": 2, "pattern": "^[a-z]+$"},
                },
                "step": {"enum": [1, 2], "type": "integer", "exclusiveMinimum": 0, "default": 1},
            },
            "required": ["level"],
            "additionalProperties": False,
            "minProperties": 2,
            "not": {"required": ["celsius", "step"]},
            "$defs": {"Place": {"type": "string", "enum": ["left", "right"], "title": "Place"}},
        }
    )


@pytest.mark.parametrize("target", TARGETS)
def test_a_tool_with_everything_in_it_keeps_the_targets_rules(target: str) -> None:
    assert violations(target, export_tools(target, [_Spec()]).tools) == []


def _export(target: str) -> tuple[ToolExport, Mapping[str, Any]]:
    export = export_tools(target, [_Spec()])
    return export, ToolTable(export.tools).schemas["tune"]


def test_a_constraint_that_a_target_does_not_take_is_said_in_words_and_listed() -> None:
    export, schema = _export("ollama")
    assert schema["properties"]["level"] == {
        "type": "integer",
        "description": "How much. At least 0, at most 7.",
    }
    listed = [(c.where, c.keyword, c.value) for c in export.not_enforced if not c.kept]
    assert ("level", "minimum", 0) in listed
    assert ("level", "maximum", 7) in listed
    assert ("celsius", "multipleOf", 0.5) in listed
    assert ("names[]", "minLength", 2) in listed


def test_what_a_target_keeps_and_does_not_enforce_is_listed_too() -> None:
    export, schema = _export("openai")
    assert schema["properties"]["level"]["minimum"] == 0
    assert {c.kept for c in export.not_enforced if c.keyword == "minimum"} == {True}
    assert export_tools("json_schema", [_Spec()]).not_enforced == ()


def test_numbers_to_choose_from_become_words_for_gemini() -> None:
    _, schema = _export("gemini")
    assert schema["properties"]["step"] == {"type": "integer", "description": "One of 1, 2, more than 0."}


def test_strict_makes_optional_parameters_nullable_and_takes_the_nulls_out_again() -> None:
    export, schema = _export("openai_strict")
    assert schema["properties"]["place"]["type"] == ["string", "null"]
    assert schema["properties"]["place"]["enum"] == ["left", "right", None]
    call = ParsedCall("tune", {"level": 3, "place": None, "celsius": None, "names": None, "step": None}, "c")
    jsonschema.validate(dict(call.arguments), schema)
    assert export.original(call) == ParsedCall("tune", {"level": 3}, "c")
    assert export.original(ParsedCall("tune", {"level": None})).arguments == {"level": None}


@pytest.mark.parametrize("target", ["json_schema", "mcp", "openai"])
def test_a_target_that_takes_everything_accepts_and_refuses_the_same_arguments(target: str) -> None:
    _, schema = (
        _export(target) if target != "json_schema" else (None, export_tools(target, [_Spec()]).tools[0])
    )
    before, after = (jsonschema.Draft202012Validator(s) for s in (_Spec().parameters, schema))
    for arguments in (
        {"level": 3, "place": "left"}, {"level": 8, "step": 1}, {"level": 1}, {"level": 1, "celsius": 20.3},
        {"level": 1, "celsius": "LO", "step": 1}, {"level": 1, "names": ["a"]}, {"level": 1, "x": 1},
    ):  # fmt: skip
        assert before.is_valid(arguments) == after.is_valid(arguments), arguments


def test_mcp_tools_carry_annotations_and_an_output_schema() -> None:
    read = _Spec(name="look", read_only=True)
    tools = export_tools("mcp", [_Spec(), read], output_schema={"type": "object"}).tools
    assert [tool["annotations"]["readOnlyHint"] for tool in tools] == [False, True]
    assert [tool["annotations"]["destructiveHint"] for tool in tools] == [True, False]
    assert tools[0]["outputSchema"] == {"type": "object"}


@pytest.mark.parametrize("target", TARGETS)
def test_order_is_that_of_the_tools_and_the_digest_is_that_of_the_content(target: str) -> None:
    specs = [_Spec(name="b"), _Spec(name="a")]
    one, two = export_tools(target, specs), export_tools(target, specs)
    assert (one.tools, one.digest) == (two.tools, two.digest)
    schemas = one.tools if target == "json_schema" else ToolTable(one.tools).schemas
    names = [tool["title"] for tool in one.tools] if target == "json_schema" else list(schemas)
    assert names == ["b", "a"]
    assert export_tools(target, specs[::-1]).digest != one.digest
    assert export_tools(target, [_Spec(name="b", description="Other."), specs[1]]).digest != one.digest


def test_an_unknown_target_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        export_tools("none", [])
