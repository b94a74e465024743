"""Which numbers a sentence says, for a host whose model writes the call: the rest of it may be anything."""

from decimal import Decimal
from typing import Final

from intent_bridge.nlu.lexicon import CHARACTERS_MAX, WORDS_MAX, lexicon
from intent_bridge.nlu.reading import sentences
from intent_bridge.types import Said

PHRASE_MAX: Final = 12
"""A longer run of words that we know is read in parts."""
_ENDS: Final = {
    ("end", "max"): "most", ("end", "full"): "most", ("end", "min"): "least",
    ("act", "close"): "least", ("act", "off"): "least",
}  # fmt: skip


def heard(text: str, language: str) -> Said:
    """The numbers and ends of a range ("fully", "off") that a sentence names; unknown words are skipped.

    Where it can be read in several ways, the numbers of the shortest.
    """
    words = lexicon(language)
    tokens = words.tokens(text[:CHARACTERS_MAX])[:WORDS_MAX]
    numbers: set[Decimal] = set()
    ends: set[str] = set()
    start = 0
    while start < len(tokens):
        for end in range(min(len(tokens), start + PHRASE_MAX), start, -1):
            if found := sentences(words, tokens[start:end]):
                break
        for sentence in found:
            if sentence.cost > found[0].cost:
                break
            for kind, name, number in sentence.concepts:
                if kind == "num" and number is not None:
                    numbers.add(number)
                elif (kind, name) in _ENDS:
                    ends.add(_ENDS[kind, name])
        start = end
    return Said(frozenset(numbers), frozenset(ends))
