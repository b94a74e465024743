"""What a call leaves open although its tool needs it: which argument, and what it could be.

A setting is `tool.argument` in the words of the built-in tools, whatever a vehicle calls its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

Plain: TypeAlias = bool | int | float | str

OPTIONS_MAX: Final = 16
"""An argument with more words than that is not listed to a person."""
LEVELS_MAX: Final = 7
"""A number with so many values is offered value by value; any other in quarters of its range."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One argument that is missing. `options` are values in the tool's own words; `whole`: these are all.

    `spoken` leads from the setting's word to the tool's own, where they differ.
    """

    argument: str
    setting: str
    options: tuple[Plain, ...]
    whole: bool
    spoken: Mapping[str, Plain] = field(default_factory=dict)

    def said(self, value: Plain) -> Plain:
        """A value of the setting in the words of the tool."""
        return self.spoken.get(word_of(value), value)


def gaps(
    parameters: Mapping[str, Any],
    given: Mapping[str, object],
    settings: Mapping[str, tuple[str, Mapping[str, Plain]]],
) -> tuple[Gap, ...]:
    """The required arguments that a call does not give. `settings`: argument -> its setting, and `spoken`."""
    found = []
    for name in parameters.get("required", ()):
        if given.get(name) is None and name in settings:
            setting, spoken = settings[name]
            options, whole = _options(parameters["properties"][name])
            found.append(Gap(name, setting, options, whole, spoken))
    return tuple(found)


def word_of(value: object) -> str:
    """The text by which a map of `tools.yaml` knows a value: a string itself, others as JSON writes them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value)


def _options(schema: Mapping[str, Any]) -> tuple[tuple[Plain, ...], bool]:
    """What an argument can be, and whether that is all."""
    if "enum" in schema:
        words = tuple(schema["enum"])
        return (words, True) if len(words) <= OPTIONS_MAX else ((), False)
    numbers = next((s for s in schema.get("anyOf", (schema,)) if "minimum" in s and "maximum" in s), None)
    if numbers is not None:
        return _numbers(*(Decimal(str(numbers.get(key, 1))) for key in ("minimum", "maximum", "multipleOf")))
    return ((True, False), True) if schema.get("type") == "boolean" else ((), False)


def _numbers(low: Decimal, high: Decimal, step: Decimal) -> tuple[tuple[Plain, ...], bool]:
    steps = int((high - low) / step)
    if steps < LEVELS_MAX:
        return tuple(_plain(low + n * step) for n in range(steps + 1)), True
    quarters = (low + step * (steps * n // 4) for n in range(5))
    return tuple(_plain(number) for number in quarters), False


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)
