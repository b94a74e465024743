"""What a session adds to the guard: history, lockout, shadow, doubt."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from intent_bridge import Bridge
from intent_bridge.bridge import SimulatedBridge
from intent_bridge.engine import Effect, Record, Send
from intent_bridge.engine import judge as judge_module
from intent_bridge.engine.effects import Order
from intent_bridge.engine.judge import Judge
from intent_bridge.engine.numbers import own_number_hit
from intent_bridge.guard import NO_HISTORY, Guard, load_packs
from intent_bridge.guard.rules import Retries
from intent_bridge.types import (
    Action,
    Decision,
    Outcome,
    Provenance,
    Quality,
    SeatZone,
    Speaker,
    Status,
    ToolCall,
    Verdict,
)

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER)
SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
SET_SPEED = "Vehicle.ADAS.CruiseControl.SpeedSet"


@pytest.fixture
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as made:
        yield made


def ask(bridge: SimulatedBridge, name: str, **arguments: object) -> Outcome:
    return bridge.handle({"name": name, "arguments": arguments})


def asked_by(bridge: SimulatedBridge, who: Provenance, name: str, **arguments: object) -> Outcome:
    return bridge.handle({"name": name, "arguments": arguments}, who)


def effects(bridge: SimulatedBridge, name: str, **arguments: object) -> list[Effect]:
    """What the engine wants done about a call; nobody does it."""
    call = ToolCall(bridge.engine.memory.mint("t"), name, arguments)
    return bridge.engine.submit(call, DRIVER, bridge.now_ms())


def records(found: list[Effect]) -> list[Any]:
    return [e.body for e in found if isinstance(e, Record) and e.body["type"] == "shadow"]


# History


def test_many_small_steps_do_not_add_up_to_a_jump(bridge: SimulatedBridge) -> None:
    bridge.set_state({SPEED: 60, SET_SPEED: 60, "Vehicle.ADAS.SpeedLimit": 130})
    statuses = []
    for _ in range(4):
        statuses.append(ask(bridge, "step_cruise_speed", direction="up", steps=2).status)
        bridge.advance_ms(5000)
    assert statuses == [Status.DONE] * 3 + [Status.NEEDS_CONFIRMATION]
    assert ask(bridge, "step_cruise_speed", direction="down", steps=2).status is Status.DONE
    bridge.advance_ms(60_000)
    assert ask(bridge, "step_cruise_speed", direction="up", steps=2).status is Status.DONE


def test_a_command_that_is_over_is_noted(bridge: SimulatedBridge) -> None:
    bridge.set_state({SPEED: 60, SET_SPEED: 60})
    ask(bridge, "step_cruise_speed", direction="up", steps=1)
    (move,) = bridge.engine.judge.history.of(SET_SPEED)
    assert (move.origin, move.steps) == (12, 1)
    assert move.ended_ms is not None and move.ended_ms > move.at_ms


def test_the_guard_is_told_the_yes_the_models_own_number_and_which_history_counts() -> None:
    given: list[dict[str, object]] = []
    guard = SimpleNamespace(judge=lambda *_, **how: given.append(how))
    judge = Judge(cast(Guard, guard), "confirm")
    judge.history = replace(NO_HISTORY)
    plain = Order("1", "set_window", DRIVER, (Action("a", 1),))
    own = replace(plain, own_numbers=("percent",))
    judge.verdict(plain, {}, 0)
    judge.verdict(own, {}, 0, confirmed=True, history=NO_HISTORY)
    assert [how["confirmed"] for how in given] == [False, True]
    assert [how["history"] is judge.history for how in given] == [True, False]
    assert given[1]["history"] is NO_HISTORY
    assert [how["asks"] for how in given] == [(), (own_number_hit("a"),)]


# Lockout

SHUT = {"zone": "driver", "on": True}


def denied_often(bridge: SimulatedBridge, times: int, who: Provenance = PASSENGER) -> list[str]:
    return [asked_by(bridge, who, "set_emergency_braking", on=True).code for _ in range(times)]


def test_who_is_denied_again_and_again_is_locked_out_for_a_while(bridge: SimulatedBridge) -> None:
    assert denied_often(bridge, 21) == ["rule"] * 20 + ["locked_out"]
    assert asked_by(bridge, PASSENGER, "set_cabin_temperature", zone="passenger", celsius=20).code == ""
    assert asked_by(bridge, DRIVER, "set_emergency_braking", on=True).status is Status.NO_EFFECT
    bridge.advance_ms(60_000)
    assert denied_often(bridge, 1) == ["rule"]


def test_only_the_newest_askers_are_counted(bridge: SimulatedBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_module, "MAX_ASKERS", 1)
    denied_often(bridge, 20)
    denied_often(bridge, 1, replace(PASSENGER, untrusted_text=True))
    assert denied_often(bridge, 1) == ["rule"]


def test_without_a_retry_budget_nobody_is_locked_out(bridge: SimulatedBridge) -> None:
    judge = bridge.engine.judge
    judge.guard = Guard(bridge.profile, replace(judge.guard.rules, retries=()))
    assert set(denied_often(bridge, 30)) == {"rule"}


def test_a_tool_is_locked_by_whichever_budget_is_used_up_and_until_its_window_has_passed() -> None:
    budgets = SimpleNamespace(retries=(Retries(denials=2, window_ms=100), Retries(denials=3, window_ms=1000)))
    judge = Judge(cast(Guard, SimpleNamespace(rules=budgets)))
    asked = Order("1", "set_window", PASSENGER, ())

    def locked(*times_ms: int) -> list[bool]:
        return [judge.locked(asked, now_ms) for now_ms in times_ms]

    judge.count_denial("set_window", PASSENGER, 0)
    assert locked(0) == [False]
    judge.count_denial("set_window", PASSENGER, 10)
    assert locked(10, 99, 100) == [True, True, False]
    judge.count_denial("set_window", PASSENGER, 500)
    assert locked(500, 999, 1000) == [True, True, False]
    assert not judge.locked(replace(asked, who=DRIVER), 500)
    assert not judge.locked(replace(asked, intent="set_sunroof"), 500)


def test_only_denials_count_and_only_where_there_is_a_budget() -> None:
    budgets = SimpleNamespace(retries=(Retries(denials=1, window_ms=100),))
    judge = Judge(cast(Guard, SimpleNamespace(rules=budgets)))
    asked = Order("1", "set_window", PASSENGER, ())
    for decision in Decision:
        assert not judge.locked(asked, 0)
        judge.denied(asked, Verdict(decision, (), ()), 0)
    assert judge.locked(asked, 0)
    without = Judge(cast(Guard, SimpleNamespace(rules=SimpleNamespace(retries=()))))
    without.denied(asked, Verdict(Decision.DENY, (), ()), 0)
    assert without._denied == {}


@pytest.mark.parametrize(("denials", "kept"), [((), []), ((2,), [3, 4]), ((3, 1), [2, 3, 4])])
def test_of_one_asker_so_many_denials_are_kept_as_the_largest_budget_counts(
    denials: tuple[int, ...], kept: list[int]
) -> None:
    budgets = SimpleNamespace(retries=tuple(Retries(denials=most, window_ms=100) for most in denials))
    judge = Judge(cast(Guard, SimpleNamespace(rules=budgets)))
    for now_ms in range(5):
        judge.count_denial("set_window", PASSENGER, now_ms)
    assert [list(times) for times in judge._denied.values()] == [kept]


def test_as_many_askers_are_counted_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_module, "MAX_ASKERS", 2)
    budgets = SimpleNamespace(retries=(Retries(denials=1, window_ms=100),))
    judge = Judge(cast(Guard, SimpleNamespace(rules=budgets)))
    for intent in ("a", "b"):
        judge.count_denial(intent, PASSENGER, 0)
    orders = [Order("1", intent, PASSENGER, ()) for intent in "abc"]
    assert [judge.locked(order, 1) for order in orders] == [True, True, False]
    judge.count_denial("c", PASSENGER, 0)
    assert [judge.locked(order, 1) for order in orders] == [False, True, True]


# Shadow


def test_a_shadow_records_where_it_differs_and_does_nothing(bridge: SimulatedBridge, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        """\
pack: {name: mine, layer: user, version: 1}
rules:
- id: mine.cool
  effect: clamp
  on: [Vehicle.Cabin.HVAC.Station.*.*.Temperature]
  hi: 20 celsius
  hazard: none
  source: a test
  basis: design
  verified: memory
  reason_key: mine
""",
        encoding="utf-8",
    )
    packs = [*bridge.profile.file.packs, str(tmp_path / "mine.yaml")]
    plain = effects(bridge, "set_cabin_temperature", zone="driver", celsius=26)
    assert records(plain) == []
    bridge.engine.judge.shadow = Guard(bridge.profile, load_packs(bridge.profile, packs))
    found = effects(bridge, "set_cabin_temperature", zone="driver", celsius=27)
    (body,) = records(found)
    assert (body["active"]["decision"], body["candidate"]["decision"]) == ("allow", "clamp")
    assert body["candidate"]["rules"] == ["mine.cool"]
    assert body["active"]["policy"] == bridge.engine.guard.policy_hash != body["candidate"]["policy"]
    assert [e.call_id for e in found if isinstance(e, Send)] == [body["call_id"]]
    assert len([e for e in plain if isinstance(e, Send)]) == 1
    assert records(effects(bridge, "set_cabin_temperature", zone="driver", celsius=19)) == []


# Doubt


def test_a_car_that_is_parked_and_rolls_is_not_believed(bridge: SimulatedBridge) -> None:
    bridge.set_state({SPEED: 30, GEAR: 126})
    assert ask(bridge, "set_window", zone="driver", percent=50).status is Status.SENT
    bridge.advance_ms(300)
    assert {bridge.quality()[SPEED], bridge.quality()[GEAR]} == {Quality.IMPLAUSIBLE}
    outcome = ask(bridge, "set_window", zone="passenger", percent=50)
    assert outcome.status is Status.DENIED
    assert outcome.verdict is not None
    assert (SPEED, Quality.IMPLAUSIBLE) in outcome.verdict.hits[0].unknown
    bridge.set_state({GEAR: 127})
    assert ask(bridge, "set_window", zone="passenger", percent=50).status is Status.SENT


def test_a_speed_that_the_wheels_contradict_is_not_believed(bridge: SimulatedBridge) -> None:
    wheels = [
        f"Vehicle.Chassis.Axle.Row{row}.Wheel.{side}.Speed" for row in (1, 2) for side in ("Left", "Right")
    ]
    bridge.set_state({SPEED: 0, **dict.fromkeys(wheels, 80)})
    bridge.advance_ms(300)
    assert bridge.quality()[SPEED] is Quality.IMPLAUSIBLE
    bridge.set_state(dict.fromkeys(wheels, 10))
    assert bridge.quality()[SPEED] is Quality.OK


def test_a_speed_that_jumps_is_not_believed_for_a_second(bridge: SimulatedBridge) -> None:
    bridge.advance_ms(100)
    bridge.vehicle.set_state(SPEED, 100)
    bridge.advance_ms(100)
    assert bridge.quality()[SPEED] is Quality.IMPLAUSIBLE
    bridge.advance_ms(1000)
    assert bridge.quality()[SPEED] is Quality.OK
    bridge.set_state({SPEED: 0})
    assert bridge.quality()[SPEED] is Quality.OK
