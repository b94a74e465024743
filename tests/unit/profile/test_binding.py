"""A binding says exactly what the DBC says, as cantools witnesses."""

import pytest

from intent_bridge.profile import Binding, Profile, to_vss
from intent_bridge.types import Value

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
AIRFLOW = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
AIR_CON = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


def _values(binding: Binding) -> list[Value]:
    quantity = binding.quantity
    if quantity.type == "number":
        return list(range(quantity.low, quantity.high + 1))
    return [False, True] if quantity.type == "boolean" else list(quantity.values or {})


def _bindings(profile: Profile) -> list[Binding]:
    return [s.binding for s in profile.sensors.values()] + [a.command for a in profile.actuators.values()]


def test_every_value_of_every_path_survives_the_way_to_the_wire_and_back(tiny_car: Profile) -> None:
    for binding in _bindings(tiny_car):
        for value in _values(binding):
            raw = binding.to_raw(value)
            assert binding.raw_low <= raw <= binding.raw_high
            assert binding.from_raw(raw) == value


def test_cantools_reads_the_same_value_from_the_raw_number(tiny_car: Profile) -> None:
    for binding in _bindings(tiny_car):
        signal = tiny_car.messages[binding.message].dbc.get_signal_by_name(binding.signal)
        for value in _values(binding):
            scaled = signal.conversion.raw_to_scaled(binding.to_raw(value))
            if binding.quantity.type == "number":
                assert float(str(scaled)) == pytest.approx(float(to_vss(binding.quantity, value)))
            elif binding.quantity.type == "enum":
                assert str(scaled) == value
            else:
                assert signal.conversion.scaled_to_raw(scaled) == int(value)


def test_no_raw_number_is_read_as_anything_but_a_value_none_or_an_error(tiny_car: Profile) -> None:
    for binding in _bindings(tiny_car):
        for raw in range(max(binding.raw_low, -2000), min(binding.raw_high, 2000) + 1):
            try:
                value = binding.from_raw(raw)
            except ValueError:
                continue
            if value is None:
                assert raw in binding.absent
            else:
                assert value in _values(binding)


def test_a_status_takes_the_nearest_step_and_a_command_refuses_what_is_between(tiny_car: Profile) -> None:
    status, command = tiny_car.actuators[SEAT].status, tiny_car.actuators[SEAT].command
    assert [status.from_raw(raw) for raw in (10, 12, 13, 250, 252)] == [2, 2, 3, 50, 50]
    with pytest.raises(ValueError, match="out of range"):
        status.from_raw(253)
    fan = tiny_car.actuators["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"]
    assert fan.status.from_raw(55) == 6 and fan.command.from_raw(50) == 5
    with pytest.raises(ValueError, match="between two steps"):
        fan.command.from_raw(55)
    assert command.exact and not status.exact


def test_a_negative_factor_is_turned_the_right_way_round() -> None:
    from decimal import Decimal

    from intent_bridge.profile.model import Quantity

    quantity = Quantity(type="number", unit="mm", step=Decimal(2), range=(Decimal(0), Decimal(100)))
    binding = Binding("b", "M", "S", None, quantity, False, 0, 255, per_step=-2, zero_raw=200)
    assert binding.to_raw(50) == 100 and binding.from_raw(100) == 50
    assert [binding.from_raw(raw) for raw in (200, 199, 198)] == [0, 1, 1]


def test_not_available_is_no_value_and_stop_is_no_value(tiny_car: Profile) -> None:
    seat = tiny_car.actuators[SEAT]
    assert seat.status.from_raw(seat.status.named_raw("SNA")) is None
    assert seat.command.named_raw("STOP") == 253
    with pytest.raises(ValueError, match="out of range"):
        seat.command.from_raw(253)
    with pytest.raises(ValueError, match="no value named HALT"):
        seat.command.named_raw("HALT")


@pytest.mark.parametrize(
    ("path", "value"),
    [(TEMPERATURE, 30), (TEMPERATURE, 62), (TEMPERATURE, True), (TEMPERATURE, "HI"), (AIRFLOW, "SNA"),
     (AIRFLOW, 1), (AIR_CON, 1), (SEAT, 51)],
)  # fmt: skip
def test_what_is_no_value_of_the_path_never_becomes_raw(tiny_car: Profile, path: str, value: Value) -> None:
    with pytest.raises(ValueError):
        tiny_car.actuators[path].command.to_raw(value)


def test_a_multiplexed_signal_knows_its_page(tiny_car: Profile) -> None:
    assert tiny_car.actuators[SEAT].command.mux == 0
    assert tiny_car.actuators["Vehicle.Cabin.Seat.Row1.PassengerSide.Position"].command.mux == 1
    assert tiny_car.actuators[TEMPERATURE].command.mux is None
