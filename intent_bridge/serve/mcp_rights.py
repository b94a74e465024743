"""Holds what MCP clients ask against what the host lets them: domains and rates."""

from typing import Final

import anyio

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, Domain, StopMotion, ToolSpec
from intent_bridge.intents.reach import reach
from intent_bridge.profile import Profile
from intent_bridge.serve.mcp_access import Client
from intent_bridge.serve.mcp_rate import Rate
from intent_bridge.types import Outcome, Status, ToolCall

READ: Final[Domain] = "read"


class Rights:
    """The rights of all clients of one vehicle. Who may move anything may stop everything, at any rate."""

    def __init__(self, profile: Profile, catalogue: Catalogue) -> None:
        self._profile, self._catalogue = profile, catalogue
        self._rate = Rate()

    def offered(self, client: Client) -> list[ToolSpec]:
        """The tools that a client may use, in their stable order."""
        return [
            spec
            for spec in self._catalogue.tools
            if self._stops(client, spec.name) or spec.domain in client.scopes
        ]

    def reached(self, client: Client, call: ToolCall) -> frozenset[Domain] | Outcome:
        """The domains a call is about, or why this client may not make it; nothing else looks before."""
        stops = self._stops(client, call.name)
        now_ms = int(anyio.current_time() * 1000)
        if not stops and not self._rate.takes(client.name, client.calls_per_minute, now_ms):
            return Outcome(call.id, call.name, Status.DENIED, "too_many_calls")
        try:
            found = reach(call, self._profile, self._catalogue.parse)
        except ToolCallError as error:
            return Outcome(call.id, call.name, Status.INVALID, error.code, str(error))
        if not stops and not found <= client.scopes:
            return Outcome(call.id, call.name, Status.DENIED, "not_in_scope")
        return found

    def _stops(self, client: Client, name: str) -> bool:
        return name == StopMotion.tool and bool(client.scopes - {READ})
