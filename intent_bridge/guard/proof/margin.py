"""How fast the car can truly be when a speed rule still lets an action through.

A rule sees the measured speed. The sample may be as old as the profile allows, and the command needs time to
act; meanwhile the car accelerates. So true speed = threshold + (age + latency) x acceleration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ...profile import Profile
from .. import ir
from ..rules import Rule, RuleSet

SPEED = "Vehicle.Speed"


@dataclass(frozen=True)
class Margin:
    """One speed bound of one rule, in km/h: what it lets through as measured, and what that can truly be."""

    rule: str
    effect: str
    paths: tuple[str, ...]
    measured_km_h: Fraction
    true_km_h: Fraction


def margins(profile: Profile, rules: RuleSet, latency_ms: int, acceleration_m_s2: Fraction) -> list[Margin]:
    """Every speed bound of every rule, the slowest first."""
    step = rules.kinds[SPEED].step
    age_ms = profile.sensors[SPEED].max_age_ms
    gained = Fraction(age_ms + latency_ms, 1000) * acceleration_m_s2 * Fraction(36, 10)
    found: dict[tuple[str, str, int], list[str]] = {}
    for path, bound in rules.rules.items():
        for rule in bound:
            for highest in _highest(rule):
                found.setdefault((rule.text.id, rule.text.effect, highest), []).append(path)
    made = [
        Margin(name, effect, tuple(paths), highest * step, highest * step + gained)
        for (name, effect, highest), paths in found.items()
    ]
    return sorted(made, key=lambda margin: (margin.measured_km_h, margin.rule))


def _highest(rule: Rule) -> Iterator[int]:
    """Highest measured speeds, in steps, at which a part of the condition does not yet hold."""
    for node in ir.atoms(rule.when):
        if node.terms == ((1, SPEED),) and node.op in (">", ">="):
            yield node.const if node.op == ">" else node.const - 1
