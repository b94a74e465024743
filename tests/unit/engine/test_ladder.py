"""What was not said: a preference, a default, the one thing that is left, or a question; never a guess."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.engine import Engine, ladder
from intent_bridge.engine.dry_run import dry_run
from intent_bridge.intents import Gap
from intent_bridge.resolver import Ambiguous
from intent_bridge.types import (
    Channel,
    Choice,
    Outcome,
    Provenance,
    Said,
    SeatZone,
    Speaker,
    Status,
    ToolCall,
)

WEATHER = "Vehicle.Exterior.Weather"
REAR_RIGHT = "Vehicle.Cabin.Door.Row2.PassengerSide.Window.Position"
ROOF = "Vehicle.Cabin.Sunroof.Position"
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)


class Likes:
    """A store with what one user prefers."""

    def __init__(self, **likes: bool | float | str) -> None:
        self.asked: list[str] = []
        self._likes = {name.replace("__", "."): value for name, value in likes.items()}

    def default(self, user: str, setting: str) -> bool | float | str | None:
        self.asked.append(setting)
        return self._likes.get(setting) if user == "anna" else None


@pytest.fixture
def likes() -> Likes:
    return Likes(set_sunroof__percent=50, set_ambient_light__color="purple", set_seat_heating__level=3)


@pytest.fixture
def car(likes: Likes) -> Iterator[SimulatedBridge]:
    with SimulatedBridge(Bridge.simulated("carbench_ev").profile, preferences=likes) as made:
        made.tell({WEATHER: "sunny"})
        yield made


@pytest.fixture
def sedan(likes: Likes) -> Iterator[SimulatedBridge]:
    with SimulatedBridge(Bridge.simulated("demo_sedan").profile, preferences=likes) as made:
        yield made


def ask(car: SimulatedBridge, name: str, user: str = "", **arguments: object) -> Outcome:
    return car.handle({"name": name, "arguments": arguments}, user=user)


def test_what_was_said_is_never_replaced(car: SimulatedBridge) -> None:
    outcome = ask(car, "open_close_sunroof", "anna", percentage=20)
    assert {a.path: a.requested for a in outcome.actions}[ROOF] == 20
    assert "sources" not in outcome.data


def test_a_preference_fills_what_was_not_said_and_is_named_as_the_source(car: SimulatedBridge) -> None:
    outcome = ask(car, "open_close_sunroof", "anna")
    assert {a.path: a.requested for a in outcome.actions}[ROOF] == 50
    assert outcome.data["sources"] == {"percentage": "preference"}


def test_a_preference_speaks_the_words_of_the_vehicles_own_tool(car: SimulatedBridge) -> None:
    outcome = ask(car, "set_ambient_lights", "anna", on=True)
    assert outcome.status is Status.DONE
    assert "PURPLE" in [action.confirmed for action in outcome.actions]


def test_the_store_is_asked_for_the_settings_of_the_called_tool_alone(
    car: SimulatedBridge, likes: Likes
) -> None:
    ask(car, "open_close_sunroof", "anna")
    ask(car, "open_close_sunroof")  # nobody is known: nobody is asked
    assert likes.asked == ["set_sunroof.percent"]


def test_a_preference_outranks_the_vehicles_default_which_outranks_a_question(sedan: SimulatedBridge) -> None:
    liked, usual = ask(sedan, "set_seat_heating", "anna"), ask(sedan, "set_seat_heating")
    assert [o.data["sources"] for o in (liked, usual)] == [{"level": "preference"}, {"level": "default"}]
    assert [o.actions[0].confirmed for o in (liked, usual)] == [3, 2]


def test_a_preference_that_the_rules_forbid_is_passed_over(car: SimulatedBridge) -> None:
    car.set_state({"Vehicle.Body.Raindetection.Intensity": 50})
    outcome = ask(car, "open_close_sunroof", "anna")  # no way to open the roof is left, whatever is liked
    assert (outcome.status, outcome.frames) == (Status.DENIED, ())


def test_the_one_thing_that_is_left_needs_no_question(car: SimulatedBridge) -> None:
    car.set_state({REAR_RIGHT: 40})
    outcome = ask(car, "open_close_window", percentage=0)
    assert outcome.status is Status.SENT
    assert outcome.data["sources"] == {"window": "context"}
    assert REAR_RIGHT in [action.path for action in outcome.actions]


def test_where_all_is_so_already_nobody_is_asked(car: SimulatedBridge) -> None:
    outcome = ask(car, "open_close_window", percentage=0)
    assert (outcome.status, outcome.code) == (Status.NO_EFFECT, "already")


def test_a_question_lists_what_differs_in_words_and_the_model_is_told_not_to_choose(
    car: SimulatedBridge,
) -> None:
    outcome = ask(car, "set_seat_heating", seat_zone="DRIVER")
    assert (outcome.status, outcome.code, outcome.frames) == (Status.NEEDS_CHOICE, "which_value", ())
    assert outcome.say("en") == "Which one: level 1, level 2 or level 3?"
    assert outcome.say("zh") == "您指的是1挡、2挡还是3挡？"
    assert outcome.message == "level was not said; ask the person and do not choose"
    taken = car.handle({"name": outcome.choices[1].name, "arguments": dict(outcome.choices[1].arguments)})
    assert taken.status is Status.DONE


def test_a_number_is_never_taken_because_it_is_the_only_one_offered(car: SimulatedBridge) -> None:
    car.set_state({ROOF: 100, "Vehicle.Cabin.Sunroof.Shade.Position": 100, "Vehicle.Speed": 130})
    outcome = ask(car, "open_close_sunroof")  # at this speed it may only be closed
    assert outcome.status is Status.NEEDS_CHOICE
    assert [dict(choice.arguments) for choice in outcome.choices] == [{"percentage": 0}]


def test_choices_hold_only_what_the_guard_would_allow_this_speaker(car: SimulatedBridge) -> None:
    outcome = car.handle({"name": "open_close_window", "arguments": {"percentage": 50}}, PASSENGER)
    assert outcome.status is Status.NEEDS_CHOICE
    named = {choice.arguments["window"] for choice in outcome.choices}
    assert named == {"PASSENGER", "DRIVER_REAR", "PASSENGER_REAR"}  # not the driver's, and so not all


def test_choices_that_come_to_the_same_are_offered_once(car: SimulatedBridge) -> None:
    outcome = ask(car, "open_close_window", percentage=50)
    named = [choice.arguments["window"] for choice in outcome.choices]
    assert "PASSENGER_REAR" in named and "RIGHT_REAR" not in named


def test_of_two_gaps_one_is_asked_after_the_other(car: SimulatedBridge) -> None:
    outcome = ask(car, "set_seat_heating")
    assert (outcome.status, outcome.code, outcome.frames) == (Status.NEEDS_CHOICE, "which_value", ())
    assert outcome.message == "level was not said; ask the person and do not choose"
    assert [dict(choice.arguments) for choice in outcome.choices] == [{"level": n} for n in range(4)]
    assert outcome.say("en") == "Which one: 0, 1, 2 or 3?"
    chosen = outcome.choices[2]
    second = car.handle({"name": chosen.name, "arguments": dict(chosen.arguments)})
    assert (second.status, second.message.split()[0]) == (Status.NEEDS_CHOICE, "seat_zone")
    assert all(choice.arguments["level"] == 2 for choice in second.choices)
    last = second.choices[0]
    assert car.handle({"name": last.name, "arguments": dict(last.arguments)}).status is Status.DONE


def test_no_choice_of_two_gaps_leads_to_what_the_guard_forbids(car: SimulatedBridge) -> None:
    outcome = car.handle({"name": "open_close_window", "arguments": {}}, PASSENGER)
    assert outcome.status is Status.NEEDS_CHOICE
    (asked,) = {name for choice in outcome.choices for name in choice.arguments}
    assert asked == "percentage" and len(outcome.choices) == 5


def test_a_choice_after_which_nothing_would_be_served_is_not_offered(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "_can_end", lambda engine, call, *_: call.arguments["percentage"] in (0, 50))
    outcome = car.handle({"name": "open_close_window", "arguments": {}}, PASSENGER)
    assert [choice.arguments["percentage"] for choice in outcome.choices] == [0, 50]


def test_explain_walks_the_same_ladder_and_does_nothing(car: SimulatedBridge) -> None:
    outcome = car.explain({"name": "set_seat_heating", "arguments": {"seat_zone": "DRIVER"}})
    assert (outcome.status, len(outcome.choices)) == (Status.NEEDS_CHOICE, 3)
    assert car.can_undo() == ()


def test_preferences_may_come_with_the_call(car: SimulatedBridge) -> None:
    said = Said(preferred={"set_sunroof.percent": 30}, numbers=frozenset({Decimal(7)}))
    outcome = car.handle({"name": "open_close_sunroof", "arguments": {}}, heard=said)
    assert outcome.data["sources"] == {"percentage": "preference"}


def test_a_wrong_value_is_told_before_anybody_is_asked_what_is_missing(car: SimulatedBridge) -> None:
    outcome = ask(car, "set_seat_heating", level=77)
    assert (outcome.status, outcome.choices) == (Status.INVALID, ())
    assert outcome.code != "missing_argument"


def test_a_question_about_no_argument_tells_the_model_nothing_of_one(sedan: SimulatedBridge) -> None:
    call = ToolCall("1", "set_fan_speed", {})
    asked = ladder.which(sedan.engine, call, Ambiguous(()), PASSENGER, sedan.now_ms())
    assert (asked.status, asked.code, asked.message) == (Status.NEEDS_CHOICE, "which_zone", "")


def test_what_would_change_nothing_is_offered_only_where_nothing_else_is(sedan: SimulatedBridge) -> None:
    is_so, other = (
        Choice("set_fan_speed", {"zone": "passenger", "level": level}, own=False) for level in (2, 5)
    )
    assert sedan.state()["Vehicle.Cabin.HVAC.Station.Row1.Passenger.FanSpeed"] == 20

    def offered(*choices: Choice) -> list[object]:
        found = ladder.offered(sedan.engine, choices, PASSENGER, sedan.now_ms())
        return [choice.arguments["level"] for choice in found]

    assert offered(is_so, other) == [5] and offered(is_so) == [2] and offered() == []


def test_where_all_that_is_liked_together_is_forbidden_the_first_gap_is_asked_and_the_rest_stays(
    car: SimulatedBridge,
) -> None:
    said = Said(preferred={"set_window.zone": "driver", "set_window.percent": 50})
    outcome = car.handle({"name": "open_close_window", "arguments": {}}, PASSENGER, heard=said)
    assert (outcome.status, outcome.message.split()[0]) == (Status.NEEDS_CHOICE, "window")
    assert {choice.arguments["percentage"] for choice in outcome.choices} == {50}


def test_of_two_gaps_in_words_the_first_is_asked_first(car: SimulatedBridge) -> None:
    outcome = ask(car, "set_ambient_lights")
    assert [dict(choice.arguments) for choice in outcome.choices] == [{"on": True}, {"on": False}]


def test_two_things_that_are_left_are_a_question(car: SimulatedBridge) -> None:
    car.set_state({"Vehicle.Cabin.HVAC.RecirculationMode": "FRESH"})
    outcome = ask(car, "set_air_circulation")
    assert outcome.status is Status.NEEDS_CHOICE
    assert [choice.arguments["mode"] for choice in outcome.choices] == ["RECIRCULATION", "AUTO"]


@pytest.mark.parametrize(
    ("name", "arguments", "asked"),
    [("set_seat_heating", {"zone": "driver"}, "level"), ("set_defrost", {}, "window")],
)
def test_choices_of_a_call_in_the_words_of_the_intents_are_in_these_words_too(
    name: str, arguments: dict[str, object], asked: str, car: SimulatedBridge
) -> None:
    call = ToolCall("1", name, arguments, own=False)
    found = ladder.explained(car.engine, call, DRIVER, car.now_ms())
    assert found.status is Status.NEEDS_CHOICE and len(found.choices) > 1
    assert {(choice.own, *choice.arguments) for choice in found.choices} == {(False, *arguments, asked)}


def test_where_no_answer_to_the_first_of_two_gaps_would_be_served_nobody_is_asked(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "_can_end", lambda *_: False)
    outcome = ask(car, "open_close_window")
    assert (outcome.status, outcome.code) == (Status.INVALID, "missing_argument")


@pytest.mark.parametrize(("who", "served"), [(DRIVER, True), (PASSENGER, False)])
def test_a_call_can_end_where_one_of_its_answers_would_be_served(
    who: Provenance, served: bool, sedan: SimulatedBridge
) -> None:
    call = ToolCall("1", "set_emergency_braking", {})
    assert ladder._can_end(sedan.engine, call, who, sedan.now_ms()) is served
    whole = ToolCall("1", "set_emergency_braking", {"on": True})
    assert not ladder._can_end(sedan.engine, whole, who, sedan.now_ms()), "nothing is open"


@pytest.mark.parametrize(
    "useful",
    [
        Choice("set_fan_speed", {"zone": "passenger"}, own=False),  # its level is asked next
        Choice("get_capabilities", {}, own=False),  # it tells something
    ],
)
def test_what_sets_nothing_by_itself_is_no_choice_without_effect(
    useful: Choice, sedan: SimulatedBridge
) -> None:
    is_so = Choice("set_fan_speed", {"zone": "passenger", "level": 2}, own=False)
    found = ladder.offered(sedan.engine, (is_so, useful), DRIVER, sedan.now_ms())
    assert [(choice.name, choice.arguments) for choice in found] == [(useful.name, useful.arguments)]


@pytest.mark.parametrize(
    ("options", "number"),
    [((1, 2.5), True), ((1, "high"), False), ((True, False), False), ((1, True), False), ((), False)],
)
def test_a_gap_is_a_number_where_all_its_answers_are(options: tuple[Any, ...], number: bool) -> None:
    assert ladder._is_number(Gap("level", "set_x.level", options, whole=True)) is number


def test_each_choice_of_a_question_is_tried_once(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = Counter[object]()

    def counted(engine: Engine, call: ToolCall, *given: Any, **how: Any) -> Outcome:
        tried[call.arguments["mode"]] += 1
        return dry_run(engine, call, *given, **how)

    monkeypatch.setattr(ladder, "dry_run", counted)
    assert len(ask(car, "set_air_circulation").choices) > 1
    assert tried == {"FRESH_AIR": 1, "RECIRCULATION": 1, "AUTO": 1}
