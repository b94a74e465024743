"""Recorded drives: the demo's log read by python-can and decoded by cantools, and buses recorded live."""

import threading
import time
from pathlib import Path
from typing import Any

import can
import cantools
import pytest
from cantools.database.can import Database

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.ecus import serve_ecus
from intent_bridge.cli.app import main
from intent_bridge.cli.record import record_buses
from intent_bridge.errors import TransportError
from intent_bridge.profile import data_dir, load_profile

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


def test_live_buses_are_recorded_and_nothing_is_sent(tmp_path: Path) -> None:
    log, done = tmp_path / "live.asc", threading.Event()
    options = {bus: {"interface": "virtual", "channel": f"record-{bus}"} for bus in PROFILE.file.buses}
    words = [f"{bus}=virtual:record-{bus}" for bus in PROFILE.file.buses]
    ecus = threading.Thread(target=serve_ecus, args=(PROFILE, options, done.is_set))
    ecus.start()
    try:
        end = time.monotonic() + 30
        while record_buses("demo_sedan", words, log, seconds=0.5, as_json=True) != 0:
            assert time.monotonic() < end
    finally:
        done.set()
        ecus.join()
    found = messages(log)
    assert found and all(m.is_rx for m in found)
    assert all(by_cantools(m) for m in found)
