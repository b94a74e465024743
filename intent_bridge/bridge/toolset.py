"""A choice among a vehicle's tools, for models that get lost in many: by domain, and by what may be now.

A hint to the model, no rule: a tool that is left out is judged like any other when it is called.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import cycle, islice
from typing import Any, Final

from intent_bridge.intents import ToolSpec
from intent_bridge.types import Outcome, Status, ToolCall

PROBES_MAX: Final = 8
"""Calls by which a tool is tried, at most."""
_OF_THE_CALL: Final = (Status.INVALID, Status.NOT_EQUIPPED, Status.NEEDS_CHOICE)
"""Answers that tell of the probe and not of the tool."""

Try = Callable[[ToolCall], Outcome]


def toolset(
    tools: Collection[ToolSpec], domains: Collection[str] | None = None, dry_run: Try | None = None
) -> list[ToolSpec]:
    """The tools of these domains (None: all), in their order; `read` tools are in every domain.

    With `dry_run`, without those that are denied whatever is asked; a tool that cannot be tried is kept.
    """
    kept = [t for t in tools if domains is None or t.domain in domains or t.domain == "read"]
    return kept if dry_run is None else [t for t in kept if t.read_only or _may(t, dry_run)]


def _may(tool: ToolSpec, dry_run: Try) -> bool:
    found = [dry_run(ToolCall("", tool.name, arguments)).status for arguments in probes(tool.parameters)]
    told = [status for status in found if status not in _OF_THE_CALL]
    return not told or any(status is not Status.DENIED for status in told)


def probes(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Calls that reach the ends of a tool: its required arguments, then each of the others beside them."""
    values = {name: _ends(part) for name, part in schema.get("properties", {}).items()}
    required = [name for name in schema.get("required", ()) if values.get(name)]
    optional = [name for name in values if name not in required and values[name]]
    count = max([len(values[name]) for name in values] or [1])

    def all_of() -> Iterator[dict[str, Any]]:
        for extra in (
            [[], *([name] for name in optional)]
            if required or not optional
            else [[name] for name in optional]
        ):
            yield from _turns({name: values[name] for name in [*required, *extra]}, count)

    seen: list[dict[str, Any]] = []
    for arguments in all_of():
        if arguments not in seen:
            seen.append(arguments)
    yield from seen[:: max(1, -(-len(seen) // PROBES_MAX))]


def _turns(values: Mapping[str, list[Any]], count: int) -> Iterator[dict[str, Any]]:
    columns = [list(islice(cycle(each), count)) for each in values.values()]
    for row in zip(*columns, strict=True) if columns else [()]:
        yield dict(zip(values, row, strict=True))


def _ends(part: Mapping[str, Any]) -> list[Any]:
    if isinstance(part.get("enum"), list):
        return [value for value in part["enum"] if value is not None]
    if isinstance(part.get("anyOf"), list):
        return [value for each in part["anyOf"] for value in _ends(each)]
    match part.get("type"):
        case "boolean":
            return [True, False]
        case "integer" | "number" if "minimum" in part and "maximum" in part:
            return [part["minimum"], part["maximum"]]
        case _:
            return []
