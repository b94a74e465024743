"""What a call means that leaves something open, by rungs: nobody guesses, and nobody is asked what is known.

What was said stands. What is missing is what the person has been learned to prefer, else what the vehicle
takes where nothing is said, else the one thing that is left when what the guard forbids and what is so
already are taken away; else it is a question. The guard stands above every rung: it judges what comes out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING, Final, NamedTuple

from intent_bridge.engine.dry_run import NO_WAY, dry_run, tried
from intent_bridge.engine.outcomes import invalid
from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Gap, Intent, NotEquipped, Plain
from intent_bridge.resolver import Ambiguous
from intent_bridge.types import Action, Choice, Outcome, Provenance, Said, Status, ToolCall

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine


ENDS_TRIED_MAX: Final = 16
"""So many ways to answer what is left open are looked at before a choice is taken to lead nowhere."""


class Meant(NamedTuple):
    """A call with its gaps filled, what it asks for, and for each filled argument the rung it came from."""

    call: ToolCall
    intent: Intent | NotEquipped | Ambiguous
    sources: Mapping[str, str]


def meant(engine: "Engine", call: ToolCall, who: Provenance, said: Said, now_ms: int) -> Meant:
    """Parse a call and fill what it leaves open; ToolCallError where that is no question of choice."""
    try:
        return Meant(call, engine.catalogue.parse(call), {})
    except ToolCallError as error:
        gaps = engine.catalogue.gaps(call) if error.code == "missing_argument" else ()
        found = _filled(engine, call, gaps, who, said, now_ms) if gaps else None
        if found is None:
            raise
        return found


def explained(engine: "Engine", call: ToolCall, who: Provenance, now_ms: int) -> Outcome:
    """What a call would come to, its gaps filled; nothing is sent, recorded or remembered."""
    try:
        whole, intent, _ = meant(engine, call, who, Said(), now_ms)
    except ToolCallError as error:
        return invalid(call, error)
    if isinstance(intent, Ambiguous):
        return which(engine, call, intent, who, now_ms)
    return tried(engine, whole, intent, who, now_ms)


def which(engine: "Engine", call: ToolCall, open_: Ambiguous, who: Provenance, now_ms: int) -> Outcome:
    """What the person is asked: the choices that the guard would allow."""
    why = f"{open_.missing} was not said; ask the person and do not choose" if open_.missing else ""
    vetted = bool(open_.missing)  # by this ladder, at this moment
    choices = open_.choices if vetted else offered(engine, open_.choices, who, now_ms)
    return Outcome(call.id, call.name, Status.NEEDS_CHOICE, open_.code, why, choices=choices)


def offered(engine: "Engine", choices: Iterable[Choice], who: Provenance, now_ms: int) -> tuple[Choice, ...]:
    """The choices that the guard would allow, each with what it would do.

    Of those that come to the same the first; those that would change nothing only where all would.
    """
    found = list(_tried(engine, choices, who, now_ms))
    return _useful(found) or tuple(choice for choice, _ in found)


def _useful(found: Iterable[tuple[Choice, bool]]) -> tuple[Choice, ...]:
    kept: dict[object, Choice] = {}
    for choice, idle in found:
        if not idle:
            kept.setdefault(choice.actions or repr(choice.arguments), choice)
    return tuple(kept.values())


def _filled(
    engine: "Engine", call: ToolCall, gaps: tuple[Gap, ...], who: Provenance, said: Said, now_ms: int
) -> Meant | None:
    defaults = engine.profile.file.defaults
    for rungs in ((("preference", said.preferred), ("default", defaults)), (("default", defaults),)):
        values, sources = _known(gaps, rungs)
        if len(values) == len(gaps):
            whole = _with(call, values)
            if _allowed(dry_run(engine, whole, who, now_ms, frames=False)):
                return Meant(whole, engine.catalogue.parse(whole), sources)
    values, sources = _known(gaps, (("preference", said.preferred), ("default", defaults)))
    still = [gap for gap in gaps if gap.argument not in values] or list(gaps[:1])
    if len(still) == 1:
        return _asked(engine, _with(call, values), still[0], sources, who, now_ms)
    first = next((gap for gap in still if _is_number(gap)), still[0])  # is understood in every language
    return _first_asked(engine, _with(call, values), first, sources, who, now_ms)


def _known(
    gaps: Iterable[Gap], rungs: Iterable[tuple[str, Mapping[str, object]]]
) -> tuple[dict[str, Plain], dict[str, str]]:
    """The gaps that one of the rungs fills, with the rung that did."""
    values: dict[str, Plain] = {}
    sources: dict[str, str] = {}
    rungs = list(rungs)
    for gap in gaps:
        for source, table in rungs:
            value = table.get(gap.setting)
            if isinstance(value, bool | int | float | str):
                values[gap.argument], sources[gap.argument] = gap.said(value), source
                break
    return values, sources


def _asked(
    engine: "Engine", call: ToolCall, gap: Gap, sources: Mapping[str, str], who: Provenance, now_ms: int
) -> Meant | None:
    """The one choice that is left, or the question; None where nothing can be listed."""
    choices = [
        Choice(call.name, _with(call, {gap.argument: value}).arguments, own=call.own) for value in gap.options
    ]
    tried = list(_tried(engine, choices, who, now_ms))
    left = _useful(tried)
    if left and (len(left) > 1 or not gap.whole):
        return Meant(call, Ambiguous(left, "which_value", gap.argument), sources)
    if not choices:
        return None
    allowed = [choice.arguments for choice, _ in tried]
    denied = [choice for choice in choices if choice.arguments not in allowed]
    only = replace(call, arguments=(left or denied or choices)[0].arguments)  # where none is left: why not
    return Meant(only, engine.catalogue.parse(only), {**sources, gap.argument: "context"})


def _is_number(gap: Gap) -> bool:
    return bool(gap.options) and all(type(value) in (int, float) for value in gap.options)


def _first_asked(
    engine: "Engine", call: ToolCall, gap: Gap, sources: Mapping[str, str], who: Provenance, now_ms: int
) -> Meant | None:
    """Of several questions the first; the next is asked when it is answered."""
    open_ = [
        Choice(call.name, _with(call, {gap.argument: value}).arguments, own=call.own) for value in gap.options
    ]
    left = offered(engine, open_, who, now_ms)
    return Meant(call, Ambiguous(left, "which_value", gap.argument), sources) if left else None


def _tried(
    engine: "Engine", choices: Iterable[Choice], who: Provenance, now_ms: int
) -> Iterator[tuple[Choice, bool]]:
    """Each choice that would be served with what it would do, and whether that is nothing."""
    for choice in choices:
        call = ToolCall("choice", choice.name, choice.arguments, choice.own)
        found = dry_run(engine, call, who, now_ms, frames=False)
        if found.code == "missing_argument":
            if _can_end(engine, call, who, now_ms):
                yield choice, False
            continue
        if _allowed(found):
            asked = _as_asked(found)
            changed = tuple(a for a in asked if not _is_so(engine, a, now_ms))
            idle = not changed and (bool(asked) or found.code == "nothing")
            yield replace(choice, actions=changed or asked), idle


def _can_end(engine: "Engine", call: ToolCall, who: Provenance, now_ms: int) -> bool:
    """Whether what is still open can be answered so that the call would be served."""
    found = engine.catalogue.gaps(call)
    names = [gap.argument for gap in found]
    answers = islice(product(*(gap.options for gap in found)), ENDS_TRIED_MAX)
    return bool(names) and any(
        _allowed(
            dry_run(engine, _with(call, dict(zip(names, given, strict=True))), who, now_ms, frames=False)
        )
        for given in answers
    )


def _as_asked(dry: Outcome) -> tuple[Action, ...]:
    """What would leave on the paths that were asked for, without companions."""
    if dry.verdict is None:
        return ()
    asked = {action.path for action in dry.verdict.requested}
    return tuple(action for action in dry.verdict.emitted if action.path in asked)


def _allowed(dry: Outcome) -> bool:
    """Whether a person who takes this would be served, at once or after a yes."""
    return dry.status not in NO_WAY


def _is_so(engine: "Engine", action: Action, now_ms: int) -> bool:
    going = engine.commands.wanted(now_ms)
    return going.get(action.path, engine.known(action.path, now_ms)[0]) == action.value


def _with(call: ToolCall, values: Mapping[str, Plain]) -> ToolCall:
    given = {name: value for name, value in call.arguments.items() if value is not None}
    return replace(call, arguments={**given, **values})
