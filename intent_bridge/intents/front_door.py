"""The one way in for data a model wrote: sound plain JSON, or a ToolCallError that says what to mend.

Nothing is repaired. Two readers would disagree about duplicate keys, NaN, lone surrogates or a text with
invisible characters, so none of these passes; and everything is bounded before it costs anything.
For any bytes and any Python object the result is plain data (dict, list, str, int, float, bool, None)
or a ToolCallError, never another exception.
"""

import json
import json.scanner
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, cast

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import quote, refuse

MAX_BYTES: Final = 65_536
"""Of one JSON text in UTF-8; for values made by a host, of all names and texts, and one for each value."""
MAX_DEPTH: Final = 16
"""How many objects and arrays may stand inside each other."""
MAX_DIGITS: Final = 32
"""Characters of one number, sign and exponent included."""

_MAX_WHOLE: Final = 10**MAX_DIGITS
_NESTING: Final = re.compile(r'[\[{]|[\]}]|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks without width: Unicode counts them as printable, people cannot see them."""
_HIDDEN_CATEGORIES: Final = frozenset(("Cc", "Cf", "Zl", "Zp"))
"""Control, format (zero width, bidirectional overrides, tags), line and paragraph separators."""


def read_json(
    text: object,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    any_text: bool = False,
) -> object:
    """What a JSON text says, as plain data; ToolCallError for anything a strict reader must not accept.

    `any_text` lets control and invisible characters stand inside strings, for envelopes that carry
    prose beside the call; the arguments of a call are always checked again without it.
    """
    short = type(text) is str and max_bytes >= MAX_BYTES and max_depth >= MAX_DEPTH
    if short and (plain := read_plain(text)) is not UNSURE:
        return plain
    try:
        decoded = _decoded(text, max_bytes)
        if decoded.count("[") + decoded.count("{") > max_depth:
            _check_nesting(decoded, max_depth)
        value = _DECODER.decode(decoded)
    except ToolCallError:
        raise
    except json.JSONDecodeError as error:
        if error.msg.startswith("Invalid control character"):
            raise refuse(
                "control_character", _AT.format("a string holds a control character", error)
            ) from error
        raise refuse("not_json", _AT.format(error.msg.lower(), error)) from error
    except Exception as error:  # a foreign object may raise anything at all; the border turns it into ours
        raise refuse("not_json", f"cannot be read as JSON text ({type(error).__name__})") from error
    return check_value(value, max_bytes=max_bytes, max_depth=max_depth, any_text=any_text)


class Unsure(Enum):
    """What `read_plain` says of a text that it leaves to `read_json`."""

    UNSURE = 0


UNSURE: Final = Unsure.UNSURE


def read_plain(text: object) -> object:
    """What a sound JSON text of printable ASCII without escapes says; UNSURE of every other.

    The short way, which most calls can take. Each string of such a text stands there as it is and can hide
    nothing, its numbers, size and depth are within the limits of arguments, and no name was given twice, for
    there are as many names as colons: no part of it need be looked at again. It refuses nothing: whoever is
    unsure takes the long way.
    The same for a small table of such words and numbers, and of tables of these, that a host made: a copy.
    """
    if type(text) is dict:
        flat = _flat(text, tables=True)
        return UNSURE if flat is None else flat
    if type(text) is not str or len(text) > MAX_BYTES or "\\" in text:
        return UNSURE
    if not (text.isascii() and text.isprintable()):
        return UNSURE
    try:
        value, end = _scan(text, 0)
    except (StopIteration, ValueError, RecursionError, ToolCallError):
        return UNSURE
    if end != len(text) or _names(value, MAX_DEPTH) != text.count(":"):
        return UNSURE
    return value


def _names(value: object, depth: int) -> int:
    """How many names the tables of a decoded text have, one below the other; less than 0: look closer.

    Types are compared, not asked for, since it is quicker; mypy does not follow that.
    """
    kind = type(value)
    if kind is int:
        return 0 if -_SURELY_SHORT < value < _SURELY_SHORT else _UNSOUND  # type: ignore[operator]
    if kind is not dict and kind is not list:
        return 0
    if not depth:
        return _UNSOUND
    items, count = value, 0
    if kind is dict:
        items, count = value.values(), len(value)  # type: ignore[attr-defined, arg-type]
    for item in items:  # type: ignore[attr-defined]
        kind = type(item)
        if kind is int:
            if not -_SURELY_SHORT < item < _SURELY_SHORT:
                return _UNSOUND
        elif kind is dict or kind is list:
            count += _names(item, depth - 1)
    return count


_AT: Final = "{0}, at line {1.lineno} column {1.colno}; send one JSON value and nothing else"


def check_value(
    value: object,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    any_text: bool = False,
) -> object:
    """A fresh plain copy of a value that a host made or a reader read; the same refusals as `read_json`."""
    if type(value) is dict and max_bytes >= MAX_BYTES and (flat := _flat(value)) is not None:
        return flat
    try:
        return _Walk(max_bytes, max_depth, any_text).copy(value, "", 0)
    except ToolCallError:
        raise
    except Exception as error:  # see read_json
        raise refuse("not_json", f"cannot be read as JSON data ({type(error).__name__})") from error


def check_arguments(value: object) -> dict[str, Any]:
    """The arguments of one call as a fresh dictionary of plain data; ToolCallError otherwise."""
    if type(value) is dict and (flat := _flat(value)) is not None:
        return flat
    plain = check_value(value)
    if not isinstance(plain, dict):
        raise refuse("not_an_object", 'arguments must be a JSON object, such as {"on": true}')
    return plain


def _flat(table: dict[Any, Any], *, tables: bool = False) -> dict[str, object] | None:
    """A copy of a small table of short plain words and numbers, as most calls have; None: look closer.

    With `tables` it may hold such tables.
    """
    if len(table) > _FLAT_ITEMS:
        return None
    out: dict[str, object] = {}
    for name, item in table.items():
        if type(name) is not str or len(name) > _FLAT_TEXT or not (name.isascii() and name.isprintable()):
            return None
        kind = type(item)
        if kind is int or kind is float:
            if not -_MAX_WHOLE < item < _MAX_WHOLE:  # false for NaN too
                return None
        elif kind is str:
            if len(item) > _FLAT_TEXT or not (item.isascii() and item.isprintable()):
                return None
        elif tables and kind is dict:
            item = _flat(item)
            if item is None:
                return None
        elif kind is not bool and item is not None:
            return None
        out[name] = item
    return out


_SURELY_SHORT: Final = 10 ** (MAX_DIGITS - 1)
"""A whole number below it has at most MAX_DIGITS characters, sign included."""
_UNSOUND: Final = -2 * MAX_BYTES
_FLAT_ITEMS: Final = 32
_FLAT_TEXT: Final = 256


class _Walk:
    """One pass over a value with a budget, so that shared or circular parts cannot make it endless."""

    __slots__ = ("any_text", "budget", "max_depth")

    def __init__(self, max_bytes: int, max_depth: int, any_text: bool) -> None:
        self.budget = max_bytes
        self.max_depth = max_depth
        self.any_text = any_text

    def copy(self, value: object, where: str, depth: int) -> object:
        kind = type(value)
        self.spend(1)
        if value is None or kind is bool:
            return value
        if issubclass(kind, str):
            return self.text(str.__str__(value), where)
        if issubclass(kind, int):
            return _whole(int.__index__(value), where)  # type: ignore[arg-type]
        if issubclass(kind, float):
            return _finite(float.__float__(value), where)  # type: ignore[arg-type]
        if depth >= self.max_depth:
            raise _too_deep(self.max_depth)
        if issubclass(kind, list | tuple):
            items = enumerate(value)  # type: ignore[arg-type, var-annotated]
            return [self.copy(item, f"{where}[{n}]", depth + 1) for n, item in items]
        if issubclass(kind, Mapping):
            return self.table(value, where, depth)  # type: ignore[arg-type]
        raise refuse("not_json", f"{kind.__name__} is not a JSON type; send plain JSON data", where)

    def table(self, value: Mapping[object, object], where: str, depth: int) -> dict[str, object]:
        out: dict[str, object] = {}
        for key, item in value.items():
            if not issubclass(type(key), str):
                raise refuse("not_json", "the name of an argument must be a string", where)
            name = self.text(str.__str__(key), where)
            if name in out:
                raise refuse("duplicate_key", f"{quote(name)} is given twice; give it once", where)
            out[name] = self.copy(item, _inside(where, name), depth + 1)
        return out

    def text(self, text: str, where: str) -> str:
        self.spend(len(text))
        if text.isascii() and text.isprintable():
            return text
        _check_characters(text, where, self.any_text)
        return text

    def spend(self, amount: int) -> None:
        self.budget -= amount
        if self.budget < 0:
            raise refuse("too_large", "the call is too large; send only what the tool asks for")


def _decoded(text: object, max_bytes: int) -> str:
    kind = type(text)
    if issubclass(kind, str):
        plain = str.__str__(text)
        if len(plain) <= max_bytes:
            try:
                size = len(plain) if plain.isascii() else len(plain.encode())
            except UnicodeEncodeError as error:
                raise refuse("lone_surrogate", "the text holds half a character") from error
            if size <= max_bytes:
                return plain
    elif issubclass(kind, bytes | bytearray):
        if len(text) <= max_bytes:  # type: ignore[arg-type]
            try:
                return bytes(text).decode()  # type: ignore[call-overload, no-any-return]
            except UnicodeDecodeError as error:
                raise refuse("not_json", "the text is not UTF-8") from error
    else:
        raise refuse("not_json", f"expected JSON text, got {kind.__name__}")
    raise refuse("too_large", f"the text is longer than {max_bytes} bytes; send less")


def _check_nesting(text: str, max_depth: int) -> None:
    """Counts brackets outside strings, so that the parser never recurses on a hostile text."""
    depth = 0
    for match in _NESTING.finditer(text):
        character = match[0][0]
        if character in "[{":
            depth += 1
            if depth > max_depth:
                raise _too_deep(max_depth)
        elif character in "]}":
            depth -= 1


def _check_characters(text: str, where: str, any_text: bool) -> None:
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":
            raise refuse("lone_surrogate", f"half a character, U+{ord(character):04X}", where)
        if not any_text and (category in _HIDDEN_CATEGORIES or _UNSEEN.match(character)):
            raise refuse("control_character", f"holds the invisible character U+{ord(character):04X}", where)


def _whole(number: int, where: str = "") -> int:
    if not -_MAX_WHOLE < number < _MAX_WHOLE:
        raise refuse("number_too_long", f"a number has more than {MAX_DIGITS} digits", where)
    return number


def _finite(number: float, where: str = "") -> float:
    if not math.isfinite(number):
        raise refuse("not_finite", "NaN and infinite numbers are not JSON; give a finite number", where)
    return number


def _short(digits: str) -> str:
    if len(digits) > MAX_DIGITS:
        raise refuse("number_too_long", f"a number has more than {MAX_DIGITS} characters")
    return digits


def _constant(name: str) -> float:
    raise refuse("not_finite", f"{name} is not JSON; give a finite number")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        last = {name: n for n, (name, _) in enumerate(pairs)}
        twice = next(name for n, (name, _) in enumerate(pairs) if last[name] != n)
        raise refuse("duplicate_key", f"{quote(twice)} is given twice; give it once")
    return table


def _too_deep(max_depth: int) -> ToolCallError:
    return refuse(
        "too_deep", f"objects and arrays stand more than {max_depth} deep in each other; send flat arguments"
    )


def _inside(where: str, name: str) -> str:
    step = name if name.isascii() and name.isidentifier() and len(name) <= 48 else "(other)"
    return f"{where}.{step}" if where else step


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=lambda digits: int(_short(digits)),
    parse_float=lambda digits: _finite(float(_short(digits))),
    parse_constant=_constant,
)
_SCANNED: Final = json.JSONDecoder(parse_float=_DECODER.parse_float, parse_constant=_constant)
"""Says nothing of a name given twice or a whole number that is too long: `read_plain` sees to that."""
_scan = cast(Callable[[str, int], tuple[object, int]], json.scanner.make_scanner(cast(Any, _SCANNED)))
