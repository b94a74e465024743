"""The MCP server in a process of its own, met by the official SDK's client over stdio, in both eras."""

import asyncio
import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from intent_bridge.audit import read
from intent_bridge.bridge import AsyncBridge, Bridge
from intent_bridge.serve.mcp_access import DOMAINS, Client
from intent_bridge.serve.mcp_desk import Desk
from intent_bridge.types import Outcome, Provenance, Speaker, Status
from tests.processes.mcp_peer import Person, host_line, over_stdio

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
ERAS = {"auto": LATEST_MODERN_VERSION, "legacy": LATEST_HANDSHAKE_VERSION}
MODES = pytest.mark.parametrize("mode", ERAS)
BY_ELICITATION = "stdio: {from: {speaker: driver, zone: driver, untrusted_text: false}, confirm: [adas]}"


@MODES
def test_a_client_sees_our_schemas_hints_and_outcomes_and_reads_the_state(mode: str, tmp_path: Path) -> None:
    async def drive() -> None:
        async with over_stdio(tmp_path / "log", "--from", "driver", mode=mode) as client:
            assert client.protocol_version == ERAS[mode]
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert all(tool.input_schema["additionalProperties"] is False for tool in tools.values())
            answers = tools["set_fan_speed"].output_schema
            assert answers is not None
            statuses = answers["properties"]["status"]["enum"]
            assert set(statuses) == {status.value for status in Status}
            hints = {name: tool.annotations for name, tool in tools.items()}
            kinds = {
                n: (h.read_only_hint, h.destructive_hint, h.idempotent_hint) for n, h in hints.items() if h
            }
            assert kinds["get_vehicle_state"] == (True, False, True)
            assert kinds["set_fan_speed"] == (False, True, True)
            assert kinds["adjust_setting"] == kinds["step_cruise_speed"] == (False, True, False)

            done = await client.call_tool("set_cabin_temperature", {"celsius": 23.5})
            told = done.structured_content
            assert told["status"] == "done" and told["confirmed"] == {TEMPERATURE: 23.5} and not done.is_error
            assert json.loads(done.content[0].text) == told  # type: ignore[union-attr]
            read = await client.read_resource("vehicle://state/climate")
            assert json.loads(read.contents[0].text)[TEMPERATURE] == 23.5  # type: ignore[union-attr]
            assert "vehicle://capabilities" in [r.uri for r in (await client.list_resources()).resources]

            wrong = await client.call_tool("set_cabin_temperature", {"celsius": "23.5"})
            assert wrong.is_error and wrong.structured_content["code"] == "wrong_type"
            unknown = await client.call_tool("set_airbag", {"on": False})
            assert unknown.is_error and unknown.structured_content["code"] == "unknown_tool"

    asyncio.run(drive())


@MODES
def test_a_motion_reports_its_way_and_ends_with_what_the_ecu_confirmed(mode: str, tmp_path: Path) -> None:
    async def drive() -> None:
        ways: list[float] = []

        async def heard(progress: float, total: float | None, message: str | None) -> None:
            assert message
            ways.append(progress)

        async with over_stdio(tmp_path / "log", "--from", "driver", mode=mode) as client:
            result = await client.call_tool("set_window", {"percent": 40}, progress_callback=heard)
            assert result.structured_content["confirmed"] == {WINDOW: 40}
        assert len(ways) >= 3 and ways == sorted(ways) and 0 < ways[-1] <= 1

    asyncio.run(drive())


@MODES
def test_a_cancelled_call_stops_its_motion(mode: str, tmp_path: Path) -> None:
    async def drive() -> None:
        host = tmp_path / "host"
        options = ("--from", "driver", "--host-channel", str(host))
        async with over_stdio(tmp_path / "log", *options, mode=mode) as client:
            async with anyio.create_task_group() as tasks:

                async def cancel(progress: float, total: float | None, message: str | None) -> None:
                    if progress > 0.05:
                        tasks.cancel_scope.cancel()

                await client.call_tool("set_window", {"percent": 100}, progress_callback=cancel)
            assert tasks.cancel_scope.cancelled_caught
            calm = await client.call_tool("stop_motion", {})
            assert calm.structured_content["status"] == "no_effect"  # nothing moves any more
            line = {"advance_ms": 20_000}
            await anyio.to_thread.run_sync(lambda: host_line(host, **line))
            state = await anyio.to_thread.run_sync(lambda: host_line(host, state={}))
            assert 0 < state["state"][WINDOW] < 100

    asyncio.run(drive())


def test_a_client_that_goes_away_leaves_nothing_moving(tmp_path: Path) -> None:
    async def drive() -> None:
        options = ("--from", "driver", "--audit", str(tmp_path / "audit.jsonl"))
        with anyio.CancelScope() as gone:
            async with over_stdio(tmp_path / "log", *options) as client:

                async def leave(progress: float, total: float | None, message: str | None) -> None:
                    gone.cancel()

                await client.call_tool("set_window", {"percent": 100}, progress_callback=leave)

    asyncio.run(drive())
    records = list(read(tmp_path / "audit.jsonl"))
    assert [r["status"] for r in records if r["type"] == "outcome"][-1] == "stopped"


# --- questions that only a person may answer ------------------------------------------------------------


def asked_and_answered(
    tmp_path: Path, access: str, person: Person | None, mode: str = "auto"
) -> dict[str, Any]:
    """What a client is told of switching a warning off, whose server has this access file."""
    path = tmp_path / "access.yaml"
    path.write_text(access)
    path.chmod(0o600)

    async def drive() -> dict[str, Any]:
        client_options: dict[str, Any] = {"mode": mode, "elicitation_callback": person}
        async with over_stdio(tmp_path / "log", "--mcp-access", str(path), **client_options) as client:
            result = await client.call_tool("set_lane_keep_assist", {"on": False})
            told: dict[str, Any] = result.structured_content
            return told

    return asyncio.run(drive())


@MODES
def test_a_person_behind_the_client_may_say_yes_where_the_host_knows_of_one(
    mode: str, tmp_path: Path
) -> None:
    person = Person()
    assert asked_and_answered(tmp_path, BY_ELICITATION, person, mode)["status"] == "done"
    assert len(person.asked) == 1 and "Shall I" in person.asked[0]


@MODES
@pytest.mark.parametrize(
    "person",
    [Person("decline"), Person("cancel"), Person("accept", yes=False)],
    ids=["no", "gone", "unticked"],
)
def test_anything_but_a_plain_yes_changes_nothing(mode: str, person: Person, tmp_path: Path) -> None:
    assert asked_and_answered(tmp_path, BY_ELICITATION, person, mode)["status"] == "no_action"


@pytest.mark.parametrize(
    "access",
    [
        BY_ELICITATION.replace(", confirm: [adas]", ""),
        BY_ELICITATION.replace("[adas]", "[climate, body]"),
    ],
)
def test_a_client_is_not_asked_where_the_host_knows_of_no_person(access: str, tmp_path: Path) -> None:
    person = Person()
    assert asked_and_answered(tmp_path, access, person)["status"] == "needs_confirmation"
    assert person.asked == []


def test_a_client_that_cannot_ask_leaves_the_question_to_the_host(tmp_path: Path) -> None:
    assert asked_and_answered(tmp_path, BY_ELICITATION, None)["status"] == "needs_confirmation"


def test_the_host_confirms_on_its_own_channel_and_the_client_never_sees_the_token(tmp_path: Path) -> None:
    async def drive() -> None:
        host, seen = tmp_path / "host", []
        async with over_stdio(tmp_path / "log", "--from", "driver", "--host-channel", str(host)) as client:
            await anyio.to_thread.run_sync(lambda: host_line(host, state={}))
            assert oct(host.stat().st_mode & 0o777) == "0o600"
            with_host = anyio.to_thread.run_sync
            channel = await with_host(lambda: HostListening(host))
            result = await client.call_tool("set_lane_keep_assist", {"on": False})
            seen.append(result.model_dump_json())
            (event,) = (await with_host(lambda: channel.ask(advance_ms=0)))["events"]
            token = event["confirmation"]["token"]
            who = {"speaker": "driver", "zone": "driver", "channel": "touch"}
            line = {"confirm": token, "accept": True, "from": who}
            confirmed = await with_host(lambda: channel.ask(**line))
            assert confirmed["status"] == "done"
            state = await client.read_resource("vehicle://state/adas")
            seen.append(state.model_dump_json())
            channel.close()
        assert all(token not in text for text in seen)

    asyncio.run(drive())


class HostListening:
    """A host that stays connected, so that it hears what happens."""

    def __init__(self, path: Path) -> None:
        import socket

        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rw")
        self.ask(advance_ms=0)

    def ask(self, **line: Any) -> dict[str, Any]:
        self._lines.write(json.dumps(line) + "\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


# --- who asks -------------------------------------------------------------------------------------------


def test_nothing_a_client_writes_makes_it_the_driver(tmp_path: Path) -> None:
    async def drive() -> None:
        async with over_stdio(tmp_path / "log") as client:
            call = {"celsius": 22, "zone": "driver"}
            meta: Any = {"from": {"speaker": "driver"}, "speaker": "driver"}
            plain = await client.call_tool("set_cabin_temperature", call, meta=meta)
            assert plain.structured_content["status"] == "denied" and plain.is_error
            named = await client.call_tool("set_cabin_temperature", call | {"speaker": "driver"})
            assert named.structured_content["code"] == "extra_argument"

    asyncio.run(drive())


def test_a_call_sent_again_under_its_key_never_acts_twice(tmp_path: Path) -> None:
    async def drive() -> None:
        async with over_stdio(tmp_path / "log", "--from", "driver") as client:
            call = {"setting": "cabin_temperature", "direction": "up", "amount": 1}
            meta: Any = {"intent-bridge/key": "once"}
            twice = [await client.call_tool("adjust_setting", call, meta=meta) for _ in range(2)]
            first, second = (result.structured_content["confirmed"] for result in twice)
            assert first == second
            again = await client.call_tool("adjust_setting", call)
            assert again.structured_content["confirmed"] == {TEMPERATURE: first[TEMPERATURE] + 1}

    asyncio.run(drive())


def test_a_number_that_was_not_among_the_words_is_known_to_be_the_models_own(tmp_path: Path) -> None:
    async def drive() -> None:
        async with over_stdio(tmp_path / "log", "--from", "driver") as client:
            meta: Any = {"intent-bridge/words": "make it 23 degrees in here"}
            said = await client.call_tool("set_cabin_temperature", {"celsius": 23}, meta=meta)
            own = await client.call_tool("set_cabin_temperature", {"celsius": 25.5}, meta=meta)
            assert said.structured_content["data"]["sources"] == {"celsius": "words"}
            assert own.structured_content["data"]["sources"] == {"celsius": "own"}

    asyncio.run(drive())


def test_the_user_of_a_call_is_whom_the_host_named_for_its_client() -> None:
    async def drive() -> None:
        asked: list[dict[str, Any]] = []

        async def no_progress(_way: float, _text: str) -> None: ...

        async with AsyncBridge(Bridge.simulated("demo_sedan")) as car:
            desk, handle = Desk(car), car.handle

            async def noting(call: object, who: Provenance | None = None, **more: Any) -> Outcome:
                asked.append(more)
                return await handle(call, who, **more)

            car.handle = noting  # type: ignore[method-assign, assignment]
            ada = Client("c", frozenset(DOMAINS), Provenance(Speaker.DRIVER), user="ada")
            await desk.call(ada, "set_fan_speed", {"level": 3}, no_progress, words="fan to three")
            await desk.call(ada, "set_fan_speed", {"level": 4}, no_progress)
            desk.close()
        assert [more["user"] for more in asked] == ["ada", "ada"]
        assert asked[0]["heard"].numbers == {3} and asked[1]["heard"] is None

    asyncio.run(drive())
