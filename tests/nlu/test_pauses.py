"""Pauses that nobody wrote: where they are heard, and that a sentence as written comes first."""

import pytest

from intent_bridge.nlu.lexicon import lexicon
from intent_bridge.nlu.pauses import heard
from tests.nlu.corpus import Done, done


def ways(text: str, language: str = "zh") -> list[str]:
    return ["".join(tokens) for tokens in heard(lexicon(language), text)]


def calls(text: str) -> Done:
    return done(text, "zh")


def test_a_sentence_is_heard_as_written_first_then_with_its_blanks_as_commas() -> None:
    assert ways("手都冻麻了 打开 空调")[:2] == ["手都冻麻了打开空调", "手都冻麻了,打开,空调"]


def test_a_pause_is_heard_after_a_particle_and_before_who_does_something() -> None:
    assert ways("关天窗我要晒黑了") == ["关天窗我要晒黑了", "关天窗,我要晒黑了"]
    assert ways("左后的灯关了她睡着了")[-1] == "左后的灯关了,她睡着了"


def test_no_pause_is_heard_inside_of_what_holds_together_or_beside_a_comma() -> None:
    assert ways("给我把窗关上") == ["给我把窗关上"]
    assert ways("天黑了，我看不见") == ["天黑了,我看不见"]


def test_a_language_without_such_words_is_heard_once() -> None:
    assert len(ways("open the window", "de")) == 1


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("关天窗我要晒黑了", ("set_sunroof", {"percent": 0})),
        ("外面吵死了 窗户关上", ("set_window", {"percent": 0})),
        ("打开 空调", ("set_air_conditioning", {"on": True})),
    ],
)
def test_a_reason_with_no_comma_is_left_out(text: str, call: tuple[str, dict[str, object]]) -> None:
    assert calls(text) == [call]


@pytest.mark.parametrize(
    "text",
    ["我把空调关了", "别 开窗", "我老婆说把窗关上", "我忘了关后备箱", "她帮我关了后备箱", "他想开暖气"],
)
def test_no_pause_turns_what_is_told_into_a_request(text: str) -> None:
    assert calls(text) == []
