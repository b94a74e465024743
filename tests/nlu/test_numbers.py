"""Numbers that a sentence spells out, for whoever holds it against a value."""

from decimal import Decimal

import pytest

from intent_bridge.nlu.hearing import numbers_in


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("en", "twenty-two and a half degrees", ["22.5"]),
        ("en", "the fan is at five, as you wished", ["5"]),
        ("en", "it's minus five outside", ["-5"]),
        ("en", "I've turned the fan down to one", ["1"]),
        ("en", "one of them is open", []),
        ("zh", "外面零下五度", ["-5"]),
        ("zh", "电量只剩百分之十二了", ["12"]),
        ("zh", "目标温度是二十二度半", ["22.5"]),
        ("zh", "一直开着", []),
    ],
)
def test_a_number_is_read_with_its_sign_and_its_half_and_never_from_a_pronoun(
    language: str, text: str, numbers: list[str]
) -> None:
    assert numbers_in(text, language) == [Decimal(n) for n in numbers]
