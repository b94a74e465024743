"""What the simulated ECUs of one vehicle do, read from `sim.yaml` and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from ..errors import Problem, ProfileError
from ..profile import Profile
from ..profile.report import Place
from ..profile.yaml import scan_yaml
from ..types import Value
from . import model
from .check import Motor, Slots, behaviour, ecus, start
from .names import Names
from .rules import Derived, Limit

FILE: Final = "sim.yaml"


@dataclass(frozen=True)
class Plan:
    """`sim.yaml`, every pattern expanded, every value exact. `start` leaves out paths that follow others."""

    results: model.Results
    ecus: Mapping[str, model.Ecu]
    motors: Mapping[str, Motor]
    memories: Mapping[str, Slots]
    limits: Mapping[str, tuple[Limit, ...]]
    caps: Mapping[str, tuple[str, ...]]
    derived: Mapping[str, Derived]
    climate: model.Climate | None
    seats: tuple[str, ...]
    start: Mapping[str, Value | None]


def load_plan(profile: Profile) -> Plan:
    """Read the vehicle's `sim.yaml`; ProfileError with every problem of it at once."""
    document, problems = scan_yaml(profile.folder / FILE)
    if document is None or problems:
        raise ProfileError(problems)
    place = Place(document, problems)
    try:
        file = model.SimFile.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        for e in error.errors(include_url=False, include_context=False):
            where = ".".join(map(str, e["loc"]))
            place.below(*e["loc"]).problem(f"`{where}`: {e['msg'].lower()}", "mend the value")
        raise ProfileError(problems) from None
    plan = _plan(profile, file, place)
    if problems:
        raise ProfileError(sorted(problems, key=_line))
    return plan


def _plan(profile: Profile, file: model.SimFile, place: Place) -> Plan:
    names = Names(profile)
    ecus.check(names, file, place)
    motors = behaviour.motors(names, file, place)
    memories = behaviour.memories(names, file, motors, place)
    caps = behaviour.caps(names, file, place)
    derived = behaviour.derived(names, file, place)
    sources = {source for rule in derived.values() for source in rule.inputs}
    return Plan(
        results=file.results,
        ecus=file.ecus,
        motors=motors,
        memories=memories,
        limits=behaviour.limits(names, file, place),
        caps=caps,
        derived=derived,
        climate=file.climate,
        seats=start.seats(names, file, place),
        start=start.values(
            names, file, derived.keys() | memories.keys(), motors.keys() | caps.keys() | sources, place
        ),
    )


def _line(problem: Problem) -> int:
    return problem.line or 0
