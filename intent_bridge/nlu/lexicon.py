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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
PHRASES_MAX: Final = 10**9
"""Phrases cost nothing before they are said; a pattern for more of them is a mistake in the data."""

_MARKS: Final = "'’`"
_APOSTROPHE: Final = re.compile(rf"(?<=\w)[{_MARKS}](?=\w|\s|$)")
_LETTERS: Final = re.compile(r"[a-z]+|.")
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
Step: TypeAlias = tuple[bool, str]
"""A word, or the name of a class of words (true)."""
Parts: TypeAlias = Sequence[Sequence[tuple[Step, ...]]]
"""The ways through each part of a pattern, one part after another; `()` where it may be left out."""


class Way(NamedTuple):
    """A phrase of a pattern that has been followed up to some word."""

    parts: Parts
    at: int
    """The next part of the pattern."""
    steps: tuple[Step, ...]
    """What is left of the part before."""
    reading: Reading

    def ahead(self) -> Iterator["Way"]:
        """The same with the next step in sight, every way to go on; with none where the phrase is over."""
        if self.steps:
            yield self
            return
        for at in range(self.at, len(self.parts)):
            for steps in self.parts[at]:
                if steps:
                    yield Way(self.parts, at + 1, steps, self.reading)
            if () not in self.parts[at]:
                return
        yield Way(self.parts, len(self.parts), (), self.reading)


class Node:
    """A place in the phrases of a language: what comes after a word is worked out when that word is met.

    Patterns stand for more phrases than anybody says; only what was said once becomes part of the tree.
    """

    __slots__ = ("_after", "classes", "readings")

    def __init__(self, ways: Iterable[Way]) -> None:
        after: dict[Step, list[Way] | Node] = {}
        readings: dict[Reading, None] = {}
        for way in ways:
            for ahead in way.ahead():
                if not ahead.steps:
                    readings[ahead.reading] = None
                    continue
                known = after.setdefault(ahead.steps[0], [])
                assert isinstance(known, list)
                known.append(ahead._replace(steps=ahead.steps[1:]))
        self._after = after
        self.readings = tuple(readings)
        self.classes = tuple(name for is_class, name in after if is_class)
        """The classes of which any word may come next."""

    def after(self, step: Step) -> "Node | None":
        """The place after a word, or after any word of a class."""
        found = self._after.get(step)
        if isinstance(found, list):
            found = self._after[step] = Node(found)  # two threads may do the same: one of them is kept
        return found


@dataclass(frozen=True, eq=False)
class Lexicon:
    """One language, ready to read with."""

    language: str
    rank: int
    """Lower is tried first where a sentence could be of several languages."""
    spaced: bool
    letters: Mapping[int, str]
    spellings: tuple[tuple[re.Pattern[str], str], ...]
    """What is written as something else first ("the fan's too loud": is)."""
    commas: frozenset[str]
    stops: frozenset[str]
    links: frozenset[str]
    """Words between a reason and what follows from it: "so"."""
    openers: frozenset[str]
    """Words that say nothing where they stand alone before a comma: "right, …"."""
    begins: frozenset[str]
    """With what a request may begin though no comma stands before it: "it's icy out here | put her in …"."""
    binds: frozenset[str]
    """After these words none begins: "to", "we"."""
    brings: frozenset[str]
    """After these it is somebody else who acts: "I saw him …"."""
    verb_ends: tuple[str, ...]
    """How an unknown word ends that is a verb: "coming"."""
    first: dict[str, "list[Way] | Node"]
    """Patterns by their first word; most sentences use few of them."""
    any_first: Node
    """Those that begin with any word of a class."""
    classes: Mapping[str, Node]

    def tokens(self, text: str) -> list[str]:
        """The text as words (or characters, where a language does not separate words), in one spelling."""
        plain = unicodedata.normalize("NFKC", text).casefold().translate(self.letters)
        for pattern, written in self.spellings:
            plain = pattern.sub(written, plain)
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
        ways = self.first.get(tokens[start])
        if isinstance(ways, list):
            ways = self.first[tokens[start]] = Node(ways)
        found = self._walk(ways, tokens, start + 1) if ways is not None else set()
        found |= self._walk(self.any_first, tokens, start)
        yield from sorted(found)  # in one order, whatever the hashes of a process are

    def of_class(self, name: str, tokens: list[str], start: int) -> set[int]:
        """Where the words of a class that begin at `start` end; nothing if there is no such class."""
        tree = self.classes.get(name)
        return {end for end, _ in self._walk(tree, tokens, start)} if tree is not None else set()

    def _walk(self, tree: Node, tokens: list[str], start: int) -> set[tuple[int, Reading]]:
        found: set[tuple[int, Reading]] = set()
        ways = [(tree, start)]
        while ways:
            node, at = ways.pop()
            found.update((at, reading) for reading in node.readings)
            if at < len(tokens):
                if (after := node.after((False, tokens[at]))) is not None:
                    ways.append((after, at + 1))
                for name in node.classes:
                    ends = {end for end, _ in self._walk(self.classes[name], tokens, at)}
                    after = node.after((True, name)) if ends else None
                    if after is not None:
                        ways += [(after, end) for end in ends]
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
    first: dict[str, list[Way] | Node] = {}
    any_first: list[Way] = []
    classes: dict[str, Node] = {}
    cut: dict[str, tuple[Step, ...]] = {}
    made = Lexicon(
        language,
        int(about["rank"]),
        bool(about["spaced"]),
        letters,
        tuple((re.compile(pattern), written) for pattern, written in about.get("spellings", {}).items()),
        frozenset(about["commas"]),
        frozenset(about["stops"]),
        frozenset(about.get("links", ())),
        frozenset(about.get("openers", ())),
        frozenset(about.get("begins", ())),
        frozenset(about.get("binds", ())),
        frozenset(about.get("brings", ())),
        tuple(about.get("verb_ends", ())),
        first,
        Node(()),
        classes,
    )
    tables = {f.name: _table(f) for f in sorted(folder.glob("*.yaml")) if f.name != "language.yaml"}
    named = [(file, key, patterns) for file, table in tables.items() for key, patterns in table.items()]
    members: dict[str, list[Way]] = {}
    for file, key, patterns in named:  # classes first: phrases name them
        if key.startswith("class."):
            name = key.removeprefix("class.")
            ways = members.setdefault(name, [])  # a class may go on in another file
            ways += (way for way, _ in _ways(made, key, patterns, file, cut))
            classes[name] = Node(ways)
    for file, key, patterns in named:
        for way, firsts in _ways(made, key, patterns, file, cut) if not key.startswith("class.") else ():
            _add(first, any_first, way, firsts)
    for spelled, number in _numbers(about):
        steps = _steps(made, spelled, "numbers")
        _add(first, any_first, Way([[steps]], 0, (), (Concept("num", "", number),)), [steps[0]])
    return replace(made, any_first=Node(any_first))


def _add(first: dict[str, list[Way] | Node], any_first: list[Way], way: Way, firsts: Iterable[Step]) -> None:
    """Add a pattern where it is looked for: under each word that may begin it."""
    wanted = frozenset(firsts)
    begun = [ahead for ahead in way.ahead() if ahead.steps and ahead.steps[0] in wanted]
    for ahead in begun:
        is_class, word = ahead.steps[0]
        if is_class:
            any_first.append(ahead)
        else:
            known = first.setdefault(word, [])
            assert isinstance(known, list)
            known.append(ahead._replace(steps=ahead.steps[1:]))


def _ways(
    made: Lexicon, key: str, patterns: Iterable[str], file: str, cut: dict[str, tuple[Step, ...]]
) -> Iterator[tuple[Way, frozenset[Step]]]:
    """The patterns of one concept, with what their phrases begin with; `cut`: texts already cut."""
    reading = () if key.startswith("class.") else _reading(key)
    for pattern in map(str, patterns):
        if (count := phrases(pattern)) > PHRASES_MAX:
            raise ValueError(f"{file}: {key}: `{pattern}` stands for {count} phrases")
        texts = parts_of(pattern, made.cuts(pattern))
        parts = []
        for part in texts:
            steps = (
                cut.get(text) or cut.setdefault(text, _steps(made, text, f"{file}: {key}")) for text in part
            )
            parts.append(list(dict.fromkeys(steps)))
        firsts = _firsts(parts)
        if firsts is None:
            raise ValueError(f"{file}: {key}: a phrase is empty")
        yield Way(parts, 0, (), reading), firsts


def _numbers(about: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """How numbers are spelled, with the half behind them and with other ways to write them."""
    unread, half = set(about.get("not_numbers", ())), about.get("half")
    names: dict[int, str] = {}
    for number, spelled in _spelled(str(about["numbers"])):
        names.setdefault(number, spelled)
        if spelled in unread:
            continue
        if half:
            yield spelled + half, Decimal(number) + Decimal("0.5")
        yield spelled, Decimal(number)
        if number > 9 and about.get("by_digit"):
            yield from _by_digit(number, names)
        for part, also in about.get("numbers_also", {}).items():
            if part in spelled:
                yield spelled.replace(part, also), Decimal(number)


def _by_digit(number: int, names: Mapping[int, str]) -> Iterator[tuple[str, Decimal]]:
    """ "One seven" for 17, "one eighty" for 180."""
    yield " ".join(names[int(digit)] for digit in str(number)), Decimal(number)
    if number > 99 and number % 100 > 9:
        yield f"{names[number // 100]} {names[number % 100]}", Decimal(number)


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
