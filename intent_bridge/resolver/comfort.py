"""From a feeling to plans in absolute values: the table, the place, and the physics of this moment.

The plans come in the order of the table; which one is taken is the guard's word, see `Options`. Of every plan
only what changes something is left. What a plan promises is worked out from what it really does.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import (
    MEANS,
    AdjustComfort,
    NotEquipped,
    Target,
    Zone,
    comfort_table,
    places,
    reading,
    to_value,
)
from intent_bridge.intents.feelings import STRENGTHS, ComfortTable, Effect, Move, Plan
from intent_bridge.intents.fields import Listed, Steps
from intent_bridge.profile.model import Quantity
from intent_bridge.resolver.cabin import Cabin
from intent_bridge.resolver.types import Ambiguous, Context, Nothing, Option, Options, Resolution, Unresolved
from intent_bridge.resolver.zones import NoZone, WhichZone, occupied, resolve_zone
from intent_bridge.types import Action, Choice, Value

_AT: Final[Mapping[str, tuple[Zone, ...]]] = {"front": ("front_row",), "everywhere": ("all",)}

_BY_LESS: Final[Mapping[Effect, tuple[str, ...]]] = {
    "draught": (".FanSpeed", ".VentilationLevel", "Window.Position", "Sunroof.Position"),
    "quiet": (".FanSpeed", ".VentilationLevel", "Window.Position", "Sunroof.Position"),
    "sun": ("Shade.Position",),
    "shut": ("Window.Position", "Sunroof.Position"),
}
"""What has an effect at once when there is less of it."""
_BY_VALUE: Final[Mapping[Effect, tuple[str, ...]]] = {
    "draught": ("FLOOR", "DEFROST", "DEFROST_FLOOR"),
    "shut": ("RECIRCULATE",),
}


def resolve_comfort(intent: AdjustComfort, context: Context) -> Resolution:
    """The plans for a feeling, best first; or which place is meant, or what is missing."""
    table = comfort_table(context.profile)
    text = table.feelings[intent.feeling]
    meant = resolve_zone(intent.zone, context.who, context.known, context.profile)
    if isinstance(meant, NoZone):
        return NotEquipped(intent.tool, "zone", meant.word)
    if isinstance(meant, WhichZone) and (text.asks_place or intent.zone is not None):
        return _which(intent, meant)
    zones = () if isinstance(meant, WhichZone) else occupied(meant, context.known, context.profile)
    everywhere = {place.zone: place for place in places("all", context.profile.file.driver_side)}
    where = everywhere[zones[0]] if zones else None
    cabin = Cabin(context.profile, context.known, context.going, where)
    helper = _Helper(intent, table, zones, cabin)
    options = tuple(option for plan in text.plans if (option := helper.option(plan)) is not None)
    if options:
        return Options(options, intent.arguments)
    if cabin.missing:
        path, quality = next(iter(cabin.missing.items()))
        return Unresolved(path, quality)
    if not helper.had_means:
        return NotEquipped(intent.tool, "zone", str(intent.zone))
    return Nothing(text.otherwise)


def _which(intent: AdjustComfort, which: WhichZone) -> Ambiguous:
    return Ambiguous(
        tuple(Choice(intent.tool, {**intent.arguments, "zone": zone}, own=False) for zone in which.zones)
    )


class _Helper:
    """Works the plans of one request out."""

    def __init__(
        self, intent: AdjustComfort, table: ComfortTable, zones: tuple[Zone, ...], cabin: Cabin
    ) -> None:
        self._intent, self._table, self._zones, self._cabin = intent, table, zones, cabin
        self._strength = STRENGTHS.index(intent.strength or "some")
        self.had_means = False
        """Whether any plan had something to move here at all."""

    def option(self, plan: Plan) -> Option | None:
        """What the plan would change now; None where it does not apply, is impossible, or changes nothing."""
        self.had_means = self.had_means or any(self._paths(move) for move in plan.moves)
        if not all(self._applies(word) for word in plan.when):
            return None
        needed: dict[str, Value] = {}
        extra: dict[str, Value] = {}
        for move in plan.moves:
            paths = self._paths(move)
            values = {path: self._wanted(move, path) for path in paths}
            if not move.optional and (not paths or all(value is None for value in values.values())):
                return None
            for path, value in values.items():
                if value is not None and value != self._cabin.value(path):
                    (extra if move.optional else needed)[path] = value
        if not needed and (not extra or not all(move.optional for move in plan.moves)):
            return None
        actions = tuple(Action(path, value) for path, value in {**needed, **extra}.items())
        return Option(actions, frozenset(extra), lambda done: self._told(plan, done))

    def _applies(self, word: str) -> bool:
        truth = self._cabin.holds(self._table.situations[word.removeprefix("not ")])
        return truth is (not word.startswith("not "))

    def _paths(self, move: Move) -> list[str]:
        """The paths a move is about: at each place meant, or the one there is for the whole car."""
        target = MEANS[move.set]
        zones: Sequence[Zone] = _AT.get(move.at, self._zones)
        if not target.zoned:
            paths = [target.path]
            if move.set == "steering_wheel_heating" and "driver" not in zones:
                paths = []  # only the driver has hands on it
        else:
            side = self._cabin.profile.file.driver_side
            paths = [place.path(target.path) for zone in zones for place in places(zone, side)]
        return [path for path in paths if path in self._cabin.profile.actuators]

    def _wanted(self, move: Move, path: str) -> Value | None:
        """The value a move asks for on one path; None where it cannot be told."""
        target, quantity = MEANS[move.set], self._cabin.profile.actuators[path].spec
        if move.to is not None:
            for word in move.to if isinstance(move.to, tuple) else (move.to,):
                try:
                    return to_value(target, quantity, word)
                except ToolCallError:
                    continue  # this vehicle has no such word
            return None
        now = _count(target, quantity, self._cabin.value(path))
        wanted = None if now is None else self._further(move, now)
        if wanted is None or wanted == now:
            return None if wanted is None else self._cabin.value(path)
        value = _value(target, quantity, wanted)
        then = _count(target, quantity, value)
        assert then is not None and now is not None
        # the last value a tool can set may lie before a present one that has a name: never turn back
        return value if (then > now) == (wanted > now) else self._cabin.value(path)

    def _further(self, move: Move, now: Decimal) -> Decimal | None:
        n = self._strength
        if move.by is not None:
            return now + move.by[n]
        if move.least is not None:
            return max(now, move.least[n])
        if move.most is not None:
            return min(now, move.most[n])
        known = self._cabin.fact("cabin_c")
        room = now if known is None else Decimal(known)
        if move.warmer is not None:
            return max(now, min(max(now, room) + move.warmer[n], self._table.within.warmer))
        assert move.cooler is not None
        return min(now, max(min(now, room) - move.cooler[n], self._table.within.cooler))

    # --- what may be said of it ---------------------------------------------------------------------

    def _told(self, plan: Plan, done: Mapping[str, Value]) -> Mapping[str, Any]:
        return {
            "feeling": self._intent.feeling,
            "zones": list(self._zones),
            "because": plan.because,
            "expect": self._expected(plan, done),
        }

    def _expected(self, plan: Plan, done: Mapping[str, Value]) -> Mapping[str, Any]:
        told = (self._promise(effect, done) for effect in plan.expect)
        return next((said for said in told if said), {"what": "later"})

    def _promise(self, effect: Effect, done: Mapping[str, Value]) -> Mapping[str, Any]:
        """What may be said of one effect; nothing where the model does not bear it out."""
        model = self._table.model
        match effect:
            case "warmer" | "cooler":
                told = (self._warmth(effect, done, minutes) for minutes in model.cabin_minutes)
                return next((said for said in told if said), self._blown(effect, done))
            case "seat":
                levels = [path for path in done if path.endswith((".HeatingLevel", ".VentilationLevel"))]
                if not levels:
                    return {}
                warms = levels[0].endswith(".HeatingLevel") == self._more(levels[0], done)
                return {"what": "seat-warm" if warms else "seat-cool", "minutes": model.seat_minutes}
            case "air":
                change = self._cabin.changed(done).air_change_per_min(model)
                if change is None or change * model.slow_minutes < 1:
                    return {}
                return {"what": "air", "minutes": max(1, round(1 / change))}
            case "windscreen":
                return {"what": "windscreen", "minutes": model.windscreen_minutes}
            case "draught" | "sun" | "quiet" | "shut":
                return {"what": effect} if any(self._bears(effect, path, done) for path in done) else {}

    def _bears(self, effect: Effect, path: str, done: Mapping[str, Value]) -> bool:
        """Whether one change is of a kind that has this effect at once."""
        if path.endswith((".AirDistribution", ".RecirculationMode")):
            return done[path] in _BY_VALUE.get(effect, ())
        return path.endswith(_BY_LESS.get(effect, ())) and not self._more(path, done)

    def _more(self, path: str, done: Mapping[str, Value]) -> bool:
        before = self._cabin.value(path)
        return int(done[path]) > int(before or 0)

    def _warmth(self, way: str, done: Mapping[str, Value], minutes: int) -> dict[str, Any]:
        """By how much the cabin changes, or if that is another way, by how much the plan tells on it."""
        model, now = self._table.model, self._cabin.fact("cabin_c")
        then = self._cabin.changed(done).temperature_c(model, minutes)
        else_then = self._cabin.temperature_c(model, minutes)
        if now is None or then is None or else_then is None:
            return {}
        sign = 1 if way == "warmer" else -1
        gained, told = (then - float(now)) * sign, (then - else_then) * sign
        for what, change in (("cabin", gained), ("cabin-than", told)):
            if min(change, told) >= model.noticeable_c:
                return {"what": f"{what}-{way}", "celsius": round(change * 2) / 2, "minutes": minutes}
        return {}

    def _blown(self, way: str, done: Mapping[str, Value]) -> dict[str, Any]:
        """Whether the air that is blown at the place is felt to change, at once."""
        model = self._table.model
        before, after = self._cabin.blown_c(model), self._cabin.changed(done).blown_c(model)
        sign = 1 if way == "warmer" else -1
        if before is None or after is None or (after - before) * sign < model.noticeable_blown_c:
            return {}
        return {"what": f"blown-{way}"}


def _count(target: Target, quantity: Quantity, value: Value | None) -> Decimal | None:
    """A value as its tool counts it: degrees, percent, levels; None where that is no number or not known."""
    read = reading(target, quantity)
    if isinstance(read, Listed):
        return next((number for number, name in read.names.items() if name == value), None)
    if not isinstance(read, Steps) or type(value) is not int:
        return None
    return value * read.step


def _value(target: Target, quantity: Quantity, wanted: Decimal) -> Value | None:
    """The nearest value the tool can set."""
    read = reading(target, quantity)
    if isinstance(read, Listed):
        return read.names[min(read.names, key=lambda number: abs(number - wanted))]
    assert isinstance(read, Steps)
    steps = (wanted / read.step).to_integral_value(ROUND_HALF_UP)
    return read.value(max(read.low, min(read.high, steps * read.step)))
