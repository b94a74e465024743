"""A simulated car for tests on virtual time, which keeps book of what reached it."""

import asyncio

from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.types import Channel, Outcome, Provenance, Said, SeatZone, Speaker, ToolCall

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)


class Car:
    """A `serve.Vehicle`: every verb answers after `slow_ms`. `acts` are the calls in order."""

    def __init__(self, bridge: SimulatedBridge, *, slow_ms: int = 0) -> None:
        self.bridge = bridge
        self.slow_ms = slow_ms
        self.acts: list[ToolCall] = []
        self.told: list[Provenance | None] = []
        self.facts: dict[str, object] = {}
        """Stands in `state` besides what the car measures."""

    async def handle(
        self, call: object, provenance: Provenance | None = None, *, heard: Said | None = None, user: str = ""
    ) -> Outcome:
        assert isinstance(call, ToolCall)
        self.acts.append(call)
        self.told.append(provenance)
        await asyncio.sleep(self.slow_ms / 1000)
        return self.bridge.handle(call, provenance, heard=heard, user=user)

    async def undo(self, provenance: Provenance | None = None) -> Outcome:
        self.acts.append(ToolCall("undo", "undo", {}))
        return self.bridge.undo(provenance)

    async def explain(self, call: object, provenance: Provenance | None = None) -> Outcome:
        return self.bridge.explain(call, provenance)

    async def state(self) -> dict[str, object]:
        return {**self.bridge.state(), **self.facts}
