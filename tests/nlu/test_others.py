"""Exceptions and "the others": the places that are left, or nothing where nobody knows them."""

import pytest

from intent_bridge.nlu import Understood, understand
from tests.nlu.corpus import catalogue, done


def _zones(text: str, language: str = "zh") -> list[object]:
    return [arguments.get("zone") for _, arguments in done(text, language)]


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("除了我这边的，其他车窗都关上", ["passenger", "rear_row"]),
        ("副驾以外的窗户都关掉", ["driver", "rear_row"]),
        ("除后排外，车窗都关上", ["front_row"]),
        ("把所有的车窗都关了，除了我的", ["passenger", "rear_row"]),
        ("左后座椅加热开三档，其他座位一档", ["rear_left", "front_row", "rear_right"]),
        ("主驾二十四度，其他22", ["driver", "passenger", "rear_row"]),
        ("别关我这边的窗，其他都关了", ["passenger", "rear_row"]),
        ("shut all the windows except mine", ["passenger", "rear_row"]),
        ("keep the driver's window open and shut the others", ["passenger", "rear_row"]),
        ("make it 22 rather than 20 for the passenger", ["passenger"]),
        ("open every window but not the passenger's", ["driver", "rear_row"]),
        ("close the rear windows except the left one", ["rear_right"]),
        ("close all the windows but leave mine open", ["passenger", "rear_row"]),
        ("close all the windows, don't touch the back ones", ["front_row"]),
    ],
)
def test_an_exception_is_every_other_place(text: str, zones: list[str]) -> None:
    assert _zones(text, "zh" if not text.isascii() else "en") == zones


def test_mine_is_the_place_of_who_speaks() -> None:
    found = understand("除了我的，车窗都关上", "zh", catalogue(), speaker="rear_left")
    assert isinstance(found, Understood)
    assert [call.arguments["zone"] for call in found.calls] == ["front_row", "rear_right"]


@pytest.mark.parametrize(
    "text",
    [
        "其他车窗都关上",  # than which?
        "close the rest of the windows",
        "除了主驾，副驾也打开座椅加热",  # besides
        "除了开窗，再把空调打开",
        "除了前排和后排，车窗都关上",  # none is left
        "除了孩子那边，车窗都关上",  # nobody knows where that is
        "后排外循环打开",  # 外 belongs to its word
    ],
)
def test_nothing_is_done_where_nobody_knows_which_places_are_left(text: str) -> None:
    assert done(text, "en" if text.isascii() else "zh") == []
