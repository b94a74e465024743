"""How a thing is now asks for nothing, with whatever words it is told."""

import pytest

from tests.nlu.corpus import done


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("that window is still open, shut it", [("set_window", {"percent": 0})]),
        (
            "it's cold, the passenger window is down, put it up",
            [("set_window", {"zone": "passenger", "percent": 0})],
        ),
        ("the rear defroster is still on, kill it", [("set_defrost", {"window": "rear", "on": False})]),
        ("it's freezing with the sunroof open, shut it", [("set_sunroof", {"percent": 0})]),
        ("with the window open it's noisy, close it", [("set_window", {"percent": 0})]),
        ("with the roof open it's noisy", [("adjust_comfort", {"feeling": "noisy"})]),
        ("the window is open", []),
        ("make sure the window is closed", [("set_window", {"percent": 0})]),
        (
            "22 degrees with the fan on three",
            [("set_cabin_temperature", {"celsius": 22}), ("set_fan_speed", {"level": 3})],
        ),
    ],
)
def test_a_state_that_is_told_is_not_asked_for(text: str, calls: object) -> None:
    assert done(text, "en") == calls


def test_a_seat_that_is_too_far_somewhere_is_wanted_the_other_way() -> None:
    forward = ("adjust_setting", {"setting": "seat_position", "direction": "down"})
    assert done("my seat's too far back", "en") == [forward]
    assert done("my seat's too far back, bring it forward", "en") == [forward]
    assert done("the window is too far open", "en") == [
        ("adjust_setting", {"setting": "window", "direction": "down"})
    ]


@pytest.mark.parametrize("name", ["the ambient light", "the massage", "the high beam"])
def test_auto_of_a_thing_that_has_none_is_not_the_climate(name: str) -> None:
    assert done(f"put {name} on auto", "en") == []


def test_what_is_wanted_of_all_and_otherwise_of_mine_are_two_wishes() -> None:
    assert done("heat all the seats, mine to three", "en") == [
        ("set_seat_heating", {"zone": "all", "level": 2}),
        ("set_seat_heating", {"zone": "driver", "level": 3}),
    ]
    assert done("never mind the passenger window, it's mine I'd like closed", "en") == [
        ("set_window", {"percent": 0})
    ]


def test_a_value_on_both_sides_of_a_no_is_put_right_without_commas() -> None:
    assert done("fan on two no three", "en") == [("set_fan_speed", {"level": 3})]
    assert done("heating no AC", "en") == []


@pytest.mark.parametrize(
    "text",
    ["give her 22", "make her seat warmer", "give them two more degrees", "blow on his feet", "22 for them"],
)
def test_of_him_or_her_nobody_knows_where(text: str) -> None:
    assert done(text, "en") == []


def test_they_are_where_somebody_sits_who_was_told_of() -> None:
    assert done("my wife is cold, give her 22", "en") == [
        ("set_cabin_temperature", {"zone": "passenger", "celsius": 22})
    ]
    assert done("the guy behind me says he's freezing", "en") == [
        ("adjust_comfort", {"feeling": "cold", "zone": "behind_me", "strength": "lot"})
    ]
    assert done("the guy behind me says open the window", "en") == []


def test_a_value_and_a_change_of_it_are_one_wish_only_where_the_value_is_told() -> None:
    assert done("the fan is at nine, take it down four", "en") == [
        ("adjust_setting", {"setting": "fan_speed", "direction": "down", "amount": 4})
    ]
    assert done("fan to nine, take it down four", "en") == []
