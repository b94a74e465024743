"""How one field of an intent is read on one vehicle: shown in a schema, checked, turned into an exact value.

A `Reading` is made from where the value goes (`Target`) and what stands there (`Quantity`). The same object
writes the schema and reads the value, so the two cannot drift apart.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.base import Target
from intent_bridge.intents.refusal import at, listed, quote, refuse
from intent_bridge.profile import plain
from intent_bridge.profile.model import Quantity
from intent_bridge.types import Value

_NUMBER_AT_THE_END = re.compile(r"(\d+)(?:_(\d+))?$")


class Reading(Protocol):
    """Reads one field's value on one vehicle."""

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of what `value` accepts, description aside."""

    def value(self, given: object) -> Value:
        """The exact value for what was given; ToolCallError (without a place) when it is none."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A boolean."""

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def value(self, given: object) -> Value:
        if not isinstance(given, bool):
            raise refuse("wrong_type", "must be true or false")
        return given


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbers on a grid: `low` and `high` inclusive, in the field's unit, multiples of `step`.

    `names` are further words that stand for numbers of their own, counted in steps (`LO`).
    """

    low: Decimal
    high: Decimal
    step: Decimal
    names: Mapping[str, int]

    @property
    def schema(self) -> dict[str, Any]:
        whole = self.low % 1 == 0 and self.high % 1 == 0 and self.step % 1 == 0
        number: dict[str, Any] = {
            "type": "integer" if whole else "number",
            "minimum": plain(self.low),
            "maximum": plain(self.high),
        }
        if not (whole and self.step == 1):
            number["multipleOf"] = plain(self.step)
        if not self.names:
            return number
        return {"anyOf": [number, {"type": "string", "enum": list(self.names)}]}

    def value(self, given: object) -> Value:
        if isinstance(given, str):
            if given not in self.names:
                others = f", {listed(self.names)}" if self.names else ""
                raise refuse("wrong_type", f"must be a number{others}; write it without quotes and unit")
            return self.names[given]
        if isinstance(given, bool) or not isinstance(given, int | Decimal):
            raise refuse("wrong_type", "must be a number")
        number = Decimal(given)
        if not self.low <= number <= self.high:
            others = f", {listed(self.names)}" if self.names else ""
            raise refuse("out_of_range", f"must be from {plain(self.low)} to {plain(self.high)}{others}")
        if rest := number % self.step:
            below = number - rest if rest > 0 else number - rest - self.step
            near = [plain(n) for n in (below, below + self.step) if self.low <= n <= self.high]
            raise refuse("off_step", f"goes in steps of {plain(self.step)}; give {listed(near)}")
        return int(number / self.step)


@dataclass(frozen=True, slots=True)
class Listed:
    """Numbers that are value names: 1.4 is `GAP_1_4`."""

    names: Mapping[Decimal, str]

    @property
    def schema(self) -> dict[str, Any]:
        whole = all(number % 1 == 0 for number in self.names)
        return {"type": "integer" if whole else "number", "enum": [plain(n) for n in self.names]}

    def value(self, given: object) -> Value:
        if isinstance(given, bool) or not isinstance(given, int | Decimal):
            raise refuse("wrong_type", "must be a number")
        name = self.names.get(Decimal(given))
        if name is None:
            raise refuse("not_a_choice", f"must be {listed(map(plain, self.names))}")
        return name


@dataclass(frozen=True, slots=True)
class Words:
    """Words for value names: `recirculate` is `RECIRCULATE`."""

    names: Mapping[str, str]

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names)}

    def value(self, given: object) -> Value:
        if not isinstance(given, str):
            raise refuse("wrong_type", "must be a string")
        if given not in self.names:
            raise refuse("not_a_choice", f"{quote(given)} is not {listed(self.names)}")
        return self.names[given]


def to_value(target: Target, quantity: Quantity, given: object) -> Value:
    """The exact value that a field's content means where `quantity` stands; ToolCallError when it is none."""
    key = id(target), id(quantity)
    kept = _READ.get(key)
    if kept is None or kept[0] is not target or kept[1] is not quantity:
        if len(_READ) >= _MAX_READ:
            _READ.clear()
        _READ[key] = kept = target, quantity, reading(target, quantity), {}
    known = kept[3]
    if (value := known.get((given.__class__, given))) is not None:
        return value
    try:
        value = kept[2].value(given)
        if len(known) < _MAX_READ:
            known[given.__class__, given] = value
        return value
    except ToolCallError as error:
        raise at(target.field, error) from error


_READ: dict[tuple[int, int], tuple[Target, Quantity, Reading, dict[tuple[type, object], Value]]] = {}
"""Readings made before, by the identity of what they were made from; the entry keeps both alive.

Each with the values that it gave; there are few, for they lie on a grid."""
_MAX_READ: Final = 4096


def reading(target: Target, quantity: Quantity) -> Reading:
    """How the target's field is read where `quantity` stands.

    Raises ValueError, with a text for the integrator, when the profile's type cannot carry the field.
    """
    if quantity.type == "boolean":
        return Switch()
    if quantity.type == "enum":
        assert quantity.values is not None
        if target.counts == "listed":
            return Listed(_numbered(quantity.values))
        if target.counts == "steps":
            return Listed({Decimal(n): name for n, name in enumerate(quantity.values)})
        spoken = {name: word for word, name in target.spoken.items()}
        return Words({spoken.get(name, name.lower()): name for name in quantity.values})
    assert quantity.step is not None and quantity.range is not None
    if target.counts in ("steps", "change"):
        return Steps(Decimal(quantity.low), Decimal(quantity.high), Decimal(1), {})
    named = (
        {name: int(number / quantity.step) for name, number in quantity.names.items()} if target.named else {}
    )
    low, high = quantity.low, quantity.high
    while low in named.values():  # an end with a name is asked for by its name only
        low += 1
    while high in named.values():
        high -= 1
    return Steps(low * quantity.step, high * quantity.step, quantity.step, named)


def widest(readings: Iterable[Reading]) -> Reading:
    """One reading that accepts what any of them accepts; ValueError when they are of different kinds.

    Places of one vehicle may differ (a rear seat that moves less). Which place is meant may depend on who
    spoke, so the schema shows the widest range; the place's own reading has the last word.
    """
    all_of_them = list(readings)
    first = all_of_them[0]
    if any(type(r) is not type(first) for r in all_of_them):
        raise ValueError("the places of one setting must be of one type")
    if all(r == first for r in all_of_them):
        return first
    if isinstance(first, Steps):
        steps = [r for r in all_of_them if isinstance(r, Steps)]
        names = {name: number for r in steps for name, number in r.names.items()}
        if any(r.step != first.step for r in steps):
            raise ValueError("the places of one setting must have one step")
        return Steps(min(r.low for r in steps), max(r.high for r in steps), first.step, names)
    if isinstance(first, Listed):
        return Listed({n: name for r in all_of_them if isinstance(r, Listed) for n, name in r.names.items()})
    return Words({w: name for r in all_of_them if isinstance(r, Words) for w, name in r.names.items()})


def _numbered(names: Iterable[str]) -> dict[Decimal, str]:
    out: dict[Decimal, str] = {}
    for name in names:
        match = _NUMBER_AT_THE_END.search(name)
        if match is None:
            raise ValueError(f"value name {name} must end in its number, such as GAP_1_4 or SLOT2")
        out[Decimal(match[1] + (f".{match[2]}" if match[2] else ""))] = name
    return dict(sorted(out.items()))
