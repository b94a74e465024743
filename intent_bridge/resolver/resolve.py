"""From what was asked to absolute values: zones become paths, relative changes become targets.

One road for every tool that sets something: its `Target`s say which path gets which field. Only tools that
are not described by targets (relative change, scene, stop, reading) have an arm of their own.
"""

from collections.abc import Iterable
from typing import Any, Final

from intent_bridge.intents import (
    SETTINGS,
    ActivateScene,
    AdjustComfort,
    AdjustSetting,
    GetCapabilities,
    GetVehicleState,
    Intent,
    IntentModel,
    Noted,
    NotEquipped,
    ReadPaths,
    SpokenZone,
    StopMotion,
    Target,
    Zone,
    places,
    to_value,
    topic_of,
)
from intent_bridge.profile import Profile, once, plain, to_vss
from intent_bridge.profile.model import Quantity
from intent_bridge.resolver.answers import answers
from intent_bridge.resolver.comfort import resolve_comfort
from intent_bridge.resolver.types import (
    Absolute,
    Ambiguous,
    Context,
    Halt,
    Nothing,
    Report,
    Resolution,
    Unresolved,
)
from intent_bridge.resolver.zones import NoZone, WhichZone, resolve_zone
from intent_bridge.types import Action, Choice, Provenance, SeatZone, ToolCall, Value

_NO_VALUE: Final = (Unresolved, Nothing)
_SETTLED_MAX: Final = 4096
"""Settings that are remembered, of one vehicle."""


def resolve(intent: Intent, context: Context) -> Resolution:
    """The absolute meaning of one intent in one vehicle at one moment.

    ToolCallError when a value does not fit the place it is meant for (a rear seat that moves less).
    """
    if intent.targets:
        return _set(intent, context)
    match intent:
        case AdjustSetting():
            return _adjust(intent, context)
        case AdjustComfort():
            return resolve_comfort(intent, context)
        case ActivateScene():
            return _scene(intent, context)
        case StopMotion(zone=zone):
            return _halt(zone, context)
        case GetVehicleState(topics=topics):
            return Report(_state(topics, context))
        case ReadPaths(entries=entries):
            return Report(answers(entries, context))
        case Noted():
            return Report({})
        case GetCapabilities():
            return Report(_capabilities(context))
        case _:
            return _set(intent, context)


def _set(intent: IntentModel, context: Context) -> Resolution:
    known = settled(intent, context.who, context.profile)
    if known is not None:
        return known
    found = _set_now(intent, context)
    if isinstance(found, Absolute) and not _depends_on_now(intent):
        kept = _settled(context.profile)
        if len(kept) >= _SETTLED_MAX:
            kept.clear()
        kept[id(intent), context.who.zone] = intent, found
    return found


def settled(intent: IntentModel, who: Provenance, profile: Profile) -> Absolute | None:
    """What this intent has come to before, where that depends on nothing but it and the speaker's place.

    None where nobody has asked yet, or it depends on the moment too.
    """
    kept = _settled(profile).get((id(intent), who.zone))
    return kept[1] if kept is not None and kept[0] is intent else None


@once
def _settled(profile: Profile) -> dict[tuple[int, SeatZone], tuple[IntentModel, Absolute]]:
    """Settings by the identity of their intent, which the entry keeps alive, and the speaker's place."""
    return {}


def _depends_on_now(intent: IntentModel) -> bool:
    return intent.__dict__.get("zone") == "kids" or any(t.counts == "change" for t in intent.targets)


def _set_now(intent: IntentModel, context: Context) -> Resolution:
    actions: list[Action] = []
    zone: SpokenZone | None = intent.__dict__.get("zone")  # many tools have no such field
    meant = _meant(zone, context)
    for target in intent.targets:
        given = getattr(intent, target.field)
        if given is None or (target.only and getattr(intent, target.only[0]) not in target.only[1]):
            continue
        if target.zoned and isinstance(meant, WhichZone):
            return _which_zone(intent.tool, intent.arguments, target, meant, context)
        paths = _paths(target, meant, context)
        if not paths:
            return NotEquipped(intent.tool, "zone", str(zone or context.who.zone))
        for path in paths:
            value = _value(target, path, given, context)
            if isinstance(value, _NO_VALUE):
                return value
            actions.append(Action(path, value))
    return Absolute(tuple(actions), intent.arguments)


def _value(target: Target, path: str, given: Any, context: Context) -> Value | Unresolved | Nothing:
    quantity = context.profile.actuators[path].spec
    if target.counts != "change":
        return to_value(target, quantity, given)
    now = _present(path, context)
    if isinstance(now, Unresolved):
        return now
    return _limited(quantity, now, now + given)


def _adjust(intent: AdjustSetting, context: Context) -> Resolution:
    target = SETTINGS[intent.setting]
    meant = _meant(intent.zone, context)
    if target.zoned and isinstance(meant, WhichZone):
        return _which_zone(intent.tool, intent.arguments, target, meant, context)
    paths = _paths(target, meant, context)
    if not paths:
        return NotEquipped(intent.tool, "zone", str(intent.zone or context.who.zone))
    actions, at_limit = [], 0
    for path in paths:
        value = _adjusted(intent, target, path, context)
        if isinstance(value, Unresolved):
            return value
        if isinstance(value, Nothing):
            at_limit += 1
        else:
            actions.append(Action(path, value))
    return Absolute(tuple(actions), intent.arguments) if actions else Nothing("at_limit")


def _adjusted(
    intent: AdjustSetting, target: Target, path: str, context: Context
) -> Value | Unresolved | Nothing:
    quantity = context.profile.actuators[path].spec
    now = _present(path, context)
    if isinstance(now, Unresolved):
        return now
    sign = 1 if intent.direction == "up" else -1
    if intent.size == "max":
        return _limited(quantity, now, now + sign * (_last(quantity) + abs(now)))
    return _limited(quantity, now, now + sign * _change(intent, target, quantity))


def _change(intent: AdjustSetting, target: Target, quantity: Quantity) -> int:
    """How many steps (or list places) a relative change asks for; at least one."""
    amount = intent.amount
    if amount is None:
        assert target.sizes is not None
        amount = target.sizes[("little", "some", "lot").index(intent.size or "some")]
    if target.counts == "unit" and quantity.step is not None:
        amount = amount / quantity.step
    return max(1, int(amount.to_integral_value()))


def _present(path: str, context: Context) -> int | Unresolved:
    """Where the path is, or where a running command drives it: in steps, or as a place in the list."""
    quantity = context.profile.actuators[path].spec
    value: Value | None = context.going.get(path)
    if value is None:
        value, quality = context.known(path)
        if value is None:
            return Unresolved(path, quality)
    return list(quantity.values).index(str(value)) if quantity.values else int(value)


def _limited(quantity: Quantity, now: int, wanted: int) -> Value | Nothing:
    first = 0 if quantity.values else quantity.low
    limited = max(first, min(_last(quantity), wanted))
    if limited == now:
        return Nothing("at_limit")
    return list(quantity.values)[limited] if quantity.values else limited


def _last(quantity: Quantity) -> int:
    return len(quantity.values) - 1 if quantity.values else quantity.high


def _meant(zone: SpokenZone | None, context: Context) -> tuple[Zone, ...] | WhichZone | NoZone:
    return resolve_zone(zone, context.who, context.known, context.profile)


def _paths(target: Target, meant: tuple[Zone, ...] | WhichZone | NoZone, context: Context) -> tuple[str, ...]:
    """The paths this vehicle has for a target; a group of places means those that it has."""
    if not target.zoned:
        return (target.path,) if target.path in context.profile.actuators else ()
    if not isinstance(meant, tuple):
        return ()
    known = _reached(context.profile)
    paths = known.get((target.path, meant))
    if paths is None:
        side = context.profile.file.driver_side
        found = (p.path(target.path) for zone in meant for p in places(zone, side))
        paths = tuple(path for path in found if path in context.profile.actuators)
        known[target.path, meant] = paths
    return paths


@once
def _reached(profile: Profile) -> dict[tuple[str, tuple[Zone, ...]], tuple[str, ...]]:
    """The paths of templates at groups of places, as they are asked for."""
    return {}


def _which_zone(
    tool: str, arguments: dict[str, object], target: Target, which: WhichZone, context: Context
) -> Ambiguous:
    """One choice per place in question that has the thing."""
    zones = (zone for zone in which.zones if _paths(target, (zone,), context))
    return Ambiguous(tuple(Choice(tool, {**arguments, "zone": zone}, own=False) for zone in zones))


def _scene(intent: ActivateScene, context: Context) -> Resolution:
    scene = context.profile.file.scenes[intent.scene]
    stages: list[dict[str, Value]] = [{}]
    for step in scene.steps:
        step_call = ToolCall(intent.scene, step.call, step.arguments, own=False)
        parsed = context.catalogue.parse(step_call)
        if isinstance(parsed, NotEquipped):
            return parsed
        resolved = resolve(parsed, context)
        if step.wait and stages[-1]:
            stages.append({})
        if isinstance(resolved, Nothing):
            continue
        if not isinstance(resolved, Absolute):
            return resolved
        stages[-1].update({a.path: a.value for a in resolved.actions})
    split = tuple(tuple(Action(path, value) for path, value in stage.items()) for stage in stages if stage)
    last = {action.path: action for stage in split for action in stage}  # a later step has the last word
    if not last:
        return Nothing("already")
    return Absolute(tuple(last.values()), intent.arguments, split if len(split) > 1 else ())


def _halt(zone: SpokenZone | None, context: Context) -> Halt:
    """Who is stopped by a word that nobody can place: everything, for a stop may not wait for a question."""
    meant = None if zone is None else _meant(zone, context)
    moving = [path for path, info in context.profile.actuators.items() if info.spec.motion]
    if isinstance(meant, tuple):
        side = context.profile.file.driver_side
        seats = [place.seat for one in meant for place in places(one, side)]
        moving = [path for path in moving if any(f".{seat}." in path for seat in seats)]
    return Halt(tuple(moving))


def _state(topics: Iterable[str], context: Context) -> dict[str, Any]:
    wanted = set(topics)
    out: dict[str, Any] = {}
    for path, info in context.profile.inputs.items():
        if topic_of(path) in wanted:
            value, _ = context.known(path)
            out[path] = None if value is None else plain(to_vss(info.quantity, value))
    return out


def _capabilities(context: Context) -> dict[str, Any]:
    return {
        "vehicle": context.profile.file.title,
        "tools": {tool.name: tool.description for tool in context.catalogue.tools},
        "scenes": {name: scene.description for name, scene in context.profile.file.scenes.items()},
    }
