"""The whole road on real SocketCAN: a bridge, the simulated ECUs in another process, and real faults."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.bridge import DRIVER_BY_VOICE, Bridge, Condition, watch
from intent_bridge.profile import Profile
from intent_bridge.types import Outcome, Quality, RawFrame, Status
from tests.socketcan.adapter import Adapter
from tests.socketcan.tools import BUSES, ip, run, until

SEAT = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
LIGHT = "Vehicle.Cabin.Light.Spotlight.Row1.DriverSide.IsLightOn"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"

pytestmark = pytest.mark.usefixtures("ecus")


class Drive:
    """A bridge, what it told, and what it sent."""

    def __init__(self, car: Bridge) -> None:
        self.car = car
        self.outcomes: list[Outcome] = []
        self.conditions: list[tuple[str, Condition]] = []
        self.sent: list[RawFrame] = []
        car.subscribe("outcome", self.outcomes.append)
        car.subscribe("health", lambda change: self.conditions.append((change.name, change.condition)))
        car.subscribe("frame", lambda frame: self.sent.append(frame.raw))
        until(self.all_heard, "every path was heard")

    def all_heard(self) -> bool:
        """Whether a bus has told every path that one tells."""
        known = self.car.quality()
        return all(known[path] is not Quality.MISSING for path in self.car.profile.sensors)

    def do(self, name: str, **arguments: Any) -> Outcome:
        """One call."""
        return self.car.handle({"name": name, "arguments": arguments})

    def is_now(self, bus: str, condition: Condition) -> None:
        """Wait for the condition of a bus."""
        until(lambda: self.car.health.conditions[bus] is condition, f"{bus} is {condition}")

    def is_told(self, condition: str) -> None:
        """Wait until the condition was told; the code of an outcome names what came last."""
        until(lambda: condition in {c.value for _, c in self.conditions}, f"{condition} is told")

    def start_seat(self) -> tuple[Outcome, int]:
        """Send the seat on its longest way; the outcome so far, and where it was.

        On a busy machine state may be too old for a moment, which stops a motion: then once more.
        """
        start = self.seat()
        moving: list[Outcome] = []

        def begun() -> bool:
            moving.append(
                self.do("set_seat_position", zone="passenger", millimetres=0 if start > 120 else 250)
            )
            call_id = moving[-1].call_id
            if moving[-1].status is Status.SENT:
                until(
                    lambda: self.seat() != start or self.over(call_id), "the seat moves, or its motion ended"
                )
            return self.seat() != start and not self.over(call_id)

        until(begun, "the seat moves")
        return moving[-1], start

    def over(self, call_id: str) -> bool:
        """Whether a call has ended."""
        return any(o.call_id == call_id and o.status is not Status.SENT for o in self.outcomes)

    def seat(self) -> int:
        """Where the seat is; waits until that is known."""
        found: list[int] = []

        def known() -> bool:
            value = self.car.state()[SEAT]
            found.extend([] if value is None else [int(value)])
            return bool(found)

        until(known, "the seat's position")
        return found[-1]

    def ended(self, call_id: str) -> Outcome:
        """How a call that was `sent` ended."""

        until(lambda: self.over(call_id), "the motion ended")
        return [o for o in self.outcomes if o.call_id == call_id][-1]

    def works(self) -> None:
        """A command on the comfort bus is confirmed (a busy machine may need more than one)."""

        def done() -> bool:
            level = 3 if self.car.state()[FAN] != 30 else 4
            return self.do("set_fan_speed", zone="driver", level=level).status is Status.DONE

        until(done, "a command is confirmed")

    def others_work(self) -> None:
        """A command on another bus is confirmed."""
        assert self.car.profile.actuators[LIGHT].command.bus == "body"

        def done() -> bool:
            outcome = self.do("set_reading_light", zone="driver", on=not self.car.state()[LIGHT])
            return outcome.status is Status.DONE

        until(done, "a command on the body bus is confirmed")


Drives = Callable[..., AbstractContextManager[Drive]]


@pytest.fixture
def drive(patient: Path) -> Drives:
    """Opens a bridge on the guest's buses."""
    return partial(_drive, patient)


@contextmanager
def _drive(vehicle: Path, comfort: str = "vcan1", *, listen_only: bool = False) -> Iterator[Drive]:
    devices = {**BUSES, "comfort": comfort}
    buses = {name: {"interface": "socketcan", "channel": device} for name, device in devices.items()}
    with Bridge.open(vehicle, buses=buses, speaker=DRIVER_BY_VOICE, listen_only=listen_only) as car:
        yield Drive(car)


@pytest.fixture
def cable() -> Iterator[Adapter]:
    """A serial adapter that carries the comfort bus."""
    adapter = plug()
    yield adapter
    adapter.unplug()


def plug() -> Adapter:
    adapter = Adapter(cable="vcan1", name="can8")
    ip("link", "set", "can8", "type", "can", "bitrate", "500000")
    ip("link", "set", "can8", "up")
    return adapter


def test_a_call_is_confirmed_and_a_motion_arrives_over_vcan(drive: Drives) -> None:
    with drive() as one:
        one.works()
        one.others_work()
        here = one.seat()
        moved = one.do("set_seat_position", zone="passenger", millimetres=here + (20 if here < 200 else -20))
        assert moved.status is Status.SENT
        assert one.ended(moved.call_id).status is Status.DONE


@contextmanager
def flood(device: str, number: int) -> Iterator[None]:
    """Frames of one identifier and random content, many times as often as any ECU sends."""
    command = ["cangen", device, "-g", "4", "-I", f"{number:X}", "-L", "8", "-i"]
    with subprocess.Popen(command) as cangen:
        try:
            yield
        finally:
            cangen.terminate()


def test_a_foreign_flood_holds_up_nothing(drive: Drives) -> None:
    with drive() as one, flood("vcan1", 0x7FE):
        one.works()
        one.others_work()


def test_a_flood_of_forged_statuses_takes_away_the_state_and_then_it_comes_back(
    profile: Profile, drive: Drives
) -> None:
    status = profile.messages["CLIMATE_STATUS"]
    with drive() as one:
        with flood("vcan1", status.can_id):
            until(lambda: one.car.state()[FAN] is None, "the state is not believed")
            one.others_work()
        until(lambda: one.car.state()[FAN] is not None, "the state is believed again")
        one.works()


def test_error_passive_is_named_and_commands_still_arrive(cable: Adapter, drive: Drives) -> None:
    with drive("can8") as one:
        cable.be_passive()
        one.is_now("comfort", Condition.ERROR_PASSIVE)
        one.works()
        cable.be_active()
        one.is_now("comfort", Condition.OK)


def test_bus_off_in_mid_motion_is_not_delivered_and_nothing_old_leaves_afterwards(
    cable: Adapter, drive: Drives
) -> None:
    with drive("can8") as one:
        moving, _ = one.start_seat()
        cable.go_bus_off()
        over = one.ended(moving.call_id)
        assert over.status is Status.NOT_DELIVERED
        one.is_told("bus_off")
        refused = one.do("set_fan_speed", zone="driver", level=9)
        assert refused.status in (Status.NOT_DELIVERED, Status.DENIED)
        one.others_work()
        cable.frames.clear()
        ip("link", "set", "can8", "down")
        ip("link", "set", "can8", "up")
        one.is_now("comfort", Condition.OK)
        assert cable.frames == []
        assert ("comfort", Condition.RECOVERING) in one.conditions
        stood = one.seat()
        one.works()
        assert one.seat() == stood, "the ECU's own timeout has stopped the seat"


def test_a_full_queue_in_mid_motion_is_not_delivered(cable: Adapter, drive: Drives) -> None:
    with drive("can8") as one:
        moving, _ = one.start_seat()
        cable.stall()
        over = one.ended(moving.call_id)
        assert over.status is Status.NOT_DELIVERED
        one.is_told("tx_queue_full")
        one.others_work()
        cable.resume()
        one.is_now("comfort", Condition.OK)
        one.works()


def test_an_adapter_unplugged_in_mid_motion_and_back(cable: Adapter, drive: Drives) -> None:
    with drive("can8") as one:
        moving, _ = one.start_seat()
        cable.unplug()
        over = one.ended(moving.call_id)
        assert over.status is Status.NOT_DELIVERED
        one.is_told("unplugged")
        one.others_work()
        again = plug()
        try:
            one.is_now("comfort", Condition.OK)
            one.works()
        finally:
            again.unplug()


def test_a_link_switched_off_in_mid_motion_is_not_delivered(cable: Adapter, drive: Drives) -> None:
    with drive("can8") as one:
        moving, _ = one.start_seat()
        ip("link", "set", "can8", "down")
        over = one.ended(moving.call_id)
        assert over.status is Status.NOT_DELIVERED
        one.is_told("link_down")
        ip("link", "set", "can8", "up")
        one.is_now("comfort", Condition.OK)
        one.works()


def test_our_command_id_from_another_node_silences_us(
    profile: Profile, drive: Drives, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "QUIET_MS", 1500)
    command = profile.messages["SEAT_CMD"]
    with drive() as one:
        moving, _ = one.start_seat()
        run("cansend", "vcan1", f"{command.can_id:03X}#" + "00" * command.length)
        over = one.ended(moving.call_id)
        assert over.status is Status.NOT_DELIVERED
        one.is_told("second_sender")
        assert ("comfort", Condition.SECOND_SENDER) in one.conditions
        refused = one.do("set_fan_speed", zone="driver", level=9)
        assert refused.status is Status.NOT_DELIVERED
        one.is_now("comfort", Condition.OK)
        one.works()


def test_when_our_process_is_killed_the_ecus_own_timeout_stops_the_seat(patient: Path, drive: Drives) -> None:
    buses = [f"--bus={name}=socketcan:{device}" for name, device in BUSES.items()]
    command = [sys.executable, "-m", "intent_bridge", "run", str(patient), *buses]
    with drive(listen_only=True) as watcher:
        start = watcher.seat()
        goal = 0 if start > 120 else 250
        call = {"name": "set_seat_position", "arguments": {"zone": "passenger", "millimetres": goal}}
        who = {"speaker": "driver", "zone": "driver", "channel": "voice"}
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
            assert victim.stdin is not None
            try:
                victim.stdin.write(json.dumps({"call": call, "from": who}) + "\n")
                victim.stdin.flush()
                until(lambda: watcher.seat() != start, "the seat moves")
            finally:
                victim.kill()
        positions: list[int] = []

        def stands() -> bool:
            positions.append(watcher.seat())
            return len(positions) > 100 and len(set(positions[-100:])) == 1

        until(stands, "the seat stands still")
        assert positions[-1] not in (start, goal)
