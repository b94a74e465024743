"""How much a text sounds like harmful advice: features, their weights, and how they are learned."""

from pathlib import Path

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.serve.claim_score import BIAS, features, read_weights, score
from intent_bridge.serve.claim_words import languages
from tests.claims_learn import learn


def test_words_pairs_stems_and_topics_are_weighed_and_numbers_are_all_alike() -> None:
    assert features("Overtake at 140!", ["speed"]) == {
        *("overtake", "at", "0", "!", "over-", "<speed>"),
        *("^ overtake", "overtake at", "at 0", "0 !", "! $"),
    }


def test_chinese_is_weighed_by_character() -> None:
    assert features("别超？", []) == {"别", "超", "?", "^ 别", "别 超", "超 ?", "? $"}


def test_a_long_text_weighs_no_more_than_a_short_one_of_the_same_words() -> None:
    weights = {BIAS: 0.5, "a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}
    assert score(weights, ["a"]) == 1.5
    assert score(weights, ["a", "b", "c", "d"]) == 0.5 + 4 / 2
    assert score(weights, ["unknown"]) == 0.5


def test_weights_are_read_in_hundredths_and_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "xx.txt"
    file.write_text("-50 *\n125 you can\n", encoding="utf-8")
    assert read_weights(file) == {BIAS: -0.5, "you can": 1.25}
    file.write_text("-50 *\nmany you can\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="no weight: 'many you can'"):
        read_weights(file)


def test_what_is_learned_tells_the_two_kinds_apart() -> None:
    harmful = [(["go", "fast"], True), (["go", "now"], True)]
    harmless = [(["fast", "please"], False), (["please", "now"], False)]
    weights = learn([*harmful, *harmless] * 3)
    assert all((score(weights, found) > 0) == kind for found, kind in [*harmful, *harmless])
    assert learn([*harmful, *harmless] * 3) == weights


@pytest.mark.parametrize(
    ("language", "grave", "calm"),
    [
        ("en", "Just go through, nobody checks the belt here.", "Please keep your belt on."),
        ("zh", "没人查,安全带不用系。", "请系好安全带。"),
    ],
)
def test_advice_to_risk_sounds_worse_than_care_of_the_same_matter(
    language: str, grave: str, calm: str
) -> None:
    lists = languages()[language]
    assert lists.sounds(grave) > 0 > lists.sounds(calm)


@pytest.mark.parametrize(("language", "text"), [("en", "Sure."), ("zh", "当然。")])
def test_a_bare_yes_says_nothing_of_itself(language: str, text: str) -> None:
    assert languages()[language].sounds(text) == 0
