"""The same bridge for asyncio hosts: the same verbs, run one after another on a thread of their own."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from intent_bridge.bridge.core import Bridge, Listener
from intent_bridge.bridge.results import id_of
from intent_bridge.texts import texts_for
from intent_bridge.types import Outcome, Provenance, Said, Status

T = TypeVar("T")

MAX_HANDLING = 64
"""Calls of models that may wait at once; what people and the host ask for is not counted and always waits."""


class AsyncBridge:
    """Wraps a `Bridge`; calls are carried out in the order they were awaited, the event loop never blocks."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self._handling = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="intent-bridge-aio")

    async def run(self, verb: Callable[[], T]) -> T:
        """Anything else that uses the bridge, in its turn among the verbs."""
        import asyncio  # a host that awaits has it; others need not wait for it

        return await asyncio.get_running_loop().run_in_executor(self._worker, verb)

    async def handle(
        self,
        call: object,
        provenance: Provenance | None = None,
        *,
        facts: Mapping[str, object] | None = None,
        heard: Said | None = None,
        user: str = "",
    ) -> Outcome:
        """See `Bridge.handle`. Denied as `busy` while MAX_HANDLING calls are under way or wait."""
        if self._handling >= MAX_HANDLING:
            outcome = Outcome(id_of(call), "", Status.DENIED, "busy", f"{MAX_HANDLING} calls wait already")
            return outcome.with_texts(texts_for(self.bridge.profile).render(outcome))
        self._handling += 1
        try:
            return await self.run(
                lambda: self.bridge.handle(call, provenance, facts=facts, heard=heard, user=user)
            )
        finally:
            self._handling -= 1

    async def confirm(self, token: str, accept: bool = True, provenance: Provenance | None = None) -> Outcome:
        """See `Bridge.confirm`."""
        return await self.run(lambda: self.bridge.confirm(token, accept, provenance))

    async def undo(self, provenance: Provenance | None = None, *, call_id: str = "") -> Outcome:
        """See `Bridge.undo`."""
        return await self.run(lambda: self.bridge.undo(provenance, call_id=call_id))

    async def can_undo(self, provenance: Provenance | None = None) -> tuple[Outcome, ...]:
        """See `Bridge.can_undo`."""
        return await self.run(lambda: self.bridge.can_undo(provenance))

    async def withdraw(self, call_id: str) -> Outcome:
        """See `Bridge.withdraw`."""
        return await self.run(lambda: self.bridge.withdraw(call_id))

    async def explain(self, call: object, provenance: Provenance | None = None) -> Outcome:
        """See `Bridge.explain`."""
        return await self.run(lambda: self.bridge.explain(call, provenance))

    async def state(self) -> dict[str, Any]:
        """See `Bridge.state`."""
        return await self.run(self.bridge.state)

    def tools(self, dialect: str = "openai", domains: Collection[str] | None = None) -> list[dict[str, Any]]:
        """See `Bridge.tools`."""
        return self.bridge.tools(dialect, domains)

    def tool_result(self, outcome: Outcome) -> str:
        """See `Bridge.tool_result`."""
        return self.bridge.tool_result(outcome)

    def subscribe(self, topic: str, listener: Listener) -> Callable[[], None]:
        """See `Bridge.subscribe`; the listener runs in the event loop of the caller."""
        import asyncio

        loop = asyncio.get_running_loop()

        def forward(value: object) -> None:
            loop.call_soon_threadsafe(listener, value)

        return self.bridge.subscribe(topic, forward)

    async def close(self) -> None:
        """See `Bridge.close`."""
        await self.run(self.bridge.close)
        self._worker.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
