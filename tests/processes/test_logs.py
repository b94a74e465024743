"""Recorded drives: the demo's log read by python-can and decoded by cantools, and buses recorded live."""

import importlib.util
import json
import threading
import time
from pathlib import Path
from typing import Any

import can
import cantools
import pytest
from cantools.database.can import Database

from intent_bridge.bridge import DRIVER_BY_VOICE, Bridge
from intent_bridge.bridge.ecus import serve_ecus
from intent_bridge.cli.app import main
from intent_bridge.errors import TransportError
from intent_bridge.profile import data_dir, load_profile
from intent_bridge.transports import Condition
from intent_bridge.transports.playback import read_log, vehicle_frames

PROFILE = load_profile("demo_sedan")


def _database(file: str) -> Database:
    loaded = cantools.database.load_file(data_dir() / "demo_sedan" / file)
    assert isinstance(loaded, Database)
    return loaded


DATABASES = [_database(bus.dbc) for bus in PROFILE.file.buses.values()]
"""The DBC files, in the order of the log's channels, read by cantools alone."""


def channel(message: can.Message) -> int:
    assert isinstance(message.channel, int)
    return message.channel


def by_cantools(message: can.Message) -> Any:
    """What cantools makes of a frame."""
    dbc = DATABASES[channel(message)].get_message_by_frame_id(message.arbitration_id)
    return dbc.decode_simple(bytes(message.data))


def messages(file: Path) -> list[can.Message]:
    with can.LogReader(file) as reader:
        return list(reader)


@pytest.mark.parametrize("ending", ["blf", "asc"])
def test_the_demo_drive_saved_as_a_log_can_be_decoded_by_cantools(tmp_path: Path, ending: str) -> None:
    log = tmp_path / f"drive.{ending}"
    with Bridge.simulated("demo_sedan", log=log) as car:
        car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}})
    found = messages(log)
    decoded = [(m, by_cantools(m)) for m in found]
    assert {channel(m) for m in found} == {0, 1, 2}
    sent = [(m, s) for m, s in decoded if not m.is_rx]
    assert [(m.arbitration_id, s["FanFLReq"]) for m, s in sent] == [
        (PROFILE.messages["CLIMATE_CMD"].can_id, 70)
    ]
    assert any("FanFL" in signals and signals["FanFL"] == 70 for _, signals in decoded)
    times = [m.timestamp for m in found]
    assert times == sorted(times)


def test_the_demo_says_yes_to_log_and_check_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "drive.blf"
    assert main(["demo", "--log", str(log), "--json"]) == 0
    capsys.readouterr()
    main(["check", "demo_sedan", "--log", str(log), "--json"])
    assert '"foreign_frames": 0' in capsys.readouterr().out


def test_a_log_of_unknown_ending_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match="cannot be written"):
        Bridge.simulated("demo_sedan", log=tmp_path / "drive.docx")


def test_mf4_without_its_library_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("can.io.mf4.asammdf", None)
    log = tmp_path / "drive.mf4"
    with pytest.raises(TransportError, match=r"^`.*drive.mf4` needs asammdf: .*\[mf4\]', or end the .*blf$"):
        Bridge.simulated("demo_sedan", log=log)
    log.write_bytes(b"MDF     4.10")
    with pytest.raises(ValueError, match=r"^the log `.*drive.mf4` needs asammdf: .*\[mf4\]'$"):
        list(read_log(log))


@pytest.mark.skipif(importlib.util.find_spec("asammdf") is None, reason="asammdf (extra mf4) is not there")
def test_a_drive_written_as_mf4_holds_the_same_frames_as_one_in_blf_and_can_be_played(tmp_path: Path) -> None:
    found = []
    for ending in ("mf4", "blf"):
        log = tmp_path / f"drive.{ending}"
        with Bridge.simulated("demo_sedan", log=log) as car:
            car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}})
        found.append([(m, by_cantools(m)) for m in messages(log)])
    same = [
        [(channel(m), m.arbitration_id, m.is_extended_id, m.is_fd, m.is_rx, bytes(m.data)) for m, _ in one]
        for one in found
    ]
    assert same[0] == same[1] and len(same[0]) > 50
    assert any(s.get("FanFLReq") == 70 for m, s in found[0] if not m.is_rx)
    times = [[m.timestamp - one[0][0].timestamp for m, _ in one] for one in found]
    assert times[0] == pytest.approx(times[1], abs=1e-4)
    assert [f for _, f in vehicle_frames(PROFILE, tmp_path / "drive.mf4")] == [
        f for _, f in vehicle_frames(PROFILE, tmp_path / "drive.blf")
    ]


def test_a_disk_that_fails_ends_the_recording_and_not_the_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(can.ASCWriter, "on_message_received", full)
    with Bridge.simulated("demo_sedan", log=tmp_path / "drive.asc") as car:
        assert (
            car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}}).status
            == "done"
        )


def virtual(name: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Virtual buses of this process for every bus, as options and as words of the command line."""
    options: dict[str, dict[str, Any]] = {
        bus: {"interface": "virtual", "channel": f"{name}-{bus}"} for bus in PROFILE.file.buses
    }
    return options, [f"--bus={bus}=virtual:{name}-{bus}" for bus in PROFILE.file.buses]


def test_a_recorded_drive_played_onto_buses_tells_a_bridge_the_same_and_silences_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "drive.blf"
    with Bridge.simulated("demo_sedan", speed_km_h=50, log=log) as car:
        car.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}})
    options, words = virtual("play")
    fan: set[object] = set()
    with Bridge.open("demo_sedan", buses=options, listen_only=True) as heard:
        heard.subscribe(
            "state", lambda state: fan.add(state["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"])
        )
        assert main(["sim", "demo_sedan", "--play", str(log), *words, "--json"]) == 0
        sent = json.loads(capsys.readouterr().out)["frames"]
        assert sent == len([m for m in messages(log) if m.is_rx])  # all but our own command
        end = time.monotonic() + 20
        while 70 not in fan and time.monotonic() < end:
            time.sleep(0.02)
        assert 70 in fan  # percent
        assert Condition.SECOND_SENDER not in heard.health.conditions.values()


def test_a_bridge_on_buses_logs_what_it_hears_and_what_it_sends(tmp_path: Path) -> None:
    log, done = tmp_path / "both.blf", threading.Event()
    options, _ = virtual("both")
    ecus = threading.Thread(target=serve_ecus, args=(PROFILE, options, done.is_set))
    ecus.start()
    try:
        with Bridge.open("demo_sedan", buses=options, log=log) as car:
            frames: list[int] = []
            end = time.monotonic() + 60
            while not frames and time.monotonic() < end:  # denied while the state is not known yet
                outcome = car.handle(
                    {"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}}, DRIVER_BY_VOICE
                )
                frames = [frame.raw.can_id for frame in outcome.frames]
    finally:
        done.set()
        ecus.join()
    found = messages(log)
    assert frames == [m.arbitration_id for m in found if not m.is_rx]
    assert abs(found[0].timestamp - time.time()) < 120  # by the wall clock
    assert {channel(m) for m in found if m.is_rx} == {0, 1, 2}


def test_a_log_that_is_none_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, words = virtual("none")
    assert main(["sim", "demo_sedan", "--play", str(tmp_path / "gone.blf"), *words]) == 2
    assert "no file" in capsys.readouterr().err


def test_live_buses_are_recorded_and_nothing_is_sent(tmp_path: Path) -> None:
    log, done = tmp_path / "live.asc", threading.Event()
    options = {bus: {"interface": "virtual", "channel": f"record-{bus}"} for bus in PROFILE.file.buses}
    words = [f"--bus={bus}=virtual:record-{bus}" for bus in PROFILE.file.buses]
    ecus = threading.Thread(target=serve_ecus, args=(PROFILE, options, done.is_set))
    ecus.start()
    try:
        end = time.monotonic() + 30
        while main(["record", "demo_sedan", "--log", str(log), "--seconds", "0.5", *words]) != 0:
            assert time.monotonic() < end
    finally:
        done.set()
        ecus.join()
    found = messages(log)
    assert found and all(m.is_rx for m in found)
    assert all(by_cantools(m) for m in found)
