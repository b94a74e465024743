"""Other rules for a running car: taken whole in Park, refused with a reason, judged in the shadow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intent_bridge import Bridge
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.engine import Record
from intent_bridge.types import Outcome, Status

SPEED = "Vehicle.Speed"
COOL = """\
pack: {{name: own, layer: user, version: {version}}}
rules:
- id: own.cool
  effect: clamp
  on: [Vehicle.Cabin.HVAC.Station.*.*.Temperature]
  hi: {most} celsius
  hazard: none
  source: a test
  basis: design
  verified: memory
  reason_key: own
"""


def proved(*_: object) -> str:
    return ""


@pytest.fixture
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as made:
        yield made


def packs(bridge: SimulatedBridge, folder: Path, most: int = 20, version: int = 1) -> list[str]:
    """The vehicle's packs and one of its user."""
    file = folder / "own.yaml"
    file.write_text(COOL.format(most=most, version=version), encoding="utf-8")
    return [*bridge.profile.file.packs, str(file)]


def warm(bridge: SimulatedBridge, celsius: int = 26) -> Outcome:
    return bridge.handle(
        {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": celsius}}
    )


def emitted(outcome: Outcome) -> Any:
    return outcome.actions[0].emitted


def test_a_parked_car_takes_other_rules_at_once(bridge: SimulatedBridge, tmp_path: Path) -> None:
    before = bridge.engine.guard.policy_hash
    assert emitted(warm(bridge)) == 52
    done = bridge.reload(packs(bridge, tmp_path), prove=proved)
    assert (done.ok, done.policy) == (True, bridge.engine.guard.policy_hash)
    assert done.policy != before
    assert emitted(warm(bridge, 27)) == 40
    assert bridge.reload(packs(bridge, tmp_path, 22, 2), prove=proved).step == "layers"
    assert bridge.engine.guard.policy_hash == done.policy


def test_a_rolling_car_keeps_its_rules(bridge: SimulatedBridge, tmp_path: Path) -> None:
    bridge.set_state({SPEED: 30})
    active = bridge.engine.guard.policy_hash
    done = bridge.reload(packs(bridge, tmp_path), prove=proved)
    assert (done.ok, done.step, done.policy) == (False, "park", active)
    assert emitted(warm(bridge)) == 52


def test_a_car_that_does_not_know_whether_it_is_parked_keeps_its_rules(
    bridge: SimulatedBridge, tmp_path: Path
) -> None:
    bridge.set_state({SPEED: None})
    assert bridge.reload(packs(bridge, tmp_path), prove=proved).step == "park"


def test_what_is_not_sound_is_not_taken(bridge: SimulatedBridge, tmp_path: Path) -> None:
    active = bridge.engine.guard
    names = packs(bridge, tmp_path)
    for given, prove, step in (
        (["nowhere.yaml"], proved, "read"),
        (names[1:], proved, "layers"),
        (names, lambda profile, guard: "an invariant fails", "proof"),
    ):
        done = bridge.reload(given, prove=prove)
        assert (done.ok, done.step) == (False, step)
        assert done.why and "\n" not in done.why
    assert bridge.engine.guard is active


def test_a_motion_and_a_question_die_with_the_rules(bridge: SimulatedBridge, tmp_path: Path) -> None:
    asked = bridge.handle({"name": "set_emergency_braking", "arguments": {"on": False}})
    assert asked.confirmation is not None
    sent = bridge.handle({"name": "set_window", "arguments": {"zone": "driver", "percent": 100}})
    assert sent.status is Status.SENT
    bridge.events()
    assert bridge.reload(packs(bridge, tmp_path), prove=proved).ok
    (stopped,) = bridge.events()
    assert (stopped.call_id, stopped.status, stopped.code) == (sent.call_id, Status.STOPPED, "policy_changed")
    answered = bridge.confirm(asked.confirmation.token)
    assert (answered.status, answered.code) == (Status.DENIED, "confirmation_void")


def test_the_exchange_is_on_record(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    with Bridge.simulated("demo_sedan", audit=log) as bridge:
        before = bridge.engine.guard.policy_hash
        after = bridge.reload(packs(bridge, tmp_path), prove=proved).policy
    text = log.read_text(encoding="utf-8")
    assert f'"old":"{before}"' in text.replace(" ", "")
    assert f'"new":"{after}"' in text.replace(" ", "")


def test_a_shadow_says_where_it_differs_and_changes_nothing(bridge: SimulatedBridge, tmp_path: Path) -> None:
    written: list[Any] = []
    carry_out = bridge._carry_out

    def watched(effects: list[Any]) -> None:
        written.extend(e.body for e in effects if isinstance(e, Record) and e.body["type"] == "shadow")
        carry_out(effects)

    bridge._carry_out = watched  # type: ignore[method-assign]
    assert bridge.shadow(packs(bridge, tmp_path)).ok
    assert emitted(warm(bridge)) == 52
    assert [body["candidate"]["rules"] for body in written] == [["own.cool"]]
    assert bridge.shadow(["nowhere.yaml"]).step == "read"
    assert bridge.shadow(None).ok
    warm(bridge, 27)
    assert len(written) == 1
