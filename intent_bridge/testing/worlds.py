"""States of a vehicle, dense at the boundaries, and faults of its ECUs and buses."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from intent_bridge.profile import Profile, from_vss, plain, to_vss
from intent_bridge.profile.model import Quantity
from intent_bridge.sim import Plan
from intent_bridge.testing.dice import Dice
from intent_bridge.testing.hazards import Hazards
from intent_bridge.testing.steps import FAULTS, Fault, SetState, VssValue

ROUND = (0, 1, 2, 3, 5, 6, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 130, 160, 200)
"""Numbers that people put into rules; each comes with its neighbours one step away."""
DELAYS_MS = (50, 300, 600)
"""A later ECU would drive on for longer than hazard lists allow after we have died."""


@dataclass(frozen=True, slots=True)
class World:
    """One state to set. `impossible` names paths that contradict the paths they follow in the real car."""

    step: SetState
    impossible: tuple[str, ...]


class Worlds:
    """Makes states and faults for one vehicle."""

    def __init__(self, profile: Profile, plan: Plan, hazards: Hazards | None) -> None:
        self._plan = plan
        self._profile = profile
        told: dict[str, set[Decimal]] = {}
        for hazard in hazards.hazards if hazards else ():
            for path, condition in hazard.while_.items():
                bounds = {b for b in (condition.above, condition.below) if b is not None}
                told.setdefault(path, set()).update(Decimal(str(b)) for b in bounds)
        sensors = [p for p, s in profile.sensors.items() if not s.is_actuator]
        self._values = {
            path: dense(profile.sensors[path].quantity, told.get(path, frozenset())) for path in sensors
        }
        self._paths = tuple(sensors)
        self._telling = tuple(p for p in sensors if p in told) or self._paths
        """Paths that hazards depend on; set in half of all cases."""
        self._statuses = tuple(name for ecu in plan.ecus.values() for name in ecu.sends)
        self._protected = tuple(n for n in self._statuses if profile.messages[n].spec.protected)
        self._telling_statuses = tuple(
            n for n in self._protected if any(profile.sensors[p].binding.message == n for p in self._telling)
        )
        self._ecus = tuple(name for name, ecu in plan.ecus.items() if ecu.receives)
        self._buses = tuple(profile.file.buses)
        start = {p: v for p, v in plan.start.items() if p in self._values and v is not None}
        quantities = {p: profile.sensors[p].quantity for p in start}
        self.healthy = SetState({p: plain(to_vss(quantities[p], v)) for p, v in start.items()})
        """Every sensor as `sim.yaml` starts it."""

    def state(self, dice: Dice) -> World:
        """A change of the state, with what is impossible in it."""
        step = self.change(dice)
        return World(step, self._impossible(step.values))

    def change(self, dice: Dice) -> SetState:
        """One to three paths at values that matter; one in twenty is no longer published."""
        values: dict[str, VssValue | None] = {}
        for _ in range(dice.between(1, 3)):
            path = dice.pick(self._telling if dice.index(2) == 0 else self._paths)
            values[path] = None if dice.chance(5) else dice.pick(self._values[path])
        return SetState(values)

    def fault(self, dice: Dice) -> Fault:
        """Something that breaks; see `Fault` for what the number means."""
        kind = dice.pick(FAULTS)
        match kind:
            case "mute" if dice.index(2):
                return Fault(kind, dice.pick(self._statuses))
            case "mute" | "corrupt" | "freeze":
                messages = self._telling_statuses if dice.index(3) else self._protected
                return Fault(kind, dice.pick(messages or self._statuses))
            case "refuse" | "off":
                return Fault(kind, dice.pick(self._ecus))
            case "delay":
                return Fault(kind, dice.pick(self._ecus), dice.pick(DELAYS_MS))
            case "lie":
                path = dice.pick(tuple(self._profile.actuators))
                return Fault(kind, path, dice.pick((-1, 0, 1, 3)))
            case "late":
                return Fault(kind, dice.pick(self._buses), dice.pick((20, 50, 100)))
            case "flip":
                return Fault(kind, dice.pick(self._buses), dice.index(64))
            case _:
                return Fault(kind, dice.pick(self._buses), dice.between(1, 3))

    def healed(self, fault: Fault) -> Fault:
        """The end of a fault."""
        return Fault(fault.kind, fault.target, -1 if fault.kind == "lie" else 0)

    def _impossible(self, values: Mapping[str, VssValue | None]) -> tuple[str, ...]:
        """Paths set to something that does not follow from what they follow."""
        start = {p: v for p, v in self._plan.start.items() if v is not None}
        quantity = {p: self._profile.sensors[p].quantity for p in values}
        wrong = []
        for path, rule in self._plan.derived.items():
            if values.get(path) is None:
                continue
            known = {p: v for p, v in values.items() if v is not None}

            def look(other: str, known: Mapping[str, VssValue] = known) -> int | bool | str | None:
                given = known.get(other)
                return start.get(other) if given is None else _steps(self._profile, other, given)

            expected = rule.value(look)
            if expected is not None and plain(to_vss(quantity[path], expected)) != values[path]:
                wrong.append(path)
        return tuple(wrong)


def _steps(profile: Profile, path: str, given: VssValue) -> int | bool | str:
    return from_vss(profile.sensors[path].quantity, given)


def dense(quantity: Quantity, told: AbstractSet[Decimal]) -> tuple[VssValue, ...]:
    """Values of a path worth trying: ends, round numbers, the hazards' thresholds, all with neighbours."""
    if quantity.type == "boolean":
        return False, True
    if quantity.type == "enum":
        return tuple((quantity.values or {}).values())
    assert quantity.step is not None and quantity.range is not None
    low, high = (Decimal(str(end)) for end in quantity.range)
    step = Decimal(str(quantity.step))
    centres = {low, high, *(Decimal(n) for n in ROUND), *told}
    grid = {c // step * step + k * step for c in centres for k in (-1, 0, 1)}
    return tuple(plain(v) for v in sorted(grid) if low <= v <= high)
