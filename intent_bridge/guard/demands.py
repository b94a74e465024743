"""What a require demands of the rest of the call: evaluated, and met with what is asked and what is there.

Demands on one path combine like clamps: intervals by intersection, values by being the same. What is left
empty denies. So neither the order of rules nor that of actions can matter.
"""

from collections.abc import Iterable
from typing import Final

from ..frozen import frozen
from ..types import Decision, RuleHit, Value
from . import ir
from .rules import Companion, Rule

CONFLICT: Final = "require.conflict"


@frozen
class Demand:
    """One rule wants `path` at `value`, or for a number from `low` to `high` (None: no bound)."""

    rule_id: str
    reason_key: str
    path: str
    low: int | None = None
    high: int | None = None
    value: bool | str | None = None
    text: str = ""

    def met_by(self, value: Value | None) -> bool:
        """True when this value is what is demanded. Unknown is not."""
        if self.value is not None:
            return value == self.value
        return (
            isinstance(value, int)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
        )

    def hit(self) -> RuleHit:
        """The rule adds this action, or moves one that was asked."""
        return RuleHit(self.rule_id, self.path, Decision.CLAMP, self.reason_key)


def demands(rule: Rule, env: ir.Env) -> list[Demand] | None:
    """What a require whose condition holds demands now; None when a bound is unknown."""
    found = []
    for companion in rule.companions:
        low, high = (
            None if bound is None else bound.at(env, upper=upper)
            for bound, upper in ((companion.low, False), (companion.high, True))
        )
        if (low is None) != (companion.low is None) or (high is None) != (companion.high is None):
            return None
        text = rule.text.id, rule.text.reason_key, companion.path
        found.append(Demand(*text, low, high, companion.value, _spelt(companion)))
    return found


def _spelt(companion: Companion) -> str:
    if companion.value is not None:
        spelt = companion.path if companion.value is True else f"not {companion.path}"
        return f"{companion.path} == {companion.value}" if isinstance(companion.value, str) else spelt
    sides = ((companion.low, ">="), (companion.high, "<="))
    return " and ".join(f"{companion.path} {op} {bound.text}" for bound, op in sides if bound is not None)


def meet(wanted: Iterable[Demand], low: int, high: int, value: int) -> int | None:
    """The value nearest to `value` in `low` to `high` that all demands allow; None when there is none."""
    for demand in wanted:
        low = low if demand.low is None else max(low, demand.low)
        high = high if demand.high is None else min(high, demand.high)
    return None if low > high else min(max(value, low), high)


def conflict(path: str, wanted: Iterable[Demand]) -> tuple[tuple[RuleHit, ...], tuple[str, ...]]:
    """Hits and way out where demands cannot be met."""
    wanted = sorted(wanted, key=lambda demand: demand.rule_id)
    hit = RuleHit(CONFLICT, path, Decision.DENY, CONFLICT.replace(".", "-"))
    blamed = (RuleHit(demand.rule_id, path, Decision.DENY, demand.reason_key) for demand in wanted)
    return (hit, *blamed), tuple(demand.text for demand in wanted)
