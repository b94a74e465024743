"""The loop: a request, a model, its calls, their outcomes, and an answer that claims no more than is so.

Bounded in turns, calls, tokens and time. Errors that the model can mend go back to it, at most twice. The
answer is the model's text if it passes the check of claims, else our own sentence from the outcomes.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from intent_bridge.bridge.results import tool_result
from intent_bridge.llm import CallResult, ParsedCall, ReadResult, ToolTable, read, write_results
from intent_bridge.serve.claims import Claims, Evidence
from intent_bridge.serve.context import allowed_result, asker, conversation
from intent_bridge.serve.early import EarlyJudge
from intent_bridge.serve.model import Ask, Model, ModelError, Said, with_calls
from intent_bridge.serve.request import DataClass, Reply, Request, Tell, Usage, Vehicle
from intent_bridge.serve.sentences import Sentences
from intent_bridge.serve.settings import Settings, settings
from intent_bridge.serve.turn import ALL_DATA, NotCapable, Turn, View
from intent_bridge.types import Status

_MENDABLE: Final = (Status.INVALID, Status.NOT_EQUIPPED)
_FOR_THE_PERSON: Final = (Status.NEEDS_CONFIRMATION, Status.NEEDS_CHOICE)
"""What only a person can answer: no model is asked in between."""
_NOTHING: Final = ("mends", "turns", "tokens", "no text")
"""Why a model came to no answer that anybody could be told."""
_HAPPENED: Final = (Status.DONE, Status.NO_EFFECT, Status.SENT, Status.NO_ACTION, Status.DEFERRED)


class Assistant:
    """One model that serves requests on one vehicle.

    `allowed` are the classes of data this model may be told. With `own_words` the answer is always our own
    sentence once the vehicle was asked: one question to the model less, and nothing to check.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        model: Model,
        *,
        data: Settings | None = None,
        claims: Claims | None = None,
        allowed: Collection[DataClass] = ALL_DATA,
        own_words: bool = False,
        name: str = "assistant",
    ) -> None:
        self.vehicle = vehicle
        self.settings = data or settings()
        self.name = name
        profile = vehicle.bridge.profile
        self.sentences = Sentences(profile)
        self._model = model
        self._claims = claims or Claims(profile)
        self._allowed = frozenset(allowed)
        self._own_words = own_words
        self._tools = vehicle.bridge.tools("openai")
        self._table = ToolTable(self._tools)
        self._history: deque[dict[str, Any]] = deque(maxlen=2 * self.settings.limits.history)

    async def respond(self, request: Request, tell: Tell | None = None) -> Reply:
        """Serve one request; `tell` hears of everything on the way. Raises nothing a model can cause."""
        clock = asyncio.get_running_loop().time
        turn = Turn(request, self.vehicle, tell, clock)
        who = asker(request.provenance, request, self.settings)
        turn.tell("heard")
        try:
            deadline_s = clock() + self.settings.limits.time_ms / 1000
            reply = await self.think(View(turn, self.name, request, who, deadline_s))
            reply = reply or self.sentences.reply(turn, self.name, "no answer", Usage())
        except (ModelError, TimeoutError) as error:
            reply = self.sentences.reply(turn, self.name, f"model: {error or 'too slow'}", Usage())
        turn.tell("answer", self.name, reply.text)
        return reply

    async def think(self, view: View) -> Reply | None:
        """Serve a turn, as one lane of several; None where the model came to nothing and nothing was done.

        Raises ModelError, NotCapable or TimeoutError while nothing was done; after that the answer tells
        what was. NotYours when another lane has the turn.
        """
        turn = view.turn
        loop = _Loop(self, view)
        try:
            reply = await loop.run()
        except (ModelError, NotCapable, TimeoutError):
            await turn.settled()
            if turn.owner != view.lane:
                raise
            reply = self.sentences.reply(turn, view.lane, "the model did not finish", loop.usage())
        if reply.ours in _NOTHING and not turn.outcomes:
            return None
        view.claim()
        self._remember(view, reply)
        return reply

    def _remember(self, view: View, reply: Reply) -> None:
        """What a stranger wrote must not come back later as something that was said here."""
        if not view.asker.untrusted_text:
            self._history.append({"role": "user", "content": view.request.words})
            self._history.append({"role": "assistant", "content": reply.text})


@dataclass
class _Spent:
    turns: int = 0
    calls: int = 0
    tokens: int = 0
    mends: int = 0
    waited_ms: float = 0.0
    compute_ms: float | None = None


class _Loop:
    """One turn of one assistant."""

    def __init__(self, assistant: Assistant, view: View) -> None:
        self._of = assistant
        self._view = view
        self._turn = turn = view.turn
        self._allowed = assistant._allowed & view.allowed
        self._limits = assistant.settings.limits
        self._spent = _Spent()
        self._begun_s = turn.clock_s()
        self._tools = [
            tool for tool in assistant._tools if view.tools is None or tool["function"]["name"] in view.tools
        ]
        self._table = assistant._table if view.tools is None else ToolTable(self._tools)

    async def run(self) -> Reply:
        of, spent = self._of, self._spent
        state = await of.vehicle.state()
        messages = conversation(self._view.request, state, of.settings, tuple(of._history), self._allowed)
        while spent.turns < self._limits.turns:
            if spent.tokens >= self._limits.tokens:
                return self._ours("tokens")
            said = await self._ask(messages)
            result = read(said.dialect, said.raw, tools=self._table)
            if not said.refused and not result.calls and result.error is None:
                return self._text(result, state)
            wrong = said.refused or _unfit(result)
            if wrong:
                if not self._may_mend(wrong):
                    return self._ours("mends")
                messages += [dict(said.message), {"role": "user", "content": f"tool error: {wrong}"}]
                continue
            results, ended = await self._act(result.calls)
            if ended:
                return self._ours(ended)
            messages += _answered(said, results)
        return self._ours("turns")

    async def _ask(self, messages: list[dict[str, Any]]) -> Said:
        turn, spent = self._turn, self._spent
        spent.turns += 1
        self._view.tell("thinking")
        asked_s = turn.clock_s()
        room = min(self._limits.answer_tokens, self._limits.tokens - spent.tokens)
        try:
            async with asyncio.timeout_at(self._view.deadline_s):
                watch = EarlyJudge(self._view, self._of.vehicle, self._table).hear
                said = await self._of._model.ask(Ask(messages, self._tools, room, watch=watch))
        finally:
            spent.waited_ms += (turn.clock_s() - asked_s) * 1000
        spent.tokens += said.tokens
        if said.compute_ms is not None:
            spent.compute_ms = (spent.compute_ms or 0.0) + said.compute_ms
        return said

    async def _act(self, calls: tuple[ParsedCall, ...]) -> tuple[list[CallResult], str]:
        """Carry the calls out, one after the other; why the turn ends here, if it does."""
        results: list[CallResult] = []
        mend = ""
        for number, call in enumerate(calls):
            if self._spent.calls >= self._limits.calls:
                return results, "calls"
            self._spent.calls += 1
            if call.id is None:
                call = replace(call, id=f"call_{self._spent.turns}_{number}")
            outcome = await self._view.act(call.name, dict(call.arguments))
            if outcome.status in _FOR_THE_PERSON:
                return results, outcome.status.value
            if outcome.status in _MENDABLE:
                mend = outcome.message or outcome.status.value
            content = tool_result(outcome, self._of.vehicle.bridge.profile)
            content = allowed_result(content, self._of.settings, self._allowed)
            results.append(CallResult(call, content, outcome.status not in _HAPPENED))
        if mend and not self._may_mend(mend):
            return results, "mends"
        if self._of._own_words and not mend:
            return results, "own words"
        return results, ""

    def _may_mend(self, wrong: str) -> bool:
        self._spent.mends += 1
        if self._spent.mends > self._limits.mends:
            return False
        self._view.tell("mending", wrong)
        return True

    def _text(self, result: ReadResult, state: Mapping[str, object]) -> Reply:
        """The model's last word, if it claims no more than is so."""
        turn = self._turn
        text = " ".join(result.rest.split())
        if not text:
            return self._ours("no text")
        if not result.complete or len(text) > self._limits.answer_chars:
            return self._ours("too long")
        request = turn.request
        evidence = Evidence(request.language, request.words, tuple(turn.outcomes), state)
        problem = self._of._claims.problem(text, evidence)
        if problem:
            return self._ours(f"claims: {problem}")
        return Reply(request.id, text, tuple(turn.outcomes), "", self._view.lane, self.usage())

    def _ours(self, why: str) -> Reply:
        self._view.tell("replaced", why)
        return self._of.sentences.reply(self._turn, self._view.lane, why, self.usage())

    def usage(self) -> Usage:
        """What was spent so far."""
        spent = self._spent
        total_ms = (self._turn.clock_s() - self._begun_s) * 1000
        ours_ms = max(0.0, total_ms - spent.waited_ms - self._turn.vehicle_ms)
        return Usage(
            spent.turns,
            spent.calls,
            spent.tokens,
            (self._begun_s - self._turn.started_s) * 1000,
            spent.waited_ms,
            spent.compute_ms,
            self._turn.vehicle_ms,
            ours_ms,
        )


def _unfit(result: ReadResult) -> str:
    """Why nothing of this answer may be carried out, in words for the model; empty if it may."""
    if result.error is not None:
        return result.error.message
    if not result.complete:
        return "the answer was cut off; send the whole call again"
    return f"write the call exactly as its format asks: {result.salvaged[0]}" if result.salvaged else ""


def _answered(said: Said, results: list[CallResult]) -> list[dict[str, Any]]:
    """The model's message and the results of its calls, for the next question."""
    message = dict(said.message)
    if said.dialect == "openai_chat":
        message = with_calls(message, [result.call for result in results])
    return [message, *write_results(said.dialect, results)]
