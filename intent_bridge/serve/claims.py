"""Whether a model's final text claims no more than is so: the last thing a person hears is checked too.

Words are sorted by lists per language (`data/claims/<language>.yaml`); what they may say follows from the
outcomes of this request and the state. Where a text touches the driver's responsibility (speed, driver
assistance, attention) it passes only if it refuses, warns or reports what is known: everything else about
these is replaced. It errs on that side: a harmless sentence that is replaced by our own costs little.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final

from intent_bridge.profile import Profile, plain, to_vss
from intent_bridge.serve.settings import DATA, Strict, load_data
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
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_GENERIC_CHARS: Final = 24
"""A claim without a setting ("Done.") is short; a longer one speaks of something we do not know."""
CLOSE: Final = Decimal("0.5")
"""People round; a measured value may be said this far off, in its own unit."""


class TopicWords(Strict):
    """One setting or measurement: the words for it, and the paths that tell of it (none: not ours to do)."""

    words: str
    paths: tuple[str, ...] = ()


class HazardWords(Strict):
    """One matter of the driver's: all `words` are there. `strict`: only refusal, warning or fact passes.

    `of_answers`: it counts in what is answered only, not in what the person had asked.
    """

    words: tuple[str, ...]
    strict: bool
    of_answers: bool = False


class ClaimWords(Strict):
    """The word lists of one language; every text is a regular expression."""

    ends: str
    question: str
    offer: tuple[str, ...]
    condition: tuple[str, ...]
    done: tuple[str, ...]
    under_way: tuple[str, ...]
    forbid: tuple[str, ...]
    refuse: tuple[str, ...]
    firm: tuple[str, ...]
    """What is a refusal whatever it is about; a mere "not" is none."""
    permit_always: tuple[str, ...]
    permit: tuple[str, ...]
    need: str
    warn: tuple[str, ...]
    neutral: tuple[str, ...]
    assertion: str
    on: str
    off: str
    every: str
    zones: Mapping[str, str]
    numerals: Mapping[str, int | str] = {}
    speed_number: str
    topics: Mapping[str, TopicWords]
    hazards: Mapping[str, HazardWords]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a text may rest on: the person's words, the outcomes of the request, the state (VSS units)."""

    language: str
    words: str
    outcomes: tuple[Outcome, ...]
    state: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    question: bool


class _Language:
    """The lists of one language, compiled."""

    def __init__(self, words: ClaimWords) -> None:
        def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
            return re.compile("|".join(f"(?:{p})" for p in patterns) or r"(?!)", re.IGNORECASE)

        self.offer, self.condition = any_of(words.offer), any_of(words.condition)
        self.done, self.under_way = any_of(words.done), any_of(words.under_way)
        self.forbid, self.refuse = any_of(words.forbid), any_of([*words.forbid, *words.refuse])
        self.firm = any_of(words.firm)
        self.warn, self.neutral = any_of(words.warn), any_of(words.neutral)
        self.permit_always, self.permit = any_of(words.permit_always), any_of(words.permit)
        self.need = any_of([words.need])
        self.question, self.assertion = any_of([words.question]), any_of([words.assertion])
        self.on, self.off, self.every = any_of([words.on]), any_of([words.off]), any_of([words.every])
        self.speed_number = any_of([words.speed_number])
        self.zones = {zone: any_of([p]) for zone, p in words.zones.items()}
        self.topics = {name: (any_of([t.words]), t.paths) for name, t in words.topics.items()}
        self.hazards = [([any_of([p]) for p in h.words], h) for h in words.hazards.values()]
        self.numerals = sorted(words.numerals.items(), key=lambda entry: -len(entry[0]))
        self._ends = re.compile(words.ends)

    def sentences(self, text: str) -> list[_Sentence]:
        """The sentences of a text in lower case, straight quotes, numbers as digits."""
        text = text.lower().replace("’", "'").replace("，", ",")
        for word, number in self.numerals:
            text = re.sub(rf"\b{word}\b" if word.isascii() else re.escape(word), str(number), text)
        parts = self._ends.split(text)
        found = []
        for part, end in zip(parts[::2], [*parts[1::2], ""], strict=False):
            if part.strip():
                question = "?" in end or "？" in end or bool(self.question.search(part))
                found.append(_Sentence(part.strip(), question))
        return found

    def hazard(self, text: str, *, asked: bool = False) -> str:
        """`strict`, `soft` or nothing, of a sentence that is answered, or was asked."""
        among = [(patterns, about) for patterns, about in self.hazards if not (asked and about.of_answers)]
        hits = [about.strict for patterns, about in among if all(p.search(text) for p in patterns)]
        return "" if not hits else "strict" if any(hits) else "soft"


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


@cache
def languages(folder: Path = DATA / "claims") -> dict[str, _Language]:
    """The lists of every language, by its name."""
    return {file.stem: _Language(load_data(file, ClaimWords)) for file in sorted(folder.glob("*.yaml"))}


class _Check:
    def __init__(self, profile: Profile, lists: _Language, evidence: Evidence) -> None:
        self._profile, self._lists, self._evidence = profile, lists, evidence
        done = [o for o in evidence.outcomes if o.status in _CONFIRMED]
        self._confirmed = [a for o in done for a in o.actions if a.confirmed is not None]
        self._plans = [a for o in evidence.outcomes if o.status in _UNDER_WAY for a in o.actions]
        self._failed = [o for o in evidence.outcomes if o.status in _FAILED]
        self._unfinished = [o for o in evidence.outcomes if o.status not in (*_CONFIRMED, Status.NO_ACTION)]
        self._no_permits = False
        """The person asked whether something is needed: a no would allow it."""
        self._known = dict(evidence.state)
        self._known |= {a.path: self._plain(a, a.confirmed) for a in self._confirmed}

    def problem(self, text: str) -> str:
        lists = self._lists
        sentences = lists.sentences(text)
        asked = " ".join(s.text for s in lists.sentences(self._evidence.words))
        carried = lists.hazard(asked, asked=True) or ("soft" if self._failed else "")
        self._no_permits = bool(carried and lists.need.search(asked))
        refused = False
        for sentence in sentences:
            refused = refused or sentence.question or bool(lists.refuse.search(sentence.text))
            found = self._advice(sentence, carried) or self._completion(sentence) or self._statement(sentence)
            if found:
                return found
            carried = lists.hazard(sentence.text, asked=True) or carried
        if self._failed and not refused:
            return "failure not told"
        strict = lists.hazard(asked, asked=True) == "strict"
        return "hazard" if strict and not self._answers_safely(sentences) else ""

    def _answers_safely(self, sentences: list[_Sentence]) -> bool:
        """Whether an answer about the driver's own matter refuses, warns, reports or asks."""
        lists = self._lists
        for sentence in sentences:
            text = sentence.text
            reports = lists.neutral.search(text) or lists.assertion.search(text) or self._confirmed
            refuses = not self._no_permits and lists.refuse.search(text)
            if sentence.question or lists.warn.search(text) or reports or refuses:
                return True
        return False

    def _advice(self, sentence: _Sentence, carried: str) -> str:
        lists, text = self._lists, sentence.text
        own, known = lists.hazard(text), lists.hazard(text, asked=True)
        if not own and not carried:
            return ""
        offer = sentence.question and lists.offer.search(text)
        bare = " ".join(lists.refuse.sub(" ∅ ", text).split())
        if (
            (known or carried)
            and not offer
            and (lists.permit_always.search(lists.forbid.sub(" ", text)) or lists.permit.search(bare))
        ):
            return "advice"
        if self._no_permits and "∅" in bare and not lists.warn.search(text):
            return "advice"
        if own != "strict":
            return ""
        refused = lists.firm.search(text)
        if not refused and self._foreign_speed(text):
            return "speed"
        passes = refused or offer or lists.warn.search(text) or (known and lists.neutral.search(text))
        return "" if passes or (self._is_checked(text) and any(self._topics(text))) else "hazard"

    def _is_checked(self, text: str) -> bool:
        """Whether it claims something that is held against outcomes or state."""
        lists = self._lists
        value = lists.on.search(text) or lists.off.search(text) or _NUMBER.search(text)
        states = bool(value and lists.assertion.search(text))
        return states or bool(lists.done.search(text) or lists.under_way.search(text))

    def _foreign_speed(self, text: str) -> bool:
        """Whether a speed is named that is neither the limit nor what the car does or was set to."""
        known = [v for p, v in self._known.items() if "Speed" in p and isinstance(v, int | float)]
        known += [v for a in self._plans if isinstance(v := self._plain(a, a.emitted), int | float)]
        said = [Decimal(n) for hit in self._lists.speed_number.findall(text) for n in _NUMBER.findall(hit)]
        return any(all(abs(n - Decimal(str(v))) > CLOSE for v in known) for n in said)

    def _completion(self, sentence: _Sentence) -> str:
        """Whether "done" is said of what was not confirmed, or "on the way" of what is not."""
        lists, text = self._lists, sentence.text
        bare = " ".join(lists.refuse.sub(" ∅ ", text).split())
        if sentence.question or lists.condition.search(text):
            return ""
        if lists.done.search(bare):
            actions, word = self._confirmed, "not confirmed"
        elif lists.under_way.search(bare):
            actions, word = self._plans, "not under way"
        else:
            return ""
        topics = self._topics(text)
        if not topics:
            short = len(text) <= _GENERIC_CHARS and self._numbers_fit(text, actions)
            whole = lists.done.search(bare) is None or not self._unfinished
            return "" if actions and whole and short else word
        for patterns in topics:
            meant = [a for a in actions if _fits(a.path, patterns)]
            if not meant or not self._values_fit(text, meant, patterns):
                return word
        return ""

    def _values(self, meant: list[ActionReport]) -> list[object]:
        return [self._plain(a, a.emitted if a.confirmed is None else a.confirmed) for a in meant]

    def _numbers_fit(self, text: str, meant: list[ActionReport]) -> bool:
        pairs = zip(self._values(meant), meant, strict=True)
        numbers = {n for value, action in pairs for n in self._numbers(value, action)}
        return all(Decimal(n) in numbers for n in _NUMBER.findall(text))

    def _values_fit(self, text: str, meant: list[ActionReport], patterns: tuple[str, ...]) -> bool:
        values = self._values(meant)
        if not self._numbers_fit(text, meant):
            return False
        if not _switch_fits(self._lists, text, values):
            return False
        zones = {zone for zone, pattern in self._lists.zones.items() if pattern.search(text)}
        if zones and not any(_zone(a.path) in zones for a in meant):
            return False
        everywhere = [p for p in self._profile.actuators if _fits(p, patterns)]
        return not self._lists.every.search(text) or len({a.path for a in meant}) >= len(everywhere)

    def _statement(self, sentence: _Sentence) -> str:
        """Whether a statement about the car's state contradicts it, or speaks of what nobody knows."""
        lists, text = self._lists, sentence.text
        if sentence.question or lists.condition.search(text) or not lists.assertion.search(text):
            return ""
        if lists.refuse.search(text):
            return ""
        for patterns in self._topics(text):
            if not patterns:
                continue
            zones = {zone for zone, pattern in lists.zones.items() if pattern.search(text)}
            paths = [p for p in self._profile.sensors if _fits(p, patterns)]
            paths = [p for p in paths if not zones or _zone(p) in zones] or paths
            values = [self._known.get(p) for p in paths]
            known = [v for v in values if v is not None]
            numbers = [Decimal(n) for n in _NUMBER.findall(text)]
            if not numbers and not lists.on.search(text) and not lists.off.search(text):
                continue
            if not known or (None in values and lists.every.search(text)):
                return "unknown"
            close = {n for v, p in zip(values, paths, strict=True) for n in self._counted(v, p)}
            if any(all(abs(n - m) > CLOSE for m in close) for n in numbers):
                return "contradiction"
            if not numbers and not _switch_fits(lists, text, known):
                return "contradiction"
        return ""

    def _topics(self, text: str) -> list[tuple[str, ...]]:
        return [paths for pattern, paths in self._lists.topics.values() if pattern.search(text)]

    def _plain(self, action: ActionReport, value: object) -> object:
        if value is None or action.path not in self._profile.sensors:
            return None
        return plain(to_vss(self._profile.sensors[action.path].quantity, value))  # type: ignore[arg-type]

    def _numbers(self, value: object, action: ActionReport) -> set[Decimal]:
        return self._counted(value, action.path)

    def _counted(self, value: object, path: str) -> set[Decimal]:
        """The numbers by which a value may be named: in its unit, in steps, or at the end of its name."""
        if isinstance(value, bool) or value is None:
            return set()
        if isinstance(value, str):
            return {Decimal(n) for n in _NUMBER.findall(value.replace("_", "."))}
        number = Decimal(str(value))
        step = self._profile.sensors[path].quantity.step
        return {number} | ({number / step} if step else set())


def _switch_fits(lists: _Language, text: str, values: list[object]) -> bool:
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
