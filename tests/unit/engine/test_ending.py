"""What a command that failed has changed, and so has to be put back; and what it has not."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from intent_bridge.engine import Engine
from intent_bridge.engine.commands import Ended
from intent_bridge.engine.effects import Effect, Order
from intent_bridge.engine.ending import finish, restoring, roll_back
from intent_bridge.guard import NO_HISTORY
from intent_bridge.types import (
    _MINT,
    Action,
    Decision,
    Outcome,
    Permit,
    Quality,
    RuleHit,
    Sample,
    Status,
    Value,
    Verdict,
)
from tests.unit.engine.test_running import FAN, PROFILE, WINDOW, running
from tests.unit.engine.test_schedule import DRIVER, Rig

SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
FAN_MESSAGE = PROFILE.actuators[FAN].command.message


@pytest.mark.parametrize(
    ("changes", "now_ms", "goes_back"),
    [
        ({}, 799, True),  # on its way: whoever reported nothing may still do it
        ({}, 800, False),  # its ECU had its time
        ({"held_until_ms": 100}, 799, False),  # no frame has left
        ({"waiting": {}}, 10, False),  # given up for another command, and never reported
        ({"waiting": {}, "reported": {FAN: 5}}, 10, True),
        ({"waiting": {}, "reported": {FAN: 5}, "before": {}}, 10, False),  # nobody knows what was there
    ],
)
def test_a_setting_goes_back_where_it_was_changed_or_may_still_be(
    changes: dict[str, Any], now_ms: int, goes_back: bool
) -> None:
    run = running(**{"before": {FAN: 2}} | changes)
    live = {FAN: Sample(5, 0, Quality.OK)}
    assert restoring(run, live, PROFILE, now_ms) == ((Action(FAN, 2),) if goes_back else ())


def test_a_setting_whose_message_was_refused_or_never_sent_does_not_go_back() -> None:
    run = running(before={FAN: 2})
    assert restoring(run, {}, PROFILE, 10, frozenset({"OTHER_CMD"})) == (Action(FAN, 2),)
    assert restoring(run, {}, PROFILE, 10, frozenset({FAN_MESSAGE})) == ()


@pytest.mark.parametrize(
    ("live", "goes_back"), [(2, False), (5, True), (3, True), (None, False), ("nothing heard", False)]
)
def test_a_setting_that_was_confirmed_goes_back_where_it_stands_elsewhere_now(
    live: Value | None, goes_back: bool
) -> None:
    run = running(before={FAN: 2}, waiting={WINDOW: 50}, reported={FAN: 5})
    heard = {} if live == "nothing heard" else {FAN: Sample(live, 0, Quality.OK)}
    assert restoring(run, heard, PROFILE, 10) == ((Action(FAN, 2),) if goes_back else ())


@pytest.mark.parametrize(("live", "goes_back"), [(30, False), (31, False), (32, True), (None, False)])
@pytest.mark.parametrize("waiting", [{WINDOW: 50}, {}])
def test_a_motion_goes_back_from_where_it_stands_unless_that_is_where_it_was(
    live: int | None, goes_back: bool, waiting: dict[str, Value]
) -> None:
    run = running(before={WINDOW: 30}, waiting=waiting)
    heard = {WINDOW: Sample(live, 0, Quality.OK)}
    assert restoring(run, heard, PROFILE, 5000) == ((Action(WINDOW, 30),) if goes_back else ())


ORDER = Order("back-1", "rollback", DRIVER, (Action("a", 1), Action("b", 2), Action("c", 3)))
FAILED = Outcome("1", "scene", Status.TIMEOUT)


@pytest.mark.parametrize(
    ("effects", "at_once", "later"),
    [
        ({}, "abc", ""),
        ({"a": Decision.CLAMP}, "abc", ""),
        ({"b": Decision.DENY}, "ac", "b"),
        ({"b": Decision.CONFIRM, "c": Decision.CLAMP}, "ac", "b"),
        ({"a": Decision.DEFER, "b": Decision.DENY}, "c", "ab"),
        ({"a": Decision.DENY, "b": Decision.DENY, "c": Decision.DENY}, "", ""),
        ({"": Decision.DENY}, "", ""),  # the whole is forbidden, and no part of it by itself
        ({"b": Decision.DENY, "ac": Decision.DENY}, "", ""),  # and so is what is left
    ],
)
@pytest.mark.parametrize("yes", [True, False])
def test_what_a_rule_is_against_goes_back_in_a_second_step_or_nothing_does(
    effects: dict[str, Decision], at_once: str, later: str, yes: bool
) -> None:
    asked: list[dict[str, object]] = []
    acted: list[tuple[Order, bool]] = []
    closed: list[Outcome] = []

    def verdict(order: Order, _state: object, _now_ms: int, **how: object) -> Verdict:
        asked.append(how)
        paths = "".join(action.path for action in order.actions)
        known = [*paths, paths, *([""] if paths == "abc" else [])]
        hits = tuple(RuleHit("r", path, effects[path], "why") for path in known if path in effects)
        weight = max((hit.effect for hit in hits), default=Decision.ALLOW)
        permit = Permit({}, "policy", 0, 1, _MINT) if weight < Decision.CONFIRM else None
        return Verdict(weight, order.actions, order.actions, hits, permit=permit)

    engine = SimpleNamespace(
        state={},
        judge=SimpleNamespace(verdict=verdict),
        act=lambda order, *_, human_yes: acted.append((order, human_yes)),
        close=lambda outcome, _: closed.append(outcome),
    )
    roll_back(cast(Engine, engine), ORDER, FAILED, yes, 0)
    assert set(map(repr, asked)) == {repr({"confirmed": yes, "history": NO_HISTORY})}
    if not at_once:
        assert closed == [replace(FAILED, code="rollback_refused")] and not acted
        return
    ((order, human_yes),) = acted
    assert (human_yes, closed, order.call_id) == (yes, [], "back-1")
    assert "".join(action.path for action in order.actions) == at_once
    assert "".join(action.path for action in order.later) == later


def test_the_second_step_of_putting_back_is_a_call_of_its_own() -> None:
    acted: list[Order] = []

    def act(order: Order, *_: object, **__: object) -> list[Effect]:
        acted.append(order)
        return []

    engine = SimpleNamespace(
        state={},
        act=act,
        memory=SimpleNamespace(mint=lambda kind: f"{kind}-9"),
        undos=SimpleNamespace(learn=lambda *_: None),
        judge=SimpleNamespace(
            ended=lambda *_: None,
            verdict=lambda order, *_, **__: Verdict(
                Decision.ALLOW, order.actions, order.actions, permit=Permit({}, "policy", 0, 1, _MINT)
            ),
        ),
    )
    second = (Action("b", 2),)
    first = replace(ORDER, actions=(Action("a", 1),), restores=FAILED, later=second)
    done = running(order=first)
    for path in list(done.waiting):
        done.give_up(path)
    finish(cast(Engine, engine), [Ended(done, Status.DONE)], 0)
    (order,) = acted
    assert (order.call_id, order.actions, order.later, order.restores) == ("rollback-9", second, (), FAILED)


def both(rig: Rig) -> None:
    """One call that moves the driver's seat and has set a fan; the seat is on its way."""
    actions = Action(SEAT, 40), Action(FAN, 7)
    policy = rig.engine.guard.policy_hash
    permit = Permit({a.path: a.value for a in actions}, policy, rig.now_ms, rig.now_ms + 20_000, _MINT)
    verdict = Verdict(Decision.ALLOW, actions, actions, permit=permit)
    order = Order("1", "both", DRIVER, actions)
    rig.take(rig.engine.act(order, verdict, rig.now_ms, human_yes=False))
    rig.run(400)
    assert rig.engine.live[FAN].value == 7 and "1" in rig.engine.commands.running


def test_what_a_person_stops_stays_as_it_is_and_nothing_is_put_back() -> None:
    rig = Rig(PROFILE)
    both(rig)
    rig.take(rig.engine.withdraw("1", rig.now_ms))
    rig.run(1000)
    assert (rig.outcomes["1"].status, rig.outcomes["1"].code) == ("stopped", "asked")
    assert rig.engine.live[FAN].value == 7


def test_what_a_rule_stops_has_the_rest_of_its_call_put_back_and_names_the_rule() -> None:
    rig = Rig(PROFILE)
    both(rig)
    rig.car.set_state("Vehicle.Speed", 90)
    rig.run(1000)
    outcome = rig.outcomes["1"]
    assert (outcome.status, outcome.code) == ("stopped", "rolled_back") and outcome.verdict is not None
    assert "seat.driver.rolling" in {hit.id for hit in outcome.verdict.hits}
    assert rig.engine.live[FAN].value == 2
