"""What shall stay as it is, which of two is meant, and words that are one though written as two."""

import pytest

from tests.nlu.corpus import Done, done

AC_ON: Done = [("set_air_conditioning", {"on": True})]
COOLER: Done = [("adjust_setting", {"setting": "cabin_temperature", "direction": "down"})]


def calls(text: str) -> Done:
    return done(text, "en")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("keep the windows shut and turn on the AC", AC_ON),
        ("the fan is fine, but turn the temperature down", COOLER),
        ("don't touch the fan, just lower the temperature", COOLER),
        ("my window is fine, close the passenger's", [("set_window", {"zone": "passenger", "percent": 0})]),
    ],
)
def test_of_what_shall_stay_nothing_is_asked_and_the_rest_is_done(text: str, wanted: Done) -> None:
    assert calls(text) == wanted


@pytest.mark.parametrize(
    "text", ["the fan is fine", "keep the windows closed and the AC on", "22 degrees is perfect"]
)
def test_what_shall_stay_as_it_is_asks_for_nothing(text: str) -> None:
    assert calls(text) == []


def test_front_and_rear_are_places_of_what_has_words_for_them() -> None:
    off, on = ({"window": "front", "on": False}, {"window": "rear", "on": True})
    assert calls("front defrost off, rear on") == [("set_defrost", off), ("set_defrost", on)]


def test_on_the_cruise_says_which_gap_and_is_no_wish_of_its_own() -> None:
    nearer = {"setting": "acc_time_gap", "direction": "down", "amount": 1}
    assert calls("one step closer to the car in front on the cruise") == [("adjust_setting", nearer)]
    assert calls("faster on the cruise") == [("step_cruise_speed", {"direction": "up", "steps": 1})]


def test_back_left_is_a_place_and_never_a_way_to_move() -> None:
    assert calls("chair back left, hot is off") == []
    assert calls("back left chair heat off") == [("set_seat_heating", {"zone": "rear_left", "level": 0})]


def test_a_place_said_first_counts_for_all_that_follows() -> None:
    assert calls("in the back, twenty-two degrees and the reading lights off") == [
        ("set_cabin_temperature", {"zone": "rear_row", "celsius": 22}),
        ("set_reading_light", {"zone": "rear_row", "on": False}),
    ]


def test_mine_closed_and_hers_half_open_are_two_wishes() -> None:
    assert calls("my window closed, the passenger's half open") == [
        ("set_window", {"percent": 0}),
        ("set_window", {"zone": "passenger", "percent": 50}),
    ]


def test_what_is_denied_gives_its_thing_to_what_is_meant() -> None:
    on = [("set_fog_lights", {"lights": "front", "on": True})]
    assert calls("not the rear fog lights, turn the front ones on") == on
    assert calls("I'd rather drive in sport than in comfort") == [("set_drive_mode", {"mode": "sport"})]


def test_of_what_is_too_hot_it_is_the_heating_that_goes_down() -> None:
    less = {"setting": "seat_heating", "direction": "down"}
    assert calls("my seat is too hot, turn it down") == [("adjust_setting", less)]


def test_most_of_the_levels_at_once_may_be_by_or_to_and_is_asked_again() -> None:
    assert calls("fan nine faster") == []
    assert calls("fan two faster") == [
        ("adjust_setting", {"setting": "fan_speed", "direction": "up", "amount": 2})
    ]


def test_words_that_say_nothing_and_amounts_may_stand_inside_of_a_phrase() -> None:
    higher = {"setting": "seat_height", "direction": "up", "size": "little"}
    assert calls("I'd like to please sit a little higher") == [("adjust_setting", higher)]


def test_a_little_more_goes_on_from_where_it_is() -> None:
    further = {"setting": "window", "direction": "up", "size": "little"}
    assert calls("crack my window a little more") == [("adjust_setting", further)]
    assert calls("crack my window a little") == [("adjust_setting", further)]


def test_no_thing_please_and_off_is_off_and_no_thing_alone_is_nothing() -> None:
    assert calls("no mood lighting please, switch it off") == [("set_ambient_light", {"on": False})]
    assert calls("no mood lighting please") == []


def test_stop_said_twice_is_one_stop() -> None:
    assert calls("Stop! Stop moving the seat!") == [("stop_motion", {})]


def test_what_breaks_off_after_on_asks_for_nothing() -> None:
    assert calls("erm, the window, the one on") == []


def test_warm_my_seat_and_cool_hers_is_no_less_heating() -> None:
    assert calls("heat my seat, cool the passenger's")[1] == (
        "adjust_setting",
        {"zone": "passenger", "setting": "seat_ventilation", "direction": "up"},
    )


def test_what_somebody_feels_is_the_reason_for_what_is_asked_of_a_thing() -> None:
    assert calls("the kids are hot, open their windows") == [("set_window", {"zone": "kids", "percent": 100})]


@pytest.mark.parametrize("text", ["she's too warm in the passenger seat", "the window's wide open"])
def test_what_is_told_of_a_place_or_a_window_asks_for_nothing(text: str) -> None:
    assert calls(text) == []


def test_a_colour_and_an_amount_are_both_meant_and_both_defrosters_are_all() -> None:
    darker = {"setting": "ambient_brightness", "direction": "down", "size": "little"}
    red = ("set_ambient_light", {"color": "red"})
    assert calls("ambient in red and a bit darker") == [red, ("adjust_setting", darker)]
    assert calls("turn both of the defrosters off") == [("set_defrost", {"window": "all", "on": False})]


def test_a_number_that_would_be_lovely_is_asked_for() -> None:
    assert calls("twenty-three would be lovely") == [("set_cabin_temperature", {"celsius": 23})]
    assert calls("that would be lovely") == []
