"""One tool's schema as a target takes it: what it does not take is put into words, and listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from intent_bridge.llm.schema import resolve, types_of
from intent_bridge.llm.targets import ANNOTATIONS, Target

_WORDS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "in steps of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matching {}",
    "format": "in the format {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "give at least {} of the arguments",
    "maxProperties": "give at most {} of the arguments",
    "const": "always {}",
}
_SHAPE_ONLY: Final = frozenset(
    ("properties", "items", "anyOf", "oneOf", "allOf", "$ref", "$defs", "nullable")
)
_MAX_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of one tool that a target does not enforce; `kept` if its schema still states it."""

    tool: str
    where: str
    keyword: str
    value: object
    kept: bool


@dataclass(frozen=True, slots=True)
class Tightened:
    """A schema for a target, what it will not enforce, and the optional parameters made nullable."""

    schema: dict[str, Any]
    not_enforced: tuple[Constraint, ...]
    nullable: frozenset[str]


def tighten(target: Target, tool: str, parameters: Mapping[str, Any]) -> Tightened:
    """The parameter schema of one tool for one target."""
    work = _Work(target, tool, parameters)
    schema = work.schema(parameters, "", 0)
    return Tightened(schema, tuple(work.not_enforced), frozenset(work.nullable))


@dataclass
class _Work:
    target: Target
    tool: str
    root: Mapping[str, Any]
    not_enforced: list[Constraint] = field(default_factory=list)
    nullable: set[str] = field(default_factory=set)

    def schema(self, given: object, where: str, depth: int) -> dict[str, Any]:
        """The schema at one place, with references inlined and one kind of union."""
        resolved = resolve(given, self.root)
        if not isinstance(resolved, Mapping) or depth > _MAX_DEPTH:
            return {}
        source = dict(resolved)
        if isinstance(given, Mapping) and "$ref" in given:
            source |= {key: value for key, value in given.items() if key != "$ref"}
        source.pop("$defs", None)
        if "oneOf" in source and "anyOf" not in source:
            source["anyOf"] = source.pop("oneOf")
        if "const" in source and "const" not in self.target.keywords:
            source["enum"] = [source.pop("const")]
        out: dict[str, Any] = {}
        words: list[str] = []
        for keyword, value in source.items():
            if self._takes(keyword, value, source):
                out[keyword] = value
            elif said := self._in_words(keyword, value):
                words.append(said)
            self._note(keyword, value, where, kept=keyword in out)
        self._nest(out, where, depth)
        if words:
            out["description"] = _sentence(out.get("description"), words)
        return self._shaped(out, where)

    def _takes(self, keyword: str, value: object, source: Mapping[str, Any]) -> bool:
        if keyword == "enum" and self.target.string_enums:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        return keyword in self.target.keywords

    def _in_words(self, keyword: str, value: object) -> str:
        if keyword == "enum" and isinstance(value, list):
            return "one of " + ", ".join(map(str, value))
        return _WORDS[keyword].format(value) if keyword in _WORDS else ""

    def _note(self, keyword: str, value: object, where: str, *, kept: bool) -> None:
        if keyword in ANNOTATIONS or keyword in _SHAPE_ONLY or value == []:
            return
        if not kept or keyword not in self.target.enforced:
            self.not_enforced.append(Constraint(self.tool, where, keyword, value, kept))

    def _nest(self, out: dict[str, Any], where: str, depth: int) -> None:
        if isinstance(out.get("properties"), Mapping):
            out["properties"] = {
                name: self.schema(part, f"{where}.{name}" if where else name, depth + 1)
                for name, part in out["properties"].items()
            }
        if isinstance(out.get("items"), Mapping):
            out["items"] = self.schema(out["items"], f"{where}[]", depth + 1)
        if isinstance(out.get("anyOf"), list):
            out["anyOf"] = [self.schema(part, where, depth + 1) for part in out["anyOf"]]

    def _shaped(self, out: dict[str, Any], where: str) -> dict[str, Any]:
        if self.target.all_required and isinstance(out.get("properties"), Mapping):
            out = self._all_required(out, where)
        if self.target.lone_any_of and "anyOf" in out:
            description = out.get("description")
            return {"anyOf": [_described(part, description) for part in out["anyOf"]]}
        return out

    def _all_required(self, out: dict[str, Any], where: str) -> dict[str, Any]:
        required = out.get("required", [])
        properties = {}
        for name, part in out["properties"].items():
            properties[name] = part if name in required else _nullable(part)
            if name not in required and not where and "null" not in types_of(part, self.root):
                self.nullable.add(name)
        return out | {"properties": properties, "required": list(properties), "additionalProperties": False}


def _nullable(part: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that takes null besides, for a parameter that is left out."""
    if "null" in types_of(part, {}):
        return dict(part)
    out = dict(part) | {"description": _sentence(part.get("description"), ["null leaves it out"])}
    if "anyOf" in part:
        return out | {"anyOf": [*part["anyOf"], {"type": "null"}]}
    if isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    if isinstance(out.get("enum"), list):
        out["enum"] = [*out["enum"], None]
    return out


def _described(part: Mapping[str, Any], description: object) -> dict[str, Any]:
    own = part.get("description")
    said = " ".join(str(text) for text in (description, own) if text)
    return dict(part) | ({"description": said} if said else {})


def _sentence(description: object, words: list[str]) -> str:
    said = ", ".join(words)
    sentence = f"{said[0].upper()}{said[1:]}."
    return f"{description} {sentence}" if description else sentence
