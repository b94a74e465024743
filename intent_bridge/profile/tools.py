"""Checks a vehicle's own tools (`tools.yaml`): schemas are valid, arguments come from somewhere."""

from collections.abc import Collection

from . import model
from .report import Place, one_of


def check_tools(file: model.ToolsFile, taken: Collection[str], paths: Collection[str], place: Place) -> None:
    """Note what is wrong with the own tools; `taken` are tool names and `paths` all state the profile has."""
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
        for name, answer in (tool.reads or {}).items():
            _check_answer(answer, paths, here.below("reads", name))
        for n, name in enumerate(tool.absent):
            if name not in known:
                here.below("absent", n).problem(f"the tool has no parameter `{name}`", one_of(name, known))


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


def _check_answer(answer: model.Answer, paths: Collection[str], place: Place) -> None:
    if (answer.path is None) == (answer.fixed is None):
        place.problem("an answer is either read or fixed", "give one of `path` and `fixed`")
    for key, path in (("path", answer.path), ("when", answer.when)):
        if path is not None and path not in paths:
            place.below(key).problem(f"no path `{path}`", one_of(path, paths))
    if not answer.map and (answer.otherwise is None) != (answer.when is None):
        place.problem("`when` needs an `otherwise`, which needs `map` or `when`", "give both, or neither")


def _check_argument(argument: model.Argument, known: Collection[str], place: Place) -> None:
    if (argument.take is None) == (argument.fixed is None):
        place.problem("an argument is either taken or fixed", "give one of `take` and `fixed`")
    if argument.take is not None and argument.take not in known:
        place.below("take").problem(
            f"the tool has no parameter `{argument.take}`", one_of(argument.take, known)
        )
    if argument.map and argument.take is None:
        place.below("map").problem("a map needs a parameter to look up", "give `take`")
