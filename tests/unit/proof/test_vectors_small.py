"""Vectors of small rules: each shows what its name says, and its rule alone decides."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.guard import load_packs
from intent_bridge.guard.proof.vectors import Made, Vector, make_vectors
from tests.unit.guard.car import FAN, GEAR, OTHER_SEAT, SEAT, SPEED, rule, with_pack

FAST = f"{SPEED} > 5 km/h"


def made(folder: Path, *rules: str) -> Made:
    profile = with_pack(folder, *rules)
    kept = {path: profile.actuators[path] for path in profile.actuators if path in (FAN, SEAT, OTHER_SEAT)}
    few = replace(profile, actuators=kept)
    return make_vectors(few, load_packs(few))


def shown(found: Made, path: str = SEAT) -> dict[str, Vector]:
    """The vectors of one path by what they show."""
    return {about: one for one in found.vectors if one.path == path for about in one.about.split(" | ")}


def test_a_clamp_is_shown_binding_resting_and_on_both_sides_of_its_condition(tmp_path: Path) -> None:
    low = rule(id="b.low", effect="clamp", on=[FAN], lo="40 %", when=f"{GEAR} == D")
    found = shown(made(tmp_path, rule(id="a.high", effect="clamp", on=[FAN], hi="60 %", when=FAST), low), FAN)
    for name, bound, beyond in (("a.high: hi", 6, range(7, 11)), ("b.low: lo", 4, range(4))):
        binds, rests = found[f"{name} binds"], found[f"{name} rests"]
        assert (binds.decision, binds.emitted, rests.decision) == ("clamp", bound, "allow")
        assert binds.value in beyond and rests.value in beyond and rests.emitted == rests.value
    for about, decision in (("at +1", "clamp"), ("at +0", "allow"), ("at -1", "allow"), ("true", "clamp")):
        assert found[f"a.high: {FAST} {about}"].decision == decision
    for gear in "PRND":
        vector = found[f"b.low: {GEAR} D at {gear}"]
        assert vector.decision == ("clamp" if gear == "D" else "allow") and vector.value in range(4)
    assert found["a.high: fires"].state[SPEED] in range(51, 3001)
    assert found["a.high: rests"].state[SPEED] in range(51)


@pytest.mark.parametrize("always", [(), (rule(id="e.always", effect="confirm", on=[SEAT]),)])
def test_where_it_can_be_had_no_other_rule_decides(tmp_path: Path, always: tuple[str, ...]) -> None:
    other = rule(id="f.trusted", when="not untrusted_text")
    found = shown(made(tmp_path, rule(id="c.fast", when=FAST), other, *always))
    silent = "confirm" if always else "allow"
    for about, decision in (("fires", "deny"), ("rests", silent), (f"{FAST} at +0", silent)):
        vector = found[f"c.fast: {about}"]
        assert (vector.decision, vector.who[3]) == (decision, True), about
    assert found["f.trusted: fires"].state.get(SPEED) in range(51)


def test_a_limit_is_shown_on_every_path_by_its_condition_and_at_once(tmp_path: Path) -> None:
    limit = rule(id="a.slew", effect="limit", on=[SEAT, OTHER_SEAT], when=FAST) + "  limit: {slew: 20 mm}\n"
    found = made(tmp_path, limit)
    for path in (SEAT, OTHER_SEAT):
        assert {f"a.slew: {word}{what}" for word in ("", "at once ") for what in ("fires", "rests")} <= shown(
            found, path
        ).keys()
    for way in ("value - current", "current - value"):
        said = [shown(found)[f"a.slew: at once {way} > slew <= 20 mm at {step:+d}"] for step in (-1, 0, 1)]
        assert [one.decision for one in said] == ["allow", "allow", "deny"]


def test_every_goal_is_shown_once_or_named_as_one_that_no_state_shows(tmp_path: Path) -> None:
    never_alone = rule(id="a.fan", on=[FAN], when=f"{FAST} or {SPEED} > 10 km/h")
    twice = rule(id="b.seat", when=f"({FAST} and {GEAR} == P) or ({FAST} and {GEAR} == D)")
    found = made(tmp_path, never_alone, rule(id="c.seat", effect="confirm"), twice)
    assert any(FAN in text and "> 10 km/h" in text for text in found.infeasible)
    both = made(tmp_path, rule(id="b.seat", when=f"{FAST} and ({FAST} or untrusted_text)"))
    for one in (*found.vectors, *both.vectors):
        parts = one.about.split(" | ")
        assert len(parts) == len(set(parts)), "two places of a rule that one state shows are named once"
    plain = made(tmp_path, never_alone, rule(id="c.seat", effect="confirm"))
    assert plain.goals == sum(len(one.about.split(" | ")) for one in plain.vectors) + len(plain.infeasible)
