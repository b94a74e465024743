"""Which of two small rule sets lets more through, where the shipped packs have no such change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("z3")

from intent_bridge.guard import RuleSet, load_packs
from intent_bridge.guard.proof.compare import Compared, compare
from intent_bridge.profile import Profile
from tests.unit.guard.car import OUTSIDE, SEAT, SPEED, rule, with_pack

MOVING = rule(id="a.moving", when=f"{SPEED} > 5 km/h")


def car(folder: Path, *rules: str, without: str = "", fact: bool = False) -> tuple[Profile, RuleSet]:
    """The seat with these rules, in a vehicle that may lack a sensor, or be told of it by its host."""
    folder.mkdir()
    profile = with_pack(folder, *rules)
    sensors = {path: info for path, info in profile.sensors.items() if path != without}
    facts: dict[str, Any] = {without: profile.sensors[without]} if fact else {}
    profile = replace(profile, sensors=sensors, facts=facts, actuators={SEAT: profile.actuators[SEAT]})
    return profile, load_packs(profile)


def limit(name: str, text: str) -> str:
    return rule(id=name, effect="limit") + f"  limit: {text}\n"


def changed(folder: Path, old: tuple[str, ...], new: tuple[str, ...]) -> Compared:
    (found,) = compare(car(folder / "old", *old), car(folder / "new", *new))
    return found


@pytest.mark.parametrize(
    ("old", "new", "change", "opens"),
    [
        ("{rate: 2, window_ms: 1000}", "{rate: 1, window_ms: 500}", "different", True),
        ("{rate: 2, window_ms: 1000}", "{rate: 3, window_ms: 1000}", "looser", True),
        ("{rate: 2, window_ms: 1000}", "{rate: 2, window_ms: 2000}", "stricter", False),
        ("{rate: 2, window_ms: 1000}", "{duty_ms: 2000, window_ms: 9000}", "different", True),
    ],
)
def test_of_two_limits_only_the_same_kind_is_known_to_be_tighter(
    tmp_path: Path, old: str, new: str, change: str, opens: bool
) -> None:
    found = changed(tmp_path, (limit("a.limit", old),), (limit("a.limit", new),))
    assert (found.change, found.opens) == (change, opens)


def test_two_limits_that_are_both_raised_are_looser_and_not_different(tmp_path: Path) -> None:
    before, after = (
        tuple(
            limit(f"{name}.limit", f"{{rate: {n}, window_ms: {ms}}}")
            for name, ms in (("a", 1000), ("b", 60000))
        )
        for n in (2, 3)
    )
    assert changed(tmp_path, before, after).change == "looser"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (rule(id="a.a"), limit("a.a", "{rate: 2, window_ms: 1000}"), "looser"),
        (limit("a.a", "{rate: 2, window_ms: 1000}"), rule(id="a.a"), "stricter"),
        (limit("a.a", "{rate: 2, window_ms: 1000}"), MOVING, "different"),
        (MOVING.replace("deny", "defer") + "  deadline_ms: 1000\n", MOVING, "different"),
    ],
)
def test_a_rule_that_becomes_another_kind_of_rule_is_compared_too(
    tmp_path: Path, old: str, new: str, change: str
) -> None:
    assert changed(tmp_path, (old,), (new,)).change == change


@pytest.mark.parametrize("fact", [False, True])
def test_what_only_the_old_vehicle_knew_still_counts_for_its_old_rules(tmp_path: Path, fact: bool) -> None:
    hot = rule(id="a.hot", when=f"{OUTSIDE} > 30 Celsius")
    old = car(tmp_path / "old", hot, without=OUTSIDE if fact else "", fact=fact)
    (found,) = compare(old, car(tmp_path / "new", rule(id="a.hot"), without=OUTSIDE))
    assert found.change == "stricter", "it was allowed when it was known to be cool"
