"""Commands that end in the same moment: each gets its frames and its answer, and no counter is lost."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from intent_bridge.codec import EgressGate
from intent_bridge.guard import Guard
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import ToolCall
from tests.unit.engine.test_running import running
from tests.unit.engine.test_schedule import DRIVER, Rig, profile

__all__ = ["profile"]
PROFILE = load_profile("demo_sedan")
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
PASSENGERS_FAN = "Vehicle.Cabin.HVAC.Station.Row1.Passenger.FanSpeed"
SPEED = "Vehicle.Speed"
WINDOWS = ("1", "WindowFLReq", "driver"), ("2", "WindowFRReq", "passenger"), ("3", "WindowRLReq", "rear_left")


def submit(rig: Rig, call_id: str, name: str, **arguments: object) -> None:
    rig.take(rig.engine.submit(ToolCall(call_id, name, arguments), DRIVER, rig.now_ms))


def windows(rig: Rig) -> None:
    for call_id, _, zone in WINDOWS:
        submit(rig, call_id, "set_window", zone=zone, percent=20)


def no_counter_is_lost(rig: Rig, message: str) -> None:
    counters = [frame.counter for _, frame in rig.frames(message)]
    assert len(counters) > 2
    assert {(b - a) % 16 for a, b in itertools.pairwise(c for c in counters if c is not None)} == {1}


def until(rig: Rig, over: Callable[[], bool]) -> int:
    """Run until something has happened; the moment at which it did."""
    for _ in range(20_000):
        rig.run(1)
        if over():
            return rig.now_ms - 1
    raise AssertionError("it never happened")


def said(rig: Rig, signal: str, origin: str, at_ms: int) -> bool:
    """Whether a frame of this moment says this of a signal."""
    return any(at == at_ms and frame.origins[signal] == origin for at, frame in rig.frames("WINDOW_CMD"))


def test_motions_that_arrive_with_one_status_are_all_done_and_ended() -> None:
    rig = Rig(PROFILE)
    windows(rig)
    done_ms = until(rig, lambda: not rig.engine.commands.running)
    rig.run(500)
    assert [rig.outcomes[call_id].status for call_id, _, _ in WINDOWS] == ["done"] * 3
    assert all(said(rig, signal, "neutral", done_ms) for _, signal, _ in WINDOWS)
    no_counter_is_lost(rig, "WINDOW_CMD")


def test_motions_that_are_overdue_together_are_all_stopped_in_their_last_moment() -> None:
    rig = Rig(PROFILE, deaf=True)
    begun_ms = rig.now_ms
    windows(rig)
    over_ms = until(rig, lambda: rig.outcomes["1"].status == "timeout")
    assert over_ms == begun_ms + PROFILE.actuators[WINDOW].spec.confirm_within_ms
    assert [rig.outcomes[call_id].status for call_id, _, _ in WINDOWS] == ["timeout"] * 3
    assert all(said(rig, signal, "stop", over_ms) for _, signal, _ in WINDOWS)
    rig.run(500)
    no_counter_is_lost(rig, "WINDOW_CMD")


def test_a_setting_that_is_overdue_ends_at_its_time_without_a_stop() -> None:
    rig = Rig(PROFILE, deaf=True)
    begun_ms = rig.now_ms
    rig.fan("1", 7)
    assert until(rig, lambda: "1" in rig.outcomes) == begun_ms + 400
    assert rig.outcomes["1"].status == "timeout" and len(rig.sent) == 1
    assert "stop" not in [record["type"] for record in rig.records]


def seats_move(rig: Rig) -> None:
    rig.seat("1", 200)
    submit(rig, "2", "set_seat_height", zone="driver", millimetres=60)
    assert len(rig.engine.commands.running) == 2


@pytest.mark.parametrize("first_ms", [10, 60])
def test_a_rule_that_turns_against_motions_stops_them_all_in_the_moment_its_sample_comes(
    first_ms: int,
) -> None:
    rig = Rig(PROFILE)
    seats_move(rig)
    rig.run(first_ms)  # between two repeats
    rig.car.set_state(SPEED, 90)
    until(rig, lambda: rig.engine.state[SPEED].value != 0)
    heard_ms = rig.engine.state[SPEED].received_ms
    assert [(rig.outcomes[n].status, rig.outcomes[n].code) for n in "12"] == [("stopped", "rule")] * 2
    assert [record["at_ms"] for record in rig.records if record["type"] == "stop"] == [heard_ms] * 2
    rig.run(500)
    no_counter_is_lost(rig, "SEAT_CMD")


def test_a_rule_that_turns_by_time_alone_stops_motions_at_their_next_repeat() -> None:
    rig = Rig(PROFILE)
    seats_move(rig)
    rig.car.mute("VEHICLE_MOTION")
    until(rig, lambda: not rig.engine.commands.running)
    assert [(rig.outcomes[n].status, rig.outcomes[n].code) for n in "12"] == [("stopped", "rule")] * 2
    stops = [record["at_ms"] for record in rig.records if record["type"] == "stop"]
    assert len(stops) == 2 and stops[0] == stops[1]
    rig.run(500)
    no_counter_is_lost(rig, "SEAT_CMD")


def test_repeats_of_two_messages_that_are_due_at_once_leave_at_once() -> None:
    rig = Rig(PROFILE, deaf=True)
    submit(rig, "1", "set_window", zone="driver", percent=80)
    submit(rig, "2", "set_sunroof", percent=80)
    begun_ms = rig.now_ms
    rig.run(301)
    for message in ("WINDOW_CMD", "ROOF_CMD"):
        assert [at_ms - begun_ms for at_ms, _ in rig.frames(message)] == [0, 100, 200, 300]


def test_repeats_that_the_gate_keeps_back_at_once_end_all_of_their_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig(PROFILE)
    submit(rig, "1", "set_window", zone="driver", percent=80)
    submit(rig, "2", "set_sunroof", percent=80)
    monkeypatch.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
    rig.run(101)
    assert [(rig.outcomes[n].status, rig.outcomes[n].code) for n in "12"] == [("error", "egress")] * 2
    assert not rig.engine.commands.running


def test_a_command_gives_way_to_a_newer_one_for_all_of_its_paths_and_goes_on_with_what_is_left() -> None:
    rig = Rig(PROFILE, deaf=True)
    rig.fan("1", 5)
    rig.fan("2", 6)
    assert (rig.outcomes["1"].status, rig.outcomes["1"].code) == ("stopped", "superseded")
    assert list(rig.engine.commands.running) == ["2"]
    submit(rig, "3", "set_window", zone="all", percent=80)
    submit(rig, "4", "set_window", zone="driver", percent=60)
    assert {"3", "4"} <= rig.engine.commands.running.keys()
    left = rig.engine.commands.running["3"].waiting
    assert WINDOW not in left and len(left) == 3

    def moving(*paths: str) -> list[str]:
        return [run.call_id for run in rig.engine.commands.paths_moving(paths)]

    assert moving(WINDOW) == ["4"] and moving(*left) == ["3"]
    assert moving(FAN) == [] == moving("Vehicle.Cabin.Sunroof.Position")


def test_one_repeat_says_what_all_commands_of_its_page_ask_for() -> None:
    rig = Rig(PROFILE, deaf=True)
    begun_ms = rig.now_ms
    windows(rig)
    rig.run(301)
    frames = rig.frames("WINDOW_CMD")
    assert [at_ms - begun_ms for at_ms, _ in frames] == [0, 0, 0, 100, 200, 300]
    for _, frame in frames[2:]:
        assert {frame.signals[signal] for _, signal, _ in WINDOWS} == {20}


@pytest.fixture
def held(profile: Profile) -> Rig:
    """A setting of the driver's fan that nobody confirms, and behind it one of the passenger's that waits."""
    rig = Rig(profile, deaf=True)
    rig.fan("1", 3)
    rig.run(5)
    rig.fan("2", 4, "passenger")
    return rig


def test_what_was_held_back_leaves_with_what_other_commands_ask_for(held: Rig) -> None:
    assert held.engine.commands.wanted(held.now_ms) == {FAN: 3, PASSENGERS_FAN: 4}
    assert held.engine.commands.values(held.now_ms) == {FAN: 3}
    held.run(60)
    (_, first), (_, second) = held.frames("CLIMATE_CMD")
    assert (first.signals["FanFLReq"], first.origins["FanFLReq"]) == (30, "permit")
    assert (second.signals["FanFLReq"], second.origins["FanFLReq"]) == (30, "running")
    assert (second.signals["FanFRReq"], second.origins["FanFRReq"]) == (40, "permit")
    assert held.outcomes == {}  # a setting is answered when it is confirmed, not when it leaves


def test_what_was_held_back_and_is_kept_back_by_the_gate_is_a_fault_of_ours(
    held: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
    held.run(60)
    assert (held.outcomes["2"].status, held.outcomes["2"].code) == ("error", "egress")
    assert "2" not in held.engine.commands.running


@pytest.mark.parametrize(("later_ms", "goes_on"), [(0, True), (1, False)])
def test_what_could_leave_only_after_its_life_ends_as_soon_as_that_is_clear(
    later_ms: int, goes_on: bool, held: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = held.engine.commands.running["2"]
    monkeypatch.setattr(held.engine.commands, "_free_ms", lambda *_: run.ends_ms + later_ms)
    held.run(60)
    assert ("2" in held.engine.commands.running) == goes_on
    assert goes_on or (held.outcomes["2"].status, held.outcomes["2"].frames) == ("timeout", ())
    assert len(held.frames("CLIMATE_CMD")) == 1


def test_frames_of_one_message_keep_their_distance_whatever_leaves_between_them(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.seat("2", 100)
    rig.fan("3", 4, "passenger")
    rig.run(200)
    (first_ms, _), (second_ms, _) = rig.frames("CLIMATE_CMD")
    assert second_ms - first_ms == 60


def test_a_motion_that_a_person_said_yes_to_goes_on_under_the_rule_that_asked() -> None:
    rig = Rig(PROFILE, deaf=True)
    rig.car.set_state(SPEED, 110)
    rig.run(1500)
    submit(rig, "1", "set_window", zone="driver", percent=60)
    asked = rig.outcomes["1"].confirmation
    assert asked is not None
    rig.take(rig.engine.confirm(asked.token, True, DRIVER, rig.now_ms))
    rig.run(1000)
    assert rig.outcomes["1"].status == "sent" and "1" in rig.engine.commands.running
    assert len(rig.frames("WINDOW_CMD")) == 10


def test_a_rule_that_only_watches_stops_a_motion_when_what_it_reads_grows_old() -> None:
    rig = Rig(PROFILE, deaf=True)
    submit(rig, "1", "set_sunroof", percent=80)
    rig.car.mute("VEHICLE_MOTION")
    until(rig, lambda: not rig.engine.commands.running)
    outcome = rig.outcomes["1"]
    assert (outcome.status, outcome.code) == ("stopped", "rule") and outcome.verdict is not None
    assert "sunroof.fast" in {hit.id for hit in outcome.verdict.hits}


def test_motions_whose_shared_repeat_is_refused_are_all_ended_on_the_bus() -> None:
    rig = Rig(PROFILE)
    windows(rig)
    rig.run(50)
    rig.car.refuse_all("body")
    refused_ms = until(rig, lambda: rig.outcomes["1"].status == "refused_by_ecu")
    assert [rig.outcomes[call_id].status for call_id, _, _ in WINDOWS] == ["refused_by_ecu"] * 3
    assert all(said(rig, signal, "neutral", refused_ms) for _, signal, _ in WINDOWS)
    no_counter_is_lost(rig, "WINDOW_CMD")


@pytest.mark.parametrize(
    ("changes", "now_ms", "shares"),
    [
        ({}, 1999, True),
        ({}, 2000, False),  # its life is over
        ({"held_until_ms": 5000}, 1999, False),  # its first frame has not left
        ({"repeats_left": 0}, 1999, False),
        ({"waiting": {FAN: 5}}, 1999, False),
        ({"cycles_ms": {WINDOW: 100, FAN: 100}}, 1999, False),  # the fan is in no frame of the window
    ],
)
def test_a_repeat_speaks_for_a_command_that_has_begun_and_repeats_nothing_else(
    changes: dict[str, Any], now_ms: int, shares: bool
) -> None:
    commands = Rig(PROFILE).engine.commands
    assert commands._shares(running(**changes), {("WINDOW_CMD", None)}, now_ms) is shares


def test_a_motion_under_other_rules_than_it_was_permitted_by_stops_at_its_next_repeat() -> None:
    rig = Rig(PROFILE, deaf=True)
    submit(rig, "1", "set_window", zone="driver", percent=80)
    rules = rig.engine.guard.rules
    rig.engine.commands.guard = Guard(PROFILE, replace(rules, digest="another"))
    rig.run(101)
    outcome = rig.outcomes["1"]
    assert (outcome.status, outcome.code) == ("stopped", "rule") and outcome.verdict is not None
    assert [hit.id for hit in outcome.verdict.hits] == ["default.policy"]
