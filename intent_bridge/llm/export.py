"""Tools out: a vehicle's tools in the form a target takes, and what that target will not enforce.

A constraint that a target does not take is said in words in the description, and listed. The order is the
order of the tools, and the digest is that of the content: the same tools give the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from intent_bridge.llm.model import ParsedCall
from intent_bridge.llm.targets import TARGETS
from intent_bridge.llm.tighten import Constraint, Tightened, tighten

CHARACTERS_PER_TOKEN: Final = 4.2
"""Of tools as JSON: 4.09 to 4.35 for every target, counted with cl100k_base and o200k_base on demo_sedan."""


class ToolSpec(Protocol):
    """What is needed of a tool; the catalogue's `ToolSpec` has it."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def read_only(self) -> bool: ...
    @property
    def idempotent(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ToolExport:
    """Tools as a target takes them; `tools` goes into the request as it is.

    `not_enforced` lists the constraints that arguments may still break when they come back. `nullable` names,
    for each tool, the optional parameters that the target gives as null when they are left out.
    """

    target: str
    tools: list[dict[str, Any]]
    not_enforced: tuple[Constraint, ...]
    nullable: Mapping[str, frozenset[str]]
    digest: str

    @property
    def characters(self) -> int:
        """How long the tools are as compact JSON: what stands in every request."""
        return len(json.dumps(self.tools, ensure_ascii=False, separators=(",", ":")))

    @property
    def tokens(self) -> int:
        """About how many tokens that is."""
        return round(self.characters / CHARACTERS_PER_TOKEN)

    def original(self, call: ParsedCall) -> ParsedCall:
        """The call without the nulls by which the target says that a parameter is left out."""
        filled = self.nullable.get(call.name, frozenset())
        arguments = {k: v for k, v in call.arguments.items() if v is not None or k not in filled}
        return replace(call, arguments=arguments)


def export_tools(
    dialect: str, specs: Sequence[ToolSpec], *, output_schema: Mapping[str, Any] | None = None
) -> ToolExport:
    """The tools for one target of `TARGETS`; `output_schema` describes every result (MCP only).

    KeyError for an unknown target.
    """
    target = TARGETS[dialect]
    tightened = [tighten(target, spec.name, spec.parameters) for spec in specs]
    wrap = _WRAP[dialect]
    tools = [wrap(spec, result) for spec, result in zip(specs, tightened, strict=True)]
    if dialect == "mcp" and output_schema is not None:
        tools = [{**tool, "outputSchema": dict(output_schema)} for tool in tools]
    if dialect == "gemini":
        tools = [{"functionDeclarations": tools}]
    return ToolExport(
        target=dialect,
        tools=tools,
        not_enforced=tuple(constraint for result in tightened for constraint in result.not_enforced),
        nullable={spec.name: r.nullable for spec, r in zip(specs, tightened, strict=True) if r.nullable},
        digest=hashlib.sha256(json.dumps(tools, sort_keys=True).encode()).hexdigest(),
    )


def _function(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {"name": spec.name, "description": spec.description, "parameters": result.schema}


def _openai(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {"type": "function", "function": _function(spec, result)}


def _openai_strict(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {"type": "function", "function": {**_function(spec, result), "strict": True}}


def _responses(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {"type": "function", **_function(spec, result), "strict": False}


def _responses_strict(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {"type": "function", **_function(spec, result), "strict": True}


def _anthropic(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {"name": spec.name, "description": spec.description, "input_schema": result.schema}


def _gemini(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    if not result.schema.get("properties"):  # an object without properties is refused
        return {"name": spec.name, "description": spec.description}
    return _function(spec, result)


def _mcp(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    """Hints only, the least safe where in doubt, as MCP asks for: a step twice is two steps."""
    return {
        "name": spec.name,
        "description": spec.description,
        "inputSchema": result.schema,
        "annotations": {
            "readOnlyHint": spec.read_only,
            "destructiveHint": not spec.read_only,
            "idempotentHint": spec.idempotent,
            "openWorldHint": False,
        },
    }


def _json_schema(spec: ToolSpec, result: Tightened) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": spec.name,
        "description": spec.description,
        **result.schema,
    }


_WRAP: Final[Mapping[str, Callable[[ToolSpec, Tightened], dict[str, Any]]]] = {
    "openai": _openai,
    "openai_strict": _openai_strict,
    "openai_responses": _responses,
    "openai_responses_strict": _responses_strict,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "mcp": _mcp,
    "qwen": _openai,
    "ollama": _openai,
    "json_schema": _json_schema,
}
