"""One command on its way, at the edges of its times: when it repeats, gives up or has arrived."""

from dataclasses import replace
from typing import Any, cast

import pytest

from intent_bridge.engine import Engine
from intent_bridge.engine.effects import Order
from intent_bridge.engine.running import SETTLED_MS, Running, near, reports, same, targets
from intent_bridge.engine.traits import TraitsOf
from intent_bridge.guard import NO_HISTORY, Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.profile.timing import Timing
from intent_bridge.types import (
    _MINT,
    Action,
    ActionReport,
    Decision,
    Frame,
    Permit,
    Provenance,
    Quality,
    RawFrame,
    Sample,
    Status,
    Value,
    Verdict,
)

PROFILE = load_profile("demo_sedan")
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
ROOF = "Vehicle.Cabin.Sunroof.Position"
TRUNK = "Vehicle.Body.Trunk.Rear.Position"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
VERDICT = Verdict(Decision.ALLOW, (Action(WINDOW, 50),), (Action(WINDOW, 50),))


def running(**changes: Any) -> Running:
    """Two paths: the window is repeated every 100 ms, the fan is latched and is confirmed first."""
    given: dict[str, Any] = {
        "order": Order("1", "set_window", Provenance(), (Action(WINDOW, 50),), data={"why": "asked"}),
        "verdict": VERDICT,
        "permit": cast(Permit, None),
        "human_yes": False,
        "before": {},
        "frames": (frame(7),),
        "sent_ms": 0,
        "deadlines_ms": {WINDOW: 1000, FAN: 800},
        "ends_ms": 2000,
        "cycles_ms": {WINDOW: 100},
        "repeat_ms": 500,
        "inputs": frozenset(),
        "moves": frozenset({WINDOW}),
        "waiting": {WINDOW: 50, FAN: 5},
    }
    return Running(**given | changes)


def frame(counter: int | None) -> Frame:
    return Frame(RawFrame("body", 1, False, False, b""), "WINDOW_CMD", {}, counter=counter)


@pytest.mark.parametrize(
    ("changes", "next_ms"),
    [
        ({}, 500),
        ({"repeat_ms": 799}, 799),
        ({"repeat_ms": 801}, 800),  # the first path that is overdue
        ({"ends_ms": 501}, 500),
        ({"ends_ms": 500}, 800),  # no frame leaves when its life is over
        ({"repeats_left": 1}, 500),
        ({"repeats_left": 0}, 800),
        ({"cycles_ms": {}}, 800),
        ({"waiting": {FAN: 5}}, 800),  # what is repeated has arrived
        ({"waiting": {WINDOW: 50}, "repeat_ms": 1200}, 1000),
        ({"waiting": {}}, 2000),
        ({"held_until_ms": 300}, 300),
        ({"held_until_ms": 900}, 800),
    ],
)
def test_it_is_looked_at_next_when_a_frame_is_due_or_a_path_overdue(
    changes: dict[str, Any], next_ms: int
) -> None:
    assert running(**changes).next_ms == next_ms


@pytest.mark.parametrize(
    ("changes", "now_ms", "due"),
    [
        ({}, 499, False),
        ({}, 500, True),
        ({}, 1999, True),
        ({}, 2000, False),
        ({"repeats_left": 0}, 500, False),
        ({"waiting": {FAN: 5}}, 500, False),
        ({"held_until_ms": 300}, 299, False),
        ({"held_until_ms": 300}, 300, True),
        ({"held_until_ms": 600}, 500, False),
    ],
)
def test_a_frame_is_due_from_its_time_until_its_life_is_over(
    changes: dict[str, Any], now_ms: int, due: bool
) -> None:
    assert running(**changes).due(now_ms) == due


@pytest.mark.parametrize(("left", "paths"), [(None, (WINDOW,)), (2, (WINDOW,)), (1, (WINDOW,)), (0, ())])
def test_what_still_waits_and_has_a_period_is_repeated_while_repeats_are_left(
    left: int | None, paths: tuple[str, ...]
) -> None:
    assert running(repeats_left=left).repeated() == paths


def test_after_a_repeat_the_next_one_is_due_a_period_later_and_one_less_is_left() -> None:
    run = running(cycles_ms={WINDOW: 100, FAN: 70}, repeats_left=3)
    run.again((frame(8),), 510)
    assert (run.repeat_ms, run.repeats_left, run.counters) == (580, 2, {("WINDOW_CMD", 8)})
    run.give_up(FAN)
    run.again((), 600)
    assert (run.repeat_ms, run.repeats_left) == (700, 1)
    unlimited = running()
    unlimited.again((), 510)
    assert (unlimited.repeat_ms, unlimited.repeats_left) == (610, None)


def test_a_command_that_is_held_back_has_its_deadlines_later_by_as_much() -> None:
    run = running()
    run.hold(140, 100)
    assert (run.held_until_ms, run.deadlines_ms, run.deadline_ms) == (140, {WINDOW: 1040, FAN: 840}, 840)


@pytest.mark.parametrize(
    ("cycles_ms", "repeat_ms"), [({WINDOW: 100, FAN: 70}, 210), ({WINDOW: 100}, 240), ({}, 140)]
)
def test_its_repeats_count_from_the_moment_at_which_it_has_left(
    cycles_ms: dict[str, int], repeat_ms: int
) -> None:
    run = running(cycles_ms=cycles_ms)
    run.hold(140, 100)
    frames = frame(3), frame(None)
    run.started(frames, 140)
    assert (run.frames, run.sent_ms, run.held_until_ms, run.repeat_ms) == (frames, 140, None, repeat_ms)
    assert run.counters == {("WINDOW_CMD", 3)}


def test_when_a_path_is_given_up_the_deadline_is_that_of_those_left() -> None:
    run = running()
    assert run.deadline_ms == 800
    run.give_up(FAN)
    assert (run.deadline_ms, run.repeats) == (1000, True)
    run.give_up(WINDOW)
    assert (run.deadline_ms, run.repeats) == (2000, False)


def told(run: Running, at_ms: int, **values: Value | None) -> bool:
    paths = {"window": WINDOW, "fan": FAN, "roof": ROOF}
    samples = {
        paths[name]: Sample(value, at_ms, Quality.OK if value is not None else Quality.MISSING)
        for name, value in values.items()
    }
    return run.acknowledge(samples, PROFILE)


def test_it_is_complete_when_every_path_has_been_reported_at_its_value() -> None:
    run = running()
    assert not told(run, 10, roof=50)
    assert not told(run, 20, fan=4, window=40)
    assert not told(run, 30, fan=None)
    assert not told(run, 40, fan=5)
    assert (run.waiting, run.reported) == ({WINDOW: 50}, {FAN: 5})
    assert told(run, 50, window=50)
    assert (run.waiting, run.reported) == ({}, {FAN: 5, WINDOW: 50})
    assert told(run, 60, roof=1)


def test_a_motion_that_rests_beside_its_target_has_arrived_and_one_that_still_moves_has_not() -> None:
    run = running(waiting={WINDOW: 50})
    assert not told(run, 1000, window=49)
    assert not told(run, 1400, window=51)  # it went on
    assert not told(run, 1400 + SETTLED_MS - 1, window=51)
    assert told(run, 1400 + SETTLED_MS, window=51)
    assert run.reported == {WINDOW: 51}


def test_a_motion_that_rests_too_far_away_never_arrives() -> None:
    run = running(waiting={WINDOW: 50})
    assert not told(run, 0, window=48)
    assert not told(run, 10 * SETTLED_MS, window=48)


@pytest.mark.parametrize(
    ("path", "wanted", "value", "is_near"),
    [
        (WINDOW, 50, 50, True),
        (WINDOW, 50, 51, True),
        (WINDOW, 50, 49, True),
        (WINDOW, 50, 52, False),
        (WINDOW, 50, 48, False),
        (WINDOW, 0, -1, True),
        (WINDOW, 1, True, False),
        (WINDOW, True, 1, False),
        (WINDOW, "OPEN", "OPEN", True),
        (WINDOW, "OPEN", 50, False),
        (FAN, 5, 5, True),
        (FAN, 5, 6, False),  # what does not move is there or not
    ],
)
def test_near_is_within_the_tolerance_of_a_motion(
    path: str, wanted: Value, value: Value, is_near: bool
) -> None:
    motion = PROFILE.actuators[WINDOW].spec.motion
    assert motion is not None and motion.tolerance == 1
    assert near(PROFILE, path, wanted, value) == is_near


@pytest.mark.parametrize(
    ("one", "other", "alike"), [(1, 1, True), (1, 2, False), (1, True, False), ("A", "A", True)]
)
def test_values_of_two_types_are_never_the_same(one: Value, other: Value, alike: bool) -> None:
    assert same(one, other) == alike


def test_its_outcome_tells_all_of_it_and_no_frame_while_it_is_held_back() -> None:
    run = running(reported={WINDOW: 50})
    outcome = run.outcome(Status.TIMEOUT, "late")
    assert (outcome.call_id, outcome.intent, outcome.status) == ("1", "set_window", Status.TIMEOUT)
    assert (outcome.code, outcome.verdict, outcome.data) == ("late", VERDICT, {"why": "asked"})
    assert (outcome.actions, outcome.frames) == ((ActionReport(WINDOW, 50, 50, 50),), (frame(7),))
    assert running(held_until_ms=1).outcome(Status.STOPPED).frames == ()


def test_a_report_names_what_was_asked_what_left_and_what_came_back() -> None:
    asked, left = (Action(WINDOW, 90), Action(FAN, 5)), (Action(WINDOW, 50), Action(ROOF, 0))
    verdict = Verdict(Decision.CLAMP, asked, left)
    assert set(reports(verdict, {WINDOW: 50})) == {
        ActionReport(WINDOW, 90, 50, 50),
        ActionReport(ROOF, 0, 0, None),  # a companion: nobody asked for it
        ActionReport(FAN, 5, None, None),
    }
    assert set(reports(verdict, acts=False)) == {
        ActionReport(WINDOW, 90),
        ActionReport(ROOF, 0),
        ActionReport(FAN, 5),
    }


def test_paths_are_driven_by_what_has_left_until_the_end_of_its_life_and_the_last_one_wins() -> None:
    first, held = running(), running(waiting={ROOF: 9}, deadlines_ms={ROOF: 900}, held_until_ms=5)
    second = running(waiting={FAN: 7}, ends_ms=3000)
    assert targets((first, held, second), 2000) == {WINDOW: 50, FAN: 7}
    assert targets((first, held, second), 2001) == {FAN: 7}
    assert targets((first, held, second), 3001) == {}


def test_a_command_is_prepared_with_its_traits_its_history_and_what_was_known_before() -> None:
    info = PROFILE.messages["WINDOW_CMD"]
    limited = replace(info, timing=Timing(100, repetitions=3))
    profile = replace(PROFILE, messages={**PROFILE.messages, "WINDOW_CMD": limited})
    engine = Engine(profile, Guard(profile, load_packs(profile)), secret=b"secret")
    places = [place for place in profile.actuators if place.endswith("Window.Position")][:3]
    actions = tuple(Action(place, 50) for place in places)
    permit = Permit(dict.fromkeys(places, 50), "policy", 0, 20_000, _MINT)
    verdict = Verdict(Decision.ALLOW, actions, actions, permit=permit)
    live = {places[0]: Sample(7, 0, Quality.OK), places[1]: Sample(None, 0, Quality.MISSING)}
    order, past = Order("1", "set_window", Provenance(), actions), replace(NO_HISTORY)
    run = engine.commands.prepare(order, verdict, True, live, 40, {}, past)
    assert (run.order, run.verdict, run.permit, run.human_yes) == (order, verdict, permit, True)
    assert (run.before, run.waiting) == ({places[0]: 7}, dict.fromkeys(places, 50))
    assert (run.sent_ms, run.repeat_ms, run.ends_ms) == (40, 140, 9040)
    assert run.deadlines_ms == dict.fromkeys(places, 8040)
    assert (run.cycles_ms, run.repeats_left) == (dict.fromkeys(places, 100), 3)
    assert run.history is past is not NO_HISTORY and run.inputs == engine.guard.inputs(places)
    assert run.moves == frozenset(places) and [f.message for f in run.frames] == ["WINDOW_CMD"]
    assert engine.commands.running == {}


def test_the_traits_of_a_command_on_several_paths_are_those_of_the_most_demanding() -> None:
    timings = {"WINDOW_CMD": (100, 3), "ROOF_CMD": (40, 5)}
    messages = dict(PROFILE.messages)
    for name, (cycle_ms, repetitions) in timings.items():
        messages[name] = replace(messages[name], timing=Timing(cycle_ms, repetitions))
    traits = TraitsOf(replace(PROFILE, messages=messages))
    found = traits((WINDOW, ROOF, FAN))
    assert found.confirm_within_ms == {WINDOW: 8000, ROOF: 12_000, FAN: 400}
    assert (found.lives_ms, found.cycles_ms) == (13_000, {WINDOW: 100, ROOF: 40})
    assert (found.first_repeat_ms, found.repeats, found.moves) == (40, 5, frozenset({WINDOW, ROOF}))
    assert traits((WINDOW, TRUNK)).repeats is None  # one of them is repeated as long as it lives
    latched = traits((FAN,))
    assert (latched.lives_ms, latched.cycles_ms, latched.first_repeat_ms) == (1000, {}, 0)
    assert (latched.repeats, latched.moves) == (None, frozenset())
