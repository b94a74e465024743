"""Python calls and literals as models write them, read without Python: names, strings, numbers, lists, dicts.

No expression is evaluated; what is not a literal is refused.
"""

import re
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import MAX_DEPTH, check_value
from intent_bridge.intents.refusal import quote

_BLANK: Final = re.compile(r"\s*")
_NAME: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NUMBER: Final = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.])")
_STRING: Final = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"", re.DOTALL)
_ESCAPE: Final = re.compile(
    r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4}|.)", re.DOTALL
)
_ESCAPES: Final = {
    "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0",
    "\\": "\\", "'": "'", '"': '"', "\n": "",
}  # fmt: skip
_CONSTANTS: Final = {"True": True, "False": False, "None": None, "true": True, "false": False, "null": None}
MAX_DIGITS: Final = 32


class PythonCall:
    """One call as written: its name, arguments given by place, and arguments given by name."""

    __slots__ = ("by_name", "by_place", "name")

    def __init__(self, name: str, by_place: list[object], by_name: dict[str, object]) -> None:
        self.name = name
        self.by_place = by_place
        self.by_name = by_name


def read_literal(text: str) -> object:
    """The one Python literal a text holds, as plain JSON data; ToolCallError otherwise."""
    reader = LiteralReader(text, 0)
    value = reader.literal()
    reader.blank()
    if reader.at < len(text):
        raise reader.refusal()
    return check_value(value, any_text=True)


class LiteralReader:
    """Reads calls and literals from `text`, beginning at `at`, which moves on."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.depth = 0

    def calls(self) -> list[PythonCall]:
        """A list of one or more calls, `[f(a=1), g()]`; leaves `at` behind the closing bracket."""
        self.expect("[")
        found = [self.call()]
        while self.take(","):
            if self.peek() == "]":
                break
            found.append(self.call())
        self.expect("]")
        return found

    def call(self) -> PythonCall:
        """One call `name(…)`; a name may have dots."""
        self.blank()
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise self.refusal()
        self.at = match.end()
        self.expect("(")
        by_place: list[object] = []
        by_name: dict[str, object] = {}
        while self.peek() != ")":
            self.argument(by_place, by_name)
            if not self.take(","):
                break
        self.expect(")")
        return PythonCall(match[0], by_place, by_name)

    def argument(self, by_place: list[object], by_name: dict[str, object]) -> None:
        """One argument, by name or, before any named one, by place."""
        match = _NAME.match(self.text, self.at)
        start = self.at
        if match and match[0] not in _CONSTANTS:
            self.at = match.end()
            if not self.take("="):
                self.at = start
                raise self.refusal()
            if match[0] in by_name:
                raise ToolCallError("duplicate_key", f"{quote(match[0])} is given twice; give it once")
            by_name[match[0]] = self.literal()
        elif by_name:
            raise self.refusal()
        else:
            by_place.append(self.literal())

    def literal(self) -> object:
        """A string, number, True, False, None, list, tuple or dictionary of these."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ToolCallError(
                "too_deep", f"values stand more than {MAX_DEPTH} deep in each other; send flat arguments"
            )
        value = self._literal()
        self.depth -= 1
        return value

    def _literal(self) -> object:
        opening = self.peek()
        if opening in "[(" and opening:
            return self._sequence("]" if opening == "[" else ")")
        if opening == "{":
            return self._dictionary()
        if match := _STRING.match(self.text, self.at):
            self.at = match.end()
            return _ESCAPE.sub(_unescape, match[1] if match[1] is not None else match[2])
        if match := _NUMBER.match(self.text, self.at):
            self.at = match.end()
            if len(match[0]) > MAX_DIGITS:
                raise ToolCallError("number_too_long", f"a number has more than {MAX_DIGITS} characters")
            return int(match[0]) if match[0].lstrip("+-").isdigit() else float(match[0])
        match = _NAME.match(self.text, self.at)
        if match and match[0] in _CONSTANTS:
            self.at = match.end()
            return _CONSTANTS[match[0]]
        raise self.refusal()

    def _sequence(self, closing: str) -> list[object]:
        self.at += 1
        items: list[object] = []
        while self.peek() != closing:
            items.append(self.literal())
            if not self.take(","):
                break
        self.expect(closing)
        return items

    def _dictionary(self) -> dict[str, Any]:
        self.at += 1
        table: dict[str, Any] = {}
        while self.peek() != "}":
            key = self.literal()
            if not isinstance(key, str):
                raise ToolCallError("not_json", "the name of an argument must be a string")
            if key in table:
                raise ToolCallError("duplicate_key", f"{quote(key)} is given twice; give it once")
            self.expect(":")
            table[key] = self.literal()
            if not self.take(","):
                break
        self.expect("}")
        return table

    def blank(self) -> None:
        """Skips white space."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self) -> str:
        """The next character that is not white space, "" at the end."""
        self.blank()
        return self.text[self.at : self.at + 1]

    def take(self, character: str) -> bool:
        """Moves over `character` if it comes next."""
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def expect(self, character: str) -> None:
        """Moves over `character`; ToolCallError if something else comes next."""
        if not self.take(character):
            raise self.refusal()

    def refusal(self) -> ToolCallError:
        """What to say where reading cannot go on; `incomplete` at the end of the text."""
        if self.at >= len(self.text):
            return ToolCallError("incomplete", "the call is cut off; send the whole call again")
        found = quote(self.text[self.at : self.at + 20])
        return ToolCallError(
            "not_json", f"at character {self.at + 1}: {found} is not a literal; send plain values"
        )


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, match[0])
