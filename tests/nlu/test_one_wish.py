"""What is one thing or one wish, though it is said in two words or in two pieces."""

import pytest

from tests.nlu.corpus import done


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("switch on the steering wheel heating and go straight to level two",
         [("set_steering_wheel_heating", {"level": 2})]),
        ("open the boot, but only to seventy percent", [("set_trunk", {"percent": 70})]),
        ("lower the windows, but only halfway", [("set_window", {"percent": 50, "zone": "all"})]),
        ("turn on the AC and set it to 20",
         [("set_air_conditioning", {"on": True}), ("set_cabin_temperature", {"celsius": 20})]),
    ],
)  # fmt: skip
def test_how_far_is_said_after_a_switch_is_one_wish(text: str, calls: object) -> None:
    assert done(text, "en") == calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("switch lane keeping on with high sensitivity",
         [("set_lane_keep_assist", {"on": True, "sensitivity": "high"})]),
        ("lane keeping on high sensitivity", [("set_lane_keep_assist", {"sensitivity": "high"})]),
    ],
)  # fmt: skip
def test_on_with_a_sensitivity_is_both_and_on_a_sensitivity_is_not(text: str, calls: object) -> None:
    assert done(text, "en") == calls


@pytest.mark.parametrize(
    "text", ["we don't need the massage any more", "the massage isn't needed any longer"]
)
def test_what_is_needed_no_more_is_switched_off(text: str) -> None:
    assert done(text, "en") == [("set_seat_massage", {"level": 0})]


def test_what_is_not_needed_may_be_off_already() -> None:
    assert done("I don't need the massage", "en") == []


@pytest.mark.parametrize("text", ["raise the boot blower", "turn down the boot fan"])
def test_two_things_side_by_side_are_no_list(text: str) -> None:
    assert done(text, "en") == []


@pytest.mark.parametrize("text", ["and the seat heating on the", "turn off the", "close the sunroof by"])
def test_a_sentence_that_is_not_over_does_nothing(text: str) -> None:
    assert done(text, "en") == []


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("give the passenger a level two back rub",
         [("set_seat_massage", {"level": 2, "zone": "passenger"})]),
        ("two more levels of massage",
         [("adjust_setting", {"setting": "seat_massage", "direction": "up", "amount": 2})]),
        ("second row a little warmer, let's say 23",
         [("set_cabin_temperature", {"celsius": 23, "zone": "rear_row"})]),
        ("raise my seat plus massage on four",
         [("adjust_setting", {"setting": "seat_height", "direction": "up"}),
          ("set_seat_massage", {"level": 4})]),
        ("seat ventilation: one on the passenger side",
         [("set_seat_ventilation", {"level": 1, "zone": "passenger"})]),
    ],
)  # fmt: skip
def test_a_number_belongs_to_what_it_counts(text: str, calls: object) -> None:
    assert done(text, "en") == calls


def test_what_a_clause_tells_of_is_what_stands_before_its_verb() -> None:
    lane = [("set_lane_keep_assist", {"sensitivity": "low"})]
    assert done("lane keeping's tugging at the wheel all day, put it on low sensitivity", "en") == lane


def test_two_places_with_both_have_one_value() -> None:
    assert done("my window and the passenger's, both open a quarter", "en") == [
        ("set_window", {"percent": 25}),
        ("set_window", {"percent": 25, "zone": "passenger"}),
    ]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("wind the window behind me down", [("set_window", {"percent": 100, "zone": "behind_me"})]),
        ("wind the two back windows up", [("set_window", {"percent": 0, "zone": "rear_row"})]),
        ("roll the windows at the back right down", [("set_window", {"percent": 100, "zone": "rear_row"})]),
    ],
)
def test_a_word_is_what_its_neighbours_make_of_it(text: str, calls: object) -> None:
    assert done(text, "en") == calls
