"""`ros bag-replay`: a recorded drive through the engine, on a machine without ROS."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rosbags")
from rosbags.rosbag2 import StoragePlugin, Writer

from intent_bridge.cli.app import main
from intent_bridge.profile import load_profile, plain, to_vss
from intent_bridge.sim import SimulatedVehicle
from tests.unit.ros2.definitions import typestore

SEAT = '{"name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": 120}}'
EPOCH_MS = 1_700_000_000_000


class Bag:
    """Writes a bag as rosbag2 would."""

    def __init__(self, folder: Path, plugin: StoragePlugin = StoragePlugin.SQLITE3) -> None:
        self.store = typestore()
        self._writer = Writer(folder, version=9, storage_plugin=plugin)
        self._connections: dict[str, Any] = {}

    def __enter__(self) -> "Bag":
        self._writer.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def header(self, at_ms: int) -> Any:
        seconds, rest = divmod(EPOCH_MS + at_ms, 1000)
        stamp = self.store.types["builtin_interfaces/msg/Time"](sec=seconds, nanosec=rest * 1_000_000)
        return self.store.types["std_msgs/msg/Header"](stamp=stamp, frame_id="")

    def write(self, topic: str, kind: str, at_ms: int, **fields: Any) -> None:
        if topic not in self._connections:
            self._connections[topic] = self._writer.add_connection(topic, kind, typestore=self.store)
        message = self.store.types[kind](header=self.header(at_ms), **fields)
        raw = self.store.serialize_cdr(message, kind)
        self._writer.write(self._connections[topic], (EPOCH_MS + at_ms) * 1_000_000, raw)


def drive(
    seconds: float = 2.0, fast_from_ms: int = 1000
) -> Iterator[tuple[int, SimulatedVehicle, list[Any]]]:
    """A car that stands, then drives, and the frames of each step of 10 ms."""
    car = SimulatedVehicle(load_profile("demo_sedan"))
    for at_ms in range(0, int(seconds * 1000), 10):
        if at_ms == fast_from_ms:
            car.set_state("Vehicle.Speed", 50)
        yield at_ms, car, [raw for _, raw in car.advance(at_ms)]


def record_frames(bag: Bag, namespace: str = "") -> None:
    import numpy

    for at_ms, _, frames in drive():
        for raw in frames:
            data = numpy.frombuffer(raw.data, dtype=numpy.uint8)
            fields: dict[str, Any] = {"id": raw.can_id, "is_extended": raw.extended, "is_error": False}
            if raw.fd:
                topic, kind = f"{namespace}/{raw.bus}/from_can_bus_fd", "ros2_socketcan_msgs/msg/FdFrame"
                bag.write(topic, kind, at_ms, **fields, len=len(data), data=data)
            else:
                topic, kind = f"{namespace}/{raw.bus}/from_can_bus", "can_msgs/msg/Frame"
                padded = numpy.zeros(8, dtype=numpy.uint8)
                padded[: len(data)] = data
                bag.write(topic, kind, at_ms, **fields, is_rtr=False, dlc=len(data), data=padded)


def record_states(bag: Bag) -> None:
    profile = load_profile("demo_sedan")
    value_type = bag.store.types["intent_bridge_msgs/msg/PathValue"]
    for at_ms, car, _ in drive():
        if at_ms % 50:
            continue
        values = []
        for path, exact in car.truth().items():
            if path not in profile.sensors or car.get_state(path) is None or exact is None:
                continue
            said = plain(to_vss(profile.sensors[path].quantity, exact))
            kind = 2 if isinstance(said, bool) else 3 if isinstance(said, str) else 1
            values.append(
                value_type(
                    path=path,
                    kind=kind,
                    number=float(said) if kind == 1 else 0.0,
                    boolean=said is True,
                    text=said if isinstance(said, str) else "",
                    unit="",
                )
            )
        bag.write("/intent_bridge/path_state", "intent_bridge_msgs/msg/PathState", at_ms, values=values)


@pytest.mark.parametrize("plugin", [StoragePlugin.SQLITE3, StoragePlugin.MCAP])
def test_a_call_is_judged_all_along_a_recorded_drive(
    tmp_path: Path, plugin: StoragePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    with Bag(tmp_path / "bag", plugin) as bag:
        record_frames(bag)
    asked = ["ros", "bag-replay", str(tmp_path / "bag"), "demo_sedan", "--call", SEAT, "--from", "driver"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    allowed = [v for v in found["verdicts"] if v["decision"] == "allow"]
    last = found["verdicts"][-1]
    assert allowed and allowed[0]["at_ms"] < 1000
    assert last["decision"] == "deny" and 1000 <= last["at_ms"] <= 1300 and last["rules"]
    assert main(asked) == 0
    assert "deny" in capsys.readouterr().out


def test_typed_states_of_a_robot_without_can_are_judged_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Bag(tmp_path / "bag") as bag:
        record_states(bag)
    asked = ["ros", "bag-replay", str(tmp_path / "bag"), "demo_sedan", "--call", SEAT, "--from", "driver"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [v["decision"] for v in found["verdicts"]][-2:] == ["allow", "deny"]
    assert found["frames"] == 0 and found["states"] == 40


def test_without_a_call_a_bag_says_what_was_heard_of_every_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Bag(tmp_path / "bag") as bag:
        record_frames(bag, "/car")
    assert main(["ros", "bag-replay", str(tmp_path / "bag"), "demo_sedan", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    speed = next(path for path in report["paths"] if path["path"] == "Vehicle.Speed")
    assert speed["verdict"] == "ok" and speed["samples"] > 10 and report["foreign_frames"] == 0


def test_a_bag_of_two_vehicles_asks_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Bag(tmp_path / "bag") as bag:
        record_frames(bag, "/first")
        record_frames(bag, "/second")
    asked = ["ros", "bag-replay", str(tmp_path / "bag"), "demo_sedan"]
    assert main(asked) == 2
    said = capsys.readouterr().err
    assert "/first, /second" in said and "--namespace" in said
    assert main([*asked, "--namespace", "/second"]) == 0


def test_what_is_no_bag_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "metadata.yaml").write_text("nonsense")
    with Bag(tmp_path / "other") as bag:
        bag.write("/x", "can_msgs/msg/Frame", 0, id=1, is_rtr=False, is_extended=False, is_error=False, dlc=0,
                  data=__import__("numpy").zeros(8, dtype="uint8"))  # fmt: skip
    for folder in (tmp_path / "nothing", tmp_path, tmp_path / "other"):
        assert main(["ros", "bag-replay", str(folder), "demo_sedan"]) == 2
        assert capsys.readouterr().err.count("\n") == 2  # the error and its hint


def test_without_the_extra_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rosbags.highlevel", None)
    assert main(["ros", "bag-replay", str(tmp_path), "demo_sedan"]) == 2
    assert "pip install 'intent-bridge[rosbags]'" in capsys.readouterr().err


def test_the_verb_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    assert " ros " not in capsys.readouterr().out
