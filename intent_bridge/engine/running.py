"""Commands on their way: what was sent, what the ECU has confirmed, when to repeat and when to give up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from intent_bridge.engine.effects import Order
from intent_bridge.guard import NO_HISTORY, History
from intent_bridge.profile import Profile
from intent_bridge.types import (
    ActionReport,
    Frame,
    Outcome,
    Permit,
    Sample,
    Status,
    Value,
    Verdict,
)

SETTLED_MS = 500
"""A motion that stands still this long within its tolerance has arrived."""


@dataclass(slots=True)
class Running:
    """One activation: from its first frame until every path is confirmed, or it ends another way."""

    order: Order
    verdict: Verdict
    permit: Permit
    human_yes: bool
    before: Mapping[str, Value]
    frames: tuple[Frame, ...]
    """Its first frames; while it is held back only a plan, made anew when they may leave."""
    sent_ms: int
    deadlines_ms: Mapping[str, int]
    """By then the ECU must have reported the path's value."""
    ends_ms: int
    """No frame leaves for this command after that."""
    cycles_ms: Mapping[str, int]
    """Time between repeats, per path; a path whose ECU latches the value is sent once and not in here."""
    repeat_ms: int
    inputs: frozenset[str]
    """State paths whose change can turn a rule against this command."""
    moves: frozenset[str]
    """Paths that are motions."""
    waiting: dict[str, Value]
    repeats_left: int | None = None
    """So many repeats may still leave; None: as many as its life has cycles."""
    held_until_ms: int | None = None
    """Its first frame waits for the minimum distance to the message's last one; None once it has left."""
    history: History = NO_HISTORY
    """What limits counted when it was permitted; it does not count against itself."""
    reported: dict[str, Value] = field(default_factory=dict)
    resting: dict[str, tuple[Value, int]] = field(default_factory=dict)
    """Motions: the value last reported, and since when."""
    counters: set[tuple[str, int]] = field(default_factory=set)
    """(command message, alive counter) of every frame sent: an ECU's answer names one of them."""
    deadline_ms: int = field(init=False)
    """When the first of the paths still waited for is overdue."""
    _cyclic: bool = field(init=False)
    """Whether a path still waited for is repeated."""

    def __post_init__(self) -> None:
        self._reckon()

    @property
    def call_id(self) -> str:
        return self.order.call_id

    @property
    def next_ms(self) -> int:
        """When it is overdue, or its next frame is due before that."""
        deadline_ms = self.deadline_ms
        if self.held_until_ms is not None:
            return min(deadline_ms, self.held_until_ms)
        if self.repeat_ms < deadline_ms and self.repeat_ms < self.ends_ms and self.repeats:
            return self.repeat_ms
        return deadline_ms

    @property
    def repeats(self) -> bool:
        """Whether anything is still to be repeated."""
        return self._cyclic and self.repeats_left != 0

    def give_up(self, path: str) -> None:
        """Wait for this path no longer."""
        del self.waiting[path]
        self._reckon()

    def _reckon(self) -> None:
        self.deadline_ms = min([self.deadlines_ms[path] for path in self.waiting], default=self.ends_ms)
        self._cyclic = not self.cycles_ms.keys().isdisjoint(self.waiting)

    def repeated(self) -> tuple[str, ...]:
        """Paths whose command is still to be repeated, always in the same order."""
        if self.repeats_left == 0:
            return ()
        return tuple(path for path in self.waiting if path in self.cycles_ms)

    def due(self, now_ms: int) -> bool:
        """Whether a frame is due."""
        if self.held_until_ms is not None:
            return self.held_until_ms <= now_ms
        return self.repeat_ms <= now_ms < self.ends_ms and self.repeats

    def again(self, frames: Iterable[Frame], now_ms: int) -> None:
        """A repeat that says what this command asks for has left."""
        self.note(frames)
        self.repeat_ms = now_ms + min(self.cycles_ms[path] for path in self.repeated())
        if self.repeats_left is not None:
            self.repeats_left -= 1

    def hold(self, until_ms: int, now_ms: int) -> None:
        """Its first frames were not sent: they are made anew when their message may be sent again."""
        self.held_until_ms = until_ms
        self.deadlines_ms = {path: at + until_ms - now_ms for path, at in self.deadlines_ms.items()}
        self._reckon()

    def started(self, frames: tuple[Frame, ...], now_ms: int) -> None:
        """Its first frames have left."""
        self.frames, self.sent_ms, self.held_until_ms = frames, now_ms, None
        self.repeat_ms = now_ms + min(self.cycles_ms.values(), default=0)
        self.note(frames)

    def note(self, frames: Iterable[Frame]) -> None:
        """Remember the alive counters of frames that leave."""
        for frame in frames:
            if frame.counter is not None:
                self.counters.add((frame.message, frame.counter))

    def acknowledge(self, samples: Mapping[str, Sample], profile: Profile) -> bool:
        """Take in reported values; true when this completed the command."""
        if self.waiting.keys().isdisjoint(samples):
            return not self.waiting
        for path in [p for p in self.waiting if p in samples]:
            sample = samples[path]
            if sample.value is not None and self._arrived(path, sample.value, sample.received_ms, profile):
                self.reported[path] = sample.value
                self.give_up(path)
        return not self.waiting

    def _arrived(self, path: str, value: Value, now_ms: int, profile: Profile) -> bool:
        wanted = self.waiting[path]
        if same(wanted, value):
            return True
        if not near(profile, path, wanted, value):
            return False
        if self.resting.get(path, (None, 0))[0] != value:
            self.resting[path] = value, now_ms
        return now_ms - self.resting[path][1] >= SETTLED_MS  # it has come to rest beside its target

    def outcome(self, status: Status, code: str = "") -> Outcome:
        """The outcome of this command as it stands."""
        return Outcome(
            call_id=self.call_id,
            intent=self.order.intent,
            status=status,
            code=code,
            verdict=self.verdict,
            actions=reports(self.verdict, self.reported),
            frames=self.frames if self.held_until_ms is None else (),
            data=self.order.data,
        )


@dataclass(slots=True)
class Fading:
    """A command that is over, and whose neutral frame is still to be said again."""

    run: Running
    left: int
    cycle_ms: int
    next_ms: int


def same(wanted: Value, value: Value) -> bool:
    """Whether two values are the same, types included (1 is not True)."""
    return type(wanted) is type(value) and wanted == value


def near(profile: Profile, path: str, wanted: Value, value: Value) -> bool:
    """Whether a value is the wanted one, or for a motion lies within its tolerance."""
    motion = profile.actuators[path].spec.motion
    if motion is not None and type(wanted) is int and type(value) is int:
        return abs(wanted - value) <= motion.tolerance
    return same(wanted, value)


def reports(
    verdict: Verdict, reported: Mapping[str, Value] | None = None, *, acts: bool = True
) -> tuple[ActionReport, ...]:
    """One line per action: asked, emitted (nothing when the call does not act), confirmed.

    Companions that a rule adds were asked by nobody; they count as requested as they are emitted.
    """
    emitted = {a.path: a.value for a in verdict.emitted}
    requested = emitted
    if verdict.requested is not verdict.emitted:
        requested = emitted | {a.path: a.value for a in verdict.requested}
    confirmed = reported or {}
    told = [
        ActionReport(path, value, emitted.get(path) if acts else None, confirmed.get(path))
        for path, value in requested.items()
    ]
    return tuple(told)


def targets(running: Iterable[Running], now_ms: int) -> dict[str, Value]:
    """Values that running commands drive their paths to: those whose frame has left and whose life lasts."""
    found: dict[str, Value] = {}
    for run in running:
        if now_ms <= run.ends_ms and run.held_until_ms is None:
            found |= run.waiting
    return found
