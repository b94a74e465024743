"""A conversation with one car, with no model: sentences in, outcomes out, each with its text to speak."""

from dataclasses import replace
from typing import Final

from intent_bridge.bridge import Bridge
from intent_bridge.intents.zones import Zone
from intent_bridge.nlu.hearing import answer_in, recognised
from intent_bridge.nlu.understand import Abstained, Turn, understand
from intent_bridge.texts import texts_for
from intent_bridge.types import Outcome, Provenance, SeatZone, Status

_SEATS: Final[dict[SeatZone, Zone]] = {
    SeatZone.DRIVER: "driver",
    SeatZone.PASSENGER: "passenger",
    SeatZone.REAR_LEFT: "rear_left",
    SeatZone.REAR_RIGHT: "rear_right",
}
_ABSENT: Final = "not_offered"
"""The abstention that is an answer about the car, not about the sentence."""


class Talk:
    """What people say to one car, in order.

    `language` is spoken throughout; without one each sentence's own is recognised. The bridge stays the
    host's: whoever confirms by a button calls it directly.
    """

    def __init__(self, bridge: Bridge, language: str | None = None) -> None:
        self._bridge, self._texts = bridge, texts_for(bridge.profile)
        self._fixed = language
        self.language = language or recognised("")
        """The language of the last sentence, in which to answer."""
        self._before: Turn | None = None
        self._asked: Outcome | None = None
        self._count = 0

    @property
    def waiting_for(self) -> Outcome | None:
        """The outcome whose question nobody has answered yet."""
        return self._asked

    def say(self, text: str, who: Provenance | None = None) -> tuple[Outcome, ...]:
        """Carry out one sentence; one outcome for each thing it asks for, in order, never none.

        A "yes" or "no" answers the question asked before. Never raises for anything a sentence can hold.
        """
        asked, self._asked = self._asked, None
        self.language = self._fixed or recognised(text, self.language)
        accept = answer_in(text, self.language) if asked is not None else None
        if asked is not None and asked.confirmation is not None and accept is not None:
            return self._kept((self._bridge.confirm(asked.confirmation.token, accept, who),))
        return self._kept(self._carried_out(text, who))

    def _carried_out(self, text: str, who: Provenance | None) -> tuple[Outcome, ...]:
        bridge = self._bridge
        seat = _SEATS.get(who.zone) if who is not None else None
        found = understand(
            text,
            self.language,
            bridge.engine.catalogue,
            driver_side=bridge.profile.file.driver_side,
            speaker=seat or "driver",
            before=self._before,
        )
        if isinstance(found, Abstained):
            return (self._nothing(found.reason, found.about),)
        if found.undo:
            return (bridge.undo(who),)
        if found.instead:
            bridge.undo(who)
        self._before = found.turn
        done = [bridge.handle(call, who) for call in found.calls]
        return tuple([*done, self._nothing("other_domain")] if found.rest else done)

    def _kept(self, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        self._asked = next((o for o in outcomes if o.confirmation is not None), None)
        return outcomes

    def _nothing(self, reason: str, about: str = "") -> Outcome:
        self._count += 1
        status = Status.NOT_EQUIPPED if reason == _ABSENT else Status.NO_ACTION
        data = {"about": about} if about else {}
        outcome = Outcome(f"say-{self._count}", "", status, reason, data=data)
        return replace(outcome, texts=self._texts.render(outcome, moving=self._bridge.moving()))
