"""What the messages of somebody else's stack mean: a file that maps each command topic to a tool call.

Every field of the message has to be spoken for: as an argument of the call, as fixed, or as ignored.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile import Profile
from intent_bridge.profile.yaml import read_yaml

STAMP = "header.stamp"
_SAME = "topic", "tool", "arguments", "values", "fixed", "max_age_ms"


class Back(BaseModel):
    """Where a clamped value is written back: the field is the path's value in its VSS unit, `times` this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    times: float = Field(1.0, allow_inf_nan=False)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: str = Field(min_length=1, max_length=200)
    type: str
    tool: str
    arguments: dict[str, Any] = {}
    values: dict[str, Back] = {}
    fixed: dict[str, float | bool | str] = {}
    ignored: list[str] = []
    max_age_ms: int | None = Field(None, ge=1, le=60_000)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    relay: Literal[1]
    commands: list[_Entry] = Field(min_length=1, max_length=64)


@dataclass(frozen=True)
class Relayed:
    """One topic. `arguments` name fields as `$field`; `values` says where a clamped path is written back."""

    topic: str
    kind: Any
    tool: str
    arguments: Mapping[str, Any]
    values: Mapping[str, Back]
    fixed: Mapping[str, Any]
    max_age_ms: int | None

    def read(self, message: Any) -> dict[str, Any]:
        """The arguments of the call that a message means; ValueError for a message that means none."""
        for field, wanted in self.fixed.items():
            if field_of(message, field) != wanted:
                raise ValueError(f"`{field}` is not {wanted}")
        return {name: _filled(said, message) for name, said in self.arguments.items()}


def field_of(message: Any, field: str) -> Any:
    """A field by its dotted name."""
    for part in field.split("."):
        message = getattr(message, part)
    return message


def with_field(message: Any, field: str, value: Any) -> None:
    """Set a field by its dotted name, in its own type."""
    *parts, last = field.split(".")
    for part in parts:
        message = getattr(message, part)
    kind = type(getattr(message, last))
    setattr(message, last, round(value) if kind is int and isinstance(value, float) else kind(value))


def get_message(name: str) -> Any:
    """A message class by its name, package/msg/Name; ValueError where it is not installed."""
    package, _, kind = name.partition("/msg/")
    try:
        return getattr(importlib.import_module(f"{package}.msg"), kind)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"no message type `{name}` ({error})") from error


def load_relay(file: Path, profile: Profile) -> tuple[Relayed, ...]:
    """Read the map; ProfileError with everything that is wrong in it."""
    document = read_yaml(file)
    try:
        entries = _File.model_validate(document.data).commands
    except ValidationError as error:
        found = [(tuple(one["loc"]), one["msg"]) for one in error.errors()]
        raise ProfileError(
            [Problem(file, document.line_of(where), said, "see docs/ros.md") for where, said in found]
        ) from error
    problems: list[Problem] = []
    relayed = []
    for number, entry in enumerate(entries):
        line = document.line_of(("commands", number))
        said = _wrong(entry, profile)
        problems += [Problem(file, line, f"`{entry.topic}`: {what}", mend) for what, mend in said]
        if not said:
            shape = {key: getattr(entry, key) for key in _SAME}
            relayed.append(Relayed(kind=get_message(entry.type), **shape))
    topics = [entry.topic for entry in entries]
    for topic in {topic for topic in topics if topics.count(topic) > 1}:
        problems.append(Problem(file, None, f"`{topic}` is mapped twice", "map a topic once"))
    if problems:
        raise ProfileError(problems)
    return tuple(relayed)


def _wrong(entry: _Entry, profile: Profile) -> list[tuple[str, str]]:
    try:
        kind = get_message(entry.type)
    except (ValueError, AttributeError, ModuleNotFoundError) as error:
        return [
            (f"no message type `{entry.type}` ({error})", "write package/msg/Name of an installed package")
        ]
    leaves = _leaves(kind())
    read = {said[1:] for said in entry.arguments.values() if isinstance(said, str) and said.startswith("$")}
    wrong = []
    for name in sorted((read | set(entry.fixed) | set(entry.values)) - leaves):
        wrong.append((f"the message has no field `{name}`", f"it has {', '.join(sorted(leaves))}"))
    for name in sorted(set(entry.values) - read):
        wrong.append((f"`{name}` is written back and not read", f"name it in arguments as ${name}"))
    for path in sorted({back.path for back in entry.values.values()} - set(profile.actuators)):
        wrong.append((f"`{path}` is no actuator of this vehicle", "name one of profile.yaml"))
    spoken = read | set(entry.fixed) | set(entry.ignored)
    stamped = {f"{STAMP}.sec", f"{STAMP}.nanosec"} <= leaves
    for name in sorted(leaves):
        parts = name.split(".")
        if spoken.isdisjoint(".".join(parts[: n + 1]) for n in range(len(parts))) and parts[0] != "header":
            wrong.append((f"field `{name}` is not spoken for", "name it in arguments, fixed or ignored"))
    if stamped and entry.max_age_ms is None:
        wrong.append(("its messages have a stamp", "say in max_age_ms how old a command may be"))
    if not stamped and entry.max_age_ms is not None:
        wrong.append(("its messages have no stamp", "leave max_age_ms out"))
    return wrong


def _leaves(message: Any, prefix: str = "") -> set[str]:
    """Dotted names of all fields that are no message themselves."""
    found = set()
    for name in message.get_fields_and_field_types():
        value = getattr(message, name)
        if hasattr(value, "get_fields_and_field_types"):
            found |= _leaves(value, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def _filled(said: Any, message: Any) -> Any:
    if not (isinstance(said, str) and said.startswith("$")):
        return said
    value = field_of(message, said[1:])
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"`{said[1:]}` is {value}, which is no number")
        return int(value) if value.is_integer() else value
    if not isinstance(value, int | str | bool):
        raise ValueError(f"`{said[1:]}` is a {type(value).__name__}, which no tool takes")
    return value
