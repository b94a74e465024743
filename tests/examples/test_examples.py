"""The examples of docs/examples run as they stand, against servers on this machine."""

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from intent_bridge.bridge import Bridge
from tests.examples.fake_model import fake_model
from tests.lanes.network import streamed

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
JSON, EVENTS = "application/json", "text/event-stream"


def run(name: str, *arguments: str, said: str = "", **environment: str) -> str:
    """What an example prints."""
    command = [sys.executable, str(FOLDER / name), *arguments]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    done = subprocess.run(command, input=said, env=known, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def load(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_cockpit_app_understands_by_itself_and_asks_qwen_the_rest() -> None:
    cosy = {"call": {"set_cabin_temperature": {"zone": "driver", "celsius": 23}}}
    answers = [streamed(cosy), streamed({"text": "The driver's temperature is now 23 °C."})]
    said = "set the passenger temperature to 22 degrees\nmake it 23 for the driver, cosy like last Tuesday\n"
    with fake_model([(EVENTS, answer) for answer in answers]) as (address, asked):
        printed = run("cockpit.py", said=said, OPENAI_BASE_URL=f"{address}/v1", OPENAI_API_KEY="none")
    assert "grammar: The passenger's temperature is now 22 °C." in printed
    assert "qwen: The driver's temperature is now 23 °C." in printed
    assert "… prepared set_cabin_temperature" in printed
    assert [request["model"] for request in asked] == ["qwen-plus", "qwen-plus"]
    assert "Latitude" not in json.dumps(asked)


def test_the_cockpit_app_lets_the_person_answer_a_question() -> None:
    said = "turn off the blind spot warning\nno\n"
    printed = run("cockpit.py", said=said, OPENAI_API_KEY="none")
    assert "yes or no?" in printed and "I changed nothing" in printed


def test_claude_gets_the_results_of_its_calls() -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "set_sunshade", "input": {"percent": 50}}
    answers = [
        {"role": "assistant", "content": [call], "stop_reason": "tool_use"},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "It is half open."}],
            "stop_reason": "end_turn",
        },
    ]
    with fake_model([(JSON, json.dumps(answer)) for answer in answers]) as (address, asked):
        printed = run(
            "anthropic_messages.py", "The sunshade, please", ANTHROPIC_BASE_URL=address, ANTHROPIC_API_KEY="k"
        )
    assert printed.splitlines()[-1] == "It is half open."
    (result,) = asked[1]["messages"][-1]["content"]
    assert (result["type"], result["tool_use_id"]) == ("tool_result", "toolu_1")
    assert "sent" in json.dumps(result) or "done" in json.dumps(result)


def test_pydantic_ai_calls_the_tools_by_our_schemas() -> None:
    models = pytest.importorskip("pydantic_ai.models.test", reason="pydantic-ai is not installed")
    with Bridge.simulated("demo_sedan") as car:
        agent = load("pydantic_ai_tools").car_agent(car, models.TestModel(call_tools=["set_sunshade"]))
        answer = agent.run_sync("The sunshade, please").output
    assert "status" in answer


def test_langchain_calls_the_tools_by_our_schemas() -> None:
    pytest.importorskip("langchain_core", reason="langchain-core is not installed")
    with Bridge.simulated("demo_sedan") as car:
        tools = {tool.name: tool for tool in load("langchain_tools").car_tools(car)}
        assert json.loads(tools["set_fan_speed"].invoke({"level": 3}))["status"] == "done"


def test_the_mcp_configuration_starts_a_server_with_the_tools_of_the_car() -> None:
    server = json.loads((FOLDER / "mcp.json").read_text())["mcpServers"]["car"]
    assert server["command"] == "intent-bridge"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    start = StdioServerParameters(
        command=sys.executable, args=["-m", "intent_bridge", *server["args"]], env=environment
    )

    async def names() -> list[str]:
        async with Client(stdio_client(start)) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert "set_cabin_temperature" in asyncio.run(names())


def test_the_examples_are_all_tested() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    examples: list[Any] = [file.stem for file in FOLDER.iterdir() if file.suffix in (".py", ".json")]
    assert examples and all(name in tested for name in examples)
