"""The end of a motion on the bus: its neutral frame, said as often as the profile wants, then silence."""

from dataclasses import replace

import pytest

from intent_bridge.codec import EgressGate
from intent_bridge.engine.effects import Order
from intent_bridge.profile import Profile, load_profile
from intent_bridge.profile.timing import Timing
from intent_bridge.types import _MINT, Action, Decision, Permit, ToolCall, Verdict
from tests.unit.engine.test_schedule import DRIVER, Rig

PROFILE = load_profile("demo_sedan")
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
ROOF = "Vehicle.Cabin.Sunroof.Position"


def repeated(profile: Profile, message: str, times: int) -> Profile:
    """The vehicle, with so many neutral frames of a message."""
    info = profile.messages[message]
    spec = info.spec.model_copy(update={"neutral_repeats": times})
    return replace(profile, messages={**profile.messages, message: replace(info, spec=spec)})


def left(rig: Rig, origin: str) -> list[int]:
    """When frames left that say this of the driver's window."""
    return [at for at, frame in rig.frames("WINDOW_CMD") if frame.origins["WindowFLReq"] == origin]


def window(rig: Rig, call_id: str, percent: int, zone: str = "driver") -> None:
    call = ToolCall(call_id, "set_window", {"zone": zone, "percent": percent})
    rig.take(rig.engine.submit(call, DRIVER, rig.now_ms))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_motion_that_arrived_is_ended_so_often_a_period_apart_and_then_nothing_is_due(times: int) -> None:
    rig = Rig(repeated(PROFILE, "WINDOW_CMD", times))
    window(rig, "1", 20)
    while "1" in rig.engine.commands.running:
        rig.run(1)
    done_ms = rig.now_ms - 1
    assert rig.outcomes["1"].status == "done"
    assert rig.engine.next_ms() == (None if times == 1 else done_ms + 100)
    rig.run(1000)
    neutral = left(rig, "neutral")
    assert neutral == [done_ms + 100 * n for n in range(times)]
    assert rig.frames("WINDOW_CMD")[-1][0] == neutral[-1]
    assert rig.engine.next_ms() is None


def test_a_stop_comes_before_the_neutral_frames_and_repeats_end_with_it() -> None:
    rig = Rig(PROFILE)
    window(rig, "1", 80)
    rig.run(250)
    stopped_ms = rig.now_ms
    rig.take(rig.engine.withdraw("1", stopped_ms))
    rig.run(500)
    assert left(rig, "stop") == [stopped_ms]
    assert left(rig, "neutral") == [stopped_ms, stopped_ms + 100]
    assert max(left(rig, "permit")) < stopped_ms


def test_the_end_of_one_motion_leaves_the_others_of_its_message_running() -> None:
    rig = Rig(PROFILE, deaf=True)
    window(rig, "1", 80)
    rig.run(10)
    window(rig, "2", 60, "passenger")
    rig.run(240)
    stopped_ms = rig.now_ms
    rig.take(rig.engine.withdraw("1", stopped_ms))
    rig.run(500)
    last = [frame for at_ms, frame in rig.frames("WINDOW_CMD") if at_ms >= stopped_ms]
    assert {frame.origins["WindowFRReq"] for frame in last} == {"running", "permit"}
    assert {frame.signals["WindowFRReq"] for frame in last} == {60}


def carried_out(profile: Profile, *paths: str) -> tuple[Rig, int]:
    """Motions of one call on several paths, done; and the moment at which they were."""
    rig = Rig(profile)
    actions = tuple(Action(path, 10) for path in paths)
    policy = rig.engine.guard.policy_hash
    permit = Permit(dict.fromkeys(paths, 10), policy, rig.now_ms, rig.now_ms + 20_000, _MINT)
    verdict = Verdict(Decision.ALLOW, actions, actions, permit=permit)
    order = Order("1", "several", DRIVER, actions)
    rig.take(rig.engine.act(order, verdict, rig.now_ms, human_yes=False))
    while "1" in rig.engine.commands.running:
        rig.run(1)
    return rig, rig.now_ms - 1


def test_of_several_messages_the_most_neutral_frames_and_the_shortest_period_count() -> None:
    profile = repeated(PROFILE, "ROOF_CMD", 3)
    roof = replace(profile.messages["ROOF_CMD"], timing=Timing(40))
    profile = replace(profile, messages={**profile.messages, "ROOF_CMD": roof})
    rig, done_ms = carried_out(profile, WINDOW, ROOF)
    rig.run(500)
    assert rig.outcomes["1"].status == "done"
    assert [ms for ms in left(rig, "neutral") if ms >= done_ms] == [done_ms, done_ms + 40, done_ms + 80]


@pytest.mark.parametrize("times", [1, 2])
def test_the_end_of_a_motion_that_is_not_repeated_is_said_so_often_at_once(times: int) -> None:
    profile = repeated(PROFILE, "WINDOW_CMD", times)
    window = replace(profile.messages["WINDOW_CMD"], timing=Timing())
    rig, done_ms = carried_out(replace(profile, messages={**profile.messages, "WINDOW_CMD": window}), WINDOW)
    rig.run(500)
    assert left(rig, "neutral") == [done_ms] * times


def test_what_has_no_neutral_code_leaves_nothing_that_is_due() -> None:
    rig = Rig(repeated(PROFILE, "CLIMATE_CMD", 3))
    rig.fan("1", 7)
    while "1" not in rig.outcomes:
        rig.run(1)
    assert rig.outcomes["1"].status == "done" and rig.engine.next_ms() is None


def test_an_end_that_the_gate_kept_back_is_not_said_later(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(PROFILE, deaf=True)
    window(rig, "1", 80)
    with monkeypatch.context() as planted:
        planted.setattr(EgressGate, "check_all", lambda *a, **k: "planted")
        rig.take(rig.engine.withdraw("1", rig.now_ms))
    assert rig.engine.next_ms() is None
    rig.run(500)
    assert left(rig, "neutral") == []


def test_while_one_motion_ends_the_next_frame_of_another_is_due_first() -> None:
    rig = Rig(PROFILE, deaf=True)
    begun_ms = rig.now_ms
    window(rig, "1", 80)
    window(rig, "2", 80, "passenger")
    rig.run(160)
    rig.take(rig.engine.withdraw("1", rig.now_ms))
    assert rig.engine.next_ms() == begun_ms + 200
