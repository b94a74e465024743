"""Ways to end that hardly ever happen: what the guard or the gate says against what is already under way."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.codec import EgressGate
from intent_bridge.engine import Engine, Send, traits
from intent_bridge.engine.effects import Order
from intent_bridge.engine.judge import Judge
from intent_bridge.engine.routines import Routines
from intent_bridge.engine.scenes import Course, next_stage
from intent_bridge.engine.traits import TraitsOf
from intent_bridge.errors import ProfileError
from intent_bridge.intents import Gap
from intent_bridge.resolver import Nothing
from intent_bridge.types import Action, Decision, Outcome, Status, Verdict
from tests.unit.engine.test_engine import DRIVER, FAN, PROFILE, Rig

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
HOME = "Vehicle.CurrentLocation.IsAtHome"


@pytest.fixture
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as made:
        yield made


def do(car: SimulatedBridge, name: str, **arguments: Any) -> Outcome:
    return car.handle({"name": name, "arguments": arguments})


def last(car: SimulatedBridge, outcome: Outcome, ms: int = 40_000) -> Outcome:
    return [outcome, *(e for e in car.advance_ms(ms) if e.call_id == outcome.call_id)][-1]


def judged_as(monkeypatch: pytest.MonkeyPatch, intents: set[str], **changes: Any) -> None:
    """From now on the verdict on these intents is another one."""
    truly = Judge.verdict

    def other(judge: Judge, order: Any, *given: Any, **options: Any) -> Verdict:
        verdict = truly(judge, order, *given, **options)
        return replace(verdict, **changes) if order.intent in intents else verdict

    monkeypatch.setattr(Judge, "verdict", other)


def test_a_verdict_without_a_permit_sends_nothing_whatever_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    judged_as(monkeypatch, {"set_fan_speed"}, permit=None)
    effects = rig.submit("set_fan_speed", level=5)
    assert not [e for e in effects if isinstance(e, Send)]
    assert (rig.outcome().status, rig.outcome().code) == (Status.DENIED, "rule")


def test_a_stop_frame_that_the_gate_keeps_back_ends_the_motion_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.submit("set_window", percent=50)
    monkeypatch.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
    effects = rig.submit("stop_motion", "2")
    assert not [e for e in effects if isinstance(e, Send)]
    assert rig.outcome("1").status is Status.STOPPED and not rig.engine.commands.running


def test_a_repeat_waits_until_its_message_may_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.submit("set_window", percent=50)
    rate = PROFILE.messages["WINDOW_CMD"].spec.rate
    assert rate is not None
    rig.run(99)
    rig.engine.commands._rates.take(["WINDOW_CMD"] * rate.burst, rig.now_ms)
    before = len(rig.effects)
    rig.run(2)
    assert not [e for e in rig.effects[before:] if isinstance(e, Send)]
    rig.run(1000 // rate.frames_per_s + 1)
    assert [e.frame.message for e in rig.effects[before:] if isinstance(e, Send)] == ["WINDOW_CMD"]


def test_traits_are_made_anew_when_too_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traits, "_KEPT_MAX", 2)
    table = TraitsOf(PROFILE)
    paths = list(PROFILE.actuators)[:4]
    first, kept = [], []
    for path in paths:
        first.append(table((path,)))
        kept.append(len(table._kept))
        assert table((path,)) is first[-1]
    assert kept == [1, 2, 1, 2]
    assert [table((path,)) for path in paths] == first


# --- what is left open ----------------------------------------------------------------------------


def test_where_no_answer_to_what_is_open_would_be_served_nobody_is_asked(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = do(car, "set_fog_lights", on=True)
    assert asked.status is Status.NEEDS_CHOICE
    monkeypatch.setattr(
        type(car.engine.catalogue),
        "gaps",
        lambda *_: (Gap("lights", "set_fog_lights.lights", (), whole=True),),
    )
    refused = do(car, "set_fog_lights", on=True)
    assert (refused.status, refused.code) == (Status.INVALID, "missing_argument")


def test_when_nothing_would_help_nothing_is_done(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intent_bridge.engine.engine.chosen", lambda *_: None)
    outcome = do(car, "adjust_comfort", feeling="cold")
    assert (outcome.status, outcome.code, outcome.frames) == (Status.NO_EFFECT, "nothing_helps", ())


# --- scenes and routines --------------------------------------------------------------------------


def test_a_scene_whose_stages_are_all_there_is_no_effect_and_one_with_a_part_to_do_is_done(
    car: SimulatedBridge,
) -> None:
    assert last(car, do(car, "activate_scene", scene="nap")).status is Status.DONE
    again = do(car, "activate_scene", scene="nap")
    assert (again.status, again.code) == (Status.NO_EFFECT, "already")
    assert do(car, "set_fan_speed", zone="driver", level=6).status is Status.DONE
    part = last(car, do(car, "activate_scene", scene="nap"))
    assert (part.status, part.code) == (Status.DONE, "")
    assert len(part.actions) == len(again.actions)
    assert {frame.message for frame in part.frames} == {"AIR_CMD", "CLIMATE_CMD"}


def test_stages_that_change_nothing_one_by_one_are_no_effect() -> None:
    rig = Rig()
    action = Action(FAN, 2)
    assert rig.engine.known(FAN, rig.now_ms)[0] == action.value
    order = Order("1", "activate_scene", DRIVER, (action,), course=Course(((action,), (action,))))
    rig.take(next_stage(rig.engine, order, rig.now_ms, human_yes=False))
    outcome = rig.outcome()
    assert (outcome.status, outcome.code, outcome.frames) == (Status.NO_EFFECT, "already", ())
    assert [report.path for report in outcome.actions] == [FAN, FAN]


def test_what_cannot_be_put_back_is_said(car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    car.set_state({WINDOW: 60})
    car.vehicle.refuse_all("climate")
    judged_as(monkeypatch, {"rollback"}, permit=None, decision=Decision.DENY)
    outcome = last(car, do(car, "activate_scene", scene="car_wash"))
    assert (outcome.status, outcome.code) == (Status.REFUSED_BY_ECU, "rollback_refused")
    assert car.state()[WINDOW] == 0


def test_a_stage_that_cannot_begin_before_anything_was_changed_is_just_answered(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = {"activate_scene"}
    last(car, do(car, "activate_scene", scene="nap"))
    do(car, "set_fan_speed", zone="driver", level=6)
    truly, seen = Judge.verdict, list[int]()

    def only_the_whole(judge: Judge, order: Any, *given: Any, **options: Any) -> Verdict:
        verdict = truly(judge, order, *given, **options)
        if order.intent not in stages:
            return verdict
        seen.append(len(order.actions))
        return verdict if len(seen) == 1 else replace(verdict, permit=None, decision=Decision.DENY)

    monkeypatch.setattr(Judge, "verdict", only_the_whole)
    outcome = last(car, do(car, "activate_scene", scene="nap"))
    assert (outcome.status, outcome.code, outcome.frames) == (Status.DENIED, "rule", ())
    assert len(seen) > 1


def happens(car: SimulatedBridge) -> list[Outcome]:
    """The car comes home."""
    car.set_state({HOME: False})
    return [*car.set_state({HOME: True}), *car.advance_ms(500)]


def test_an_event_whose_scene_changes_nothing_proposes_nothing(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "resolved", lambda *_: Nothing("already"))
    assert happens(car) == []


def test_an_event_whose_scene_is_forbidden_proposes_nothing(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged_as(monkeypatch, {"activate_scene"}, decision=Decision.DENY, permit=None)
    assert happens(car) == []


def test_an_event_whose_scene_needs_a_yes_anyway_asks_for_just_that_one(
    car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged_as(monkeypatch, {"activate_scene"}, decision=Decision.CONFIRM, permit=None)
    (asked,) = happens(car)
    assert asked.status is Status.NEEDS_CONFIRMATION and asked.confirmation is not None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"on": "Vehicle.Sped > 3 km/h"}, "Vehicle.Sped"),
        ({"scene": "arrive_hom"}, "routine arrive_home: no scene `arrive_hom`"),
        (None, "unattended: `Vehicle.No.**` names no actuator"),
    ],
)
def test_a_routine_that_means_nothing_is_a_problem_of_the_profile(
    changes: dict[str, str] | None, what: str
) -> None:
    file = PROFILE.file
    if changes is None:
        file = file.model_copy(update={"unattended": ("Vehicle.No.**",)})
    else:
        routine = file.routines["arrive_home"].model_copy(update=changes)
        file = file.model_copy(update={"routines": {**file.routines, "arrive_home": routine}})
    with pytest.raises(ProfileError) as caught:
        Routines(replace(PROFILE, file=file))
    assert [what in problem.what for problem in caught.value.problems] == [True]


def test_all_routines_that_mean_nothing_are_told_at_once_and_with_the_mend() -> None:
    known = PROFILE.file.routines["arrive_home"]
    routines = {
        "fast": known.model_copy(update={"on": "Vehicle.Sped > 3 km/h"}),
        "slow": known.model_copy(update={"on": "Vehicle.Sped < 3 km/h"}),
        "home": known.model_copy(update={"scene": "arrive_hom"}),
    }
    file = PROFILE.file.model_copy(update={"routines": routines})
    with pytest.raises(ProfileError) as caught:
        Routines(replace(PROFILE, file=file))
    problems = caught.value.problems
    assert len(problems) == 3 and "arrive_home" in problems[2].mend
    assert problems[2].file == PROFILE.folder / "profile.yaml"
