"""Compiled Python, reference interpreter, z3, CEL and Cedar agree on every rule of every path.

`CASES=1000000 pytest tests/witnesses` asks more of them (`make ci` 50,000, `make nightly` 1,000,000).
"""

import os
import random
from functools import cache

import pytest

pytest.importorskip("z3")
pytest.importorskip("cel")
pytest.importorskip("cedarpy")

from intent_bridge.cli.policy_vectors import FILE, read
from intent_bridge.guard import ir, load_packs
from intent_bridge.guard.check import Kind
from intent_bridge.guard.compile import compile_rules
from intent_bridge.guard.quality import Gauge
from intent_bridge.profile import load_profile
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker, Value
from tests.witnesses.judges import Case, Path, bounded

CASES = int(os.environ.get("CASES", "2000"))
SHARDS = 4


@cache
def paths() -> dict[str, Path]:
    profile = load_profile("demo_sedan")
    rules = load_packs(profile)
    gauges = {p: Gauge.of(p, info.quantity, info.max_age_ms) for p, info in profile.sensors.items()}
    return {p: Path(compile_rules(gauges[p], rules.rules[p], gauges), rules) for p in profile.actuators}


def constants(node: ir.Node | None) -> set[int]:
    match node:
        case ir.Linear(_, _, const):
            return {const - 1, const, const + 1}
        case ir.Not(part):
            return constants(part)
        case ir.And(parts) | ir.Or(parts):
            return set().union(*map(constants, parts))
        case _:
            return set()


def drawn(rng: random.Random, kind: Kind, near: list[int]) -> Value:
    """A value, half the time one beside a number that stands in a rule."""
    if kind.type == "boolean":
        return rng.random() < 0.5
    if kind.type == "enum":
        return rng.choice(kind.members)
    assert kind.low is not None and kind.high is not None
    inside = [n for n in near if kind.low <= n <= kind.high]
    return rng.choice(inside) if inside and rng.random() < 0.5 else rng.randint(kind.low, kind.high)


def random_cases(rng: random.Random, path: Path, count: int) -> list[Case]:
    kinds = path.rules.kinds
    near = sorted(set().union(*(constants(rule.when) for rule in path.program.rules)))
    who = [Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)]
    cases = []
    for _ in range(count):
        anybody = Provenance(
            rng.choice(list(Speaker)),
            rng.choice(list(SeatZone)),
            rng.choice(list(Channel)),
            rng.random() < 0.3,
        )
        inputs = tuple(
            None if rng.random() < 0.08 else drawn(rng, kinds[name], near) for name in path.program.inputs
        )
        value = drawn(rng, kinds[path.program.path], near)
        cases.append(Case(value, inputs, rng.choice([*who, anybody])))
    return cases


def disagreements(path: Path, cases: list[Case]) -> list[str]:
    wrong = []
    answers = [path.compiled(case) for case in cases]
    emitted = [(case, answer[0]) for case, answer in zip(cases, answers, strict=True)]
    by_z3 = path.z3(cases)
    judged = [(case, value) for case, value in emitted if value is not None]
    by_cedar = iter(path.cedar(judged))
    loose = sum(1 << n for n, rule in enumerate(path.program.rules) if bounded(rule))
    for case, mine, theirs in zip(cases, answers, by_z3, strict=True):
        said = {"interpreter": path.interpreter(case)}
        if mine[0] is None:
            clamps = path.program.clamps
            said["z3"] = (theirs[0], theirs[1] & clamps, theirs[2] & clamps)
            _, possible, certain = said["interpreter"]
            said["interpreter"] = (None, possible & clamps, certain & clamps)
        else:
            said["z3"] = theirs
            for name, answer in (("cel", path.cel(case, mine[0])), ("cedar", next(by_cedar))):
                said[name] = (answer[0], answer[1], answer[2] & ~loose | mine[2] & loose)
        wrong += [
            f"{name}: {path.program.path} {case}: {a} for {mine}" for name, a in said.items() if a != mine
        ]
    return wrong


@pytest.mark.parametrize("shard", range(SHARDS))
def test_five_evaluators_agree_on_random_cases(shard: int) -> None:
    rng = random.Random(1000 + shard)
    mine = list(paths().values())[shard::SHARDS]
    left = CASES // SHARDS
    while left > 0:
        for path in mine:
            count = min(left, max(8, min(500, CASES // 200)))
            if count > 0:
                assert disagreements(path, random_cases(rng, path, count)) == []
            left -= count


def test_five_evaluators_agree_on_the_cases_that_the_solver_made() -> None:
    by_path: dict[str, list[Case]] = {}
    for vector in read(load_profile("demo_sedan").folder / FILE):
        speaker, zone, channel, tainted = vector.who
        who = Provenance(Speaker(speaker), SeatZone(zone), Channel(channel), tainted)
        inputs = tuple(vector.state.get(name) for name in paths()[vector.path].program.inputs)
        by_path.setdefault(vector.path, []).append(Case(vector.value, inputs, who))
    for name, cases in by_path.items():
        assert disagreements(paths()[name], cases) == []
