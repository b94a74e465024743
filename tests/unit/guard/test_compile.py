"""The functions that rules come to: what they say, and that what rules share is tested once."""

from pathlib import Path

import pytest

from intent_bridge.guard import Guard, load_packs
from intent_bridge.guard.compile import Program, compile_rules
from intent_bridge.guard.quality import Gauge
from intent_bridge.types import Decision

from .car import FAN, GEAR, SEAT, SPEED, guard, judge, loaded, rule, tiny, with_pack


def compiled(folder: Path, path: str, *rules: str) -> Program:
    bound = loaded(folder, *rules).rules[path]
    gauges = {p: Gauge.of(p, info.quantity, info.max_age_ms) for p, info in tiny().sensors.items()}
    return compile_rules(gauges[path], bound, gauges)


def test_the_clamps_are_told_apart_by_their_bits(tmp_path: Path) -> None:
    clamps = [
        rule(id=name, effect="clamp", on=[FAN], hi=f"{most} %") for name, most in (("b.b", 80), ("c.c", 60))
    ]
    made = compiled(tmp_path, FAN, rule(id="a.a", on=[FAN], when="untrusted_text"), *clamps)
    assert [one.text.id for one in made.rules] == ["a.a", "b.b", "c.c"] and made.clamps == 0b110


def test_a_part_that_several_rules_share_is_tested_once_and_any_other_with_its_rule(tmp_path: Path) -> None:
    rear = "speaker == rear"
    made = compiled(
        tmp_path,
        SEAT,
        rule(id="a.a", when=f"{rear} and {SPEED} > 5 km/h"),
        rule(id="b.b", when=f"{rear} and {GEAR} == D"),
        rule(id="c.c", when=f"untrusted_text and {GEAR} == R"),
    )
    fast = made.source[made.source.index("def fast") : made.source.index("def full")]
    assert [line for line in fast.splitlines() if line.lstrip().startswith("if ")] == [
        " if speaker == 'rear':",
        "  if i1 > 50: m |= 1",
        "  if i0 == 'D': m |= 2",
        " if (tainted and i0 == 'R'): m |= 4",
    ]


def test_what_a_vehicle_lacks_is_unknown_and_what_stands_behind_it_is_read_all_the_same(
    tmp_path: Path,
) -> None:
    head = "names:\n  Vehicle.AAA.IsOn: {type: boolean}\n" + "".join(
        f"  {name}: {{type: number, unit: {unit}}}\n" for name, unit in ((SPEED, "km/h"), (SEAT, "mm"))
    )
    profile = with_pack(
        tmp_path, rule(when=f"Vehicle.AAA.IsOn and {SPEED} > 5 km/h"), layer="base", head=head
    )
    made = Guard(profile, load_packs(profile))
    assert judge(made, SEAT, 30, {SPEED: 50}).decision is Decision.ALLOW
    assert judge(made, SEAT, 30, {SPEED: 51}).decision is Decision.DENY


@pytest.mark.parametrize(
    ("hi", "asked", "emitted"),
    [("0 %", 5, 0), ("2 * current", 9, 6), ("current", 9, 3), ("current + 20 %", 9, 5)],
)
def test_a_bound_is_the_sum_that_is_written(tmp_path: Path, hi: str, asked: int, emitted: int) -> None:
    made = guard(tmp_path, rule(effect="clamp", on=[FAN], hi=hi))
    assert [action.value for action in judge(made, FAN, asked, {FAN: 3}).emitted] == [emitted]
