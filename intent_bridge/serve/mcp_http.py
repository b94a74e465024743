"""The MCP server over streamable HTTP: who may reach it, and how often.

No token, nothing. Loopback only, unless the host says otherwise in so many words. A web page may connect only
if its origin is named. Tokens travel in the open: beyond this machine, put TLS in front.
"""

import ipaddress
import socket
import time
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from intent_bridge.serve.mcp_access import Access, Client
from intent_bridge.serve.mcp_rate import Rate

PATH: Final = "/mcp"
MAX_BODY_BYTES: Final = 262_144
REQUESTS_PER_MINUTE: Final = 1200
"""Of one address, with a good token or without."""
BURST: Final = 100
MAX_SESSIONS: Final = 64


class Verifier:
    """The SDK's view of the host's tokens."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who holds this token; the token itself is not kept."""
        client = self._access.client_of(token)
        return (
            None
            if client is None
            else AccessToken(token="", client_id=client.name, scopes=list(client.scopes))
        )


class Limited:
    """Answers 429 where an address asks more often than it may."""

    def __init__(self, app: ASGIApp, per_minute: int = REQUESTS_PER_MINUTE) -> None:
        self._app, self._per_minute, self._rate = app, per_minute, Rate(BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            address = (scope.get("client") or ("",))[0]
            if not self._rate.takes(address, self._per_minute, int(time.monotonic() * 1000)):
                answer = JSONResponse({"error": "too many requests"}, 429, headers={"Retry-After": "1"})
                return await answer(scope, receive, send)
        await self._app(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Whether a host to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def token_holder(access: Access) -> Callable[[], Client]:
    """Who is asking, by the token of the request that is being answered."""
    by_name = {client.name: client for _, client in access.tokens}

    def client_of() -> Client:
        held = get_access_token()
        assert held is not None  # nothing without a token gets this far
        return by_name[held.client_id]

    return client_of


def http_app(server: Server[Any], access: Access, host: str, port: int) -> ASGIApp:
    """The whole application, from the first byte of a request."""
    names = ["127.0.0.1", "localhost", "[::1]"] if is_loopback(host) else [host]
    security = TransportSecuritySettings(
        allowed_hosts=[f"{name}:{port}" for name in names], allowed_origins=list(access.origins)
    )
    auth = AuthSettings(issuer_url=AnyHttpUrl(f"http://localhost:{port}"), resource_server_url=None)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=MAX_BODY_BYTES,
        max_sessions=MAX_SESSIONS,
        transport_security=security,
        auth=auth,
        token_verifier=Verifier(access),
    )
    return Limited(app)


async def serve_http(
    server: Server[Any], access: Access, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Listen until the process is told to end; `ready` hears the address, which port 0 leaves open."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        port = listener.getsockname()[1]
        app = http_app(server, access, host, port)
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{port}{PATH}")
        await uvicorn.Server(config).serve(sockets=[listener])
