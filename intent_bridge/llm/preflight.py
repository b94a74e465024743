"""Calls judged while the model still writes them: what can no longer become legal is known at once.

Every member of the arguments is held against the tool's schema when it is complete, and a key or a choice as
soon as nothing that is offered begins so. Nothing acts on this: a call is carried out when its answer has
ended and was read as a whole. A provider that sends one whole JSON value tells nothing early.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import read_json
from intent_bridge.intents.refusal import listed, quote
from intent_bridge.llm.model import OpenCall, ReadError, ReadResult
from intent_bridge.llm.prose import json_end, skip_blank
from intent_bridge.llm.reader import StreamReader
from intent_bridge.llm.schema import Fit, resolve
from intent_bridge.llm.table import ToolTable

_DEFINITION: Final = frozenset(("type", "properties", "$schema", "$defs"))
"""Keys by which a model repeats a tool's definition rather than calling it."""
_STRING: Final = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)\\?(?P<end>"?)', re.DOTALL)
_ENDS: Final = ",}"
_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Early:
    """What is known of a call before its answer has ended: `refused`, or its whole sound `arguments`.

    `at` counts the characters of the answer that were needed; `where` is the argument that is wrong.
    """

    name: str
    at: int
    refused: ReadError | None = None
    where: str = ""
    arguments: Mapping[str, object] | None = None


class Preflight:
    """Reads an answer piece by piece, as `StreamReader` does, and tells of each call as early as it can."""

    def __init__(self, dialect: str, tools: object) -> None:
        self._reader = StreamReader(dialect, tools=tools)
        self._table = ToolTable(tools)
        self._calls: dict[int, _Watched] = {}
        self._read = 0

    def feed(self, chunk: str) -> tuple[Early, ...]:
        """Take the next piece; what is newly known. Each call is told of once, by its first news."""
        self._reader.feed(chunk)
        self._read += len(chunk)
        news: list[Early] = []
        for place, call in enumerate(self._reader.open_calls()):
            watched = self._calls.get(place)
            if watched is None or not watched.goes_on_as(call):
                watched = self._calls[place] = _Watched(self._table)
            early = watched.look(call, self._read)
            if early is not None:
                news.append(early)
        return tuple(news)

    def finish(self) -> ReadResult:
        """What the answer holds, now that it has ended: only this may be acted on."""
        return self._reader.finish()


@dataclass
class _Watched:
    """One call while it is written."""

    table: ToolTable
    seen: OpenCall = field(default_factory=lambda: OpenCall(None, ""))
    told: bool = False
    at: int = 0
    """How far its arguments were read."""
    keys: set[str] = field(default_factory=set)

    def goes_on_as(self, call: OpenCall) -> bool:
        """Whether this is the same call, further on."""
        named = self.seen.name is None or (call.name or "").startswith(self.seen.name)
        return named and call.arguments.startswith(self.seen.arguments)

    def look(self, call: OpenCall, read: int) -> Early | None:
        self.seen = call
        text = call.arguments
        start = skip_blank(text, 0)
        if self.told or not call.name:
            return None
        try:
            if not text.startswith("{", start):
                return None
            self._check_name(call.name)
            schema = self.table.schema(call.name)
            self.at = max(self.at, start + 1)
            for key, value in self._members(text, schema):
                _check(key, value, schema)
        except _Repeated:
            self.told = True
            return None
        except ToolCallError as error:
            self.told = True
            return Early(call.name, read, ReadError(error.code, str(error)), error.where)
        end = json_end(text, start)
        return None if end is None else self._whole(call.name, text[start:end], read)

    def _check_name(self, name: str) -> None:
        known = self.table.schemas
        if known and name not in known:
            raise ToolCallError(
                "unknown_tool", f"there is no tool {quote(name)}; use {listed(list(known)[:32])}"
            )

    def _members(self, text: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
        """The members that are complete by now; ToolCallError for one that cannot become legal."""
        while True:
            at = skip_blank(text, self.at)
            if text.startswith(",", at):
                at = skip_blank(text, at + 1)
            key, behind = _string(text, at)
            if behind is None:
                if key is not None:
                    _check_key(key, schema, whole=False)
                return
            assert key is not None
            _check_key(key, schema, whole=True)
            colon = skip_blank(text, behind)
            if not text.startswith(":", colon):
                return
            begin = skip_blank(text, colon + 1)
            end = _value_end(text, begin)
            if end is None:
                _check_begun(key, text[begin:], schema)
                return
            if key in self.keys:
                raise ToolCallError("duplicate_key", "is given twice; give it once", key)
            self.keys.add(key)
            self.at = end
            yield key, read_json(text[begin:end], any_text=True)

    def _whole(self, name: str, text: str, read: int) -> Early:
        self.told = True
        try:
            arguments = read_json(text, any_text=True)
            assert isinstance(arguments, dict)
            if self.table.schemas:
                arguments = Fit(self.table.schema(name), coerce=True).arguments(arguments)
        except ToolCallError as error:
            return Early(name, read, ReadError(error.code, str(error)), error.where)
        return Early(name, read, arguments=arguments)


class _Repeated(Exception):
    """The model repeats a definition: that is no call."""


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _check_key(key: str, schema: Mapping[str, Any], *, whole: bool) -> None:
    known = _properties(schema)
    if key in known or (not whole and any(name.startswith(key) for name in known)):
        return
    if any(word == key or (not whole and word.startswith(key)) for word in _DEFINITION):
        raise _Repeated
    if schema.get("additionalProperties") is False and not schema.get("patternProperties"):
        raise ToolCallError("extra_argument", f"{quote(key)} is not an argument here; leave it out")


def _check(key: str, value: object, schema: Mapping[str, Any]) -> None:
    known = _properties(schema)
    if key in known:
        Fit(schema, coerce=True).fit(value, known[key], key)


def _check_begun(key: str, text: str, schema: Mapping[str, Any]) -> None:
    """A string that is still being written, where the tool offers choices."""
    begun, _ = _string(text, 0)
    choices = _choices(_properties(schema).get(key), schema)
    if begun is None or choices is None or any(choice.startswith(begun) for choice in choices):
        return
    raise ToolCallError("not_a_choice", f"is none of the choices; send {listed(list(choices)[:24])}", key)


def _choices(part: object, root: Mapping[str, Any]) -> Collection[str] | None:
    """The only strings that a parameter takes; None where others may fit."""
    part = resolve(part, root)
    if not isinstance(part, Mapping) or not isinstance(part.get("enum"), list):
        return None
    choices = [choice for choice in part["enum"] if isinstance(choice, str)]
    return choices if len(choices) == len([c for c in part["enum"] if c is not None]) else None


def _string(text: str, at: int) -> tuple[str | None, int | None]:
    """The string that begins here, as far as it can be told, and where it ends; None for the unknown."""
    match = _STRING.match(text, at)
    if match is None:
        return None, None
    if not match["end"]:
        return (None if "\\" in match["text"] else match["text"]), None
    return str(read_json(match[0], any_text=True)), match.end()


def _value_end(text: str, at: int) -> int | None:
    """Behind the value that begins here, if it is complete: a number ends where something else begins."""
    first = text[at : at + 1]
    if first in ("{", "["):
        return json_end(text, at)
    if first == '"':
        match = _STRING.match(text, at)
        return match.end() if match is not None and match["end"] else None
    for end in range(at, len(text)):
        if text[end] in _ENDS or text[end] in _BLANKS:
            return end if end > at else None
    return None
