"""How much may leave, whatever it is: frames per message and in total, changes and travel per path.

Windows slide: within any stretch of that length no more leaves, at no moment twice as much. The scheduler
keeps frames to the profile's rates by buckets of tokens; within a second these let at most burst and rate
together pass, and that is what is counted here, on its own.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from intent_bridge.codec.egress_table import Meaning
from intent_bridge.profile import Profile
from intent_bridge.profile.model import Rate
from intent_bridge.types import Value

FRAMES_WINDOW_MS: Final = 1000

Activation: TypeAlias = tuple[str, Value, int]
"""Path, value and mint time: repeats of one command are one activation."""


class _Change(NamedTuple):
    at_ms: int
    value: Value
    travel: Fraction
    """How far it goes, in steps."""


class Kept(NamedTuple):
    """What was counted, to be put back after a refusal."""

    frames: deque[int]
    by_message: Mapping[str, deque[int]]
    changes: Mapping[str, deque[_Change]]


_NO_WAY: Final = Fraction(0)


class Limits:
    """Counts what left. Stop and neutral frames are neither counted nor refused: do not ask for them."""

    def __init__(self, profile: Profile) -> None:
        specs = {path: actuator.spec for path, actuator in profile.actuators.items()}
        self._budgets = {path: spec.budget for path, spec in specs.items()}
        self._travel = {
            path: Fraction(spec.budget.travel) / Fraction(spec.step)
            for path, spec in specs.items()
            if spec.budget.travel is not None and spec.step is not None
        }
        self._spans = {path: specs[path].high - specs[path].low for path in self._travel}
        self._most = _most(profile.file.rate)
        self._most_of = {
            name: _most(info.spec.rate)
            for name, info in profile.messages.items()
            if info.spec.rate is not None
        }
        self._frames: deque[int] = deque()
        self._by_message: dict[str, deque[int]] = {
            actuator.command.message: deque() for actuator in profile.actuators.values()
        }
        self._changes: dict[str, deque[_Change]] = {path: deque() for path in specs}

    def refuses(
        self, message: str, begins: Sequence[Activation], live: Mapping[str, Meaning], now_ms: int
    ) -> str | None:
        """Why one more frame of this message, which begins these activations, is too much; None when not."""
        if self._frames and now_ms < self._frames[-1]:
            self._set_back(now_ms)
        if _full(self._frames, self._most, now_ms):
            return f"frame cap: {self._most} frames within {FRAMES_WINDOW_MS} ms"
        most = self._most_of[message]
        if _full(self._by_message[message], most, now_ms):
            return f"frame cap: {most} frames of {message} within {FRAMES_WINDOW_MS} ms"
        for path, value, _ in begins:
            budget, changes = self._budgets[path], self._changes[path]
            while changes and now_ms - changes[0].at_ms >= budget.window_ms:
                changes.popleft()
            if len(changes) >= budget.changes:
                return f"budget: {path} was set {budget.changes} times within {budget.window_ms} ms"
            if path in self._travel:
                far = sum((c.travel for c in changes), self._way(path, value, live))
                if far > self._travel[path]:
                    return (
                        f"budget: {path} would travel more than {budget.travel} within {budget.window_ms} ms"
                    )
        return None

    def count(
        self, message: str, begins: Sequence[Activation], live: Mapping[str, Meaning], now_ms: int
    ) -> None:
        """This frame leaves."""
        self._frames.append(now_ms)
        self._by_message[message].append(now_ms)
        for path, value, _ in begins:
            way = self._way(path, value, live) if path in self._travel else _NO_WAY
            self._changes[path].append(_Change(now_ms, value, way))

    def kept(self, messages: Sequence[str], paths: Sequence[str]) -> Kept:
        """What is counted now for these."""
        return Kept(
            self._frames.copy(),
            {m: self._by_message[m].copy() for m in messages},
            {p: self._changes[p].copy() for p in paths},
        )

    def restore(self, kept: Kept) -> None:
        """Count as before."""
        self._frames = kept.frames
        self._by_message |= kept.by_message
        self._changes |= kept.changes

    def _set_back(self, now_ms: int) -> None:
        """The clock went back: what it says is still to come has left at this moment, and counts its time."""
        self._frames = deque(min(at_ms, now_ms) for at_ms in self._frames)
        for name, left_ms in self._by_message.items():
            self._by_message[name] = deque(min(at_ms, now_ms) for at_ms in left_ms)
        for path, changes in self._changes.items():
            self._changes[path] = deque(c._replace(at_ms=min(c.at_ms, now_ms)) for c in changes)

    def _way(self, path: str, value: Value, live: Mapping[str, Meaning]) -> Fraction:
        """From the last target in the window, else from where it is; where that is unknown, all the way."""
        assert type(value) is int
        changes, here = self._changes[path], live.get(path)
        if changes:
            last = changes[-1].value
            assert type(last) is int
            return Fraction(abs(value - last))
        return abs(value - here) if isinstance(here, Fraction) else Fraction(self._spans[path])


def _most(rate: Rate) -> int:
    """Frames that may leave within FRAMES_WINDOW_MS: a full bucket, and what comes back meanwhile."""
    return rate.burst + rate.frames_per_s * FRAMES_WINDOW_MS // 1000


def _full(left_ms: deque[int], most: int, now_ms: int) -> bool:
    """Whether so many frames have left within the window; forgets those before it."""
    while left_ms and now_ms - left_ms[0] >= FRAMES_WINDOW_MS:
        left_ms.popleft()
    return len(left_ms) >= most
