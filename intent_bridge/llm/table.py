"""The tools that a model was offered, read from any provider's way of listing them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from intent_bridge.errors import ToolCallError

_SCHEMA_KEYS: Final = (
    "parameters",
    "input_schema",
    "inputSchema",
    "parametersJsonSchema",
    "parameters_json_schema",
)
_WRAPPERS: Final = ("function", "toolSpec", "tool_spec")
_GROUPS: Final = ("functionDeclarations", "function_declarations", "tools")

Schema = Mapping[str, Any]


class ToolTable:
    """Name -> parameter schema of the offered tools; ToolCallError `bad_tools` if they cannot be read.

    Whoever reads many answers makes it once and hands it to the readers as their `tools`.
    """

    def __init__(self, tools: object) -> None:
        self.schemas: dict[str, Schema] = {}
        if isinstance(tools, ToolTable):
            self.schemas = tools.schemas
            return
        try:
            for name, schema in _entries(tools):
                self.schemas[name] = schema
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ToolCallError("bad_tools", f"the list of tools cannot be read ({error})") from error

    def __contains__(self, name: object) -> bool:
        return name in self.schemas

    def schema(self, name: str) -> Schema:
        """The parameter schema of a tool; {} for an unknown one."""
        return self.schemas.get(name, {})

    def properties(self, name: str) -> Mapping[str, Any]:
        """Parameter name -> schema, in the order of the listing."""
        properties = self.schema(name).get("properties")
        return properties if isinstance(properties, Mapping) else {}


def _entries(tools: object) -> Iterator[tuple[str, Schema]]:
    if not isinstance(tools, Sequence) or isinstance(tools, str | bytes):
        raise ValueError("expected a list")
    for tool in tools:
        if not isinstance(tool, Mapping):
            yield str(tool.name), tool.parameters
            continue
        group = next((tool[key] for key in _GROUPS if isinstance(tool.get(key), Sequence)), None)
        if group is not None:
            yield from _entries(group)
            continue
        inner = next((tool[key] for key in _WRAPPERS if isinstance(tool.get(key), Mapping)), tool)
        name = inner.get("name")
        if isinstance(name, str):
            yield name, _schema(inner)


def _schema(tool: Mapping[str, Any]) -> Schema:
    schema: Schema = next((tool[key] for key in _SCHEMA_KEYS if isinstance(tool.get(key), Mapping)), {})
    wrapped = schema.get("json")  # Bedrock
    return wrapped if isinstance(wrapped, Mapping) else schema
