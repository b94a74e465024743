"""The words of one language: a folder of YAML, made into a tree of phrases.

    languages/<language>/language.yaml   how the language is written: spaces, letters, how numbers are spelled
    languages/<language>/*.yaml          concept -> phrases (`thing.window: ["[side] (window|pane)"]`)

A phrase is words with `(a|b)` and `[optional]`; it stands for its concepts, several of them separated by
spaces (`thing.window mark.all`). `class.NAME` is a list of words that patterns name as `{NAME}`. `filler`
means nothing. Spelled numbers come from Unicode's own rules (unicode-rbnf), so that a language needs no code
for them. Adding a language is adding one folder.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from intent_bridge.nlu.patterns import parts_of, phrases
from intent_bridge.profile.yaml import read_yaml

FOLDER: Final = Path(__file__).parent / "languages"
NUMBERS: Final = 251
"""Numbers below this are known as words too: the longest range of any setting."""
CHARACTERS_MAX: Final = 300
WORDS_MAX: Final = 60
"""A longer sentence is no command to a car."""
PHRASES_MAX: Final = 8192
"""A pattern that stands for more phrases is a mistake in the data."""

_MARKS: Final = "'’`"
_APOSTROPHE: Final = re.compile(rf"(?<=\w)[{_MARKS}](?=\w|\s|$)")
_LETTERS: Final = re.compile(r"[a-z]+|.")
_PIECE: Final = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+|[%°℃]|[^\w\s]|_")
_CLASS: Final = re.compile(r"\{(\w+)\}")
_growing: Final = threading.Lock()
_QUOTES: Final = '"“”„‟«»「」『』《》‘'


class Concept(NamedTuple):
    """One thing that a phrase says: `thing.window`, or a number."""

    kind: str
    name: str
    number: Decimal | None = None


Reading: TypeAlias = tuple[Concept, ...]
"""What one phrase says; empty for a phrase that says nothing."""
Step: TypeAlias = tuple[bool, str]
"""A word, or the name of a class of words (true)."""
Parts: TypeAlias = Sequence[Sequence[tuple[Step, ...]]]
"""The ways through each part of a pattern, one part after another; `()` where it may be left out."""


class Node:
    """A place in the tree of phrases."""

    __slots__ = ("classes", "next", "readings")

    def __init__(self) -> None:
        self.next: dict[str, Node] = {}
        self.classes: dict[str, Node] = {}
        """What comes after any word of a class."""
        self.readings: tuple[Reading, ...] = ()

    def grow(self, parts: Parts, reading: Reading, first: Step) -> None:
        """Add every phrase that begins with `first`, one way through each part after another."""
        nodes = [self]
        for ways in parts:
            beyond: dict[Node, None] = {}
            for node in nodes:
                for way in ways:
                    if node is not self or not way or way[0] == first:
                        beyond[node._behind(way)] = None
            nodes = list(beyond)
        for node in nodes:
            if node is not self and reading not in node.readings:
                node.readings += (reading,)

    def _behind(self, way: tuple[Step, ...]) -> "Node":
        node = self
        for is_class, word in way:
            after = node.classes if is_class else node.next
            if word not in after:
                after[word] = Node()
            node = after[word]
        return node


@dataclass(frozen=True, eq=False)
class Lexicon:
    """One language, ready to read with."""

    language: str
    rank: int
    """Lower is tried first where a sentence could be of several languages."""
    spaced: bool
    letters: Mapping[int, str]
    commas: frozenset[str]
    stops: frozenset[str]
    tree: Node
    classes: dict[str, Node]
    waiting: dict[str, list[tuple[Parts, Reading]]]
    """Patterns by their first word, not yet in the tree: most sentences use few of them."""

    def tokens(self, text: str) -> list[str]:
        """The text as words (or characters, where a language does not separate words), in one spelling."""
        plain = unicodedata.normalize("NFKC", text).casefold().translate(self.letters)
        plain = _APOSTROPHE.sub("", plain)
        tokens: list[str] = []
        for piece in _PIECE.findall(plain):
            if piece[0].isalpha() and not self.spaced and not piece.isascii():
                tokens += _LETTERS.findall(piece)
            elif piece != "-" or not self.spaced:
                tokens.append(piece)
        return tokens

    def cuts(self, pattern: str) -> Callable[[str], bool]:
        """Tells the letters of a pattern before and behind which its words are cut, whatever stands there."""
        blanks_only = self.spaced or any(mark in pattern for mark in _MARKS)
        return lambda letter: letter in " {}" or not (blanks_only or _is_ascii(self, letter))

    def find(self, tokens: list[str], start: int) -> Iterator[tuple[int, Reading]]:
        """Every phrase that begins at `start`: where it ends, and what it says."""
        if (number := _digits(tokens[start])) is not None:
            yield start + 1, (Concept("num", "", number),)
        if tokens[start] in self.waiting:
            self._grow(tokens[start])
        yield from sorted(self._walk(self.tree, tokens, start), key=lambda found: found[0])

    def _grow(self, word: str) -> None:
        with _growing:
            for parts, reading in self.waiting.get(word, ()):
                self.tree.grow(parts, reading, (False, word))
            self.waiting.pop(word, None)  # only now: until then others wait for the tree

    def _walk(self, tree: Node, tokens: list[str], start: int) -> set[tuple[int, Reading]]:
        found: set[tuple[int, Reading]] = set()
        ways = [(tree, start)]
        while ways:
            node, at = ways.pop()
            found.update((at, reading) for reading in node.readings)
            if at < len(tokens):
                if (after := node.next.get(tokens[at])) is not None:
                    ways.append((after, at + 1))
                for name, after in node.classes.items():
                    for end in {end for end, _ in self._walk(self.classes[name], tokens, at)}:
                        ways.append((after, end))
        return found


@cache
def _is_ascii(words: Lexicon, letter: str) -> bool:
    return "".join(words.tokens(letter)).isascii()


def languages() -> tuple[str, ...]:
    """The languages there are."""
    return tuple(sorted(f.name for f in FOLDER.iterdir() if (f / "language.yaml").is_file()))


def is_quoted(text: str) -> bool:
    """Whether the text holds somebody's words in quotation marks."""
    return any(mark in text for mark in _QUOTES)


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, read once; ValueError names what is wrong in its data."""
    folder = FOLDER / language
    if language not in languages():
        raise ValueError(f"there is no language `{language}`; there are {', '.join(languages())}")
    about = _table(folder / "language.yaml")
    letters = str.maketrans(dict(about.get("letters", {})))
    made = Lexicon(
        language,
        int(about["rank"]),
        bool(about["spaced"]),
        letters,
        frozenset(about["commas"]),
        frozenset(about["stops"]),
        Node(),
        {},
        {},
    )
    tables = {f.name: _table(f) for f in sorted(folder.glob("*.yaml")) if f.name != "language.yaml"}
    for kind in (True, False):  # classes first: phrases name them
        for file, table in tables.items():
            for key, patterns in table.items():
                if key.startswith("class.") == kind:
                    _add_all(made, key, patterns, file)
    unread, half = set(about.get("not_numbers", ())), about.get("half")
    for number, spelled in _spelled(str(about["numbers"])):
        if spelled in unread:
            continue
        if half:
            _add_number(made, spelled + half, Decimal(number) + Decimal("0.5"))
        _add_number(made, spelled, Decimal(number))
    return made


def _add_number(made: Lexicon, spelled: str, number: Decimal) -> None:
    way = _steps(made, spelled, "numbers")
    made.tree.grow([[way]], (Concept("num", "", number),), way[0])


def _add_all(made: Lexicon, key: str, patterns: Iterable[str], file: str) -> None:
    tree, reading = made.tree, _reading(key)
    if key.startswith("class."):
        tree, reading = Node(), ()

    for pattern in map(str, patterns):
        if (count := phrases(pattern)) > PHRASES_MAX:
            raise ValueError(f"{file}: {key}: `{pattern}` stands for {count} phrases")
        texts = parts_of(pattern, made.cuts(pattern))
        parts = [list(dict.fromkeys(_steps(made, text, f"{file}: {key}") for text in part)) for part in texts]
        firsts = _firsts(parts)
        if firsts is None:
            raise ValueError(f"{file}: {key}: a phrase is empty")
        for first in firsts:
            if tree is made.tree and not first[0]:
                made.waiting.setdefault(first[1], []).append((parts, reading))
            else:
                tree.grow(parts, reading, first)
    if key.startswith("class."):
        made.classes[key.removeprefix("class.")] = tree


def _firsts(parts: Parts) -> frozenset[Step] | None:
    """What phrases begin with; None where one of them is empty."""
    found: set[Step] = set()
    for ways in parts:
        found.update(way[0] for way in ways if way)
        if () not in ways:
            return frozenset(found)
    return None


def _steps(made: Lexicon, text: str, where: str) -> tuple[Step, ...]:
    """The words and classes of a part's text."""
    found: list[Step] = []
    for index, part in enumerate(_CLASS.split(text)):
        if index % 2 and part not in made.classes:
            raise ValueError(f"{where}: `{text}` names {{{part}}}, and there is no `class.{part}`")
        found += [(True, part)] if index % 2 else [(False, token) for token in made.tokens(part)]
    return tuple(found)


def _reading(key: str) -> Reading:
    concepts = []
    for word in key.split():
        kind, _, name = word.partition(".")
        number = Decimal(name) if kind == "num" else None
        concepts.append(Concept(kind, "" if kind == "num" else name, number))
    return tuple(c for c in concepts if c.kind != "filler")


def _spelled(locale: str) -> Iterator[tuple[int, str]]:
    from unicode_rbnf import RbnfEngine

    engine = RbnfEngine.for_language(locale)
    for number in range(NUMBERS):
        texts = engine.format_number(number).text_by_ruleset
        for name, text in texts.items():
            if "cardinal" in name or name == "spellout-numbering":
                yield number, text.replace("\u00ad", "")


def _digits(token: str) -> Decimal | None:
    return Decimal(token.replace(",", ".")) if token[0].isdigit() and token[0].isascii() else None


def _table(file: Path) -> Mapping[str, Any]:
    data = read_yaml(file).data
    if not isinstance(data, dict):
        raise ValueError(f"{file.name} must be a table")
    return data
