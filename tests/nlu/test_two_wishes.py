"""Two wishes in one sentence: each has its own thing, place and value, or nothing is done."""

import pytest

from tests.nlu.corpus import done


@pytest.mark.parametrize(
    ("language", "text", "first", "second"),
    [
        (
            "en",
            "set the back to 23, open the sunroof",
            ("set_cabin_temperature", {"zone": "rear_row", "celsius": 23}),
            ("set_sunroof", {"percent": 100}),
        ),
        (
            "en",
            "make it 23 for the kids, roll the window up",
            ("set_cabin_temperature", {"zone": "kids", "celsius": 23}),
            ("set_window", {"percent": 0}),
        ),
        (
            "en",
            "set the fan to level one, open the window behind me",
            ("set_fan_speed", {"level": 1}),
            ("set_window", {"zone": "behind_me", "percent": 100}),
        ),
        (
            "en",
            "turn the ambient lights off, set the whole car to 21 degrees",
            ("set_ambient_light", {"on": False}),
            ("set_cabin_temperature", {"zone": "all", "celsius": 21}),
        ),
        (
            "en",
            "stop the window right there, close the rear right window",
            ("stop_motion", {}),
            ("set_window", {"zone": "rear_right", "percent": 0}),
        ),
        (
            "zh",
            "空调打开一下，打开左后车窗",
            ("set_air_conditioning", {"on": True}),
            ("set_window", {"zone": "rear_left", "percent": 100}),
        ),
        (
            "zh",
            "打开儿童模式，打开玻璃除雾",
            ("activate_scene", {"scene": "child_on_board"}),
            ("set_defrost", {"window": "front", "on": True}),
        ),
    ],
)
def test_both_are_done_each_with_its_own(
    language: str, text: str, first: tuple[str, object], second: tuple[str, object]
) -> None:
    assert done(text, language) == [first, second]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "make it twenty one in here and turn the ambient light red"),
        ("en", "close all the windows, put all the zones on 21"),
        ("zh", "座椅加热调到二档关闭后窗除霜"),
    ],
)
def test_where_it_is_not_plain_what_belongs_to_which_nothing_is_done(language: str, text: str) -> None:
    assert done(text, language) == []


def test_what_is_closed_or_off_has_no_level() -> None:
    assert done("座椅加热关到一档", "zh") == [("set_seat_heating", {"level": 1})]
    assert done("take two degrees off", "en")[0][1]["direction"] == "down"
    assert done("把车窗关到百分之二十", "zh") == [("set_window", {"percent": 20})]


def test_what_is_said_of_all_bears_on_each_of_a_list() -> None:
    both = [("set_window", {"zone": "all", "percent": 0}), ("set_sunroof", {"percent": 0})]
    assert done("窗户和天窗全部关上", "zh") == both
    assert done("the windows and the sunroof, all shut", "en") == both


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "open the windows in the car in front of us"),
        ("en", "instead of sport I'd like to be back in comfort"),
        ("zh", "妈妈总是说下雨要关窗"),
        ("zh", "我后面那个位子调到二十四度"),
    ],
)
def test_what_is_of_another_car_told_or_of_two_meanings_does_nothing(language: str, text: str) -> None:
    assert done(text, language) == []


def test_the_cushion_goes_up_with_the_seat_and_is_lengthened_by_its_length() -> None:
    assert done("坐垫升高一点", "zh")[0][1]["setting"] == "seat_height"
    assert done("坐垫长一点", "zh")[0][1]["setting"] == "seat_cushion_length"


@pytest.mark.parametrize(
    ("language", "text", "zone"),
    [
        ("en", "the passenger is cold, turn the seat heating on", "passenger"),
        ("en", "my wife is cold, turn on the seat heating", "passenger"),
        ("zh", "副驾冷，打开座椅加热", "passenger"),
        ("zh", "孩子冷，打开座椅加热", "kids"),
    ],
)
def test_what_helps_somebody_is_done_where_they_sit(language: str, text: str, zone: str) -> None:
    assert done(text, language) == [("set_seat_heating", {"zone": zone, "level": 2})]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "she's cold, turn the seat heating on"), ("zh", "她冷，座椅加热打开")]
)
def test_where_nobody_knows_where_they_sit_the_speaker_is_not_warmed(language: str, text: str) -> None:
    assert done(text, language) == []
    assert done("she's cold, turn the passenger's seat heating on", "en") == [
        ("set_seat_heating", {"zone": "passenger", "level": 2})
    ]
