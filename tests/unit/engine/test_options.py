"""Of several ways to serve a request: the first that may be done, without the parts that may not."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from intent_bridge.engine.effects import Order
from intent_bridge.engine.engine import Engine
from intent_bridge.engine.options import chosen
from intent_bridge.resolver import Option, Options
from intent_bridge.types import Action, Decision, Provenance, Quality, RuleHit, ToolCall, Value, Verdict

CALL = ToolCall("1", "adjust_comfort", {})
ALLOW, CLAMP, CONFIRM, DEFER, DENY = Decision


def engine(
    rules: Mapping[str, Decision],
    here: Mapping[str, Value] | None = None,
    going: Mapping[str, Value] | None = None,
) -> Engine:
    """An engine whose rules are one word per path, on what stands here and is on its way."""

    def verdict(order: Order, *_: object) -> Verdict:
        hits = tuple(
            RuleHit("r", a.path, rules[a.path], "why") for a in order.actions if rules.get(a.path, ALLOW)
        )
        decision = max((hit.effect for hit in hits), default=ALLOW)
        return Verdict(decision, order.actions, order.actions, hits)

    def known(path: str, _: int) -> tuple[Value | None, Quality]:
        value = (here or {}).get(path)
        return value, Quality.MISSING if value is None else Quality.OK

    made = SimpleNamespace(
        judge=SimpleNamespace(verdict=verdict),
        commands=SimpleNamespace(wanted=lambda _: going or {}),
        known=known,
        state={},
    )
    return cast(Engine, made)


def way(*paths: str, optional: str = "") -> Option:
    actions = tuple(Action(path, 1) for path in paths)
    return Option(actions, frozenset(optional.split()), lambda values: {"told": dict(values)})


def taken(made: Engine, *ways: Option) -> list[str] | None:
    order = chosen(made, CALL, Provenance(), Options(ways, {"feeling": "cold"}), 0)
    return None if order is None else [action.path for action in order.actions]


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({}, "a"),
        ({"a": CLAMP}, "a"),  # less than asked is still served
        ({"a": CONFIRM}, "b"),
        ({"a": DENY}, "b"),
        ({"a": DENY, "b": CONFIRM}, "c"),
        ({"a": DENY, "b": CONFIRM, "c": DEFER}, "b"),  # the least objection
        ({"a": DEFER, "b": CONFIRM, "c": CONFIRM}, "b"),
        ({"a": CONFIRM, "b": CONFIRM, "c": DENY}, "a"),  # of equals the first
        ({"a": DENY, "b": DENY, "c": DENY}, "a"),
    ],
)
def test_the_first_way_that_may_be_done_is_taken_or_that_of_the_least_objection(
    rules: dict[str, Decision], path: str
) -> None:
    assert taken(engine(rules), way("a"), way("b"), way("c")) == [path]


@pytest.mark.parametrize(
    ("effect", "paths"), [(CLAMP, ["a", "b"]), (CONFIRM, ["a"]), (DEFER, ["a"]), (DENY, ["a"])]
)
def test_an_optional_part_that_would_be_asked_about_or_denied_is_left_out(
    effect: Decision, paths: list[str]
) -> None:
    assert taken(engine({"b": effect}), way("a", "b", optional="b c")) == paths
    assert taken(engine({"b": effect}), way("a", "b", optional="a")) == ["a", "b"]


def test_a_way_of_which_nothing_is_left_is_passed_over() -> None:
    assert taken(engine({"a": DENY}), way("a", optional="a"), way("b")) == ["b"]
    assert taken(engine({"a": DENY}), way("a", optional="a")) is None


def test_a_way_that_changes_nothing_is_passed_over_and_one_that_changes_a_part_is_not() -> None:
    assert taken(engine({}, here={"a": 1}), way("a"), way("b")) == ["b"]
    assert taken(engine({}, here={"a": 1}), way("a", "b")) == ["a", "b"]
    assert taken(engine({}, here={"a": 1}), way("a")) is None
    assert taken(engine({}, here={"a": 0}, going={"a": 1}), way("a"), way("b")) == ["b"]
    assert taken(engine({}, here={"a": 1}, going={"a": 0}), way("a"), way("b")) == ["a"]


def test_the_order_tells_why_by_the_values_that_will_leave() -> None:
    made = engine({"b": CONFIRM})
    options: Any = Options((way("a", "b", optional="b"),), {"feeling": "cold"})
    order = chosen(made, CALL, Provenance(), options, 0)
    assert order is not None
    assert (order.call_id, order.intent, order.arguments) == ("1", "adjust_comfort", {"feeling": "cold"})
    assert order.data == {"told": {"a": 1}}
