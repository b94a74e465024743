"""The border between exact values (`intent_bridge.types.Value`) and the numbers of VSS.

Inside, a number is an integer counted in its path's own step. Here it becomes the number people and VSS
write (`Decimal`, in the path's unit) and back, exactly: nothing is rounded, a number that does not fit
the grain is refused. Errors are `ValueError` with a text that says what would fit.
"""

import math
from decimal import Decimal

from ..types import Value
from .model import Quantity


def to_vss(quantity: Quantity, value: Value) -> Decimal | bool | int | str:
    """The value as VSS writes it: a decimal in the path's unit, a boolean, or the enum's own literal."""
    check(quantity, value)
    if quantity.type == "number":
        assert quantity.step is not None
        return Decimal(value) * quantity.step
    if quantity.type == "enum":
        assert quantity.values is not None
        return quantity.values[str(value)]
    return bool(value)


def from_vss(quantity: Quantity, given: object) -> Value:
    """The exact value of what VSS writes; an enum may also be given by its own value name.

    Raises ValueError on a wrong type, a number off the grain or out of range, an unknown literal.
    """
    if quantity.type == "number":
        return _steps(quantity, given)
    if quantity.type == "boolean":
        if not isinstance(given, bool):
            raise ValueError(f"{_short(given)} is not a boolean, give true or false")
        return given
    assert quantity.values is not None
    for name, literal in quantity.values.items():
        if type(literal) is type(given) and literal == given:
            return name
    if isinstance(given, str) and given in quantity.values:
        return given
    raise ValueError(f"{_short(given)} is not a value of this path, give one of {_literals(quantity)}")


def measured(quantity: Quantity, given: object) -> Value:
    """The exact value of what was measured: as `from_vss`, with a number taken at its nearest step.

    Raises ValueError on what is not finite, out of range or of a wrong type.
    """
    if isinstance(given, float):
        if not math.isfinite(given):
            raise ValueError(f"{given} is no number")
        if quantity.type == "number" and quantity.step is not None:
            return from_vss(quantity, round(given / float(quantity.step)) * quantity.step)
        if given.is_integer():  # an enum whose literals are numbers
            return from_vss(quantity, int(given))
    return from_vss(quantity, given)


def plain(value: Decimal | bool | int | str) -> bool | int | float | str:
    """A VSS value as JSON writes it; whole numbers without a point."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def check(quantity: Quantity, value: Value) -> None:
    """Raise ValueError unless `value` is of the quantity's type and within its bounds."""
    if quantity.type == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{_short(value)} is not a whole number of steps")
        if not quantity.low <= value <= quantity.high:
            raise ValueError(f"{value} steps is out of range, give {quantity.low} to {quantity.high}")
    elif quantity.type == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{_short(value)} is not a boolean")
    elif not isinstance(value, str) or value not in (quantity.values or {}):
        raise ValueError(
            f"{_short(value)} is not a value name, give one of {', '.join(quantity.values or {})}"
        )


def describe(quantity: Quantity, value: Value) -> str:
    """The value for a person who reads logs: `22.5 Celsius`, `LO`, `true`, `FACE`."""
    physical = to_vss(quantity, value)
    if quantity.type == "boolean":
        return "true" if value else "false"
    if quantity.type == "enum":
        return str(value)
    for name, number in quantity.names.items():
        if number == physical:
            return name
    assert isinstance(physical, Decimal)
    return f"{physical:f} {quantity.unit}"


def _steps(quantity: Quantity, given: object) -> int:
    """A number in the path's unit as whole steps; a float counts as the decimal it is printed as."""
    assert quantity.step is not None and quantity.range is not None
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise ValueError(f"{_short(given)} is not a number")
    number = Decimal(str(given)) if isinstance(given, float) else Decimal(given)
    low, high = quantity.range
    if not (number.is_finite() and low <= number <= high):
        raise ValueError(f"{_short(given)} is out of range, give {low} to {high} {quantity.unit}")
    steps = number / quantity.step
    if steps != steps.to_integral_value() or steps * quantity.step != number:
        raise ValueError(f"{_short(given)} is between two steps, give a multiple of {quantity.step}")
    return int(steps)


def _literals(quantity: Quantity) -> str:
    return ", ".join(map(repr, (quantity.values or {}).values()))


def _short(given: object) -> str:
    """What was given, cut so that a hostile value cannot fill a log."""
    if isinstance(given, int) and given.bit_length() > 128:
        return "a huge number"
    text = repr(given) if isinstance(given, str) else str(given)
    return text if len(text) <= 40 else text[:37] + "…"
