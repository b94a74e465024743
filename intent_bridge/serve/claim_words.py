"""What may be said and what may not in one language: the lists of `data/claims/<language>.yaml`, compiled.

A sentence is on a risk by its words alone: the lists of risks are wide, since what they miss passes. What is
plainly safe is cut out of it, refusals first; what is left may neither belittle nor allow anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from intent_bridge.nlu.hearing import numbers_in
from intent_bridge.serve.claim_score import features, read_weights, score
from intent_bridge.serve.settings import DATA, Strict, load_data

WEIGHTS: Final = DATA / "claims" / "weights"
NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


class TopicWords(Strict):
    """One setting or measurement: the words for it, and the paths that tell of it (none: not ours to do)."""

    words: str
    paths: tuple[str, ...] = ()


class ClaimWords(Strict):
    """The word lists of one language; texts are regular expressions, `<name>` in one stands for `words`."""

    ends: str
    """Where one sentence, or half of one that stands against the other, ends."""
    clauses: str
    """Where a part of a sentence ends that has numbers of its own."""
    word: str
    """Around a list of words: what keeps them whole."""
    words: Mapping[str, str]
    risks: Mapping[str, str]
    """Matters of the driver's, by topic: a sentence with one of these words has to be plainly safe.

    Unless it is about a thing of every day as well and tells nobody anything.
    """
    touchy: str
    """Risks only where somebody is told something (`push`), and not about things of every day."""
    push: str
    everyday: str
    quoted: str
    """A title is no advice, where it is about things of every day."""
    refuses: tuple[str, ...]
    """Refusals and prohibitions, to the end of their clause."""
    tells_no: str
    bare_no: str
    """A whole sentence that answers no."""
    says_yes: str
    cares: tuple[str, ...]
    """Cautions, the purpose of a device, the way, the weather to come, what once was."""
    belittles: tuple[str, ...]
    """What puts a worry away or scorns a rule: never said of a risk."""
    agrees: str
    """What opens a sentence politely and allows nothing unless leave was asked."""
    urges: tuple[str, ...]
    """What tells somebody that they may, or to do it: a risk, but for things of every day."""
    allows: tuple[str, ...]
    """What else speaks for it ("enough", "quicker"): with what urges never left beside a caution."""
    question: str
    offer: str
    """Asks whether we shall do something: then that has to be ours to do."""
    asks_back: str
    rhetorical: str
    """Has the form of a question and is none."""
    general: tuple[str, ...]
    """What says no present value: conditions, abilities, ranges."""
    asks_leave: str
    """What a person asks or says when the answer may be a permission."""
    asks_fact: str
    """What asks only how long, how far, who: no answer permits anything."""
    need: str
    """Asked like this, a no is a permission."""
    done: tuple[str, ...]
    under_way: tuple[str, ...]
    on: str
    off: str
    highest: str
    lowest: str
    failed: str
    """What says that something asked for was not done."""
    every: str
    zones: Mapping[str, str]
    numerals: Mapping[str, int | str] = {}
    speed_number: str
    spans: str
    """Times and counts: their numbers are no values of settings."""
    topics: Mapping[str, TopicWords]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text, in lower case, and whether it asks."""

    text: str
    question: bool

    @property
    def whole(self) -> str:
        """With its end."""
        return self.text + ("?" if self.question else ".")


class Language:
    """The lists of one language, compiled."""

    def __init__(self, name: str, lists: ClaimWords, weights: Mapping[str, float]) -> None:
        self.weights = weights
        words = {f"<{name}>": f"(?:{_joined(text)})" for name, text in lists.words.items()}

        def any_of(*patterns: str) -> re.Pattern[str]:
            text = "|".join(f"(?:{p})" for p in patterns)
            for name, among in words.items():
                text = text.replace(name, among)
            return re.compile(text, re.IGNORECASE)

        def any_word(*texts: str) -> re.Pattern[str]:
            return re.compile(lists.word.format("|".join(map(_joined, texts))), re.IGNORECASE)

        self._risks = {topic: any_word(words) for topic, words in lists.risks.items()}
        self.risks, self.touchy = any_word(*lists.risks.values()), any_word(lists.touchy)
        self.push, self.everyday = any_word(lists.push), any_word(lists.everyday)
        self.refuses, self.cares = any_of(*lists.refuses), any_of(*lists.cares)
        self.belittles, self.urges = any_of(*lists.belittles), any_of(*lists.urges)
        self.allows = any_of(*lists.urges, *lists.allows)
        self.agrees = any_of(lists.agrees)
        self.says_yes = any_of(lists.says_yes)
        self.tells_no, self.bare_no = any_of(lists.tells_no), any_of(lists.bare_no)
        self.quoted = re.compile(lists.quoted)
        self.offer, self.asks_back = any_of(lists.offer), any_of(lists.asks_back)
        self.rhetorical = any_of(lists.rhetorical)
        self.asks_leave, self.asks_fact = any_of(lists.asks_leave), any_of(lists.asks_fact)
        self.need = any_of(lists.need)
        self.general, self.question = any_of(*lists.general), any_of(lists.question)
        self.done, self.under_way = any_of(*lists.done), any_of(*lists.under_way)
        self.on, self.off, self.every = any_of(lists.on), any_of(lists.off), any_of(lists.every)
        self.highest, self.lowest = any_of(lists.highest), any_of(lists.lowest)
        self.failed = any_of(lists.failed)
        self.speed_number, self.spans = any_of(lists.speed_number), any_of(lists.spans)
        self.zones = {zone: any_of(p) for zone, p in lists.zones.items()}
        self.topics = {name: (any_of(t.words), t.paths) for name, t in lists.topics.items()}
        self.numerals, self._name = lists.numerals, name
        self.numbers("1")  # reads the lexicon now, not with the first answer
        self._ends, self._clauses = re.compile(lists.ends), re.compile(lists.clauses)

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of a text in lower case, straight quotes, numbers as digits."""
        text = text.lower().replace("’", "'").replace("，", ",")
        text = _exchanged(text, self.numerals)
        parts = self._ends.split(text)
        found = []
        for part, end in zip(parts[::2], [*parts[1::2], ""], strict=False):
            if part.strip():
                question = "?" in end or "？" in end or bool(self.question.search(part))
                found.append(Sentence(part.strip(), question))
        return found

    def clauses(self, sentence: Sentence) -> list[Sentence]:
        """The parts of a sentence between commas and the like."""
        return [Sentence(part.strip(), sentence.question) for part in self._clauses.split(sentence.text)]

    def numbers(self, text: str) -> list[Decimal]:
        """The numbers of a sentence, also those in words, but of times and counts."""
        text = self.spans.sub(" ", text)
        spelled = numbers_in(text, self._name)
        wholes = {int(n) for n in spelled if n != int(n)}  # "22 point five" is not 22
        return [*{*map(Decimal, NUMBER.findall(text))} - wholes - {*spelled}, *spelled]

    def risk_topics(self, text: str) -> list[str]:
        """The topics of risk that a text has words of."""
        return [topic for topic, words in self._risks.items() if words.search(text)]

    def weighed(self, text: str) -> set[str]:
        """What is weighed of a text, without a polite opening; see `claim_score`."""
        bare = self.agrees.sub("", text.lower())
        return features(bare, self.risk_topics(bare)) if bare.strip(" .!,。！") else set()

    def sounds(self, text: str) -> float:
        """How much a text sounds like harmful advice; 0 where it says nothing but "sure"."""
        found = self.weighed(text)
        return score(self.weights, found) if found else 0.0

    def is_risk(self, text: str, *, asked: bool = False) -> bool:
        """Whether a sentence, of an answer or of the person, is about a matter of the driver's."""
        everyday, bare = self.everyday.search(text), self.agrees.sub("", text)
        speaks = any(p.search(bare) for p in (self.push, self.allows, self.belittles))
        if self.risks.search(self.quoted.sub(" ", text) if everyday else text):
            return bool(asked or speaks or not everyday)
        if everyday:
            return False
        if (self.touchy.search(text) and (asked or speaks)) or self.belittles.search(bare):
            return True
        ours = any(paths and words.search(text) for words, paths in self.topics.values())
        return not (asked or ours) and self._urges(text)

    def _urges(self, text: str) -> bool:
        """Whether it tells somebody that they may, or to do it, whatever it is; "okay" alone does not."""
        return bool(self.urges.search(self.unsafe_part(self.agrees.sub("", text))))

    def asks_leave_of_risk(self, text: str) -> bool:
        """Whether a person's sentence is one whose answer may be a permission."""
        return bool(
            self.asks_leave.search(text)
            and not self.asks_fact.search(text)
            and self.is_risk(text, asked=True)
        )

    def tells(self, text: str) -> bool:
        """Whether it says that something was not done."""
        return bool(self.tells_no.search(text) or self.refuses.search(text))

    def without_refusals(self, text: str) -> str:
        """The text with every refusal cut out."""
        return self.refuses.sub(" ∅ ", text)

    def unsafe_part(self, text: str) -> str:
        """The text with everything cut out that refuses or cautions."""
        return " ".join(self.cares.sub(" ∅ ", self.without_refusals(text)).split())

    def is_safe(self, text: str) -> bool | None:
        """Whether it refuses or cautions; None where it allows, urges or belittles besides."""
        left = self.unsafe_part(text)
        if self.belittles.search(self.without_refusals(text)) or self.allows.search(left):
            return None
        return "∅" in left


def _exchanged(text: str, words: Mapping[str, int | str]) -> str:
    """The text with number words as digits, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"\b{word}\b" if word.isascii() else word, str(words[word]), text)
    return text


def _joined(text: str) -> str:
    """A list of words as one expression: `slow* | ease off`."""
    return re.sub(r"(?<=\w)(?<!\\w)\*", r"\\w*", re.sub(r"\s+\|\s+", "|", text.strip()))


@cache
def languages(folder: Path = DATA / "claims") -> dict[str, Language]:
    """The lists of every language, by its name."""
    return {
        name: Language(name, load_data(file, ClaimWords), read_weights(WEIGHTS / f"{name}.txt"))
        for file in sorted(folder.glob("*.yaml"))
        if (name := file.stem)
    }
