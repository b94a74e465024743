"""The fuzzer on ourselves: the same seed drives the same, nothing is found, and planted faults are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from intent_bridge.codec import EgressGate, Encoder
from intent_bridge.engine import Engine, commands
from intent_bridge.guard import Guard
from intent_bridge.profile import load_profile
from intent_bridge.sim.ecu import Ecu
from intent_bridge.sim.motion import Axis
from intent_bridge.testing.campaign import Fuzzer
from intent_bridge.testing.car import rig
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.mix import MIX, RARE, varied
from intent_bridge.testing.shrink import hazards_of
from intent_bridge.types import (
    Action,
    Permit,
    Provenance,
    Quality,
    RawFrame,
    RuleHit,
    Sample,
    State,
    Verdict,
)

RIG = rig(load_profile("demo_sedan"), quick=True)
Patch = pytest.MonkeyPatch


def test_the_same_seed_makes_the_same_drive() -> None:
    first, steps = Fuzzer(RIG).episode(7, 0, 150)
    again, same = Fuzzer(RIG).episode(7, 0, 150)
    assert steps == same
    assert replace(first, cpu_s=0) == replace(again, cpu_s=0)


def test_every_second_episode_of_a_varied_campaign_has_a_mix_of_its_own_and_is_made_again_alike() -> None:
    plain, other = Fuzzer(RIG), Fuzzer(RIG, vary=True)
    assert plain.episode(7, 4, 60)[1] == other.episode(7, 4, 60)[1]
    assert plain.episode(7, 5, 60)[1] != other.episode(7, 5, 60)[1]
    assert other.episode(7, 5, 60)[1] == Fuzzer(RIG, vary=True).episode(7, 5, 60)[1]


def test_a_varied_mix_has_all_kinds_and_more_of_the_rare_ones() -> None:
    mixes = [varied(MIX, seeded(n)) for n in range(50)]
    assert {tuple(mix) for mix in mixes} == {tuple(MIX)} and len({str(mix) for mix in mixes}) > 40
    assert all(mix["call"] == MIX["call"] for mix in mixes)
    assert all(MIX[kind] <= mix[kind] <= 40 * MIX[kind] for mix in mixes for kind in RARE)
    assert {mix["clock"] for mix in mixes} == {1, 2, 5, 15, 40}


def test_a_drive_has_no_hazards_and_a_fair_mix() -> None:
    report, _ = Fuzzer(RIG).episode(1, 1, 600)
    assert report.hits == []
    assert report.acted >= 0.2 * report.calls
    assert {"done", "denied", "invalid", "sent", "needs_confirmation", "no_effect"} <= report.statuses.keys()
    assert len(report.rules) > 25


def everything_allowed(patch: Patch) -> None:
    """The guard says yes to everything, as if a person had."""
    judge = Guard.judge

    def yes(self: Guard, *args: Any, **options: Any) -> Verdict:
        return judge(self, *args, **{**options, "confirmed": True})

    patch.setattr(Guard, "judge", yes)


def _sees(patch: Patch, glasses: Callable[[State, int], State]) -> None:
    judge, watch = Guard.judge, Guard.watch

    def judges(
        self: Guard, actions: Sequence[Action], state: State, who: Provenance, now_ms: int, **options: Any
    ) -> Verdict:
        return judge(self, actions, glasses(state, now_ms), who, now_ms, **options)

    def watches(
        self: Guard, permit: Permit, who: Provenance, state: State, now_ms: int, *more: Any
    ) -> tuple[RuleHit, ...]:
        return watch(self, permit, who, glasses(state, now_ms), now_ms, *more)

    patch.setattr(Guard, "judge", judges)
    patch.setattr(Guard, "watch", watches)


def the_car_always_stands(patch: Patch) -> None:
    """The guard takes every speed for 0."""
    _sees(patch, lambda state, now_ms: {**state, "Vehicle.Speed": Sample(0, now_ms, Quality.OK)})


def nothing_grows_old(patch: Patch) -> None:
    """The guard believes for ever what was heard once."""
    _sees(patch, lambda state, now_ms: {path: replace(s, received_ms=now_ms) for path, s in state.items()})


def counters_stand_still(patch: Patch) -> None:
    """The encoder forgets to count, and the gate to look."""
    frames = Encoder._frames

    def still(self: Encoder, *args: Any) -> Any:
        made = frames(self, *args)
        self.counters.update(dict.fromkeys(self.counters, 3))
        return made

    patch.setattr(Encoder, "_frames", still)
    patch.setattr(EgressGate, "check_all", lambda self, *args, **options: None)


def checksums_are_wrong(patch: Patch) -> None:
    """The encoder damages a byte, and the gate does not look."""
    frames = Encoder._frames

    def damaged(self: Encoder, *args: Any) -> Any:
        return tuple(replace(f, raw=_damaged(f.raw)) for f in frames(self, *args))

    patch.setattr(Encoder, "_frames", damaged)
    patch.setattr(EgressGate, "check_all", lambda self, *args, **options: None)


def _damaged(raw: RawFrame) -> RawFrame:
    return raw._replace(data=raw.data[:-1] + bytes([raw.data[-1] ^ 1]))


def motors_never_stop(patch: Patch) -> None:
    """The simulated ECU neither stops on command nor when it hears nothing any more."""
    patch.setattr(Ecu, "_halt", lambda self, path, **options: None)
    patch.setattr(Axis, "driven_by", lambda self, now_ms: self.by if self.target is not None else None)


def left_is_right(patch: Patch) -> None:
    """Encoder and gate agree that the seats are the other way round."""
    encode = Encoder.encode

    def swapped(self: Encoder, permit: Permit, *args: Any) -> Any:
        there = {
            path.replace("DriverSide", "PassengerSide") if ".Seat." in path else path: value
            for path, value in permit.emitted.items()
        }
        return encode(self, replace(permit, emitted=there), *args)

    patch.setattr(Encoder, "encode", swapped)
    patch.setattr(EgressGate, "check_all", lambda self, *args, **options: None)


def a_clock_set_back_is_not_noticed(patch: Patch) -> None:
    """A sample looks younger than it is."""
    patch.setattr(Engine, "forget", lambda self: None)


def what_is_not_confirmed_is_as_before(patch: Patch) -> None:
    """Frames about something else say what was heard before a call that timed out."""
    patch.setattr(commands, "doubt", lambda *_: None)


MOTIONS = {"driver_seat_at_speed", "tailgate_opens_at_speed"}
AT_SPEED = {
    "driver_seat_asked_at_speed",
    "lying_down_while_driving",
    "emergency_braking_off_while_driving",
}
BLIND = {
    "driver_seat_blind",
    "driver_seat_recall_blind",
    "emergency_braking_blind",
    "set_speed_blind",
    "glass_closes_blind",
    "tailgate_blind",
}
BREAKING = {"call": 60, "healthy": 5, "wait": 5, "fault": 20, "heal": 10}
"""A mix with many faults, for what shows only when an ECU falls silent."""
UNRULY = {"call": 60, "healthy": 5, "wait": 20, "fault": 10, "heal": 5, "clock": 5}
"""A mix in which clocks are set as well, and time passes between."""
PLANTED: tuple[tuple[Callable[[Patch], None], set[str], Mapping[str, int], int], ...] = (
    (everything_allowed, {"assistance_lowered_without_yes", "emergency_braking_off_while_driving"}, MIX, 1),
    (the_car_always_stands, {*AT_SPEED, *MOTIONS}, MIX, 11),
    (nothing_grows_old, BLIND, BREAKING, 13),
    (counters_stand_still, {"wire"}, MIX, 2),
    (checksums_are_wrong, {"wire"}, MIX, 2),
    (motors_never_stop, {"motor_runs_unasked", *MOTIONS}, BREAKING, 6),
    (left_is_right, {"unrecorded"}, MIX, 1),
    (a_clock_set_back_is_not_noticed, BLIND, UNRULY, 175),
    (what_is_not_confirmed_is_as_before, {"assistance_lowered_without_yes"}, UNRULY, 12),
)
"""What is planted, what must show, the mix, and the episode to begin with (one in which it shows soon)."""


@pytest.mark.parametrize(
    ("plant", "hazards", "mix", "first"), PLANTED, ids=[plant.__name__ for plant, *_ in PLANTED]
)
def test_a_planted_fault_is_found_and_shrinks_to_a_drive_that_shows_it(
    plant: Callable[[Patch], None],
    hazards: set[str],
    mix: Mapping[str, int],
    first: int,
    monkeypatch: Patch,
) -> None:
    plant(monkeypatch)
    fuzzer = Fuzzer(RIG, mix)
    hit = next(hit for n in range(first, first + 100) for hit in fuzzer.episode(2, n, 200)[0].hits)
    assert hit.hazard in hazards
    drive = fuzzer.shortest(2, hit, 200, plays=60)
    assert len(drive.steps) <= 25
    assert hit.hazard in hazards_of(RIG, drive.steps)
    monkeypatch.undo()
    assert hazards_of(RIG, drive.steps) == []
