"""Whether a model's final text claims no more than is so: the last thing a person hears is checked too.

A sentence about a risk of the road passes only if it is plainly safe: a question, a refusal, a caution, the
purpose of a device, the way, or what an outcome or the state bears out. Whatever else it says of these is
replaced by our own sentence. Any sentence that claims something done, or a state, needs the outcome or the
state that says so. What is a risk and what is safe are lists per language (`data/claims/<language>.yaml`).
Beside them stands how a text sounds (`claim_score`): where that is plain, it overrules the lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final

from intent_bridge.profile import Profile, plain, to_vss
from intent_bridge.serve.claim_words import NUMBER, Language, Sentence, languages
from intent_bridge.types import ActionReport, Outcome, Status

_CONFIRMED: Final = (Status.DONE, Status.NO_EFFECT)
_UNDER_WAY: Final = (Status.DONE, Status.NO_EFFECT, Status.SENT, Status.DEFERRED)
_FAILED: Final = (
    Status.DENIED,
    Status.NOT_EQUIPPED,
    Status.INVALID,
    Status.REFUSED_BY_ECU,
    Status.NOT_DELIVERED,
    Status.TIMEOUT,
    Status.ERROR,
    Status.STOPPED,
)
_GENERIC_CHARS: Final = 24
"""A claim without a setting ("Done.") is short; a longer one speaks of something we do not know."""
CALM: Final = -1.7
"""A sentence that sounds no more like harmful advice than this is none, whatever the lists say."""
CALM_ANSWER: Final = -2.5
"""The same where leave of a risk was asked: a short answer says little of itself."""
GRAVE: Final = 1.0
"""One that sounds so much like it is."""
CLOSE: Final = Decimal("0.5")
"""People round; a measured value may be said this far off, in its own unit."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a text may rest on: the person's words, the outcomes of the request, the state (VSS units)."""

    language: str
    words: str
    outcomes: tuple[Outcome, ...]
    state: Mapping[str, object]


class Claims:
    """The check of one vehicle's texts, in every language there is a list for."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._languages = languages()

    def problem(self, text: str, evidence: Evidence) -> str:
        """What is wrong with a text, in a word; empty where it may be said."""
        if evidence.language not in self._languages:
            return "language"
        return _Check(self._profile, self._languages[evidence.language], evidence).problem(text)


class _Check:
    def __init__(self, profile: Profile, lists: Language, evidence: Evidence) -> None:
        self._profile, self._lists, self._evidence = profile, lists, evidence
        done = [o for o in evidence.outcomes if o.status in _CONFIRMED]
        self._confirmed = [a for o in done for a in o.actions if a.confirmed is not None]
        self._plans = [a for o in evidence.outcomes if o.status in _UNDER_WAY for a in o.actions]
        self._failed = [o for o in evidence.outcomes if o.status in _FAILED]
        self._unfinished = [o for o in evidence.outcomes if o.status not in (*_CONFIRMED, Status.NO_ACTION)]
        self._known = dict(evidence.state)
        self._known |= {a.path: self._plain(a, a.confirmed) for a in self._confirmed}

    def problem(self, text: str) -> str:
        lists = self._lists
        asked = lists.sentences(self._evidence.words)
        about = any(lists.asks_leave_of_risk(s.text) for s in asked)
        needs = about and any(lists.need.search(s.text) for s in asked)
        told, carried = False, bool(self._failed)
        whole = lists.sounds(text)
        for sentence in lists.sentences(text):
            told = told or sentence.question or lists.tells(sentence.text)
            sounds = max(whole, lists.sounds(sentence.whole))
            found = self._untrue(sentence) or self._opinion(sentence, sounds, about, needs, carried)
            if found:
                return found
            if lists.is_risk(sentence.text):
                carried = carried or not sentence.question
                about = about or (sentence.question and not lists.asks_back.search(sentence.text))
        return "failure not told" if self._failed and not told else ""

    def _untrue(self, sentence: Sentence) -> str:
        """What a sentence claims that is not so, as a whole and in its clauses.

        "Seat at 2, it's 12 degrees outside": each clause has its own number.
        """
        parts = self._lists.clauses(sentence)
        if self._lists.general.search(sentence.text):
            return next(filter(None, map(self._completion, parts)), "")
        return next(filter(None, map(self._refuted, parts)), "") if self._refuted(sentence) else ""

    def _refuted(self, sentence: Sentence) -> str:
        return self._completion(sentence) or self._statement(sentence)

    def _opinion(self, sentence: Sentence, sounds: float, about: bool, needs: bool, carried: bool) -> str:
        """Whether a sentence advises to a risk: by how it sounds where that is plain, else by the lists."""
        lists, text = self._lists, sentence.text
        asks = sentence.question and lists.rhetorical.search(text)
        short = about and len(text.encode()) <= _GENERIC_CHARS
        calm = sounds <= (CALM_ANSWER if about else CALM) and not asks and not short
        if not calm and self._advice(sentence, about, needs, carried):
            return "advice"
        borne_out = self._is_backed(text) and not lists.is_risk(text)
        return "advice" if sounds >= GRAVE and not borne_out else ""

    def _advice(self, sentence: Sentence, about: bool, needs: bool, carried: bool) -> str:
        """Whether a sentence is about a risk, or answers about one, and is not plainly safe."""
        lists, text = self._lists, sentence.text
        if not (about or lists.is_risk(text)):
            return "advice" if carried and lists.is_safe(text) is None else ""
        if sentence.question:
            return "" if self._is_harmless_question(text) else "advice"
        safe = lists.is_safe(text)
        if needs and lists.says_yes.search(text) and not lists.belittles.search(text):
            return ""
        if safe is None or (needs and lists.tells_no.search(text) and not lists.cares.search(text)):
            return "advice"
        answers = about and not needs and lists.bare_no.search(text)
        return "" if safe or answers or self._is_backed(text) else "advice"

    def _is_harmless_question(self, text: str) -> bool:
        """Whether it asks what was meant, cautions, or offers what is ours to set."""
        lists = self._lists
        if lists.rhetorical.search(text) or lists.belittles.search(text):
            return False
        safe, ours = lists.is_safe(text), any(self._topics(text)) and not self._foreign_speed(text)
        if not lists.offer.search(text) or lists.asks_back.search(text):
            return safe is not None or bool(lists.offer.search(text) and ours)
        return bool(safe) or ours

    def _is_backed(self, text: str) -> bool:
        """Whether it only says what is held against outcomes and state elsewhere."""
        about_ours = self._is_checked(text) and any(self._topics(text))
        return bool(about_ours) and not self._foreign_speed(text)

    def _is_checked(self, text: str) -> bool:
        """Whether it claims something that is held against outcomes or state."""
        lists = self._lists
        value = lists.on.search(text) or lists.off.search(text) or lists.numbers(text)
        return bool(value or lists.done.search(text) or lists.under_way.search(text))

    def _foreign_speed(self, text: str) -> bool:
        """Whether a speed is named that is neither the limit nor what the car does or was set to."""
        known = [v for p, v in self._known.items() if "Speed" in p and isinstance(v, int | float)]
        known += [v for a in self._plans if isinstance(v := self._plain(a, a.emitted), int | float)]
        said = [Decimal(n) for hit in self._lists.speed_number.findall(text) for n in NUMBER.findall(hit)]
        return any(all(abs(n - Decimal(str(v))) > CLOSE for v in known) for n in said)

    def _completion(self, sentence: Sentence) -> str:
        """Whether "done" is said of what was not confirmed, or "on the way" of what is not."""
        lists, text = self._lists, sentence.text
        bare = " ".join(lists.without_refusals(text).split())
        if self._confirmed and not self._unfinished and lists.failed.search(text):
            told_of = [a for paths in self._topics(text) for a in self._confirmed if _fits(a.path, paths)]
            return "denied though done" if told_of else ""
        if sentence.question or lists.general.search(text):
            return ""
        if lists.done.search(bare):
            actions, word = self._confirmed, "not confirmed"
        elif lists.under_way.search(bare):
            actions, word = self._plans, "not under way"
        else:
            return "" if self._fits_what_was_done(bare) else "not confirmed"
        topics = self._topics(text)
        if not topics:
            short = len(text) <= _GENERIC_CHARS or bool(lists.numbers(text))
            short = short and self._numbers_fit(text, actions) and not self._is_elsewhere(text, actions)
            whole = lists.done.search(bare) is None or not self._unfinished
            return "" if actions and whole and short else word
        for patterns in topics:
            meant = [a for a in actions if _fits(a.path, patterns)]
            if not meant or not self._values_fit(text, meant, patterns):
                return word
        return ""

    def _fits_what_was_done(self, text: str) -> bool:
        """Whether a sentence that claims no deed in so many words fits the outcomes: "three it is"."""
        lists = self._lists
        numbers = lists.numbers(text)
        if self._confirmed:
            if self._is_elsewhere(text, self._confirmed):
                return False
            return any(self._topics(text)) or self._numbers_fit(text, self._confirmed)
        value = numbers or lists.on.search(text) or lists.off.search(text)
        topics = [paths for paths in self._topics(text) if paths]
        ours = not topics or any(_fits(a.path, paths) for paths in topics for a in self._plans)
        return not (self._plans and value and ours)

    def _is_elsewhere(self, text: str, actions: list[ActionReport]) -> bool:
        """Whether a place is named where nothing was done, or all of them where one was."""
        lists, paths = self._lists, {action.path for action in actions}
        zones = {zone for zone, pattern in lists.zones.items() if pattern.search(text)}
        elsewhere = bool(zones) and not any(_zone(path).startswith(tuple(zones)) for path in paths)
        return elsewhere or (bool(lists.every.search(text)) and len(paths) == 1)

    def _values(self, meant: list[ActionReport]) -> list[object]:
        return [self._plain(a, a.emitted if a.confirmed is None else a.confirmed) for a in meant]

    def _numbers_fit(self, text: str, meant: list[ActionReport]) -> bool:
        pairs = zip(self._values(meant), meant, strict=True)
        held = [(value, action.path) for value, action in pairs]
        numbers = {n for value, path in held for n in self._counted(value, path)}
        return all(n in numbers for n in self._lists.numbers(text)) and self._ends_fit(text, held)

    def _ends_fit(self, text: str, held: Iterable[tuple[object, str]]) -> bool:
        """Whether "highest" and "lowest" are said of a value at that end of its range."""
        lists, ends = self._lists, []
        for value, path in held:
            quantity = self._profile.sensors[path].quantity
            if quantity.range and value is not None:
                ends.append([Decimal(str(value)) == end for end in quantity.range])
        wanted = [end for end, word in enumerate((lists.lowest, lists.highest)) if word.search(text)]
        return all(any(at[end] for at in ends) for end in wanted) or not ends

    def _values_fit(self, text: str, meant: list[ActionReport], patterns: tuple[str, ...]) -> bool:
        values = self._values(meant)
        if not self._numbers_fit(text, meant):
            return False
        if not _switch_fits(self._lists, text, values):
            return False
        zones = {zone for zone, pattern in self._lists.zones.items() if pattern.search(text)}
        if zones and not any(_zone(a.path).startswith(tuple(zones)) for a in meant):
            return False
        everywhere = [p for p in self._profile.actuators if _fits(p, patterns)]
        return not self._lists.every.search(text) or len({a.path for a in meant}) >= len(everywhere)

    def _statement(self, sentence: Sentence) -> str:
        """Whether a statement about the car's state contradicts it, or speaks of what nobody knows."""
        lists, text = self._lists, sentence.text
        ongoing = lists.under_way.search(text)  # held against the outcomes already
        if sentence.question or ongoing or lists.general.search(text):
            return ""
        text = lists.unsafe_part(text)  # "fog lights help in fog" says nothing of now
        numbers = lists.numbers(text)
        told: set[Decimal] = set()
        for patterns in filter(None, self._topics(text)):
            zones = {zone for zone, pattern in lists.zones.items() if pattern.search(text)}
            paths = [p for p in self._profile.sensors if _fits(p, patterns)]
            paths = [p for p in paths if not zones or _zone(p).startswith(tuple(zones))] or paths
            values = [self._known.get(p) for p in paths]
            known = [v for v in values if v is not None]
            if not numbers and not any(
                w.search(text) for w in (lists.on, lists.off, lists.lowest, lists.highest)
            ):
                continue
            if not known or (None in values and lists.every.search(text)):
                return "unknown"
            if not self._ends_fit(text, zip(values, paths, strict=True)):
                return "contradiction"
            close = {n for v, p in zip(values, paths, strict=True) for n in self._counted(v, p)}
            said = {n for n in numbers if any(abs(n - m) <= CLOSE for m in close)}
            if bool(said) != bool(numbers) or (not numbers and not _switch_fits(lists, text, known)):
                return "contradiction"
            told |= said
        return "contradiction" if told and told != {*numbers} else ""

    def _topics(self, text: str) -> list[tuple[str, ...]]:
        return [paths for pattern, paths in self._lists.topics.values() if pattern.search(text)]

    def _plain(self, action: ActionReport, value: object) -> object:
        if value is None or action.path not in self._profile.sensors:
            return None
        return plain(to_vss(self._profile.sensors[action.path].quantity, value))  # type: ignore[arg-type]

    def _counted(self, value: object, path: str) -> set[Decimal]:
        """The numbers by which a value may be named: in its unit, in steps, or at the end of its name."""
        if isinstance(value, bool) or value is None:
            return set()
        if isinstance(value, str):
            return {Decimal(n) for n in NUMBER.findall(value.replace("_", "."))}
        number = Decimal(str(value))
        quantity = self._profile.sensors[path].quantity
        in_steps = {number / quantity.step} if quantity.step and quantity.unit == "percent" else set()
        return {number} | in_steps


def _switch_fits(lists: Language, text: str, values: list[object]) -> bool:
    """On and open need something that is; off and closed need that nothing is."""
    on, off = bool(lists.on.search(text)), bool(lists.off.search(text))
    if on == off:
        return True
    active = [v not in (False, 0, "OFF") for v in values]
    return any(active) if on else not any(active)


def _fits(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _zone(path: str) -> str:
    row = "front" if "Row1" in path else "rear" if "Row2" in path else ""
    side = "driver" if "Driver" in path else "passenger" if "Passenger" in path else ""
    return f"{row}-{side}"
