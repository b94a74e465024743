"""A recorded drive held against a vehicle: what was never heard, came too rarely, or makes no sense."""

import json
from pathlib import Path

import can
import pytest

from intent_bridge.cli.app import main
from intent_bridge.profile import Profile, load_profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.transports.can_bus import to_message

DURATION_MS = 3000


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("demo_sedan")


def record(vehicle: SimulatedVehicle, file: Path, times_slower: int = 1) -> None:
    with can.Logger(file) as log:
        for time_ms, frame in vehicle.advance(0) + vehicle.advance(DURATION_MS):
            message = to_message(frame)
            message.timestamp = 1_700_000_000 + times_slower * time_ms / 1000
            log.on_message_received(message)


def verdicts(shown: str) -> dict[str, str]:
    return {one["path"]: one["verdict"] for one in json.loads(shown)["paths"]}


def test_a_sound_drive_is_ok_throughout(
    profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(SimulatedVehicle(profile), tmp_path / "drive.blf")
    assert main(["check", "demo_sedan", "--log", str(tmp_path / "drive.blf"), "--json"]) == 0
    shown = capsys.readouterr().out
    assert set(verdicts(shown).values()) == {"ok"} and json.loads(shown)["foreign_frames"] == 0


def test_each_fault_of_a_drive_is_named(
    profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vehicle = SimulatedVehicle(profile)
    vehicle.mute("WEATHER")
    vehicle.corrupt_crc("CLIMATE_STATUS")
    vehicle.force_raw("Vehicle.Powertrain.Transmission.SelectedGear", 9)
    record(vehicle, tmp_path / "drive.asc")
    assert main(["check", "demo_sedan", "--log", str(tmp_path / "drive.asc"), "--json"]) == 1
    found = verdicts(capsys.readouterr().out)
    assert found["Vehicle.Exterior.AirTemperature"] == "never"
    assert found["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"] == "e2e_error"
    assert found["Vehicle.Powertrain.Transmission.SelectedGear"] == "out_of_range"
    assert found["Vehicle.Speed"] == "ok"


def test_a_sensor_that_comes_too_rarely_is_slow(
    profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(SimulatedVehicle(profile), tmp_path / "drive.log", times_slower=100)
    assert main(["check", "demo_sedan", "--log", str(tmp_path / "drive.log")]) == 1
    shown = capsys.readouterr().out
    assert "slow          Vehicle.Speed  every " in shown and "paths not ok" in shown


def test_frames_of_no_message_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with can.Logger(tmp_path / "drive.csv") as log:
        log.on_message_received(can.Message(arbitration_id=0x7FF, is_extended_id=False, data=b"\x00"))
    assert main(["check", "demo_sedan", "--log", str(tmp_path / "drive.csv")]) == 1
    assert "1 frames, 1 of no message of the profile" in capsys.readouterr().out
