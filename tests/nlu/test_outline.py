"""Outlines: what a small model may write of a wish, and what the person's words make of it."""

import random

import pytest

from intent_bridge.nlu.outline import NOTHING, Heard, Outlines
from tests.nlu.corpus import Said, catalogue, sentences, without_own


@pytest.fixture(scope="module")
def outlines() -> Outlines:
    return Outlines(catalogue(), "left")


def made(
    outlines: Outlines, line: str, words: str, language: str = "en"
) -> list[tuple[str, dict[str, object]]] | None:
    calls = outlines.calls(line, outlines.heard(words, language))
    return None if calls is None else [(call.name, dict(call.arguments)) for call in calls]


@pytest.mark.parametrize(
    ("words", "language", "line", "call"),
    [
        ("chuck 21.5 on for my passenger", "en", "temp to",
         ("set_cabin_temperature", {"zone": "passenger", "celsius": 21.5})),
        ("给副驾搞个二十一度半", "zh", "temp to",
         ("set_cabin_temperature", {"zone": "passenger", "celsius": 21.5})),
        ("gimme the driver window like thirty percent ajar", "en", "window open",
         ("set_window", {"zone": "driver", "percent": 30})),
        ("nudge my temperature up two degrees", "en", "temp up",
         ("adjust_setting", {"setting": "cabin_temperature", "direction": "up", "amount": 2})),
        ("some blueish mood", "en", "ambient blue", ("set_ambient_light", {"color": "blue"})),
        ("the nippers in the back want a blanket", "en", "cold",
         ("adjust_comfort", {"feeling": "cold", "zone": "rear_row"})),
    ],
)  # fmt: skip
def test_number_place_and_amount_are_the_words_own(
    outlines: Outlines, words: str, language: str, line: str, call: tuple[str, dict[str, object]]
) -> None:
    assert made(outlines, line, words, language) == [call]


@pytest.mark.parametrize(
    ("words", "language", "line", "calls"),
    [
        ("somewhat set the temperature to 21, no, 22", "en", "temp to",
         [("set_cabin_temperature", {"celsius": 22})]),
        ("pretty please open the driver's window, no, the passenger's", "en", "window open",
         [("set_window", {"zone": "passenger", "percent": 100})]),
        ("温度21,不对,22度", "zh", "temp to", [("set_cabin_temperature", {"celsius": 22})]),
        ("fan to three open the window", "en", "fan to; window open",
         [("set_fan_speed", {"level": 3}), ("set_window", {"percent": 100})]),
        ("close my window and set twenty-two degrees", "en", "window close; temp to",
         [("set_window", {"percent": 0}), ("set_cabin_temperature", {"celsius": 22})]),
        ("the kids throw things out, shut the rear windows", "en", "window close",
         [("set_window", {"zone": "rear_row", "percent": 0})]),
        ("keep 2.2 seconds away from whoever is in front", "en", "gap to",
         [("set_acc_time_gap", {"seconds": 2.2})]),
        ("crack the window about thirty percent", "en", "window open", [("set_window", {"percent": 30})]),
        ("she wants to read, dial the fan back to two", "en", "fan to", [("set_fan_speed", {"level": 2})]),
    ],
)  # fmt: skip
def test_corrections_reasons_and_wishes_side_by_side_are_told_apart(
    outlines: Outlines, words: str, language: str, line: str, calls: list[tuple[str, dict[str, object]]]
) -> None:
    assert made(outlines, line, words, language) == calls


def test_what_is_taken_back_and_not_replaced_leaves_nothing_to_choose(outlines: Outlines) -> None:
    assert made(outlines, "window open", "whatever open the window, no") is None


def test_wishes_take_their_own_part_of_the_words(outlines: Outlines) -> None:
    words = "shove the blower to three and the passenger window wants opening"
    assert made(outlines, "fan to; window open", words) == [
        ("set_fan_speed", {"level": 3}),
        ("set_window", {"zone": "passenger", "percent": 100}),
    ]
    assert made(outlines, "fan to; window open; temp up", words) is None, "two parts are no three wishes"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("the window business", "window to"),
        ("fan to forty", "fan to"),
        ("the passenger's sunroof", "roof open"),
        ("driver window, trunk", "trunk to"),
        ("something with the fan", "rm -rf"),
        ("something with the fan", ""),
    ],
)
def test_what_the_words_do_not_give_is_no_call(outlines: Outlines, words: str, line: str) -> None:
    assert line not in outlines.heard(words, "en").choices
    assert made(outlines, line, words) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_grammar_understands_can_be_said_in_outline(outlines: Outlines, language: str) -> None:
    single = [
        s for s in sentences(language) if len(s.wanted) == 1 and s.wanted[0][0] != "undo" and not s.held_back
    ]
    few = random.Random(5).sample(single, 120)

    def can(said: Said) -> bool:
        heard = outlines.heard(said.text, language)
        found = [outlines.calls(choice, heard) or () for choice in heard.choices]
        made = [tuple((call.name, without_own(call.arguments)) for call in calls) for calls in found]
        return any(wanted in made for wanted in (said.wanted, *said.also))

    lost = [said.text for said in few if not can(said)]
    assert len(lost) <= len(few) // 20, lost  # corrections, mostly


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_comes_of_an_outline_that_is_not_in_words_or_table(
    outlines: Outlines, language: str
) -> None:
    words = {"en": "do whatever with it all over there", "zh": "随便弄弄那些东西"}[language]
    heard = outlines.heard(words, language)
    numbers = {
        value
        for choice in heard.choices
        for call in outlines.calls(choice, heard) or ()
        for value in call.arguments.values()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    assert len(heard.choices) > 50 and numbers <= {0, 1, 2, 3, 100}, "switched on, off, open and closed"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_most_questions_and_stories_leave_nothing_to_choose(outlines: Outlines, language: str) -> None:
    no_wish = [said for said in sentences(language) if not said.wanted and not said.held_back][::16]
    quiet = sum(not outlines.heard(said.text, language).choices for said in no_wish)
    assert quiet / len(no_wish) > 0.5  # for the rest the witness is there, see tests/lanes


def test_a_language_without_a_lexicon_leaves_nothing_to_choose(outlines: Outlines) -> None:
    assert outlines.heard("ouvre la fenêtre", "fr") == Heard(())


def test_a_line_is_whole_when_nothing_can_follow(outlines: Outlines) -> None:
    one = outlines.heard("the vents business", "en")
    assert one.is_whole(f" {NOTHING}") and not one.is_whole(" air face") and one.is_whole(" air face_floor")
    assert one.is_whole(" air fl") and one.completed(" air fl") == ("air floor",), "only one begins so"
    assert not one.is_whole(" air") and not one.is_whole("")
    two = outlines.heard("the vents and the trunk", "en")
    assert not two.is_whole(" air face_floor"), "the trunk may follow"
    assert two.is_whole(" trunk open"), "it was said last"
    assert two.is_whole(" air face; trunk o")


def test_of_each_part_only_that_is_written_which_the_part_may_mean(outlines: Outlines) -> None:
    heard = outlines.heard("close my window and set it to twenty two degrees", "en")
    assert [len(line) for line in heard.lines] == [1, 2, 1], "one wish, both, none"
    assert "window close" in heard.fitting[0] and "window close" not in heard.fitting[1]
    assert outlines.calls("temp to; window close", heard) is None
    assert outlines.calls("temp to", heard), "one of them alone"


def test_what_the_grammar_understands_leaves_the_model_nothing_to_say(outlines: Outlines) -> None:
    (call,) = outlines.heard("close the trunk", "en").sure
    assert (call.name, dict(call.arguments)) == ("set_trunk", {"percent": 0})
    assert outlines.heard("the trunk business", "en").sure == ()
    assert outlines.heard("undo that", "en") == Heard(()), "what was done before is not the lane's"
