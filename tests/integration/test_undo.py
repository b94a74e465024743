"""What can be put back, as one call whatever it set, and honestly why not; through the guard and the ECUs."""

from collections.abc import Iterator

import pytest

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.engine.undo import MAX_UNDO, Undos, UndoStep
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker, Status

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
REAR = Provenance(Speaker.REAR, SeatZone.REAR_LEFT, Channel.VOICE)
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


def do(car: SimulatedBridge, call_id: str, name: str, **arguments: object) -> Outcome:
    return car.handle({"id": call_id, "name": name, "arguments": arguments})


def codes(car: SimulatedBridge, who: Provenance = DRIVER) -> dict[str, str]:
    return {str(shown.data["call_id"]): shown.code for shown in car.can_undo(who)}


def test_an_older_call_is_put_back_by_its_id_and_the_newer_one_stays(car: SimulatedBridge) -> None:
    do(car, "warm", "set_cabin_temperature", zone="driver", celsius=27)
    do(car, "fan", "set_fan_speed", zone="driver", level=6)
    assert codes(car) == {"fan": "can_undo", "warm": "can_undo"}
    assert car.undo(call_id="warm").status is Status.DONE
    assert (car.state()[TEMPERATURE], car.state()[FAN]) == (21, 60)
    assert codes(car) == {"fan": "can_undo"}


def test_a_scene_is_one_step_and_comes_back_whole(car: SimulatedBridge) -> None:
    before = car.state()
    assert do(car, "home", "activate_scene", scene="go_home").status is Status.DONE
    (shown,) = car.can_undo()
    assert shown.data["arguments"] == {"scene": "go_home"} and len(shown.actions) > 3
    assert car.undo().status is Status.DONE
    after = car.state()
    assert {path for path in before if before[path] != after[path]} == set()


def test_a_value_that_somebody_changed_since_says_so_before_and_when_asked(car: SimulatedBridge) -> None:
    do(car, "warm", "set_cabin_temperature", zone="driver", celsius=27)
    car.set_state({TEMPERATURE: 18})
    (shown,) = car.can_undo()
    assert (shown.status, shown.code) == (Status.DENIED, "changed_since")
    assert shown.texts["en"].startswith("I cannot undo that") and "无法撤销" in shown.texts["zh"]
    assert car.undo().code == "changed_since"


def test_a_newer_call_for_the_same_thing_is_a_change_until_it_is_undone_itself(car: SimulatedBridge) -> None:
    do(car, "a", "set_fan_speed", zone="driver", level=4)
    do(car, "b", "set_fan_speed", zone="driver", level=6)
    assert codes(car) == {"b": "can_undo", "a": "changed_since"}
    car.undo()
    assert codes(car) == {"a": "can_undo"}


def test_what_is_not_known_now_is_not_put_back(car: SimulatedBridge) -> None:
    do(car, "warm", "set_cabin_temperature", zone="driver", celsius=27)
    car.vehicle.mute("CLIMATE_STATUS")
    car.advance_ms(3000)
    assert codes(car) == {"warm": "state_unknown"}
    assert car.undo().code == "state_unknown"


def test_a_motion_that_was_stopped_is_listed_and_not_undone_over_the_head_of_it(car: SimulatedBridge) -> None:
    do(car, "fan", "set_fan_speed", zone="driver", level=6)
    do(car, "open", "set_window", zone="driver", percent=100)
    car.advance_ms(1000)
    do(car, "stop", "stop_motion")
    assert codes(car) == {"open": "stopped_halfway", "fan": "can_undo"}
    assert car.undo().code == "stopped_halfway"
    assert car.state()[FAN] == 60


def test_a_motion_can_be_undone_once_it_has_arrived_and_not_while_it_runs(car: SimulatedBridge) -> None:
    do(car, "open", "set_window", zone="driver", percent=40)
    assert codes(car) == {}
    car.advance_ms(5000)
    assert codes(car) == {"open": "can_undo"}
    assert car.undo().status is Status.SENT
    car.advance_ms(5000)
    assert car.state()[WINDOW] == 0 and codes(car) == {}


def test_a_recalled_seat_is_not_sent_to_the_slot_before_which_is_not_where_it_was(
    car: SimulatedBridge,
) -> None:
    do(car, "own", "set_seat_position", zone="driver", millimetres=200)
    car.advance_ms(20_000)
    do(car, "recall", "recall_seat_memory", zone="driver", slot=2)
    car.advance_ms(30_000)
    shown = next(s for s in car.can_undo() if s.data["call_id"] == "recall")
    assert (shown.status, shown.code) == (Status.DENIED, "recalled")
    assert "where the seat was" in shown.texts["en"]
    frames: list[object] = []
    car.subscribe("frame", frames.append)
    assert car.undo(call_id="recall").code == "recalled" and frames == []


def test_who_may_not_set_it_may_not_undo_it(car: SimulatedBridge) -> None:
    do(car, "warm", "set_cabin_temperature", zone="driver", celsius=27)
    (shown,) = car.can_undo(REAR)
    assert (shown.status, shown.code) == (Status.DENIED, "rule")
    assert shown.verdict is not None and shown.verdict.hits
    assert car.undo(REAR).status is Status.DENIED
    assert car.state()[TEMPERATURE] == 27


def test_asking_what_can_be_undone_sends_and_remembers_nothing(car: SimulatedBridge) -> None:
    frames: list[object] = []
    do(car, "warm", "set_cabin_temperature", zone="driver", celsius=27)
    car.subscribe("frame", frames.append)
    assert car.can_undo() == car.can_undo() and frames == []
    assert car.can_undo()[0].texts["en"] == "I can put that back: the driver's temperature to 21 °C."


def test_only_so_many_steps_are_kept_the_newest() -> None:
    undos = Undos()
    for number in range(MAX_UNDO + 5):
        undos.did(UndoStep(str(number), "x", {}, {}))
    assert [step.call_id for step in undos.steps] == [str(n) for n in range(MAX_UNDO + 4, 4, -1)]
    assert undos.find("0") is None and undos.find("7") is not None


def test_parts_of_one_call_are_one_step_with_its_first_before_and_its_last_after() -> None:
    undos = Undos()
    undos.did(UndoStep("scene", "x", {"a": 1}, {"a": 2}))
    undos.did(UndoStep("scene", "x", {"a": 2, "b": 5}, {"a": 3, "b": 6}))
    (step,) = undos.steps
    assert (dict(step.before), dict(step.after)) == ({"a": 1, "b": 5}, {"a": 3, "b": 6})


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("", "stopped_halfway", "stopped_halfway"), ("before_unknown", "", "before_unknown"), ("", "", "")],
)
def test_a_step_of_which_one_part_cannot_be_put_back_cannot_be_put_back(
    first: str, second: str, kept: str
) -> None:
    undos = Undos()
    undos.did(UndoStep("scene", "x", {"a": 1}, {"a": 2}, why=first))
    undos.did(UndoStep("scene", "x", {"b": 1}, {"b": 2}, why=second))
    (step,) = undos.steps
    assert step.why == kept


def test_a_part_of_a_call_that_comes_later_makes_the_call_the_newest_step() -> None:
    undos = Undos()
    for call_id in ("scene", "fan", "scene"):
        undos.did(UndoStep(call_id, "x", {}, {}))
    assert [step.call_id for step in undos.steps] == ["scene", "fan"]
