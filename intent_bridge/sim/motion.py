"""One motor axis: a position that moves step by step until its target, its end stop, a stop, or silence."""

from dataclasses import dataclass

from .check import Motor


@dataclass(eq=False)
class Axis:
    """State of one motor. Positions in steps, times in ms; `target` None while it stands.

    `by` is the actuator path that drives it: its own, or a recall's. `run` tells the events of the
    present run from those of one that has ended.
    """

    path: str
    motor: Motor
    target: int | None = None
    by: str = ""
    until_ms: int = 0
    run: int = 0
    _rising: bool = False
    _since_ms: int = 0
    _steps: int = 0

    def driven_by(self, now_ms: int) -> str | None:
        """The path whose command moves the axis now, or None while it stands."""
        return self.by if self.target is not None and now_ms <= self.until_ms else None

    def drive(self, position: int, target: int, by: str, now_ms: int, until_ms: int) -> int | None:
        """Go from `position` towards `target` until `until_ms` at the latest.

        Returns the time of the first step when a new run begins; None when the axis stands, or goes on
        as it did.
        """
        target = min(max(target, self.motor.low), self.motor.high)
        if target == position:
            self.halt()
            return None
        rising = target > position
        goes_on = self.driven_by(now_ms) is not None and rising == self._rising
        self.target, self.by, self.until_ms = target, by, until_ms
        if goes_on:
            return None
        self.run += 1
        self._rising, self._since_ms, self._steps = rising, now_ms, 0
        return self._next_ms(position)

    def halt(self) -> None:
        """Stand still where it is."""
        self.target = None
        self.run += 1

    def step(self, position: int, now_ms: int) -> tuple[int, int | None]:
        """Take the step that is due: the new position, and the time of the next step or None at the end."""
        if self.driven_by(now_ms) is None:
            self.halt()
            return position, None
        hop = self._hop(position)
        position += hop if self._rising else -hop
        if position == self.target:
            self.halt()
            return position, None
        self._steps += hop
        return position, self._next_ms(position)

    def _next_ms(self, position: int) -> int:
        micro_steps = (self._steps + self._hop(position)) * 1_000_000
        return self._since_ms + -(-micro_steps // self.motor.micro_steps_per_ms)

    def _hop(self, position: int) -> int:
        assert self.target is not None
        return min(self.motor.hop, abs(self.target - position))
