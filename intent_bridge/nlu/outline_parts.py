"""A sentence as the parts of which each may be a wish of its own, in every best way to read its words.

Unlike the offline grammar this leaves out words that it does not know. What somebody takes back while still
speaking is put right, two wishes with nothing between them are two, an amount belongs to what is before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from intent_bridge.nlu.lexicon import Concept, Lexicon
from intent_bridge.nlu.merging import PARTS
from intent_bridge.nlu.phrases import COMMA, pieces
from intent_bridge.nlu.reading import folded
from intent_bridge.nlu.things import things
from intent_bridge.profile.yaml import read_yaml

_READINGS_MAX: Final = 4
_WAYS_MAX: Final = 24
"""So many ways to read what follows a word are kept."""
_SOME: Final = Concept("size", "some")
_SET: Final = Concept("act", "set")
_EDGES: Final = frozenset({"comma", "and", "then", "stop", "but"})
_TAKES_BACK: Final = frozenset({"no", "rather"})
_EMPTY: Final = frozenset({"mark", "act", "unknown", "polite", "ref", "remark"})
_CORE: Final = frozenset({"thing", "feeling", "do", "num"})
_AMOUNT: Final = frozenset({"num", "unit", "size", "end"})
_OF_NUMBERS: Final = frozenset({"point", "percent_of", "half_more", "minus"})

Ways: TypeAlias = tuple[tuple[Concept, ...], ...]
"""The same words, as concepts, in every way that leaves out the fewest of them."""


@cache
def outlines_file() -> Mapping[str, Any]:
    """`outlines.yaml`, read once."""
    data: Mapping[str, Any] = read_yaml(Path(__file__).with_name("outlines.yaml")).data
    return data


@cache
def around(named: frozenset[str]) -> frozenset[str]:
    """The things that may be meant where these are named: a seat has parts, "AC" is air and degrees."""
    meant: set[str] = set()
    beside: Mapping[str, list[str]] = outlines_file()["beside"]
    left = list(named)
    while left:
        name = left.pop()
        if name not in meant:
            meant.add(name)
            left += [*things()[name].get("as", {}).values(), *(PARTS.get(name, set()) & things().keys())]
            left += [whole for whole, others in beside.items() if name in others]
    return frozenset(meant)


def named(reading: Sequence[Concept]) -> frozenset[str]:
    """The things of ours that are named."""
    return frozenset(c.name for c in reading if c.kind == "thing" and c.name in things())


def is_edge(concept: Concept) -> bool:
    """Whether one wish may end here and the next begin."""
    return concept.kind == "mark" and concept.name in _EDGES


def readings(known: Lexicon, tokens: list[str]) -> Iterator[tuple[Concept, ...]]:
    """The best ways to read what is known of the words: the fewest left out, then the fewest phrases."""
    ways: list[list[tuple[int, int, tuple[Concept, ...]]]] = [[] for _ in tokens] + [[(0, 0, ())]]
    for start in range(len(tokens) - 1, -1, -1):
        unknown = (Concept("unknown", ""),)
        found = [(left + 1, cost + 1, unknown + rest) for left, cost, rest in ways[start + 1]]
        for end, reading in pieces(known, tokens, start):
            if not any(
                concept.kind in ("sign", "answer", "bars", "verb", "foreign", "idiom") for concept in reading
            ):
                found += [(left, cost + 1, reading + rest) for left, cost, rest in ways[end]]
        ways[start] = sorted(dict.fromkeys(found), key=lambda way: way[:2])[:_WAYS_MAX]
    seen = dict.fromkeys(folded(list(concepts)) for _, _, concepts in ways[0])
    fewest = min(map(_left_out, seen))
    best = [_put_right(reading) for reading in seen if _left_out(reading) == fewest][:_READINGS_MAX]
    if all(best):  # else all of it was taken back
        yield from (tuple(concept for concept in reading if concept != _SOME) for reading in best)


def _left_out(reading: Sequence[Concept]) -> int:
    """How much of a reading says nothing: unknown words, and pieces of numbers without a number."""
    return sum(c.kind == "unknown" or (c.kind == "mark" and c.name in _OF_NUMBERS) for c in reading)


def _put_right(reading: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """ "21, no, 22": what is said after takes the place of its like before; nothing where nothing is said."""
    at = next((n for n in range(len(reading)) if _takes_back(reading, n)), None)
    if at is None:
        return reading
    before, after = list(reading[:at]), list(reading[at + 1 :])
    while before and is_edge(before[-1]):
        before.pop()
    while after and is_edge(after[0]):
        after.pop(0)
    now = _parts(after)[:1]
    kinds = {concept.kind for part in now for concept in part if concept != _SET} - {"mark", "unknown"}
    if not kinds:
        return ()
    last = next((n + 1 for n in range(len(before) - 1, -1, -1) if is_edge(before[n])), 0)
    kept = [concept for concept in before[last:] if concept.kind not in kinds]
    return _put_right((*before[:last], *kept, *after))


def _takes_back(reading: Sequence[Concept], at: int) -> bool:
    """Whether a "no" or "rather" stands by itself, between commas or at one."""
    if reading[at].kind != "mark" or reading[at].name not in _TAKES_BACK:
        return False
    return COMMA in reading[max(0, at - 1) : at] or reading[at].name == "rather"


def cut(whole: Ways) -> tuple[Ways, ...]:
    """The parts of a sentence, each in every way to read it; those ways that are cut like the best one."""
    parts = [_parts(reading) for reading in whole]
    alike = [found for found in parts if len(found) == len(parts[0])]
    return tuple(zip(*alike, strict=True))


def _parts(reading: Sequence[Concept]) -> list[tuple[Concept, ...]]:
    """A reading cut where one wish may end; pieces that say nothing are left out."""
    runs: list[list[Concept]] = [[]]
    for concept in reading:
        if is_edge(concept):
            runs.append([])
        else:
            runs[-1].append(concept)
    full: list[tuple[Concept, ...]] = []
    for run in runs:
        if full and _is_amount(run) and not any(c.kind == "num" for c in full[-1]):
            full[-1] += tuple(run)  # "down, just a sliver"
        elif _says_something(run):
            full += map(_exact, _split(tuple(run)))
    wishes = [part for part in full if all(c.kind != "feeling" for c in part)]
    return wishes or full  # "I'm cold, …" is the reason for the rest


def _exact(part: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """Of two amounts for one thing the later: "crack it" is a tenth, unless thirty percent are said."""
    at = [n for n in range(1, len(part)) if part[n].kind == "unit" and part[n - 1].kind == "num"]
    if len(at) != 2 or part[at[0]] != part[at[1]] or len(named(part)) != 1:
        return part
    return (*part[: at[0] - 1], *part[at[0] + 1 :])


def _is_amount(run: Sequence[Concept]) -> bool:
    kinds = {c.kind for c in run} - {"unknown", "mark", "polite"}
    return bool(kinds) and kinds <= _AMOUNT


def _says_something(run: Sequence[Concept]) -> bool:
    """Whether it may be a wish; "my hands are full" and "the ones in the back shout" are only remarks."""
    kinds = {c.kind for c in run if c != _SET}
    if kinds & _CORE or not kinds - _EMPTY:
        return bool(kinds & _CORE)
    return "act" in kinds or not kinds & {"remark", "who", "unknown"}


def _split(part: tuple[Concept, ...]) -> list[tuple[Concept, ...]]:
    """Two wishes with nothing between them: each names a thing of its own and says what becomes of it."""
    for at in range(1, len(part)):
        head, tail = part[:at], part[at:]
        begins = tail[0].kind in ("act", "thing") and not around(named(head)) & named(tail)
        if begins and _is_wish(head) and _is_wish(tail):
            return [head, *_split(tail)]
    return [part]


def _is_wish(part: Sequence[Concept]) -> bool:
    says = any(c.kind in ("num", "end") or (c.kind == "act" and c != _SET) for c in part)
    return says and bool(named(part))
