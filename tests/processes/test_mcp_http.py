"""The MCP server over streamable HTTP: tokens, domains, origins, rates; both eras of the protocol."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from intent_bridge.cli.app import main
from intent_bridge.serve.mcp_http import MAX_SESSIONS
from tests.processes.mcp_peer import http_server, over_http

TOKENS = {"cockpit": "c" * 43, "warmth": "w" * 43, "eye": "e" * 43, "hasty": "h" * 43}
ACCESS = """
clients:
  - {{name: cockpit, token_sha256: {cockpit}, from: {driver}}}
  - {{name: warmth, token_sha256: {warmth}, scopes: [climate, comfort], from: {driver}}}
  - {{name: eye, token_sha256: {eye}, scopes: [read], from: {driver}}}
  - {{name: hasty, token_sha256: {hasty}, from: {driver}, calls_per_minute: 3}}
origins: ["http://cockpit.example"]
"""
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}
BOTH = pytest.mark.parametrize("mode", ["auto", "legacy"])


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("access") / "access.yaml"
    hashes = {name: hashlib.sha256(token.encode()).hexdigest() for name, token in TOKENS.items()}
    driver = "{speaker: driver, zone: driver, untrusted_text: false}"
    path.write_text(ACCESS.format(driver=driver, **hashes))
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def address(access: Path) -> Iterator[str]:
    with http_server(access.with_name("log"), "--mcp-access", str(access)) as found:
        yield found


def post(address: str, **headers: str) -> int:
    return httpx2.post(address, json=INITIALIZE, headers=ACCEPT | headers).status_code


def test_without_a_good_token_there_is_nothing(address: str) -> None:
    good = TOKENS["cockpit"]
    wrong = ["", "Bearer", "Bearer x", f"Basic {good}", f"Bearer {good}x", f"Bearer {good[:-1]}"]
    assert [post(address, Authorization=header) for header in wrong] == [401] * len(wrong)
    assert post(address) == 401


def test_a_web_page_may_connect_only_from_a_named_origin(address: str) -> None:
    good = f"Bearer {TOKENS['cockpit']}"
    for origin in ("http://evil.example", "http://localhost:9999", "null", "http://127.0.0.1"):
        assert post(address, Authorization=good, Origin=origin) == 403
    assert post(address, Authorization=good, Origin="http://cockpit.example") not in (401, 403, 421)


def test_a_name_that_was_made_to_point_here_is_refused(address: str) -> None:
    assert post(address, Authorization=f"Bearer {TOKENS['cockpit']}", Host="rebound.example") == 421


@BOTH
def test_a_client_with_a_token_acts_and_its_cancelled_motion_stops(mode: str, address: str) -> None:
    async def drive() -> None:
        async with over_http(address, TOKENS["cockpit"], mode=mode) as client:
            done = await client.call_tool("set_fan_speed", {"level": 4})
            assert done.structured_content["status"] in ("done", "no_effect")
            goal = 100 if mode == "auto" else 0
            async with anyio.create_task_group() as tasks:

                async def cancel(progress: float, total: float | None, message: str | None) -> None:
                    if progress > 0.02:
                        tasks.cancel_scope.cancel()

                await client.call_tool("set_sunroof", {"percent": goal}, progress_callback=cancel)
            assert tasks.cancel_scope.cancelled_caught
            while True:  # the end of the request travels beside the next one
                stopped = await client.call_tool("stop_motion", {})
                if stopped.structured_content["status"] == "no_effect":
                    break
                assert stopped.structured_content["status"] == "no_effect", "it went on moving"

    asyncio.run(drive())


@BOTH
def test_a_token_reaches_its_domains_only_by_whatever_tool(mode: str, address: str) -> None:
    async def drive() -> None:
        async with over_http(address, TOKENS["warmth"], mode=mode) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert {"set_fan_speed", "adjust_setting", "stop_motion"} <= names
            assert not names & {
                "set_window",
                "set_seat_position",
                "set_emergency_braking",
                "get_vehicle_state",
            }
            assert (await client.list_resources()).resources == []
            beyond: list[tuple[str, dict[str, Any]]] = [
                ("set_window", {"percent": 10}),
                ("adjust_setting", {"setting": "seat_position", "direction": "up"}),
                ("activate_scene", {"scene": "nap"}),
                ("get_vehicle_state", {"topics": ["drive"]}),
            ]
            for name, arguments in beyond:
                result = await client.call_tool(name, arguments)
                assert result.is_error and result.structured_content["code"] == "not_in_scope", name
            warmer = {"setting": "cabin_temperature", "direction": "up", "amount": 0.5}
            result = await client.call_tool("adjust_setting", warmer)
            assert result.structured_content["status"] == "done"

    asyncio.run(drive())


def test_who_may_only_look_cannot_even_stop(address: str) -> None:
    async def drive() -> None:
        async with over_http(address, TOKENS["eye"]) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names == {"get_vehicle_state", "get_capabilities"}
            result = await client.call_tool("stop_motion", {})
            assert result.structured_content["code"] == "not_in_scope"

    asyncio.run(drive())


def test_a_hasty_client_is_slowed_down_and_the_others_are_not(address: str) -> None:
    async def drive() -> None:
        async with over_http(address, TOKENS["hasty"]) as hasty, over_http(address, TOKENS["eye"]) as eye:
            codes = []
            for _ in range(6):
                result = await hasty.call_tool("get_vehicle_state", {"topics": ["drive"]})
                codes.append(result.structured_content.get("code"))
            assert codes[:3] == ["report"] * 3 and codes[-1] == "too_many_calls"
            stop = await hasty.call_tool("stop_motion", {})  # is never too much
            assert stop.structured_content["status"] in ("no_effect", "stopped")
            other = await eye.call_tool("get_vehicle_state", {"topics": ["drive"]})
            assert other.structured_content["code"] == "report"

    asyncio.run(drive())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mcp-http", "127.0.0.1:0"], "without a token"),
        (["--mcp-http", "0.0.0.0:0", "--mcp-access", "ACCESS"], "other machines"),
        (["--mcp-http", "[::]:0", "--mcp-access", "ACCESS"], "other machines"),
        (["--mcp-http", "cockpit.local:80", "--mcp-access", "ACCESS"], "other machines"),
        (["--mcp-http", "8080", "--mcp-access", "ACCESS"], "no address"),
    ],
)
def test_the_door_does_not_open_wider_than_the_host_said(
    options: list[str], said: str, access: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(access) if option == "ACCESS" else option for option in options]
    assert main(["run", "demo_sedan", *given]) == 2
    assert said in capsys.readouterr().err


def test_one_session_too_many_is_refused_and_the_others_go_on(access: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "many", "version": "1"},
        },
    }
    headers = ACCEPT | {"Authorization": f"Bearer {TOKENS['cockpit']}"}
    with http_server(access.with_name("many"), "--mcp-access", str(access)) as address:
        answers = [httpx2.post(address, json=hello, headers=headers) for _ in range(MAX_SESSIONS + 1)]
        assert [answer.status_code for answer in answers] == [200] * MAX_SESSIONS + [503]
        session = {"Mcp-Session-Id": answers[0].headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        assert httpx2.post(address, json=ping, headers=headers | session).status_code == 200
