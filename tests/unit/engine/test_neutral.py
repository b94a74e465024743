"""The end of a motion on the bus: its neutral frame, said as often as the profile wants, then silence."""

from dataclasses import replace

import pytest

from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import ToolCall
from tests.unit.engine.test_schedule import DRIVER, Rig

PROFILE = load_profile("demo_sedan")


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
