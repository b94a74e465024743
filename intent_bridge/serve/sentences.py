"""Our own sentences: what may be said of outcomes, and of requests that came to nothing."""

from typing import Final

from intent_bridge.profile import Profile
from intent_bridge.serve.request import Reply, Usage
from intent_bridge.serve.turn import Turn
from intent_bridge.texts import texts_for
from intent_bridge.types import Outcome, Status

SENTENCES_MAX: Final = 3
_DETOURS: Final = (Status.INVALID, Status.NOT_EQUIPPED)
"""Not worth a word when something else became of the request."""


class Sentences:
    """The texts of one vehicle, for answers."""

    def __init__(self, profile: Profile) -> None:
        self._texts = texts_for(profile)

    def of(self, outcome: Outcome, language: str) -> str:
        """The sentence about one outcome."""
        return (outcome.texts or self._texts.render(outcome))[language]

    def say(self, message: str, language: str) -> str:
        """One fixed sentence: `assistant-unsure`, `assistant-cannot`."""
        return self._texts.say(message, language)

    def reply(self, turn: Turn, lane: str, why: str, usage: Usage, empty: str = "assistant-unsure") -> Reply:
        """The answer in our own words: from the outcomes, or `empty` where there are none."""
        outcomes = tuple(turn.outcomes)
        told = [o for o in outcomes if o.status not in _DETOURS] or list(outcomes[-1:])
        questions = [o for o in told if o.status in (Status.NEEDS_CONFIRMATION, Status.NEEDS_CHOICE)]
        language = turn.request.language
        texts = dict.fromkeys(
            self.of(o, language) for o in [*(o for o in told if o not in questions), *questions]
        )
        text = " ".join(list(texts)[-SENTENCES_MAX:]) or self.say(empty, language)
        return Reply(turn.request.id, text, outcomes, why, lane, usage)
