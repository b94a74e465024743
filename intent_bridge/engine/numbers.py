"""Where each number of a call came from: the person's words, a preference, a default, the state, or nowhere.

A number from nowhere is the model's own. What becomes of it the profile says (`own_numbers`); that it is one
stands in the outcome and in the record, and the words themselves stand in neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intent_bridge.engine.effects import Order
from intent_bridge.intents import places
from intent_bridge.profile import to_vss
from intent_bridge.types import Action, Decision, RuleHit, Said, ToolCall

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine

OWN: Final = "own"
RULE: Final = "default.own_number"


def traced(
    engine: "Engine", order: Order, call: ToolCall, said: Said, filled: Mapping[str, str], now_ms: int
) -> Order:
    """The order with the source of each number and of each filled argument (`sources`).

    Only a host that says what it heard can be told that a number was not among it.
    """
    sources = dict(filled)
    if said.numbers is not None:
        for name, value in call.arguments.items():
            if name not in sources and isinstance(value, int | float | Decimal) and type(value) is not bool:
                sources[name] = _source(engine, Decimal(str(value)), order.actions, said, now_ms)
    if not sources:
        return order
    minded = engine.profile.file.own_numbers != "allow"
    own = tuple(name for name, source in sources.items() if source == OWN and minded)
    return replace(order, own_numbers=own, data={**order.data, "sources": sources})


def asks(order: Order, policy: str) -> tuple[RuleHit, ...]:
    """What the person is asked besides what rules ask: whether the model's own number is what they want."""
    if policy != "confirm" or not order.own_numbers or not order.actions:
        return ()
    return (own_number_hit(order.actions[0].path),)


def own_number_hit(path: str) -> RuleHit:
    """The guard's word for a number that came from nowhere."""
    return RuleHit(RULE, path, Decision.CONFIRM, "own-number")


def _source(engine: "Engine", number: Decimal, actions: Sequence[Action], said: Said, now_ms: int) -> str:
    spoken = {abs(one) for one in said.numbers or ()}
    if abs(number) in spoken or any(_said(engine, action, spoken, said.ends) for action in actions):
        return "words"
    if number in _numbers(said.preferred.values()):
        return "preference"
    if number in _numbers(engine.profile.file.defaults.values()) or any(
        action.value in _wanted(engine, action.path) for action in actions
    ):
        return "default"
    return "state" if any(_stands(engine, action, spoken, now_ms) for action in actions) else OWN


def _said(engine: "Engine", action: Action, spoken: set[Decimal], ends: frozenset[str]) -> bool:
    """Whether the words name the value as the path counts it (60 % is level 3), or an end of its range."""
    spec = engine.profile.actuators[action.path].spec
    if type(action.value) is not int:
        return False
    if ("most" in ends and action.value == spec.high) or ("least" in ends and action.value == spec.low):
        return True
    return to_vss(spec, action.value) in spoken


def _wanted(engine: "Engine", path: str) -> set[object]:
    """Values that some rule wants on a path as a companion: a policy's own numbers."""
    bound = (rule for rules in engine.guard.rules.rules.values() for rule in rules)
    wanted = [c for rule in bound for c in rule.companions if c.path == path]
    ends = [(c.low, False) for c in wanted] + [(c.high, True) for c in wanted]
    return {end.at({}, upper=upper) for end, upper in ends if end is not None and not end.terms}


def _stands(engine: "Engine", action: Action, spoken: set[Decimal], now_ms: int) -> bool:
    """Whether the value is that of the same setting here or at another place, or so many steps from it."""
    if type(action.value) is not int:
        return False
    spec = engine.profile.actuators[action.path].spec
    here, _ = engine.known(action.path, now_ms)
    if type(here) is int and spec.step is not None:
        moved = abs(action.value - here)
        if moved * spec.step in spoken or moved in spoken:
            return True
    return any(engine.known(path, now_ms)[0] == action.value for path in _same_setting(engine, action.path))


def _same_setting(engine: "Engine", path: str) -> Iterable[str]:
    """The path and those of the same setting at other places."""
    everywhere = places("all", engine.profile.file.driver_side)
    for place in everywhere:
        for segments, word in ((place.seat, "{seat}"), (place.station, "{station}")):
            if f".{segments}." in path:
                template = path.replace(f".{segments}.", f".{word}.")
                return [p for other in everywhere if (p := other.path(template)) in engine.profile.actuators]
    return [path]


def _numbers(values: Iterable[object]) -> set[Decimal]:
    return {Decimal(str(v)) for v in values if isinstance(v, int | float) and type(v) is not bool}
