"""What can be told of a sentence before it is understood: its language, and whether it is a yes or a no."""

from decimal import Decimal
from functools import cache
from typing import Final

from intent_bridge.nlu.lexicon import CHARACTERS_MAX, Concept, languages, lexicon
from intent_bridge.nlu.phrases import pieces
from intent_bridge.nlu.reading import folded

_ENDS: Final = (("mark", "comma"), ("mark", "stop"))
_PRONOUNS_MAX: Final = 12
"""A number word up to this may count nothing: "one of them", "the two"."""
_UNKNOWN: Final = Concept("unknown", "")


def recognised(text: str, otherwise: str | None = None) -> str:
    """The language whose words cover most of a sentence, with the fewest phrases.

    Where several do equally well, `otherwise` if it is one of them, else the first by `rank`.
    """
    scores = {language: _covered(text[:CHARACTERS_MAX], language) for language in _ranked()}
    best = max(scores.values())
    equal = [language for language, score in scores.items() if score == best]
    return otherwise if otherwise in equal else equal[0]


def answer_in(text: str, language: str) -> bool | None:
    """Whether the whole sentence says yes or no to a question; None where it says something else."""
    words = lexicon(language)
    tokens = words.tokens(text[:CHARACTERS_MAX])
    found: list[set[str]] = [set() for _ in tokens] + [{""}]
    for start in range(len(tokens) - 1, -1, -1):
        phrases: dict[int, set[str]] = {}
        for end, reading in pieces(words, tokens, start):
            if all(c.kind == "answer" or _says_nothing(c) for c in reading):
                phrases.setdefault(end, set()).update(c.name for c in reading if c.kind == "answer")
        for end, answers in phrases.items():
            for answer in answers or {""}:  # what can be an answer is not something that says nothing
                found[start] |= {answer or rest for rest in found[end] if rest in ("", answer) or not answer}
    said = found[0] - {""}
    return said == {"yes"} if len(said) == 1 else None


def numbers_in(text: str, language: str) -> list[Decimal]:
    """The numbers that a sentence spells out, each before a unit or at an end: "one of them" is none."""
    words = lexicon(language)
    tokens = words.tokens(text[:CHARACTERS_MAX])
    found: list[Concept] = []
    start = 0
    while start < len(tokens):
        measured = bool(found) and found[-1].kind in ("num", "unit")
        choices = [piece for piece in pieces(words, tokens, start) if measured or not _adds_half(piece)]
        end, reading = max(choices, default=(start + 1, (_UNKNOWN,)), key=_measures)
        found += reading
        start = end
    read = folded(found)
    ends = {n for n, c in enumerate(read) if c.kind == "unit" or c[:2] in _ENDS} | {len(read)}
    numbers = [(n, c.number) for n, c in enumerate(read) if c.number is not None]
    return [number for n, number in numbers if n + 1 in ends or not 0 <= number <= _PRONOUNS_MAX]


def _adds_half(piece: tuple[int, tuple[Concept, ...]]) -> bool:
    return piece[1] == (Concept("mark", "half_more"),)


def _measures(piece: tuple[int, tuple[Concept, ...]]) -> tuple[int, bool, bool]:
    """The longest piece first; "half" is half more where it can be, "degrees" a unit, "one" a number."""
    return piece[0], _adds_half(piece), any(concept.kind in ("unit", "num") for concept in piece[1])


def _says_nothing(concept: Concept) -> bool:
    return concept.kind == "polite" or concept[:2] in (("mark", "comma"), ("mark", "stop"))


@cache
def _ranked() -> tuple[str, ...]:
    return tuple(sorted(languages(), key=lambda language: lexicon(language).rank))


def _covered(text: str, language: str) -> tuple[float, int]:
    """The share of words with a meaning, and less for more phrases."""
    words = lexicon(language)
    tokens = words.tokens(text)
    best: list[tuple[int, int]] = [(0, 0)] * (len(tokens) + 1)
    for start in range(len(tokens) - 1, -1, -1):
        best[start] = best[start + 1]
        for end, _ in pieces(words, tokens, start):
            known, cost = best[end]
            best[start] = max(best[start], (known + sum(map(len, tokens[start:end])), cost - 1))
    known, cost = best[0]
    return known / max(1, sum(map(len, tokens))), cost
