"""What an MCP client may do with one vehicle, whatever carries its requests: rights, motions, questions.

A tool call ends when its motion does; a client that goes away or takes its call back stops what the call
moves. Tokens of questions stay here.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, get_args

import anyio
import anyio.lowlevel

from intent_bridge.bridge import AsyncBridge, tool_result
from intent_bridge.intents import Domain, ToolSpec, Topic
from intent_bridge.profile import plain, to_vss
from intent_bridge.serve.mcp_access import Client
from intent_bridge.serve.mcp_rights import Rights
from intent_bridge.serve.turn import said_in
from intent_bridge.texts import texts_for
from intent_bridge.types import Outcome, Status, ToolCall, Value

Progress: TypeAlias = Callable[[float, str], Awaitable[None]]
"""Takes how much of the way is done, 0 to 1, and a sentence."""
Resource: TypeAlias = tuple[str, str, Mapping[str, Any]]
"""Title, and the read tool with the arguments whose answer it is."""

PROGRESS_S: Final = 0.2
RESOURCES: Final[Mapping[str, Resource]] = {
    "vehicle://capabilities": ("What this vehicle can do", "get_capabilities", {}),
    **{
        f"vehicle://state/{topic}": (f"Present state: {topic}", "get_vehicle_state", {"topics": [topic]})
        for topic in get_args(Topic)
    },
}
MAX_QUESTIONS: Final = 64
MAX_KEY_CHARACTERS: Final = 128
FAILED: Final = frozenset(
    {
        Status.DENIED, Status.INVALID, Status.NOT_EQUIPPED, Status.REFUSED_BY_ECU, Status.NOT_DELIVERED,
        Status.TIMEOUT, Status.ERROR,
    }
)  # fmt: skip
"""Outcomes that a client is told of as errors."""


@dataclass(slots=True)
class _Open:
    """One call that is being carried out: its newest outcome, and when it became final."""

    newest: Outcome | None
    over: anyio.Event


@dataclass(frozen=True, slots=True)
class _Question:
    """An open question: who asked, the token that answers, and the domains it is about."""

    client: Client
    token: str
    reached: frozenset[Domain]


class Desk:
    """Serves the MCP clients of one vehicle. Make it inside the event loop that it is used in."""

    resources = RESOURCES

    def __init__(self, car: AsyncBridge, language: str = "en") -> None:
        self.car, self.language = car, language
        self.profile = car.bridge.profile
        self._texts = texts_for(self.profile)
        self._rights = Rights(self.profile, car.bridge.engine.catalogue)
        self._open: dict[str, _Open] = {}
        self._questions: dict[str, _Question] = {}
        self._stop = car.subscribe("outcome", self._heard)

    def close(self) -> None:
        """Hear no more."""
        self._stop()

    def tools(self, client: Client) -> list[ToolSpec]:
        """The tools that a client may use, in their stable order."""
        return self._rights.offered(client)

    def told(self, outcome: Outcome) -> dict[str, Any]:
        """What a client is told of an outcome: no token, no threshold."""
        return {**tool_result(outcome, self.profile), "say": outcome.say(self.language)}

    async def call(
        self,
        client: Client,
        name: str,
        arguments: Mapping[str, Any],
        progress: Progress,
        key: str | None = None,
        words: str | None = None,
    ) -> Outcome:
        """Carry out one call to its end.

        `key` names the call within its client: a call with a known key is answered with the first one's
        outcome and never acts again. `words` are what the person said, in the desk's language: they can only
        make us ask. Cancelling this stops what the call moves.
        """
        short = key if key is not None and len(key) <= MAX_KEY_CHARACTERS else secrets.token_hex(8)
        call = ToolCall(f"mcp:{client.name}:{short}", name, arguments)
        reached = self._rights.reached(client, call)
        if isinstance(reached, Outcome):
            return replace(reached, texts=self._texts.render(reached, moving=self.car.bridge.moving()))
        said = said_in(words, self.language) if words is not None else None
        outcome = await self._carried_out(
            call.id, lambda: self.car.handle(call, client.who, heard=said, user=client.user), progress
        )
        if outcome.confirmation is not None:
            while len(self._questions) >= MAX_QUESTIONS:
                del self._questions[next(iter(self._questions))]
            self._questions[call.id] = _Question(client, outcome.confirmation.token, reached)
        return outcome

    def question(self, client: Client, outcome: Outcome) -> str | None:
        """What to ask through the client's elicitation; None where only the host may ask."""
        asked = self._questions.get(outcome.call_id)
        if asked is None or outcome.status is not Status.NEEDS_CONFIRMATION:
            return None
        return outcome.say(self.language) if asked.reached <= client.confirm else None

    async def answer(self, client: Client, call_id: str, yes: bool, progress: Progress) -> Outcome:
        """A person's answer that came through the client's elicitation."""
        asked = self._questions.pop(call_id, None)
        mine = asked is not None and asked.client == client and asked.reached <= client.confirm
        token = asked.token if asked is not None and mine else ""  # the bridge knows no such question
        return await self._carried_out(call_id, lambda: self.car.confirm(token, yes, client.who), progress)

    async def read(self, client: Client, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a read tool."""
        outcome = await self.call(client, name, arguments, _silent)
        return dict(outcome.data) if not outcome.code or outcome.data else self.told(outcome)

    # --- inside -----------------------------------------------------------------------------------

    async def _carried_out(
        self, call_id: str, act: Callable[[], Awaitable[Outcome]], progress: Progress
    ) -> Outcome:
        waiting = self._open.setdefault(call_id, _Open(None, anyio.Event()))
        try:
            with anyio.CancelScope(shield=True):  # once begun, what has been sent must be known
                outcome = await act()
            if outcome.status is not Status.SENT:
                await anyio.lowlevel.checkpoint_if_cancelled()
                return outcome
            return await self._followed(outcome, waiting, progress)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await self.car.withdraw(call_id)
            raise
        finally:
            self._open.pop(call_id, None)

    async def _followed(self, outcome: Outcome, waiting: _Open, progress: Progress) -> Outcome:
        """The end of a motion; on the way, how far it has come."""
        goals = {a.path: a.emitted for a in outcome.actions if a.emitted is not None}
        begun = await self.car.state()
        while not waiting.over.is_set():
            with anyio.move_on_after(PROGRESS_S):
                await waiting.over.wait()
                break
            now = await self.car.state()
            await progress(self._way(goals, begun, now), outcome.say(self.language))
        return waiting.newest or outcome

    def _way(self, goals: Mapping[str, Value], begun: Mapping[str, Any], now: Mapping[str, Any]) -> float:
        ways = []
        for path, goal in goals.items():
            target = plain(to_vss(self.profile.actuators[path].spec, goal))
            first, here = begun.get(path), now.get(path)
            if all(isinstance(value, int | float) for value in (first, here, target)) and target != first:
                ways.append(min(1.0, max(0.0, (here - first) / (target - first))))  # type: ignore[operator]
        return round(min(ways, default=0.0), 3)

    def _heard(self, outcome: Outcome) -> None:
        waiting = self._open.get(outcome.call_id)
        if waiting is not None and outcome.status is not Status.SENT:
            waiting.newest = outcome
            waiting.over.set()


async def _silent(_way: float, _text: str) -> None:
    """Tells nobody."""


def as_text(told: Mapping[str, Any]) -> str:
    """What a client is told, for models that read text only."""
    return json.dumps(told, ensure_ascii=False)
