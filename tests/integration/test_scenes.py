"""Scenes of the demo sedan: what they need, their order, what becomes of them half done; and people's own."""

from pathlib import Path

import pytest

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.bridge import scenes as scenes_module
from intent_bridge.bridge.preference_store import PreferenceStore
from intent_bridge.types import Decision, Outcome, Status
from tests.integration.road import DRIVING, PASSENGER, car, do

__all__ = ["car"]
RECIRCULATION = "Vehicle.Cabin.HVAC.RecirculationMode"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
DOOR = "Vehicle.Cabin.Door.Row2.DriverSide.IsOpen"
REAR = "Vehicle.Cabin.HVAC.Station.Row2.Driver.Temperature"
CHILD = "Vehicle.Cabin.Seat.Row2.DriverSide.HasChildRestraint"
SHADE = "Vehicle.Cabin.Sunroof.Shade.Position"
RECLINE = "Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.Recline"
HOME = "Vehicle.CurrentLocation.IsAtHome"
AMBIENT = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.IsLightOn"
SHADE_STEP = {"call": "set_sunshade", "arguments": {"percent": 50}}


def last(car: SimulatedBridge, outcome: Outcome, ms: int = 20_000) -> Outcome:
    return [outcome, *(e for e in car.advance_ms(ms) if e.call_id == outcome.call_id)][-1]


def test_every_scene_is_done_and_put_back_in_the_parked_car(car: SimulatedBridge) -> None:
    for scene in car.scenes.list():
        car.set_state({WINDOW: 30})
        before = car.state()
        outcome = last(car, do(car, "activate_scene", scene=scene))
        assert outcome.status is Status.DONE, f"{scene}: {outcome.status} {outcome.code}"
        assert len(car.can_undo()) == 1, f"{scene} is one step"
        last(car, car.undo())
        after = car.state()
        changed = {
            p for p in car.profile.actuators if isinstance(before[p], (bool, str)) and before[p] != after[p]
        }
        assert changed == set() and after[WINDOW] == pytest.approx(30, abs=1)


@pytest.mark.parametrize(
    "scene, state, unlock",
    [
        ("nap", DRIVING, "SelectedGear == P"),
        ("pet_mode", {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 12}, ">= 20 %"),
        ("car_wash", {DOOR: True}, "not Vehicle.Cabin.Door.Row2.DriverSide.IsOpen"),
        ("car_wash", {DOOR: None}, "not Vehicle.Cabin.Door.Row2.DriverSide.IsOpen"),
    ],
)  # fmt: skip
def test_a_scene_whose_needs_do_not_certainly_hold_is_refused_whole_and_says_what_would_unlock_it(
    car: SimulatedBridge, scene: str, state: dict[str, object], unlock: str
) -> None:
    car.set_state(state)
    car.advance_ms(3000)
    outcome = do(car, "activate_scene", scene=scene)
    assert outcome.status is Status.DENIED and outcome.frames == () and outcome.verdict is not None
    assert any(unlock in text for text in outcome.verdict.unlock)
    assert outcome.verdict.hits[0].id == f"scene.{scene}"
    assert outcome.say("en") != "That is not possible now." and len(outcome.say("en")) < 120


def test_what_a_scene_needs_is_shown_by_explain_too(car: SimulatedBridge) -> None:
    car.set_state(DRIVING)
    shown = car.explain({"name": "activate_scene", "arguments": {"scene": "nap"}})
    assert shown.verdict is not None and shown.verdict.decision is Decision.DENY


def test_a_part_that_a_rule_forbids_refuses_the_whole_scene(car: SimulatedBridge) -> None:
    """The passenger may not set the driver's temperature, so nobody's is set."""
    before = car.state()
    outcome = do(car, "activate_scene", PASSENGER, scene="go_home")
    assert outcome.status is Status.DENIED and car.state() == before


def test_a_later_stage_begins_only_when_the_one_before_is_confirmed(car: SimulatedBridge) -> None:
    car.set_state({WINDOW: 100})
    messages: list[tuple[str, float]] = []
    car.subscribe("frame", lambda frame: messages.append((frame.message, car.state()[WINDOW])))
    outcome = last(car, do(car, "activate_scene", scene="car_wash"))
    assert outcome.status is Status.DONE
    assert {a.path for a in outcome.actions} >= {WINDOW, RECIRCULATION} and all(
        a.confirmed is not None for a in outcome.actions
    )
    assert {frame.message for frame in outcome.frames} >= {"WINDOW_CMD", "AIR_CMD"}
    at = [window for message, window in messages if message == "AIR_CMD"]
    assert messages[0][0] != "AIR_CMD" and at and max(at) <= 1


def test_a_nap_has_air_before_it_is_dark_and_is_dark_before_the_seat_goes_back(car: SimulatedBridge) -> None:
    car.set_state({SHADE: 100})
    seen: dict[str, tuple[object, object]] = {}

    def sent(message: str) -> None:
        seen.setdefault(message, (car.state()[SHADE], car.state()[RECLINE]))

    car.subscribe("frame", lambda frame: sent(frame.message))
    reclined = car.state()[RECLINE]
    assert last(car, do(car, "activate_scene", scene="nap"), 40_000).status is Status.DONE
    assert [m for m in seen if m in ("AIR_CMD", "ROOF_CMD", "SEAT_CMD")] == [
        "AIR_CMD",
        "ROOF_CMD",
        "SEAT_CMD",
    ]
    assert seen["AIR_CMD"] == (100, reclined), "first the air"
    assert seen["SEAT_CMD"] == (0, reclined), "the seat waits until it is dark"


def test_an_ecu_that_does_not_answer_a_later_stage_has_the_earlier_ones_put_back(
    car: SimulatedBridge,
) -> None:
    car.set_state({WINDOW: 60})
    car.vehicle.refuse_all("climate")
    outcome = last(car, do(car, "activate_scene", scene="car_wash"), 40_000)
    assert (outcome.status, outcome.code) == (Status.REFUSED_BY_ECU, "rolled_back")
    assert car.state()[WINDOW] == pytest.approx(60, abs=1) and car.state()[RECIRCULATION] == "FRESH"
    assert car.can_undo() == ()


def test_a_rule_that_turns_against_a_later_stage_has_the_earlier_ones_put_back(car: SimulatedBridge) -> None:
    car.set_state({WINDOW: 60})
    outcome = do(car, "activate_scene", scene="car_wash")
    car.set_state({"Vehicle.Cabin.HVAC.CO2": 2500})
    outcome = last(car, outcome, 40_000)
    assert (outcome.status, outcome.code) == (Status.DENIED, "rolled_back")
    assert car.state()[WINDOW] == pytest.approx(60, abs=1)


def test_a_stop_halfway_ends_the_scene_and_begins_nothing_more(car: SimulatedBridge) -> None:
    car.set_state({WINDOW: 100})
    outcome = do(car, "activate_scene", scene="car_wash")
    car.advance_ms(1000)
    do(car, "stop_motion")
    assert last(car, outcome).status in (Status.STOPPED, Status.SENT)
    assert car.state()[WINDOW] > 20 and car.state()[RECIRCULATION] == "FRESH"


# --- people's own ------------------------------------------------------------------------------------


def test_a_users_scene_is_there_after_a_restart_where_it_is_kept(tmp_path: Path) -> None:
    store = PreferenceStore(tmp_path / "kept.db")
    with Bridge.simulated("demo_sedan", scene_store=store) as car:
        car.scenes.add("reading", "Shade half open.", [SHADE_STEP])
    with Bridge.simulated("demo_sedan", scene_store=store) as car:
        assert "reading" in str(car.tools())
    with Bridge.simulated("demo_sedan") as car:
        assert "reading" not in car.scenes.list()
    store.close()


def test_a_users_scene_is_offered_done_listed_and_removed(car: SimulatedBridge) -> None:
    car.scenes.add("reading", "Shade half open.", [SHADE_STEP])
    assert "reading" in car.scenes.list() and "reading" in str(car.tools())
    assert last(car, do(car, "activate_scene", scene="reading")).status is Status.DONE
    assert car.scenes.remove("reading") and not car.scenes.remove("reading")
    assert do(car, "activate_scene", scene="reading").status is Status.INVALID


@pytest.mark.parametrize(
    "name, steps, says",
    [
        ("nap", [SHADE_STEP], "scene of the vehicle"),
        ("Nap 2", [SHADE_STEP], "lower case"),
        ("empty", [], "steps"),
        ("fly", [{"call": "set_altitude", "arguments": {}}], "set_altitude"),
        ("nested", [{"call": "activate_scene", "arguments": {"scene": "nap"}}], "calls that set something"),
        ("beyond", [{"call": "set_sunshade", "arguments": {"percent": 500}}], "from 0 to 100"),
    ],
)
def test_a_wrong_scene_says_what_is_wrong_and_changes_nothing(
    car: SimulatedBridge, name: str, steps: list[object], says: str
) -> None:
    before = car.scenes.list()
    with pytest.raises(ValueError, match=says):
        car.scenes.add(name, "x", steps)  # type: ignore[arg-type]
    assert car.scenes.list() == before


def test_one_scene_too_many_is_refused_and_one_of_those_there_may_be_changed(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes_module, "MAX_SCENES", 2)
    for name in ("one", "two"):
        car.scenes.add(name, "x", [SHADE_STEP])
    with pytest.raises(ValueError, match="2 scenes already, remove one first"):
        car.scenes.add("three", "x", [SHADE_STEP])
    car.scenes.add("two", "y", [SHADE_STEP])
    assert {"one", "two"} <= set(car.scenes.list()) and "three" not in car.scenes.list()


def test_a_users_scene_may_nothing_that_its_calls_may_not(car: SimulatedBridge) -> None:
    car.scenes.add(
        "back", "x", [{"call": "set_seat_recline", "arguments": {"zone": "driver", "degrees": 40}}]
    )
    car.set_state(DRIVING)
    outcome = do(car, "activate_scene", scene="back")
    assert outcome.status is Status.DENIED and "seat.driver.rolling" in {
        h.id for h in (outcome.verdict.hits if outcome.verdict else ())
    }


# --- routines ----------------------------------------------------------------------------------------


def test_an_event_within_what_the_profile_allows_unattended_is_acted_on(car: SimulatedBridge) -> None:
    car.set_state({REAR: 18})
    events = [*car.set_state({CHILD: True}), *car.advance_ms(1000)]
    assert [e.status for e in events if e.data.get("routine") == "child_on_board"] == [Status.DONE]
    assert car.state()[REAR] == 22


def test_an_event_is_acted_on_also_right_after_a_call_was_taken_back(car: SimulatedBridge) -> None:
    car.set_state({REAR: 18})
    car.withdraw("nothing")
    events = [*car.set_state({CHILD: True}), *car.advance_ms(1000)]
    assert [e.status for e in events] == [Status.DONE]


def test_an_event_beyond_that_only_asks_and_acts_on_the_drivers_yes(car: SimulatedBridge) -> None:
    car.set_state({HOME: False})
    (asked,) = [*car.set_state({HOME: True}), *car.advance_ms(500)]
    assert asked.status is Status.NEEDS_CONFIRMATION and asked.confirmation is not None
    assert car.state()[AMBIENT] is False and asked.say("en").startswith("Shall I")
    assert car.confirm(asked.confirmation.token, True, PASSENGER).status is Status.DENIED
    assert car.confirm(asked.confirmation.token, True).status is Status.DONE
    assert car.state()[AMBIENT] is True


def test_what_is_so_at_the_start_is_no_event_and_what_is_there_already_is_not_proposed(
    car: SimulatedBridge,
) -> None:
    assert car.set_state({HOME: True}) == []  # never known before
    do(car, "activate_scene", scene="arrive_home")
    car.set_state({HOME: False})
    assert [*car.set_state({HOME: True}), *car.advance_ms(500)] == []


def test_an_unattended_part_that_the_guard_denies_is_not_done(car: SimulatedBridge) -> None:
    """A cold start would set the driver's temperature, which no app may: the driver is asked."""
    car.set_state({"Vehicle.LowVoltageSystemState": "OFF", "Vehicle.Cabin.HVAC.AmbientAirTemperature": 4})
    car.advance_ms(500)
    events = [*car.set_state({"Vehicle.LowVoltageSystemState": "ON"}), *car.advance_ms(500)]
    assert [e.status for e in events] == [Status.NEEDS_CONFIRMATION]
