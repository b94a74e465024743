"""Checks a vehicle's own tools (`tools.yaml`): schemas are valid, arguments come from somewhere."""

from collections.abc import Collection

from . import model
from .report import Place, one_of


def check_tools(file: model.ToolsFile, taken: Collection[str], place: Place) -> None:
    """Note what is wrong with the own tools; `taken` are tool names that the profile already uses."""
    names = set(taken)
    for i, tool in enumerate(file.tools):
        here = place.below("tools", i)
        if tool.name in names:
            here.below("name").problem(f"tool `{tool.name}` exists already", "choose another name")
        names.add(tool.name)
        _check_schema(tool, here.below("parameters"))
        properties = tool.parameters.get("properties")
        known = properties if isinstance(properties, dict) else {}
        for name, argument in tool.arguments.items():
            _check_argument(argument, known, here.below("arguments", name))


def _check_schema(tool: model.OwnTool, place: Place) -> None:
    from jsonschema import Draft202012Validator  # slow to import, and few vehicles have own tools
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(tool.parameters)
    except SchemaError as error:
        place.below(*error.absolute_path).problem(
            f"not a JSON Schema: {error.message.lower()}", "mend the schema (draft 2020-12)"
        )
    if tool.parameters.get("type") != "object":
        place.problem("the parameters are not an object", "write `type: object`")


def _check_argument(argument: model.Argument, known: Collection[str], place: Place) -> None:
    if (argument.take is None) == (argument.fixed is None):
        place.problem("an argument is either taken or fixed", "give one of `take` and `fixed`")
    if argument.take is not None and argument.take not in known:
        place.below("take").problem(
            f"the tool has no parameter `{argument.take}`", one_of(argument.take, known)
        )
    if argument.map and argument.take is None:
        place.below("map").problem("a map needs a parameter to look up", "give `take`")
