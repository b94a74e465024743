"""The guard alone against the hazard list: hundreds of thousands of cases a second, each judged by both.

A case is one value for one path, one speaker, one state. What the guard would let leave unasked must be no
hazard. The oracle knows `hazards.yaml` and nothing of rules; what needs time to pass (motions, how often) is
left to whole drives.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from intent_bridge.guard import Guard
from intent_bridge.guard.compile import Inputs, Program
from intent_bridge.profile import Profile, from_vss
from intent_bridge.profile.model import Quantity
from intent_bridge.testing.callgen import PEOPLE
from intent_bridge.testing.dice import Dice, seeded
from intent_bridge.testing.hazards import Ask, Hazard, Hazards, expand
from intent_bridge.testing.worlds import dense
from intent_bridge.types import Action, Provenance, Quality, Sample, State, Value

NOW_MS: Final = 1_000_000
OLD_MS: Final = 60_000
"""Age of what is stale; no hazard list and no rule takes that for fresh."""
VALUES: Final = 8
"""Values that are asked for in one state."""
SOFT: Final = ("require", "limit")
"""Effects that may let a call pass although their condition holds."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A hazard that the guard lets leave: what was asked, by whom, and what was known."""

    hazard: str
    path: str
    value: Value
    who: Provenance
    state: Mapping[str, Sample]


@dataclass(slots=True)
class GuardReport:
    """What a run of cases did and found."""

    cases: int = 0
    allowed: int = 0
    cpu_s: float = 0.0
    found: list[Allowed] = field(default_factory=list)

    @property
    def cases_per_s(self) -> float:
        """Cases per second of processor time."""
        return self.cases / self.cpu_s if self.cpu_s else 0.0


class GuardCases:
    """Makes and judges cases for one vehicle."""

    def __init__(self, profile: Profile, guard: Guard, hazards: Hazards) -> None:
        self._guard = guard
        listed = [h for h in hazards.hazards if h.asks and h.more_often_than is None]
        self.benches = [
            Bench(path, profile, guard.programs[path], listed) for path in profile.actuators
        ]  # fmt: skip

    def run(self, seed: int, cases: int) -> GuardReport:
        """At least so many cases; stops at the first ten hazards."""
        report, dice, began = GuardReport(), seeded(seed), time.thread_time()
        while report.cases < cases and len(report.found) < 10:
            for bench in self.benches:
                bench.play(dice, self._guard, report)
        report.cpu_s = time.thread_time() - began
        return report


class Bench:
    """The cases of one path."""

    def __init__(self, path: str, profile: Profile, program: Program, hazards: list[Hazard]) -> None:
        self.path, self._program = path, program
        spec = profile.actuators[path].spec
        self._hazards = [
            (hazard, ask)
            for hazard in hazards
            for pattern, ask in hazard.asks.items()
            if path in expand(pattern, profile.actuators)
        ]
        reads = {path, *program.inputs, *(p for h, _ in self._hazards for p in (*h.while_, *h.stale))}
        quantities = {p: info.quantity for p, info in profile.inputs.items()}
        self._reads = [(p, _values(quantities[p])) for p in sorted(reads & quantities.keys())]
        self._plain = {p: _Plain(quantities[p]) for p, _ in self._reads} | {"": _Plain(spec)}
        self.values = _values(spec)
        soft = sum(1 << n for n, rule in enumerate(program.rules) if rule.text.effect in SOFT)
        self._soft, self._hard = soft, ~(program.clamps | soft)

    def play(self, dice: Dice, guard: Guard, report: GuardReport) -> None:
        """One state, some values, everybody."""
        program, path = self._program, self.path
        state = self.state(dice)
        inputs = program.read(state, NOW_MS)
        oracle = _Oracle(self._hazards, self._plain, state, path)
        values = [dice.pick(self.values) for _ in range(VALUES)]
        for who in PEOPLE:
            for value in values:
                emitted = self.leaves(value, who, inputs, state, guard)
                if emitted is None:
                    continue
                report.allowed += 1
                hazard = oracle.says[emitted]
                if hazard:
                    report.found.append(Allowed(hazard, path, emitted, who, state))
        report.cases += len(PEOPLE) * VALUES

    def leaves(
        self, value: Value, who: Provenance, inputs: Inputs, state: State, guard: Guard
    ) -> Value | None:
        """What the guard lets leave for this value without a question; None: nothing.

        By the compiled rules, and where their bits alone do not say, by the whole judgement.
        """
        program = self._program
        if None in inputs:
            emitted, bits, _ = program.full(value, inputs, who)
            sure = not bits
        else:
            emitted, bits = program.fast(value, inputs, who)
            sure = not bits & self._soft
        if emitted is None or bits & self._hard:
            return None
        if sure:
            return emitted
        verdict = guard.judge((Action(self.path, value),), state, who, NOW_MS)
        return None if verdict.permit is None else verdict.permit.emitted[self.path]

    def state(self, dice: Dice) -> dict[str, Sample]:
        """Values that matter; one path in sixteen is stale or was never heard."""
        state = {}
        index = dice.index
        for path, values in self._reads:
            doubt = index(32)
            if doubt == 0:
                continue
            heard_ms = NOW_MS - OLD_MS if doubt == 1 else NOW_MS
            state[path] = Sample(values[index(len(values))], heard_ms, Quality.OK)
        return state


class _Plain(dict[Value, object]):
    """Values as the hazard list writes them, made when first asked for."""

    def __init__(self, quantity: Quantity) -> None:
        super().__init__()
        self._step = quantity.step

    def __missing__(self, value: Value) -> object:
        plain = value if self._step is None or isinstance(value, str) else Decimal(value) * self._step
        self[value] = plain
        return plain


class _Oracle:
    """The hazards of one path in one state. `says`: for a value that leaves, the hazard it is, or ""."""

    def __init__(
        self, hazards: list[tuple[Hazard, Ask]], plain: Mapping[str, _Plain], state: State, path: str
    ) -> None:
        here = [(h, ask) for h, ask in hazards if _holds(h, plain, state)]
        sample = state.get(path)
        reported = None if sample is None or sample.value is None else plain[path][sample.value]
        self.says = _Says(here, plain[""], reported)


class _Says(dict[Value, str]):
    def __init__(self, hazards: list[tuple[Hazard, Ask]], plain: _Plain, reported: object) -> None:
        super().__init__()
        self._hazards, self._plain, self._reported = hazards, plain, reported

    def __missing__(self, value: Value) -> str:
        asked = self._plain[value]
        found = ""
        if asked != self._reported:  # what is there already is nothing new
            found = next((h.id for h, ask in self._hazards if ask.asks(asked, self._reported)), "")
        self[value] = found
        return found


def _holds(hazard: Hazard, plain: Mapping[str, _Plain], state: State) -> bool:
    """Whether the conditions of a hazard hold in a state that has lasted."""
    for path, test in hazard.while_.items():
        sample = state.get(path)
        if sample is None or sample.value is None or not test.holds(plain[path][sample.value]):
            return False
    ages = {p: NOW_MS - state[p].received_ms if p in state else OLD_MS for p in hazard.stale}
    return not ages or any(age_ms > hazard.stale[path] for path, age_ms in ages.items())


def _values(quantity: Quantity) -> tuple[Value, ...]:
    """The values worth trying, exact; for numbers also those of the hazards' usual thresholds."""
    if quantity.type == "boolean":
        return False, True
    if quantity.type == "enum":
        return tuple(quantity.values or {})
    return tuple(from_vss(quantity, value) for value in dense(quantity, frozenset()))
