"""Which numbers a sentence says, whatever else it says."""

from decimal import Decimal

import pytest

from intent_bridge.nlu import heard


@pytest.mark.parametrize(
    ("text", "language", "numbers", "ends"),
    [
        ("set it to 22.5", "en", {"22.5"}, set()),
        ("darling, would you put it to twenty two and a half", "en", {"22.5"}, set()),
        ("increase the fan by two levels", "en", {"2"}, set()),
        ("half open please", "en", {"50"}, set()),
        ("open the sunroof fully", "en", set(), {"most"}),
        ("close the windows", "en", set(), {"least"}),
        ("it is rather warm in here", "en", set(), set()),
        ("把温度调到二十二度半", "zh", {"22.5", "22", "50"}, set()),  # 半 alone is half of it
        ("天窗开百分之二十", "zh", {"20"}, set()),
        ("座椅加热三挡", "zh", {"3"}, set()),
        ("", "en", set(), set()),
    ],
)
def test_numbers_and_ends_are_read_from_any_sentence(
    text: str, language: str, numbers: set[str], ends: set[str]
) -> None:
    said = heard(text, language)
    assert said.numbers == frozenset(map(Decimal, numbers))
    assert said.ends == ends
