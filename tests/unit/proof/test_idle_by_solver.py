"""Rules that can do nothing, where only the solver sees it; and rules that have a say after all."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("z3")

from intent_bridge.guard import load_packs
from intent_bridge.guard.proof import prove
from tests.unit.guard.car import AIR_CON, FAN, GEAR, LANE_KEEP, SEAT, SPEED, rule, with_pack

ALL = rule(id="a.all", on=[SEAT])
LIMIT = rule(id="b.limit", effect="limit", on=[SEAT]) + "  limit: {rate: 2, window_ms: 1000}\n"
AGAIN = rule(id="c.again", on=[SEAT], repeats="a.all")
HALF = rule(id="a.half", effect="clamp", on=[FAN], hi="50 %")
MORE = rule(id="b.more", effect="clamp", on=[FAN], hi="60 %")
COUNTED = rule(id="a.limit", effect="limit", on=[FAN]) + "  limit: {rate: 2, window_ms: 1000}\n"
APART = (
    rule(id="a.low", effect="clamp", on=[FAN], lo="60 %", when=f"{GEAR} == D"),
    rule(id="b.high", effect="clamp", on=[FAN], hi="50 %"),
)


@pytest.mark.parametrize(
    ("rules", "idle"),
    [
        ((ALL, LIMIT, AGAIN), set()),  # a limit counts, and what is said again on purpose is none
        ((HALF, MORE), {"b.more"}),
        ((COUNTED, HALF.replace("a.half", "b.half"), MORE.replace("b.more", "c.more")), {"c.more"}),
        (
            (*APART, rule(id="c.gear", on=[FAN], when=f"{GEAR} == D")),
            {"a.low", "c.gear"},
        ),  # the clamps conflict there
        ((*APART, rule(id="c.gear", on=[FAN], when=f"{GEAR} == R")), set()),
        ((*APART, rule(id="c.ask", effect="confirm", on=[FAN], when=f"{SPEED} > 5 km/h")), set()),
        (
            (rule(id="a.air", on=[AIR_CON]), rule(id="b.both", on=[AIR_CON, LANE_KEEP], when="value")),
            set(),  # it has a say on its second path
        ),
    ],
)
def test_a_rule_is_redundant_when_every_verdict_is_the_same_without_it(
    tmp_path: Path, rules: tuple[str, ...], idle: set[str]
) -> None:
    profile = with_pack(tmp_path, *rules)
    kept = (SEAT, FAN, AIR_CON, LANE_KEEP)
    few = replace(profile, actuators={path: profile.actuators[path] for path in kept})
    report = prove(few, load_packs(few))
    notes = [failure.note for failure in report.failures if failure.claim == "law.no_redundant_rule"]
    assert {note.split("`")[1] for note in notes} == idle
    assert not [failure for failure in report.failures if failure.claim == "law.no_dead_rule"]
