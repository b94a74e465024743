"""Messages with every field looked at, because rclpy by itself checks nothing.

Unchecked, 300 in a uint8 goes out as 44, a misspelt field vanishes, and text ends at a NUL. rclpy's own
checks cost more than judging a call; so for each type one function is written here, once, that looks at its
fields and puts them in place. What does not obviously fit is left to rclpy, which says what is wrong with it.
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
Build: TypeAlias = Callable[..., bool]

if not __debug__:
    raise RuntimeError("rclpy checks message fields with assertions; start Python without -O")


class MessageError(ValueError):
    """A message cannot be built or read: which field, and why."""


def make(kind: type[M], /, **fields: Any) -> M:
    """A message with these fields; MessageError on an unknown field, a wrong type, a NUL or a NaN."""
    build = _builder(kind)
    if build is not None and fields.keys() <= build.__kwdefaults__.keys():
        message = kind.__new__(kind)
        if build(message, **fields):
            return message
    return _checked(kind, fields)


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


_NAMES: Final = {
    "KIND": type, "LEN": len, "ALL": all, "FINITE": math.isfinite,
    "STR": str, "INT": int, "FLOAT": float, "BOOL": bool, "LIST": list,
}  # fmt: skip
"""What the functions written here use, in capitals, which no field's name has."""


@functools.cache
def _builder(kind: Any) -> Build | None:
    """Puts fields into an empty message if all of them fit, and says whether they did.

    None for a type with a field that only rclpy can look at, or that is not kept as it is given.
    """
    names: dict[str, Any] = {**_NAMES, "UNSET": object()}
    told, tests, places, fresh = [], [], [], kind()
    for name, slot in zip(kind.get_fields_and_field_types(), kind.SLOT_TYPES, strict=True):
        test = _test(slot, name, names)
        if test is None or f"_{name}" not in kind.__slots__:
            return None
        default = getattr(fresh, name)
        if isinstance(default, str | int | float):
            told.append(f"{name}={default!r}")
            tests.append(test)
            places.append(f"MESSAGE._{name} = {name}")
        else:
            names[f"NEW_{name}"] = type(default)
            told.append(f"{name}=UNSET")
            tests.append(f"({name} is UNSET or {test})")
            places.append(f"MESSAGE._{name} = NEW_{name}() if {name} is UNSET else {name}")
    body = [f"if not ({' and '.join(tests)}): return False", *places]
    body += ["MESSAGE._check_fields = True", "return True"]  # what is set later is looked at by rclpy
    exec("\n    ".join([f"def build(MESSAGE, /, *, {', '.join(told)}):", *body]), names)
    build: Build = names["build"]
    return build


def _test(slot: Any, name: str, names: dict[str, Any]) -> str | None:
    """Whether a value certainly fits, as an expression over `name`; None where only rclpy knows."""
    if isinstance(slot, BoundedString):
        return f'KIND({name}) is STR and LEN({name}) <= {slot.maximum_size} and "\\0" not in {name}'
    if isinstance(slot, UnboundedString):
        return f'KIND({name}) is STR and "\\0" not in {name}'
    if isinstance(slot, NamespacedType):
        part = "_".join(["TYPE", *slot.namespaces, slot.name])
        names[part] = getattr(import_module(".".join(slot.namespaces)), slot.name)
        return f"KIND({name}) is {part}"
    if isinstance(slot, UnboundedSequence) and not isinstance(slot.value_type, BasicType):
        inner = _test(slot.value_type, "ONE", names)
        return inner and f"KIND({name}) is LIST and ALL([{inner} for ONE in {name}])"
    if isinstance(slot, BasicType):
        if slot.typename in _INTEGERS:
            low, high = _INTEGERS[slot.typename]
            return f"KIND({name}) is INT and {low} <= {name} <= {high}"
        if slot.typename == "boolean":
            return f"KIND({name}) is BOOL"
        if slot.typename == "double":
            return f"KIND({name}) is FLOAT and FINITE({name})"
    return None
