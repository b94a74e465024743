"""Several things in one Chinese sentence: lists, what is shared in them, and whose it is."""

import pytest

from tests.nlu.corpus import Done, done

RECIRCULATE: dict[str, object] = {"mode": "recirculate"}
ALL_SHUT: Done = [
    ("set_window", {"percent": 0, "zone": "all"}),
    ("set_sunroof", {"percent": 0}),
    ("set_sunshade", {"percent": 0}),
]


def calls(text: str) -> Done:
    return done(text, "zh")


@pytest.mark.parametrize("text", ["所有车窗、天窗、遮阳帘全关上", "所有车窗，天窗，遮阳帘都关上"])
def test_what_is_said_last_of_a_list_with_commas_is_meant_for_all_of_it(text: str) -> None:
    assert calls(text) == ALL_SHUT


def test_a_verb_before_a_list_is_meant_for_all_of_it() -> None:
    assert calls("关掉座椅加热、方向盘加热和后除霜") == [
        ("set_seat_heating", {"level": 0}),
        ("set_steering_wheel_heating", {"level": 0}),
        ("set_defrost", {"window": "rear", "on": False}),
    ]


def test_an_amount_belongs_to_what_is_before_it_with_no_comma() -> None:
    assert calls("座椅加热开三档方向盘加热打开") == [
        ("set_seat_heating", {"level": 3}),
        ("set_steering_wheel_heating", {"level": 1}),
    ]


@pytest.mark.parametrize("text", ["方向盘一档座椅两档，都给热上", "座椅加热两档，升高"])
def test_an_amount_before_a_comma_is_none_of_a_direction_after_it(text: str) -> None:
    assert calls(text) == []


def test_i_before_degrees_is_my_place() -> None:
    assert calls("副驾25度，我22度") == [
        ("set_cabin_temperature", {"celsius": 25, "zone": "passenger"}),
        ("set_cabin_temperature", {"celsius": 22}),
    ]
    assert calls("我22岁") == []


def test_an_order_begins_with_its_thing_and_a_report_with_somebody() -> None:
    assert calls("把天窗开了") == [("set_sunroof", {"percent": 100})]
    assert calls("孩子把天窗开了") == []
    assert calls("我把天窗开了") == []


def test_a_complaint_about_one_thing_is_none_about_the_thing_before_it() -> None:
    assert calls("温度可以，风太大了") == [("adjust_setting", {"setting": "fan_speed", "direction": "down"})]


def test_all_of_one_side_is_that_side() -> None:
    assert calls("右侧车窗全部打开") == [("set_window", {"percent": 100, "zone": "right_side"})]


@pytest.mark.parametrize("text", ["空调", "座椅加热，嗯，我想想", "车道保持老是响"])
def test_the_name_of_a_thing_asks_for_it_only_where_nothing_else_is_said(text: str) -> None:
    assert calls("座椅加热") == [("set_seat_heating", {"level": 2})]
    assert calls(text) == []


def test_no_more_of_a_thing_is_off() -> None:
    assert calls("不用座椅加热了") == [("set_seat_heating", {"level": 0})]
    assert calls("不用座椅加热") == []


@pytest.mark.parametrize("text", ["副驾温度调成二十四，不是二十二", "副驾温度不是二十二，是二十四，调一下"])
def test_what_is_denied_is_not_set_on_either_side(text: str) -> None:
    assert calls(text) == [("set_cabin_temperature", {"celsius": 24, "zone": "passenger"})]


def test_their_place_is_that_of_whom_a_clause_tells() -> None:
    assert calls("我妈坐右后，把她的座椅加热打开") == [
        ("set_seat_heating", {"level": 2, "zone": "rear_right"})
    ]
    assert calls("孩子睡着了，把他那边的窗关上") == [("set_window", {"percent": 0, "zone": "kids"})]
    assert calls("把她的座椅加热打开") == []
    assert calls("他说冷，给他开座椅加热") == []


@pytest.mark.parametrize("text", ["对面来车了远光关一下", "对面有车把远光关了"])
def test_a_request_may_follow_a_fact_with_no_comma(text: str) -> None:
    assert calls(text) == [("set_high_beam", {"on": False})]


@pytest.mark.parametrize(
    "text", ["他想开暖气", "我喜欢座椅加热", "她就嚷嚷打开天窗", "前车一直远光灯开着", "把打开车灯翻译成法语"]
)
def test_what_somebody_wants_likes_or_does_is_no_request(text: str) -> None:
    assert calls(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("窗户开着呢，关上", [("set_window", {"percent": 0})]),
        ("风量现在是五档，降到三档", [("set_fan_speed", {"level": 3})]),
        ("现在是运动模式，换成舒适", [("set_drive_mode", {"mode": "comfort"})]),
        ("温度26太高了，调到23", [("set_cabin_temperature", {"celsius": 23})]),
    ],
)
def test_how_a_thing_is_now_is_no_wish_for_it(text: str, wanted: Done) -> None:
    assert calls(text) == wanted
    assert calls(text.partition("，")[0]) in ([], [("adjust_setting", COOLER)])


COOLER: dict[str, object] = {"setting": "cabin_temperature", "direction": "down"}


@pytest.mark.parametrize("text", ["风别太大，二档", "风量二档，别太吵", "风太大了，二档"])
def test_a_level_beside_too_much_is_where_to_and_not_how_far(text: str) -> None:
    assert calls(text) == [("set_fan_speed", {"level": 2})]


def test_two_feelings_are_two_wishes_unless_they_contradict() -> None:
    both = [("adjust_comfort", {"feeling": "hot"}), ("adjust_comfort", {"feeling": "sunny"})]
    assert calls("好热，太阳又刺眼") == both
    assert calls("又冷又热") == []


def test_a_window_that_shall_stop_is_not_closed() -> None:
    assert calls("副驾的窗就停在那儿") == [("stop_motion", {"zone": "passenger"})]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "风量调到三档，空调关掉",
            [("set_fan_speed", {"level": 3}), ("set_air_conditioning", {"on": False})],
        ),
        (
            "打开空调，也打开内循环",
            [("set_air_conditioning", {"on": True}), ("set_recirculation", RECIRCULATE)],
        ),
    ],
)
def test_two_parts_of_the_air_each_with_its_verb_are_two_wishes(text: str, wanted: Done) -> None:
    assert calls(text) == wanted


def test_can_you_with_a_verb_asks_for_it_and_without_one_asks() -> None:
    assert calls("能把温度调到24度吗") == [("set_cabin_temperature", {"celsius": 24})]
    assert calls("能开空调吗") == []


def test_a_hurry_is_no_more_of_a_thing() -> None:
    assert calls("腿冷，快座椅加热打开") == [("set_seat_heating", {"level": 2})]
    assert calls("巡航快五公里") == [("step_cruise_speed", {"direction": "up", "steps": 1})]


def test_a_clause_that_ends_as_a_request_is_not_left_out() -> None:
    assert calls("风噪太大，风调小吧") == [("adjust_setting", {"setting": "fan_speed", "direction": "down"})]
    assert calls("因为外面下雨，所以关窗") == [("set_window", {"percent": 0})]


@pytest.mark.parametrize("text", ["跟车呢，远光关掉", "跟车呢，把远光关了"])
def test_a_distance_takes_no_switch_from_what_follows(text: str) -> None:
    assert all(name == "set_high_beam" for name, _ in calls(text))


@pytest.mark.parametrize(
    "text", ["他让我座椅加热开二档", "她想把副驾车窗关上", "那辆车把车窗摇下来了", "香氛关了需要多久"]
)
def test_what_is_told_or_asked_of_somebody_is_no_request(text: str) -> None:
    assert calls(text) == []


def test_tenths_may_stand_behind_seconds() -> None:
    assert calls("跟车时距一秒八") == [("set_acc_time_gap", {"seconds": 1.8})]


@pytest.mark.parametrize("text", ["要进洗车房，车窗全部升起", "我想睡一会儿，车窗全部升起"])
def test_what_only_tells_of_a_scene_is_the_reason_for_what_is_asked_beside_it(text: str) -> None:
    assert calls(text) == [("set_window", {"percent": 0, "zone": "all"})]


def test_a_scene_told_of_alone_is_asked_for_and_one_that_is_named_always() -> None:
    assert calls("要进洗车房了") == [("activate_scene", {"scene": "car_wash"})]
    assert [name for name, _ in calls("洗车模式，空调打开")] == ["activate_scene", "set_air_conditioning"]
