"""What a drive leaves on disk: two records a call, no words of the user, and the same frames again."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.audit import read, replay, verify
from intent_bridge.audit.replay import samples
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.engine import Effect, Record
from intent_bridge.errors import AuditError
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, Rig, rig
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.mix import Drives
from intent_bridge.types import Status

PROFILE = load_profile("demo_sedan")
GUARD = Guard(PROFILE, load_packs(PROFILE))
UNRULY = {"call": 60, "again": 3, "undo": 3, "healthy": 5, "wait": 20, "fault": 10, "heal": 8, "clock": 3}


def drive(path: Path, **options: Any) -> SimulatedBridge:
    return SimulatedBridge(PROFILE, audit=path, fsync="off", **options)


def do(car: SimulatedBridge, name: str, **arguments: Any) -> Any:
    return car.handle({"name": name, "arguments": arguments})


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    with drive(path) as car:
        car.set_state({"Vehicle.Speed": 0, "Vehicle.Powertrain.Transmission.SelectedGear": 126})
        do(car, "set_cabin_temperature", celsius=22.5)
        do(car, "adjust_setting", setting="cabin_temperature", direction="up", amount=2)
        do(car, "set_seat_recline", zone="driver", degrees=30)
        car.advance_ms(12_000)
        do(car, "activate_scene", scene="go_home")
        question = do(car, "set_emergency_braking", on=False)
        car.confirm(question.confirmation.token)
        car.undo()
        do(car, "set_window", zone="driver", percent=90)
        car.advance_ms(300)
        car.set_state({"Vehicle.Speed": 60})
        do(car, "set_seat_recline", zone="driver", degrees=60)
        do(car, "no_such_tool", secret="canary-words-of-the-user")
    return path


def test_the_chain_of_a_drive_is_sound(log: Path) -> None:
    count, broken = verify(log)
    assert broken is None and count > 15


def test_every_acting_call_has_its_intent_before_its_outcome(log: Path) -> None:
    seen: dict[str, list[str]] = {}
    for record in read(log):
        seen.setdefault(record.get("call_id", ""), []).append(record["type"])
    acting = {i: kinds for i, kinds in seen.items() if "intent" in kinds}
    assert len(acting) >= 6
    for kinds in acting.values():
        assert "outcome" in kinds[kinds.index("intent") :]


def test_a_replay_gives_the_same_frames_bit_for_bit(log: Path) -> None:
    again = list(replay(read(log), PROFILE, GUARD))
    assert len(again) >= 6
    assert [r.call_id for r in again if not r.same or not r.recorded or not r.same_policy] == []


class Recorded(Car):
    """A test car whose records are kept."""

    def __init__(self, rig: Rig) -> None:
        self.records: list[Mapping[str, Any]] = []
        super().__init__(rig)

    def _carry(self, effects: Iterable[Effect]) -> None:
        effects = list(effects)
        self.records += [effect.body for effect in effects if isinstance(effect, Record)]
        super()._carry(effects)


@pytest.mark.parametrize("seed", range(2))
def test_unruly_drives_with_faults_and_set_clocks_replay_bit_for_bit(seed: int) -> None:
    prepared, dice = rig(PROFILE, quick=True), seeded(seed)
    car = Recorded(prepared)
    drives = Drives(prepared, car.engine.catalogue, UNRULY)
    while car.calls < 600:
        car.play(drives.step(dice, asked=car.question is not None))
    again = list(replay(car.records, PROFILE, GUARD))
    assert len(again) > 50 and car.found == []
    assert [(r.intent, r.recorded, r.again) for r in again if not r.same] == []


def test_a_replay_shows_an_edited_frame(log: Path) -> None:
    records = list(read(log))
    intent = next(r for r in records if r["type"] == "intent")
    intent["frames"][0][4] = "00" * 8
    assert [r.same for r in replay([intent], PROFILE, GUARD)] == [False]


def test_a_call_that_the_rules_refuse_today_is_replayed_to_no_frames(log: Path) -> None:
    intent = next(r for r in read(log) if r["type"] == "intent" and r["intent"] == "set_seat_recline")
    intent["state"]["Vehicle.Speed"] = [1000, 0, "ok"]
    (again,) = replay([intent], PROFILE, GUARD)
    assert (again.again, again.decision, again.same) == ([], "deny", False)


def test_what_was_unknown_when_it_was_recorded_is_unknown_again_and_the_last_sound_value_is_kept() -> None:
    recorded: dict[str, list[Any]] = {
        "never": [None, 0, "missing"],
        "gone": [None, 50, "not_available", 7, 900],
        "there": [5, 20, "ok"],
    }
    state, live = samples(recorded, 10_000)
    assert {path: (s.value, s.received_ms, s.quality.value) for path, s in state.items()} == {
        "never": (None, 10_000, "missing"),
        "gone": (None, 9950, "not_available"),
        "there": (5, 9980, "ok"),
    }
    assert {path: (s.value, s.received_ms) for path, s in live.items()} == {
        "gone": (7, 9100),
        "there": (5, 9980),
    }


def test_no_words_of_the_user_reach_the_disk(log: Path) -> None:
    assert "canary" not in log.read_text()


def test_after_a_restart_a_used_id_answers_its_outcome_and_does_not_act(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    call = {"id": "1", "name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}}
    with drive(path, session="trip") as car:
        assert car.handle(call).status is Status.DONE
    with drive(path, session="trip") as car:
        sent: list[Any] = []
        car.subscribe("frame", sent.append)
        assert car.handle(call).status is Status.DONE
        assert sent == []
    with drive(path, session="another trip") as car:
        assert car.handle(call).frames


def test_after_a_restart_an_interrupted_call_answers_error_and_never_acts(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    call = {"id": "1", "name": "set_fan_speed", "arguments": {"zone": "driver", "level": 7}}
    with drive(path, session="trip") as car:
        car.handle(call)
    lines = path.read_text().splitlines()
    cut = next(n for n, line in enumerate(lines) if json.loads(line)["type"] == "intent")
    path.write_text("\n".join(lines[: cut + 1]) + "\n")
    with drive(path, session="trip") as car:
        outcome = car.handle(call)
        assert (outcome.status, outcome.code, outcome.frames) == (Status.ERROR, "interrupted", ())
    assert verify(path)[1] is None


def test_when_the_audit_cannot_be_written_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with drive(tmp_path / "audit.jsonl") as car:
        sent: list[Any] = []
        car.subscribe("frame", sent.append)

        def full(body: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(car._audit._log, "write", full)
        outcome = do(car, "set_fan_speed", zone="driver", level=7)
        assert (outcome.status, outcome.code) == (Status.ERROR, "audit_failed")
        assert sent == []
        assert car.health.conditions["audit"].value == "failed"


def test_a_start_that_fails_lets_go_of_its_buses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from intent_bridge.bridge.simulated_transport import SimulatedTransport

    closed: list[bool] = []
    monkeypatch.setattr(SimulatedTransport, "close", lambda self: closed.append(True))
    with pytest.raises(AuditError):
        drive(tmp_path / "no such folder" / "audit.jsonl")
    assert closed == [True]
