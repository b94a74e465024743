"""Strict YAML 1.2: plain data and the line of every part of it, so that a problem can name its line.

Only what JSON could also say is accepted, by the rules of the YAML 1.2 core schema (`ON` and `NO` are
strings). Refused: duplicate keys, keys that are not strings, aliases, tags, infinities, a second
document, files over 1 MiB, nesting deeper than 20, and the line breaks on which YAML 1.1 and 1.2 differ.
Parsed by libyaml, ten times as fast as Python; where PyYAML came without it, by PyYAML's own parser, which
wants some plain texts quoted that libyaml takes.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from yaml import (
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)

from ..errors import Problem, ProfileError

_SIZE_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 20
_INT: Final = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMERIC: Final = frozenset("+-.0123456789")
_WORDS: Final[Mapping[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

_BREAKS: Final = re.compile(r"[\x85\u2028\u2029]|(?<!^)\ufeff")
"""Line breaks to YAML 1.1 and to libyaml, text to YAML 1.2; and byte order marks inside a file."""

_PARSER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_PARTS: Final = (ScalarEvent, MappingStartEvent, SequenceStartEvent)

_NO_KEY: Final = -1
"""Stands in a path for a part that has no name: keys themselves, and values that are dropped."""

DataPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One YAML file: its data, and the line of each part."""

    file: Path
    data: Any
    lines: Mapping[DataPath, int]

    def line_of(self, path: DataPath) -> int:
        """Line (from 1) of the part at `path`, or of the nearest part around it that exists."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def read_yaml(file: Path) -> Document:
    """Read one file; ProfileError with everything that is wrong in it."""
    document, problems = scan_yaml(file)
    if document is None or problems:
        raise ProfileError(problems)
    return document


def scan_yaml(file: Path) -> tuple[Document | None, list[Problem]]:
    """Read one file as far as it can be read, and say what is wrong; no document on a syntax error."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        return None, [Problem(file, None, f"cannot be read ({error.strerror})", "create the file")]
    if len(raw) > _SIZE_MAX:
        return None, [Problem(file, None, f"larger than {_SIZE_MAX} bytes", "split the data")]
    reader = _Reader(file)
    try:
        text = raw.decode("utf-8")
        if found := _BREAKS.search(text):
            line = text.count("\n", 0, found.start()) + 1
            what = f"U+{ord(found[0]):04X} is a line break or a mark to some readers only"
            return None, [Problem(file, line, what, "write it as an escape within double quotes")]
        reader.read(yaml.parse(text, _PARSER))
    except UnicodeDecodeError as error:
        return None, [Problem(file, raw[: error.start].count(b"\n") + 1, "not UTF-8", "save as UTF-8")]
    except _TooDeepError as error:
        return None, [Problem(file, error.line, "nested too deep", f"nest at most {_DEPTH_MAX} levels")]
    except YAMLError as error:
        return None, [_syntax_problem(file, error)]
    if not reader.lines:
        return None, [Problem(file, 1, "the file is empty", "write a mapping")]
    return Document(file, reader.data, reader.lines), reader.problems


def _syntax_problem(file: Path, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        return Problem(file, None, f"not YAML: {str(error).splitlines()[0]}", "remove the character")
    mark = error.problem_mark or error.context_mark
    what = " ".join(filter(None, (error.context, error.problem))).lower()
    return Problem(file, mark.line + 1 if mark else None, f"not YAML: {what}", "mend the syntax")


class _TooDeepError(Exception):
    """Stops the reading: what is nested without end would be read without end."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Reader:
    """Turns parser events into plain data, noting lines and problems on the way."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.data: Any = None
        self.lines: dict[DataPath, int] = {}
        self.problems: list[Problem] = []
        self._events: Iterator[Event] = iter(())

    def read(self, events: Iterator[Event]) -> None:
        self._events = events
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins", "keep one document in a file")
                    return
                self.data = self._value(next(events), ())
            elif isinstance(event, StreamEndEvent):
                return

    def _value(self, event: Event, path: DataPath) -> Any:
        self.lines.setdefault(path, _line(event))
        if not isinstance(event, _PARTS):
            return self._refuse(event, "aliases are not allowed", "write the value out")
        if event.tag is not None:
            self._refuse(event, f"tag {event.tag} is not allowed", "remove the tag")
        if len(path) > _DEPTH_MAX:
            raise _TooDeepError(_line(event))
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        return [self._value(child, (*path, i)) for i, child in enumerate(self._children())]

    def _mapping(self, path: DataPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_event in self._children():
            key = self._value(key_event, (*path, _NO_KEY))
            line = _line(key_event)
            if isinstance(key, str) and key not in result:
                self.lines[(*path, key)] = line
                result[key] = self._value(next(self._events), (*path, key))
                continue
            if isinstance(key, str):
                first = self.lines[(*path, key)]
                self._refuse(key_event, f"key `{key}` stands twice (first on line {first})", "keep one")
            else:
                self._refuse(key_event, "a key is not a string", "quote the key")
            self._value(next(self._events), (*path, _NO_KEY))
        return result

    def _children(self) -> Iterator[Event]:
        """The first event of each part of the collection that has just begun."""
        while not isinstance(event := next(self._events), CollectionEndEvent):
            yield event

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        is_plain: bool = event.implicit[0]
        if not is_plain:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMERIC:
            return text
        if _INT.fullmatch(text):
            return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
        if _FLOAT.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else self._refuse(event, "number too large", "write less")
        return text

    def _refuse(self, event: Event, what: str, mend: str) -> Any:
        """Note a problem; the refused part reads as None."""
        self.problems.append(Problem(self.file, _line(event), what, mend))
        return None


def _line(event: Event) -> int:
    line: int = event.start_mark.line
    return line + 1
