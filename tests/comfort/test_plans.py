"""What is done about a feeling in one state: the right thing, as little as serves, through the guard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.intents.feelings import FeelingText, comfort_table, served
from intent_bridge.texts import FOLDER
from intent_bridge.texts.words import Words
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker, Status
from tests.comfort.__main__ import rows
from tests.comfort.cabins import PROFILE, Car, states

ROOT = Path(__file__).parents[2]
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide."
STATION = "Vehicle.Cabin.HVAC.Station.Row1.Driver."
RECIRCULATION = "Vehicle.Cabin.HVAC.RecirculationMode"
WINDOW, ROOF = "Window.Position", "Sunroof.Position"
REAR_CHILD = Provenance(Speaker.REAR, SeatZone.REAR_LEFT, Channel.VOICE)


@pytest.fixture(scope="module")
def one_car() -> Iterator[Car]:
    with Car() as car:
        yield car


@pytest.fixture
def car(one_car: Car) -> Car:
    one_car.put({})
    return one_car


def feel(car: Car, feeling: str, who: Provenance | None = None, **more: Any) -> Outcome:
    return car.handle({"name": "adjust_comfort", "arguments": {"feeling": feeling, **more}}, who)


def done(car: Car, outcome: Outcome) -> dict[str, Any]:
    """Path -> VSS value of everything that left."""
    state = car.state()
    if outcome.status is Status.SENT:
        car.advance_ms(13_000)
    after = car.state()
    return {a.path: after[a.path] for a in outcome.actions if a.emitted is not None and a.path in state}


def put(car: Car, name: str) -> None:
    car.put(states()[name])


def test_cold_at_100_opens_nothing_and_sends_heat_to_the_feet(car: Car) -> None:
    put(car, "motorway, winter")
    did = done(car, feel(car, "cold"))
    assert did[STATION + "AirDistribution"] == "FLOOR" and did[STATION + "Temperature"] == 22.5
    assert not any(path.endswith((WINDOW, ROOF)) for path in did)


def test_cold_in_a_parked_car_warms_seat_and_wheel_first(car: Car) -> None:
    put(car, "parked, winter, cold car")
    outcome = feel(car, "cold")
    did = done(car, outcome)
    assert did[SEAT + "HeatingLevel"] == 2 and did["Vehicle.Chassis.SteeringWheel.HeatingCooling"] == 50
    assert outcome.say("en").endswith(
        "Seat and wheel warm you first, the cabin follows. You feel it in about 2 minutes."
    )


def test_cold_with_a_low_battery_leaves_the_cabin_alone(car: Car) -> None:
    put(car, "town, battery low")
    assert not any(".HVAC." in path for path in done(car, feel(car, "cold")))


@pytest.mark.parametrize("strength", ["little", "some", "lot"])
@pytest.mark.parametrize("room, setting", [(24, 18), (31, 21), (22, 22), (19, 25)])
def test_cold_goes_above_the_room_and_never_above_a_low_setting_only(
    car: Car, room: float, setting: float, strength: str
) -> None:
    for speed in (0, 40, 110):
        car.put(
            {
                "Vehicle.Speed": speed,
                "Vehicle.Cabin.HVAC.AmbientAirTemperature": room,
                STATION + "Temperature": setting,
            }
        )
        outcome = feel(car, "cold", strength=strength)
        for action in outcome.actions:
            if action.path == STATION + "Temperature" and action.emitted is not None:
                assert max(min(room, 27), setting) <= int(action.emitted) / 2 <= 27  # in an oven too


def test_a_feeling_never_turns_a_setting_back(car: Car) -> None:
    put(car, "everything at its limit")
    assert feel(car, "cold").code == "nothing_helps"
    assert car.state()[STATION + "Temperature"] == 30.5


def test_nothing_recirculates_while_the_windows_may_fog(car: Car) -> None:
    for name in [name for name in states() if "fogged" in name]:
        for feeling in served(PROFILE):
            put(car, name)
            did = done(car, feel(car, feeling))
            assert did.get(RECIRCULATION, "FRESH") == "FRESH", f"{feeling}, {name}"


def test_nothing_opens_in_rain_or_fast(car: Car) -> None:
    for name in [name for name in states() if "motorway" in name or "rain" in name]:
        for feeling in served(PROFILE):
            put(car, name)
            did = done(car, feel(car, feeling))
            assert {v for p, v in did.items() if p.endswith((WINDOW, ROOF))} <= {0}, f"{feeling}, {name}"


def test_saying_it_again_does_the_next_thing_and_ends(car: Car) -> None:
    """Every plan changes something, so a feeling said again and again runs out of plans.

    Not so a smell: it comes from outside or from inside, and who says it again has it the other way round.
    """
    for feeling in sorted({*served(PROFILE)} - {"smelly"}):
        car.put({"Vehicle.Speed": 60})
        for _ in range(20):
            outcome = feel(car, feeling, strength="lot")
            if outcome.status is Status.NO_EFFECT:
                break
            assert outcome.status in (Status.DONE, Status.SENT), f"{feeling}: {outcome.status}"
            done(car, outcome)
        assert outcome.code in ("nothing_helps", "take_a_break"), feeling


def test_more_strength_never_does_less(car: Car) -> None:
    levels = []
    for strength in ("little", "some", "lot"):
        put(car, "parked, winter, cold car")
        levels.append(done(car, feel(car, "cold", strength=strength))[SEAT + "HeatingLevel"])
    assert levels == [1, 2, 3]


# --- the guard's word --------------------------------------------------------------------------------


def test_an_optional_part_that_the_guard_denies_is_left_out_and_the_rest_is_done(car: Car) -> None:
    """With a child behind her, the rear window may not be closed by voice; the driver's own is."""
    rear = "Vehicle.Cabin.Door.Row2.PassengerSide.Window.Position"
    front = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
    car.put(
        {
            "Vehicle.Speed": 60,
            "Vehicle.Exterior.AirTemperature": 5,
            rear: 50,
            front: 50,
            "Vehicle.Cabin.Seat.Row2.PassengerSide.HasChildRestraint": True,
        }
    )
    outcome = feel(car, "cold")
    assert outcome.status is Status.SENT and [a.path for a in outcome.actions] == [front]


def test_a_clamped_part_promises_what_is_left_of_it(car: Car) -> None:
    """A child seat keeps the heat mild."""
    car.put({SEAT.replace("Row1", "Row2") + "HasChildRestraint": True, "Vehicle.Exterior.AirTemperature": -5})
    outcome = feel(car, "cold", REAR_CHILD, strength="lot")
    (heat,) = [a for a in outcome.actions if a.path.endswith("HeatingLevel")]
    assert (heat.requested, heat.emitted) == (3, 1) and "mild" in outcome.say("en")


def test_a_needed_part_that_the_guard_denies_takes_the_plan_away(car: Car) -> None:
    """A smell from outside would shut the flap; the used-up air forbids it, so the fan does it."""
    car.put({"Vehicle.Speed": 60, "Vehicle.Cabin.HVAC.CO2": 1900})
    did = done(car, feel(car, "smelly"))
    assert RECIRCULATION not in did and did[STATION + "FanSpeed"] == 40


def test_a_plan_is_one_step_to_undo(car: Car) -> None:
    put(car, "parked, winter, cold car")
    before = car.state()
    outcome = feel(car, "cold")
    assert len(done(car, outcome)) == 3
    car.undo(call_id=outcome.call_id)
    after = car.state()
    assert {p for p in before if before[p] != after[p] and p in PROFILE.actuators} == set()


def test_who_cannot_be_placed_is_asked_where_it_is_cold(car: Car) -> None:
    nobody = Provenance(Speaker.UNKNOWN, SeatZone.UNKNOWN, Channel.VOICE)
    assert feel(car, "cold", nobody).status is Status.NEEDS_CHOICE


def test_only_the_one_who_feels_it_is_changed(car: Car) -> None:
    put(car, "town, autumn")
    passenger = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)
    did = done(car, feel(car, "cold", passenger))
    assert did and all("Passenger" in path for path in did)


# --- the table ----------------------------------------------------------------------------------------


def test_every_plan_has_its_texts_in_every_language() -> None:
    table = comfort_table(PROFILE)
    for folder in FOLDER.iterdir():
        words = Words(folder.name, sorted(folder.glob("*.ftl")), "left")
        for text in table.feelings.values():
            missing = [p.because for p in text.plans if not words.has(f"because-{p.because}")]
            assert missing == [] and words.has(f"no_effect-{text.otherwise}")


def test_every_feeling_that_a_tool_offers_has_plans() -> None:
    table = comfort_table(PROFILE)
    assert all(isinstance(table.feelings[feeling], FeelingText) for feeling in served(PROFILE))
    assert len(served(PROFILE)) == 9


def test_the_document_shows_what_the_command_prints(one_car: Car) -> None:
    """Mend it with `python -m tests.comfort cold`."""
    shown = [line for line in (ROOT / "docs/comfort.md").read_text("utf-8").splitlines() if line[:2] == "| "]
    assert shown[1:] == [f"| {name} | {said} |" for name, said in rows(one_car, "cold", "some", "en")]
