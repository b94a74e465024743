"""What has been done to limited paths: a frozen value, handed to the guard so that the guard stays pure.

Whoever runs commands keeps one, notes with `Guard.remember` what begins and with `ended` what is over, and
passes it to `Guard.judge`. A longer history never allows more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from ..types import Value
from .rules import Limit

MAX_MOVES: Final = 1024
"""Changes of one path that are kept; with that many in its window every limit is exceeded."""


@dataclass(frozen=True, slots=True)
class Move:
    """One change that was sent: when, from where, how many steps, and until when its command ran.

    `origin` is None where the path had no known number, `ended_ms` while the command is under way.
    """

    at_ms: int
    origin: int | None
    steps: int
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The changes of each limited path, oldest first."""

    moves: Mapping[str, tuple[Move, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, path: str) -> tuple[Move, ...]:
        """The changes of one path."""
        return self.moves.get(path, ())

    def begun(self, path: str, move: Move, horizon_ms: int) -> "History":
        """With one more change; what ended before the horizon is forgotten, what still ran has ended."""
        oldest_ms = move.at_ms - horizon_ms
        before = [
            replace(m, ended_ms=move.at_ms) if m.ended_ms is None else m
            for m in self.of(path)
            if m.ended_ms is None or m.ended_ms > oldest_ms
        ]
        return self._with({path: (*before, move)[-MAX_MOVES:]})

    def ended(self, paths: Iterable[str], now_ms: int) -> "History":
        """The commands on these paths are over."""
        if not self.moves:
            return self
        return self._with(
            {
                path: tuple(replace(m, ended_ms=now_ms) if m.ended_ms is None else m for m in moves)
                for path in paths
                if (moves := self.of(path))
            }
        )

    def set_back(self, now_ms: int) -> "History":
        """The clock went back to this moment: what it says is still to come is now."""
        return History(
            MappingProxyType(
                {
                    path: tuple(
                        replace(
                            m,
                            at_ms=min(m.at_ms, now_ms),
                            ended_ms=None if m.ended_ms is None else min(m.ended_ms, now_ms),
                        )
                        for m in moves
                    )
                    for path, moves in self.moves.items()
                }
            )
        )

    def _with(self, changed: Mapping[str, tuple[Move, ...]]) -> "History":
        return History(MappingProxyType({**self.moves, **changed})) if changed else self


NO_HISTORY: Final = History()


def exceeded(
    limit: Limit,
    target: tuple[Value, Value | None],
    moves: tuple[Move, ...],
    now_ms: int,
    since_ms: int | None = None,
) -> bool:
    """Whether setting a path exceeds a limit. `target` is the value and where the path is now.

    `since_ms`: the command itself has been running since then. What cannot be known counts as exceeded.
    """
    value, current = target
    recent = [m for m in moves if m.at_ms > now_ms - limit.window_ms]
    if len(moves) >= MAX_MOVES:
        return True
    if limit.kind == "rate":
        return len(recent) + 1 > limit.most
    if limit.kind == "duty":
        ran_ms = sum(_ran_ms(move, now_ms, limit.window_ms) for move in moves)
        return ran_ms + (0 if since_ms is None else now_ms - since_ms) >= limit.most
    if not (isinstance(value, int) and isinstance(current, int)):
        return True
    step = abs(value - current)
    if limit.kind == "slew":
        return step > limit.most
    if limit.kind == "budget":
        return step + sum(m.steps for m in recent) > limit.most
    return step > limit.most or any(m.origin is None or abs(value - m.origin) > limit.most for m in recent)


def _ran_ms(move: Move, now_ms: int, window_ms: int) -> int:
    """How long a command ran inside the window; one that is not over runs still."""
    end_ms = now_ms if move.ended_ms is None else min(move.ended_ms, now_ms)
    return max(0, end_ms - max(move.at_ms, now_ms - window_ms))
