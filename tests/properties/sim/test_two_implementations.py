"""The simulator (cantools, autosar-e2e) and our codec agree on every value of every path."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.codec import Receiver
from intent_bridge.profile import Profile, SensorInfo, load_profile, shipped_vehicles, to_vss
from intent_bridge.sim import Plan, SimulatedVehicle, load_plan
from intent_bridge.types import Quality, Sample, Value

TINY_CAR = Path(__file__).resolve().parents[2] / "data" / "tiny_car"


@pytest.fixture(params=[*shipped_vehicles(), TINY_CAR], ids=str, scope="module")
def vehicle(request: pytest.FixtureRequest) -> tuple[Profile, Plan]:
    profile = load_profile(request.param)
    return profile, load_plan(profile)


def _values(info: SensorInfo) -> st.SearchStrategy[Value]:
    quantity = info.quantity
    if quantity.type == "number":
        return st.integers(quantity.low, quantity.high)
    if quantity.type == "boolean":
        return st.booleans()
    return st.sampled_from(sorted(quantity.values or {}))


@given(data=st.data())
def test_what_is_set_is_what_our_receiver_reads(vehicle: tuple[Profile, Plan], data: st.DataObject) -> None:
    profile, plan = vehicle
    car, receiver = SimulatedVehicle(profile, plan), Receiver(profile)
    known: dict[str, Sample] = {}

    def listen(now_ms: int) -> None:
        for at_ms, raw in car.advance(now_ms):
            reading = receiver.read(raw, at_ms)
            assert reading is not None
            known.update(reading.samples)

    listen(0)
    assert known.keys() == profile.sensors.keys()
    stopped: set[str] = set()
    for path in data.draw(st.lists(st.sampled_from(sorted(profile.sensors)), min_size=1, max_size=8)):
        info = profile.sensors[path]
        value = data.draw(st.none() | _values(info))
        car.set_state(path, None if value is None else to_vss(info.quantity, value))
        listen(0)
        if value is None and known[path].quality is Quality.OK:
            stopped.add(path)
        else:
            stopped.discard(path)
            assert known[path].value == value
    end_ms = 1 + max((profile.sensors[path].max_age_ms for path in stopped), default=0)
    listen(end_ms)
    for path, sample in known.items():
        if path in stopped:
            assert end_ms - sample.received_ms > profile.sensors[path].max_age_ms
            assert car.get_state(path) is None
        else:
            assert sample.quality in (Quality.OK, Quality.NOT_AVAILABLE)
            seen = None if sample.value is None else to_vss(profile.sensors[path].quantity, sample.value)
            assert car.get_state(path) == seen, path
