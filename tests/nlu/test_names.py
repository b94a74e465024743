"""A thing goes by all its names: what is said of it moves nothing else, and nothing the wrong way."""

import pytest

from tests.nlu.corpus import Done, done


def _adjusted(setting: str, direction: str, **more: object) -> Done:
    return [("adjust_setting", {"setting": setting, "direction": direction, **more})]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("方向盘的温度调高", _adjusted("steering_wheel_heating", "up")),
        ("电动尾门放下来", [("set_trunk", {"percent": 0})]),
        ("收起远光", [("set_high_beam", {"on": False})]),
        ("大灯切到远光", [("set_high_beam", {"on": True})]),
        ("车道保持灵敏度放低", [("set_lane_keep_assist", {"sensitivity": "low"})]),
        ("天窗遮阳帘再关一点", _adjusted("sunshade", "down", size="little")),
        ("天窗再开15%", _adjusted("sunroof", "up", amount=15)),
        ("靠背全放下去", _adjusted("seat_recline", "up", size="max")),
        ("椅背起来十度", _adjusted("seat_recline", "down", amount=10)),
        ("跟车比现在远一档", _adjusted("acc_time_gap", "up", amount=1)),
    ],
)
def test_what_is_said_of_one_thing_moves_only_that(text: str, wanted: Done) -> None:
    assert done(text, "zh") == wanted


@pytest.mark.parametrize("text", ["车窗恢复原样", "顶上的窗往下放", "方向盘高一点", "热度低两度"])
def test_what_would_move_another_thing_or_the_wrong_way_does_nothing(text: str) -> None:
    assert done(text, "zh") == []


def test_all_with_a_list_is_both_and_with_the_windows_every_one() -> None:
    assert done("座椅加热和通风全关掉", "zh") == [
        ("set_seat_heating", {"level": 0}),
        ("set_seat_ventilation", {"level": 0}),
    ]
    assert done("车窗和天窗都关上", "zh") == [
        ("set_window", {"zone": "all", "percent": 0}),
        ("set_sunroof", {"percent": 0}),
    ]


@pytest.mark.parametrize("text", ["车道保持打开，灵敏度高", "lane keeping on, sensitivity high"])
def test_what_is_switched_on_and_told_more_of_is_both(text: str) -> None:
    language = "en" if text.isascii() else "zh"
    assert done(text, language) == [("set_lane_keep_assist", {"on": True, "sensitivity": "high"})]
