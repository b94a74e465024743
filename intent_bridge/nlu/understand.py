"""From a sentence to calls, without a model: `understand`, pure; it abstains rather than guesses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.intents.zones import DriverSide, Zone
from intent_bridge.nlu.asides import AT, PLACE, SOMETHING
from intent_bridge.nlu.filling import filled
from intent_bridge.nlu.lexicon import CHARACTERS_MAX, WORDS_MAX, Concept, Lexicon, Reading, is_quoted, lexicon
from intent_bridge.nlu.neighbours import at_place, is_alternative, is_unfinished
from intent_bridge.nlu.now import told_now
from intent_bridge.nlu.others import apart, spared, spread, with_others
from intent_bridge.nlu.pauses import heard, is_request
from intent_bridge.nlu.reading import GLUED, Sentence, said, sentences
from intent_bridge.nlu.reasons import alone
from intent_bridge.nlu.repairs import corrected, settled
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.standing import at_seat, wished_so
from intent_bridge.nlu.things import (
    Car,
    Problem,
    reasoned,
    shared,
    things,
)
from intent_bridge.nlu.wishes import calls
from intent_bridge.types import ToolCall

_ORDER: Final = Concept("mark", "order")
_TAG: Final = Concept("polite", "tag")
_WINDOW: Final = "win"
"""The class of words that say which window."""
_PRAISE: Final = Concept("polite", "praise")
_FIT: Final = Concept("polite", "fit")
_MORE_OR_LESS: Final = frozenset({"up", "down", "more", "less"})
"""What may be done to the seat, or to its heating: "my seat is squashing the dog, turn it down"."""
_STOPS: Final = (Slots(do="stop"), Slots(do="freeze"))
_UNHEARD: Final = frozenset({"not_understood", "incomplete", "not_offered"})
"""After these a sentence is heard once more, with pauses that nobody wrote."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was understood before, for "no, the other one": hand it in again, do not look inside."""

    slots: Slots
    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """The calls a sentence means, in order; carry out all of them or none before asking.

    `rest`: a part of it was meant for somebody else (music, navigation). `instead`: it corrects the turn
    before, which the host may undo first. `undo`: the person wants the last thing undone.
    """

    calls: tuple[ToolCall, ...]
    turn: Turn | None = None
    rest: bool = False
    instead: bool = False
    undo: bool = False
    requests: int = 1
    """How many it was cut into: of two ways to cut a sentence, the one with fewer is meant."""


@dataclass(frozen=True, slots=True)
class Abstained:
    """Nothing is done, and why: a code for the text `no_action-CODE`; `about` names the thing, if one was."""

    reason: str
    about: str = ""


Result: TypeAlias = Understood | Abstained


def understand(
    text: str,
    language: str,
    catalogue: Catalogue,
    *,
    driver_side: DriverSide = "left",
    speaker: Zone = "driver",
    before: Turn | None = None,
) -> Result:
    """What a sentence asks of the car; abstains from everything that is not wholly understood.

    `speaker` is the place that is meant where none is named; `before` the turn that "the other one" is about.
    """
    words = lexicon(language)
    tokens = words.tokens(text[:CHARACTERS_MAX])
    if not tokens or len(text) > CHARACTERS_MAX or len(tokens) > WORDS_MAX:
        return Abstained("not_understood")
    if said(words, tokens, "idiom") or words.of_class("addressed", tokens, 0):
        return Abstained("not_understood")
    if words.of_class("never_last", tokens, len(tokens) - 1):
        return Abstained("incomplete")  # "and the seat heating on the"
    if is_quoted(text):
        return Abstained("quoted")
    car = Car(catalogue, driver_side)
    asks = "?" in tokens
    ways = heard(words, text)
    plain = next(ways)
    found = first = _understood(words, plain, car, speaker, before) if plain else None
    for way in ways:
        if not (found is None or (isinstance(found, Abstained) and found.reason in _UNHEARD)):
            break
        found = _understood(words, way, car, speaker, before)
    if isinstance(found, Understood):
        if asks and not is_request(words, [token for token in tokens if token != "?"]):
            return Abstained("question")
        return found
    return _reasoned(words, plain, car, speaker, asks=asks) or _why(words, plain, asks, first)


def _reasoned(words: Lexicon, tokens: list[str], car: Car, speaker: Zone, *, asks: bool) -> Result | None:
    """The request of a sentence that gives reasons beside it, if it is whole without them."""
    for request in alone(words, tokens):
        found = _understood(words, request.words, car, speaker, None, request.topics)
        if not isinstance(found, Understood) or found.turn is None or (found.undo or found.rest):
            continue
        if not (request.told or found.turn.slots.thing or found.turn.slots.do):
            continue  # a feeling, or a number alone, may be told
        return Abstained("question") if asks and not is_request(words, request.words) else found
    return None


def _understood(
    words: Lexicon,
    tokens: list[str],
    car: Car,
    speaker: Zone,
    before: Turn | None,
    topics: Reading = (),
) -> Result | None:
    """The one meaning of the shortest readings that have any; `topics`: what a reason beside it is about."""
    problem: Abstained | None = None
    meanings: list[Understood] = []
    cost = 0
    for read in sentences(words, tokens):
        sentence = replace(read, concepts=(*topics, *read.concepts))
        if (meanings or _is_final(problem)) and sentence.cost > cost:
            break
        found = _sentence(sentence, car, speaker, before)
        if isinstance(found, Understood):
            if not any(_covers(known, found) for known in meanings):
                meanings = [known for known in meanings if not _covers(found, known)] + [found]
            cost = sentence.cost
        elif problem is None or problem.reason in ("not_understood", "incomplete"):
            problem, cost = found, sentence.cost if not meanings else cost
    if meanings and problem == Abstained("negated"):
        return problem  # "don't" in one reading is one too many
    if len(meanings) > 1:
        return Abstained("ambiguous")
    return meanings[0] if meanings else problem


def _is_final(problem: Abstained | None) -> bool:
    """Whether the sentence was read as one that forbids, or is about a thing that no car has from us."""
    if problem is None:
        return False
    absent = problem.reason == "not_offered" and problem.about not in ("", *things())
    return absent or problem.reason == "negated"


def _covers(one: Understood, other: Understood) -> bool:
    """Whether `one` is `other`, or the same with more of the words used ("a bit", "all", "on")."""
    if one.requests != other.requests:
        return one.requests < other.requests
    return one.undo == other.undo and all(
        any(c.name == wanted.name and c.arguments.items() >= wanted.arguments.items() for c in one.calls)
        for wanted in other.calls
    )


def _sentence(sentence: Sentence, car: Car, speaker: Zone, before: Turn | None) -> Result:
    rest = any(c.kind == "rest" for c in sentence.concepts)
    if is_unfinished(sentence.concepts) or is_alternative(sentence.concepts):
        return Abstained("incomplete")  # somebody was going to say more, or leaves a choice
    topics = [c for c in sentence.concepts if c.kind == "topic" and not c.name.startswith(AT)]
    said_all = [c for c in sentence.concepts if c.kind not in ("rest", "topic")]
    if _asks_nothing(said_all, glued=GLUED in sentence.concepts):
        return Abstained("not_understood")
    concepts = [c for c in said_all if c.kind != "polite"]
    asks = _asks(said_all) or _is_name(sentence)
    placed = with_others(told_now(concepts), speaker, car.driver_side)
    found = corrected(placed, car) if placed is not None else None
    if found is None:
        return Abstained("incomplete" if placed is None else "not_understood")  # "the others": than which?
    requests, wrong = found
    if wrong and before is None and requests != [Slots(do="undo")]:
        return Abstained("incomplete")
    if not requests:
        return Abstained("other_domain" if rest else "not_understood")
    if len(requests) == 1 and requests[0] == Slots(do="undo"):
        return Understood((), undo=True)
    about = _about(topics, before)
    if topics and any(_is_vague(request, about) for request in requests):
        return Abstained("incomplete")
    requests = _one_stop(requests)
    if len(requests) > 1 and any(one in requests for one in _STOPS):
        return Abstained("not_understood")  # "停好了, …" tells that the car has stopped
    wished = wished_so(requests)
    if wished is None:
        return Abstained("incomplete")  # 座椅加热开着，氛围灯灭掉: is it on, or shall it be, and how much?
    requests = at_place(at_seat(wished), [c.name for c in sentence.concepts if c.kind == "topic"])
    whole = filled(shared(requests), about.slots if about is not None else None, speaker, car, asks=asks)
    whole = spared(whole, speaker, car.driver_side) if whole is not None else None
    if whole is None:
        return Abstained("incomplete")
    if PLACE in topics and any(_lacks_place(request) for request in whole):
        return Abstained("incomplete")  # "grandma sits in the back, turn on the seat heating": whose?
    if topics and any(_lacks_window(request) for request in whole):
        return Abstained("incomplete")  # "I can't see out of the back, defrost it"
    made: list[ToolCall] = []
    last: Slots | None = None
    feelings = all(request.feeling is not None for request in whole)
    for request in reasoned(whole):
        if request.negated or request.kept or (request.feeling is not None and not feelings):
            continue  # "don't open the window, …": the rest counts; "I'm cold, …": the reason for the rest
        meant = calls(apart(request, whole, speaker), car)
        if isinstance(meant, Problem):
            if meant.code != "other_domain":
                return Abstained(meant.code, meant.about)
            rest = True
            continue
        if PLACE in topics and request.zone is None and any(car.is_placed(call) for call in meant):
            return Abstained("incomplete")  # "grandma sits in the back, give those seats heat"
        made += meant
        last = request
    if last is None:
        reason = "negated" if any(request.negated for request in whole) else "not_understood"
        return Abstained("other_domain" if rest else reason)
    if _contradict(whole):
        return Abstained("ambiguous")  # "open the window and don't open the window"
    joined = settled(spread(made))
    if joined is None:
        return Abstained("ambiguous")  # "22 degrees, 23 degrees": which?
    made = [replace(call, own=False) for call in joined]  # a vehicle's own words are for models
    checked = _checked(made, car.catalogue)
    if checked is not None:
        return checked
    turn = Turn(replace(last, negated=False), tuple(made))
    return Understood(tuple(made), turn, rest, wrong and before is not None, requests=len(requests))


def _asks_nothing(said: Sequence[Concept], *, glued: bool) -> bool:
    """ "Isn't it cold" asks, "22 is right" tells, "at 22 tell me" (`glued`) is a time."""
    acts = {c.name for c in said if c.kind == "act"}
    return (
        _TAG in said[:-1]
        or (_FIT in said and (not acts or _fits_nothing(said)))
        or (glued and (_ORDER in said or not acts - {"set"}))
    )


def _asks(concepts: Sequence[Concept]) -> bool:
    """Whether something is asked for, politely; "23 would be lovely" asks, "that would be lovely" may not."""
    silent = (_TAG, _FIT) if any(c.kind == "num" for c in concepts) else (_TAG, _PRAISE, _FIT)
    return any(c.kind == "polite" and c not in silent for c in concepts)


def _one_stop(requests: list[Slots]) -> list[Slots]:
    """ "Stop! Stop the seat!" is one stop, the one that says more."""
    if any(request.do != "stop" for request in requests):
        return requests
    return [max(requests, key=lambda request: request.thing is not None)]


def _fits_nothing(concepts: Sequence[Concept]) -> bool:
    """Whether no value is said to be right: "22 is fine" asks for it, "the fan is fine" for nothing."""
    before: list[Concept] = []
    for concept in concepts[: concepts.index(_FIT)]:
        before = (
            []
            if concept.kind == "mark" and concept.name in ("comma", "and", "but", "then")
            else [*before, concept]
        )
    return bool(before) and all(c.kind in ("thing", "zone", "polite") for c in before)


def _is_name(sentence: Sentence) -> bool:
    """Whether nothing but a thing is named, of a kind that this switches on: "I'm cold, seat heating"."""
    kinds = [c.kind for c in sentence.concepts if c[:2] != ("mark", "comma")]
    named = [c.name for c in sentence.concepts if c.kind == "thing"]
    alone = sentence.cost <= len(sentence.concepts) and {*kinds} <= {"thing", "zone", "feeling", "size"}
    return alone and len(named) == 1 and things().get(named[0], {}).get("alone_is_on", False)


def _about(topics: Sequence[Concept], before: Turn | None) -> Turn | None:
    """What "it" is: what an aside was about ("the alert is too early, …"), else the turn before."""
    named = [topic for topic in topics if topic != PLACE]
    if not named:
        return before
    return Turn(Slots(thing=named[0].name), ()) if named != [SOMETHING] and len(named) == 1 else None


def _is_vague(request: Slots, about: Turn | None) -> bool:
    """Whether nobody knows of what a request is after what was told before it."""
    if about is None:  # "the back window is fogged, switch its heating on"
        return bool(things().get(request.thing or "", {}).get("part_of"))
    part = "tool" not in things().get(about.slots.thing or "", {})
    return part and request.thing is None and request.act in _MORE_OR_LESS


def _lacks_place(request: Slots) -> bool:
    zoned = things().get(request.thing or "", {}).get("zone", False) or request.feeling is not None
    return zoned and request.zone is None


def _lacks_window(request: Slots) -> bool:
    return _WINDOW in things().get(request.thing or "", {}).get("words", {}) and not request.words


def _contradict(requests: Sequence[Slots]) -> bool:
    """Whether one thing is both wanted and forbidden, or somebody both too hot and too cold."""
    wanted = [(r.thing, r.act, r.zone) for r in requests if not r.negated]
    felt = {(r.feeling, r.zone) for r in requests}
    both = any(("hot", zone) in felt and ("cold", zone) in felt for _, zone in felt)
    return both or any(r.negated and r.act and (r.thing, r.act, r.zone) in wanted for r in requests)


def _checked(made: Sequence[ToolCall], catalogue: Catalogue) -> Abstained | None:
    """What the catalogue says to the calls; a known thing that this car lacks is a call, answered as such."""
    for call in made:
        try:
            found = catalogue.parse(call)
        except ToolCallError as error:
            unknown = error.code in ("unknown_tool", "extra_argument")
            return Abstained("not_offered" if unknown else "out_of_range")
        if isinstance(found, NotEquipped):
            continue
    return None


def _why(words: Lexicon, tokens: list[str], asks: bool, found: Result | None) -> Abstained:
    """The reason that helps most: what the sentence was, where that is plain, else what is missing."""
    signs = said(words, tokens, "sign") if tokens else set()
    for sign in ("reported", "negated", "hypothetical", "question"):
        if sign in signs or (sign == "question" and asks):
            return Abstained(sign)
    if isinstance(found, Abstained) and found.reason != "not_understood":
        return found
    if _foreign(words, tokens):
        return Abstained("other_domain")
    if "feature" in signs and not said(words, tokens, "thing") & things().keys():
        return Abstained("not_offered")  # "turn on the … assist": switched, and of a kind that we lack
    return found if isinstance(found, Abstained) else Abstained("not_understood")


def _foreign(words: Lexicon, tokens: list[str]) -> bool:
    return bool(said(words, tokens, "foreign") or said(words, tokens, "thing") & {"media", "navigation"})
