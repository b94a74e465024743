"""Real MCP servers in processes of their own, and a client of the SDK at the other end."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

RUN = ["-m", "intent_bridge", "run", "demo_sedan"]


def environment() -> dict[str, str]:
    """What a server process needs to find the library under test, and to measure it where this one does."""
    measured = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE_")}
    return {"PYTHONPATH": os.pathsep.join(sys.path), **measured}


@asynccontextmanager
async def over_stdio(log: Path, *options: str, **client: Any) -> AsyncIterator[Client]:
    """A client of a server that it has started itself."""
    arguments = [*RUN, "--mcp", *options]
    server = StdioServerParameters(command=sys.executable, args=arguments, env=environment())
    with log.open("w") as errors:
        async with Client(stdio_client(server, errors), **client) as connected:
            yield connected


@contextmanager
def http_server(log: Path, *options: str) -> Iterator[str]:
    """The address of a server in a process of its own, on a free port of this machine."""
    command = [sys.executable, *RUN, "--mcp-http", "127.0.0.1:0", *options]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **environment()}, text=True
        )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), log.read_text()
        yield address
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@asynccontextmanager
async def over_http(address: str, token: str, **client: Any) -> AsyncIterator[Client]:
    """A client with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(address, http_client=http), **client) as connected,
    ):
        yield connected


def host_line(path: Path, **line: Any) -> dict[str, Any]:
    """One line of the host on its own channel, and the answer."""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(20)
        until = time.monotonic() + 20
        while True:
            try:
                channel.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                assert time.monotonic() < until
                time.sleep(0.02)
        channel.sendall(json.dumps(line).encode() + b"\n")
        with channel.makefile() as answers:
            answer: dict[str, Any] = json.loads(answers.readline())
            return answer


class Person:
    """Answers what a client puts before it, and remembers the questions."""

    def __init__(self, action: str = "accept", yes: bool = True) -> None:
        self.action, self.yes = action, yes
        self.asked: list[str] = []

    async def __call__(self, _context: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params.message)
        content: Any = {"yes": self.yes} if self.action == "accept" else None
        return types.ElicitResult(action=self.action, content=content)  # type: ignore[arg-type]
