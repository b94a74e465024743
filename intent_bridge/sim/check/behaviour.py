"""Checks and compiles what ECUs do: motors, recalls, limits, caps, and values that follow others."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...profile.report import Place, one_of
from ...types import Value
from .. import rules
from ..model import SimFile
from ..names import Names


@dataclass(frozen=True)
class Motor:
    """How one axis moves: millionths of a step per millisecond, and its end stops in steps."""

    micro_steps_per_ms: int
    low: int
    high: int
    hop: int = 1
    """So many steps its position changes at once, as far as they are left."""


Slots = Mapping[str, Mapping[str, int]]
"""Recall value -> axis -> position in steps."""


def motors(names: Names, file: SimFile, place: Place) -> dict[str, Motor]:
    """Every axis and its motor; every path that the profile watches as a motion has one."""
    found: dict[str, Motor] = {}
    for i, spec in enumerate(file.motors):
        here = place.below("motors", i)
        for path in names.expand(here.below("paths"), spec.paths, actuator=True):
            quantity = names.profile.sensors[path].quantity
            if quantity.step is None or quantity.range is None:
                here.problem(f"`{path}` is no number and cannot move", "remove it")
                continue
            if path in found:
                here.problem(f"`{path}` has two motors", "keep one")
            low, high = (
                names.value(here.below("end_stops"), path, n) for n in spec.end_stops or quantity.range
            )
            micro_steps_per_ms = int(spec.per_second / quantity.step * 1000)
            if micro_steps_per_ms < 1:
                here.problem(f"`{path}` moves less than a step in 1000 s", "give more per_second")
            found[path] = Motor(max(micro_steps_per_ms, 1), int(low or 0), int(high or 0))
    recalls = {memory.path for memory in file.memories}
    for path, actuator in names.profile.actuators.items():
        if actuator.spec.motion and path not in found and path not in recalls:
            place.below("motors").problem(f"`{path}` moves but has no motor", "add it to motors")
    return found


def memories(
    names: Names, file: SimFile, axes: Mapping[str, Motor], place: Place
) -> dict[str, dict[str, dict[str, int]]]:
    """Every recall path with a place for each of its values."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for i, memory in enumerate(file.memories):
        here = place.below("memories", i)
        if (info := names.info(here.below("recall"), memory.path, actuator=True)) is None:
            continue
        known = info.quantity.values or {}
        slots = found[memory.path] = {}
        for slot, positions in memory.slots.items():
            at = here.below("slots", slot)
            if slot not in known:
                at.problem(f"`{memory.path}` has no `{slot}`", one_of(slot, known))
            slots[slot] = {}
            for name, position in positions.items():
                axis = f"{memory.below}.{name}"
                if axis not in axes:
                    at.below(name).problem(f"`{axis}` has no motor", "add it to motors or remove it here")
                elif isinstance(steps := names.value(at.below(name), axis, position), int):
                    slots[slot][axis] = steps
        for slot in sorted(known.keys() - slots.keys()):
            here.below("slots").problem(f"`{memory.path}` has no place for `{slot}`", "add the slot")
    return found


def limits(names: Names, file: SimFile, place: Place) -> dict[str, tuple[rules.Limit, ...]]:
    """What is refused, by path."""
    found: dict[str, tuple[rules.Limit, ...]] = {}
    for i, spec in enumerate(file.limits):
        here = place.below("limits", i)
        while_ = names.tests(here.below("while"), spec.while_)
        for path in names.expand(here.below("paths"), spec.paths, actuator=True):
            try:
                limit = rules.limit(spec, names.profile.sensors[path].quantity, while_)
            except ValueError as error:
                here.below("asks").problem(f"`{path}`: {error}", "mend the request")
            else:
                found[path] = (*found.get(path, ()), limit)
    return found


def caps(names: Names, file: SimFile, place: Place) -> dict[str, tuple[str, ...]]:
    """By actuator, the paths that say how much it can deliver."""
    found: dict[str, tuple[str, ...]] = {}
    for i, cap in enumerate(file.caps):
        here = place.below("caps", i)
        ceiling = names.info(here.below("at_most"), cap.at_most)
        for path in names.expand(here.below("paths"), cap.paths, actuator=True):
            quantity = names.profile.sensors[path].quantity
            if ceiling is None:
                continue
            if quantity.step is None or quantity.step != ceiling.quantity.step:
                here.problem(f"`{path}` and `{cap.at_most}` differ in step", "cap a path of the same step")
            found[path] = (*found.get(path, ()), cap.at_most)
    return found


def derived(names: Names, file: SimFile, place: Place) -> dict[str, rules.Derived]:
    """Every path that follows others, and how."""
    found: dict[str, rules.Derived] = {}
    for path, spec in file.derived.items():
        here = place.below("derived", path)
        if (info := names.info(here, path)) is None:
            continue
        if spec.same_as is not None:
            source = names.info(here.below("same_as"), spec.same_as)
            mine = (info.quantity.type, info.quantity.step)
            if source and (source.quantity.type, source.quantity.step) != mine:
                here.problem(f"`{path}` and `{spec.same_as}` differ in type or step", "follow another path")
        cases: list[tuple[Value, Mapping[str, rules.Test]]] = []
        for i, case in enumerate(spec.cases):
            at = here.below("cases", i)
            value = names.value(at.below("value"), path, case.value)
            tests = names.tests(at.below("while"), case.while_)
            if value is not None:
                cases.append((value, tests))
        otherwise = None
        if spec.otherwise is not None:
            otherwise = names.value(here.below("otherwise"), path, spec.otherwise)
        found[path] = rules.Derived(spec.same_as, tuple(cases), otherwise)
    for path, rule in found.items():
        for source_path in sorted(rule.inputs & found.keys()):
            place.below("derived", path).problem(f"`{source_path}` is derived itself", "follow its source")
    return found
