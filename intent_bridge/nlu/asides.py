"""Clauses that only say why ("the bags are in, …"): left out, though their words are unknown to us.

Leaving a clause out must not change what the rest asks for. So nothing in it may forbid, take back, quote,
set a time or a condition, or say more exactly what is meant; what it tells must be told as a fact. The thing
it is about remains as a `topic`, for the rest to refer to; so does a place, and then the rest names its own.
"""

from collections.abc import Iterator
from typing import Final

from intent_bridge.nlu.lexicon import Concept, Lexicon, Reading
from intent_bridge.nlu.phrases import is_edge, pieces
from intent_bridge.nlu.things import things

WORDS_MAX: Final = 14
"""A longer clause is no mere aside."""
PLACE: Final = Concept("topic", "place")
AT: Final = "at "
"""Before the name of a place that a clause is about: "the kids are asleep, turn their light off"."""
SOMETHING: Final = Concept("topic", "something")
"""A thing, but not one that "it" could be: "granny's window is stuck"."""

_MARKS: Final = frozenset(
    {
        "and",
        "to",
        "onto",
        "by",
        "with",
        "plural",
        "done",
        "is",
        "comma",
        "want",
        "wants",
        "alone",
        "order",
        "now",
        "lately",
        "too",
        "works",
        "rests",
        "from",
        "colored",
    }
)
_FREE: Final = frozenset(
    {"polite", "remark", "who", "feeling", "state", "verb", "noun", "thing", "zone", "answer", ""}
)
_WORDS: Final = frozenset({
    "grade", "color", "mode", "dir", "win", "lights", "sens", "lane", "limit", "recirc", "auto",
})  # fmt: skip
_TOLD: Final = frozenset({"num", "unit", "end", "size", "foreign", "sign"})
"""What is told in a clause that has a verb: "it is 35 degrees outside"."""
_NOTS: Final = frozenset({"not", "except"})
_NUMBERS: Final = frozenset({"minus", "point", "percent_of", "half_more"})
SAYS: Final = frozenset({"reported", "hypothetical", "negated", "any"})
"""Signs that change what the words beside them ask for."""
_LATER: Final = Concept("bars", "first")
"""Words that set a time or a place without a verb before: "at the lights", not "we are at the lights"."""
_TELLS: Final = Concept("verb", "told")
_IS: Final = Concept("verb", "is")
_SAID: Final = Concept("verb", "said")
"""Somebody's words follow: they say why only where they tell how it is ("she says it's too hot, …")."""
_IN_ONE: Final = {Concept("mark", "felt"): _SAID, Concept("mark", "has"): Concept("verb", "any")}
"""The verb of a phrase that names somebody too."""
_ILL: Final = Concept("verb", "ill")
"""How somebody suffers: "it makes her sick"."""
NO_PLACE: Final = frozenset({"mine", "all", "each", "theirs", "companion"})
"""Of these a clause says not where somebody is."""
_FELT: Final = frozenset({"feeling", "state"})
_AND: Final = Concept("mark", "and")
_WANT: Final = Concept("mark", "want")
_QUESTION: Final = Concept("sign", "question")
_REPORTED: Final = Concept("sign", "reported")
_NOTHING: Final = Concept("", "")
_NOUN: Final = Concept("noun", "any")
"""Something of the world that is nothing to the car: "the moon"."""


def aside(lexicon: Lexicon, clause: list[str], *, begins: bool, runs_on: bool = False) -> Reading | None:
    """The topics of a clause that can be left out; None where it cannot. `begins`: nothing stands before.

    `runs_on`: no comma stands behind it. Then it must have a verb that we know, and be nobody's words.
    """
    if not 0 < len(clause) <= WORDS_MAX:
        return None
    if begins and len(clause) == 1 and clause[0] in lexicon.openers:
        return ()
    phrases = phrases_of(lexicon, clause)
    verbs = (at for at, (word, about) in enumerate(phrases) if _is_verb(lexicon, word, about, at))
    verb_at = next(verbs, None)
    if verb_at is None:
        verb_at = _strange_verb(lexicon, phrases)
    if (
        _asks_for_somebody(phrases, begins=begins)
        or _ends_as_request(phrases)
        or (runs_on and (not _only_tells(phrases, verb_at) or lexicon.brings & {*clause}))
    ):
        return None
    wants = any(_WANT in about and all(c.kind != "verb" for c in about) for _, about in phrases)
    strange, bare, complains = False, False, False
    topics: dict[Concept, None] = {}
    teller: set[Concept] = set()
    for at, (_, about) in enumerate(phrases):
        told = verb_at is not None and at >= verb_at and not wants
        noun = verb_at is not None or (begins and at + 1 < len(phrases) and not phrases[at + 1][1])
        strange = strange or not about or bool({_NOUN, _SAID} & about) or _tells(about, at)
        for concept in about - {_REPORTED} if _SAID in about else about:
            bare = bare or (concept == _LATER and verb_at is None and not (begins and at))
            if concept != _LATER and not _is_idle(concept, told=told, noun=noun):
                return None
            if concept.kind == "thing":
                ours = concept.name in things()
                topic = SOMETHING if strange and ours else Concept("topic", concept.name)
                topics[topic] = None
                teller |= {topic} if verb_at is not None and at < verb_at else set()
                strange = strange or not ours
            elif concept.kind == "act" and concept.name.startswith("too_"):
                complains = True
            elif concept.kind == "zone" and concept.name not in NO_PLACE:
                topics[Concept("topic", AT + concept.name)] = None
                if concept.name != "kids":
                    topics[PLACE] = None
            elif _TELLS in about and begins and at == 0:
                topics |= dict.fromkeys(_teller(lexicon, clause))
    if lexicon.of_class("others", clause, 0) and feels(lexicon, clause):
        topics[PLACE] = None  # "she's cold, …": nobody knows where she sits
    strange = strange or (begins and not wants and _tells_number(phrases, verb_at))
    if complains and not strange and not topics:
        return (SOMETHING,)  # "too windy, …": whatever is
    if not strange or (verb_at is None and (bare or topics)):
        return None
    named = [topic for topic in topics if topic != PLACE and not topic.name.startswith(AT)]
    if len(named) > 1 and len(teller) == 1:  # "lane keeping is tugging at the wheel"
        return tuple(topic for topic in topics if topic not in named or topic in teller)
    if len(named) > 1 or (verb_at is None and begins):
        return (SOMETHING,)
    return tuple(topics)


def _tells_number(phrases: list[tuple[str, set[Concept]]], verb_at: int | None) -> bool:
    """Whether a number is told of how it is now: "the fan is on three"."""
    if verb_at is None or _IS not in phrases[verb_at][1]:
        return False
    return any(c.kind == "num" for _, about in phrases[verb_at + 1 :] for c in about)


def _asks_for_somebody(phrases: list[tuple[str, set[Concept]]], *, begins: bool) -> bool:
    """Whether somebody's words, which stand in the clause, may ask for something: "dad says open it"."""
    at = next((n for n, (_, about) in enumerate(phrases) if _SAID in about), None)
    if at is None:
        return False
    after = [about for _, about in phrases[at + 1 :]]
    acts = any(c.kind in ("act", "do") and not is_complaint(c) for about in after for c in about)
    tells = any(_ILL in about or any(is_complaint(c) for c in about) for about in after)
    return acts or not (_TELLS in phrases[at][1] or (tells and begins))


def asks(lexicon: Lexicon, clause: list[str]) -> bool:
    """Whether a clause ends as a request does: a thing, and then what is to become of it."""
    return _ends_as_request(phrases_of(lexicon, clause))


def _ends_as_request(phrases: list[tuple[str, set[Concept]]]) -> bool:
    said = [about for _, about in phrases if about != {_NOTHING}]
    named = any(c.kind == "thing" and c.name in things() for about in said for c in about)
    last = {c.kind for c in said[-1] if not is_complaint(c)} if said else set()
    complains = any(is_complaint(c) for about in said for c in about)
    return named and not complains and "act" in last and not last & {"verb", "mark", "thing", "state"}


def is_complaint(concept: Concept) -> bool:
    return concept.kind == "feeling" or (concept.kind == "act" and concept.name.startswith("too_"))


def feels(lexicon: Lexicon, clause: list[str]) -> bool:
    """Whether a clause says how somebody feels."""
    found = (reading for at in range(len(clause)) for _, reading in pieces(lexicon, clause, at))
    return any(concept.kind in _FELT for reading in found for concept in reading)


def _only_tells(phrases: list[tuple[str, set[Concept]]], verb_at: int | None) -> bool:
    known = verb_at is not None and bool(phrases[verb_at][1])
    return known and not any(_is_said(concept) for _, about in phrases for concept in about)


def _is_said(concept: Concept) -> bool:
    kind, name, _ = concept
    return kind in ("not", "foreign", "idiom", "do") or (kind in ("sign", "bars") and name in SAYS)


def _is_verb(lexicon: Lexicon, word: str, about: set[Concept], at: int) -> bool:
    """Whether a word tells something of what stands before it; one that asks, at the beginning, does not."""
    if not about:
        return word.endswith(lexicon.verb_ends)
    if any(c.kind == "act" and c.name.startswith("too_") for c in about):
        return True
    names = {c.name for c in about if c.kind == "verb"}
    asks = at == 0 and _QUESTION in about and "told" not in names
    return (bool(names) and not asks) or (at > 0 and any(c.kind == "feeling" for c in about))


def _strange_verb(lexicon: Lexicon, phrases: list[tuple[str, set[Concept]]]) -> int | None:
    """Where an unknown word does something to somebody: "the diversions confuse it"."""
    return next(
        (
            at
            for at in range(1, len(phrases) - 1)
            if not (phrases[at][1] or phrases[at - 1][1])
            and lexicon.of_class("done_to", [phrases[at + 1][0]], 0)
        ),
        None,
    )


def _tells(about: set[Concept], at: int) -> bool:
    """Whether a word tells something by itself: "hurts", "stinks"."""
    return _TELLS in about or (at > 0 and any(c.kind == "feeling" for c in about))


def _teller(lexicon: Lexicon, clause: list[str]) -> Iterator[Concept]:
    """Where the one is of whom a whole phrase tells: "the kids are asleep"."""
    for _, reading in pieces(lexicon, clause, 0):
        if len(reading) == 1 and reading[0][:2] == ("zone", "kids"):
            yield Concept("topic", AT + reading[0].name)


def _is_idle(concept: Concept, *, told: bool, noun: bool) -> bool:
    """Whether a word asks for nothing here; `told`: after a verb; `noun`: it may be part of a name."""
    kind, name, _ = concept
    if kind in _FREE or (kind == "mark" and (name in _MARKS or (told and name in _NUMBERS | _NOTS))):
        return True
    if kind == "act":
        return told or name in ("set", "take")
    if concept == _REPORTED:
        return False
    return (
        (kind == "ref" and name == "it") or (noun and kind in _WORDS | {"size"}) or (told and kind in _TOLD)
    )


def phrases_of(lexicon: Lexicon, clause: list[str]) -> list[tuple[str, set[Concept]]]:
    """The clause as phrases, the longest at each place, with all that they may say; nothing if unknown."""
    out: list[tuple[str, set[Concept]]] = []
    at = 0
    while at < len(clause):
        found = [(end, r) for end, r in pieces(lexicon, clause, at) if not r or r[0].kind != "remark"]
        end = max((end for end, _ in found), default=at + 1)
        about = {c for beyond, reading in found if beyond == end for c in reading or (_NOTHING,)}
        out.append((clause[at], {_IN_ONE.get(c, c) for c in about}))
        at = end
    return out


def _begins(lexicon: Lexicon, tokens: list[str], at: int) -> bool:
    """Whether a request may begin here with no comma: "it's icy out here | put her in snow mode"."""
    begins = lexicon.begins & {tokens[at], " ".join(tokens[at : at + 2])}
    return bool(begins) and tokens[at - 1] not in lexicon.binds


def _is_and(lexicon: Lexicon, token: str) -> bool:
    return any(reading == (_AND,) for _, reading in lexicon.find([token], 0))


def is_link(lexicon: Lexicon, tokens: list[str], at: int) -> bool:
    """Whether a "so" may stand between a reason and a request; "his flat is so stuffy" says how much."""
    before = (reading for _, reading in lexicon.find([tokens[at - 1]], 0)) if at else ()
    return tokens[at] in lexicon.links and _IS not in (c for reading in before for c in reading)


def ends(lexicon: Lexicon, tokens: list[str], start: int) -> Iterator[tuple[int, int]]:
    """Where a clause that begins at `start` may end, and where what follows begins: a comma, "so", "and"."""
    for at in range(start, len(tokens)):
        if is_edge(lexicon, tokens[at]):
            yield at, at
            return
        if at > start + 1 and _begins(lexicon, tokens, at):
            yield at, at
        if at > start and (is_link(lexicon, tokens, at) or _is_and(lexicon, tokens[at])):
            yield at, at + 1
    yield len(tokens), len(tokens)
