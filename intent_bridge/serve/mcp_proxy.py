"""Our guard in front of somebody else's vehicle server: verdict first, then their tool with what is allowed.

Their tools keep their names and schemas; only those in the mapping file are offered. Nothing is deferred:
what may not be done now is denied. There is no bus, so no stop frame: a call that was sent is theirs to end.
"""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import anyio
import httpx2
import mcp_types as types
from mcp import Client as Peer
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from intent_bridge.audit import AuditLog
from intent_bridge.bridge import tool_result
from intent_bridge.intents import Domain, ToolSpec
from intent_bridge.profile import Profile
from intent_bridge.serve.mcp_access import Client
from intent_bridge.serve.mcp_desk import MAX_KEY_CHARACTERS, Progress, Resource
from intent_bridge.serve.mcp_gate import Gate, Permitted
from intent_bridge.serve.mcp_mapping import Mapping_, Upstream, load_mapping, offered_catalogue
from intent_bridge.serve.mcp_rights import READ, Rights
from intent_bridge.texts import texts_for
from intent_bridge.types import Outcome, Status, ToolCall

ANSWER_S: Final = 10.0
"""Longest wait for one answer of theirs."""


@asynccontextmanager
async def proxy_desk(
    profile: Profile, file: Path, *, language: str = "en", audit: AuditLog | None = None
) -> AsyncIterator["ProxyDesk"]:
    """A desk before the server that the mapping file names, as long as it is connected."""
    mapping = load_mapping(file, profile)
    async with _connected(mapping.upstream) as peer:
        listed = {tool.name: _spec(tool) for tool in (await peer.list_tools()).tools}
        catalogue, offered = offered_catalogue(mapping, profile, listed, file)
        gate = Gate(profile, catalogue, mapping, secrets.token_bytes(32))
        rights = Rights(profile, catalogue)
        yield ProxyDesk(peer, gate, mapping, rights, offered, language=language, audit=audit)


class ProxyDesk:
    """Serves the clients of one upstream server."""

    resources: Final[Mapping[str, Resource]] = {}

    def __init__(
        self,
        peer: Peer,
        gate: Gate,
        mapping: Mapping_,
        rights: Rights,
        offered: tuple[ToolSpec, ...],
        *,
        language: str,
        audit: AuditLog | None,
    ) -> None:
        self.profile = gate.profile
        self._peer, self._gate, self._mapping, self._rights = peer, gate, mapping, rights
        self._offered, self._language, self._audit = offered, language, audit
        self._texts = texts_for(gate.profile)
        self._turn = anyio.Lock()
        self._questions: dict[str, tuple[Client, str, frozenset[Domain]]] = {}

    def tools(self, client: Client) -> list[ToolSpec]:
        """The upstream's tools that are mapped and that this client may use."""
        return [spec for spec in self._offered if spec.domain in client.scopes]

    def told(self, outcome: Outcome) -> dict[str, Any]:
        """What a client is told of an outcome."""
        return {**tool_result(outcome, self.profile), "say": outcome.say(self._language)}

    async def call(
        self,
        client: Client,
        name: str,
        arguments: Mapping[str, Any],
        progress: Progress,
        key: str | None = None,
        words: str | None = None,
    ) -> Outcome:
        """Judge a call and send what is permitted of it. Nothing is made of the words here."""
        short = key if key is not None and len(key) <= MAX_KEY_CHARACTERS else secrets.token_hex(8)
        call = ToolCall(f"mcp:{client.name}:{short}", name, arguments)
        async with self._turn:
            return self._told(await self._served(client, call))

    async def _served(self, client: Client, call: ToolCall) -> Outcome:
        if call.name in self._mapping.reads and READ in client.scopes:
            return await self._read(call)
        if call.name not in self._mapping.tools:
            text = "there is no such tool; use one of the tools listed"
            return Outcome(call.id, call.name, Status.INVALID, "unknown_tool", text)
        known = self._gate.memory.outcome(call.id)
        reached = self._rights.reached(client, call)
        if known is not None or isinstance(reached, Outcome):
            return known or reached  # type: ignore[return-value]
        self._gate.memory.open(call.id, call.name)
        await self._learn()
        outcome = await self._sent(self._gate.decide(call, client.who, _now_ms()))
        if outcome.confirmation is not None:
            self._questions[call.id] = (client, outcome.confirmation.token, reached)
        return outcome

    def question(self, client: Client, outcome: Outcome) -> str | None:
        """What to ask through the client's elicitation; None where only the host may ask."""
        _, _, reached = self._questions.get(outcome.call_id, (None, "", frozenset((READ,))))
        asks = outcome.status is Status.NEEDS_CONFIRMATION and reached <= client.confirm
        return outcome.say(self._language) if asks else None

    async def answer(self, client: Client, call_id: str, yes: bool, progress: Progress) -> Outcome:
        """A person's answer that came through the client's elicitation."""
        asker, token, reached = self._questions.pop(call_id, (None, "", frozenset()))
        return await self.confirm(token if asker == client and reached <= client.confirm else "", yes, client)

    async def confirm(self, token: str, yes: bool, client: Client) -> Outcome:
        """A person's answer; never offer this to a model."""
        async with self._turn:
            await self._learn()
            return self._told(await self._sent(self._gate.confirmed(token, yes, client.who, _now_ms())))

    async def read(self, client: Client, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """There are no resources of ours here."""
        raise KeyError(name)

    # --- inside -----------------------------------------------------------------------------------

    async def _learn(self) -> None:
        """Ask for their state; what is not answered grows old and counts as unknown."""
        for asked in self._mapping.state:
            answer = await self._ask(asked.tool, asked.arguments)
            if answer is not None:
                self._gate.learn(asked.values, _content(answer), _now_ms())

    async def _sent(self, decided: Permitted | Outcome) -> Outcome:
        """Send what is permitted, all of it in its order; stop at the first that is refused."""
        if isinstance(decided, Outcome):
            return self._recorded(decided)
        order, permit = decided.order, decided.permit
        calls = [self._gate.theirs(path, permit) for path in permit.emitted]
        if not self._write(
            {"type": "upstream", "call_id": order.call_id, "calls": calls, "at_ms": _now_ms()}
        ):
            return Outcome(order.call_id, order.intent, Status.ERROR, "audit_failed")
        self._gate.begun(decided, _now_ms())
        for tool, arguments in calls:
            answer = await self._ask(tool, arguments)
            if answer is None or answer.is_error:
                status = Status.NOT_DELIVERED if answer is None else Status.REFUSED_BY_ECU
                self._gate.over(decided, _now_ms())
                return self._recorded(Outcome(order.call_id, order.intent, status, verdict=decided.verdict))
        await self._learn()
        return self._recorded(self._gate.over(decided, _now_ms()))

    async def _read(self, call: ToolCall) -> Outcome:
        answer = await self._ask(call.name, call.arguments)
        if answer is None or answer.is_error:
            return Outcome(call.id, call.name, Status.NOT_DELIVERED)
        content = _content(answer)
        data = dict(content) if isinstance(content, Mapping) else {"result": content}
        return Outcome(call.id, call.name, Status.NO_ACTION, "report", data=data)

    async def _ask(self, tool: str, arguments: Mapping[str, Any]) -> types.CallToolResult | None:
        """Their answer; None where there was none in time."""
        try:
            return await self._peer.call_tool(tool, dict(arguments), read_timeout_seconds=ANSWER_S)
        except (MCPError, TimeoutError, RuntimeError):  # gone, slow, or an answer against its own schema
            return None

    def _recorded(self, outcome: Outcome) -> Outcome:
        self._gate.memory.keep(outcome)
        body = {"type": "outcome", "call_id": outcome.call_id, "status": outcome.status.value,
                "code": outcome.code, "at_ms": _now_ms()}  # fmt: skip
        if not self._write(body):
            return replace(outcome, status=Status.ERROR, code="audit_failed", actions=())
        return outcome

    def _write(self, body: Mapping[str, Any]) -> bool:
        try:
            if self._audit is not None:
                self._audit.write(body)
        except OSError:
            return False
        return True

    def _told(self, outcome: Outcome) -> Outcome:
        return replace(outcome, texts=self._texts.render(outcome, moving=self._gate.moving(_now_ms())))


@asynccontextmanager
async def _connected(upstream: Upstream) -> AsyncIterator[Peer]:
    if upstream.command is not None:
        command, *arguments = upstream.command
        async with Peer(StdioServerParameters(command=command, args=arguments)) as peer:
            yield peer
        return
    token = upstream.token_file.read_text().strip() if upstream.token_file is not None else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=ANSWER_S) as http,
        Peer(streamable_http_client(str(upstream.url), http_client=http)) as peer,
    ):
        yield peer


def _spec(tool: types.Tool) -> ToolSpec:
    return ToolSpec(
        tool.name, tool.description or "", tool.input_schema, READ, read_only=True, idempotent=True
    )


def _content(answer: types.CallToolResult) -> object:
    """What an answer says, structured or as JSON text; None where it is neither."""
    if answer.structured_content is not None:
        return answer.structured_content
    texts = [part.text for part in answer.content if isinstance(part, types.TextContent)]
    try:
        return json.loads(texts[0]) if len(texts) == 1 else None
    except ValueError:
        return None


def _now_ms() -> int:
    return int(anyio.current_time() * 1000)
