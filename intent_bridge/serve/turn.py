"""One request on its way: who may act for it, what has been done for it already, and its events.

Several lanes may work on one request, one may act: the first that calls the vehicle, or that answers, has
the turn. Every call of the turn has an id of ours, and the same call is not made twice for one request: a
model that says "warmer" again after it was done would be warmer than asked.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from intent_bridge.nlu import heard, languages
from intent_bridge.serve.request import DataClass, Event, EventKind, Item, Request, Tell, Vehicle
from intent_bridge.types import Outcome, Provenance, Said, Status, ToolCall

ALL_DATA: Final = frozenset(DataClass)


class NotYours(Exception):
    """Another lane has the turn, or the answer is given: whatever this one still wants is dropped."""


class NotCapable(Exception):
    """The lane wants something that this lane is not for."""


class Turn:
    """The shared part of one request. `clock_s` is the event loop's."""

    def __init__(
        self, request: Request, vehicle: Vehicle, tell: Tell | None, clock_s: Callable[[], float]
    ) -> None:
        self.request = request
        self.vehicle = vehicle
        self.clock_s = clock_s
        self.owner: str | None = None
        self.outcomes: list[Outcome] = []
        self.abstained: Outcome | None = None
        """Why the first lane that has an answer of its own for it does nothing, if no other lane does."""
        self.vehicle_ms = 0.0
        self.first_event_ms = 0.0
        self.started_s = clock_s()
        self._told = False
        self._closed = False
        self._tell = tell
        self._made: dict[str, Outcome] = {}
        self._said = said_in(request.words, request.language)
        self._acting: asyncio.Task[Outcome] | None = None

    def tell(self, kind: EventKind, lane: str = "", what: str = "", outcome: Outcome | None = None) -> None:
        """Let the host know. A listener that fails must not take the request with it."""
        if not self._told:
            self.first_event_ms, self._told = self.elapsed_ms(), True
        if self._tell is not None:
            try:
                self._tell(Event(kind, self.request.id, self.elapsed_ms(), lane, what, outcome))
            except Exception:  # the host's own code; the person still gets an answer
                self._tell = None

    def elapsed_ms(self) -> float:
        """Since the request came in."""
        return (self.clock_s() - self.started_s) * 1000

    def claim(self, lane: str) -> None:
        """Take the turn, or NotYours."""
        if self._closed:
            raise NotYours("this request is answered")
        if self.owner not in (None, lane):
            raise NotYours(f"lane {self.owner} has this request")
        self.owner = lane

    def close(self) -> None:
        """The answer is given: from now on nobody acts for this request, however late it wakes up."""
        self._closed = True

    async def act(
        self, lane: str, name: str, arguments: dict[str, object], asker: Provenance, *, own: bool = True
    ) -> Outcome:
        """Have the vehicle carry out one call for this request; NotYours for every lane but the first.

        A call in flight is never abandoned: when the lane is cancelled, its outcome still gets into
        `outcomes`.
        """
        key = json.dumps([name, arguments], sort_keys=True, default=str)
        call = ToolCall(f"{self.request.id}/{len(self._made) + 1}", name, arguments, own)
        said, user = self._said, self.request.user
        return await self._once(
            lane, key, call, lambda: self.vehicle.handle(call, asker, heard=said, user=user)
        )

    async def undo(self, lane: str, asker: Provenance) -> Outcome:
        """Put back what the last call changed, as `act` does: once for this request."""
        call = ToolCall(f"{self.request.id}/undo", "undo", {})
        return await self._once(lane, "undo", call, lambda: self.vehicle.undo(asker))

    def ask(self, lane: str, outcome: Outcome) -> None:
        """Put a question of ours before the person instead of acting."""
        self.claim(lane)
        self.outcomes.append(outcome)
        self.tell("asking", lane, outcome.status.value, outcome)

    async def settled(self) -> None:
        """Wait for a call in flight."""
        while self._acting is not None and not self._acting.done():
            await asyncio.wait([self._acting])

    async def _once(
        self, lane: str, key: str, call: ToolCall, verb: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        self.claim(lane)
        await self.settled()
        self.claim(lane)  # the answer may have been given meanwhile
        if key in self._made:
            return self._made[key]
        self.tell("acting", lane, call.name)
        self._acting = asyncio.ensure_future(self._carry_out(lane, key, call, verb))
        return await asyncio.shield(self._acting)

    async def _carry_out(
        self, lane: str, key: str, call: ToolCall, verb: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        started_s = self.clock_s()
        try:
            outcome = await verb()
        except Exception as error:  # a fault of ours or of the host's vehicle: the person must hear of it
            outcome = Outcome(call.id, call.name, Status.ERROR, "host", str(error))
        self.vehicle_ms += (self.clock_s() - started_s) * 1000
        self._made[key] = outcome
        self.outcomes.append(outcome)
        kind: EventKind = "asking" if outcome.status is Status.NEEDS_CONFIRMATION else "outcome"
        self.tell(kind, lane, outcome.status.value, outcome)
        return outcome


def said_in(words: str, language: str) -> Said | None:
    """What the vehicle may know of the words, to tell a model's own numbers; None where nobody can listen."""
    try:
        return heard(words, language) if language in languages() else None
    except ModuleNotFoundError:  # the extra `nlu` is not installed
        return None


@dataclass(frozen=True)
class View:
    """What one lane sees of a turn: as much of the request as it may know, and the one way to act.

    `asker` is who asks, and whether this lane sees what strangers wrote. `tools` are the names it may call,
    None for all; `deadline_s` is on the turn's clock.
    """

    turn: Turn
    lane: str
    request: Request
    asker: Provenance
    deadline_s: float
    allowed: frozenset[DataClass] = ALL_DATA
    tools: frozenset[str] | None = None

    async def act(self, name: str, arguments: dict[str, object], *, own: bool = True) -> Outcome:
        """See `Turn.act`; NotCapable for a tool that is not this lane's."""
        self.check([name])
        return await self.turn.act(self.lane, name, arguments, self.asker, own=own)

    def words_only(self) -> "View":
        """The view of a lane that does not read the items: what strangers wrote cannot mislead it."""
        request = replace(self.request, items=())
        return replace(self, request=request, asker=self.turn.request.provenance)

    def check(self, names: Iterable[str]) -> None:
        """NotCapable where one of these tools is not this lane's: before the first of several acts."""
        foreign = [name for name in names if self.tools is not None and name not in self.tools]
        if foreign:
            raise NotCapable(f"{foreign[0]} is not for lane {self.lane}")

    async def undo(self) -> Outcome:
        """See `Turn.undo`."""
        return await self.turn.undo(self.lane, self.asker)

    def claim(self) -> None:
        """See `Turn.claim`."""
        self.turn.claim(self.lane)

    def abstain(self, outcome: Outcome) -> None:
        """Say why nothing is done, for the case that no other lane knows better."""
        if self.turn.abstained is None:
            self.turn.abstained = outcome

    def tell(self, kind: EventKind, what: str = "", outcome: Outcome | None = None) -> None:
        """See `Turn.tell`."""
        self.turn.tell(kind, self.lane, what, outcome)


def cut_down(
    request: Request, allowed: Collection[DataClass], class_of: Callable[[Item], DataClass | None]
) -> Request:
    """The request with nothing in it but the allowed classes of data; an item of no class is left out."""
    known = DataClass.IDENTITY in allowed
    return replace(
        request,
        provenance=request.provenance
        if known
        else Provenance(untrusted_text=request.provenance.untrusted_text),
        words=request.words if DataClass.CABIN_TEXT in allowed else "",
        items=tuple(item for item in request.items if class_of(item) in allowed),
        name=request.name if known else "",
        preferences=request.preferences if DataClass.PREFERENCES in allowed else {},
    )
