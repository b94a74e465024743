"""What the assistant may say: complete in every language, and never more than was confirmed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message

from intent_bridge.profile import Profile, load_profile
from intent_bridge.texts import FOLDER, Texts, languages, render
from intent_bridge.texts.words import setting_id, zone_of
from intent_bridge.types import (
    Action,
    ActionReport,
    Choice,
    Decision,
    Outcome,
    Quality,
    RuleHit,
    Status,
    Value,
    Verdict,
)

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
AIRCON = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
HEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingLevel"
HEAT_BESIDE = "Vehicle.Cabin.Seat.Row1.PassengerSide.HeatingLevel"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(Path("tests/data/tiny_car"))


def outcome(
    status: Status, *values: tuple[str, Value], code: str = "", hits: tuple[RuleHit, ...] = ()
) -> Outcome:
    actions = tuple(Action(path, value) for path, value in values)
    decision = max((hit.effect for hit in hits), default=Decision.ALLOW)
    return Outcome(
        "1",
        "set_something",
        status,
        code,
        verdict=Verdict(decision, actions, actions, hits),
        actions=tuple(
            ActionReport(path, value, value, value if status is Status.DONE else None)
            for path, value in values
        ),
    )


def keys(language: str) -> set[str]:
    found: set[str] = set()
    for file in (FOLDER / language).glob("*.ftl"):
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            assert type(entry).__name__ != "Junk", f"{file.name}: {entry}"
            if isinstance(entry, Message):
                found |= {entry.id.name, *(f"{entry.id.name}.{a.id.name}" for a in entry.attributes)}
    return found


def test_english_and_chinese_are_there() -> None:
    assert {"en", "zh"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_texts(language: str) -> None:
    assert keys(language) == keys("en")


@pytest.mark.parametrize("language", languages())
def test_every_status_has_a_text(language: str) -> None:
    assert {status.value for status in Status} <= keys(language)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_a_sentence_with_and_without_actions(profile: Profile, status: Status) -> None:
    for given in (outcome(status), outcome(status, (TEMPERATURE, 45), (AIRCON, True))):
        for text in render(given, profile).values():
            assert re.fullmatch(r"\S.*\S", text) and "{" not in text
            assert not re.search(r"^\W|\s[.?,]|\.\.|。。|：。|: \.", text), text


@pytest.mark.parametrize(
    ("path", "value", "english", "chinese"),
    [
        (TEMPERATURE, 45, "The driver's temperature is now 22.5 °C.", "主驾温度现在为22.5度。"),
        (TEMPERATURE, 61, "The driver's temperature is now maximum.", "主驾温度现在为最高温。"),
        (FAN, 3, "The driver's fan is now level 3.", "主驾风量现在为3挡。"),
        (FAN, 0, "The driver's fan is now off.", "主驾风量现在为关闭。"),
        (AIRCON, False, "The air conditioning is now off.", "空调制冷已关闭。"),
    ],
)
def test_done_names_the_confirmed_value(
    profile: Profile, path: str, value: Value, english: str, chinese: str
) -> None:
    texts = render(outcome(Status.DONE, (path, value)), profile)
    assert (texts["en"], texts["zh"]) == (english, chinese)


def test_done_says_what_the_ecu_confirmed_and_not_what_was_emitted(profile: Profile) -> None:
    given = Outcome(
        "1", "x", Status.DONE, actions=(ActionReport(SEAT, 30, 30, 29), ActionReport(AIRCON, True, True))
    )
    assert render(given, profile)["en"] == "The driver's seat position is now 145 mm."


def test_the_question_names_the_emitted_value_and_not_the_requested_one(profile: Profile) -> None:
    given = Outcome("1", "x", Status.NEEDS_CONFIRMATION, actions=(ActionReport(TEMPERATURE, 60, 45),))
    texts = render(given, profile)
    assert texts["en"] == "Shall I set the driver's temperature to 22.5 °C?"
    assert texts["zh"] == "要把主驾温度调到22.5度吗？"
    assert texts["de"] == "Soll ich die Temperatur beim Fahrer auf 22,5 °C stellen?"


def test_places_that_make_up_a_row_are_named_together(profile: Profile) -> None:
    texts = render(outcome(Status.DONE, (HEAT, 2), (HEAT_BESIDE, 2)), profile)
    assert texts["en"] == "Both front seat heaters are now level 2."
    assert texts["zh"] == "前排座椅加热现在为2挡。"
    assert texts["de"] == "Die Sitzheizungen vorn sind jetzt Stufe 2."


def test_places_with_different_values_are_named_one_by_one(profile: Profile) -> None:
    texts = render(outcome(Status.DONE, (HEAT, 2), (HEAT_BESIDE, 1)), profile)
    assert (
        texts["en"]
        == "The driver's seat heater is now level 2 and the passenger's seat heater is now level 1."
    )


def test_more_than_three_settings_are_counted(profile: Profile) -> None:
    given = outcome(Status.DONE, (TEMPERATURE, 45), (AIRCON, True), (FAN, 3), (HEAT, 1), (HEAT_BESIDE, 3))
    assert render(given, profile)["en"].endswith(
        "the air conditioning is now on and 3 more settings are as asked."
    )


def test_a_clamp_says_why_and_a_question_that_was_answered_does_not(profile: Profile) -> None:
    clamp = RuleHit("r", FAN, Decision.CLAMP, "no-such-value")
    asked = RuleHit("q", FAN, Decision.CONFIRM, "two-values")
    text = render(outcome(Status.DONE, (FAN, 3), hits=(clamp, asked)), profile)["en"]
    assert text == "The driver's fan is now level 3. This car has no such value."


def test_a_denial_says_the_reasons_of_the_strongest_effect_only(profile: Profile) -> None:
    hits = (
        RuleHit("a", FAN, Decision.CLAMP, "two-values"),
        RuleHit("b", FAN, Decision.DENY, "no-such-value"),
    )
    text = render(outcome(Status.DENIED, (FAN, 3), code="rule", hits=hits), profile)["en"]
    assert text == "That is not possible now. This car has no such value."


def test_a_denial_for_a_missing_sensor_names_the_sensor(profile: Profile) -> None:
    hit = RuleHit("b", SEAT, Decision.DENY, "whatever", (("Vehicle.Speed", Quality.STALE),))
    texts = render(outcome(Status.DENIED, (SEAT, 3), code="rule", hits=(hit,)), profile)
    assert texts["en"] == "That is not possible now. I do not know the speed right now."
    assert texts["zh"] == "现在不能这样做。现在不知道车速。"


def test_a_code_with_a_text_of_its_own_is_preferred(profile: Profile) -> None:
    assert render(outcome(Status.DENIED, code="changed_since"), profile)["en"].startswith(
        "I cannot undo that"
    )


def test_choices_are_named_by_their_place(profile: Profile) -> None:
    choices = tuple(Choice("set_window", {"zone": z, "percent": 0}) for z in ("driver", "rear_left", "all"))
    given = Outcome("1", "x", Status.NEEDS_CHOICE, "which_zone", choices=choices)
    assert render(given, profile)["en"] == "Which one: the driver, rear left or everybody?"
    assert Texts(profile).choices(choices, "zh")[1] == "左后"


def test_choices_in_a_vehicles_own_words_are_spoken_as_what_they_are_mapped_to() -> None:
    own = load_profile("carbench_ev")
    words = ("ALL", "DRIVER_REAR", "LEFT_REAR")
    choices = tuple(Choice("set_reading_light", {"position": word}, own=True) for word in words)
    given = Outcome("1", "x", Status.NEEDS_CHOICE, "which_value", choices=choices)
    assert render(given, own)["en"] == "Which one: everybody or rear left?"
    switch = tuple(Choice("set_ambient_lights", {"on": on}, own=True) for on in (True, False))
    asked = replace(given, choices=switch)
    assert render(asked, own)["en"] == "Which one: on or off?" and "打开" in render(asked, own)["zh"]


def test_a_setting_without_a_name_is_still_spoken_of_and_reported_as_missing(profile: Profile) -> None:
    missing = Texts(profile).missing(["seat-while-driving"])
    assert "zh: ADAS-LaneKeepAssist-Mode.WARN" in missing and "en: reason-seat-while-driving" in missing
    mode = "Vehicle.ADAS.LaneKeepAssist.Mode"
    assert render(outcome(Status.DONE, (mode, "WARN")), profile)["en"] == "The lane keeping mode is now warn."


def test_a_vehicle_brings_its_own_texts(tmp_path: Path, profile: Profile) -> None:
    for file in profile.folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "en.ftl").write_text("done-plain = As you wish.\n", encoding="utf-8")
    assert render(outcome(Status.DONE), load_profile(tmp_path))["en"] == "As you wish."
    assert render(outcome(Status.DONE), profile)["en"] == "Done."


@pytest.mark.parametrize(
    ("path", "side", "zone"),
    [
        ("Vehicle.Cabin.Seat.Row1.PassengerSide.Height", "left", "passenger"),
        ("Vehicle.Cabin.Seat.Row2.PassengerSide.Height", "left", "rear_right"),
        ("Vehicle.Cabin.HVAC.Station.Row2.Passenger.Temperature", "right", "rear_left"),
        ("Vehicle.Speed", "left", "none"),
    ],
)
def test_the_zone_follows_from_the_path_and_the_drivers_side(path: str, side: str, zone: str) -> None:
    assert zone_of(path, "left" if side == "left" else "right") == zone
    assert "Row" not in setting_id(path)
