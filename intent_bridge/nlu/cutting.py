"""Where a sentence is cut into requests, each a run of words that makes sense alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.slots import Slots, slots
from intent_bridge.nlu.things import Car, Problem, complained, felt_thing, things, usual_thing
from intent_bridge.nlu.two import SWITCHED
from intent_bridge.nlu.wishes import FOREIGN, calls

REQUESTS_MAX: Final = 6
"""More than that in one sentence are not carried out."""
_EDGES: Final = frozenset({"and", "then", "stop", "but"})
_COMMA: Final = ("mark", "comma")
_PLURAL: Final = ("mark", "plural")
_AND: Final = Concept("mark", "and")
_EVERYWHERE: Final = frozenset({"all", "each"})
"""Said twice of one thing, they are one place: 四个车窗都."""


def requests_of(concepts: Sequence[Concept], car: Car) -> list[Slots] | None:
    """The requests of a sentence, cut where one has to end; None where it cannot be cut in one way."""
    found = _requests(concepts, car)
    if found is None:
        found = _requests(_listed(concepts), car)
    if found is None or len(found) < 2 or not _is_place_first(concepts):
        return found
    return [_there(one, concepts[0].name) for one in found]


def _is_place_first(concepts: Sequence[Concept]) -> bool:
    """Whether a place is said before everything: "in the back, 22 degrees and the reading lights off"."""
    first = [c for c in concepts[:2] if c.kind == "zone" or c[:2] == _COMMA]
    return len(first) == 2 and first[0].kind == "zone" and first[0].name != "mine"


def _there(one: Slots, zone: str) -> Slots:
    """The same at a place, where it has places and names none."""
    placed = things().get(one.thing or "", {})
    if one.zone not in (None, "theirs") or not (placed.get("zone") or "places" in placed or one.feeling):
        return one
    return replace(one, zone=zone, marks=one.marks - {"plural"})


def _listed(concepts: Sequence[Concept]) -> list[Concept]:
    """With "and" between two things that stand side by side, neither in the other: "AC, massage off".

    Also for a comma beside a thing of which nothing else is said: "windows, roof, blind: all shut".
    """
    out: list[Concept] = []
    for at, concept in enumerate(concepts):
        if concept[:2] == _COMMA and (_is_bare(concepts[:at][::-1]) or _is_bare(concepts[at + 1 :])):
            concept = _AND
        before = out[-1] if out else None
        if before is not None and before.kind == concept.kind == "thing" and not _is_one(before, concept):
            out.append(_AND)
        out.append(concept)
    return out


def _is_bare(beside: Sequence[Concept]) -> bool:
    """Whether what stands next to a comma, up to the next one, is only a thing and where it is."""
    ends = (n for n, c in enumerate(beside) if c[:2] == _COMMA or (c.kind == "mark" and c.name in _EDGES))
    kinds = [c.kind for c in beside[: next(ends, len(beside))] if c[:2] != _PLURAL]
    return "thing" in kinds and set(kinds) <= {"thing", "zone"}


def _is_one(one: Concept, other: Concept) -> bool:
    return bool(FOREIGN & {one.name, other.name}) or slots([one, other]) is not None


def _requests(concepts: Sequence[Concept], car: Car) -> list[Slots] | None:
    chunks: list[tuple[str, list[Concept]]] = [("", [])]
    for concept in concepts:
        if concept.kind == "mark" and concept.name in _EDGES:
            chunks.append((concept.name, []))
        else:
            chunks[-1][1].append(concept)
    requests: list[Slots] = []
    paused = False
    for edge, chunk in chunks:
        runs_on, paused = edge == "and" or (edge == "then" and not paused), _ends_with_comma(chunk)
        if all(c[:2] == _COMMA for c in chunk):
            continue
        whole = slots(chunk)
        if edge == "stop" and requests and _is_place(requests[-1]):
            return None  # "bedtime, kids. Reading lights off in the back": they are only spoken to
        if (
            whole is not None
            and _is_nothing(whole, car)
            and (cut := _cut(chunk, car))
            and all(c.thing or c.unit for c in cut)
        ):
            requests += cut  # "20 degrees the blind shut": no request for a blind
            continue
        if whole is not None and not ((whole.negated or whole.kept) and _has_comma(chunk)):
            if requests and requests[-1].kept and edge == "and" and chunk[0].kind != "act":
                return None  # "keep the windows shut and the heating on": both shall stay
            if requests and requests[-1].negated and runs_on:
                return None  # "don't open the window and turn on …": how far does the "don't" reach?
            if requests and requests[-1].feeling and edge == "then":
                return None  # "when cold, then …"
            requests.append(whole)
            continue
        cut = _cut(chunk, car)
        if cut is None:
            return None
        requests += cut
    return requests if len(requests) <= REQUESTS_MAX else None


def _is_place(one: Slots) -> bool:
    return one.zone is not None and not (one.thing or one.has_value or one.feeling or one.do or one.negated)


def _is_nothing(whole: Slots, car: Car) -> bool:
    """Whether a thing is named with words that are nothing to it."""
    if whole.negated or whole.kept or whole.thing is None or not whole.has_value:
        return False
    found = calls(whole, car)
    return isinstance(found, Problem) and found.code == "not_understood"


def _ends_with_comma(chunk: Sequence[Concept]) -> bool:
    return bool(chunk) and chunk[-1][:2] == _COMMA


def _has_comma(chunk: Sequence[Concept]) -> bool:
    inner = [c[:2] == _COMMA for c in chunk]
    return any(inner[1:-1])


def _cut(chunk: list[Concept], car: Car) -> list[Slots] | None:
    """The only way to cut a run of words into the fewest requests that each make sense alone."""
    size = len(chunk)
    if size > 24:
        return None
    known: dict[tuple[int, int], Slots | None] = {}
    named = {c.name for c in chunk if c.kind == "thing"}
    only = named.pop() if len(named) == 1 else None
    """The thing of all parts, where there is one: "driver temperature 24, passenger 26"."""
    for concept in chunk if only is not None else ():
        if concept.kind == "act":  # "the wheel is too hot, turn it down": its heating
            only = complained(Slots(thing=only, act=concept.name)).thing

    def part(start: int, end: int) -> Slots | None:
        if (start, end) not in known:
            made = slots(chunk[start:end])
            if made is not None and made.negated and not _forbids(chunk, start, end):
                made = None  # a "don't" stands before what it forbids
            acts = [c for c in chunk[start:end] if c.kind == "act"]
            if made is not None and made.kept and start and not _beside_comma(chunk, start):
                made = None
            if len(acts) > 1 and acts[0] == acts[-1] and acts[0].name in ("on", "off"):
                made = None  # "massage off mood light off" is no "off mood light off"
            if chunk[start].kind == "unit" or chunk[end - 1][:2] == ("mark", "with"):
                made = None  # a unit belongs to the number before it, "with" to what follows
            if _is_left_over(chunk, start):
                made = None
            places = [c.name for c in chunk[start:end] if c.kind == "zone" and c.name not in _EVERYWHERE]
            if len(places) > len({*places}):
                made = None  # the second "passenger" begins a request of its own
            if start and chunk[start].kind == "size" and chunk[start - 1].kind == "feeling":
                made = None  # "so cold" is one thing
            full = _part_of(chunk[:start], made)
            if made is not None and made.thing is None and made.feeling is None:
                its = made.zone or made.ref == "it" or _is_off_too(chunk, start, made)
                whose = only if its else None
                felt = [c.name for c in chunk[:start] if c.kind == "feeling"]
                usual = usual_thing(made)
                early = all(c.kind != "thing" for c in chunk[:end])  # "23 for the kids, the window up"
                if usual and (early or isinstance(calls(replace(made, thing=whose), car), Problem)):
                    whose = usual  # "the light off, the whole car to 21 degrees"
                full = replace(made, thing=whose or felt_thing(made, felt))
            sound = full is not None and not isinstance(calls(full, car), Problem)
            sound = sound or (
                made is not None and (made.kept or (made.negated and bool(made.thing or made.zone)))
            )
            sound = sound or (made is not None and made.thing in FOREIGN)
            sound = sound or (made is not None and bool(made.thing) and (made.act or "").startswith("too_"))
            known[start, end] = made if sound else None
        return known[start, end]

    for count in range(2, min(REQUESTS_MAX, size) + 1):
        found: list[tuple[list[Slots], bool, bool, bool, bool]] = []
        for edges in _divisions(size, count, part):
            cuts, parts = edges[1:-1], [part(a, b) for a, b in pairwise(edges)]
            if _apart(chunk, cuts, parts):
                made = [p for p in parts if p is not None]
                clean = all(_beside_comma(chunk, cut) for cut in cuts)
                whole = not any(_is_amount(chunk, cut) for cut in cuts)
                begun = _begins_with_order(chunk, cuts)
                if (one := (made, clean, begun, _alike(chunk, edges), whole)) not in found:
                    found.append(one)
        best = [one for one in found if one[1]] or found  # a comma is a better place to cut than none
        for wanted in (2, 3, 4):  # an amount belongs to what stands before it
            best = [one for one in best if one[wanted]] or best
        if best:
            first = best[0][0]
            return first if all(_is_same(one[0], first, car) for one in best) else None
    return None


def _part_of(before: Sequence[Concept], made: Slots | None) -> Slots | None:
    """ "My seat: massage three, ventilation two": that of what was named before."""
    parts = things().get((made.thing if made is not None else None) or "", {}).get("part_of", {})
    whole = next((c.name for c in reversed(before) if c.kind == "thing"), None)
    return replace(made, thing=parts[whole]) if made is not None and whole in parts else made


def _begins_with_order(chunk: Sequence[Concept], cuts: Sequence[int]) -> bool:
    """Whether a request begins wherever 把 stands after a verb: 空调关掉把副驾的座椅加热打开."""
    acts = next((n for n, c in enumerate(chunk) if c.kind == "act"), len(chunk))
    return all(n in cuts for n, c in enumerate(chunk) if c[:2] == ("mark", "order") and n > acts)


def _forbids(chunk: Sequence[Concept], start: int, end: int) -> bool:
    """Whether a "don't" begins it, or stands behind the thing in a clause of its own: 窗户别开，天窗打开."""
    at = next((n for n in range(start, end) if chunk[n].kind == "not"), start)
    named = all(c.kind in ("thing", "zone") for c in chunk[start:at])
    begins = start == 0 or chunk[start - 1][:2] == _COMMA
    ends = end == len(chunk) or _COMMA in (chunk[end - 1][:2], chunk[end][:2])
    return chunk[start].kind in ("not", "mark") or (named and begins and ends)


def _is_left_over(chunk: Sequence[Concept], start: int) -> bool:
    """Whether a verb stands alone between a cut and a comma: it is the end of what was said before it."""
    after = chunk[start + 1][:2] if start + 1 < len(chunk) else None
    return start > 0 and chunk[start].kind == "act" and after == _COMMA and chunk[start - 1][:2] != _COMMA


def _is_amount(chunk: Sequence[Concept], cut: int) -> bool:
    """Whether an amount stands behind a cut: a number, or "a bit" after what is done a bit."""
    kind = chunk[cut].kind
    return kind == "num" or (kind == "size" and chunk[cut - 1].kind == "act")


def _is_same(one: Sequence[Slots], other: Sequence[Slots], car: Car) -> bool:
    """Whether two ways to cut mean the same, wherever a "turn on" between two things belongs."""
    if list(one) == list(other):
        return True
    meant = [[calls(part, car) for part in parts] for parts in (one, other)]
    return meant[0] == meant[1] and not any(isinstance(call, Problem) for call in meant[0])


def _alike(chunk: Sequence[Concept], edges: Sequence[int]) -> bool:
    """Whether all parts are made alike: "massage off | light off", not "massage | off light off"."""
    kinds = [[c.kind for c in chunk[a:b] if c.name != "comma"] for a, b in pairwise(edges)]
    return all(kind == kinds[0] for kind in kinds)


def _divisions(
    size: int, count: int, part: Callable[[int, int], Slots | None], start: int = 0
) -> Iterator[tuple[int, ...]]:
    """Every way to cut a run into so many parts that make sense, as the edges of the parts."""
    if count == 1:
        if part(start, size):
            yield start, size
        return
    for end in range(start + 1, size - count + 2):
        if part(start, end):
            yield from ((start, *rest) for rest in _divisions(size, count - 1, part, end))


def _is_off_too(chunk: Sequence[Concept], start: int, made: Slots) -> bool:
    """ "We don't need the heating, turn it off", "the fan is too loud, down": what is wanted of it then."""
    if any(c.kind == "act" and c.name.startswith("too_") for c in chunk[:start]):
        return made.has_value
    if any(c.kind == "mark" and c.name in ("alone", "now") for c in chunk[:start]):
        return made.has_value
    alone = Slots(act=made.act, set=made.set, ref=made.ref, marks=made.marks)
    return made == alone and made.act in ("off", "close") and any(c.kind == "not" for c in chunk[:start])


def _apart(chunk: Sequence[Concept], cuts: Sequence[int], parts: Sequence[Slots | None]) -> bool:
    """After something forbidden there must be a comma: nobody knows how far a "don't" reaches without.

    Anything else that follows with no comma names its thing, begins with a verb, or is a place and a number.
    """
    for cut, part, after in zip(cuts, parts, parts[1:], strict=False):
        if _beside_comma(chunk, cut):
            continue
        if chunk[cut - 1].kind == "zone" and cut > 1 and chunk[cut - 2][:2] == _COMMA:
            return False  # a place after a comma belongs to what follows
        if part is None or after is None or part.negated or part.kept:
            return False
        if FOREIGN & {part.thing, after.thing}:
            return False  # "some cool music" is all theirs
        begun = next(c for c in chunk[cut:] if c.kind != "mark")
        joined = things().get(after.thing or "", {}).get("joined")
        if joined and (begun.kind == "thing" or not part.has_value):
            return False  # "the ambient light on auto" has nothing to do with the climate
        named = after.thing or after.feeling or chunk[cut].kind == "act"
        elsewhere = after.zone and chunk[cut].kind == "zone" and {part.act, after.act} <= SWITCHED
        if not named and not (after.zone and after.number is not None) and not elsewhere:
            return False  # "open the window a bit warmer": a second request begins as one
    return True


def _beside_comma(chunk: Sequence[Concept], cut: int) -> bool:
    return any(c[:2] == _COMMA for c in (chunk[cut - 1], chunk[cut]))
