"""Where a generator's choices come from: a seeded random number, or hypothesis, which can shrink them."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices for one drive. `index(n)` gives a number from 0 to n-1; everything else follows from it.

    Put the simplest choice first: shrinking goes towards 0.
    """

    def __init__(self, index: Callable[[int], int]) -> None:
        self.index = index

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.index(len(choices))]

    def chance(self, percent: int) -> bool:
        """True in so many cases of a hundred."""
        return self.index(100) >= 100 - percent

    def between(self, low: int, high: int) -> int:
        """A whole number, ends included."""
        return low + self.index(high - low + 1)


def seeded(seed: int) -> Dice:
    """Dice that fall the same way for the same seed."""
    random = Random(seed).random
    return Dice(lambda n: int(random() * n))
