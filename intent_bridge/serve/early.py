"""The loop's look at an answer that a model still writes: stop what cannot become legal, prepare what can."""

from intent_bridge.llm import Preflight, ToolTable
from intent_bridge.serve.request import Vehicle
from intent_bridge.serve.turn import View
from intent_bridge.types import ToolCall


class EarlyJudge:
    """Watches one answer. Nothing is sent: a legal call is only tried, so that the host sees it coming."""

    def __init__(self, view: View, vehicle: Vehicle, tools: ToolTable) -> None:
        self._view, self._vehicle, self._tools = view, vehicle, tools
        self._flight: Preflight | None = None

    async def hear(self, dialect: str, piece: str) -> str:
        """Take the next piece; why the rest need not be written, empty if it must.

        Tells `refused` with the reason, or `prepared` with what would be decided and sent.
        """
        if self._flight is None:
            self._flight = Preflight(dialect, self._tools)
        for early in self._flight.feed(piece):
            if early.refused is not None:
                self._view.tell("refused", f"{early.name}: {early.refused.message}")
                return early.refused.message
            call = ToolCall("", early.name, early.arguments or {})
            outcome = await self._vehicle.explain(call, self._view.asker)
            self._view.tell("prepared", early.name, outcome)
        return ""
