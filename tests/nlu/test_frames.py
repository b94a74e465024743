"""What stands around a request changes nothing of it; what is told beside it is no second one."""

import pytest

from tests.nlu.corpus import done

OPEN = [("set_window", {"percent": 100})]


@pytest.mark.parametrize(
    "text",
    [
        "any chance of you opening the window",
        "what I need you to do is open the window",
        "I'd be ever so grateful if you could open the window",
        "you may as well open the window",
        "um could you, uh, open the um window please",
        "open the window when you've got a sec",
        "open the window because my hands are full",
        "I'm late for work, open the window",
        "hey car ... open the window",
    ],
)
def test_a_frame_changes_nothing_of_a_request(text: str) -> None:
    assert done(text, "en") == OPEN


@pytest.mark.parametrize(
    "text",
    [
        "do you think we should open the window?",
        "is it ok to open the window?",
        "I was about to ask you to open the window",
        "can your mate's car open the window",
        "mum, can you open the window",
        "say open the window",
        "open the window at eight",
        "next track please",
        "Tom, would you mind closing your window",
        "turn the AC on, so turn the heating off",
    ],
)
def test_what_is_no_request_to_the_car_does_nothing(text: str) -> None:
    assert done(text, "en") == []


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("it's 18 now, make it 21", [("set_cabin_temperature", {"celsius": 21})]),
        ("the fan's on 2, put it on 4", [("set_fan_speed", {"level": 4})]),
        ("change the temperature from 18 to 21", [("set_cabin_temperature", {"celsius": 21})]),
    ],
)
def test_a_number_that_is_told_is_not_asked_for(text: str, calls: object) -> None:
    assert done(text, "en") == calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("open the right rear window, no wait, the left one",
         [("set_window", {"percent": 100, "zone": "rear_left"})]),
        ("switch off the rear defrost — the front one, sorry",
         [("set_defrost", {"on": False, "window": "front"})]),
        ("passenger massage to four, no, off", [("set_seat_massage", {"level": 0, "zone": "passenger"})]),
        ("stick the air con on and, erm, close the window",
         [("set_air_conditioning", {"on": True}), ("set_window", {"percent": 0})]),
    ],
)  # fmt: skip
def test_what_is_taken_back_keeps_the_rest(text: str, calls: object) -> None:
    assert done(text, "en") == calls


def test_a_seat_told_of_is_not_what_is_turned_down() -> None:
    assert done("my seat is squashing the dog, turn it down", "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "open the window, the diversions confuse me",
        "open the window, she doesn't like that bulge",
        "open the window, I'm not used to driving on this side",
        "open the window, she says it's burning her",
        "what a lovely evening, open the window",
        "open the window, my friend",
        "all that buzzing wakes the baby, so open the window",
    ],
)
def test_a_clause_that_tells_is_left_out(text: str) -> None:
    assert done(text, "en") == OPEN


@pytest.mark.parametrize(
    "text",
    [
        "grandma and grandpa sit in front of us, give those seats heat level three",
        "bedtime, kiddos. Reading lights off in the back",
    ],
)
def test_nothing_is_done_where_nobody_knows_whose_it_is(text: str) -> None:
    assert done(text, "en") == []
