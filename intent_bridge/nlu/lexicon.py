"""The words of one language: a folder of YAML, made into a tree of phrases.

    languages/<language>/language.yaml   how the language is written: spaces, letters, how numbers are spelled
    languages/<language>/*.yaml          concept -> phrases (`thing.window: ["[side] (window|pane)"]`)

A phrase is words with `(a|b)` and `[optional]`; it stands for its concepts, several of them separated by
spaces (`thing.window mark.all`). `filler` means nothing. Spelled numbers come from Unicode's own rules
(unicode-rbnf), so that a language needs no code for them. Adding a language is adding one folder.
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

    __slots__ = ("next", "readings")

    def __init__(self) -> None:
        self.next: dict[str, Node] = {}
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
        node: Node | None = self.tree
        for end in range(start, len(tokens)):
            node = node.next.get(tokens[end]) if node is not None else None
            if node is None:
                return
            for reading in node.readings:
                yield end + 1, reading


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
    )
    for file in sorted(folder.glob("*.yaml")):
        if file.name != "language.yaml":
            for key, patterns in _table(file).items():
                _add_all(made, key, patterns, file)
    for number, spelled in _spelled(str(about["numbers"])):
        _add(made, spelled, (Concept("num", "", Decimal(number)),))
    return made


def _add_all(made: Lexicon, key: str, patterns: Iterable[str], file: Path) -> None:
    reading = _reading(key)
    for pattern in patterns:
        phrases = list(_expanded(str(pattern)))
        if not phrases or len(phrases) > PHRASES_MAX:
            raise ValueError(f"{file.name}: {key}: `{pattern}` stands for {len(phrases)} phrases")
        for phrase in phrases:
            _add(made, phrase, reading)


def _add(made: Lexicon, phrase: str, reading: Reading) -> None:
    node, tokens = made.tree, made.tokens(phrase)
    if not tokens:
        raise ValueError(f"a phrase of {made.language} is empty")
    for token in tokens:
        node = node.next.setdefault(token, Node())
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
