"""The words of one language: a folder of YAML, made into a tree of phrases.

    languages/<language>/language.yaml   how the language is written: spaces, letters, how numbers are spelled
    languages/<language>/*.yaml          concept -> phrases (`thing.window: ["[side] (window|pane)"]`)

A phrase is words with `(a|b)` and `[optional]`; it stands for its concepts, several of them separated by
spaces (`thing.window mark.all`). `class.NAME` is a list of words that patterns name as `{NAME}`. `filler`
means nothing. Spelled numbers come from Unicode's own rules (unicode-rbnf), so that a language needs no code
for them. Adding a language is adding one folder.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from intent_bridge.profile.yaml import read_yaml

FOLDER: Final = Path(__file__).parent / "languages"
NUMBERS: Final = 251
"""Numbers below this are known as words too: the longest range of any setting."""
CHARACTERS_MAX: Final = 300
WORDS_MAX: Final = 60
"""A longer sentence is no command to a car."""
PHRASES_MAX: Final = 8192
"""A pattern that stands for more phrases is a mistake in the data."""

_PIECE: Final = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+|[%°℃]|[^\w\s]|_")
_CLASS: Final = re.compile(r"\{(\w+)\}")
_QUOTES: Final = '"“”„‟«»「」『』《》‘'


class Concept(NamedTuple):
    """One thing that a phrase says: `thing.window`, or a number."""

    kind: str
    name: str
    number: Decimal | None = None


Reading: TypeAlias = tuple[Concept, ...]
"""What one phrase says; empty for a phrase that says nothing."""


class Node:
    """A place in the tree of phrases."""

    __slots__ = ("classes", "next", "readings")

    def __init__(self) -> None:
        self.next: dict[str, Node] = {}
        self.classes: dict[str, Node] = {}
        """What comes after any word of a class."""
        self.readings: tuple[Reading, ...] = ()


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

    def tokens(self, text: str) -> list[str]:
        """The text as words (or characters, where a language does not separate words), in one spelling."""
        plain = unicodedata.normalize("NFKC", text).casefold().translate(self.letters)
        plain = re.sub(r"(?<=\w)['’`](?=\w|\s|$)", "", plain)
        tokens: list[str] = []
        for piece in _PIECE.findall(plain):
            if piece[0].isalpha() and not self.spaced and not piece.isascii():
                tokens += re.findall(r"[a-z]+|.", piece)
            elif piece != "-" or not self.spaced:
                tokens.append(piece)
        return tokens

    def find(self, tokens: list[str], start: int) -> Iterator[tuple[int, Reading]]:
        """Every phrase that begins at `start`: where it ends, and what it says."""
        if (number := _digits(tokens[start])) is not None:
            yield start + 1, (Concept("num", "", number),)
        yield from sorted(self._walk(self.tree, tokens, start), key=lambda found: found[0])

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
            more = (Concept("num", "", Decimal(number) + Decimal("0.5")),)
            _add(made, made.tree, spelled + half, more, "numbers")
        _add(made, made.tree, spelled, (Concept("num", "", Decimal(number)),), "numbers")
    return made


def _add_all(made: Lexicon, key: str, patterns: Iterable[str], file: str) -> None:
    tree, reading = made.tree, _reading(key)
    if key.startswith("class."):
        tree, reading = Node(), ()
    for pattern in patterns:
        phrases = list(_expanded(str(pattern)))
        if not phrases or len(phrases) > PHRASES_MAX:
            raise ValueError(f"{file}: {key}: `{pattern}` stands for {len(phrases)} phrases")
        for phrase in phrases:
            _add(made, tree, phrase, reading, f"{file}: {key}")
    if key.startswith("class."):
        made.classes[key.removeprefix("class.")] = tree


def _add(made: Lexicon, tree: Node, phrase: str, reading: Reading, where: str) -> None:
    node = tree
    for index, part in enumerate(_CLASS.split(phrase)):
        if index % 2:
            if part not in made.classes:
                raise ValueError(f"{where}: `{phrase}` names {{{part}}}, and there is no `class.{part}`")
            node = node.classes.setdefault(part, Node())
        else:
            for token in made.tokens(part):
                node = node.next.setdefault(token, Node())
    if node is tree:
        raise ValueError(f"{where}: a phrase is empty")
    if reading not in node.readings:
        node.readings += (reading,)


def _reading(key: str) -> Reading:
    concepts = []
    for word in key.split():
        kind, _, name = word.partition(".")
        number = Decimal(name) if kind == "num" else None
        concepts.append(Concept(kind, "" if kind == "num" else name, number))
    return tuple(c for c in concepts if c.kind != "filler")


def _expanded(pattern: str) -> Iterator[str]:
    """Every phrase that a pattern stands for."""
    parts = _alternatives(iter(pattern))
    yield from dict.fromkeys(parts)


def _alternatives(rest: Iterator[str], closing: str = "") -> list[str]:
    done: list[str] = []
    now: list[list[str]] = [[""]]

    def finish() -> None:
        done.extend("".join(parts) for parts in product(*now))

    for letter in rest:
        if letter == closing:
            finish()
            return done
        if letter == "(":
            now.append(_alternatives(rest, ")"))
        elif letter == "[":
            now.append([*_alternatives(rest, "]"), ""])
        elif letter == "|":
            finish()
            now = [[""]]
        else:
            now.append([letter])
    finish()
    return done


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
