"""The MCP inspector's command line as the client; skipped where it is not installed.

`npm install @modelcontextprotocol/inspector`, then put `node_modules/.bin` on the PATH.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

INSPECTOR = shutil.which("mcp-inspector")
pytestmark = pytest.mark.skipif(INSPECTOR is None, reason="mcp-inspector is not on the PATH (npm)")


def inspect(*arguments: str) -> Any:
    """What the inspector prints for one method."""
    assert INSPECTOR is not None
    server = [sys.executable, "-m", "intent_bridge", "run", "demo_sedan", "--mcp"]
    # the inspector hands on -e only
    paths = ["-e", f"PYTHONPATH={os.pathsep.join(sys.path)}"]
    done = subprocess.run(
        [INSPECTOR, "--cli", *paths, *server, "--method", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_inspector_lists_tools_with_hints_and_an_output_schema() -> None:
    tools = {tool["name"]: tool for tool in inspect("tools/list")["tools"]}
    assert tools["get_vehicle_state"]["annotations"]["readOnlyHint"] is True
    assert tools["set_sunshade"]["annotations"]["destructiveHint"] is True
    assert "status" in tools["set_sunshade"]["outputSchema"]["properties"]


def test_the_inspector_calls_a_tool_and_gets_a_structured_outcome() -> None:
    result = inspect("tools/call", "--tool-name", "set_sunshade", "--tool-arg", "percent=50")
    told = result["structuredContent"]
    assert (told["status"], bool(told["say"])) == ("denied", True)  # nobody vouches for this client


def test_the_inspector_reads_the_state() -> None:
    uris = [resource["uri"] for resource in inspect("resources/list")["resources"]]
    assert uris
    assert json.loads(inspect("resources/read", "--uri", uris[0])["contents"][0]["text"])
