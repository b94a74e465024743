"""Which ends of a command make a step that can be put back, and what speaks against putting it back."""

from typing import Any

import pytest

from intent_bridge.engine.effects import Order
from intent_bridge.engine.undo import Undos, UndoStep, can_undo, undoing
from intent_bridge.types import Action, Outcome, Provenance, Status
from tests.unit.engine.test_engine import DRIVER, Rig
from tests.unit.engine.test_running import FAN, WINDOW, running

MEMORY = "Vehicle.Cabin.Seat.Row1.DriverSide.MemoryRecall"
KNOWN = {"before": {WINDOW: 30, FAN: 2}, "reported": {WINDOW: 50, FAN: 5}}
FAILED = Outcome("0", "x", Status.TIMEOUT)


@pytest.mark.parametrize(
    ("status", "code", "changes", "why"),
    [
        (Status.DONE, "", KNOWN, ""),
        (Status.DONE, "", KNOWN | {"before": {WINDOW: 30}}, "before_unknown"),
        (Status.STOPPED, "asked", KNOWN, "stopped_halfway"),
        (Status.STOPPED, "rule", KNOWN, "stopped_halfway"),
        (Status.STOPPED, "superseded", KNOWN, None),  # the newer command's step says what was before
        (Status.STOPPED, "asked", KNOWN | {"moves": frozenset()}, None),
        (Status.TIMEOUT, "", KNOWN, None),
        (Status.REFUSED_BY_ECU, "", KNOWN, None),
    ],
)
def test_a_step_is_what_is_done_or_stands_halfway(
    status: Status, code: str, changes: dict[str, Any], why: str | None
) -> None:
    undos = Undos()
    undos.learn(running(**changes), status, code)
    assert [step.why for step in undos.steps] == ([] if why is None else [why])
    for step in undos.steps:
        assert (step.call_id, step.intent) == ("1", "set_window")
        assert (step.before, step.after) == (changes["before"], changes["reported"])


def test_an_undo_takes_its_step_away_when_it_is_done_and_is_none_itself() -> None:
    undos = Undos()
    undos.did(UndoStep("old", "x", {FAN: 2}, {FAN: 5}))
    back = Order("undo-1", "undo", Provenance(), (Action(FAN, 2),), undoes="old")
    undos.learn(running(order=back, **KNOWN), Status.STOPPED, "asked")
    assert [step.call_id for step in undos.steps] == ["old"]
    undos.learn(running(order=back, **KNOWN), Status.DONE, "")
    assert undos.steps == ()


@pytest.mark.parametrize("status", [Status.DONE, Status.STOPPED])
def test_what_puts_a_failed_call_back_is_no_step(status: Status) -> None:
    undos = Undos()
    back = Order("rollback-1", "rollback", Provenance(), (Action(FAN, 2),), restores=FAILED)
    undos.learn(running(order=back, **KNOWN), status, "")
    assert undos.steps == ()


def test_a_later_part_of_a_call_adds_what_it_has_set() -> None:
    undos = Undos()
    undos.did(UndoStep("scene", "x", {"a": 1}, {"a": 2}))
    undos.did(UndoStep("scene", "x", {"b": 5}, {"b": 6}))
    (step,) = undos.steps
    assert (step.before, step.after) == ({"a": 1, "b": 5}, {"a": 2, "b": 6})


def test_a_call_of_which_one_part_was_a_recall_cannot_be_put_back() -> None:
    rig = Rig()
    rig.engine.undos.did(UndoStep("1", "x", {MEMORY: "1", FAN: 2}, {MEMORY: "2", FAN: 2}))
    (shown,) = can_undo(rig.engine, DRIVER, rig.now_ms)
    assert (shown.status, shown.code) == (Status.DENIED, "recalled")


def test_what_stands_as_it_was_left_but_is_on_its_way_elsewhere_is_changed() -> None:
    rig = Rig()
    rig.engine.undos.did(UndoStep("1", "x", {FAN: 4}, {FAN: 2}))
    assert isinstance(undoing(rig.engine, DRIVER, rig.now_ms, "1"), Order)
    rig.submit("set_fan_speed", "2", level=7)
    found = undoing(rig.engine, DRIVER, rig.now_ms, "1")
    assert isinstance(found, Outcome) and found.code == "changed_since"


def test_what_may_not_be_put_back_by_the_rules_shows_no_value_that_would_leave() -> None:
    rig = Rig()
    rig.engine.undos.did(UndoStep("1", "x", {FAN: 4}, {FAN: 2}))
    (allowed,) = can_undo(rig.engine, DRIVER, rig.now_ms)
    (denied,) = can_undo(rig.engine, Provenance(), rig.now_ms)
    assert [(a.path, a.emitted) for a in allowed.actions] == [(FAN, 4)]
    assert denied.code == "rule" and [(a.path, a.emitted) for a in denied.actions] == [(FAN, None)]
