"""One request on its way: who may act for it, what has been done for it already, and its events.

Several lanes may work on one request, one may act: the first that calls the vehicle, or that answers, has
the turn. Every call of the turn has an id of ours, and the same call is not made twice for one request: a
model that says "warmer" again after it was done would be warmer than asked.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

from intent_bridge.serve.request import Event, EventKind, Request, Tell, Vehicle
from intent_bridge.types import Outcome, Status, ToolCall


class NotYours(Exception):
    """Another lane has the turn: whatever this one still wants is dropped."""


class Turn:
    """The shared part of one request."""

    def __init__(
        self, request: Request, vehicle: Vehicle, tell: Tell | None, clock_s: Callable[[], float]
    ) -> None:
        self.request = request
        self.owner: str | None = None
        self.outcomes: list[Outcome] = []
        self.vehicle_ms = 0.0
        self.first_event_ms: float | None = None
        self.clock_s = clock_s
        self.started_s = clock_s()
        self._vehicle = vehicle
        self._tell = tell
        self._made: dict[str, Outcome] = {}
        self._acting: asyncio.Task[Outcome] | None = None

    def tell(self, kind: EventKind, lane: str = "", what: str = "", outcome: Outcome | None = None) -> None:
        """Let the host know. A listener that fails must not take the request with it."""
        at_ms = (self.clock_s() - self.started_s) * 1000
        if self.first_event_ms is None:
            self.first_event_ms = at_ms
        if self._tell is not None:
            try:
                self._tell(Event(kind, self.request.id, at_ms, lane, what, outcome))
            except Exception:  # the host's own code; the person still gets an answer
                self._tell = None

    def claim(self, lane: str) -> None:
        """Take the turn, or NotYours."""
        if self.owner not in (None, lane):
            raise NotYours(f"lane {self.owner} has this request")
        self.owner = lane

    async def act(
        self, lane: str, name: str, arguments: dict[str, object], *, doubted: bool = False
    ) -> Outcome:
        """Have the vehicle carry out one call for this request; NotYours for every lane but the first.

        A call in flight is never abandoned: who cancels the lane still gets its outcome into `outcomes`.
        `doubted`: only ask what would come of it.
        """
        self.claim(lane)
        await self.settled()
        key = json.dumps([name, arguments], sort_keys=True, default=str)
        if key in self._made:
            return self._made[key]
        self.tell("acting", lane, name)
        call = ToolCall(f"{self.request.id}/{len(self._made) + 1}", name, arguments)
        self._acting = asyncio.ensure_future(self._carry_out(lane, key, call, doubted))
        return await asyncio.shield(self._acting)

    async def settled(self) -> None:
        """Wait for a call in flight."""
        while self._acting is not None and not self._acting.done():
            await asyncio.wait([self._acting])

    async def _carry_out(self, lane: str, key: str, call: ToolCall, doubted: bool) -> Outcome:
        started_s = self.clock_s()
        verb = self._vehicle.explain if doubted else self._vehicle.handle
        try:
            outcome = await verb(call, self.request.provenance)
        except Exception as error:  # a fault of ours or of the host's vehicle: the person must hear of it
            outcome = Outcome(call.id, call.name, Status.ERROR, "host", str(error))
        outcome = replace(outcome, call_id=call.id)
        self.vehicle_ms += (self.clock_s() - started_s) * 1000
        self._made[key] = outcome
        self.outcomes.append(outcome)
        kind: EventKind = "asking" if outcome.status is Status.NEEDS_CONFIRMATION else "outcome"
        self.tell(kind, lane, outcome.status.value, outcome)
        return outcome
