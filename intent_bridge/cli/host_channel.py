"""The host's own channel beside an MCP server: the line protocol of `run` on a Unix socket.

A person's yes comes in here; a model cannot. The socket belongs to the user who started the process, and
nobody else may open it.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from intent_bridge.bridge import AsyncBridge
from intent_bridge.cli.run import MAX_LINE_BYTES, Session, shown


async def serve_host(car: AsyncBridge, path: Path, language: str) -> None:
    """Answer hosts on the socket, until cancelled; the socket goes with us."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(car.bridge, language)
        with suppress(ConnectionError, ValueError):  # gone, or a line beyond all measure
            while line := await reader.readline():
                given = await car.run(lambda line=line: session.answer(line))  # type: ignore[misc]
                writer.write(shown(given).encode())
                await writer.drain()
        session.close()
        writer.close()

    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(answer, path, limit=MAX_LINE_BYTES + 2)
    finally:
        os.umask(before)
    try:
        async with server:
            await server.serve_forever()
    finally:
        path.unlink(missing_ok=True)
