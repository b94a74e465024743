"""What a command on some paths is like, whatever its values: how long it lives, repeats and may take.

Worked out of the profile once for each set of paths that is commanded together.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from intent_bridge.profile import Profile

_KEPT_MAX: Final = 1024


class Traits(NamedTuple):
    """Times in ms after the first frame left. `repeats` None: as many as its life has cycles."""

    confirm_within_ms: Mapping[str, int]
    lives_ms: int
    cycles_ms: Mapping[str, int]
    """Time between repeats, per path; a path whose ECU latches the value is not in here."""
    first_repeat_ms: int
    repeats: int | None
    moves: frozenset[str]
    """Paths that are motions."""


class TraitsOf:
    """The traits of the commands of one vehicle."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._kept: dict[tuple[str, ...], Traits] = {}

    def __call__(self, paths: Iterable[str]) -> Traits:
        """The traits of one command on these paths."""
        key = tuple(paths)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            found = self._kept[key] = self._traits(key)
        return found

    def _traits(self, paths: tuple[str, ...]) -> Traits:
        actuators, messages = self._profile.actuators, self._profile.messages
        specs = {path: actuators[path].spec for path in paths}
        timings = {path: messages[actuators[path].command.message].timing for path in paths}
        cyclic = {path: timing for path, timing in timings.items() if timing.cycle_ms is not None}
        cycles_ms = {path: t.cycle_ms for path, t in cyclic.items() if t.cycle_ms is not None}
        repeats = [timing.repetitions for timing in cyclic.values()]
        return Traits(
            confirm_within_ms={path: spec.confirm_within_ms for path, spec in specs.items()},
            lives_ms=max(spec.lifetime_ms for spec in specs.values()),
            cycles_ms=cycles_ms,
            first_repeat_ms=min(cycles_ms.values(), default=0),
            repeats=None if None in repeats else max((r for r in repeats if r is not None), default=None),
            moves=frozenset(path for path, spec in specs.items() if spec.motion is not None),
        )
