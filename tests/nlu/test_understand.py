"""What is understood, what is not acted on, and in what time; the corpora are counted, half by half."""

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intent_bridge import nlu
from intent_bridge.intents import Catalogue
from intent_bridge.nlu import Abstained, Result, Understood, languages, understand
from intent_bridge.nlu.lexicon import FOLDER, lexicon
from intent_bridge.profile import load_profile
from intent_bridge.texts import languages as text_languages
from tests.nlu.corpus import LANGUAGES, catalogue, figures, sentences

HELD_BACK = sorted({language for language in LANGUAGES for s in sentences(language) if s.held_back})
Shown = list[tuple[str, dict[str, object]]]


def hear(text: str, language: str) -> Result:
    return understand(text, language, catalogue())


def shown(result: Result) -> Shown:
    return [(c.name, dict(c.arguments)) for c in result.calls] if isinstance(result, Understood) else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_worked_on_is_understood(language: str) -> None:
    many = sum(1 for _ in sentences(language)) > 1000
    one_in = int(os.environ.get("SENTENCES_ONE_IN", "6")) if many else 1
    found = figures(language, held_back=False, one_in=one_in)
    assert found["right_percent"] >= 97 and found["wrong_percent"] <= 0.2 and found["acted"] == 0


FLOORS: dict[str, tuple[float, float, int]] = {"en": (92, 0.2, 0), "zh": (91, 0.5, 0)}
"""What held-back sentences reached when they were counted, by language; the goal is (97, 0.2, 0).

Share right of those in scope, share of wrong actions, and how many of those that must not act did."""


@pytest.mark.parametrize("language", HELD_BACK)
def test_sentences_nobody_has_looked_at_reach_what_they_did_when_counted(language: str) -> None:
    found, (right, wrong, acted) = figures(language, held_back=True), FLOORS[language]
    assert found["in_scope"] >= 30 and found["must_not_act"] >= 20
    assert found["right_percent"] >= right and found["wrong_percent"] <= wrong and found["acted"] <= acted


def test_all_places_and_then_one_without_a_place_are_not_two_wishes() -> None:
    assert isinstance(hear("crack every window about thirty percent", "en"), Abstained)


def test_what_is_to_become_of_which_thing_is_asked() -> None:
    assert hear("all windows and the roof", "en") == Abstained("incomplete")


def test_what_nobody_can_see_through_is_what_is_defrosted() -> None:
    assert shown(hear("I can't see out of the back window, defrost it", "en")) == [
        ("set_defrost", {"window": "rear", "on": True})
    ]


def test_a_seat_back_that_is_more_upright_does_not_move_the_seat() -> None:
    assert shown(hear("seat back more upright", "en")) == [
        ("adjust_setting", {"setting": "seat_recline", "direction": "down"})
    ]


def test_two_languages_have_seven_hundred_sentences() -> None:
    assert all(len(list(sentences(language))) >= 700 for language in ("en", "zh"))


def test_no_sentence_stands_in_both_halves() -> None:
    for language in LANGUAGES:
        both = list(sentences(language))
        held, known = ({s.text for s in both if s.held_back == half} for half in (True, False))
        assert not held & known


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "don't open the window", "negated"), ("zh", "别开空调", "negated"),
        ("de", "mach das Fenster nicht auf", "negated"),
        ("en", "is the window open?", "question"), ("zh", "车窗是开着的吗", "question"),
        ("de", "ist das Fenster offen", "question"),
        ("en", "he said open the window", "reported"), ("zh", "他说打开车窗", "reported"),
        ("de", "er sagte mach das Fenster auf", "reported"),
        ("en", 'the sign says "open the window"', "quoted"), ("zh", "手册上写着「打开车窗」", "quoted"),
        ("en", "if it rains close the windows", "hypothetical"), ("zh", "要是下雨就关窗", "hypothetical"),
        ("de", "wenn es regnet, schließ die Fenster", "hypothetical"),
        ("en", "play some music", "other_domain"), ("zh", "播放音乐", "other_domain"),
        ("en", "turn on autopilot", "not_offered"), ("zh", "打开自动泊车", "not_offered"),
        ("de", "Autopilot an", "not_offered"),
        ("en", "set the temperature to 45 degrees", "out_of_range"), ("zh", "温度调到45度", "out_of_range"),
        ("en", "xyzzy plugh", "not_understood"), ("en", "open it", "incomplete"),
        ("zh", "打开它", "incomplete"),
    ],
)  # fmt: skip
def test_what_is_no_command_is_not_acted_on_and_why_is_said(language: str, text: str, reason: str) -> None:
    result = hear(text, language)
    assert isinstance(result, Abstained) and result.reason == reason


@pytest.mark.parametrize(
    ("language", "text", "celsius"),
    [
        ("en", "temperature twenty-two and a half", 22.5), ("en", "22 and a half degrees", 22.5),
        ("zh", "二十二度半", 22.5), ("zh", "温度调到２２.５度", 22.5), ("zh", "溫度調到二十二點五度", 22.5),
        ("zh", "22度5", 22.5), ("de", "zweiundzwanzig einhalb Grad", 22.5), ("de", "22,5 Grad", 22.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_say_them(language: str, text: str, celsius: float) -> None:
    assert shown(hear(text, language)) == [("set_cabin_temperature", {"celsius": celsius})]


@pytest.mark.parametrize(
    ("language", "text", "calls"),
    [
        ("zh", "风量三挡", [("set_fan_speed", {"level": 3})]),
        ("zh", "车窗开百分之二十", [("set_window", {"percent": 20})]),
        ("en", "open the window half", [("set_window", {"percent": 50})]),
        ("en", "driver 20, passenger 23", [
            ("set_cabin_temperature", {"zone": "driver", "celsius": 20}),
            ("set_cabin_temperature", {"zone": "passenger", "celsius": 23}),
        ]),
        ("zh", "别开空调，打开车窗", [("set_window", {"percent": 100})]),
        ("zh", "风太大了", [("adjust_setting", {"setting": "fan_speed", "direction": "down"})]),
        ("en", "the seat heating is too hot",
         [("adjust_setting", {"setting": "seat_heating", "direction": "down"})]),
        ("zh", "有点冷", [("adjust_comfort", {"feeling": "cold", "strength": "little"})]),
    ],
)  # fmt: skip
def test_levels_shares_zones_and_complaints(language: str, text: str, calls: Shown) -> None:
    assert shown(hear(text, language)) == calls


def test_a_correction_goes_to_the_other_place() -> None:
    first = understand("open the driver's window", "en", catalogue())
    assert isinstance(first, Understood)
    second = understand("no, the other one", "en", catalogue(), before=first.turn)
    assert isinstance(second, Understood) and second.instead
    assert shown(second) == [("set_window", {"zone": "passenger", "percent": 100})]
    assert isinstance(understand("no, the other one", "en", catalogue()), Abstained)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "不要开空调"), ("zh", "不要关窗"), ("zh", "不开空调"), ("zh", "不要空调"),
        ("en", "no AC please"), ("en", "no don't open it"),
    ],
)  # fmt: skip
def test_forbidding_after_another_request_takes_nothing_back_and_does_nothing(
    language: str, text: str
) -> None:
    first = {"zh": "打开车窗", "en": "open the window"}[language]
    before = understand(first, language, catalogue())
    assert isinstance(before, Understood)
    assert isinstance(understand(text, language, catalogue(), before=before.turn), Abstained)


OPEN = [("set_window", {"percent": 100})]


@pytest.mark.parametrize(
    ("language", "text", "calls"),
    [
        ("en", "the groceries are melting, open the window", OPEN),
        ("en", "open the window, the groceries are melting", OPEN),
        ("en", "we're parked by the river so open the window", OPEN),
        ("en", "it's 35 degrees out there, open the window", OPEN),
        ("zh", "行李都搬完了，打开车窗", OPEN),
        ("zh", "打开车窗，外面在放烟花", OPEN),
        ("en", "this blower is deafening the parrot, turn it down",
         [("adjust_setting", {"setting": "fan_speed", "direction": "down"})]),
    ],
)  # fmt: skip
def test_a_clause_of_unknown_words_that_only_says_why_is_left_out(
    language: str, text: str, calls: Shown
) -> None:
    assert shown(hear(text, language)) == calls


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "at the fjord, open the window"),  # a place to come is a time
        ("en", "unless the parrot minds, open the window"),
        ("en", "in the morning, open the window"),
        ("en", "open the window, the one by granny"),  # says which
        ("en", "open the window, or whistle"),
        ("en", "open the window, I changed my mind about it"),
        ("en", "my line in the play is, open the window"),
        ("en", "granny's window is stuck, close it"),  # "it" is not one of ours to guess
        ("en", "granny sits in the back, turn on the seat heating"),  # whose?
        ("zh", "等到了峡湾，打开车窗"),
        ("zh", "打开车窗，逗鹦鹉玩的"),
        ("zh", "剧本里写着，打开车窗"),
        ("zh", "请打开车窗，鹦鹉这么求道"),
        ("zh", "奶奶坐后排，打开座椅加热"),
    ],
)  # fmt: skip
def test_a_clause_that_may_change_what_is_meant_is_not_left_out(language: str, text: str) -> None:
    assert isinstance(hear(text, language), Abstained)


def test_a_thing_that_can_be_switched_is_switched_on_when_asked_for_and_others_are_not() -> None:
    assert shown(hear("reading light please", "en")) == [("set_reading_light", {"on": True})]
    assert shown(hear("I fancy a massage", "en")) == [("set_seat_massage", {"level": 2})]
    for text in ("the fan please", "window please", "the AC is fine"):
        assert isinstance(hear(text, "en"), Abstained), text


def test_a_number_goes_with_no_verb_that_has_none() -> None:
    assert shown(hear("recline to 25 degrees", "en")) == [("set_seat_recline", {"degrees": 25})]
    assert isinstance(hear("heating on, level two", "en"), Abstained)


def test_of_the_heating_that_was_named_before() -> None:
    assert shown(hear("方向盘太烫手了，把加热关掉", "zh"))[-1] == ("set_steering_wheel_heating", {"level": 0})


def test_what_the_vehicle_lacks_is_still_a_call_and_answered_as_lacking() -> None:
    small = Catalogue(load_profile(Path("tests/data/tiny_car")))
    result = understand("open the sunroof", "en", small)
    assert isinstance(result, Understood) and result.calls[0].name == "set_sunroof"


HEAP = ["not", "open", "window", "and", ",", "don't", "22", "it", "the", "if", "打开", "别", "车窗", "一点",
        "auf", "nicht", "°", "\u202e", "\0", "½"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(HEAP), max_size=60), language=st.sampled_from(languages()))
def test_any_heap_of_words_is_answered(words: list[str], language: str) -> None:
    assert isinstance(hear(" ".join(words), language), Understood | Abstained)


HOSTILE = ["打开车窗" * 70, "and open the window " * 14, "一点" * 140, "the " * 70, "22 " * 95, "a " * 10_000,
           "把空调风温度座椅加热打开一点" * 20]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_lengths_end_soon(text: str) -> None:
    for language in languages():
        started = time.thread_time()
        hear(text, language)
        assert time.thread_time() - started < 2, "bounded work, whatever the machine"


def test_a_language_is_a_folder_and_no_code_names_one() -> None:
    assert set(languages()) == set(text_languages()) and {"en", "zh", "de"} <= set(languages())
    codes = "|".join(languages())
    for package in (Path(nlu.__file__).parent, Path(nlu.__file__).parents[1] / "texts"):
        for file in package.glob("*.py"):
            named = re.findall(rf"""["']({codes})["']""", file.read_text(encoding="utf-8"))
            assert not named, f"{file.name} names {named}"


def test_mistakes_in_a_lexicon_are_said_with_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intent_bridge.nlu.lexicon.FOLDER", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "language.yaml").write_text(
        "rank: 9\nspaced: true\nnumbers: en\ncommas: [',']\nstops: ['.']\n"
    )
    wide = "(a|b|c|d|e|f|g|h|i|j)" * 10
    (tmp_path / "xx" / "words.yaml").write_text(f'act.on: ["{wide}"]\n')
    lexicon.cache_clear()
    with pytest.raises(ValueError, match=r"words.yaml: act.on: .* stands for 10000000000 phrases"):
        lexicon("xx")
    lexicon.cache_clear()
    assert FOLDER.is_dir()
