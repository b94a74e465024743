"""Why the rules said what they said of one action: hits, reasons, and what would unlock it.

Runs only where a rule had a say, so it may be slow; the decision itself is made by the compiled rules.
Hits are sorted by weight and id, so the order of rules in a pack shows nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..types import Decision, Quality, RuleHit, Value
from . import ir
from .rules import VALUE, Rule

EFFECTS: Final = {
    "clamp": Decision.CLAMP,
    "confirm": Decision.CONFIRM,
    "defer": Decision.DEFER,
    "deny": Decision.DENY,
    "watch": Decision.DENY,  # a motion that would be stopped at once is not started
    "require": Decision.ALLOW,  # it speaks through what it adds to the call
    "limit": Decision.ALLOW,  # it speaks where it is exceeded
}
"""What a rule does by its condition alone. An effect that does not stand here denies."""
CONFLICT: Final = "clamp.conflict"


@dataclass(slots=True)
class Explanation:
    """Collects the reasons for one action. `env` holds every name the rules read, `value` as emitted.

    `reason` says why an input is unknown, `spell` writes a value of this path in its unit.
    """

    path: str
    requested: Value
    env: Mapping[str, Value | None]
    reason: Callable[[str], Quality]
    hits: list[RuleHit] = field(default_factory=list)
    unlock: list[str] = field(default_factory=list)
    deadlines_ms: list[int] = field(default_factory=list)

    def rule(self, rule: Rule, *, certain: bool) -> None:
        """Note a rule that is `certain` (a limit: exceeded, a require: impossible) or unknown."""
        if not certain:
            lacking = sorted(name for name in rule.reads if self.env[name] is None)
            effect = Decision.DEFER if rule.text.on_unknown == "defer" else Decision.DENY
            self._hit(rule, effect, tuple((name, self.reason(name)) for name in lacking))
        elif rule.limit is not None:
            self._hit(rule, Decision.CONFIRM if rule.limit.confirm else Decision.DENY)
        elif rule.companions:
            self._hit(rule, Decision.DENY)
        elif rule.text.effect != "clamp" or self._moves(rule):
            self._hit(rule, EFFECTS.get(rule.text.effect, Decision.DENY))

    def conflict(self, clamps: list[Rule], limits: tuple[str, int, str, int]) -> None:
        """Note that the clamps leave no value. `limits` is the path's own range, as text and in steps."""
        low_text, low, high_text, high = limits
        for rule in clamps:
            if (
                rule.low is not None
                and (bound := rule.low.at(self.env, upper=False)) is not None
                and bound > low
            ):
                low_text, low = rule.low.text, bound
            if (
                rule.high is not None
                and (bound := rule.high.at(self.env, upper=True)) is not None
                and bound < high
            ):
                high_text, high = rule.high.text, bound
        self.hits.append(RuleHit(CONFLICT, self.path, Decision.DENY, CONFLICT.replace(".", "-")))
        self.unlock.append(f"{low_text} <= {high_text}")

    def _hit(self, rule: Rule, effect: Decision, unknown: tuple[tuple[str, Quality], ...] = ()) -> None:
        self.hits.append(RuleHit(rule.text.id, self.path, effect, rule.text.reason_key, unknown))
        if effect is Decision.DEFER and rule.text.deadline_ms is not None:
            self.deadlines_ms.append(rule.text.deadline_ms)
        if effect >= Decision.DEFER:
            self.unlock += self._way_out(rule)

    def _way_out(self, rule: Rule) -> list[str]:
        """What would have to become true for the rule to rest; nothing for one that always fires."""
        applies = rule.when is None or ir.truth(rule.when, self.env) is True
        if rule.text.effect == "clamp" and applies:
            sides = ((rule.low, False, ">="), (rule.high, True, "<="))
            open_sides = ((b, op) for b, upper, op in sides if b and b.at(self.env, upper=upper) is None)
            return [f"{VALUE} {op} {bound.text}" for bound, op in open_sides]
        ways = [] if rule.when is None else [ir.until_false(rule.when, self.env)]
        return ways if rule.limit is None else [*ways, rule.limit.text]

    def _moves(self, rule: Rule) -> bool:
        """True when this clamp alone would have changed the requested value."""
        assert isinstance(self.requested, int)
        low = rule.low.at(self.env, upper=False) if rule.low else None
        high = rule.high.at(self.env, upper=True) if rule.high else None
        return (low is not None and self.requested < low) or (high is not None and self.requested > high)
