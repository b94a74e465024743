"""What simulated ECUs refuse and derive, compiled to exact values. An unknown input counts as the worst."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor

from ..profile import from_vss
from ..profile.model import Quantity
from ..types import Value
from . import model

Look = Callable[[str], Value | None]
"""Value of a path as the ECU sees it; None when it is not published."""


@dataclass(frozen=True)
class Test:
    """A comparison with exact numbers: above and below in steps, or one of some values."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    above: int | None
    below: int | None
    values: frozenset[Value]

    def holds(self, value: Value | None) -> bool:
        """Whether the value passes; unknown passes, since an ECU that does not know must expect the worst."""
        if value is None:
            return True
        if self.values and value not in self.values:
            return False
        if self.above is not None and not (isinstance(value, int) and value > self.above):
            return False
        return self.below is None or (isinstance(value, int) and value < self.below)


@dataclass(frozen=True)
class Limit:
    """One refusal of an ECU. `rising` None: either direction; `change` in steps."""

    why: str
    asks: Test
    rising: bool | None
    change: int | None
    while_: Mapping[str, Test]
    answer: str

    def refuses(self, current: Value | None, asked: Value, look: Look) -> bool:
        """Whether the ECU says no to going from `current` to `asked`."""
        if not self.asks.holds(asked):
            return False
        if isinstance(current, int) and isinstance(asked, int):
            if self.rising is not None and (asked > current) != self.rising:
                return False
            if self.change is not None and abs(asked - current) <= self.change:
                return False
        return all(test.holds(look(path)) for path, test in self.while_.items())


@dataclass(frozen=True)
class Derived:
    """How a path follows others: a copy of `same_as`, or the first case that holds."""

    same_as: str | None
    cases: tuple[tuple[Value, Mapping[str, Test]], ...]
    otherwise: Value | None

    @property
    def inputs(self) -> frozenset[str]:
        copied = {self.same_as} if self.same_as else set()
        return frozenset(copied.union(*(tests for _, tests in self.cases)))

    def value(self, look: Look) -> Value | None:
        """The value that follows from the inputs."""
        if self.same_as is not None:
            return look(self.same_as)
        for value, tests in self.cases:
            if all(test.holds(look(path)) for path, test in tests.items()):
                return value
        return self.otherwise


def test(condition: model.Condition, quantity: Quantity) -> Test:
    """Compile a condition on one path; ValueError when it does not fit the path's type."""
    ordered = condition.above is not None or condition.below is not None
    if ordered and quantity.type != "number":
        raise ValueError(f"`above` and `below` need a number, this path is {quantity.type}")
    return Test(
        above=None if condition.above is None else floor(condition.above / (quantity.step or 1)),
        below=None if condition.below is None else ceil(condition.below / (quantity.step or 1)),
        values=frozenset(from_vss(quantity, v) for v in condition.is_),
    )


def limit(spec: model.Limit, quantity: Quantity, while_: Mapping[str, Test]) -> Limit:
    """Compile a limit for one of its paths; ValueError when it does not fit the path's type."""
    asks = spec.asks
    if quantity.type != "number" and (asks.direction or asks.by_more_than is not None):
        raise ValueError(f"`direction` and `by_more_than` need a number, this path is {quantity.type}")
    return Limit(
        why=spec.why,
        asks=test(asks, quantity),
        rising=None if asks.direction is None else asks.direction == "up",
        change=None if asks.by_more_than is None else floor(asks.by_more_than / (quantity.step or 1)),
        while_=while_,
        answer=spec.answer,
    )
