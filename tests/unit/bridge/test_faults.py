"""What a bridge does when a bus fails, somebody else sends its commands, or its host falls silent."""

from typing import Any

import pytest

from intent_bridge.bridge import Bridge, Condition, SimulatedBridge, watch
from intent_bridge.engine import Send
from intent_bridge.errors import TransportError
from intent_bridge.transports import LinkChange
from intent_bridge.transports.condition import DEAD
from intent_bridge.types import Frame, Outcome, RawFrame, Status

FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
SEAT = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"


class Faulty:
    """A transport that has faults: dead buses refuse and bring nothing, others swallow."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.dead: set[str] = set()
        self.swallowing: set[str] = set()
        self.forged: list[RawFrame] = []
        self._changes: list[LinkChange] = []
        self.left: list[RawFrame] = []

    def now_ms(self) -> int:
        now: int = self._inner.now_ms()
        return now

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        if frame.bus in self.dead:
            raise TransportError(f"bus `{frame.bus}` is dead")
        if frame.bus not in self.swallowing:
            self.left.append(frame)
            self._inner.send(frame)

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        heard = [(at, f) for at, f in self._inner.receive(until_ms) if f.bus not in self.dead]
        forged, self.forged = self.forged, []
        return heard + [(self.now_ms(), frame) for frame in forged]

    def changes(self) -> list[LinkChange]:
        changes, self._changes = self._changes, []
        return changes

    def close(self) -> None:
        self._inner.close()

    def becomes(self, bus: str, condition: Condition) -> None:
        """The bus changes its condition, as a real transport would say."""
        (self.dead.add if condition in DEAD else self.dead.discard)(bus)
        self._changes.append(LinkChange(bus, condition))


class Car:
    """A simulated car on faulty buses, with what it told."""

    def __init__(self, car: SimulatedBridge) -> None:
        self.car = car
        self.buses = Faulty(car._transport)
        car._transport = self.buses
        self.conditions: list[tuple[str, str]] = []
        car.subscribe("health", lambda change: self.conditions.append((change.name, change.condition.value)))

    def do(self, name: str, **arguments: Any) -> Outcome:
        return self.car.handle({"name": name, "arguments": arguments})

    def fan(self, level: int) -> tuple[str, str]:
        outcome = self.do("set_fan_speed", zone="driver", level=level)
        return outcome.status.value, outcome.code

    def light(self, on: bool) -> str:
        return self.do("set_reading_light", zone="driver", on=on).status.value

    def move_seat(self) -> Outcome:
        outcome = self.do("set_seat_position", zone="passenger", millimetres=250)
        assert outcome.status is Status.SENT
        self.car.advance_ms(300)
        return outcome

    def ended(self, call_id: str, events: list[Outcome]) -> tuple[str, str]:
        (found,) = [o for o in events if o.call_id == call_id]
        return found.status.value, found.code


@pytest.fixture
def car() -> Any:
    with Bridge.simulated("demo_sedan") as simulated:
        yield Car(simulated)


@pytest.mark.parametrize("condition", sorted(DEAD))
def test_what_a_dead_bus_was_carrying_is_not_delivered_and_other_buses_go_on(
    car: Car, condition: Condition
) -> None:
    moving = car.move_seat()
    car.buses.becomes("comfort", condition)
    events = car.car.advance_ms(50)
    assert car.ended(moving.call_id, events) == ("not_delivered", condition.value)
    assert ("comfort", condition.value) in car.conditions
    assert car.light(True) == "done"


def test_the_end_of_a_call_whose_frame_was_refused_leaves_behind_frames_that_were_counted_before_it(
    car: Car, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = car.move_seat()
    height = car.do("set_seat_height", zone="passenger", millimetres=80)
    engine = car.car.engine
    runs = [engine.commands.running[call.call_id] for call in (position, height)]
    first, second = (engine.encoder.encode(run.permit, engine.live, {})[0] for run in runs)
    left: list[int | None] = []

    def send(frame: Frame) -> str | None:
        if frame is first:
            return "recovering"
        left.append(frame.counter)
        return None

    monkeypatch.setattr(car.car, "_send", send)
    car.car._carry_out([Send(position.call_id, first), Send(height.call_id, second)])
    assert position.call_id not in engine.commands.running
    assert len(left) >= 2
    assert left == [((second.counter or 0) + n) % 16 for n in range(len(left))]


def test_error_passive_is_named_and_stops_nothing(car: Car) -> None:
    car.buses.becomes("comfort", Condition.ERROR_PASSIVE)
    assert car.fan(7) == ("done", "")
    assert ("comfort", "error_passive") in car.conditions


def test_after_a_fault_no_command_leaves_before_the_state_was_read_anew(car: Car) -> None:
    car.buses.becomes("comfort", Condition.BUS_OFF)
    car.car.advance_ms(100)
    car.buses.becomes("comfort", Condition.OK)
    car.car.advance_ms(1)
    car.buses.left.clear()
    assert car.fan(7) == ("not_delivered", "recovering")
    assert car.buses.left == []
    car.car.advance_ms(2000)
    assert car.conditions[-1] == ("comfort", "ok")
    assert car.fan(7) == ("done", "")


def test_a_path_that_never_comes_back_does_not_keep_the_bus_from_its_work_for_ever(car: Car) -> None:
    car.car.vehicle.mute("SEAT_STATUS")
    car.buses.becomes("comfort", Condition.UNPLUGGED)
    car.car.advance_ms(100)
    car.buses.becomes("comfort", Condition.OK)
    longest_ms = max(sensor.max_age_ms for sensor in car.car.profile.sensors.values())
    car.car.advance_ms(longest_ms + 100)
    assert car.fan(7) == ("done", "")


def test_a_command_after_frames_were_swallowed_carries_the_counter_the_ecu_expects(car: Car) -> None:
    assert car.fan(3) == ("done", "")
    taken = car.buses.left[-1]
    car.buses.swallowing.add("comfort")
    for level in (4, 5, 6, 7, 8):
        assert car.fan(level)[0] in ("timeout", "not_delivered")
    car.buses.swallowing.clear()
    car.buses.becomes("comfort", Condition.BUS_OFF)
    car.car.advance_ms(10)
    car.buses.becomes("comfort", Condition.OK)
    car.car.advance_ms(2000)
    assert car.fan(9) == ("done", "")
    assert car.buses.left[-1].data[1] & 15 == (taken.data[1] & 15) + 1


def test_a_stop_that_did_not_leave_is_not_called_stopped(car: Car) -> None:
    moving = car.move_seat()
    car.buses.dead.add("comfort")
    asked = car.do("stop_motion")
    assert asked.status is Status.NOT_DELIVERED
    again = {"id": moving.call_id, "name": "set_seat_position", "arguments": {"millimetres": 0}}
    assert car.car.handle(again).status is Status.NOT_DELIVERED


def test_a_refused_frame_does_not_swallow_what_was_planned_for_other_calls(car: Car) -> None:
    moving = car.move_seat()
    window = car.do("set_window", zone="driver", percent=100)
    car.buses.dead.add("comfort")
    events = car.car.advance_ms(30_000)
    assert car.ended(moving.call_id, events)[0] == "not_delivered"
    assert car.ended(window.call_id, events)[0] in ("done", "stopped")


def command(car: Car, name: str) -> RawFrame:
    info = car.car.profile.messages[name]
    return RawFrame(info.bus, info.can_id, info.extended, info.fd, bytes(info.length))


def test_somebody_else_sending_our_command_silences_us_until_they_are_quiet(car: Car) -> None:
    moving = car.move_seat()
    car.buses.forged.append(command(car, "WINDOW_CMD"))
    events = car.car.advance_ms(50)
    assert car.ended(moving.call_id, events) == ("not_delivered", "second_sender")
    stop = car.buses.left[-1]
    assert stop.can_id == car.car.profile.messages["SEAT_CMD"].can_id, "the seat was stopped all the same"
    car.buses.left.clear()
    status, _ = car.fan(7)
    assert (status, car.buses.left) == ("not_delivered", [])
    assert ("body", "second_sender") in car.conditions
    car.car.advance_ms(watch.QUIET_MS - 1000)
    assert car.fan(7)[0] == "not_delivered"
    car.car.advance_ms(4000)
    assert car.fan(7) == ("done", "")


def test_each_sight_of_the_second_sender_begins_the_quiet_time_anew(car: Car) -> None:
    for _ in range(3):
        car.buses.forged.append(command(car, "CLIMATE_CMD"))
        car.car.advance_ms(watch.QUIET_MS - 1000)
        assert car.fan(7)[0] == "not_delivered"


def test_without_the_hosts_heartbeat_nothing_leaves() -> None:
    with Bridge.simulated("demo_sedan", heartbeat_ms=1000) as simulated:
        car = Car(simulated)
        assert car.fan(3) == ("done", "")
        moving = car.move_seat()
        events = simulated.advance_ms(1500)
        assert car.ended(moving.call_id, events)[0] == "not_delivered"
        assert ("host", "heartbeat_lost") in car.conditions
        assert car.fan(7)[0] == "not_delivered"
        simulated.heartbeat()
        assert car.fan(8) == ("done", "")


def test_listening_only_never_becomes_sending_by_a_recovery() -> None:
    with Bridge.simulated("demo_sedan", listen_only=True) as simulated:
        car = Car(simulated)
        car.buses.forged.append(command(car, "CLIMATE_CMD"))
        simulated.advance_ms(watch.QUIET_MS + 3000)
        assert simulated.engine.gate.silent
        assert car.fan(7) == ("not_delivered", "listen_only")
