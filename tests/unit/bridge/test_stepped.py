"""A bridge whose host owns the loop: nothing waits, nothing leaves before it may."""

from collections.abc import Iterator

import pytest

from intent_bridge.bridge import DRIVER_BY_VOICE
from intent_bridge.bridge.simulated_transport import SimulatedTransport
from intent_bridge.bridge.stepped import SteppedBridge
from intent_bridge.profile import load_profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.types import Outcome, Quality, RawFrame, Sample, Status

WARMER = {"id": "w", "name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 25}}
SEAT = {"id": "s", "name": "set_seat_position", "arguments": {"zone": "passenger", "millimetres": 20}}


class Clocked(SimulatedTransport):
    """Simulated buses on a clock that the test turns; remembers what was sent."""

    def __init__(self) -> None:
        self.profile = load_profile("demo_sedan")
        super().__init__(self.profile, SimulatedVehicle(self.profile))
        self.sent: list[RawFrame] = []

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        self.sent.append(frame)
        super().send(frame, urgent=urgent)

    def turn(self, bridge: SteppedBridge, duration_ms: int) -> None:
        until_ms = self._now_ms + duration_ms
        while self._now_ms < until_ms:
            self._now_ms += 1
            bridge.step()


@pytest.fixture
def car() -> Iterator[tuple[SteppedBridge, Clocked, list[Outcome]]]:
    transport = Clocked()
    with SteppedBridge(transport.profile, transport, speaker=DRIVER_BY_VOICE, listen_only=True) as bridge:
        told: list[Outcome] = []
        bridge.subscribe("outcome", told.append)
        transport.turn(bridge, 400)
        yield bridge, transport, told


Car = tuple[SteppedBridge, Clocked, list[Outcome]]


def test_before_it_may_speak_a_call_is_judged_and_nothing_leaves(car: Car) -> None:
    bridge, transport, _ = car
    outcome = bridge.handle(WARMER)
    assert (outcome.status, outcome.code) == (Status.NOT_DELIVERED, "listen_only")
    assert transport.sent == []


def test_a_verb_does_not_wait_for_the_ecu_and_its_confirmation_is_told_later(car: Car) -> None:
    bridge, transport, told = car
    bridge.speak()
    assert bridge.handle(WARMER).status is Status.SENT
    assert len(transport.sent) == 1
    transport.turn(bridge, 500)
    assert [(o.call_id, o.status) for o in told] == [("w", Status.DONE)]


def test_falling_silent_stops_a_motion_and_nothing_leaves_afterwards(car: Car) -> None:
    bridge, transport, told = car
    bridge.speak()
    assert bridge.handle(SEAT).status is Status.SENT
    transport.turn(bridge, 300)
    before = len(transport.sent)
    bridge.fall_silent("deactivated")
    assert len(transport.sent) > before
    assert (told[-1].status, told[-1].code) == (Status.NOT_DELIVERED, "deactivated")
    transport.turn(bridge, 1000)  # the neutral frames it still owes
    after = len(transport.sent)
    assert bridge.handle({**WARMER, "id": "x"}).code == "listen_only"
    transport.turn(bridge, 1000)
    assert len(transport.sent) == after


def test_falling_silent_closes_open_questions(car: Car) -> None:
    bridge, _, told = car
    bridge.speak()
    asked = bridge.handle({"id": "q", "name": "set_blind_spot_warning", "arguments": {"on": False}})
    assert asked.confirmation is not None
    bridge.fall_silent("deactivated")
    assert (told[-1].call_id, told[-1].status, told[-1].code) == ("q", Status.NO_ACTION, "withdrawn")
    bridge.speak()
    assert bridge.confirm(asked.confirmation.token).code == "confirmation_unknown"


def test_state_said_without_a_bus_counts_from_its_own_time(car: Car) -> None:
    bridge, transport, _ = car
    bridge.speak()
    path = "Vehicle.Speed"
    info = transport.profile.sensors[path]
    transport.vehicle.mute(info.binding.message)
    transport.turn(bridge, info.max_age_ms + 100)
    assert bridge.quality()[path] is Quality.STALE
    now_ms = bridge.now_ms()
    bridge.take_state({path: Sample(100, now_ms - info.max_age_ms, Quality.OK)})
    assert bridge.state()[path] == 10
    transport.turn(bridge, 2)
    assert bridge.quality()[path] is Quality.STALE


class Deaf(Clocked):
    """A vehicle without a bus: takes what is sent, says nothing in frames."""

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        return []


def test_a_vehicle_without_a_bus_is_commanded_with_the_siblings_it_has_told() -> None:
    """The colour goes with the light in one frame: it is what was told, and no start value."""
    transport = Deaf()
    told: list[Outcome] = []
    with SteppedBridge(transport.profile, transport, speaker=DRIVER_BY_VOICE, listen_only=True) as bridge:
        bridge.subscribe("outcome", told.append)

        def tell() -> None:
            now_ms, truth = bridge.now_ms(), transport.vehicle.truth()
            known = {path: truth[path] for path in transport.profile.sensors if truth.get(path) is not None}
            bridge.take_state({path: Sample(value, now_ms, Quality.OK) for path, value in known.items()})

        transport.vehicle.set_state("Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.Color", "#0000FF")
        tell()
        bridge.speak()
        outcome = bridge.handle({"id": "l", "name": "set_ambient_light", "arguments": {"on": True}})
        assert (outcome.status, outcome.code) == (Status.SENT, "")
        transport.vehicle.set_state("Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.IsLightOn", True)
        tell()
        assert [(o.call_id, o.status) for o in told] == [("l", Status.DONE)]


def test_a_dry_run_judges_by_what_the_last_step_took_in_and_a_call_by_what_is_heard_now(car: Car) -> None:
    bridge, transport, _ = car
    driver_seat = {"id": "d", "name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": 20}}

    def drive(speed_km_h: int) -> None:
        bridge.engine.screen.forget(["Vehicle.Speed"])  # a jump is not what this is about
        transport.vehicle.set_state("Vehicle.Speed", speed_km_h)
        transport._now_ms += 50  # the vehicle has said it, and nobody has listened

    drive(80)
    assert bridge.explain(driver_seat).status is Status.NO_ACTION
    bridge.step()
    assert bridge.explain(driver_seat).status is Status.DENIED
    drive(0)
    bridge.speak()
    assert bridge.handle(driver_seat).status is Status.SENT
