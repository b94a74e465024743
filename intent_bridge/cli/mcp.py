"""`run --mcp` and `run --mcp-http`: the vehicle for MCP clients, with what the host says about them."""

import contextlib
import functools
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intent_bridge.audit import AuditLog
from intent_bridge.bridge import AsyncBridge, Bridge
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_buses, read_who
from intent_bridge.cli.secoc import secoc_options
from intent_bridge.errors import IntentBridgeError
from intent_bridge.profile import load_profile

MISSING = "the MCP SDK is not installed"
INSTALL = "pip install 'intent-bridge[mcp]'"


@dataclass(frozen=True, slots=True)
class McpOptions:
    """What stands on the command line about MCP."""

    http: str | None
    access: Path | None
    who: str | None
    host_channel: Path | None
    remote: bool
    proxy: Path | None = None


def serve_clients(
    vehicle: str, buses: Sequence[str], options: McpOptions, *, language: str, **bridge_options: Any
) -> int:
    """Serve MCP clients until they go or the process is told to end."""
    try:
        from intent_bridge.serve.mcp_access import load_access, open_access
        from intent_bridge.serve.mcp_run import serve_mcp, serve_proxy
    except ModuleNotFoundError as error:
        raise UsageProblem(MISSING, INSTALL) from error
    who = read_who(options.who)
    access = open_access(who) if options.access is None else load_access(options.access, who)
    http = _address(options, bool(access.tokens))
    shared: dict[str, Any] = {"http": http, "language": language, "ready": _tell}
    if options.proxy is not None:
        audit = bridge_options.get("audit")
        log = None if audit is None else AuditLog(audit.path, fsync=audit.fsync)
        with contextlib.closing(log) if log is not None else contextlib.nullcontext():
            proxy = functools.partial(serve_proxy, load_profile(vehicle), options.proxy, access, audit=log)
            _run(functools.partial(proxy, **shared))
        return Exit.OK
    bridge = _bridge(vehicle, read_buses(buses), bridge_options)
    beside = _host_channel(options.host_channel, language)
    _run(functools.partial(serve_mcp, bridge, access, beside=beside, **shared))
    return Exit.OK


def _run(serving: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run until it ends; an error of ours comes out of the groups that tasks wrap it in."""
    import anyio

    try:
        anyio.run(serving)
    except BaseExceptionGroup as group:
        ours, _ = group.split(IntentBridgeError)
        while isinstance(ours, BaseExceptionGroup):
            ours = ours.exceptions[0]  # type: ignore[assignment]
        if ours is None:
            raise
        raise ours from group


def _tell(address: str) -> None:
    print(address, flush=True)


def _bridge(vehicle: str, buses: dict[str, dict[str, Any]], options: dict[str, Any]) -> Bridge:
    if not buses:
        return Bridge.simulated(vehicle, **options)
    from intent_bridge.cli.verbs import hear_first

    bridge = Bridge.open(vehicle, buses=buses, **options, **secoc_options())
    hear_first(bridge)
    return bridge


def _address(options: McpOptions, tokens: bool) -> tuple[str, int] | None:
    from intent_bridge.serve.mcp_http import is_loopback

    if options.http is None:
        return None
    host, _, port = options.http.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit():
        raise UsageProblem(f"`--mcp-http {options.http}` is no address", "write HOST:PORT, as 127.0.0.1:8080")
    if not tokens:
        raise UsageProblem(
            "over HTTP nobody may connect without a token",
            "make one with `python -m intent_bridge.serve.mcp_token NAME DOMAIN…` and give --mcp-access FILE",
        )
    if not is_loopback(host) and not options.remote:
        raise UsageProblem(
            f"`{host}` can be reached from other machines", "listen on 127.0.0.1, or say --mcp-remote"
        )
    return host, int(port)


def _host_channel(path: Path | None, language: str) -> Any:
    if path is None:
        print("no --host-channel: what needs a person's yes cannot be confirmed", file=sys.stderr)
        return None
    from intent_bridge.cli.host_channel import serve_host

    async def beside(car: AsyncBridge) -> None:
        await serve_host(car, path, language)

    return beside
