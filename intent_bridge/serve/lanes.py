"""Lanes: several ways to understand a request, behind each other, with one deadline for all of them.

A lane proposes; the first one that calls the vehicle or answers has the turn, and what the others still bring
is dropped. The next lane starts when the one before fails, does not understand, or has not answered within
its hedge time. A lane whose circuit breaker is open, that needs a network that is gone, or that heats a hot
computer is passed over. What a lane may know of the request is its privacy label.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from intent_bridge.serve.breaker import Breaker
from intent_bridge.serve.context import asker
from intent_bridge.serve.request import DataClass, Reply, Request, Tell, Tried, Usage, Vehicle
from intent_bridge.serve.sentences import Sentences
from intent_bridge.serve.settings import Settings, settings
from intent_bridge.serve.turn import ALL_DATA, NotCapable, NotYours, Turn, View, cut_down

KEPT: Final = 256
"""Requests whose answers are remembered, so that the same one is not served twice."""
BUDGET_MS: Final = 500
"""From the end of the words to the answer of the ECU: what people feel as at once (issue of the project)."""


class Thinker(Protocol):
    """What works in a lane: an `Assistant`, a `CommandLane`, an `Offline` grammar, or a host's own."""

    async def think(self, view: View) -> Reply | None:
        """The answer, acting through `view.act` only; None for what it does not understand.

        May raise anything: the lane has then failed.
        """


@dataclass(frozen=True)
class Lane:
    """One way to understand.

    `leaves` are the classes of data that this lane takes out of the vehicle; None for a lane inside it, which
    may know everything. `hedge_ms` starts the next lane when this one has not answered by then; None waits
    for it. An answer later than `slow_ms` counts as a failure of the lane. `domains` are those it may act in;
    None for all. `cost` is in the host's unit, per request.
    """

    name: str
    thinker: Thinker
    deadline_ms: int
    hedge_ms: int | None = None
    slow_ms: int | None = None
    leaves: frozenset[DataClass] | None = None
    needs_network: bool = False
    heats: bool = False
    languages: frozenset[str] | None = None
    domains: frozenset[str] | None = None
    cost: float = 0.0
    failures: int = 3
    retry_s: float = 30.0

    @property
    def allowed(self) -> frozenset[DataClass]:
        """What it may know."""
        return ALL_DATA if self.leaves is None else self.leaves


@dataclass
class Hints:
    """What the host knows of the network and of the computer's temperature; takes effect at once."""

    online: bool = True
    hot: bool = False


@dataclass(frozen=True)
class _Running:
    lane: Lane
    started_s: float
    hedge_s: float | None


class Lanes:
    """Serves requests through lanes, in the order given. One request at a time or several; ids are unique."""

    def __init__(
        self,
        vehicle: Vehicle,
        lanes: Sequence[Lane],
        *,
        deadline_ms: int = 5000,
        cost_limit: float | None = None,
        data: Settings | None = None,
    ) -> None:
        self.hints = Hints()
        self.vehicle = vehicle
        self.lanes = tuple(lanes)
        self.settings = data or settings()
        self.sentences = Sentences(vehicle.bridge.profile)
        self.deadline_ms = deadline_ms
        self.cost_limit = cost_limit
        self._breakers: dict[str, Breaker] = {}
        self._served: OrderedDict[str, asyncio.Future[Reply]] = OrderedDict()
        tools = vehicle.bridge.engine.catalogue.tools
        self._tools = {
            lane.name: None
            if lane.domains is None
            else frozenset(t.name for t in tools if t.domain in lane.domains)
            for lane in self.lanes
        }

    async def respond(self, request: Request, tell: Tell | None = None) -> Reply:
        """Serve one request. The same id again gets the same answer, and nothing is done twice."""
        if request.id in self._served:
            return await asyncio.shield(self._served[request.id])
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._served[request.id] = answer
        while len(self._served) > KEPT:
            self._served.popitem(last=False)
        turn = Turn(request, self.vehicle, tell, asyncio.get_running_loop().time)
        turn.tell("heard")
        race = _Race(self, turn)
        try:
            reply = await race.run()
        except BaseException:
            self._served.pop(request.id, None)
            answer.cancel()
            raise
        answer.set_result(reply)
        turn.tell("answer", reply.lane, reply.text)
        return reply

    def breaker(self, lane: Lane) -> Breaker:
        """The lane's breaker, made with the clock of the loop that first needs it."""
        if lane.name not in self._breakers:
            clock_s = asyncio.get_running_loop().time
            self._breakers[lane.name] = Breaker(lane.failures, lane.retry_s, clock_s)
        return self._breakers[lane.name]

    def passed_over(self, lane: Lane, request: Request, spent: float) -> str:
        """Why a lane is not asked, empty if it is."""
        if lane.needs_network and not self.hints.online:
            return "offline"
        if lane.heats and self.hints.hot:
            return "hot"
        if lane.languages is not None and request.language not in lane.languages:
            return "language"
        if DataClass.CABIN_TEXT not in lane.allowed:
            return "may not hear the words"
        if self.cost_limit is not None and spent + lane.cost > self.cost_limit:
            return "cost"
        return "" if self.breaker(lane).admits() else "breaker open"

    def view(self, turn: Turn, lane: Lane, deadline_s: float) -> View:
        """What the lane sees of the turn."""
        kinds = self.settings.items
        request = cut_down(
            turn.request, lane.allowed, lambda item: kinds[item.kind].data if item.kind in kinds else None
        )
        who = asker(turn.request.provenance, request, self.settings)
        return View(turn, lane.name, request, who, deadline_s, lane.allowed, self._tools[lane.name])


@dataclass
class _Race:
    """One request on its way through the lanes."""

    lanes: Lanes
    turn: Turn
    running: dict[asyncio.Task[Reply | None], _Running] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    spent: float = 0.0

    async def run(self) -> Reply:
        turn = self.turn
        waiting = list(self.lanes.lanes)
        deadline_s = turn.started_s + self.lanes.deadline_ms / 1000
        reply: Reply | None = None
        try:
            while reply is None and turn.clock_s() < deadline_s:
                if self._next_is_due(waiting) and not self._start(waiting, deadline_s) and not self.running:
                    break
                reply = await self._wait(waiting, deadline_s)
                if turn.owner is not None:
                    waiting.clear()
        finally:
            await self._stop()
        if reply is None:
            reply = self._nobody()
        return replace(
            reply,
            tried=tuple(self.tried),
            total_ms=turn.elapsed_ms(),
            first_event_ms=turn.first_event_ms,
            cost=self.spent,
        )

    def _nobody(self) -> Reply:
        """What is said when no lane has come to an answer: what was done, else why nothing was."""
        turn, sentences = self.turn, self.lanes.sentences
        usage = Usage(pre_ms=turn.elapsed_ms() - turn.vehicle_ms, vehicle_ms=turn.vehicle_ms)
        if turn.outcomes or turn.abstained is None:
            why = "no lane finished" if turn.owner else "no lane understood"
            return sentences.reply(turn, turn.owner or "", why, usage, "assistant-cannot")
        text = sentences.of(turn.abstained, turn.request.language)
        return Reply(turn.request.id, text, (turn.abstained,), turn.abstained.code, "", usage)

    def _next_is_due(self, waiting: list[Lane]) -> bool:
        if not waiting or self.turn.owner is not None:
            return not self.running
        now_s = self.turn.clock_s()
        return all(run.hedge_s is not None and now_s >= run.hedge_s for run in self.running.values())

    def _start(self, waiting: list[Lane], deadline_s: float) -> bool:
        """Start the next lane that may be asked."""
        turn = self.turn
        while waiting and turn.owner is None:
            lane = waiting.pop(0)
            why = self.lanes.passed_over(lane, turn.request, self.spent)
            if why:
                turn.tell("lane", lane.name, f"passed over: {why}")
                self.tried.append(Tried(lane.name, why, 0.0))
                continue
            now_s = turn.clock_s()
            hedge_s = None if lane.hedge_ms is None else now_s + lane.hedge_ms / 1000
            view = self.lanes.view(turn, lane, min(deadline_s, now_s + lane.deadline_ms / 1000))
            self.lanes.breaker(lane).begin()
            self.spent += lane.cost
            turn.tell("lane", lane.name, "started")
            task = asyncio.ensure_future(_thinking(lane, view))
            self.running[task] = _Running(lane, now_s, hedge_s)
            return True
        return False

    async def _wait(self, waiting: list[Lane], deadline_s: float) -> Reply | None:
        """Until a lane ends, the next one is due, or time is up."""
        hedges = [run.hedge_s for run in self.running.values() if run.hedge_s is not None]
        due_s = max(hedges) if waiting and len(hedges) == len(self.running) else deadline_s
        timeout_s = max(0.0, min(due_s, deadline_s) - self.turn.clock_s())
        done, _ = await asyncio.wait(self.running, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        answers = [reply for task in done if (reply := self._ended(task)) is not None]
        return answers[0] if answers else None

    def _ended(self, task: asyncio.Task[Reply | None]) -> Reply | None:
        """What a lane that has ended brought; None for nothing, or for what comes too late to count."""
        run = self.running.pop(task)
        ms = (self.turn.clock_s() - run.started_s) * 1000
        error = None if task.cancelled() else task.exception()
        reply = None if task.cancelled() or error else task.result()
        slow = run.lane.slow_ms is not None and ms > run.lane.slow_ms
        if isinstance(error, NotYours) or (
            reply is not None and self.turn.owner not in (None, run.lane.name)
        ):
            self._note(run, "dropped", ms, None if not slow else False)
            return None
        if isinstance(error, NotCapable):
            self._note(run, "not capable", ms, None)
            return None
        if error is not None or task.cancelled():
            what = f"failed: {type(error).__name__}" if error else "failed: cancelled"
            self.turn.tell("lane_failed", run.lane.name, what)
            self._note(run, what, ms, False)
            return None
        self._note(run, "answer" if reply else "not understood", ms, not slow)
        if reply is not None:
            self.turn.claim(run.lane.name)
            return replace(reply, lane=run.lane.name)
        return None

    def _note(self, run: _Running, what: str, ms: float, good: bool | None) -> None:
        self.tried.append(Tried(run.lane.name, what, ms))
        self.lanes.breaker(run.lane).end(good)

    async def _stop(self) -> None:
        """Call off what still runs. A call of the vehicle in flight is waited for: its outcome counts."""
        self.turn.close()
        for task, run in list(self.running.items()):
            task.add_done_callback(_forget)
            task.cancel()
            ms = (self.turn.clock_s() - run.started_s) * 1000
            late = ms >= run.lane.deadline_ms or (run.lane.slow_ms is not None and ms > run.lane.slow_ms)
            self._note(run, "late" if late else "dropped", ms, False if late else None)
        self.running.clear()
        await self.turn.settled()


def _forget(task: asyncio.Task[Reply | None]) -> None:
    """Nobody asks any more what a lane that was called off came to."""
    if not task.cancelled():
        task.exception()


async def _thinking(lane: Lane, view: View) -> Reply | None:
    async with asyncio.timeout_at(view.deadline_s):
        return await lane.thinker.think(view)
