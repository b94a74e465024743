"""The offline lane: a sentence understood by the grammar of `nlu`, with no model and no network."""

from typing import Final

from intent_bridge.intents.zones import Zone
from intent_bridge.nlu import Abstained, understand
from intent_bridge.nlu import Turn as Heard
from intent_bridge.serve.request import Reply, Request, Usage, Vehicle
from intent_bridge.serve.sentences import Sentences
from intent_bridge.serve.turn import View
from intent_bridge.types import Outcome, SeatZone, Status

_SEATS: Final[dict[SeatZone, Zone]] = {
    SeatZone.DRIVER: "driver",
    SeatZone.PASSENGER: "passenger",
    SeatZone.REAR_LEFT: "rear_left",
    SeatZone.REAR_RIGHT: "rear_right",
}
_WAITS: Final = (Status.NEEDS_CONFIRMATION, Status.NEEDS_CHOICE)
_ABSENT: Final = "not_offered"
"""The abstention that is an answer about the car, not about the sentence."""


class Offline:
    """Understands sentences of one car. Abstains rather than guesses: then the next lane is asked."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._bridge = vehicle.bridge
        self._sentences = Sentences(vehicle.bridge.profile)
        self._before: Heard | None = None

    async def think(self, view: View) -> Reply | None:
        """Carry out a sentence that is wholly understood; None for every other."""
        view = view.words_only()
        turn, request = view.turn, view.request
        begun_s = turn.clock_s()
        found = understand(
            request.words,
            request.language,
            self._bridge.engine.catalogue,
            driver_side=self._bridge.profile.file.driver_side,
            speaker=_SEATS.get(request.provenance.zone, "driver"),
            before=self._before,
        )
        if isinstance(found, Abstained):
            view.abstain(_nothing(request, found.reason))
            return None
        view.check([call.name for call in found.calls])
        if found.undo or found.instead:
            await view.undo()
        for call in found.calls:
            outcome = await view.act(call.name, dict(call.arguments), own=call.own)
            if outcome.status in _WAITS:
                break
        view.claim()
        if not found.undo:
            self._before = found.turn
        total_ms = (turn.clock_s() - begun_s) * 1000
        usage = Usage(
            calls=len(turn.outcomes),
            pre_ms=(begun_s - turn.started_s) * 1000,
            vehicle_ms=turn.vehicle_ms,
            ours_ms=max(0.0, total_ms - turn.vehicle_ms),
        )
        return self._sentences.reply(turn, view.lane, "rest" if found.rest else "own words", usage)


def _nothing(request: Request, reason: str) -> Outcome:
    status = Status.NOT_EQUIPPED if reason == _ABSENT else Status.NO_ACTION
    return Outcome(f"{request.id}/0", "", status, reason)
