"""Watches a vehicle for its hazards: raw frames read by cantools and autosar-e2e, and what its motors do.

The oracle of the fuzzer. It knows the hazard list, the DBC files and the profile's names, and nothing of
rules, guard, resolver or our codec: what those get wrong must show here.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from intent_bridge.profile import Profile, once
from intent_bridge.testing.eye import Eye, Reported
from intent_bridge.testing.hazards import Ask, Hazard, Hazards, expand
from intent_bridge.types import RawFrame

PAUSE_MS = 1000
"""A motor that rests this long has ended its motion."""
ANEW_MS = 1500
"""The same request again after this long is a new one."""


_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Finding:
    """One hazard that was seen: which, when, and what exactly."""

    hazard: str
    at_ms: int
    what: str


class Monitor:
    """The hazards of one vehicle while it drives. Tell it everything that happens; read `found`.

    `sent` and `heard` take every frame at our end of the bus; `moved` every change of the true world;
    `yes` every time a person agreed to a question. `hands` is true while the world is changed by hand.
    """

    def __init__(self, profile: Profile, hazards: Hazards, *, believes: bool = False) -> None:
        """`believes`: what ECUs report stands for the true world, for a bench that nobody can look into."""
        self.found: list[Finding] = []
        self.frames = 0
        self.hands = False
        self._believes = believes
        self._eye = Eye(profile, hazards.may_send)
        self._asks, self._moves, self._affects, self._tells = _tables(profile, hazards)
        self.watched = frozenset(profile.actuators) | frozenset(self._affects)
        """The paths whose true changes matter."""
        self._cap = hazards.frames_per_second
        self._recent: deque[int] = deque()
        self._true: dict[str, object] = {}
        self._since: dict[str, int] = {}
        self._running: dict[str, tuple[int, int]] = {}
        self._asked: dict[str, tuple[object, int]] = {}
        self._times: dict[tuple[str, str], deque[int]] = {}
        self._recorded: dict[str, object] | None = None
        """What our newest record of each path says that is sent; None where nobody tells."""
        self._yes_ms: int | None = None
        self._asking_ms: int | None = None

    # --- what happens ---------------------------------------------------------------------------

    def yes(self, now_ms: int) -> None:
        """A person agreed to the question of a call."""
        self._yes_ms = now_ms

    def recorded(self, values: Mapping[str, object]) -> None:
        """A record of ours says that these values (VSS units) are sent; from now on nothing else may be."""
        if self._recorded is None:
            self._recorded = {}
        self._recorded.update(values)

    def restarted(self) -> None:
        """Our process began anew: its counters may too."""
        self._eye.restarted()

    def skipped(self) -> None:
        """Frames of ours were counted and did not leave: a gap, as if the bus had lost them."""
        self._eye.skipped()

    def heard(self, raw: RawFrame, now_ms: int) -> None:
        """A frame reached us."""
        for path in self._eye.heard(raw, now_ms):
            for hazard in self._tells.get(path, ()):
                self._keep(hazard, self._eye.value, now_ms)
            if self._believes and path in self.watched:
                self.moved(path, self._eye.value(path), now_ms)

    def sent(self, raw: RawFrame, now_ms: int) -> None:
        """A frame of ours leaves."""
        self.frames += 1
        self._count(now_ms)
        seen = self._eye.sent(raw)
        if isinstance(seen, str):
            self._find("wire", now_ms, seen)
            return
        for path, value in seen.items():
            if value is None:
                continue
            self._asking_ms = now_ms
            reported = self._eye.reported.get(path)
            if not self._anew(path, value, reported, now_ms):
                continue
            for hazard, ask in self._asks.get(path, ()):
                if ask.asks(value, None if reported is None else reported.value):
                    self._judge_request(hazard, path, value, now_ms)
            if self._recorded is not None and self._recorded.get(path, _NOTHING) != value:
                self._find("unrecorded", now_ms, f"asks {path} = {value}, which no record says")

    def moved(self, path: str, value: object, now_ms: int) -> None:
        """Something became true of the vehicle (VSS units; numbers as Decimal)."""
        for hazard in self._moves.get(path, ()):
            if not self.hands and path in self._true:
                self._judge_motion(hazard, path, now_ms)
        if path in self._moves and not self.hands:
            begun_ms, last_ms = self._running.get(path, (now_ms, now_ms))
            self._running[path] = (begun_ms if now_ms - last_ms < PAUSE_MS else now_ms), now_ms
        elif self.hands:
            self._asked.pop(path, None)
        self._true[path] = value
        for hazard in self._affects.get(path, ()):
            self._keep(hazard, self._true.get, now_ms)

    # --- what it means --------------------------------------------------------------------------

    def _keep(self, hazard: Hazard, look: Callable[[str], object], now_ms: int) -> None:
        """Keep note of since when the conditions of a hazard hold."""
        if not all(test.holds(look(path)) for path, test in hazard.while_.items()):
            self._since.pop(hazard.id, None)
        else:
            self._since.setdefault(hazard.id, now_ms)

    def _holds(self, hazard: Hazard, now_ms: int) -> bool:
        """Whether the conditions of a hazard hold, and have for its grace."""
        if not hazard.while_:
            return True
        since_ms = self._since.get(hazard.id)
        return since_ms is not None and now_ms - since_ms >= hazard.grace_ms

    def _anew(self, path: str, value: object, reported: Reported | None, now_ms: int) -> bool:
        """Whether a frame asks for something, rather than repeating it or echoing what is there."""
        asked = self._asked.get(path)
        self._asked[path] = value, now_ms
        if asked is not None and asked[0] == value and now_ms - asked[1] < ANEW_MS:
            return False
        if reported is None or reported.value != value or self._eye.moves(path):
            return True
        if asked and self._true.get(path) == asked[0] != value and self._eye.sound_ms(path) < asked[1]:
            return True  # what an older status says takes back what we have asked for since, and is so
        del self._asked[path]
        return False

    def _judge_request(self, hazard: Hazard, path: str, value: object, now_ms: int) -> None:
        if not self._holds(hazard, now_ms):
            return
        if hazard.stale:
            old = [p for p, ms in hazard.stale.items() if now_ms - self._eye.sound_ms(p) > ms]
            if not old:
                return
            value = f"{value} while {', '.join(old)} is stale"
        if hazard.without_yes_ms is not None:
            if self._yes_ms is not None and 0 <= now_ms - self._yes_ms <= hazard.without_yes_ms:
                return
            value = f"{value} without a yes"
        if hazard.more_often_than is not None:
            times = self._times.setdefault((hazard.id, path), deque())
            times.append(now_ms)
            while times[0] <= now_ms - hazard.more_often_than.within_ms:
                times.popleft()
            if len(times) <= hazard.more_often_than.times:
                return
        self._find(hazard.id, now_ms, f"asks {path} = {value}")

    def _judge_motion(self, hazard: Hazard, path: str, now_ms: int) -> None:
        if not self._holds(hazard, now_ms):
            return
        if hazard.longer_than_ms is not None:
            begun_ms, last_ms = self._running.get(path, (now_ms, now_ms))
            if now_ms - last_ms >= PAUSE_MS or now_ms - begun_ms <= hazard.longer_than_ms:
                return
        if hazard.unasked_ms is not None and (
            self._asking_ms is not None and now_ms - self._asking_ms <= hazard.unasked_ms
        ):
            return
        self._find(hazard.id, now_ms, f"{path} moves")

    def _count(self, now_ms: int) -> None:
        recent = self._recent
        recent.append(now_ms)
        while recent[0] <= now_ms - 1000:
            recent.popleft()
        if len(recent) > self._cap:
            self._find("wire", now_ms, f"more than {self._cap} frames within a second")

    def _find(self, hazard: str, now_ms: int, what: str) -> None:
        self.found.append(Finding(hazard, now_ms, what))


_Asks: TypeAlias = dict[str, list[tuple[Hazard, Ask]]]
_ByPath: TypeAlias = dict[str, list[Hazard]]


@once
def _tables(profile: Profile, hazards: Hazards) -> tuple[_Asks, _ByPath, _ByPath, _ByPath]:
    """By path: hazards of what is asked, of what moves, and those that hang on what is true or reported."""
    asks: _Asks = {}
    moves: _ByPath = {}
    affects: _ByPath = {}
    tells: _ByPath = {}
    for hazard in hazards.hazards:
        for pattern, ask in hazard.asks.items():
            for path in expand(pattern, profile.actuators):
                asks.setdefault(path, []).append((hazard, ask))
        for pattern in hazard.moves:
            for path in expand(pattern, profile.actuators):
                moves.setdefault(path, []).append(hazard)
        affected = affects if hazard.moves else tells
        for path in hazard.while_:
            affected.setdefault(path, []).append(hazard)
    return asks, moves, affects, tells
