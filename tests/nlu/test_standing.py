"""What is said to be so beside a request: told, wished for as well, or asked about."""

import pytest

from tests.nlu.corpus import done

READING_OFF = ("set_reading_light", {"on": False})
WARMER_SEAT = ("set_seat_heating", {"zone": "passenger", "level": 2})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "副驾阅读灯开着，氛围灯灭掉",
            [
                ("set_reading_light", {"zone": "passenger", "on": True}),
                ("set_ambient_light", {"on": False}),
            ],
        ),
        ("氛围灯打开，阅读灯关着", [("set_ambient_light", {"on": True}), READING_OFF]),
        ("把阅读灯关着", [READING_OFF]),
        ("氛围灯开着呢，阅读灯关掉", [READING_OFF]),
        ("空调开着，把窗户关上", [("set_window", {"percent": 0})]),
        ("座椅加热开着，阅读灯关掉", []),
    ],
)
def test_what_is_on_beside_its_opposite_is_wished_where_that_changes_nothing_else(
    text: str, meant: list[tuple[str, dict[str, object]]]
) -> None:
    assert done(text, "zh") == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "现在21度，再加一度",
            [
                (
                    "adjust_setting",
                    {"setting": "cabin_temperature", "direction": "up", "amount": 1},
                )
            ],
        ),
        ("温度21度，再加一度", []),
        ("风量三档，再加一档", []),
        ("现在21度", [("set_cabin_temperature", {"celsius": 21})]),
    ],
)
def test_a_change_by_an_amount_is_never_dropped_beside_a_value(
    text: str, meant: list[tuple[str, dict[str, object]]]
) -> None:
    assert done(text, "zh") == meant


@pytest.mark.parametrize(
    "text", ["副驾坐了个大个儿，座椅往后挪", "我老婆在副驾，座椅加热打开", "我妈坐后面，温度高一点"]
)
def test_where_somebody_is_told_to_sit_elsewhere_the_place_has_to_be_said(text: str) -> None:
    assert done(text, "zh") == []


@pytest.mark.parametrize("text", ["副驾座椅加热二档，按摩一档", "副驾按摩一档，加热二档"])
def test_a_seat_named_once_is_meant_for_its_next_part_as_well(text: str) -> None:
    assert sorted(done(text, "zh"), key=str) == sorted(
        [WARMER_SEAT, ("set_seat_massage", {"zone": "passenger", "level": 1})], key=str
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("窗户别开，天窗开百分之三十", [("set_sunroof", {"percent": 30})]),
        ("风量三档，太大了，二档", [("set_fan_speed", {"level": 2})]),
        ("窗关上，风太大", [("set_window", {"percent": 0})]),
        ("不给副驾按摩，打开通风", []),
        (
            "关掉后窗除霜，空调26度",
            [
                ("set_defrost", {"window": "rear", "on": False}),
                ("set_cabin_temperature", {"celsius": 26}),
            ],
        ),
        (
            "打开内循环再打开空调",
            [
                ("set_recirculation", {"mode": "recirculate"}),
                ("set_air_conditioning", {"on": True}),
            ],
        ),
    ],
)
def test_a_clause_keeps_its_own_thing_and_verb(text: str, meant: list[tuple[str, dict[str, object]]]) -> None:
    assert done(text, "zh") == meant
