"""A vehicle's own tool names and schemas (`tools.yaml`), mapped to intents by data.

The arguments pass the strict front door, then the tool's own JSON Schema, then they become the arguments
of an intent, which is parsed like any other. Nothing is converted but what the map says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.base import IntentModel
from intent_bridge.intents.gaps import Plain, word_of
from intent_bridge.intents.narrow import Narrowed, NotEquipped, ToolSpec
from intent_bridge.intents.read import Noted, ReadPaths
from intent_bridge.intents.refusal import Code, listed, quote, refuse
from intent_bridge.profile.model import Argument, OwnTool

_CODES: Final[Mapping[str, Code]] = {
    "required": "missing_argument",
    "additionalProperties": "extra_argument",
    "type": "wrong_type",
    "enum": "not_a_choice",
    "const": "not_a_choice",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "exclusiveMinimum": "out_of_range",
    "exclusiveMaximum": "out_of_range",
    "multipleOf": "off_step",
    "minProperties": "missing_argument",
    "not": "conflicting_arguments",
    "maxProperties": "conflicting_arguments",
}
"""Keyword of JSON Schema -> our code; all others are `wrong_type`."""

_REFERENCES: Final = frozenset(("$ref", "$dynamicRef", "$schema", "$id"))


@dataclass(frozen=True)
class OwnNarrowed:
    """One of the vehicle's own tools: its schema, and the intent it stands for."""

    spec: ToolSpec
    validator: Draft202012Validator
    arguments: Mapping[str, Argument]
    target: Narrowed | ReadPaths | Noted
    absent: tuple[str, ...] = ()

    def parse(self, arguments: Mapping[str, object]) -> IntentModel | NotEquipped:
        """The intent that the own tool's arguments mean; ToolCallError in terms of the own arguments."""
        for name in self.absent:
            if name in arguments:
                return NotEquipped(self.spec.name, name)
        for error in self.validator.iter_errors(arguments):
            raise _refusal(error, self.spec.parameters)
        if not isinstance(self.target, Narrowed):
            return self.target
        given = {name: self._taken(argument, arguments) for name, argument in self.arguments.items()}
        try:
            parsed = self.target.parse({name: value for name, value in given.items() if value is not None})
        except ToolCallError as error:
            own = self.arguments[error.where].take if error.where in self.arguments else None
            text = str(error).removeprefix(f"{error.where}: ")
            raise ToolCallError(error.code, text, own or "") from error
        return (
            NotEquipped(self.spec.name, parsed.field, parsed.given)
            if isinstance(parsed, NotEquipped)
            else parsed
        )

    @property
    def settings(self) -> Mapping[str, tuple[str, Mapping[str, Plain]]]:
        """Per parameter, the setting it stands for, and the own word of each of its words."""
        if not isinstance(self.target, Narrowed):
            return {}
        return {
            argument.take: (f"{self.target.intent.tool}.{name}", _spoken(argument, self.spec.parameters))
            for name, argument in self.arguments.items()
            if argument.take is not None
        }

    def _taken(self, argument: Argument, arguments: Mapping[str, object]) -> object:
        if argument.take is None:
            return argument.fixed
        if argument.take not in arguments:
            return None
        value = arguments[argument.take]
        if not argument.map:
            return value
        word = word_of(value)
        if word not in argument.map:
            raise refuse("not_a_choice", f"must be {listed(argument.map)}", argument.take)
        return argument.map[word]


def _spoken(argument: Argument, parameters: Mapping[str, Any]) -> Mapping[str, Plain]:
    """From the intent's word to the tool's own; the first of several that mean the same."""
    schema = parameters["properties"].get(argument.take, {})
    words = {word_of(value): value for value in schema.get("enum", ())}
    spoken: dict[str, Plain] = {}
    for own, meant in argument.map.items():
        if meant is not None:
            spoken.setdefault(word_of(meant), words.get(own, own))
    return spoken


def own_tool(tool: OwnTool, built: Mapping[str, Narrowed]) -> OwnNarrowed | None:
    """The tool bound to what it stands for; None where this vehicle lacks the intent or a needed parameter.

    `problems_of` must have found nothing.
    """
    properties = tool.parameters.get("properties", {})
    here = {name: schema for name, schema in properties.items() if name not in tool.absent}
    parameters = {**tool.parameters, "properties": here}
    target: Narrowed | ReadPaths | Noted
    if tool.intent is None:
        target = Noted() if tool.reads is None else ReadPaths(entries=tool.reads)
        spec = ToolSpec(tool.name, tool.description, parameters, target.domain, read_only=True)
    elif tool.intent in built:
        target = built[tool.intent]
        spec = replace(target.spec, name=tool.name, description=tool.description, parameters=parameters)
    else:
        return None
    if set(tool.parameters.get("required", ())) & set(tool.absent):
        return None
    return OwnNarrowed(spec, Draft202012Validator(parameters), tool.arguments, target, tool.absent)


def problems_of(tool: OwnTool, intents: Mapping[str, type[IntentModel]]) -> Iterator[str]:
    """What is wrong between the tool and its intent, in words for the integrator.

    That the parameters are sound JSON Schema of an object has been checked when the profile was loaded.
    """
    if tool.intent is not None and tool.intent not in intents:
        yield f"tool {tool.name}: there is no intent {tool.intent}"
        return
    fields = {} if tool.intent is None else intents[tool.intent].model_fields
    for name in tool.arguments.keys() - fields.keys():
        yield f"tool {tool.name}: {tool.intent} has no argument {name}, it takes {listed(fields or ['none'])}"
    if tool.parameters.get("additionalProperties") is not False:
        yield f"tool {tool.name}: parameters must say `additionalProperties: false`, or words would be lost"
    for keyword in sorted(set(_keywords(tool.parameters)) & _REFERENCES):
        yield f"tool {tool.name}: parameters must not use {keyword}; write the schema out"
    taken = {argument.take for argument in tool.arguments.values()}
    for name in sorted(tool.parameters.get("properties", {}).keys() - taken) if not tool.noop else ():
        yield f"tool {tool.name}: no argument takes parameter {name}; the model's word would be lost"


def _keywords(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            yield from _keywords(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _keywords(item)


def _refusal(error: ValidationError, schema: Mapping[str, Any]) -> ToolCallError:
    keyword = str(error.validator)
    where = ".".join(map(str, error.absolute_path))
    limit: Any = error.validator_value
    if keyword == "enum":
        text = f"must be {listed(limit)}"
    elif keyword == "required":
        text = f"needs {', '.join(map(str, limit))}"
    elif keyword == "additionalProperties":
        text = f"has an unknown argument; it takes {listed(schema.get('properties') or ['none'])}"
    elif isinstance(limit, int | float | str) and not isinstance(limit, bool):
        text = f"breaks {keyword} {limit} of the tool's schema"
    else:
        text = f"breaks {keyword} of the tool's schema: {quote(error.message)}"
    return refuse(_CODES.get(keyword, "wrong_type"), text, where)
