"""The desk on the official MCP SDK: tools with our own schemas, resources, progress, elicitation.

The low-level server is used because the schemas are ours and every call is checked by us: nothing is coerced
or dropped on the way. Both eras of the protocol are spoken; since 2026-07-28 a question to the person is a
result that asks for input, before that a request to the client.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from intent_bridge import __version__
from intent_bridge.intents import ToolSpec
from intent_bridge.llm import export_tools
from intent_bridge.profile import Profile
from intent_bridge.serve.mcp_access import Client
from intent_bridge.serve.mcp_desk import FAILED, Progress, Resource, as_text
from intent_bridge.serve.mcp_rights import READ
from intent_bridge.types import Outcome, Status

Context: TypeAlias = ServerRequestContext[Any, Any]
ClientOf: TypeAlias = Callable[[], Client]

NAME: Final = "intent-bridge"
KEY_META: Final = "intent-bridge/key"
"""In `_meta` of a tools/call: the client's own name for it, so that sending it again never acts twice."""
WORDS_META: Final = "intent-bridge/words"
"""In `_meta` of a tools/call: what the person said, so that a number of the model's own is asked about."""
INSTRUCTIONS: Final = (
    "Tools of one vehicle. Every call is judged by the vehicle's rules; a refusal is final until the state "
    "changes. Only say that something is done when the status is `done` or `no_effect`; tell the user the "
    "sentence in `say`."
)
OUTCOME_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": [status.value for status in Status]},
        "say": {"type": "string", "description": "What the user may be told."},
        "aaos": {"type": "string", "description": "The same as a status code of Android's vehicle HAL."},
        "code": {"type": "string"},
        "message": {"type": "string", "description": "What to mend in the call."},
        "reasons": {"type": "array", "items": {"type": "string"}},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "arguments": {"type": "object"}},
                "required": ["name", "arguments"],
            },
        },
        "confirmed": {"type": "object", "description": "Path and value, as the vehicle has confirmed them."},
        "data": {"type": "object", "description": "The answer of a read tool."},
    },
    "required": ["status", "say", "aaos"],
}
_YES: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"yes": {"type": "boolean", "title": "Do it"}},
    "required": ["yes"],
}
_QUESTION: Final = "confirm"


class Desk(Protocol):
    """What serves the clients: a vehicle of ours (`mcp_desk`), or somebody else's server (`mcp_proxy`)."""

    @property
    def profile(self) -> Profile: ...
    @property
    def resources(self) -> Mapping[str, Resource]: ...
    def tools(self, client: Client) -> list[ToolSpec]: ...
    def told(self, outcome: Outcome) -> dict[str, Any]: ...
    def question(self, client: Client, outcome: Outcome) -> str | None: ...
    async def call(
        self,
        client: Client,
        name: str,
        arguments: Mapping[str, Any],
        progress: Progress,
        key: str | None,
        words: str | None,
    ) -> Outcome: ...
    async def answer(self, client: Client, call_id: str, yes: bool, progress: Progress) -> Outcome: ...
    async def read(self, client: Client, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]: ...


def make_server(desk: Desk, client_of: ClientOf) -> Server[Any]:
    """A server for one vehicle; `client_of` says who is asking, by what its transport knows."""
    handlers = _Handlers(desk, client_of)
    server: Server[Any] = Server(
        NAME,
        version=__version__,
        title=desk.profile.file.title,
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_read_resource=handlers.read_resource,
    )
    security = RequestStateSecurity.ephemeral(ttl=desk.profile.file.confirmation_ms / 1000)
    server.middleware.append(RequestStateBoundary(security, default_audience=NAME))
    return server


def shown_tools(specs: list[ToolSpec]) -> list[types.Tool]:
    """Tools as MCP shows them."""
    exported = export_tools("mcp", specs, output_schema=OUTCOME_SCHEMA)
    return [types.Tool.model_validate(tool, by_name=False) for tool in exported.tools]


class _Handlers:
    def __init__(self, desk: Desk, client_of: ClientOf) -> None:
        self._desk, self._client_of = desk, client_of

    async def list_tools(
        self, _ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=shown_tools(self._desk.tools(self._client_of())))

    async def call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        client, progress = self._client_of(), _progress(ctx)
        if params.request_state is not None:  # sealed by us for this client and this very call
            yes = _said_yes((params.input_responses or {}).get(_QUESTION))
            return self._result(await self._desk.answer(client, params.request_state, yes, progress))
        key, words = _meta(params, KEY_META), _meta(params, WORDS_META)
        outcome = await self._desk.call(client, params.name, params.arguments or {}, progress, key, words)
        question = self._desk.question(client, outcome)
        if question is None or not _takes_forms(ctx):
            return self._result(outcome)
        if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
            form = types.ElicitRequestFormParams(message=question, requested_schema=dict(_YES))
            return types.InputRequiredResult(
                input_requests={_QUESTION: types.ElicitRequest(params=form)}, request_state=outcome.call_id
            )
        return self._result(await self._ask(ctx, client, outcome, question))

    async def _ask(self, ctx: Context, client: Client, outcome: Outcome, question: str) -> Outcome:
        """Ask as the protocol did before 2026-07-28; a client that fails leaves the question to the host."""
        try:
            with anyio.fail_after(self._desk.profile.file.confirmation_ms / 1000):
                said = await ctx.session.elicit_form(question, dict(_YES), related_request_id=ctx.request_id)
        except (MCPError, TimeoutError):
            return outcome
        return await self._desk.answer(client, outcome.call_id, _said_yes(said), _progress(ctx))

    async def list_resources(
        self, _ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        shown = self._desk.resources if READ in self._client_of().scopes else {}
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=uri, name=uri.partition("://")[2], title=title, mime_type="application/json"
                )
                for uri, (title, _, _) in shown.items()
            ]
        )

    async def read_resource(
        self, _ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        client = self._client_of()
        if params.uri not in self._desk.resources or READ not in client.scopes:
            raise MCPError(code=types.INVALID_PARAMS, message=f"there is no resource {params.uri[:80]}")
        _, tool, arguments = self._desk.resources[params.uri]
        data = await self._desk.read(client, tool, arguments)
        text = json.dumps(data, ensure_ascii=False)
        contents = types.TextResourceContents(uri=params.uri, mime_type="application/json", text=text)
        return types.ReadResourceResult(contents=[contents], ttl_ms=0, cache_scope="private")

    def _result(self, outcome: Outcome) -> types.CallToolResult:
        return result_of(self._desk.told(outcome), failed=outcome.status in FAILED)


def result_of(told: dict[str, Any], *, failed: bool) -> types.CallToolResult:
    """A result in both its forms."""
    text = types.TextContent(text=as_text(told))
    return types.CallToolResult(content=[text], structured_content=told, is_error=failed)


def _progress(ctx: Context) -> Progress:
    async def report(way: float, text: str) -> None:
        await ctx.session.report_progress(way, 1.0, text)

    return report


def _meta(params: types.CallToolRequestParams, name: str) -> str | None:
    found = (params.meta or {}).get(name)
    return found if isinstance(found, str) and found.isprintable() else None


def _takes_forms(ctx: Context) -> bool:
    """Whether the client has declared that it can put a form before a person."""
    declared = ctx.session.client_capabilities
    asks = declared.elicitation if declared is not None else None
    return asks is not None and (asks.form is not None or asks.url is None)


def _said_yes(said: object) -> bool:
    return (
        isinstance(said, types.ElicitResult)
        and said.action == "accept"
        and (said.content or {}).get("yes") is True
    )
