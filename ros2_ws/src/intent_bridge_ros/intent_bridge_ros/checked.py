"""Messages with every field looked at, because rclpy by itself checks nothing.

Unchecked, 300 in a uint8 goes out as 44, a misspelt field vanishes, and text ends at a NUL. rclpy's own
checks cost more than judging a call; so each type's are made once, here, for what fits. What does not
obviously fit is left to rclpy's, which say what is wrong with it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, TypeAlias, TypeVar

from rosidl_parser.definition import (
    BasicType,
    BoundedString,
    NamespacedType,
    UnboundedSequence,
    UnboundedString,
)

M = TypeVar("M")
Fit: TypeAlias = Callable[[Any], bool]

if not __debug__:
    raise RuntimeError("rclpy checks message fields with assertions; start Python without -O")


class MessageError(ValueError):
    """A message cannot be built or read: which field, and why."""


def make(kind: type[M], /, **fields: Any) -> M:
    """A message with these fields; MessageError on an unknown field, a wrong type, a NUL or a NaN."""
    fits = _fits(kind)
    for name, value in fields.items():
        fit = fits.get(name)
        if fit is None or not fit(value):
            return _checked(kind, fields)
    slots = _slots(kind)
    if slots is None:
        message: Any = kind(**fields, check_fields=False)
    else:  # its own `__init__` imports, and makes first what it then replaces
        message = kind.__new__(kind)
        for name, slot, default in slots:
            setattr(message, slot, fields[name] if name in fields else default())
    message._check_fields = True  # what is set later is looked at by rclpy
    return message


def fill(message: M, /, **fields: Any) -> M:
    """The same for a message that rclpy has made already, such as the answer it hands to a service."""
    kind: Any = type(message)
    made: Any = message
    fits = _fits(kind)
    known = kind.get_fields_and_field_types()
    for name, value in fields.items():
        if name not in known:
            raise MessageError(f"{kind.__name__} has no field {name}")
        fit = fits.get(name)
        made._check_fields = fit is None or not fit(value)
        if made._check_fields:
            _sound(kind, name, value)
        try:
            setattr(made, name, value)
        except (AssertionError, TypeError, ValueError, OverflowError) as error:
            raise MessageError(f"{kind.__name__}.{name}: {str(error).splitlines()[0]}") from error
    made._check_fields = True
    return message


def _checked(kind: type[M], fields: Mapping[str, Any]) -> M:
    """A message that rclpy checks by itself."""
    for name, value in fields.items():
        _sound(kind, name, value)
    try:
        return kind(**fields, check_fields=True)
    except (AssertionError, TypeError, ValueError, OverflowError) as error:
        text = str(error).splitlines()[0] if str(error) else "unknown or unfit field"
        raise MessageError(f"{kind.__name__}: {text}; fields given: {', '.join(fields)}") from error


def _sound(kind: type, name: str, value: Any) -> None:
    if isinstance(value, str) and "\0" in value:
        raise MessageError(f"{kind.__name__}.{name} contains a NUL, at which readers would cut it off")
    if isinstance(value, float) and not math.isfinite(value):
        raise MessageError(f"{kind.__name__}.{name} is {value}, which is no number")
    if isinstance(value, list | tuple):
        for one in value:
            _sound(kind, name, one)


_INTEGERS: Final = {
    f"{sign}int{bits}": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}


@functools.cache
def _fits(kind: Any) -> Mapping[str, Fit]:
    """For each field of a type, whether a value certainly fits; nothing for fields that only rclpy knows."""
    found = {}
    for name, slot in zip(kind.get_fields_and_field_types(), kind.SLOT_TYPES, strict=True):
        fit = _fit(slot)
        if fit is not None:
            found[name] = fit
    return found


@functools.cache
def _slots(kind: Any) -> tuple[tuple[str, str, Callable[[], Any]], ...] | None:
    """Name, slot and default of each field; None for a type with a field that is not kept as it is given."""
    found: list[tuple[str, str, Callable[[], Any]]] = []
    fresh = kind()
    for name in kind.get_fields_and_field_types():
        value = getattr(fresh, name)
        if isinstance(value, str | int | float):
            default: Callable[[], Any] = functools.partial(_same, value)
        elif isinstance(value, list):
            default = list
        elif hasattr(value, "get_fields_and_field_types"):
            default = type(value)
        else:
            return None
        if f"_{name}" not in kind.__slots__:
            return None
        found.append((name, f"_{name}", default))
    return tuple(found)


def _same(value: Any) -> Any:
    return value


def _fit(slot: Any) -> Fit | None:
    if isinstance(slot, UnboundedString):
        return lambda value: type(value) is str and "\0" not in value
    if isinstance(slot, BoundedString):
        longest: int = slot.maximum_size
        return lambda value: type(value) is str and len(value) <= longest and "\0" not in value
    if isinstance(slot, NamespacedType):
        part = getattr(import_module(".".join(slot.namespaces)), slot.name)
        return lambda value: type(value) is part
    if isinstance(slot, UnboundedSequence) and not isinstance(slot.value_type, BasicType):
        inner = _fit(slot.value_type)
        return inner and (lambda value: type(value) is list and all(map(inner, value)))
    if isinstance(slot, BasicType):
        if slot.typename in _INTEGERS:
            low, high = _INTEGERS[slot.typename]
            return lambda value: type(value) is int and low <= value <= high
        if slot.typename == "boolean":
            return lambda value: type(value) is bool
        if slot.typename == "double":
            return lambda value: type(value) is float and math.isfinite(value)
    return None
