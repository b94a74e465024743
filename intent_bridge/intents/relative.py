"""`adjust_setting` on one vehicle: which settings it has, in which zones, and how far each can change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.base import IntentModel, Target
from intent_bridge.intents.comfort import AdjustSetting
from intent_bridge.intents.fields import Reading, Steps, Words
from intent_bridge.intents.narrow import Narrowed, NotEquipped, narrowed_with, present, zones_of
from intent_bridge.intents.refusal import at
from intent_bridge.intents.tools import SETTINGS
from intent_bridge.intents.zones import SPOKEN_ZONES
from intent_bridge.profile import Profile, plain
from intent_bridge.profile.model import Quantity


def narrow_adjust_setting(profile: Profile) -> Narrowed | None:
    """The relative form of every setting this vehicle has, or None when it has none.

    The schema is flat, so it shows the zones and amounts of all settings; the parser knows each one's own.
    """
    found = {name: present(target, profile) for name, target in SETTINGS.items()}
    here = {name: paths for name, paths in found.items() if paths and _has_order(paths.values())}
    if not here:
        return None
    scales = {name: _scale(SETTINGS[name], paths.values()) for name, paths in here.items()}
    zones = {name: zones_of(paths, profile).names for name, paths in here.items() if SETTINGS[name].zoned}

    def check(intent: IntentModel) -> NotEquipped | None:
        assert isinstance(intent, AdjustSetting)
        if intent.amount is not None:
            try:
                scales[intent.setting].value(intent.amount)
            except ToolCallError as error:
                raise at("amount", error) from None
        if intent.zone is not None and intent.zone not in zones.get(intent.setting, SPOKEN_ZONES):
            return NotEquipped(intent.tool, "zone", intent.zone)
        return None

    readings: dict[str, Reading] = {"setting": Words({name: name for name in here})}
    if zones:
        offered = {zone for names in zones.values() for zone in names}
        readings["zone"] = Words({zone: zone for zone in SPOKEN_ZONES if zone in offered})
    absent = frozenset() if zones else frozenset(("zone",))
    narrowed = narrowed_with(AdjustSetting, readings, absent, profile, check)
    narrowed.spec.parameters["properties"]["amount"] |= {
        "exclusiveMinimum": 0,
        "maximum": max(plain(scale.high) for scale in scales.values()),
        "description": _amounts(here, scales),
    }
    elsewhere = {**narrowed.elsewhere, "setting": frozenset(SETTINGS)}
    return replace(narrowed, elsewhere=elsewhere)


def _has_order(quantities: Iterable[Quantity]) -> bool:
    """A boolean has no more and less; that it stands where a number should is said by the set tool."""
    return all(quantity.type != "boolean" for quantity in quantities)


def _scale(target: Target, quantities: Iterable[Quantity]) -> Steps:
    """The amounts by which a setting can change: from one step to its whole range."""
    several = list(quantities)
    step = Decimal(1)
    if target.counts == "unit" and several[0].step is not None:
        step = min(q.step for q in several if q.step is not None)
    spans = [len(q.values) - 1 if q.values is not None else q.high - q.low for q in several]
    return Steps(step, max(spans) * step, step, {})


def _amounts(here: Mapping[str, Mapping[str, Quantity]], scales: Mapping[str, Steps]) -> str:
    """What an amount counts, per setting: `celsius (steps of 0.5): cabin_temperature`."""
    groups: dict[str, list[str]] = {}
    for name, paths in here.items():
        unit = next(iter(paths.values())).unit if SETTINGS[name].counts == "unit" else "levels"
        step = scales[name].step
        by = unit if step == 1 else f"{unit} in steps of {plain(step)}"
        groups.setdefault(f"{by}", []).append(name)
    return "By how much. " + "; ".join(f"{by}: {', '.join(names)}" for by, names in groups.items()) + "."
