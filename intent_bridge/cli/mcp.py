"""`run --mcp` and `run --mcp-http`: the vehicle for MCP clients, with what the host says about them."""

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intent_bridge.bridge import AsyncBridge, Bridge
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_buses, read_who

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


def serve_clients(
    vehicle: str, buses: Sequence[str], options: McpOptions, *, language: str, **bridge_options: Any
) -> int:
    """Serve MCP clients until they go or the process is told to end."""
    try:
        import anyio

        from intent_bridge.serve.mcp_access import load_access, open_access
        from intent_bridge.serve.mcp_run import serve_mcp
    except ModuleNotFoundError as error:
        raise UsageProblem(MISSING, INSTALL) from error
    who = read_who(options.who)
    access = open_access(who) if options.access is None else load_access(options.access, who)
    http = _address(options, bool(access.tokens))
    wanted = read_buses(buses)
    if wanted:
        from intent_bridge.cli.verbs import hear_first

        bridge = Bridge.open(vehicle, buses=wanted, **bridge_options)
        hear_first(bridge)
    else:
        bridge = Bridge.simulated(vehicle, **bridge_options)
    serving = functools.partial(
        serve_mcp,
        bridge,
        access,
        http=http,
        language=language,
        beside=_host_channel(options.host_channel, language),
        ready=lambda address: print(address, flush=True),
    )
    anyio.run(serving)
    return Exit.OK


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
