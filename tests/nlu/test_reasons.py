"""A reason that is named as one may hold any words; what only looks like one leaves a sentence alone."""

import pytest

from tests.nlu.corpus import done

LANE = ("set_lane_keep_assist", {"on": True})
WINDOW = ("set_window", {"percent": 100})


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("my brother always falls asleep at the wheel so put lane keeping on", [LANE]),
        ("nobody in this crate ever listens, so switch lane keeping on please", [LANE]),
        ("the zorgles are whistling in their wicker basket, so how about opening the window", [WINDOW]),
        ("switch lane keeping on, would you, because he's dozing over the map", [LANE]),
        ("open the window since nobody here ever agrees on anything", [WINDOW]),
        ("switch lane keeping on, so Gran can have her snooze", [LANE]),
    ],
)
def test_a_reason_of_any_words_is_left_out(text: str, calls: list[tuple[str, object]]) -> None:
    assert done(text, "en") == calls


@pytest.mark.parametrize(
    "text",
    [
        "if the zorgle howls so open the window",
        "only if it zorgles, so open the window",
        "don't tell the zorgle so open the window",
        "he said it zorgles so he opened the window",
        "nobody told you so open the window",
        "play some jazz for the zorgle so open the window",
        "don't open the window because the zorgle howls",
        "did you open the window because the zorgle howls",
        "open the window so long as the zorgle sleeps",
        "you had better decide by yourself when to zorgle, so set that to auto",
        "at the next zorgle, please open the window",
        "the moment we stop, please open the window",
        "as we enter the tunnel, please close the windows",
    ],
)
def test_a_condition_a_quotation_and_an_order_are_no_reason(text: str) -> None:
    assert done(text, "en") == []


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("the zorgles are whistling so 22 please", [("set_cabin_temperature", {"celsius": 22})]),
        ("the zorgles are whistling so I'm cold", [("adjust_comfort", {"feeling": "cold"})]),
        ("the zorgles are whistling therefore massage", [("set_seat_massage", {"level": 2})]),
        ("the zorgle counts to 22 so I'm cold", []),
        ("my brother's zorgle is so freezing", []),
    ],
)
def test_behind_a_reason_of_unknown_words_a_value_or_a_feeling_is_a_request(text: str, calls: object) -> None:
    assert done(text, "en") == calls


def test_what_it_is_nobody_knows_where_a_reason_names_one_thing_of_many() -> None:
    assert done("the fan zorgles so turn it down", "en") == []
    assert done("the kids zorgle so turn their seat heating off", "en") == [
        ("set_seat_heating", {"zone": "kids", "level": 0})
    ]


def test_whose_seat_is_meant_has_to_be_said_where_the_reason_is_about_somebody() -> None:
    assert done("my daughter feels cold in her zorgle so turn on the seat heating", "en") == []
    assert done("my daughter always zorgles so turn on the seat heating in the back left", "en") == [
        ("set_seat_heating", {"zone": "rear_left", "level": 2})
    ]


@pytest.mark.parametrize(
    "text",
    [
        "吃完饭，帮我打开座椅加热",
        "停好车，帮我把车窗关上",
        "到家，帮我打开后备箱",
        "回来的路上，把按摩打开吧",
        "前面堵车的话，帮我打开按摩",
    ],
)
def test_a_chinese_clause_that_says_when_is_no_reason(text: str) -> None:
    assert done(text, "zh") == []


def test_what_has_happened_is_a_reason_in_chinese() -> None:
    assert done("停好车了，把后备箱打开", "zh") == [("set_trunk", {"percent": 100})]
    assert done("我在回家的路上，帮我打开按摩", "zh") == [("set_seat_massage", {"level": 2})]
