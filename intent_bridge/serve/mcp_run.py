"""Runs an MCP server over a bridge, on stdio or HTTP, and keeps a simulated vehicle's clock beside ours."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeAlias

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from intent_bridge.audit import AuditLog
from intent_bridge.bridge import AsyncBridge, Bridge, SimulatedBridge
from intent_bridge.profile import Profile
from intent_bridge.serve.mcp_access import Access
from intent_bridge.serve.mcp_desk import Desk
from intent_bridge.serve.mcp_http import serve_http, token_holder
from intent_bridge.serve.mcp_proxy import proxy_desk
from intent_bridge.serve.mcp_server import make_server

TICK_S: Final = 0.05
Beside: TypeAlias = Callable[[AsyncBridge], Coroutine[Any, Any, None]]
"""What runs beside the server as long as it does: the host's own channel."""


async def serve_mcp(
    bridge: Bridge,
    access: Access,
    *,
    http: tuple[str, int] | None = None,
    language: str = "en",
    beside: Beside | None = None,
    ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve until the client goes (stdio) or the process is told to end (HTTP). Closes the bridge."""
    async with AsyncBridge(bridge) as car, anyio.create_task_group() as tasks:
        tasks.start_soon(keep_time, car)
        if beside is not None:
            tasks.start_soon(beside, car)
        desk = Desk(car, language)
        try:
            if http is None:
                await serve_stdio(make_server(desk, lambda: access.stdio))
            else:
                server = make_server(desk, token_holder(access))
                await serve_http(server, access, *http, ready)
        finally:
            desk.close()
            tasks.cancel_scope.cancel()


async def serve_proxy(
    profile: Profile,
    mapping: Path,
    access: Access,
    *,
    http: tuple[str, int] | None = None,
    language: str = "en",
    audit: AuditLog | None = None,
    ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve as `serve_mcp` does, in front of somebody else's server."""
    async with proxy_desk(profile, mapping, language=language, audit=audit) as desk:
        if http is None:
            await serve_stdio(make_server(desk, lambda: access.stdio))
        else:
            await serve_http(make_server(desk, token_holder(access)), access, *http, ready)


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one client on standard input and output."""
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


async def keep_time(car: AsyncBridge) -> None:
    """Let the time of a simulated vehicle pass as ours does; a real one has its own."""
    bridge = car.bridge
    if not isinstance(bridge, SimulatedBridge):
        return
    since_s, first_ms = anyio.current_time(), bridge.now_ms()
    while True:
        await anyio.sleep(TICK_S)
        behind_ms = int((anyio.current_time() - since_s) * 1000) - (bridge.now_ms() - first_ms)
        if behind_ms > 0:
            await car.run(lambda ms=behind_ms: bridge.advance_ms(ms))  # type: ignore[misc]
