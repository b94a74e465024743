"""The ways to read a sentence as phrases of the lexicon, leaving no word out; the fewest phrases first."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from intent_bridge.nlu.asides import PLACE, aside, asks, ends, feels
from intent_bridge.nlu.lexicon import Concept, Lexicon, Reading
from intent_bridge.nlu.merging import merged
from intent_bridge.nlu.phrases import is_edge, pieces

READINGS_MAX = 96
"""So many ways to read what follows a word are kept, the shortest ones."""
REST = Concept("rest", "")
GLUED = Concept("rest", "glued")
"""The same, with nothing between it and what stands before."""
_ENDS_THERE = frozenset({"media", "navigation", "information"})
"""After these a new request may follow; what somebody shall be told or reminded of goes on to the end."""
_WITH_TENTHS: Final = (("unit", "degree"), ("unit", "second"))
"""Units behind which a number says tenths: 22度5, 一秒五."""
REMARK_MAX: Final = 9
"""A longer clause is no mere remark."""
_TELLING: Final = frozenset({"sign", "not", "thing", "do", "num", "foreign", "idiom"})
"""What has no place in a remark."""
_UNREAD: Final = frozenset({"sign", "answer", "bars", "verb", "noun"})
"""Kinds that no request has in it."""
FOR_MAX: Final = 3
"""So many unknown words say for whom or for what: "for my little customer"."""
FOR: Final = Concept("remark", "for")
CLAUSE: Final = Concept("remark", "clause")
CONSEQUENCE = Concept("remark", "consequence")
TAIL = Concept("remark", "tail")
TOLD: Final = Concept("mark", "fact")
"""Behind a scene that is told rather than ordered: "we're going through the car wash, …"."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One way to read a sentence."""

    concepts: tuple[Concept, ...]
    cost: int


def sentences(lexicon: Lexicon, tokens: list[str]) -> list[Sentence]:
    """All ways to read the whole sentence, fewest phrases first; none when a word has no meaning to us.

    What begins with a request for another domain ("play …") is read as that to its end.
    """
    ways: list[dict[Reading, int]] = [{} for _ in tokens] + [{(): 0}]
    wholes = (
        (start, end) for start in range(len(tokens)) for end in lexicon.of_class("whole", tokens, start)
    )
    inside = {at for start, end in wholes for at in range(start + 1, end)}
    inside |= {at for at in range(1, len(tokens)) if _is_unit_of_tens(lexicon, tokens, at)}
    for start in range(len(tokens) - 1, -1, -1):
        found: dict[Reading, int] = {}
        tells = False
        for end, reading in pieces(lexicon, tokens, start):
            if end in inside:
                continue  # "back left" is a place, never "back" and "left"
            if reading and (reading[0].kind in _UNREAD or reading[0] == CONSEQUENCE):
                continue
            if reading and reading[0].kind == "foreign":
                if start == 0 or not lexicon.spaced or _separates(lexicon, tokens[start - 1]):
                    found |= _foreign(lexicon, tokens, start, ways, rest_of=reading[0].name)
                continue
            if reading and reading[0] == FOR:
                found = _shorter(found, _for_somebody(lexicon, tokens, end, ways))
                continue
            if reading and reading[0].kind == "remark":
                tells = tells or reading[0] == CLAUSE
                found = _shorter(found, _remark(lexicon, tokens, start, end, reading[0].name, ways))
                continue
            if reading and reading[-1] == TAIL:
                for rest, cost in _told(lexicon, tokens, end, end, ways).items():
                    found = _shorter(found, {reading[:-1] + rest: cost + 1})
                continue
            if _is_situation(lexicon, tokens, start, reading):
                reading += (TOLD,)
            for rest, cost in ways[end].items():
                if _is_compound(lexicon, tokens, end, reading, rest):
                    continue
                whole, total = reading + rest, cost + 1
                if total < found.get(whole, total + 1):
                    found[whole] = total
        if start == 0 or is_edge(lexicon, tokens[start - 1]):
            found = _shorter(found, _asides(lexicon, tokens, start, ways))
        elif tells:
            found = _shorter(found, _asides(lexicon, tokens, start, ways, glued=True))
        ways[start] = dict(sorted(found.items(), key=lambda item: item[1])[:READINGS_MAX])
    read = dict.fromkeys(Sentence(folded(list(concepts)), cost) for concepts, cost in ways[0].items())
    return sorted(read, key=lambda sentence: sentence.cost)


def _is_compound(lexicon: Lexicon, tokens: list[str], at: int, before: Reading, rest: Reading) -> bool:
    """Whether two things stand side by side that are one we do not know: "the roof box", "the seat airflow".

    Where words are written apart, a list of two things has a comma, an "and" or an article between them.
    """
    if not (lexicon.spaced and before and rest and before[-1].kind == rest[0].kind == "thing"):
        return False
    if before[-1] == rest[0] or merged("thing", before[-1].name, rest[0].name) is not None:
        return False
    return any(reading[:1] == rest[:1] for _, reading in pieces(lexicon, tokens, at))


def _is_unit_of_tens(lexicon: Lexicon, tokens: list[str], at: int) -> bool:
    """Whether a word ends a number: "twenty-two in the back" is no 20 for two people."""
    if not lexicon.spaced or tokens[at][0].isdigit():
        return False
    tens = {
        c.number for end, r in lexicon.find(tokens[at - 1 : at + 1], 0) if end == 2 for c in r if len(r) == 1
    }
    before = {c.number for end, r in lexicon.find(tokens[at - 1 : at], 0) for c in r if len(r) == 1}
    return any(n and n % 10 and n - n % 10 in before and n > 20 for n in tens)


def _is_situation(lexicon: Lexicon, tokens: list[str], start: int, reading: Reading) -> bool:
    """Whether a phrase for a scene says what happens: "I'm late for work"; a class names how it begins."""
    scene = any(c.kind == "do" and c.name.startswith("scene:") for c in reading)
    return scene and bool(lexicon.of_class("situation", tokens, start))


def _foreign(
    lexicon: Lexicon, tokens: list[str], start: int, ways: list[dict[Reading, int]], rest_of: str
) -> dict[Reading, int]:
    """A request for somebody else: to the end of the sentence, or to where one of ours begins."""
    rest_here = REST if start == 0 or _separates(lexicon, tokens[start - 1]) else GLUED
    found: dict[Reading, int] = {(rest_here,): len(tokens) - start}
    if rest_of in _ENDS_THERE:
        for end in range(start + 1, len(tokens)):
            if _separates(lexicon, tokens[end]):
                for rest, cost in ways[end].items():
                    found.setdefault((rest_here, *rest), end - start + cost)
    return found


def _shorter(found: dict[Reading, int], more: dict[Reading, int]) -> dict[Reading, int]:
    for reading, cost in more.items():
        found[reading] = min(cost, found.get(reading, cost))
    return found


def _remark(
    lexicon: Lexicon, tokens: list[str], start: int, led: int, name: str, ways: list[dict[Reading, int]]
) -> dict[Reading, int]:
    """What follows a clause that only says why ("it's getting dark, …"), which may have words of any kind.

    It stands between commas, is short, and nothing in it could be a request or somebody's words.
    """
    if name == "since":
        if start == 0:
            return {}
    elif start and name != "clause" and not is_edge(lexicon, tokens[start - 1]):
        return {}
    rests = _told(lexicon, tokens, start, led, ways, gripe=name == "gripe")
    clause = tokens[start : _end_of_clause(lexicon, tokens, start)]
    whose = lexicon.of_class("others", tokens, start) and feels(lexicon, clause)
    whose = whose or any(lexicon.of_class("sits", clause, at) for at in range(len(clause)))
    return {(PLACE, *rest): cost for rest, cost in rests.items()} if whose else rests


def _told(
    lexicon: Lexicon,
    tokens: list[str],
    start: int,
    led: int,
    ways: list[dict[Reading, int]],
    *,
    gripe: bool = False,
) -> dict[Reading, int]:
    """What follows when the words from `led` to the next comma say nothing to us; nothing if they may.

    A gripe ("it keeps …") may name things, and nothing that is to become of them.
    """
    end = _end_of_clause(lexicon, tokens, led)
    told = tokens[led:end]
    telling = _TELLING if led > start else _TELLING - {"num"} | {"unit"}  # "so hot that …"
    if gripe:
        telling = telling - {"thing"} | {"act"}
    kinds = (_kinds(lexicon, told, at, asking=led == start) for at in range(len(told)))
    if len(told) > REMARK_MAX or any(found & telling for found in kinds):
        return {}
    if start == 0 and _follows(lexicon, tokens, end + 1):
        return {}  # "it gets cold, then …" says when
    if asks(lexicon, tokens[start:end]):
        return {}
    return {rest: _words(lexicon, end - start) + 1 + cost for rest, cost in ways[end].items()}


def _is_feeling(rest: Reading) -> bool:
    """Whether somebody only says how it is: "i've spilled the milk and it reeks"."""
    return any(c.kind == "feeling" for c in rest) and all(
        c.kind in ("feeling", "size", "zone", "polite") for c in rest
    )


def _for_somebody(
    lexicon: Lexicon, tokens: list[str], led: int, ways: list[dict[Reading, int]]
) -> dict[Reading, int]:
    """What follows "for the customer": nobody knows where that is, so the rest has to name its place."""
    end = led
    while end < len(tokens) and not any(pieces(lexicon, tokens, end)):
        end += 1
    if not 0 < end - led <= FOR_MAX:
        return {}
    return {(PLACE, *rest): end - led + 1 + cost for rest, cost in ways[end].items()}


def _asides(
    lexicon: Lexicon, tokens: list[str], start: int, ways: list[dict[Reading, int]], *, glued: bool = False
) -> dict[Reading, int]:
    """What follows a clause with words unknown to us that only says why ("the bags are in, …").

    `glued`: no comma stands before it ("… i got long legs"); then it must not say what is to be done.
    """
    found: dict[Reading, int] = {}
    for end, after in ends(lexicon, tokens, start):
        if end - start == len(tokens) or (start == 0 and _follows(lexicon, tokens, end + 1)):
            continue
        if glued and any("act" in _kinds(lexicon, tokens, at) for at in range(start, end)):
            continue
        runs_on = after == end < len(tokens) and not is_edge(lexicon, tokens[end])
        topics = aside(lexicon, tokens[start:end], begins=start == 0, runs_on=runs_on)
        if topics is not None:
            told = {
                (*topics, *rest): _words(lexicon, end - start) + 1 + cost
                for rest, cost in ways[after].items()
                if after == end
                or tokens[end] in lexicon.links
                or (_is_feeling(rest) and len(tokens) > after + 1)
            }
            found = _shorter(found, told)
    return found


def _words(lexicon: Lexicon, tokens: int) -> int:
    """How many words so many tokens are: a Chinese word has two characters more often than not."""
    return tokens if lexicon.spaced else (tokens + 1) // 2


def _end_of_clause(lexicon: Lexicon, tokens: list[str], start: int) -> int:
    return next((at for at in range(start, len(tokens)) if is_edge(lexicon, tokens[at])), len(tokens))


def _follows(lexicon: Lexicon, tokens: list[str], start: int) -> bool:
    return any(
        c in (CONSEQUENCE, Concept("mark", "then"))
        for _, reading in (pieces(lexicon, tokens, start) if start < len(tokens) else ())
        for c in reading
    )


def _kinds(lexicon: Lexicon, tokens: list[str], start: int, *, asking: bool = True) -> set[str]:
    """The kinds of what may begin here; where nothing can be `asking`, an "is" tells."""
    found = {c for _, reading in pieces(lexicon, tokens, start) for c in reading}
    return {c.kind for c in found if asking or c[:2] != ("sign", "question")}


def said(lexicon: Lexicon, tokens: list[str], kind: str) -> set[str]:
    """The names of all concepts of a kind in the sentence; what stands inside a longer phrase is not said."""
    spans = [(start, *piece) for start in range(len(tokens)) for piece in pieces(lexicon, tokens, start)]
    longest = {start: max(e for s, e, _ in spans if s == start) for start, _, _ in spans}

    def inside(start: int, end: int) -> bool:
        return longest[start] > end or any(s < start and longest[s] >= end for s in longest)

    return {
        concept.name
        for start, end, reading in spans
        for concept in reading
        if concept.kind == kind and not inside(start, end)
    }


def _separates(lexicon: Lexicon, token: str) -> bool:
    if token in lexicon.commas or token in lexicon.stops:
        return True
    return any(
        concept.kind == "mark" and concept.name in ("and", "then")
        for _, reading in lexicon.find([token], 0)
        for concept in reading
    )


def folded(concepts: list[Concept]) -> tuple[Concept, ...]:
    """Numbers put together: 20 point 5, 22 and a half, 22 degrees half, 百分之 20."""
    out: list[Concept] = []
    for at, concept in enumerate(concepts):
        last = out[-1] if out else None
        before = out[-2] if len(out) > 1 else None
        if last is not None and concept.kind == "num" and concept.number is not None:
            if last == ("mark", "point", None) and before is not None and before.number is not None:
                out[-2:] = [_decimal(before, concept.number)]
                continue
            if last == ("mark", "percent_of", None):
                out[-1:] = [concept, Concept("unit", "percent")]
                continue
            if last == ("mark", "minus", None):
                out[-1:] = [concept._replace(number=-concept.number)]
                continue
            if last == ("unit", "degree", None) and (before is None or before.number is None):
                out.append(concept._replace(kind="unreadable"))  # no language counts "degrees 22"
                continue
            if last == ("mark", "plus", None):
                out[-1:] = [Concept("act", "up"), Concept("mark", "by")]  # "plus two"; else it is "and"
            if last == ("act", "on", None) and _is_set(out[:-1]):
                out[-1] = Concept("mark", "onto")  # "put the climate on 21"
            if last == ("unit", "level", None) and before is not None and before.number is not None:
                out.append(concept._replace(kind="unreadable"))  # "a level two rub" is no one level
                continue
            if last == ("unit", "level", None):
                out.append(Concept("mark", "to"))  # "level one" is where to go, "one level" how far
            degrees = before.number if last[:2] in _WITH_TENTHS and before is not None else None
            alone = (
                at + 1 == len(concepts) or concepts[at + 1].kind != "unit"
            )  # "24 degrees, 3 levels of air"
            if before and degrees and degrees == int(degrees) and 0 < concept.number < 10 and alone:
                out[-2] = _decimal(before, concept.number)
                continue
        if last == ("act", "on", None) and concept.kind == "sens":
            out[-1] = Concept("mark", "onto")  # "lane keeping on high sensitivity"
        if last is not None and last.number is not None and concept == ("unit", "fahrenheit", None):
            out[-1:] = [last._replace(number=_celsius(last.number)), Concept("unit", "degree")]
            continue
        if last is not None and concept == ("mark", "half_more", None):
            back = -1 if last.kind == "num" else -2 if last.kind == "unit" and before is not None else None
            if back is not None and out[back].number is not None:
                out[back] = out[back]._replace(number=(out[back].number or Decimal(0)) + Decimal("0.5"))
                continue
        out.append(concept)
    return tuple(out)


def _is_set(before: list[Concept]) -> bool:
    """Whether a verb that says only that something shall change stands in the same clause."""
    start = next((n + 1 for n in range(len(before) - 1, -1, -1) if before[n].kind == "mark"), 0)
    return any(c[:2] == ("act", "set") for c in before[start:])


def _celsius(fahrenheit: Decimal) -> Decimal:
    """To half a degree, as cars are set."""
    return ((fahrenheit - 32) * 10 / 9).to_integral_value() / 2


def _decimal(whole: Concept, fraction: Decimal) -> Concept:
    if whole.number is None or fraction != int(fraction) or whole.number != int(whole.number):
        return whole._replace(kind="unreadable")
    return whole._replace(number=Decimal(f"{int(whole.number)}.{int(fraction)}"))
