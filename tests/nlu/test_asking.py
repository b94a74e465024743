"""Requests put as questions or wishes are done; questions of the same shape are not."""

import pytest

from tests.nlu.corpus import done


@pytest.mark.parametrize(
    ("language", "text", "call"),
    [
        ("zh", "能帮我打开空调吗", ("set_air_conditioning", {"on": True})),
        ("zh", "能帮我打开空调吗？", ("set_air_conditioning", {"on": True})),
        ("zh", "你可以把温度调到22度吗", ("set_cabin_temperature", {"celsius": 22})),
        ("zh", "能开一下窗吗？", ("set_window", {"percent": 100})),
        ("zh", "天窗可以开到30%吗？", ("set_sunroof", {"percent": 30})),
        ("zh", "能关上后备箱吗", ("set_trunk", {"percent": 0})),
        ("zh", "对面来车了，能把远光灯关掉吗", ("set_high_beam", {"on": False})),
        ("zh", "后排的风量可以设成3档吗", ("set_fan_speed", {"zone": "rear_row", "level": 3})),
        ("zh", "你能打开座椅加热吗", ("set_seat_heating", {"level": 2})),
        ("en", "why don't you open the window?", ("set_window", {"percent": 100})),
        ("en", "I wish you would open my window", ("set_window", {"percent": 100})),
        (
            "en",
            "make sure to open the two front windows",
            ("set_window", {"zone": "front_row", "percent": 100}),
        ),
        ("en", "could the seat heating be turned off", ("set_seat_heating", {"level": 0})),
        ("en", "the AC needs to be switched on", ("set_air_conditioning", {"on": True})),
        ("en", "right, set the fan to level one", ("set_fan_speed", {"level": 1})),
        ("en", "set the fan to level one then", ("set_fan_speed", {"level": 1})),
    ],
)
def test_a_request_is_done_however_it_is_put(language: str, text: str, call: tuple[str, object]) -> None:
    assert done(text, language) == [call]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "能开天窗吗"),
        ("zh", "天窗能打开吗"),
        ("zh", "你能自己停车吗"),
        ("zh", "能帮我看看空调开了吗"),
        ("en", "why don't you like the AC"),
        ("en", "why don't you open the window when it rains"),
        ("en", "I wish you hadn't opened the window"),
        ("en", "open the window and then"),
        ("en", "is the AC going to be turned off"),
        ("en", "should the fog lights be switched on"),
        ("en", "can the window be opened from here"),
    ],
)
def test_a_question_or_a_regret_of_the_same_shape_does_nothing(language: str, text: str) -> None:
    assert done(text, language) == []
