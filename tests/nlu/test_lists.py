"""Several things with one wish, several places with a wish each, and wishes that lack their end."""

import pytest

from tests.nlu.corpus import Done, done


def calls(text: str) -> Done:
    return done(text, "zh")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("氛围灯香氛都关了", [("set_ambient_light", {"on": False}), ("set_fragrance", {"level": 0})]),
        ("近光远光都打开", [("set_low_beam", {"on": True}), ("set_high_beam", {"on": True})]),
    ],
)
def test_things_side_by_side_share_what_becomes_of_them(text: str, wanted: Done) -> None:
    assert calls(text) == wanted


def test_all_of_a_list_counts_its_things_and_of_one_thing_its_places() -> None:
    assert calls("按摩和座椅加热都关了")[1] == ("set_seat_heating", {"level": 0})
    assert calls("座椅加热都关了") == [("set_seat_heating", {"zone": "all", "level": 0})]


def test_mine_and_the_passengers_are_two_wishes() -> None:
    assert calls("我这边窗开一半，副驾的关上") == [
        ("set_window", {"percent": 50}),
        ("set_window", {"zone": "passenger", "percent": 0}),
    ]


def test_legs_without_room_in_the_back_move_no_seat_there() -> None:
    back = [("adjust_setting", {"zone": "passenger", "setting": "seat_position", "direction": "down"})]
    assert calls("副驾座椅往前移，后面的人腿放不下") == back
    assert calls("后面的人腿伸不开") == []


def test_another_twenty_percent_is_by_that_much() -> None:
    more = {"setting": "window", "direction": "up", "amount": 20}
    assert calls("车窗再开百分之二十") == [("adjust_setting", more)]


@pytest.mark.parametrize("text", ["车窗开到", "一会儿再关空调", "关窗哎不用了不用了", "座椅加热就不用了"])
def test_what_lacks_its_end_is_put_off_or_taken_back_does_nothing(text: str) -> None:
    assert calls(text) == []
