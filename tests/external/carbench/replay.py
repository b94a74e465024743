"""Plays the calls of the benchmark on the simulated car: guard, frames, ECUs. The person says yes."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.intents import INTENTS, places
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import Outcome, Status
from tests.external.carbench.plain_car import Call
from tests.external.carbench.state import WEATHER, entries, seen, world
from tests.external.carbench.variants import variant

VEHICLE = "carbench_ev"
_PATIENCE_MS, _TURN_MS = 30_000, 500
REFUSED = (Status.DENIED, Status.INVALID, Status.NOT_EQUIPPED, Status.NEEDS_CHOICE, Status.DEFERRED)


@dataclass(frozen=True)
class Done:
    """What became of one call, and of the whole car while it ran."""

    call: Call
    status: Status
    code: str
    rules: tuple[str, ...]
    asked: bool
    added: tuple[str, ...]
    """Paths that were set although the call did not name them."""
    frames: int

    @property
    def refused(self) -> bool:
        return self.status in REFUSED


@dataclass(frozen=True)
class Played:
    """A whole sequence: every call of the vehicle, and the state in the end."""

    done: tuple[Done, ...]
    end: Mapping[str, Any]
    looked: tuple[Call, ...] = ()
    """Look-ups of the weather where the car is."""
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Get tool -> entries it answered with null."""

    def named(self) -> str:
        """The ids of all rules that had a say, in one text."""
        return " ".join(rule for one in self.done for rule in one.rules)


@cache
def full() -> Profile:
    """The whole car."""
    return load_profile(VEHICLE)


@cache
def lacking(removed: tuple[str, ...]) -> Profile:
    """The car without these parts: `tool`, or `tool.parameter`."""
    profile = full()
    lacks: list[str] = []
    absent: dict[str, tuple[str, ...]] = {}
    for part in removed:
        tool, _, parameter = part.partition(".")
        if parameter:
            absent[tool] = (*absent.get(tool, ()), parameter)
        else:
            lacks += paths_of(profile, tool)
    folder = Path(tempfile.mkdtemp(dir=_variants().name))
    return load_profile(variant(profile, folder, lacks=lacks, absent=absent))


@cache
def _variants() -> "tempfile.TemporaryDirectory[str]":
    """Where the folders of variants lie: the simulated ECUs read them later. Gone when the process ends."""
    return tempfile.TemporaryDirectory()


def paths_of(profile: Profile, name: str) -> list[str]:
    """The actuators that one of the set tools sets."""
    intents = {intent.tool: intent for intent in INTENTS}
    tool = next((t for t in profile.own_tools if t.name == name and t.intent), None)
    targets = intents[tool.intent].targets if tool is not None and tool.intent else ()
    found = {p.path(t.path) for t in targets for p in places("all", profile.file.driver_side)}
    return sorted(found & profile.actuators.keys())


def play(
    start: Mapping[str, Any], calls: Iterable[Call], removed: Sequence[str] = (), dark: Sequence[str] = ()
) -> Played:
    """Play the calls one after another from a state; `dark` are entries of get tools that nobody tells."""
    profile = lacking(tuple(removed)) if removed else full()
    with SimulatedBridge(profile) as car:
        car.set_state(world(profile, start))
        told = entries(profile)
        car.set_state({path: None for name in dark if (path := told[name].path) is not None})
        car.advance_ms(_TURN_MS)
        done: list[Done] = []
        looked: list[Call] = []
        unknown: dict[str, tuple[str, ...]] = {}
        for call in calls:
            if call.name == "get_weather" and looked_here(start, call):
                looked.append(call)
                car.tell({WEATHER: weather(profile, call.condition)})
            elif any(tool.name == call.name for tool in profile.own_tools):
                one, outcome = _carry_out(car, call)
                done.append(one)
                nothing = tuple(n for n, v in outcome.data.items() if v is None)
                unknown |= {call.name: nothing} if nothing else {}
        return Played(tuple(done), seen(car), tuple(looked), unknown)


def looked_here(start: Mapping[str, Any], call: Call) -> bool:
    """Whether a look-up was about the place where the car is: the policies mean no other."""
    here = start.get("current_location")
    there = call.arguments.get("location_or_poi_id")
    return not isinstance(here, Mapping) or there in (None, here.get("id"))


def weather(profile: Profile, condition: str | None) -> str:
    """The benchmark's word for the weather as a fact; one that the vehicle does not know is `other`."""
    known = profile.facts[WEATHER].quantity.values or {}
    return condition if condition in known else "other"


def _carry_out(car: SimulatedBridge, call: Call) -> tuple[Done, Outcome]:
    outcome = car.handle({"name": call.name, "arguments": dict(call.arguments)})
    asked = outcome.confirmation is not None
    if outcome.confirmation is not None:
        rules, requested = _said(outcome)
        outcome = car.confirm(outcome.confirmation.token)
    else:
        rules, requested = _said(outcome)
    outcome = _ended(car, outcome)
    car.advance_ms(_TURN_MS)
    added = tuple(a.path for a in outcome.actions if a.path not in requested)
    more = _said(outcome)[0]
    ids = tuple(dict.fromkeys((*rules, *more)))
    return Done(call, outcome.status, outcome.code, ids, asked, added, len(outcome.frames)), outcome


def _said(outcome: Outcome) -> tuple[tuple[str, ...], frozenset[str]]:
    if outcome.verdict is None:
        return (), frozenset()
    ids = tuple(dict.fromkeys(hit.id for hit in outcome.verdict.hits))
    return ids, frozenset(a.path for a in outcome.verdict.requested)


def _ended(car: SimulatedBridge, outcome: Outcome) -> Outcome:
    """Wait until a motion has arrived."""
    until_ms = car.now_ms() + _PATIENCE_MS
    while outcome.status is Status.SENT and car.now_ms() < until_ms:
        outcome = next((o for o in car.advance_ms(_TURN_MS) if o.call_id == outcome.call_id), outcome)
    return outcome
