"""`adjust_setting` knows, per setting, its zones, the step of an amount and how far it can go."""

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import AdjustSetting, Catalogue, NotEquipped
from intent_bridge.types import ToolCall
from tests.unit.intents.car import car, enum, full_car, number, schema_of

CAR = Catalogue(
    car(
        {
            "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": number(16, 30, 0.5, "Celsius"),
            "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed": number(0, 100, 10, "percent"),
            "Vehicle.ADAS.CruiseControl.AdaptiveTimeGap": enum("GAP_1_0", "GAP_1_4", "GAP_1_8", "GAP_2_2"),
            "Vehicle.ADAS.SpeedLimitAssist.Offset": number(-10, 10, 1, "km/h"),
            "Vehicle.Cabin.Seat.Row1.PassengerSide.Position": number(0, 250, 5, "mm"),
        }
    )
)


def adjust(setting: str, amount: float | None = None, zone: str | None = None) -> object:
    arguments = {"setting": setting, "direction": "up", "amount": amount, "zone": zone}
    return CAR.parse(ToolCall("1", "adjust_setting", arguments))


@pytest.mark.parametrize(
    ("setting", "smallest", "largest"),
    [
        ("cabin_temperature", 0.5, 14),
        ("fan_speed", 1, 10),
        ("acc_time_gap", 1, 3),
        ("speed_limit_offset", 1, 20),
        ("seat_position", 5, 250),
    ],
)
def test_an_amount_goes_from_one_step_to_the_whole_range(
    setting: str, smallest: float, largest: float
) -> None:
    for amount in (smallest, largest):
        assert isinstance(adjust(setting, amount), AdjustSetting)
    for amount in (0, smallest / 2, largest + smallest):
        with pytest.raises(ToolCallError) as caught:
            adjust(setting, amount)
        assert (caught.value.code, caught.value.where) == ("out_of_range", "amount")
    with pytest.raises(ToolCallError) as caught:
        adjust(setting, smallest * 1.5)
    assert caught.value.code == "off_step"


def test_the_schema_names_the_unit_of_every_setting() -> None:
    shown = schema_of(CAR.tools, "adjust_setting")
    assert shown["amount"] == {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 250,
        "description": "By how much. Celsius in steps of 0.5: cabin_temperature; "
        "levels: fan_speed, acc_time_gap; "
        "mm in steps of 5: seat_position; km/h: speed_limit_offset.",
    }
    assert shown["zone"]["enum"] == [
        "driver", "passenger", "front_row", "all", "left_side", "right_side", "my_side"
    ]  # fmt: skip


def test_each_setting_has_its_own_zones() -> None:
    assert isinstance(adjust("seat_position", 5, "passenger"), AdjustSetting)
    assert adjust("seat_position", 5, "driver") == NotEquipped("adjust_setting", "zone", "driver")
    assert adjust("fan_speed", 1, "passenger") == NotEquipped("adjust_setting", "zone", "passenger")
    assert isinstance(adjust("acc_time_gap", 1, "passenger"), AdjustSetting)


def test_a_car_without_zoned_settings_is_not_asked_for_a_zone() -> None:
    plain = Catalogue(car({"Vehicle.Cabin.Sunroof.Position": number(0, 100, 1, "percent")}))
    assert list(schema_of(plain.tools, "adjust_setting")) == ["setting", "direction", "amount", "size"]
    call = ToolCall("1", "adjust_setting", {"setting": "sunroof", "direction": "up", "zone": "driver"})
    assert plain.parse(call) == NotEquipped("adjust_setting", "zone")


def test_a_car_without_settings_has_nothing_to_adjust() -> None:
    bare = Catalogue(car({}))
    call = ToolCall("1", "adjust_setting", {"setting": "window", "direction": "up"})
    assert bare.parse(call) == NotEquipped("adjust_setting")
    assert "adjust_setting" in {tool.name for tool in Catalogue(full_car()).tools}
