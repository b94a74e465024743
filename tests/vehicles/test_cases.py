"""Every vehicle's `cases.yaml`: requests, the state they meet, and the verdict they must get.

Each case goes the real road from tool call to verdict; what it does not say of the state is as the simulated
vehicle starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from intent_bridge.engine.facts import fact_samples
from intent_bridge.errors import ToolCallError
from intent_bridge.guard import Guard, RuleSet, load_packs, usable
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.profile import Profile, data_dir, from_vss, load_profile, shipped_vehicles, to_vss
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.resolver import Absolute, Ambiguous, Context, Nothing, resolve
from intent_bridge.sim import Plan, SimulatedVehicle, load_plan
from intent_bridge.types import (
    Action,
    Channel,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    Status,
    ToolCall,
    Value,
    Verdict,
)

NOW_MS = 1_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Call(_Strict):
    name: str
    arguments: dict[str, Any] = {}


class From(_Strict):
    speaker: Speaker = Speaker.DRIVER
    zone: SeatZone = SeatZone.DRIVER
    channel: Channel = Channel.VOICE
    untrusted_text: bool = False


class Expect(_Strict):
    decision: str | None = None
    rules: list[str] | None = None
    emitted: dict[str, Any] = {}
    status: Status | None = None

    @model_validator(mode="after")
    def _says_what_becomes_of_it(self) -> "Expect":
        assert (self.decision is None) == (self.rules is None) == (self.status is not None)
        return self


class Case(_Strict):
    name: str
    call: Call | None = None
    actions: dict[str, Any] = {}
    from_: From = Field(default=From(), alias="from")
    state: dict[str, Any] = {}
    expect: Expect

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> "Case":
        assert (self.call is None) == bool(self.actions)
        return self


_CASES = TypeAdapter(list[Case])


@dataclass(frozen=True)
class Vehicle:
    """All that stays the same from case to case."""

    profile: Profile
    plan: Plan
    rules: RuleSet
    guard: Guard
    catalogue: Catalogue


@cache
def vehicle(name: str) -> Vehicle:
    profile = load_profile(name)
    rules = load_packs(profile)
    return Vehicle(profile, load_plan(profile), rules, Guard(profile, rules), Catalogue(profile))


def cases(name: str) -> list[Case]:
    return _CASES.validate_python(read_yaml(data_dir() / name / "cases.yaml").data)


ALL = [
    pytest.param(name, case, id=f"{name}: {case.name}") for name in shipped_vehicles() for case in cases(name)
]


def samples(of: Vehicle, given: Mapping[str, Any]) -> dict[str, Sample]:
    """The state of a case: fresh values of a simulated vehicle in which `given` was made true."""
    car = SimulatedVehicle(of.profile, of.plan)
    facts = {path: value for path, value in given.items() if path in of.profile.facts}
    for path, value in given.items():
        if path not in facts:
            car.set_state(path, value)
    state = fact_samples(of.profile, dict.fromkeys(of.profile.facts) | facts, NOW_MS)
    for path, sensor in of.profile.sensors.items():
        value = car.get_state(path)
        known = None if value is None else from_vss(sensor.quantity, value)
        state[path] = Sample(known, NOW_MS, Quality.NOT_AVAILABLE if known is None else Quality.OK)
    return state


def judged(of: Vehicle, case: Case) -> Verdict | Status:
    """The verdict, or what becomes of a call that never reaches the guard."""
    state = samples(of, case.state)
    who = Provenance(**case.from_.model_dump())

    def known(path: str) -> tuple[Value | None, Quality]:
        return usable(state[path], of.profile.inputs[path], NOW_MS)

    if case.call is None:
        specs = {path: info.spec for path, info in of.profile.actuators.items()}
        asked = tuple(Action(path, from_vss(specs[path], value)) for path, value in case.actions.items())
        return of.guard.judge(asked, state, who, NOW_MS)
    try:
        intent = of.catalogue.parse(ToolCall("case", case.call.name, case.call.arguments))
        if isinstance(intent, NotEquipped):
            return Status.NOT_EQUIPPED
        resolution = resolve(intent, Context(of.profile, of.catalogue, who, known, {}))
    except ToolCallError:
        return Status.INVALID
    match resolution:
        case Absolute(actions=actions):
            return of.guard.judge(actions, state, who, NOW_MS)
        case NotEquipped():
            return Status.NOT_EQUIPPED
        case Ambiguous():
            return Status.NEEDS_CHOICE
        case Nothing():
            return Status.NO_EFFECT
        case _:
            return Status.NO_ACTION


@pytest.mark.parametrize(("name", "case"), ALL)
def test_case(name: str, case: Case) -> None:
    of = vehicle(name)
    got = judged(of, case)
    if isinstance(got, Status):
        assert got is case.expect.status
        return
    assert (got.decision.word, sorted({hit.id for hit in got.hits})) == (
        case.expect.decision,
        sorted(case.expect.rules or []),
    )
    emitted = {a.path: to_vss(of.profile.actuators[a.path].spec, a.value) for a in got.emitted}
    assert {path: emitted.get(path) for path in case.expect.emitted} == case.expect.emitted
    assert (got.permit is None) == (got.decision.word not in ("allow", "clamp"))


@pytest.mark.parametrize("name", shipped_vehicles())
def test_every_rule_is_tripped_by_a_case_and_missed_by_another(name: str) -> None:
    of = vehicle(name)
    tripped: set[str] = set()
    missed: set[str] = set()
    for case in cases(name):
        got = judged(of, case)
        if isinstance(got, Status):
            continue
        hits = {hit.id for hit in got.hits}
        tripped |= hits
        missed |= {rule for a in got.requested for rule in _on(of, a.path)} - hits
    every = {rule for path in of.rules.rules for rule in _on(of, path)}
    assert every - tripped == set(), "rules that no case trips"
    assert every - missed == set(), "rules that no case narrowly misses"


def _on(of: Vehicle, path: str) -> set[str]:
    """The ids of what speaks of a path: rules and notices."""
    ids = {rule.text.id for rule in of.rules.rules[path]}
    return ids | {notice.text.id for notice in of.rules.notices.get(path, ())}


def test_names_of_cases_are_unique() -> None:
    for name in shipped_vehicles():
        names = [case.name for case in cases(name)]
        assert len(names) == len(set(names))
