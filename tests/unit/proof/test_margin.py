"""How fast the car can truly be where a rule on the measured speed still lets something through."""

from fractions import Fraction
from pathlib import Path

from intent_bridge.guard import load_packs
from intent_bridge.guard.proof.margin import Margin, margins
from tests.unit.guard.car import FAN, GEAR, SEAT, SPEED, rule, with_pack


def test_each_speed_bound_is_told_once_with_all_its_paths_the_slowest_first(tmp_path: Path) -> None:
    profile = with_pack(
        tmp_path,
        rule(id="b.over", on=[SEAT, FAN], when=f"{SPEED} > 5 km/h"),
        rule(
            id="a.over", effect="confirm", when=f"{GEAR} == D and not {SPEED} <= 30 km/h and {SPEED} > 5 km/h"
        ),
        rule(id="c.from", when=f"{SPEED} >= 5 km/h or {SPEED} > 90 km/h"),
        rule(id="e.seat", when="value > 50 mm"),
        rule(id="d.below", when=f"{SPEED} < 8 km/h and untrusted_text"),
    )
    age_ms = profile.sensors[SPEED].max_age_ms
    gained = Fraction(age_ms + 300, 1000) * 4 * Fraction(36, 10)
    found = margins(profile, load_packs(profile), 300, Fraction(4))
    assert [(one.rule, one.effect, one.measured_km_h) for one in found] == [
        ("c.from", "deny", Fraction(49, 10)),
        ("a.over", "confirm", Fraction(5)),
        ("b.over", "deny", Fraction(5)),
        ("c.from", "deny", Fraction(90)),
    ]
    assert all(one.true_km_h == one.measured_km_h + gained for one in found)
    assert (
        Margin(
            "b.over",
            "deny",
            tuple(path for path in profile.actuators if path in (FAN, SEAT)),
            Fraction(5),
            5 + gained,
        )
        in found
    )
