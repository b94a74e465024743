"""Whether the state can be true: signals against each other and against physics, as the packs state it.

What contradicts itself is unknown (Quality.IMPLAUSIBLE), because nobody can say which of the signals lies.
The screen stands between the receiver and the state that rules read, and remembers what it has heard.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..profile import Profile
from ..types import Quality, Sample, Value
from . import ir
from .check import Checker, Kind
from .lang import RuleTextError, names, parse
from .quality import Gauge
from .rules import Plausible, PlausibleText, RuleSet


def typed(text: PlausibleText, kinds: Mapping[str, Kind]) -> tuple[Plausible | None, str]:
    """The check in steps, or None and a path it needs that this vehicle lacks.

    RuleTextError when it means nothing; what is remarkable is an error here.
    """
    tree = parse(text.holds if text.holds is not None else text.jump or "")
    wanted = {*text.doubts, *(name for name in names(tree) if "." in name)}
    if lacking := sorted(wanted - kinds.keys()):
        return None, lacking[0]
    checker = Checker(kinds, text.doubts[0])
    holds = jump = None
    if text.holds is not None:
        holds = checker.condition(tree)
    else:
        kind = kinds[text.doubts[0]]
        if kind.type != "number":
            raise RuleTextError(f"a jump of `{text.doubts[0]}`, which is {kind.type}", "check a number")
        jump = checker.bound(tree, replace(kind, low=None, high=None), upper=True).at({}, upper=True)
    for remark in checker.remarks:
        raise RuleTextError(remark.what, remark.mend)
    return Plausible(text, holds, jump), ""


class Screen:
    """Turns what contradicts itself into the unknown. Remembers what was heard; time is an argument."""

    def __init__(self, profile: Profile, rules: RuleSet) -> None:
        self._checks = rules.plausible
        self._inputs = {c.text.id: _inputs(c) for c in rules.plausible}
        self._examined: dict[str, list[Plausible]] = {}
        """The checks that a path takes part in, in the order of the packs."""
        for check in rules.plausible:
            for path in {*self._inputs[check.text.id], *check.text.doubts}:
                self._examined.setdefault(path, []).append(check)
        self._watched = self._examined.keys()
        self._gauges = {
            path: Gauge.of(path, info.quantity, info.max_age_ms)
            for path, info in profile.sensors.items()
            if path in self._watched
        }
        self._heard: dict[str, Sample] = {}
        self._past: dict[str, deque[tuple[int, int]]] = {}
        self._broken_ms: dict[str, int] = {}
        """Checks that are broken now, and since when."""

    def screened(self, samples: Mapping[str, Sample], now_ms: int) -> Mapping[str, Sample]:
        """The samples, with what is in doubt made unknown; other paths whose doubt has changed are added."""
        touched = [path for path in samples if path in self._watched]
        if not touched:
            return samples
        before = self.doubts(now_ms)
        for path in touched:
            self._heard[path] = samples[path]
        for check in {c.text.id: c for path in touched for c in self._examined[path]}.values():
            self._examine(check, now_ms)
        if not before and not self._broken_ms:
            return samples
        out = dict(samples)
        doubts = self.doubts(now_ms)
        for path in {*before, *doubts, *touched} & self._heard.keys():
            heard = self._heard[path]
            doubted = path in doubts and heard.quality is Quality.OK
            out[path] = Sample(None, heard.received_ms, Quality.IMPLAUSIBLE) if doubted else heard
        return out

    def doubts(self, now_ms: int) -> dict[str, str]:
        """The paths that are in doubt, each with the id of a check that is broken."""
        if not self._broken_ms:
            return {}
        return {
            path: check.text.id
            for check in self._checks
            if (since_ms := self._broken_ms.get(check.text.id)) is not None
            and now_ms - since_ms >= (check.text.for_ms or 0)
            for path in check.text.doubts
        }

    def forget(self, paths: Iterable[str]) -> None:
        """Somebody has moved the world by hand (a simulator): the past of these paths proves nothing."""
        for path in paths:
            self._past.pop(path, None)

    def reset(self) -> None:
        """The clock was set: nothing heard before can be held against what comes."""
        self._heard.clear()
        self._past.clear()
        self._broken_ms.clear()

    def _examine(self, check: Plausible, now_ms: int) -> None:
        broken = self._jumped(check, now_ms) if check.holds is None else self._contradicts(check, now_ms)
        if not broken:
            self._broken_ms.pop(check.text.id, None)
        else:
            self._broken_ms.setdefault(check.text.id, now_ms)

    def _known(self, path: str, now_ms: int) -> Value | None:
        return self._gauges[path].read(self._heard.get(path), now_ms)[0]

    def _contradicts(self, check: Plausible, now_ms: int) -> bool:
        assert check.holds is not None
        env = {path: self._known(path, now_ms) for path in self._inputs[check.text.id]}
        return ir.truth(check.holds, env) is False

    def _jumped(self, check: Plausible, now_ms: int) -> bool:
        (path,) = check.text.doubts
        assert check.jump is not None and check.text.within_ms is not None
        past = self._past.setdefault(path, deque(maxlen=1000))
        while past and now_ms - past[0][0] > check.text.within_ms:
            past.popleft()
        value = self._known(path, now_ms)
        if isinstance(value, int):
            past.append((now_ms, value))
        values = [value for _, value in past]
        return bool(values) and max(values) - min(values) > check.jump


def _inputs(check: Plausible) -> tuple[str, ...]:
    """The paths that a condition reads; none for a check of jumps."""
    return () if check.holds is None else tuple(sorted(ir.reads(check.holds)))
