"""Looks up what `sim.yaml` names in the profile, and notes what is not there."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ..profile import Profile, SensorInfo, from_vss
from ..profile.report import Place, one_of
from ..types import Value
from . import model, rules


class Names:
    """The paths and values of one vehicle, for checking. Actuators that it lacks are passed over."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._lacks = frozenset(profile.file.lacks)

    def info(self, place: Place, path: str, *, actuator: bool = False) -> SensorInfo | None:
        """A path of the profile, or None and a problem where it is not there by mistake."""
        known = self.profile.actuators if actuator else self.profile.sensors
        if actuator and path in self._lacks:
            return None
        if path not in known:
            kind = "actuator" if actuator else "path"
            place.problem(f"no {kind} `{path}` in the profile", one_of(path, known))
            return None
        return self.profile.sensors[path]

    def expand(self, place: Place, patterns: Sequence[str], *, actuator: bool = False) -> Iterator[str]:
        """The paths that patterns mean, `*` standing for one segment; a problem for one that means none."""
        for pattern in patterns:
            if "*" not in pattern:
                if self.info(place, pattern, actuator=actuator):
                    yield pattern
                continue
            known = self.profile.actuators if actuator else self.profile.sensors
            found = [path for path in known if _matches(pattern, path)]
            if not found and not any(_matches(pattern, path) for path in self._lacks):
                place.problem(f"`{pattern}` matches nothing in the profile", "mend the pattern")
            yield from found

    def value(self, place: Place, path: str, literal: model.Given | Decimal) -> Value | None:
        """The exact value of what VSS writes, or None and a problem."""
        try:
            return from_vss(self.profile.sensors[path].quantity, literal)
        except ValueError as error:
            place.problem(f"`{path}`: {error}", "mend the value")
            return None

    def values(self, place: Place, paths: Sequence[str], literals: Sequence[model.Given]) -> None:
        """Check that every literal is a value of every path."""
        for path in paths:
            if self.info(place, path):
                for literal in literals:
                    self.value(place, path, literal)

    def tests(self, place: Place, conditions: Mapping[str, model.Condition]) -> dict[str, rules.Test]:
        """Conditions on several paths, compiled."""
        tests = {}
        for path, condition in conditions.items():
            here = place.below(path)
            if info := self.info(here, path):
                try:
                    tests[path] = rules.test(condition, info.quantity)
                except ValueError as error:
                    here.problem(f"`{path}`: {error}", "mend the condition")
        return tests


def _matches(pattern: str, path: str) -> bool:
    """Whether the path has the pattern's segments, with anything where `*` stands."""
    wanted, got = pattern.split("."), path.split(".")
    return len(wanted) == len(got) and all(w in ("*", g) for w, g in zip(wanted, got, strict=True))
