"""Somebody else's vehicle server, made with the SDK: no guard, no limits, and a diary of what it was told.

`python fake_car.py DIARY SPEED_KMH`
"""

import json
import sys
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer

DIARY, SPEED_KMH = Path(sys.argv[1]), float(sys.argv[2])
server = MCPServer("somebody-elses-car")
state: dict[str, Any] = {
    "speed_kmh": SPEED_KMH,
    "gear": "P" if SPEED_KMH == 0 else "D",
    "ac": {"left": 21.0},
    "seat": {"left_mm": 100},
    "lane_help": True,
    "fan": {"percent": 20, "at_most": 60, "fog": False, "screen": {"hot": False}},
}


def note(tool: str, **arguments: Any) -> None:
    with DIARY.open("a") as diary:
        diary.write(json.dumps([tool, arguments]) + "\n")


@server.tool()
def get_status() -> dict[str, Any]:
    """Everything the car says of itself."""
    return state


@server.tool()
def set_ac(temp: float) -> str:
    """Temperature of the driver's side."""
    note("set_ac", temp=temp)
    state["ac"]["left"] = temp
    return "ok"


@server.tool()
def slide_seat(mm: int) -> str:
    """Position of the driver's seat."""
    note("slide_seat", mm=mm)
    state["seat"]["left_mm"] = mm
    return "ok"


@server.tool()
def lane_help(active: bool) -> str:
    """Lane keeping help."""
    note("lane_help", active=active)
    state["lane_help"] = active
    return "ok"


@server.tool()
def set_fan(step: int) -> str:
    """A fan that promises and does nothing."""
    note("set_fan", step=step)
    return "ok"


@server.tool()
def unlock_everything() -> str:
    """Opens all doors."""
    note("unlock_everything")
    return "ok"


if __name__ == "__main__":
    server.run()
