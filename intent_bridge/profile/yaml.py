"""Strict YAML 1.2: plain data and the line of every part of it, so that a problem can name its line.

Only what JSON could also say is accepted, by the rules of the YAML 1.2 core schema (`ON` and `NO` are
strings). Refused: duplicate keys, keys that are not strings, aliases, tags, infinities, a second
document, files over 1 MiB, nesting deeper than 20.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..errors import Problem, ProfileError

_SIZE_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 20
_INT: Final = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Final[Mapping[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_STR: Final = "tag:yaml.org,2002:str"
_TAGS: Final = tuple(
    f"tag:yaml.org,2002:{t}"
    for t in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)

DataPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One YAML file: its data, and the line of each part."""

    file: Path
    data: Any
    lines: Mapping[DataPath, int]

    def line_of(self, path: DataPath) -> int | None:
        """Line (from 1) of the part at `path`, or of the nearest part around it that exists."""
        for length in range(len(path), -1, -1):
            if (line := self.lines.get(tuple(path[:length]))) is not None:
                return line
        return None


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
    try:
        node = YAML(typ="safe").compose(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return None, [Problem(file, raw[: error.start].count(b"\n") + 1, "not UTF-8", "save as UTF-8")]
    except RecursionError:
        return None, [Problem(file, None, "nested too deep", f"nest at most {_DEPTH_MAX} levels")]
    except YAMLError as error:
        return None, [_syntax_problem(file, error)]
    if node is None:
        return None, [Problem(file, 1, "the file is empty", "write a mapping")]
    reader = _Reader(file)
    data = reader.build(node, ())
    return Document(file, data, reader.lines), reader.problems


def _syntax_problem(file: Path, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        return Problem(file, None, f"not YAML: {str(error).splitlines()[0]}", "remove the character")
    mark = error.problem_mark or error.context_mark
    what = " ".join(filter(None, (error.context, error.problem))).lower()
    return Problem(file, mark.line + 1 if mark else None, f"not YAML: {what}", "mend the syntax")


class _Reader:
    """Turns composed nodes into plain data, noting lines and problems on the way."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[DataPath, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def build(self, node: Node, path: DataPath) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            return self._refuse(node, "aliases are not allowed", "write the value out")
        self._seen.add(id(node))
        if len(path) > _DEPTH_MAX:
            return self._refuse(node, "nested too deep", f"nest at most {_DEPTH_MAX} levels")
        if str(node.tag) not in _TAGS:
            return self._refuse(node, f"tag {node.tag} is not allowed", "remove the tag")
        if isinstance(node, MappingNode):
            return {key: self.build(child, (*path, key)) for key, child in self._items(node, path)}
        if isinstance(node, SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node)

    def _items(self, node: MappingNode, path: DataPath) -> Iterator[tuple[str, Node]]:
        known: dict[str, int] = {}
        for key_node, child in node.value:
            key = self._scalar(key_node) if isinstance(key_node, ScalarNode) else None
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                self._refuse(key_node, "a key is not a string", "quote the key")
            elif key in known:
                self._refuse(key_node, f"key `{key}` stands twice (first on line {known[key]})", "keep one")
            else:
                known[key] = line
                self.lines[(*path, key)] = line
                yield key, child

    def _scalar(self, node: ScalarNode) -> Any:
        text: str = node.value
        if str(node.tag) == _STR:
            return text
        if node.style:
            return self._refuse(node, "a quoted text with a tag is not allowed", "remove the tag")
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
        if _FLOAT.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else self._refuse(node, "number too large", "write less")
        return text

    def _refuse(self, node: Node, what: str, mend: str) -> Any:
        """Note a problem; the refused part reads as None."""
        self.problems.append(Problem(self.file, node.start_mark.line + 1, what, mend))
        return None
