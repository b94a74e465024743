"""Whether the person's own words bear out a call that a model made of them: a second, independent opinion.

It agrees when the offline grammar understands the same, or when it knows all of the words, and they hold
every number, place and switch of the call and nothing that turns a wish around. It never says what was
meant instead.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from intent_bridge.intents import Catalogue
from intent_bridge.intents.zones import DriverSide
from intent_bridge.nlu.lexicon import CHARACTERS_MAX, Concept, Lexicon, languages, lexicon
from intent_bridge.nlu.phrases import pieces
from intent_bridge.nlu.reading import folded, said
from intent_bridge.nlu.things import zone_name
from intent_bridge.nlu.understand import Understood, understand
from intent_bridge.types import ToolCall

_SIGNS: Final = {"question", "reported", "hypothetical", "negated"}
_ACTS: Final = {
    "true": {"on", "open"},
    "false": {"off", "close"},
    "up": {"up", "more", "warmer", "far", "faster", "forward"},
    "down": {"down", "less", "cooler", "near", "slower", "back"},
    "0": {"close", "off"},
    "100": {"open"},
}
"""What has to be done, by the call's value."""


@dataclass(frozen=True)
class Witness:
    """The second opinion for one vehicle."""

    catalogue: Catalogue
    driver_side: DriverSide

    def agrees(self, words: str, language: str, call: ToolCall) -> bool:
        """Whether these words bear this call out."""
        if language not in languages() or len(words) > CHARACTERS_MAX:
            return False
        found = understand(words, language, self.catalogue, driver_side=self.driver_side)
        if isinstance(found, Understood):
            return any((one.name, one.arguments) == (call.name, call.arguments) for one in found.calls)
        known = lexicon(language)
        tokens = [token for token in known.tokens(words) if token != "?"]
        if said(known, tokens, "sign") & _SIGNS:
            return False
        concepts = _concepts(known, tokens)
        return bool(concepts and call.arguments) and all(
            self._holds(concepts, name, value) for name, value in call.arguments.items()
        )

    def _holds(self, concepts: tuple[Concept, ...], name: str, value: object) -> bool:
        names: dict[str, set[str]] = {}
        for concept in concepts:
            names.setdefault(concept.kind, set()).add(concept.name)
        if name == "zone":
            return value in {zone_name(zone, self.driver_side) for zone in names.get("zone", ())}
        word = str(value).lower()
        if not isinstance(value, bool | str) and any(c.number == Decimal(word) for c in concepts):
            return True
        if _ACTS.get(word, set()) & names.get("act", set()):
            return True
        return any(word in found for kind, found in names.items() if kind not in ("act", "mark", "num"))


def _concepts(known: Lexicon, tokens: list[str]) -> tuple[Concept, ...]:
    """What the words say, left to right, the longest phrases first; nothing where a word is not known."""
    found: list[Concept] = []
    start = 0
    while start < len(tokens):
        end, reading = max(pieces(known, tokens, start), default=(0, ()), key=lambda one: one[0])
        if not end or any(concept.kind == "foreign" for concept in reading):
            return ()
        found += reading
        start = end
    return folded(found)
