"""What stands at one place of a sentence: every phrase that begins there, or a comma."""

from collections.abc import Iterator

from intent_bridge.nlu.lexicon import Concept, Lexicon, Reading

COMMA = Concept("mark", "comma")
STOP = Concept("mark", "stop")


def is_edge(lexicon: Lexicon, token: str) -> bool:
    """Whether a word is a comma or a full stop."""
    return token in lexicon.commas or token in lexicon.stops


def pieces(lexicon: Lexicon, tokens: list[str], start: int) -> Iterator[tuple[int, Reading]]:
    """Every phrase, comma or stop that begins at `start`: where it ends, and what it says."""
    token = tokens[start]
    if token in lexicon.commas:
        yield start + 1, (COMMA,)
    elif token in lexicon.stops:
        yield start + 1, (STOP,)
    else:
        yield from lexicon.find(tokens, start)
