"""The doors of the library for the load: in process, `run` on a pipe, MCP over stdio and over HTTP."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio.from_thread
from mcp import MCPError

from intent_bridge.bridge import DRIVER_BY_VOICE, SimulatedBridge
from intent_bridge.profile import load_profile
from intent_bridge.types import Outcome, Status
from tests.load.clients import Ask, Call, Open
from tests.processes.mcp_peer import http_server, over_http, over_stdio

DRIVER = {"speaker": "driver", "zone": "driver", "channel": "voice", "untrusted_text": False}
CLIENTS = 4


@contextmanager
def in_process(folder: Path) -> Iterator[Open]:
    """Threads of one program that share a bridge; virtual time passes beside them."""
    with SimulatedBridge(load_profile("demo_sedan"), audit=folder / "audit.jsonl", fsync="off") as car:

        @contextmanager
        def client(_number: int) -> Iterator[Ask]:
            yield lambda call: _status(car.handle(call, DRIVER_BY_VOICE))

        yield Open(os.getpid(), client, lambda: _pass(car))


def _status(outcome: Outcome) -> str:
    return f"error {outcome.code}" if outcome.status is Status.ERROR else outcome.status.value


def _pass(car: SimulatedBridge) -> None:
    car.advance_ms(100)


@contextmanager
def run_pipe(folder: Path) -> Iterator[Open]:
    """`run` on a pipe: one host whose threads take turns with it."""
    command = [sys.executable, "-m", "intent_bridge", "run", "demo_sedan"]
    command += ["--audit", str(folder / "audit.jsonl")]
    with (folder / "run.log").open("w") as errors:
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0
        )
    assert server.stdin is not None and server.stdout is not None
    lines, turn = os.fdopen(os.dup(server.stdout.fileno()), "rb"), threading.Lock()
    stdin = server.stdin

    def ask(call: Call) -> str:
        line = json.dumps({"call": call, "from": DRIVER}).encode() + b"\n"
        with turn:
            stdin.write(line)
            answer: dict[str, Any] = json.loads(lines.readline())
        status = str(answer.get("status", "") or answer.get("error"))
        return f"error {answer.get('code')}" if status == "error" else status

    @contextmanager
    def client(_number: int) -> Iterator[Ask]:
        yield ask

    try:
        yield Open(server.pid, client)
    finally:
        stdin.close()
        assert server.wait(30) == 0
        lines.close()
        server.stdout.close()


@contextmanager
def mcp_stdio(folder: Path) -> Iterator[Open]:
    """An MCP server that its one client has started: four tasks of that client ask at once."""
    access = _access(folder, [])
    with ExitStack() as stack:
        portal = stack.enter_context(anyio.from_thread.start_blocking_portal())
        options = ["--mcp-access", str(access), "--audit", str(folder / "audit.jsonl")]
        before = _children()
        session: Any = stack.enter_context(
            portal.wrap_async_context_manager(over_stdio(folder / "mcp.log", *options))
        )
        (pid,) = _children() - before

        @contextmanager
        def client(_number: int) -> Iterator[Ask]:
            yield lambda call: portal.call(_asked, session, call)

        yield Open(pid, client)


@contextmanager
def mcp_http(folder: Path) -> Iterator[Open]:
    """An MCP server over streamable HTTP, and clients with a token each."""
    tokens = [chr(ord("a") + n) * 43 for n in range(CLIENTS)]
    access = _access(folder, tokens)
    before = _children()
    with http_server(folder / "mcp.log", "--mcp-access", str(access)) as address:
        (pid,) = _children() - before

        @asynccontextmanager
        async def connected(number: int) -> Any:
            async with over_http(address, tokens[number]) as session:
                yield session

        @contextmanager
        def client(number: int) -> Iterator[Ask]:
            with ExitStack() as stack:
                portal = stack.enter_context(anyio.from_thread.start_blocking_portal())
                session: Any = stack.enter_context(portal.wrap_async_context_manager(connected(number)))
                yield lambda call: portal.call(_asked, session, call)

        yield Open(pid, client)


DOORS: dict[str, Any] = {
    "in_process": in_process,
    "run": run_pipe,
    "mcp_stdio": mcp_stdio,
    "mcp_http": mcp_http,
}


async def _asked(session: Any, call: Call) -> str:
    """One tool call through the SDK; what is no call becomes a tool that does not exist."""
    name, arguments = ("no_call", {}) if isinstance(call, str) else (call["name"], call["arguments"])
    try:
        result = await session.call_tool(name, arguments)
    except MCPError:
        return "refused by the protocol"
    content = result.structured_content or {}
    return str(content.get("code") if content.get("code") == "too_often" else content.get("status"))


def _access(folder: Path, tokens: list[str]) -> Path:
    """An access file: the noisy client may ask as often as any may, and asks more often."""
    driver = {"speaker": "driver", "zone": "driver", "untrusted_text": False}
    clients = [
        {
            "name": f"client{n}",
            "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
            "from": driver,
            "calls_per_minute": 6000,
        }
        for n, token in enumerate(tokens)
    ]
    path = folder / "access.yaml"
    path.write_text(json.dumps({"stdio": {"from": driver, "calls_per_minute": 6000}, "clients": clients}))
    path.chmod(0o600)
    return path


def _children() -> set[int]:
    """Processes that this one has started."""
    me = os.getpid()
    return {
        int(child)
        for task in Path(f"/proc/{me}/task").iterdir()
        for child in (task / "children").read_text().split()
    }


def opened(name: str, folder: Path) -> AbstractContextManager[Open]:
    """A door by its name."""
    door: AbstractContextManager[Open] = DOORS[name](folder)
    return door
