"""A request beside a reason that a word names as one: "nobody here ever agrees, so 20 degrees for me".

For a sentence that means nothing as a whole. Such a reason may hold any words, for it asks for nothing: what
stands before "so" and a request, what follows "because" behind one, and what a request is for ("so Gran can
sleep"). Without such a word nobody knows: "at the lights, …" says when.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from intent_bridge.nlu.asides import (
    AT,
    NO_PLACE,
    PLACE,
    SAYS,
    SOMETHING,
    asks,
    is_complaint,
    is_link,
    phrases_of,
)
from intent_bridge.nlu.lexicon import Concept, Lexicon, Reading
from intent_bridge.nlu.phrases import is_edge, pieces
from intent_bridge.nlu.reading import said
from intent_bridge.nlu.things import things

REASON_MIN: Final = 3
"""Fewer words behind "so" are none: "open it so wide"."""
_NEVER: Final = frozenset({"foreign", "idiom", "do"})
"""For somebody else, of something else, or a request of its own."""
_CHANGES: Final = _NEVER | {"not", "num", "unit", "act", "end", "size", "thing", "answer"}
"""What may change the request that stands before it."""
_FORBIDS: Final = frozenset({("mark", "no"), ("mark", "not")})
SAYING: Final = 3
"""So many words before "so" may be all that somebody says: "she told us so"."""
_NOT_ASKED: Final = frozenset({"tag", "praise", "fit"})
"""Polite words that ask for nothing."""


_SOMEWHERE: Final = "kids"
"""Told of them a request may be for anybody: "the kids are asleep, so close the window"."""


class Alone(NamedTuple):
    """The words of a request without its reason."""

    words: list[str]
    topics: Reading
    """What the reason tells of: a thing, a place, or somebody whose place has to be said."""
    told: bool
    """Nothing else can be asked: the rest may be a number, or how somebody feels."""


def alone(lexicon: Lexicon, tokens: list[str]) -> Iterator[Alone]:
    """Each request that the rest of the sentence is a reason for."""
    for request, reason, told in _pairs(lexicon, tokens):
        words = _stripped(lexicon, request)
        if words and not _refers(lexicon, words):
            yield Alone(words, _topics(lexicon, reason), told)


def _pairs(lexicon: Lexicon, tokens: list[str]) -> Iterator[tuple[list[str], list[str], bool]]:
    """A request, its reason, and whether that tells only, at each word that names one."""
    for at in range(1, len(tokens)):
        if behind := max(lexicon.of_class("because", tokens, at), default=0):
            yield tokens[:at], tokens[behind:], False
        if not is_link(lexicon, tokens, at):
            continue
        before, after = tokens[:at], tokens[at + 1 :]
        begins = _begins_request(lexicon, after)
        tells = _only_tells(lexicon, before)
        if (tells or begins or is_edge(lexicon, tokens[at - 1])) and _is_told(lexicon, before):
            yield after, before, tells
        if not begins and _is_purpose(lexicon, after):
            yield before, after, False


def _stripped(lexicon: Lexicon, words: list[str]) -> list[str]:
    """Words without commas around them."""
    inside = [at for at, word in enumerate(words) if not is_edge(lexicon, word)]
    return words[inside[0] : inside[-1] + 1] if inside else []


def _refers(lexicon: Lexicon, words: list[str]) -> bool:
    """Whether a word may mean something that the reason is about: "set that to auto"."""
    found = (reading for at in range(len(words)) for _, reading in pieces(lexicon, words, at))
    return any(concept.kind == "ref" for reading in found for concept in reading)


def _begins_request(lexicon: Lexicon, tokens: list[str]) -> bool:
    """Whether words begin as a request does: of "so cold" none does."""
    if not tokens:
        return False
    asks = any(_asks(concept) for _, reading in pieces(lexicon, tokens, 0) for concept in reading)
    return asks or bool(lexicon.begins & {tokens[0], " ".join(tokens[:2])})


def _asks(concept: Concept) -> bool:
    polite = concept.kind == "polite" and concept.name not in _NOT_ASKED
    return polite or concept[:2] == ("mark", "want")


def _is_told(lexicon: Lexicon, reason: list[str]) -> bool:
    """Whether what stands before a "so" tells something: no condition, no quotation, no request."""
    clauses: list[list[str]] = [[]]
    for word in reason:
        clauses = [*clauses, []] if is_edge(lexicon, word) else [*clauses[:-1], [*clauses[-1], word]]
    return all(_tells(lexicon, clause) for clause in clauses if clause)


def _tells(lexicon: Lexicon, clause: list[str]) -> bool:
    phrases = phrases_of(lexicon, clause)
    kinds = {concept.kind for _, about in phrases for concept in about}
    first = phrases[0][1]
    opens = any(c.kind == "not" or c[:2] in _FORBIDS for c in first) or any(map(_is_when, first))
    says = "reported" in said(lexicon, clause[-SAYING:], "sign")
    orders = asks(lexicon, clause) or clause[0] in lexicon.begins
    answers = "answer" in kinds and "polite" not in kinds
    return not (opens or says or orders or answers or kinds & _NEVER)


def _only_tells(lexicon: Lexicon, reason: list[str]) -> bool:
    """Whether a reason has words unknown to us, no value, and nothing that is to become of a thing."""
    phrases = phrases_of(lexicon, reason)
    said_here = {concept for _, about in phrases for concept in about}
    acts = any(c.kind == "act" and not is_complaint(c) for c in said_here)
    orders = acts and any(_is_ours(c) for c in said_here)
    return any(not about for _, about in phrases) and not orders and all(c.kind != "num" for c in said_here)


def _is_when(concept: Concept) -> bool:
    return _is_governing(concept) and concept.name != "negated"


def _is_governing(concept: Concept) -> bool:
    return concept.kind in ("sign", "bars") and concept.name in SAYS


def _is_purpose(lexicon: Lexicon, words: list[str]) -> bool:
    """Whether words behind "so" say what it is good for, and nothing more of what is to be done."""
    concepts = [concept for _, about in phrases_of(lexicon, words) for concept in about]
    changes = any(_is_change(concept) or _is_governing(concept) for concept in concepts)
    return len(words) >= REASON_MIN and not changes and not lexicon.of_class("as_long", words, 0)


def _is_change(concept: Concept) -> bool:
    """Whether a word may say more of a request; "have" and "take" are said of anything."""
    return concept.kind in _CHANGES and concept[:2] not in (("act", "set"), ("act", "take"))


def _topics(lexicon: Lexicon, reason: list[str]) -> Reading:
    concepts = [concept for _, about in phrases_of(lexicon, reason) for concept in about]
    places = [c.name for c in concepts if c.kind == "zone" and c.name not in NO_PLACE]
    others = any(lexicon.of_class("others", reason, at) for at in range(len(reason)))
    topics = [Concept("topic", AT + name) for name in dict.fromkeys(places)]
    topics += [PLACE] if others or {*places} - {_SOMEWHERE} else []
    return (*topics, SOMETHING) if any(_is_ours(c) for c in concepts) else tuple(topics)


def _is_ours(concept: Concept) -> bool:
    return concept.kind == "thing" and concept.name in things()
