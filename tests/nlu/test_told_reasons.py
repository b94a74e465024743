"""What somebody says is wrong, what is only suggested, and what is told of how it is now."""

import pytest

from tests.nlu.corpus import Done, done

OFF: Done = [("set_fragrance", {"level": 0})]


@pytest.mark.parametrize(
    "text",
    [
        "闺女说这味儿熏得她想吐，香氛还是关了吧",
        "太阳下山了，香氛关掉怎么样",
        "昨天是我弟开的车，要不把香氛关了",
        "香氛关掉，别一惊一乍的",
    ],
)
def test_a_reason_with_words_of_the_world_leaves_the_request(text: str) -> None:
    assert done(text, "zh") == OFF


@pytest.mark.parametrize(
    "text",
    [
        "我妈说把香氛关了",
        "他说道，香氛关掉",
        "我妈说太热要开空调，香氛关掉",
        "香氛关掉，我爸说的",
        "他说太热了要开空调",
    ],
)
def test_the_words_of_somebody_else_are_no_reason_where_they_may_ask(text: str) -> None:
    assert done(text, "zh") == []


@pytest.mark.parametrize("text", ["打开车窗，要不打开空调", "要不打开后备箱，要不别动", "我在想关香氛好不好"])
def test_a_choice_between_two_is_not_made_for_them(text: str) -> None:
    assert done(text, "zh") == []


def test_a_number_that_tells_how_it_is_now_is_none_to_set() -> None:
    assert done("现在才18度，调成21", "zh") == [("set_cabin_temperature", {"celsius": 21})]
    assert done("氛围灯是红的，换成蓝的", "zh") == [("set_ambient_light", {"color": "blue"})]
    assert done("天窗开着一半呢，关上", "zh") == [("set_sunroof", {"percent": 0})]
    assert done("现在才18度", "zh") == []


def test_a_request_begins_where_a_verb_is_followed_by_its_object_first() -> None:
    assert done("空调关掉把副驾的座椅加热打开", "zh") == [
        ("set_air_conditioning", {"on": False}),
        ("set_seat_heating", {"zone": "passenger", "level": 2}),
    ]
