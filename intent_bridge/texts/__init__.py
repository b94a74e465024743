"""What an assistant may say: texts made from outcomes, one folder of Fluent files per language.

    languages/<language>/sentences.ftl   sentences about outcomes
    languages/<language>/words.ftl       names of settings, places, values and units
    languages/<language>/rules.ftl       the texts of the shipped rules (`reason-<reason_key>`)
    <vehicle>/texts/<language>.ftl       a vehicle's own names and rule texts; may replace the ones above

Adding a language is adding one folder. A text claims only what the outcome says was confirmed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile import Profile
from intent_bridge.texts.sentences import choice_texts, reason_text, sentence
from intent_bridge.texts.words import Words, kind_of, setting_id
from intent_bridge.types import Choice, Outcome, RuleHit, Value

if TYPE_CHECKING:
    from fluent.syntax.ast import Message

__all__ = ["Texts", "languages", "render", "texts_for"]

FOLDER = Path(__file__).parent / "languages"
_KEPT = 8
_texts: dict[tuple[Path, str], "Texts"] = {}


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, by their BCP 47 names."""
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


@cache
def _sentences(language: str) -> "Mapping[str, Message]":
    """What only a checked text may replace: sentences about outcomes, reasons and promises of plans."""
    from intent_bridge.texts.voice import sentences_of  # and with it fluent, slow to import

    return sentences_of(FOLDER / language / f"{name}.ftl" for name in ("sentences", "comfort"))


class Texts:
    """All languages for one vehicle. Keep it as long as the vehicle: making it reads and parses the files."""

    def __init__(self, profile: Profile) -> None:
        """ProfileError when the vehicle's own texts change what shared sentences say, not only how."""
        self._profile = profile
        problems = [problem for language in languages() for problem in self._untrue(language)]
        if problems:
            raise ProfileError(problems)
        self._words = {language: Words(language, self._files(language), profile.file.driver_side)
                       for language in languages()}  # fmt: skip

    def _files(self, language: str) -> list[Path]:
        own = self._own(language)
        return [*sorted((FOLDER / language).glob("*.ftl")), *([own] if own.is_file() else [])]

    def _own(self, language: str) -> Path:
        return self._profile.folder / "texts" / f"{language}.ftl"

    def _untrue(self, language: str) -> list[Problem]:
        from intent_bridge.texts.voice import sentences_of, untrue

        own, shared = self._own(language), _sentences(language)
        if not own.is_file() or shared.keys().isdisjoint(sentences_of([own])):
            return []
        side = self._profile.file.driver_side
        ours = Words(language, sorted((FOLDER / language).glob("*.ftl")), side)
        return untrue(own, shared, ours, Words(language, self._files(language), side))

    def render(self, outcome: Outcome, *, moving: bool = False) -> Mapping[str, str]:
        """Per language, the sentence the assistant may say; for `needs_confirmation` it is the question.

        While the car moves it is at most `MOVING_CHARS_MAX` long. A sentence is made when somebody reads it.
        """
        return _Said(self._words, lambda words: sentence(words, self._profile, outcome, moving=moving))

    def choices(self, choices: Sequence[Choice], language: str) -> list[str]:
        """The ways to complete an ambiguous call, as a person would name them."""
        return choice_texts(self._words[language], self._profile, choices)

    def reason(self, hit: RuleHit, language: str) -> str:
        """Why a rule decided as it did."""
        return reason_text(self._words[language], hit)

    def value(self, path: str, value: Value, language: str) -> str:
        """One value of a path as people say it."""
        return self._words[language].value(path, self._profile.inputs[path].quantity, value)

    def say(self, message: str, language: str) -> str:
        """One fixed sentence of `sentences.ftl`."""
        return self._words[language].text(message)

    def missing(self, reason_keys: Iterable[str]) -> list[str]:
        """Texts a vehicle's own data asks for and a language lacks: `zh: Cabin-Fragrance-Intensity`.

        A missing one is replaced by a general word ("that setting"), so it is a blemish and no error.
        """
        wanted = {setting_id(path) for path in self._profile.inputs} | {f"reason-{k}" for k in reason_keys}
        scenes = self._profile.file.scenes.values()
        wanted |= {f"reason-{need.reason_key}" for scene in scenes for need in scene.needs}
        for path, actuator in self._profile.actuators.items():
            if kind_of(actuator.spec) == "choice":
                wanted |= {f"{setting_id(path)}.{name}" for name in actuator.spec.values or {}}
        return [
            f"{language}: {key}"
            for language, words in self._words.items()
            for key in sorted(wanted)
            if not words.knows(key)
        ]


class _Said(Mapping[str, str]):
    """What may be said of one outcome, in each language; made when read. A copy is a plain dictionary."""

    __slots__ = ("_made", "_say", "_words")

    def __init__(self, words: Mapping[str, Words], say: Callable[[Words], str]) -> None:
        self._words, self._say = words, say
        self._made: dict[str, str] = {}

    def __getitem__(self, language: str) -> str:
        if language not in self._made:
            self._made[language] = self._say(self._words[language])
        return self._made[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
        return dict, (dict(self),)


def texts_for(profile: Profile) -> Texts:
    """`Texts(profile)`, made once for every vehicle (the last few are kept): reading the files is slow."""
    key = (profile.folder, profile.digest)
    if key not in _texts:
        while len(_texts) >= _KEPT:
            del _texts[next(iter(_texts))]
        _texts[key] = Texts(profile)
    return _texts[key]


def render(outcome: Outcome, profile: Profile) -> Mapping[str, str]:
    """Per language, the sentence the assistant may say about an outcome."""
    return texts_for(profile).render(outcome)
