"""From an event to a question or to frames: what a routine proposes, does unattended, and remembers of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import read
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.engine.effects import Order
from intent_bridge.engine.judge import Judge
from intent_bridge.engine.routines import Routines
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import Action, Decision, Outcome, Provenance, Status, Verdict
from tests.unit.engine.test_rare_ends import judged_as

PROFILE = load_profile("demo_sedan")
HOME = "Vehicle.CurrentLocation.IsAtHome"
CHILD = "Vehicle.Cabin.Seat.Row2.DriverSide.HasChildRestraint"
REAR = "Vehicle.Cabin.HVAC.Station.Row2.Driver.Temperature"
DRIVERS = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
RECIRCULATION = "Vehicle.Cabin.HVAC.RecirculationMode"
SHADE = "Vehicle.Cabin.Sunroof.Shade.Position"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def with_scenes(profile: Profile = PROFILE, **scenes: str) -> Profile:
    """The vehicle whose coming home calls for these scenes, one routine each."""
    known = PROFILE.file.routines["arrive_home"]
    routines = {name: known.model_copy(update={"scene": scene}) for name, scene in scenes.items()}
    return replace(profile, file=profile.file.model_copy(update={"routines": routines}))


@contextmanager
def parked(profile: Profile = PROFILE, **options: Any) -> Iterator[SimulatedBridge]:
    with SimulatedBridge(profile, **options) as car:
        car.set_state({"Vehicle.Speed": 0, "Vehicle.Powertrain.Transmission.SelectedGear": 126, HOME: False})
        yield car


def comes_home(car: SimulatedBridge) -> list[Outcome]:
    return [*car.set_state({HOME: True}), *car.advance_ms(500)]


def accepted(car: SimulatedBridge, asked: Outcome, ms: int = 40_000) -> Outcome:
    assert asked.confirmation is not None
    outcome = car.confirm(asked.confirmation.token, True)
    return [outcome, *(e for e in car.advance_ms(ms) if e.call_id == outcome.call_id)][-1]


def needs_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a rule asks about every scene."""
    truly = Judge.verdict

    def asks(judge: Judge, order: Order, *given: Any, **how: Any) -> Verdict:
        verdict = truly(judge, order, *given, **how)
        if order.intent != "activate_scene" or how.get("confirmed"):
            return replace(verdict, digest="the same")
        return replace(verdict, decision=Decision.CONFIRM, permit=None, digest="the same")

    monkeypatch.setattr(Judge, "verdict", asks)


@pytest.mark.parametrize(
    ("patterns", "allowed"),
    [
        (["Vehicle.Cabin.HVAC.Station.Row2.**"], True),
        (["Vehicle.Cabin.Light.**", "Vehicle.Cabin.HVAC.Station.Row2.**"], True),
        (["Vehicle.Cabin.Light.**"], False),
    ],
)
def test_what_one_of_the_patterns_lists_may_be_done_unattended(patterns: list[str], allowed: bool) -> None:
    file = PROFILE.file.model_copy(update={"unattended": tuple(patterns)})
    order = Order("1", "activate_scene", Provenance(), (Action(REAR, 44),))
    assert Routines(replace(PROFILE, file=file)).allows("child_on_board", order) is allowed


def test_two_routines_of_one_event_both_ask() -> None:
    with parked(with_scenes(light="arrive_home", warm="go_home")) as car:
        asked = comes_home(car)
        assert [(outcome.status, outcome.data["routine"]) for outcome in asked] == [
            (Status.NEEDS_CONFIRMATION, "light"),
            (Status.NEEDS_CONFIRMATION, "warm"),
        ]


def test_a_scene_that_a_routine_proposes_keeps_its_stages() -> None:
    with parked(with_scenes(rest="nap")) as car:
        car.set_state({SHADE: 100})
        shade: dict[str, object] = {}

        def sent(message: str) -> None:
            shade.setdefault(message, car.state()[SHADE])

        car.subscribe("frame", lambda frame: sent(frame.message))
        (asked,) = comes_home(car)
        assert accepted(car, asked).status is Status.DONE
        assert (shade["AIR_CMD"], shade["SEAT_CMD"]) == (100, 0), (
            "the air first, and dark before the seat moves"
        )


def test_a_scene_whose_last_stage_is_so_already_still_tells_which_routine_it_was() -> None:
    with parked(with_scenes(wash="car_wash")) as car:
        car.set_state({WINDOW: 30, RECIRCULATION: "RECIRCULATE"})
        (asked,) = comes_home(car)
        done = accepted(car, asked)
        assert (done.status, done.code, done.data) == (Status.DONE, "", {"routine": "wash"})


def test_the_stages_of_a_scene_that_a_person_said_yes_to_need_no_second_yes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with parked(with_scenes(rest="nap")) as car:
        needs_a_yes(monkeypatch)
        (asked,) = comes_home(car)
        assert asked.verdict is not None and asked.verdict.decision is Decision.CONFIRM
        assert accepted(car, asked).status is Status.DONE


def test_what_no_app_may_do_is_only_proposed_though_the_profile_lists_it_as_unattended() -> None:
    profile = with_scenes(warm="go_to_work")  # it sets the driver's temperature
    routines = {n: one.model_copy(update={"unattended": True}) for n, one in profile.file.routines.items()}
    changes = {"routines": routines, "unattended": ("Vehicle.Cabin.**",)}
    with parked(replace(profile, file=profile.file.model_copy(update=changes))) as car:
        car.set_state({DRIVERS: 18})
        assert [outcome.status for outcome in comes_home(car)] == [Status.NEEDS_CONFIRMATION]
        assert car.state()[DRIVERS] == 18


def test_a_part_that_is_clamped_is_done_unattended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with parked() as car:
        car.set_state({REAR: 18})
        judged_as(monkeypatch, {"activate_scene"}, decision=Decision.CLAMP)
        events = [*car.set_state({CHILD: True}), *car.advance_ms(1000)]
        assert [outcome.status for outcome in events] == [Status.DONE]


def test_what_is_done_unattended_is_recorded_as_having_nobodys_yes(tmp_path: Path) -> None:
    with parked(audit=tmp_path / "audit") as car:
        car.set_state({REAR: 18})
        assert [outcome.status for outcome in car.set_state({CHILD: True}) + car.advance_ms(1000)] == ["done"]
    records: list[Mapping[str, Any]] = list(read(tmp_path / "audit"))
    assert [r["human_yes"] for r in records if r["type"] == "intent"] == [False]


def test_a_routine_speaks_the_words_of_the_intents_whatever_the_vehicle_calls_its_tools() -> None:
    bench, light = load_profile("carbench_ev"), PROFILE.file.scenes["arrive_home"]
    rain = PROFILE.file.routines["arrive_home"].model_copy(
        update={"on": "Vehicle.Body.Raindetection.Intensity > 10 percent"}
    )
    changes = {"scenes": {"arrive_home": light}, "routines": {"rain": rain}}
    with SimulatedBridge(replace(bench, file=bench.file.model_copy(update=changes))) as car:
        assert "activate_scene" not in str(car.tools())
        car.set_state({"Vehicle.Body.Raindetection.Intensity": 0})
        events = [*car.set_state({"Vehicle.Body.Raindetection.Intensity": 50}), *car.advance_ms(500)]
        assert [(outcome.status, outcome.data["routine"]) for outcome in events] == [
            (Status.NEEDS_CONFIRMATION, "rain")
        ]
