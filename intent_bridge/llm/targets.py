"""What each target takes in a tool's schema and what it enforces, as data.

From the providers' documentation and the source of their SDKs and servers; the live services were not asked.
"""

from dataclasses import dataclass
from typing import Final

_SHAPE: Final = frozenset(("type", "properties", "required", "items", "enum", "anyOf", "description"))
_NUMBERS: Final = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
_STRINGS: Final = frozenset(("minLength", "maxLength", "pattern", "format"))
_ARRAYS: Final = frozenset(("minItems", "maxItems", "uniqueItems"))
_OBJECTS: Final = frozenset(("additionalProperties", "minProperties", "maxProperties"))
_LOGIC: Final = frozenset(("const", "oneOf", "allOf", "not", "$ref", "$defs"))
_EVERYTHING: Final = _SHAPE | _NUMBERS | _STRINGS | _ARRAYS | _OBJECTS | _LOGIC
ANNOTATIONS: Final = frozenset(
    ("description", "title", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment")
)
"""Keywords that constrain nothing; only the description is shown to models."""


@dataclass(frozen=True, slots=True)
class Target:
    """One place where tools are shown to a model.

    `keywords`: what may stand in a schema. `enforced`: what it guarantees of the arguments it hands over; the
    rest is a hint to the model. `all_required`: every property must be required, optional ones are nullable.
    `string_enums`: enum holds strings only. `lone_any_of`: beside anyOf nothing else may stand.
    """

    name: str
    keywords: frozenset[str]
    enforced: frozenset[str] = frozenset()
    all_required: bool = False
    string_enums: bool = False
    lone_any_of: bool = False


_STRICT_OPENAI: Final = (
    _SHAPE
    | _NUMBERS
    | {"pattern", "format", "minItems", "maxItems", "additionalProperties", "$ref", "$defs", "const"}
)
_OPEN_API: Final = _SHAPE | {
    "nullable", "format", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern",
    "minProperties", "maxProperties",
}  # fmt: skip

_ALL: Final = (
    Target("openai", _EVERYTHING),
    Target("openai_strict", _STRICT_OPENAI, enforced=_STRICT_OPENAI, all_required=True),
    Target("openai_responses", _EVERYTHING),
    Target("openai_responses_strict", _STRICT_OPENAI, enforced=_STRICT_OPENAI, all_required=True),
    Target("anthropic", _EVERYTHING - {"not"}),
    Target("gemini", _OPEN_API, string_enums=True, lone_any_of=True),
    Target("mcp", _EVERYTHING),
    Target("qwen", _EVERYTHING - {"$ref", "$defs", "not", "oneOf", "allOf"}),
    Target("ollama", _SHAPE),
    Target("json_schema", _EVERYTHING, enforced=_EVERYTHING),
)
TARGETS: Final = {target.name: target for target in _ALL}
