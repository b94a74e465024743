"""Limits over time: rate, slew, budget, drift and duty, on a history that is handed in."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.guard import NO_HISTORY, Guard, History
from intent_bridge.guard.history import MAX_MOVES, Move, exceeded
from intent_bridge.guard.ir import truth as truth_of
from intent_bridge.guard.rules import Limit
from intent_bridge.types import Action, Decision, Quality, Value, Verdict

from .car import (
    AIR_CON,
    DRIVER,
    FAN,
    LANE_KEEP,
    NOW,
    SEAT,
    SPEED,
    TEMPERATURE,
    guard,
    ids,
    loaded,
    problems,
    rule,
    state,
    with_pack,
)


def limit(on: str, limit: str, when: str = "", name: str = "a.limit") -> str:
    """A limit as YAML."""
    return rule(id=name, effect="limit", on=[on], when=when) + f"  limit: {limit}\n"


def judged(
    made: Guard, path: str, value: Value, history: History = NO_HISTORY, **changes: Value | None
) -> Verdict:
    paths = {"seat": SEAT, "speed": SPEED, "fan": FAN}
    now = state({paths[key]: changed for key, changed in changes.items()})
    return made.judge([Action(path, value)], now, DRIVER, NOW, history=history)


def past(path: str, *moves: Move) -> History:
    return History({path: moves})


def ago(ms: int, origin: int | None = None, steps: int = 0, ran_ms: int = 0) -> Move:
    return Move(NOW - ms, origin, steps, NOW - ms + ran_ms)


RATE = "{rate: 2, window_ms: 1000}"


@pytest.mark.parametrize(
    ("before", "decision"),
    [
        ((), Decision.ALLOW),
        ((ago(500),), Decision.ALLOW),
        ((ago(999), ago(500)), Decision.DENY),
        ((ago(1000), ago(500)), Decision.ALLOW),
        ((ago(-5), ago(500)), Decision.DENY),
    ],
)
def test_a_rate_counts_the_changes_in_its_window(
    tmp_path: Path, before: Iterable[Move], decision: Decision
) -> None:
    verdict = judged(guard(tmp_path, limit(AIR_CON, RATE)), AIR_CON, False, past(AIR_CON, *before))
    assert verdict.decision is decision
    assert verdict.unlock == (("rate <= 2 within 1000 ms",) if decision is Decision.DENY else ())


@pytest.mark.parametrize(("seat", "value", "fine"), [(20, 24, True), (20, 25, False), (20, 15, False)])
def test_a_slew_bounds_one_call(tmp_path: Path, seat: int, value: int, fine: bool) -> None:
    verdict = judged(guard(tmp_path, limit(SEAT, "{slew: 20 mm}")), SEAT, value, seat=seat)
    assert (verdict.decision is Decision.ALLOW) is fine


def test_a_budget_adds_up_what_was_moved_in_any_direction(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{budget: 50 mm, window_ms: 60000}"))
    moved = past(SEAT, ago(50_000, 20, 4), ago(40_000, 24, 4))
    assert judged(made, SEAT, 22, moved).decision is Decision.ALLOW
    assert judged(made, SEAT, 23, moved).decision is Decision.DENY
    assert judged(made, SEAT, 23, past(SEAT, ago(60_000, 20, 8))).decision is Decision.ALLOW


def test_a_drift_bounds_the_way_from_where_it_was_so_that_small_steps_do_not_add_up(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{drift: 30 mm, window_ms: 60000}"))
    assert judged(made, SEAT, 26).decision is Decision.ALLOW
    assert judged(made, SEAT, 27).decision is Decision.DENY
    nudged = past(SEAT, ago(50_000, 15, 2), ago(40_000, 17, 3))
    assert judged(made, SEAT, 21, nudged).decision is Decision.ALLOW
    assert judged(made, SEAT, 22, nudged).decision is Decision.DENY
    assert judged(made, SEAT, 22, past(SEAT, ago(60_000, 15, 2))).decision is Decision.ALLOW
    assert judged(made, SEAT, 20, past(SEAT, ago(500, None, 50))).decision is Decision.DENY


def test_a_duty_counts_how_long_commands_ran(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{duty_ms: 1000, window_ms: 10000}"))
    assert judged(made, SEAT, 22, past(SEAT, ago(5000, 20, 1, 999))).decision is Decision.ALLOW
    assert judged(made, SEAT, 22, past(SEAT, ago(5000, 20, 1, 1000))).decision is Decision.DENY
    assert judged(made, SEAT, 22, past(SEAT, ago(10_500, 20, 1, 1499))).decision is Decision.ALLOW
    assert judged(made, SEAT, 22, past(SEAT, Move(NOW - 1000, 20, 1))).decision is Decision.DENY


def test_a_motion_stops_when_its_duty_is_used_up(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{duty_ms: 1000, window_ms: 10000}"))
    history = past(SEAT, ago(2000, 20, 1, 400))
    permit = judged(made, SEAT, 30, history).permit
    assert permit is not None
    assert made.watch(permit, DRIVER, state(at_ms=NOW + 599), NOW + 599, history) == ()
    (hit,) = made.watch(permit, DRIVER, state(at_ms=NOW + 600), NOW + 600, history)
    assert (hit.id, hit.effect) == ("a.limit", Decision.DENY)


def test_a_limit_can_ask_instead(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{slew: 20 mm, exceeded: confirm}"))
    asked = judged(made, SEAT, 30)
    assert (asked.decision, ids(asked)) == (Decision.CONFIRM, ["a.limit"])
    yes = made.judge([Action(SEAT, 30)], state(), DRIVER, NOW, confirmed=True)
    assert yes.permit is not None
    assert yes.digest == asked.digest
    near = made.judge([Action(SEAT, 22)], state(), DRIVER, NOW, confirmed=True)
    assert near.digest != asked.digest


def test_a_limit_applies_where_its_condition_holds_and_denies_while_that_is_unknown(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{slew: 20 mm}", "Vehicle.Speed > 0 km/h"))
    assert judged(made, SEAT, 40).decision is Decision.ALLOW
    assert judged(made, SEAT, 40, speed=1).decision is Decision.DENY
    assert judged(made, SEAT, 22, speed=1).decision is Decision.ALLOW
    unknown = judged(made, SEAT, 22, speed=None)
    assert (unknown.decision, unknown.hits[0].unknown) == (Decision.DENY, ((SPEED, Quality.MISSING),))


def test_an_unknown_place_exceeds_what_is_measured_from_it(tmp_path: Path) -> None:
    verdict = judged(guard(tmp_path, limit(SEAT, "{slew: 20 mm}")), SEAT, 22, seat=None)
    assert (verdict.decision, verdict.hits[0].unknown) == (Decision.DENY, ((SEAT, Quality.MISSING),))
    assert judged(guard(tmp_path, limit(SEAT, RATE)), SEAT, 22, seat=None).decision is Decision.ALLOW


def test_what_is_certain_at_once_is_stated_for_the_proofs(tmp_path: Path) -> None:
    (slew,) = loaded(tmp_path, limit(SEAT, "{slew: 20 mm}")).rules[SEAT]
    (rate,) = loaded(tmp_path, limit(SEAT, RATE)).rules[SEAT]
    (only,) = loaded(tmp_path, limit(SEAT, "{slew: 20 mm}", "Vehicle.Speed > 0 km/h")).rules[SEAT]
    assert rate.at_once is None
    for rule_, env, truth in (
        (slew, {"value": 25, SEAT: 20}, True),
        (slew, {"value": 15, SEAT: 20}, True),
        (slew, {"value": 24, SEAT: 20}, False),
        (only, {"value": 25, SEAT: 20, SPEED: 0}, False),
        (only, {"value": 25, SEAT: 20, SPEED: 1}, True),
    ):
        assert rule_.at_once is not None
        assert truth_of(rule_.at_once, env) is truth


# The history


def test_only_limited_paths_are_remembered_and_only_as_long_as_they_count(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{budget: 50 mm, window_ms: 1000}"), limit(SEAT, RATE, name="b.rate"))
    permit = made.judge([Action(SEAT, 24), Action(FAN, 1)], state(), DRIVER, NOW).permit
    assert permit is not None
    one = made.remember(NO_HISTORY, permit.emitted, state(), NOW)
    assert NO_HISTORY.of(SEAT) == ()
    assert (one.of(SEAT), one.of(FAN)) == ((Move(NOW, 20, 4),), ())
    two = made.remember(one, permit.emitted, state(at_ms=NOW + 100), NOW + 100)
    assert two.of(SEAT) == (Move(NOW, 20, 4, NOW + 100), Move(NOW + 100, 20, 4))
    over = two.ended([SEAT, FAN], NOW + 200)
    assert [move.ended_ms for move in over.of(SEAT)] == [NOW + 100, NOW + 200]
    assert NO_HISTORY.ended([SEAT], NOW) is NO_HISTORY
    late = made.remember(over, permit.emitted, state(at_ms=NOW + 1200), NOW + 1200)
    assert late.of(SEAT) == (Move(NOW + 1200, 20, 4),)


def test_a_move_from_an_unknown_place_counts_as_the_longest(tmp_path: Path) -> None:
    made = guard(
        tmp_path,
        limit(SEAT, RATE),
        limit(LANE_KEEP, RATE, name="b.rate"),
        limit(TEMPERATURE, RATE, name="c.rate"),  # its range does not begin at 0
    )
    for path, value, steps in ((SEAT, 24, 50), (LANE_KEEP, True, 1), (TEMPERATURE, 40, 30)):
        permit = judged(made, path, value).permit
        assert permit is not None
        assert made.remember(NO_HISTORY, permit.emitted, {}, NOW).of(path) == (Move(NOW, None, steps),)


def test_more_changes_than_can_be_kept_exceed_every_limit() -> None:
    old = tuple(ago(100_000 + n) for n in range(MAX_MOVES))
    assert exceeded(Limit("rate", 5, 10, ""), (1, 1), old, NOW)
    assert not exceeded(Limit("rate", 5, 10, ""), (1, 1), old[1:], NOW)
    assert len(History({SEAT: old}).begun(SEAT, ago(0), 10**9).of(SEAT)) == MAX_MOVES


MOVES = st.lists(
    st.builds(
        ago,
        st.integers(0, 3000),
        st.one_of(st.none(), st.integers(0, 50)),
        st.integers(0, 50),
        st.integers(0, 900),
    ),
    max_size=6,
).map(tuple)


@given(
    st.sampled_from(["rate", "slew", "budget", "drift", "duty"]),
    st.integers(0, 60),
    st.integers(0, 50),
    st.integers(0, 50),
    MOVES,
    MOVES,
)
def test_a_longer_history_never_allows_more(
    kind: object, most: int, value: int, current: int, some: tuple[Move, ...], more: tuple[Move, ...]
) -> None:
    bound = Limit(kind, most, 2000, "")  # type: ignore[arg-type]
    if exceeded(bound, (value, current), some, NOW):
        assert exceeded(bound, (value, current), (*more, *some), NOW)


@pytest.mark.parametrize(
    ("on", "text", "what"),
    [
        (SEAT, "{rate: 1}", "a limit has window_ms, only a slew has none"),
        (SEAT, "{slew: 5 mm, window_ms: 5}", "a limit has window_ms, only a slew has none"),
        (SEAT, "{rate: 1, slew: 5 mm, window_ms: 5}", "a limit has one of"),
        (SEAT, "{window_ms: 5}", "a limit has one of"),
        (SEAT, "{duty_ms: 5, window_ms: 50, exceeded: confirm}", "a duty denies"),
        (SEAT, "{slew: 5 km/h}", "mixes"),
        (SEAT, "{slew: 7 mm}", "lies between two steps"),
        (SEAT, "{slew: -5 mm}", "less than nothing"),
        (SEAT, "{slew: 250 mm}", "is never exceeded"),
        (SEAT, "{drift: 300 mm, window_ms: 5}", "is never exceeded"),
        (SEAT, "{slew: Vehicle.Speed}", "is not a name"),
        (SEAT, "{slew: '5 mm ='}", "is not in the rule language"),
        (AIR_CON, "{slew: 1 level}", "a slew of a boolean"),
        (TEMPERATURE, "{slew: 15 Celsius}", "is never exceeded"),  # 15.5 to 30.5
    ],
)
def test_a_faulty_limit_is_refused(tmp_path: Path, on: str, text: str, what: str) -> None:
    assert any(what in p.what for p in problems(with_pack(tmp_path, limit(on, text))))


def test_limit_and_limit_belong_together(tmp_path: Path) -> None:
    found = problems(with_pack(tmp_path, rule(effect="limit")))
    assert "a limit, and nothing else, has limit" in found[0].what


def test_a_command_that_is_over_keeps_its_end_when_the_next_begins() -> None:
    first = NO_HISTORY.begun(SEAT, Move(0, 20, 1), 10_000).ended([SEAT], 300)
    both = first.begun(SEAT, Move(1000, 21, 1), 10_000)
    assert both.of(SEAT) == (Move(0, 20, 1, 300), Move(1000, 21, 1))
    third = both.begun(SEAT, Move(2000, 22, 1), 10_000)
    assert [move.ended_ms for move in third.of(SEAT)] == [300, 2000, None]


def test_a_command_that_ended_before_the_window_ran_no_millisecond_in_it() -> None:
    limit = Limit("duty", 1, 1000, "")
    assert not exceeded(limit, (22, 20), (Move(0, 20, 1, 500), Move(0, 20, 1, 900)), 2000)
    assert exceeded(limit, (22, 20), (Move(0, 20, 1, 1001),), 2000)


def test_of_two_limits_the_longer_window_is_remembered(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{budget: 50 mm, window_ms: 10000}"), limit(SEAT, RATE, name="b.rate"))
    before = state(at_ms=NOW - 5000)
    one = made.remember(NO_HISTORY, {SEAT: 28}, before, NOW - 5000).ended([SEAT], NOW - 4900)
    two = made.remember(one, {SEAT: 21}, state(), NOW)
    assert [move.at_ms for move in two.of(SEAT)] == [NOW - 5000, NOW]
    assert judged(made, SEAT, 22, one).decision is Decision.ALLOW
    assert judged(made, SEAT, 23, one).decision is Decision.DENY


def test_what_was_done_before_speaks_against_what_still_waits(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(AIR_CON, RATE))
    permit = judged(made, AIR_CON, False).permit
    assert permit is not None
    assert made.objections(permit, DRIVER, state(), NOW) is None
    twice = past(AIR_CON, ago(600), ago(500))
    (hit,) = made.objections(permit, DRIVER, state(), NOW, history=twice) or ()
    assert (hit.id, hit.effect) == ("a.limit", Decision.DENY)


def test_a_limit_that_is_not_exceeded_has_no_part_in_what_a_yes_is_bound_to(tmp_path: Path) -> None:
    asks = rule(id="a.ask", effect="confirm", on=[SEAT])
    slews = limit(SEAT, "{slew: 20 mm}", "Vehicle.Speed > 5 km/h", name="b.slew")
    made = guard(tmp_path, asks, slews)
    still, driving = judged(made, SEAT, 22, speed=0), judged(made, SEAT, 22, speed=60)
    assert (still.decision, ids(still), ids(driving)) == (Decision.CONFIRM, ["a.ask"], ["a.ask"])
    assert still.digest == driving.digest


def test_a_slew_has_no_window_and_says_so_in_its_way_out(tmp_path: Path) -> None:
    (slew,) = loaded(tmp_path, limit(SEAT, "{slew: 20 mm}")).rules[SEAT]
    assert slew.limit == Limit("slew", 4, 0, "slew <= 20 mm")
    assert judged(guard(tmp_path, limit(SEAT, "{slew: 20 mm}")), SEAT, 30).unlock == ("slew <= 20 mm",)
    (wide,) = loaded(tmp_path, limit(TEMPERATURE, "{slew: 14.5 Celsius}")).rules[TEMPERATURE]
    assert wide.limit is not None and wide.limit.most == 29


def test_a_slew_of_nothing_lets_nothing_move(tmp_path: Path) -> None:
    made = guard(tmp_path, limit(SEAT, "{slew: 0 mm}"))
    assert judged(made, SEAT, 20).decision is Decision.ALLOW
    assert judged(made, SEAT, 21).decision is judged(made, SEAT, 19).decision is Decision.DENY
