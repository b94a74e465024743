"""Just enough JSON Schema to hold a model's arguments against the tool it was offered.

Exact where validators trip: booleans are not numbers, 0.3 is a multiple of 0.1, 3.0 is the integer 3.
Keywords not handled here (`not`, `if`, `dependent…`) are left to the catalogue, which judges every call.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import listed, quote
from intent_bridge.llm.door import kind

_ALIASES: Final = {
    "int": "integer", "long": "integer", "float": "number", "double": "number", "num": "number",
    "str": "string", "text": "string", "enum": "string", "bool": "boolean", "dict": "object", "map": "object",
    "list": "array", "arr": "array", "tuple": "array", "none": "null",
}  # fmt: skip
_TYPES: Final = frozenset(("null", "integer", "number", "boolean", "object", "array", "string"))
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,15})?")
_PLAIN_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_MAX_REFERENCES: Final = 16
_BLANKS: Final = " \t\r\n"


def types_of(schema: object, root: Mapping[str, Any], depth: int = 0) -> frozenset[str]:
    """Every JSON type a schema mentions, through references, unions and enums; empty if it mentions none."""
    schema = resolve(schema, root)
    if not isinstance(schema, Mapping) or depth > _MAX_REFERENCES:
        return frozenset()
    stated = schema.get("type")
    words = stated if isinstance(stated, list | tuple) else [] if stated is None else [stated]
    found = {_ALIASES.get(str(word).lower(), str(word).lower()) for word in words} & _TYPES
    for union in ("anyOf", "oneOf", "allOf"):
        for part in _list(schema.get(union)):
            found |= types_of(part, root, depth + 1)
    if schema.get("nullable") is True and found:
        found.add("null")
    if not found:
        choices = [schema["const"]] if "const" in schema else _list(schema.get("enum"))
        found = {_type(choice) for choice in choices}
    return frozenset(found)


def resolve(schema: object, root: Mapping[str, Any]) -> object:
    """The schema behind its `$ref`s within the same document; an unresolvable one allows everything."""
    for _ in range(_MAX_REFERENCES):
        if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
            return schema
        target: object = root
        for step in str(schema["$ref"]).removeprefix("#").strip("/").split("/"):
            target = target.get(step) if isinstance(target, Mapping) else None
        schema = target if target is not None else {}
    return {}


class Fit:
    """Holds one call's arguments against the schema of its tool.

    With `coerce`, a string is read as the number or boolean that the schema wants where that loses nothing
    ("22" for a number, "true" for a boolean), and `notes` says so. With `null_fits`, null passes for every
    parameter. ToolCallError for everything else.
    """

    def __init__(self, root: Mapping[str, Any], *, coerce: bool, null_fits: bool = False) -> None:
        self.root = root
        self.coerce = coerce
        self.null_fits = null_fits
        self.notes: list[str] = []

    def arguments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a call as its tool wants them; ToolCallError if they do not fit."""
        fitted = self.fit(arguments, self.root)
        return fitted if isinstance(fitted, dict) else arguments

    def fit(self, value: object, schema: object, where: str = "", depth: int = 0) -> object:
        """The value as the schema wants it; ToolCallError if it does not fit."""
        schema = resolve(schema, self.root)
        if not isinstance(schema, Mapping) or depth > 4 * _MAX_REFERENCES:
            return value
        for union in ("anyOf", "oneOf"):
            if isinstance(schema.get(union), list):
                value = self._one_of(value, schema[union], where, depth)
        for part in _list(schema.get("allOf")):
            value = self.fit(value, part, where, depth + 1)
        if "type" in schema:
            value = self._typed(
                value, types_of({k: schema[k] for k in ("type", "nullable") if k in schema}, {}), where
            )
        _check_choice(value, schema, where)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            _check_number(value, schema, where)
        elif isinstance(value, str):
            _check_string(value, schema, where)
        elif isinstance(value, list):
            return self._array(value, schema, where, depth)
        elif isinstance(value, dict):
            return self._object(value, schema, where, depth)
        return value

    def _one_of(self, value: object, parts: list[object], where: str, depth: int) -> object:
        first: ToolCallError | None = None
        for coerce in (False, True) if self.coerce else (False,):
            for part in parts:
                trial = Fit(self.root, coerce=coerce)
                try:
                    fitted = trial.fit(value, part, where, depth + 1)
                except ToolCallError as error:
                    first = first or error
                else:
                    self.notes += trial.notes
                    return fitted
        if first is not None:
            raise first
        return value

    def _typed(self, value: object, types: frozenset[str], where: str) -> object:
        found = _type(value)
        if not types or found in types or (found == "integer" and "number" in types):
            return value
        if isinstance(value, float) and "integer" in types and value.is_integer():
            return int(value)
        if self.coerce and isinstance(value, str):
            read = _lossless(value.strip(_BLANKS), types)
            if read is not None:
                self.notes.append(f"{where}: the string {quote(value)} was read as {read!r}".lower())
                return read
        wanted = listed(sorted(types))
        raise ToolCallError("wrong_type", f"expected {wanted}, not {kind(value)}; send {wanted}", where)

    def _array(self, items: list[Any], schema: Mapping[str, Any], where: str, depth: int) -> list[Any]:
        low, high = schema.get("minItems"), schema.get("maxItems")
        if isinstance(low, int) and len(items) < low:
            raise ToolCallError("out_of_range", f"has {len(items)} items; send at least {low}", where)
        if isinstance(high, int) and len(items) > high:
            raise ToolCallError("out_of_range", f"has {len(items)} items; send at most {high}", where)
        if "items" not in schema:
            return items
        return [self.fit(item, schema["items"], f"{where}[{n}]", depth + 1) for n, item in enumerate(items)]

    def _object(
        self, table: dict[str, Any], schema: Mapping[str, Any], where: str, depth: int
    ) -> dict[str, Any]:
        stated = schema.get("properties")
        properties: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
        low = schema.get("minProperties")
        if isinstance(low, int) and len(table) < low:
            raise ToolCallError("missing_argument", f"give at least {low} of {listed(properties)}", where)
        for name in _list(schema.get("required")):
            if name not in table:
                raise ToolCallError("missing_argument", f"{quote(str(name))} is missing; send it", where)
        others = schema.get("additionalProperties", True)
        out: dict[str, Any] = {}
        for name, value in table.items():
            inside = f"{where}.{name}" if where else name
            if value is None and self.null_fits and name in properties:
                out[name] = value
            elif name in properties:
                out[name] = self.fit(value, properties[name], inside, depth + 1)
            elif others is False and not schema.get("patternProperties"):
                raise ToolCallError(
                    "extra_argument", f"{quote(name)} is not an argument here; leave it out", where
                )
            else:
                out[name] = self.fit(value, others, inside, depth + 1)
        return out


def _lossless(text: str, types: frozenset[str]) -> object:
    if "integer" in types and _PLAIN_INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _PLAIN_NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if "boolean" in types and text in ("true", "True", "false", "False"):
        return text in ("true", "True")
    return None


def _check_choice(value: object, schema: Mapping[str, Any], where: str) -> None:
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(choices, list) or any(_same(value, choice) for choice in choices):
        return
    if value is None and schema.get("nullable") is True:
        return
    raise ToolCallError("not_a_choice", f"is none of the choices; send {listed(choices[:24])}", where)


def _check_number(value: int | float, schema: Mapping[str, Any], where: str) -> None:
    low, high = _number(schema.get("minimum")), _number(schema.get("maximum"))
    above, below = _number(schema.get("exclusiveMinimum")), _number(schema.get("exclusiveMaximum"))
    if (low is not None and value < low) or (above is not None and value <= above):
        raise ToolCallError(
            "out_of_range", f"{value} is too small; the least is {low if low is not None else above}", where
        )
    if (high is not None and value > high) or (below is not None and value >= below):
        raise ToolCallError(
            "out_of_range", f"{value} is too large; the most is {high if high is not None else below}", where
        )
    step = _number(schema.get("multipleOf"))
    if step and Decimal(str(value)) % Decimal(str(step)) != 0:
        raise ToolCallError("off_step", f"{value} is not a multiple of {step}; send a multiple", where)


def _check_string(value: str, schema: Mapping[str, Any], where: str) -> None:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if isinstance(low, int) and len(value) < low:
        raise ToolCallError("out_of_range", f"is too short; send at least {low} characters", where)
    if isinstance(high, int) and len(value) > high:
        raise ToolCallError("out_of_range", f"is too long; send at most {high} characters", where)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        try:
            fits = re.search(pattern, value) is not None
        except re.error:
            return
        if not fits:
            raise ToolCallError(
                "not_a_choice", f"does not match the pattern {quote(pattern)}; send one that does", where
            )


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _type(value: object) -> str:
    for python, name in (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (list, "array"),
    ):
        if isinstance(value, python):
            return name
    return "null" if value is None else "object"


def _same(one: object, other: object) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other
