"""A conversation with the simulated car: every sentence ends in outcomes, as a call does."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.cli.app import main
from intent_bridge.cli.protocol import schema
from intent_bridge.nlu import Talk, languages, recognised
from intent_bridge.nlu.hearing import answer_in
from intent_bridge.texts import Texts
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker, Status

ANSWER = Draft202012Validator({**schema(), "$ref": "#/$defs/Answer"})
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
PASSENGER_TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature"


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


@pytest.mark.parametrize("text", ["set it to 22.5 degrees please", "温度调到二十二度半"])
def test_a_sentence_ends_in_what_the_ecu_confirmed(car: SimulatedBridge, text: str) -> None:
    (outcome,) = Talk(car).say(text)
    assert outcome.status is Status.DONE and outcome.frames
    assert (outcome.actions[0].path, outcome.actions[0].confirmed) == (TEMPERATURE, 45)


def test_two_requests_are_two_outcomes_in_order(car: SimulatedBridge) -> None:
    outcomes = Talk(car).say("Turn the seat heating off, then set 24 degrees for the passenger.")
    assert [o.intent for o in outcomes] == ["set_seat_heating", "set_cabin_temperature"]
    assert outcomes[1].actions[0].path == PASSENGER_TEMPERATURE


def test_a_part_that_is_not_ours_is_said_to_be_left_out(car: SimulatedBridge) -> None:
    first, second = Talk(car).say("打开空调，顺便看看今天的新闻")
    assert first.intent == "set_air_conditioning"
    assert (second.status, second.code) == (Status.NO_ACTION, "other_domain") and "车辆" in second.say("zh")


@pytest.mark.parametrize(("yes", "status"), [("yes", Status.DONE), ("no", Status.NO_ACTION)])
def test_the_word_yes_or_no_answers_the_question_and_is_nothing_otherwise(
    car: SimulatedBridge, yes: str, status: Status
) -> None:
    talk = Talk(car)
    assert talk.say(yes)[0].status is Status.NO_ACTION
    (asked,) = talk.say("turn off the blind spot warning")
    assert asked.status is Status.NEEDS_CONFIRMATION
    assert talk.say(yes)[0].status is status
    assert talk.waiting_for is None


def test_another_sentence_in_place_of_yes_confirms_nothing(car: SimulatedBridge) -> None:
    talk = Talk(car)
    (asked,) = talk.say("turn off the blind spot warning")
    talk.say("set 22 degrees")
    assert talk.say("yes")[0].status is Status.NO_ACTION
    assert car.state()[asked.actions[0].path] is True


def test_the_other_one_puts_the_first_back_and_does_it_there(car: SimulatedBridge) -> None:
    talk, before = Talk(car), car.state()[TEMPERATURE]
    talk.say("driver temperature to 25")
    (outcome,) = talk.say("no, the passenger's")
    assert outcome.actions[0].path == PASSENGER_TEMPERATURE
    assert car.state()[PASSENGER_TEMPERATURE] == 25 and car.state()[TEMPERATURE] == before


def test_undo_is_a_sentence(car: SimulatedBridge) -> None:
    talk, before = Talk(car), car.state()[TEMPERATURE]
    talk.say("24 degrees")
    assert talk.say("undo that")[0].status is Status.DONE
    assert car.state()[TEMPERATURE] == before


def test_who_speaks_says_whose_seat_is_meant(car: SimulatedBridge) -> None:
    who = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)
    (outcome,) = Talk(car).say("我这边温度调到23度", who)
    assert outcome.actions[0].path == PASSENGER_TEMPERATURE


def test_the_answer_is_in_the_language_of_the_question(car: SimulatedBridge) -> None:
    talk = Talk(car)
    spoken = []
    for text in ("I'm cold", "有点热", "AC"):
        talk.say(text)
        spoken.append(talk.language)
    assert spoken == ["en", "zh", "zh"]  # the last could be either, and Chinese was spoken before


@pytest.mark.parametrize(
    ("text", "language"),
    [("open the window", "en"), ("打开車窗", "zh"), ("", "en"), ("xyzzy", "en"), ("把 AC 打开", "zh")],
)
def test_the_language_is_recognised(text: str, language: str) -> None:
    assert recognised(text) == language


@pytest.mark.parametrize(
    ("text", "language", "answer"),
    [
        ("Yes, please!", "en", True), ("no thanks", "en", False), ("yes no", "en", None), ("", "en", None),
        ("yes and open the trunk", "en", None), ("好的，可以。", "zh", True), ("不用了", "zh", False),
        ("好的不要", "zh", None), ("please", "en", None),
    ],
)  # fmt: skip
def test_only_a_whole_sentence_is_a_yes_or_a_no(text: str, language: str, answer: bool | None) -> None:
    assert answer_in(text, language) is answer


def test_no_text_whatever_acts_by_accident_or_raises() -> None:
    with Bridge.simulated(Path("tests/data/tiny_car")) as car:

        @settings(max_examples=60, deadline=None)
        @given(text=st.text(max_size=400), language=st.sampled_from(languages()))
        def check(text: str, language: str) -> None:
            (outcome,) = Talk(car, language).say(text)
            assert outcome.status in (Status.NO_ACTION, Status.NOT_EQUIPPED) and outcome.say(language)
            assert not outcome.frames

        check()


def test_say_prints_exactly_the_answer_of_run_and_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["say", "demo_sedan", "set 22 degrees and open the trunk", "--json",
                 "--set", "Vehicle.Speed=80"])  # fmt: skip
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        ANSWER.validate(line)
    assert code == 0 and [line["status"] for line in lines] == ["done", "denied"]


def test_say_prints_the_text_of_one_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "demo_sedan", "车窗是开着的吗", "--from", "rear_left"]) == 0
    out = capsys.readouterr().out
    assert "says zh" in out and "says en" not in out and "no_action (question)" in out


@pytest.mark.parametrize("wrong", [["--lang", "xx"], ["--set", "Vehicle.Nothing=1"], ["--from", "nobody"]])
def test_wrong_options_are_said_in_one_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "demo_sedan", "I'm cold", *wrong]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("speed", [0, 100])
def test_nothing_done_is_said_at_a_glance_while_the_car_moves(
    speed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, render = [], Texts.render

    def seen(self: Texts, outcome: Outcome, *, moving: bool = False) -> Mapping[str, str]:
        told.append((outcome.code, moving))
        return render(self, outcome, moving=moving)

    monkeypatch.setattr(Texts, "render", seen)
    with Bridge.simulated("demo_sedan", speed_km_h=speed) as car:
        Talk(car, "en").say("xyzzy plugh")
    assert ("not_understood", speed > 0) in told
