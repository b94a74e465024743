"""When command frames leave: once, again and again, a few times, and never too close; the last value wins."""

import itertools
import json
import re
import shutil
from collections import Counter
from typing import Any

import pytest

from intent_bridge.audit import replay
from intent_bridge.engine import Answer, Engine, Record, Send
from intent_bridge.engine.records import frames_record
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import Profile, data_dir, load_profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.types import (
    Channel,
    Decision,
    Frame,
    Outcome,
    Provenance,
    RuleHit,
    SeatZone,
    Speaker,
    ToolCall,
)

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
DISTANCE_MS = 60
HEIGHT = "Vehicle.Cabin.Seat.Row1.DriverSide.Height"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """demo_sedan, with a distance between climate frames and few repeats of seat frames."""
    folder = tmp_path_factory.mktemp("schedule") / "demo_sedan"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    file = folder / "profile.yaml"
    text = file.read_text(encoding="utf-8")
    for message, timing in (
        ("CLIMATE_CMD", f"min_distance_ms: {DISTANCE_MS}"),
        ("SEAT_CMD", "repetitions: 2\n    min_distance_ms: 40"),
    ):
        assert f"  {message}:\n    bus: comfort\n" in text
        text = text.replace(f"  {message}:\n", f"  {message}:\n    {timing}\n")
    file.write_text(text, encoding="utf-8")
    return load_profile(folder)


class Rig:
    """An engine, and ECUs that can be deaf; a hand on the clock."""

    def __init__(self, profile: Profile, *, deaf: bool = False) -> None:
        self.engine = Engine(profile, Guard(profile, load_packs(profile)), secret=b"secret")
        self.car, self.deaf, self.now_ms = SimulatedVehicle(profile), deaf, 0
        self.sent: list[tuple[int, Frame]] = []
        self.outcomes: dict[str, Outcome] = {}
        self.records: list[dict[str, Any]] = []
        self.run(150)

    def take(self, effects: list[Any]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.sent.append((self.now_ms, effect.frame))
                if not self.deaf:
                    self.car.receive(effect.frame.raw, self.now_ms)
            elif isinstance(effect, Record):
                self.records.append(json.loads(json.dumps(effect.body)))
            elif isinstance(effect, Answer):
                self.outcomes[effect.outcome.call_id] = effect.outcome

    def run(self, duration_ms: int) -> None:
        for _ in range(duration_ms):
            for at_ms, raw in self.car.advance(self.now_ms):
                self.take(self.engine.receive(raw, at_ms))
            self.take(self.engine.poll(self.now_ms))
            self.now_ms += 1

    def fan(self, call_id: str, level: int, zone: str = "driver") -> None:
        call = ToolCall(call_id, "set_fan_speed", {"zone": zone, "level": level})
        self.take(self.engine.submit(call, DRIVER, self.now_ms))

    def seat(self, call_id: str, millimetres: int) -> None:
        call = ToolCall(call_id, "set_seat_position", {"zone": "driver", "millimetres": millimetres})
        self.take(self.engine.submit(call, DRIVER, self.now_ms))

    def frames(self, message: str) -> list[tuple[int, Frame]]:
        return [(at_ms, frame) for at_ms, frame in self.sent if frame.message == message]


def test_two_frames_of_one_message_keep_their_distance(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.run(5)
    rig.fan("2", 4, "passenger")
    assert len(rig.frames("CLIMATE_CMD")) == 1
    assert rig.engine.next_ms() == rig.frames("CLIMATE_CMD")[0][0] + DISTANCE_MS
    rig.run(500)
    (first, _), (second, frame) = rig.frames("CLIMATE_CMD")
    assert second - first == DISTANCE_MS
    assert frame.signals["FanFRReq"] == 40
    assert [rig.outcomes[n].status for n in ("1", "2")] == ["done", "done"]


def test_of_values_that_wait_the_last_one_wins_and_only_it_leaves(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 1)
    for n, level in enumerate((5, 6, 7)):
        rig.run(2)
        rig.fan(str(2 + n), level)
    rig.run(500)
    assert [frame.signals["FanFLReq"] for _, frame in rig.frames("CLIMATE_CMD")] == [10, 70]
    assert [(rig.outcomes[n].status, rig.outcomes[n].code) for n in ("2", "3")] == [
        ("stopped", "superseded")
    ] * 2
    assert rig.outcomes["4"].status == "done"


def test_what_waits_is_judged_again_before_it_leaves(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.run(5)
    rig.fan("2", 4, "passenger")
    forbidden = RuleHit("oem.quiet", "Vehicle.Cabin", Decision.DENY, "reason")
    monkeypatch.setattr(rig.engine.commands, "_objections", lambda *_: (forbidden,))
    rig.run(200)
    assert len(rig.frames("CLIMATE_CMD")) == 1
    assert rig.outcomes["2"].status == "stopped"


def test_what_waits_and_comes_too_often_when_its_turn_comes_is_denied_and_no_error(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.run(5)
    rig.fan("2", 4, "passenger")
    monkeypatch.setattr(rig.engine.gate._limits, "refuses", lambda *_: "budget: set 20 times")
    rig.run(200)
    assert len(rig.frames("CLIMATE_CMD")) == 1
    assert (rig.outcomes["2"].status, rig.outcomes["2"].code) == ("denied", "too_often")


def test_what_waits_and_is_taken_back_sends_nothing_at_all(profile: Profile) -> None:
    rig = Rig(profile)
    rig.seat("1", 100)
    rig.run(5)
    rig.seat("2", 120)
    assert rig.engine.commands.running["2"].held_until_ms is not None
    sent = len(rig.sent)
    rig.take(rig.engine.withdraw("2", rig.now_ms))
    assert len(rig.sent) == sent
    assert rig.outcomes["2"].status == "stopped"


def test_a_stop_does_not_wait_for_the_distance(profile: Profile) -> None:
    rig = Rig(profile)
    rig.seat("1", 100)
    rig.run(3)
    rig.take(rig.engine.withdraw("1", rig.now_ms))
    (start, _), (stop, frame), *_ = rig.frames("SEAT_CMD")
    assert stop - start == 3 < 40
    assert frame.signals["ForeAftFLReq"] == "STOP"


def test_repeats_end_after_their_number_though_nobody_confirms(profile: Profile) -> None:
    rig = Rig(profile, deaf=True)
    rig.seat("1", 100)
    rig.run(2000)
    starts = [at_ms for at_ms, frame in rig.frames("SEAT_CMD") if "permit" in frame.origins.values()]
    assert [b - a for a, b in itertools.pairwise(starts)] == [100, 100]
    height = ToolCall("2", "set_seat_height", {"zone": "driver", "millimetres": 30})
    rig.take(rig.engine.submit(height, DRIVER, rig.now_ms))
    rig.run(50)
    assert [one.repeated() for one in rig.engine.commands.running.values()] == [(), (HEIGHT,)]


def test_counters_of_frames_that_waited_have_no_gap(profile: Profile) -> None:
    rig = Rig(profile)
    for n in range(6):
        rig.fan(str(n), n + 1, "driver" if n % 2 else "passenger")
        rig.run(25)
    rig.run(300)
    counters = [frame.counter or 0 for _, frame in rig.frames("CLIMATE_CMD")]
    assert len(counters) > 2
    assert all((b - a) % 16 == 1 for a, b in itertools.pairwise(counters))


def test_repeats_of_many_commands_at_once_keep_their_period(profile: Profile) -> None:
    rig = Rig(profile, deaf=True)
    rig.take(
        rig.engine.submit(ToolCall("w", "set_window", {"zone": "all", "percent": 60}), DRIVER, rig.now_ms)
    )
    rig.take(rig.engine.submit(ToolCall("r", "set_sunshade", {"percent": 60}), DRIVER, rig.now_ms))
    rig.take(rig.engine.submit(ToolCall("t", "set_sunroof", {"percent": 60}), DRIVER, rig.now_ms))
    rig.run(2000)
    for message in ("WINDOW_CMD", "ROOF_CMD"):
        left = sorted({at_ms for at_ms, _ in rig.frames(message)})
        assert len(left) > 15
        assert max(b - a for a, b in itertools.pairwise(left)) <= 200  # two periods


def replayed(rig: Rig, profile: Profile) -> list[Any]:
    return list(replay(rig.records, profile, Guard(profile, load_packs(profile))))


def test_of_what_waited_the_record_holds_what_went_out_and_replays_to_it(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.run(2)
    rig.fan("2", 4, "passenger")
    warm = ToolCall("3", "set_cabin_temperature", {"zone": "passenger", "celsius": 24})
    rig.take(rig.engine.submit(warm, DRIVER, rig.now_ms))
    planned = frames_record(rig.engine.commands.running["3"].frames)
    rig.run(500)
    left = [frames_record([frame]) for _, frame in rig.frames("CLIMATE_CMD")]
    starts = [r["frames"] for r in rig.records if r["type"] == "start"]
    assert starts == left[1:] and len(starts) == 2
    assert starts[1] != planned  # the counter went on, and what the other set stands in it
    intents = [r for r in rig.records if r["type"] == "intent"]
    assert [(r["frames"], r.get("held_ms")) for r in intents[1:]] == [([], DISTANCE_MS - 2)] * 2
    again = [(r.call_id, r.same, r.same_policy, r.again) for r in replayed(rig, profile)]
    assert again == [
        ("1", True, True, left[0]),
        ("2", True, True, []),
        ("3", True, True, []),
        ("2", True, True, left[1]),
        ("3", True, True, left[2]),
    ]


def test_of_a_command_that_waits_what_gave_way_to_a_newer_one_is_not_sent(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 1)
    rig.run(2)
    rig.fan("2", 3, "front_row")
    rig.run(2)
    rig.fan("3", 7)
    rig.run(500)
    frames = [frame for _, frame in rig.frames("CLIMATE_CMD")]
    assert [frame.signals["FanFLReq"] for frame in frames] == [10, 10, 70]
    assert [frame.origins.get("FanFLReq", "live") for frame in frames] == ["permit", "live", "permit"]
    assert frames[1].signals["FanFRReq"] == 30
    assert [again.same for again in replayed(rig, profile)] == [True] * 5


def test_a_replay_shows_an_edited_start_and_one_that_a_rule_was_against(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.run(2)
    rig.fan("2", 4, "passenger")
    rig.run(500)
    (start,) = (record for record in rig.records if record["type"] == "start")
    frame = start["frames"][0]
    start["frames"] = [[*frame[:4], "00" * 8]]
    assert [r.same for r in replayed(rig, profile)] == [True, True, False]
    start["frames"], start["state"] = [frame], {}
    assert [r.same for r in replayed(rig, profile)] == [True, True, False]
    rig.records = [start]
    assert [(r.same, r.decision) for r in replayed(rig, profile)] == [
        (False, "its intent is not in this log")
    ]


def test_a_motion_that_waits_is_called_sent_when_its_frame_has_left(profile: Profile) -> None:
    rig = Rig(profile)
    rig.seat("1", 100)
    rig.run(5)
    rig.seat("2", 200)
    assert "2" not in rig.outcomes
    rig.run(60)
    kinds = [(r["type"], r.get("status")) for r in rig.records if r["call_id"] == "2"]
    assert kinds == [("intent", None), ("start", None), ("outcome", "sent")]
    assert rig.outcomes["2"].frames == (rig.frames("SEAT_CMD")[-1][1],)


def test_what_waits_is_not_done_because_the_seat_passes_its_target(profile: Profile) -> None:
    rig = Rig(profile, deaf=True)
    rig.seat("1", 100)
    rig.run(5)
    place = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
    before, step = rig.engine.live[place].value, profile.actuators[place].spec.step
    assert type(before) is int and step is not None
    rig.seat("2", int(before * step))
    rig.run(30)
    assert "2" in rig.engine.commands.running and "2" not in rig.outcomes


def test_the_outcome_of_what_never_left_shows_no_frames(profile: Profile) -> None:
    rig = Rig(profile)
    rig.fan("1", 3)
    rig.run(2)
    rig.fan("2", 4)
    rig.fan("3", 5)
    assert (rig.outcomes["2"].code, rig.outcomes["2"].frames) == ("superseded", ())


FEW = 3
"""Frames that the bucket of a message holds in the next tests; 20 come back in a second."""


@pytest.fixture(scope="module")
def rationed(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """demo_sedan, whose climate and window commands have small buckets."""
    folder = tmp_path_factory.mktemp("rates") / "demo_sedan"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    file = folder / "profile.yaml"
    head, *messages = re.split(r"(?m)^(?=  [A-Z_]+_CMD:$)", file.read_text(encoding="utf-8"))
    small = f"rate: {{frames_per_s: 20, burst: {FEW}}}"
    for n, text in enumerate(messages):
        if text.startswith(("  CLIMATE_CMD", "  WINDOW_CMD")):
            messages[n] = text.replace("rate: {frames_per_s: 80, burst: 20}", small)
    file.write_text(head + "".join(messages), encoding="utf-8")
    return load_profile(folder)


def test_a_burst_of_calls_empties_the_bucket_then_a_frame_leaves_per_token_with_the_last_value(
    rationed: Profile,
) -> None:
    rig = Rig(rationed)
    begun_ms = rig.now_ms
    for n in range(120):
        rig.fan(str(n), 3 + n % 4)
        rig.run(1)
    rig.run(500)
    left = [at_ms - begun_ms for at_ms, _ in rig.frames("CLIMATE_CMD")]
    assert left == [0, 1, 2, 50, 100, 150]
    assert rig.frames("CLIMATE_CMD")[-1][1].signals["FanFLReq"] == 10 * (3 + 119 % 4)
    ends = Counter((outcome.status, outcome.code) for outcome in rig.outcomes.values())
    assert set(ends) == {("done", ""), ("stopped", "superseded")} and rig.outcomes["119"].status == "done"


def test_commands_on_other_paths_wait_for_the_same_bucket_in_turn_and_all_are_done(rationed: Profile) -> None:
    rig = Rig(rationed)
    calls = [("set_fan_speed", {"zone": zone, "level": 6}) for zone in ("driver", "passenger")]
    calls += [("set_cabin_temperature", {"zone": zone, "celsius": 25}) for zone in ("driver", "passenger")]
    calls.append(("set_air_conditioning", {"on": False}))
    begun_ms = rig.now_ms
    for n, (name, arguments) in enumerate(calls):
        rig.take(rig.engine.submit(ToolCall(str(n), name, arguments), DRIVER, rig.now_ms))
    rig.run(600)
    assert [at_ms - begun_ms for at_ms, _ in rig.frames("CLIMATE_CMD")] == [0, 0, 0, 50]
    assert {outcome.status for outcome in rig.outcomes.values()} == {"done"}


def test_a_call_for_what_is_so_takes_the_place_of_one_that_waits_to_change_it(rationed: Profile) -> None:
    rig = Rig(rationed)
    for n in range(FEW + 1):
        rig.fan(str(n), 5, "driver") if n == FEW else rig.fan(str(n), 3 + n, "passenger")
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
    here = rig.engine.live[path].value
    assert type(here) is int and here != 5
    rig.fan("back", here)
    rig.run(500)
    assert (rig.outcomes[str(FEW)].code, rig.outcomes["back"].status) == ("superseded", "done")
    assert rig.engine.live[path].value == here


def test_a_step_from_a_value_that_waits_starts_from_there(rationed: Profile) -> None:
    rig = Rig(rationed)
    for n in range(FEW):
        rig.fan(str(n), 3 + n, "passenger")
    rig.fan("waits", 5)
    step = {"setting": "fan_speed", "direction": "up", "zone": "driver"}
    rig.take(rig.engine.submit(ToolCall("step", "adjust_setting", step), DRIVER, rig.now_ms))
    rig.run(500)
    assert rig.outcomes["step"].status == "done"
    assert rig.engine.live["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"].value == 7  # two up from 5


def test_a_stop_needs_no_token(rationed: Profile) -> None:
    rig = Rig(rationed, deaf=True)
    for n in range(FEW):
        call = ToolCall(str(n), "set_window", {"zone": "driver", "percent": 10 + n})
        rig.take(rig.engine.submit(call, DRIVER, rig.now_ms))
    assert len(rig.frames("WINDOW_CMD")) == FEW
    rig.take(rig.engine.withdraw(str(FEW - 1), rig.now_ms))
    assert rig.frames("WINDOW_CMD")[FEW][1].origins["WindowFLReq"] == "stop"


def test_what_gets_no_token_within_its_life_ends_and_leaves_nothing(
    rationed: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(rationed)
    monkeypatch.setattr(rig.engine.commands, "_free_ms", lambda _, now_ms: now_ms + 10)
    rig.fan("1", 4)
    rig.run(rationed.actuators["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"].spec.lifetime_ms + 50)
    assert (rig.outcomes["1"].status, rig.outcomes["1"].frames) == ("timeout", ())
    assert rig.frames("CLIMATE_CMD") == [] and not rig.engine.commands.running
