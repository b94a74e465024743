"""What a vehicle's own get tool answers: values of the state in the tool's words; unknown is null."""

import json
from collections.abc import Mapping
from typing import Any

from intent_bridge.profile import plain, to_vss
from intent_bridge.profile.model import Answer, Quantity
from intent_bridge.resolver.types import Context
from intent_bridge.types import Value


def answers(entries: Mapping[str, Answer], context: Context) -> dict[str, Any]:
    """Every entry with its answer; `a.b` stands as `b` inside `a`."""
    out: dict[str, Any] = {}
    for name, entry in entries.items():
        *outer, last = name.split(".")
        inside = out
        for part in outer:
            inside = inside.setdefault(part, {})
        inside[last] = _answer(entry, context)
    return out


def _answer(entry: Answer, context: Context) -> Any:
    if entry.path is None:
        return entry.fixed
    value, _ = context.known(entry.path)
    if value is None:
        return None
    if entry.when is not None:
        on, _ = context.known(entry.when)
        if on is not True:
            return None if on is None else entry.otherwise
    said = _said(entry, context.profile.inputs[entry.path].quantity, value)
    if not entry.map:
        return said
    key = value if isinstance(value, str) else json.dumps(said)
    return entry.map.get(key, said if entry.otherwise is None else entry.otherwise)


def _said(entry: Answer, quantity: Quantity, value: Value) -> bool | int | float | str:
    if entry.counts == "steps" and quantity.type == "number":
        return value
    return plain(to_vss(quantity, value))
