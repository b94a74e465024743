"""What is true in the simulated vehicle, and how one value follows from others."""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from ..profile import Profile, from_vss, to_vss
from ..profile.model import Quantity
from ..profile.report import one_of
from ..types import Value
from .plan import Plan
from .wire import Port

VssValue = Decimal | bool | int | str


class World:
    """The true value of every path, which of them are not published, and which lie.

    A value may be None: a recall whose seat stands at none of its places. `changed` is called with the
    path of everything whose published content may have changed.
    """

    def __init__(self, profile: Profile, plan: Plan) -> None:
        self.changed: Callable[[str], None] = lambda path: None
        self.watch: Callable[[str, Value | None], None] = lambda path, value: None
        """Called with everything that becomes true, published or not."""
        self._sensors = profile.sensors
        self._memories = plan.memories
        self._values: dict[str, Value | None] = dict(plan.start)
        self._hidden = {path for path, value in plan.start.items() if value is None}
        self._pinned: set[str] = set()
        self._forced: dict[str, int] = {}
        self._caps = plan.caps
        self._ordered = {path: value for path, value in plan.start.items() if value is not None}
        self._followers: dict[str, list[Callable[[], None]]] = {}
        for path, rule in plan.derived.items():
            self._follow(rule.inputs, partial(self._derive, path, rule.value))
        for path, ceilings in plan.caps.items():
            self._follow(ceilings, partial(self._cap, path))
        for path, slots in plan.memories.items():
            self._follow(
                {axis for axes in slots.values() for axis in axes}, partial(self._recall, path, slots)
            )

    def _follow(self, sources: Iterable[str], follower: Callable[[], None]) -> None:
        for source in sorted(sources):
            self._followers.setdefault(source, []).append(follower)
        follower()

    @property
    def paths(self) -> Iterable[str]:
        """All paths there are."""
        return self._values.keys()

    def true(self, path: str) -> Value | None:
        """The value as it is, published or not."""
        return self._values[path]

    def look(self, path: str) -> Value | None:
        """The value as an ECU hears of it: None when it is not published."""
        return None if path in self._hidden else self._values[path]

    def raw(self, port: Port) -> int:
        """What the ECU writes into the signal."""
        path = port.path
        if path in self._forced:
            return self._forced[path]
        value = None if path in self._hidden else self._values[path]
        if value is not None:
            return port.raw(value)
        assert port.absent is not None  # a profile loads only when every status has such a code
        return port.absent

    def set(self, path: str, value: Value | None) -> None:
        """Make a value true, and what follows from it."""
        if path in self._values and self._values[path] == value:
            return
        self._values[path] = value
        self.changed(path)
        self.watch(path, value)
        for follower in self._followers.get(path, ()):
            follower()

    def assign(self, path: str, given: object) -> None:
        """Set a path from outside, in VSS units; it no longer follows others. ValueError says the mend."""
        quantity = self.quantity(path)
        try:
            value = _nearest(quantity, given)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        self._pinned.add(path)
        if path in self._hidden:
            self._hidden.remove(path)
            self.changed(path)
        if path in self._memories:
            for axis, position in self._memories[path][str(value)].items():
                self.set(axis, position)
        else:
            self._ordered[path] = value
            self.set(path, value)

    def hide(self, path: str) -> None:
        """Publish a path no more; its true value stays. ValueError when there is no such path."""
        self.quantity(path)
        self._pinned.add(path)
        self._hidden.add(path)
        self.changed(path)

    def hidden(self, path: str) -> bool:
        """Whether the path is not published."""
        return path in self._hidden

    def force(self, path: str, raw: int | None) -> None:
        """Let the ECU write this raw number whatever is true; None ends it. ValueError: it does not fit."""
        self.quantity(path)
        binding = self._sensors[path].binding
        if raw is None:
            self._forced.pop(path, None)
        elif not binding.raw_low <= raw <= binding.raw_high:
            raise ValueError(f"{path}: raw {raw} does not fit, give {binding.raw_low} to {binding.raw_high}")
        else:
            self._forced[path] = raw
        self.changed(path)

    def vss(self, path: str) -> VssValue | None:
        """The value as VSS writes it; None when it is not published."""
        quantity, value = self.quantity(path), self.look(path)
        return None if value is None else to_vss(quantity, value)

    def quantity(self, path: str) -> Quantity:
        """Type and bounds of a path; ValueError when there is no such path."""
        if path not in self._sensors:
            raise ValueError(f"no path `{path}` in this vehicle, {one_of(path, list(self._sensors))}")
        return self._sensors[path].quantity

    def _derive(self, path: str, rule: Callable[[Callable[[str], Value | None]], Value | None]) -> None:
        if path not in self._pinned:
            self.set(path, rule(self._values.get))

    def order(self, path: str, value: Value) -> None:
        """Have an actuator deliver a value, as far as the paths that cap it let it."""
        self._ordered[path] = value
        self._cap(path)

    def _cap(self, path: str) -> None:
        value = self._ordered[path]
        for ceiling in self._caps.get(path, ()):
            most = self._values[ceiling]
            if isinstance(most, int) and isinstance(value, int) and most < value:
                value = most
        self.set(path, value)

    def _recall(self, path: str, slots: Mapping[str, Mapping[str, int]]) -> None:
        for slot, axes in slots.items():
            if all(self._values.get(axis) == position for axis, position in axes.items()):
                return self.set(path, slot)
        self.set(path, None)


def _nearest(quantity: Quantity, given: object) -> Value:
    """The exact value nearest to what the world is: a sensor cannot say more than its step."""
    is_number = isinstance(given, int | float | Decimal) and not isinstance(given, bool)
    if is_number and quantity.step is not None and quantity.range is not None:
        number = Decimal(str(given))
        if number.is_finite() and quantity.range[0] <= number <= quantity.range[1]:
            given = (number / quantity.step).to_integral_value(ROUND_HALF_UP) * quantity.step
    return from_vss(quantity, given)
