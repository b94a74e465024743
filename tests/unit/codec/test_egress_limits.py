"""How much the egress gate lets leave: frames per message and in total, changes and travel per path."""

import shutil
from pathlib import Path

import pytest

from intent_bridge.codec import EgressGate, Encoder
from intent_bridge.codec.egress_limits import FRAMES_WINDOW_MS
from intent_bridge.errors import ProfileError
from intent_bridge.profile import Profile, load_profile
from intent_bridge.profile.model import Rate
from tests.unit.codec.support import (
    FAN,
    LANE_KEEP,
    LANE_KEEP_MODE,
    SEAT,
    SEATS,
    TEMPERATURE,
    TINY_CAR,
    gate,
    permit,
    status,
    tiny_car,
)


def most_of(rate: Rate | None) -> int:
    """Frames within a second: a full bucket and what comes back."""
    assert rate is not None
    return rate.burst + rate.frames_per_s


@pytest.mark.parametrize("began_ms", [0, 1_000_000])
def test_one_change_more_than_the_budget_is_refused_until_the_window_has_passed(began_ms: int) -> None:
    encoder, opened = Encoder(tiny_car()), gate()
    budget = tiny_car().actuators[LANE_KEEP].spec.budget

    def change(after_ms: int) -> str | None:
        now_ms = began_ms + after_ms
        allowed = permit({LANE_KEEP: bool(now_ms % 2)}, minted_ms=now_ms)
        before = dict(encoder.counters)
        reason = opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], now_ms, kind="start")
        if reason is not None:
            encoder.counters.update(before)
        return reason

    assert [change(n) for n in range(budget.changes)] == [None] * budget.changes
    assert change(budget.changes) == f"budget: {LANE_KEEP} was set 5 times within 60000 ms"
    assert change(budget.window_ms - 1) is not None
    assert change(budget.window_ms) is None


def test_repeats_of_one_command_use_no_budget() -> None:
    encoder, opened, allowed = Encoder(tiny_car()), gate(), permit({LANE_KEEP_MODE: "WARN"})
    for n in range(3 * tiny_car().actuators[LANE_KEEP_MODE].spec.budget.changes):
        (frame,) = encoder.encode(allowed, {}, {})
        assert opened.check(frame.raw, [allowed], 100 * n, kind="repeat" if n else "start") is None


@pytest.mark.parametrize("began_ms", [0, 10_000])
def test_the_frame_cap_of_one_message_leaves_the_others_free_and_never_holds_for_a_stop(
    began_ms: int,
) -> None:
    encoder, opened, allowed = Encoder(tiny_car()), gate(), permit({SEAT: 10})
    reasons = [
        opened.check(encoder.encode(allowed, {}, {})[0].raw, [allowed], began_ms, kind="start")
        for _ in range(most_of(tiny_car().messages["SEAT_CMD"].spec.rate) + 1)
    ]
    assert set(reasons[:-1]) == {None}
    assert reasons[-1] == "frame cap: 100 frames of SEAT_CMD within 1000 ms"
    assert (
        opened.check(encoder.stop(allowed, [SEAT], {}, {})[0].raw, [allowed], began_ms, kind="stop") is None
    )
    other = permit({LANE_KEEP: True})
    assert opened.check(encoder.encode(other, {}, {})[0].raw, [other], began_ms, kind="start") is None
    (later,) = encoder.encode(allowed, {}, {})
    assert opened.check(later.raw, [allowed], began_ms + FRAMES_WINDOW_MS, kind="start") is None


def test_the_frame_cap_holds_for_all_messages_together() -> None:
    encoder, opened = Encoder(tiny_car()), gate()
    both = permit({SEAT: 10}), permit({LANE_KEEP: True})
    for allowed in both:
        for n in range(most_of(tiny_car().file.rate) // 2):
            (frame,) = encoder.encode(allowed, {}, {})
            assert opened.check(frame.raw, both, 0, kind="repeat" if n else "start") is None
    third = permit({FAN: 1})
    (frame,) = encoder.encode(third, {}, {})
    assert opened.check(frame.raw, [third], 999, kind="start") == "frame cap: 200 frames within 1000 ms"


def travelling(tmp_path: Path, path: str, travel: int) -> Profile:
    """The tiny car, one of whose actuators may travel so far within its window."""
    folder = tmp_path / "car"
    shutil.copytree(TINY_CAR, folder)
    before, name, after = (folder / "profile.yaml").read_text().partition(f"  {path}:")
    after = after.replace("changes:", f"travel: {travel}, changes:", 1)
    (folder / "profile.yaml").write_text(before + name + after)
    return load_profile(folder)


def test_a_seat_travels_no_further_than_its_budget_and_stops_all_the_same(tmp_path: Path) -> None:
    profile = travelling(tmp_path, SEAT, 200)
    spec = profile.actuators[SEAT].spec
    encoder, opened = Encoder(profile), EgressGate(profile)
    opened.enable()
    opened.observe(status("SEAT_STATUS", 0, SEATS), 0)  # it stands at 100 mm
    step = int(spec.step or 1)

    def go(mm: int, now_ms: int) -> str | None:
        allowed = permit({SEAT: mm // step}, minted_ms=now_ms)
        frames = encoder.encode(allowed, {}, {})
        reason = opened.check(frames[0].raw, [allowed], now_ms, kind="start")
        if reason is None:
            return None
        encoder.take_back(frames)
        (stop,) = encoder.stop(allowed, [SEAT], {}, {})
        assert opened.check(stop.raw, [allowed], now_ms, kind="stop") is None
        return reason

    assert go(150, 0) is None  # 50
    assert go(50, 1) is None  # and 100: 150 together
    assert go(105, 2) == f"budget: {SEAT} would travel more than 200 within {spec.budget.window_ms} ms"
    assert go(100, 3) is None  # 200 together: the edge is allowed
    assert go(105, 4) is not None
    assert go(105, spec.budget.window_ms) is None  # the first 50 are forgotten


def test_from_an_unknown_place_the_whole_way_counts(tmp_path: Path) -> None:
    profile = travelling(tmp_path, SEAT, 200)
    opened, allowed = EgressGate(profile), permit({SEAT: 0})
    opened.enable()
    (frame,) = Encoder(profile).encode(allowed, {}, {})
    assert "would travel more than 200" in str(opened.check(frame.raw, [allowed], 0, kind="start"))


@pytest.mark.parametrize(("travel", "leaves"), [(15, True), (14, False)])
def test_the_whole_way_is_from_one_end_to_the_other(travel: int, leaves: bool, tmp_path: Path) -> None:
    profile = travelling(tmp_path, TEMPERATURE, travel)  # from 15.5 to 30.5 degrees
    opened, allowed = EgressGate(profile), permit({TEMPERATURE: 45})
    opened.enable()
    (frame,) = Encoder(profile).encode(allowed, {}, {})
    assert (opened.check(frame.raw, [allowed], 0, kind="start") is None) is leaves


def test_what_is_no_number_has_no_travel(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="a boolean has no travel"):
        travelling(tmp_path, LANE_KEEP, 5)
