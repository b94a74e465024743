"""A sentence without the words that say nothing anywhere, and with its amounts last: "sit a bit higher".

Phrases of several words hold together in a lexicon; people put "please" and "a little" in the middle of
them. A language names those words as classes: `idle`, and `moves_last`.
"""

from intent_bridge.nlu.lexicon import Lexicon
from intent_bridge.nlu.phrases import is_edge

_JOINS = frozenset({"and", "then", "but"})


def loosened(lexicon: Lexicon, tokens: list[str]) -> list[str]:
    """The words as they are heard where the sentence means nothing as it was written."""
    out: list[str] = []
    last: list[str] = []
    at = 0
    while at < len(tokens):
        idle = lexicon.of_class("idle", tokens, at)
        amount = lexicon.of_class("moves_last", tokens, at)
        if idle and not (_is_number(lexicon, out[-1:]) and _is_number(lexicon, tokens[max(idle) :][:1])):
            at = max(idle)
        elif amount:
            last += tokens[at : max(amount)]
            at = max(amount)
        else:
            if _ends_clause(lexicon, tokens[at]):
                out += last
                last = []
            out.append(tokens[at])
            at += 1
    return out + last


def _is_number(lexicon: Lexicon, token: list[str]) -> bool:
    """Whether a word is a number: "twenty, er, two" is none but takes one back."""
    readings = (reading for _, reading in lexicon.find(token, 0)) if token else ()
    return any(c.kind == "num" for reading in readings for c in reading)


def _ends_clause(lexicon: Lexicon, token: str) -> bool:
    if is_edge(lexicon, token):
        return True
    readings = (reading for _, reading in lexicon.find([token], 0))
    return any(c.kind == "mark" and c.name in _JOINS for reading in readings for c in reading)
