"""Our guard in front of somebody else's MCP server: real processes on both sides."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from intent_bridge.cli.app import main
from tests.processes.mcp_peer import Person, over_stdio

FAKE = Path(__file__).with_name("fake_car.py")
AC = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
LANE = "Vehicle.ADAS.LaneKeepAssist.IsEnabled"
LEVELS = ", ".join(f'"{10 * level}": {level}' for level in range(11))
MAPPING = f"""
upstream: {{command: [{sys.executable}, {FAKE}, DIARY, "SPEED"]}}
tools:
  set_ac: {{intent: set_cabin_temperature, arguments: {{celsius: {{take: temp}}, zone: {{fixed: driver}}}}}}
  slide_seat: {{intent: set_seat_position, arguments: {{millimetres: {{take: mm}}, zone: {{fixed: driver}}}}}}
  lane_help: {{intent: set_lane_keep_assist, arguments: {{on: {{take: active}}}}}}
  set_fan: {{intent: set_fan_speed, arguments: {{level: {{take: step}}, zone: {{fixed: driver}}}}}}
reads: [get_status]
state:
- tool: get_status
  values:
    Vehicle.Speed: {{at: speed_kmh}}
    Vehicle.Powertrain.Transmission.SelectedGear: {{at: gear}}
    {AC}: {{at: ac.left}}
    {SEAT}: {{at: seat.left_mm}}
    {LANE}: {{at: lane_help}}
    {FAN}: {{at: fan.percent}}
    Vehicle.Cabin.HVAC.BlowerCapability: {{at: fan.at_most}}
    Vehicle.Cabin.HVAC.FogRisk: {{at: fan.fog}}
    Vehicle.Cabin.HVAC.IsFrontDefrosterActive: {{at: fan.screen.hot}}
    Vehicle.Cabin.HVAC.IsMaxDefrostActive: {{at: fan.screen.hot}}
actuators:
  {AC}: {{tool: set_ac, value: temp}}
  {SEAT}: {{tool: slide_seat, value: mm}}
  {LANE}: {{tool: lane_help, value: active}}
  {FAN}: {{tool: set_fan, value: step, map: {{{LEVELS}}}}}
"""
ACCESS = "stdio: {from: {speaker: driver, zone: driver, untrusted_text: false}, confirm: [adas]}"


class Rig:
    """A client, our proxy and their server, driving at some speed."""

    def __init__(self, folder: Path, speed_kmh: float = 0.0, mapping: str = MAPPING) -> None:
        self.folder, self.diary = folder, folder / "diary"
        self.mapping, self.access = folder / "mapping.yaml", folder / "access.yaml"
        self.mapping.write_text(mapping.replace("DIARY", str(self.diary)).replace("SPEED", str(speed_kmh)))
        self.access.write_text(ACCESS)
        self.access.chmod(0o600)

    def told(self) -> list[Any]:
        """What their server was told to do."""
        return (
            [json.loads(line) for line in self.diary.read_text().splitlines()] if self.diary.exists() else []
        )

    def connected(self, **client: Any) -> Any:
        options = ("--mcp-proxy", str(self.mapping), "--mcp-access", str(self.access))
        audit = ("--audit", str(self.folder / "audit.jsonl"))
        return over_stdio(self.folder / "log", *options, *audit, **client)

    def calls(self, *calls: tuple[str, dict[str, Any]], **client: Any) -> list[dict[str, Any]]:
        async def drive() -> list[dict[str, Any]]:
            connected: Client
            async with self.connected(**client) as connected:
                return [(await connected.call_tool(n, a)).structured_content for n, a in calls]

        return asyncio.run(drive())


def test_only_mapped_tools_are_offered_and_others_cannot_be_called(tmp_path: Path) -> None:
    rig = Rig(tmp_path)

    async def drive() -> set[str]:
        async with rig.connected() as client:
            refused = await client.call_tool("unlock_everything", {})
            assert refused.is_error and refused.structured_content["code"] == "unknown_tool"
            ours = await client.call_tool("set_window", {"percent": 10})
            assert ours.structured_content["code"] == "unknown_tool"
            return {tool.name for tool in (await client.list_tools()).tools}

    assert asyncio.run(drive()) == {"set_ac", "slide_seat", "lane_help", "set_fan", "get_status"}
    assert rig.told() == []


def test_a_permitted_value_is_sent_and_done_is_what_their_state_says(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    warm, blow, status = rig.calls(("set_ac", {"temp": 22.5}), ("set_fan", {"step": 3}), ("get_status", {}))
    assert warm["status"] == "done" and warm["confirmed"] == {AC: 22.5}
    assert blow["status"] == "sent"  # promised, and nothing came of it
    assert status["data"]["ac"] == {"left": 22.5}
    assert rig.told() == [["set_ac", {"temp": 22.5}], ["set_fan", {"step": 3}]]
    kinds = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [k.get("body", k)["type"] for k in kinds][:2] == ["upstream", "outcome"]


def test_a_value_beyond_what_the_car_can_give_is_sent_clamped(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.calls(("set_fan", {"step": 10}))
    assert rig.told() == [["set_fan", {"step": 6}]]


def test_what_the_rules_forbid_never_reaches_their_server(tmp_path: Path) -> None:
    rig = Rig(tmp_path, speed_kmh=100)
    moved, hot, odd = rig.calls(
        ("slide_seat", {"mm": 150}), ("set_ac", {"temp": 90}), ("set_ac", {"temp": 22, "force": True})
    )
    assert moved["status"] == "denied" and moved["reasons"]
    assert hot["code"] == "out_of_range" and odd["code"] == "extra_argument"
    assert rig.told() == []


def test_a_state_that_their_server_does_not_tell_counts_against_the_call(tmp_path: Path) -> None:
    rig = Rig(tmp_path, mapping=MAPPING.replace("at: speed_kmh", "at: no.such.place"))
    (moved,) = rig.calls(("slide_seat", {"mm": 150}))
    assert moved["status"] == "denied" and rig.told() == []


@pytest.mark.parametrize(("yes", "status"), [(True, "done"), (False, "no_action")])
def test_what_needs_a_person_is_sent_on_a_persons_yes_only(yes: bool, status: str, tmp_path: Path) -> None:
    rig, person = Rig(tmp_path), Person(yes=yes)
    (told,) = rig.calls(("lane_help", {"active": False}), elicitation_callback=person)
    assert told["status"] == status and len(person.asked) == 1
    assert rig.told() == ([["lane_help", {"active": False}]] if yes else [])


def test_without_anybody_to_ask_it_is_not_sent(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    (told,) = rig.calls(("lane_help", {"active": False}))
    assert told["status"] == "needs_confirmation" and rig.told() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reads: [get_status]", "reads: [get_status, set_ac]", "both guarded and passed on"),
        (f"  {AC}: {{tool", "  Vehicle.No.Such: {tool", "no path Vehicle.No.Such"),
        ("upstream: {", "upstream: {url: x, ", "one of command and url"),
        ("intent: set_fan_speed", "intent: fly", "no intent fly"),
        ("  slide_seat: {", "  slide_bench: {", "has no tool slide_bench"),
        ("{take: mm}", "{take: cm}", "no argument takes parameter mm"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_before_anything_is_offered(
    old: str, new: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rig = Rig(tmp_path, mapping=MAPPING.replace(old, new))
    assert main(["run", "demo_sedan", "--mcp-proxy", str(rig.mapping)]) == 3
    assert said in capfd.readouterr().err
