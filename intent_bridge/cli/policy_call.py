"""From an action back to a tool call that asks for it, and to a command line that explains it."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from intent_bridge.errors import ToolCallError
from intent_bridge.guard.proof import Counterexample
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.intents.base import Target
from intent_bridge.intents.tools import INTENTS
from intent_bridge.profile import Profile, to_vss
from intent_bridge.resolver import Absolute, Context, resolve
from intent_bridge.types import Action, Channel, Provenance, Quality, SeatZone, Speaker, ToolCall, Value

_LISTED = re.compile(r"(\d+)(?:_(\d+))?$")


class Caller:
    """Finds calls for actions on one vehicle."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._catalogue = Catalogue(profile)

    def call(self, action: Action, state: Mapping[str, Value | None], who: Provenance) -> ToolCall | None:
        """A call that, in this state, asks for just this action; None when no tool does."""
        context = Context(
            self._profile,
            self._catalogue,
            who,
            lambda path: (state.get(path), Quality.OK if state.get(path) is not None else Quality.MISSING),
            {},
        )
        for name, arguments in self._candidates(action, state):
            call = ToolCall("call", name, arguments)
            try:
                intent = self._catalogue.parse(call)
            except ToolCallError:
                continue
            if isinstance(intent, NotEquipped):
                continue
            found = resolve(intent, context)
            if isinstance(found, Absolute) and found.actions == (action,):
                return call
        return None

    def tool(self, path: str) -> str | None:
        """The name of the tool that sets a path; None when no tool does."""
        spec = self._profile.actuators[path].spec if path in self._profile.actuators else None
        if spec is not None and spec.tool is not None:
            return spec.tool.name
        targets = ((intent.tool, target) for intent in INTENTS for target in intent.targets)
        return next((tool for tool, target in targets if _pattern(target.path).fullmatch(path)), None)

    def _candidates(
        self, action: Action, state: Mapping[str, Value | None]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        spec = self._profile.actuators[action.path].spec
        if spec.tool is not None:
            for given in (_plain(to_vss(spec, action.value)), action.value, str(action.value).lower()):
                for field in self._schema(spec.tool.name):
                    yield spec.tool.name, {field: given}
        for intent in INTENTS:
            for target in intent.targets:
                if not _pattern(target.path).fullmatch(action.path):
                    continue
                fields = self._schema(intent.tool)
                own = {other.field for other in intent.targets}
                others = [(f, s["enum"]) for f, s in fields.items() if f not in own and "enum" in s]
                for value in self._values(target, action, state.get(action.path)):
                    for extra in _combined(others):
                        yield intent.tool, {**extra, **value}

    def _schema(self, tool: str) -> Mapping[str, Any]:
        spec = next((spec for spec in self._catalogue.tools if spec.name == tool), None)
        properties: Mapping[str, Any] = spec.parameters.get("properties", {}) if spec else {}
        return properties

    def _values(self, target: Target, action: Action, current: Value | None) -> Iterator[dict[str, Any]]:
        spec, value = self._profile.actuators[action.path].spec, action.value
        if target.counts == "change":
            if isinstance(value, int) and isinstance(current, int):
                step = value - current
                yield {"direction": "up" if step > 0 else "down", "steps": abs(step)}
            return
        spoken = [word for word, name in target.spoken.items() if name == value]
        given: list[Any] = [*spoken, _plain(to_vss(spec, value)), value]
        if isinstance(value, str):
            given.append(value.lower())
            if spec.values:
                given.append(list(spec.values).index(value))
            if found := _LISTED.search(value):
                given.append(float(f"{found[1]}.{found[2]}") if found[2] else int(found[1]))
        yield from ({target.field: one} for one in given)


def explain_line(profile: Profile, caller: Caller, found: Counterexample, vehicle: str) -> list[str]:
    """The counterexample as lines: a state in words, and a command to paste."""
    who = Provenance(
        Speaker(str(found.who["speaker"])),
        SeatZone(str(found.who["speaker_zone"])),
        Channel(str(found.who["channel"])),
        bool(found.who["untrusted_text"]),
    )
    sets = []
    for path, value in sorted(found.inputs.items()):
        if path in profile.sensors:
            known = None if value is None else _plain(to_vss(profile.sensors[path].quantity, value))
            sets.append(f"{path}={json.dumps(known) if not isinstance(known, str) else known}")
    spec = profile.actuators[found.path].spec
    lines = [
        f"{found.path} = {_plain(to_vss(spec, found.requested))}"
        + ("" if found.requested == found.emitted else f", emitted {_plain(to_vss(spec, found.emitted))}")
    ]
    call = caller.call(Action(found.path, found.requested), found.inputs, who)
    if call is None:
        return [*lines, "no tool asks for this today; in the state", *(f"  {one}" for one in sets)]
    parts = [
        "intent-bridge",
        "explain",
        vehicle,
        json.dumps({"name": call.name, "arguments": call.arguments}),
    ]
    parts += [
        "--from",
        f"speaker={who.speaker},zone={who.zone},channel={who.channel},"
        f"untrusted_text={str(who.untrusted_text).lower()}",
    ]
    parts += [word for one in sets for word in ("--set", one)]
    return [*lines, shlex.join(parts)]


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\{seat\}", r"\w+\.\w+").replace(r"\{station\}", r"\w+\.\w+"))


def _combined(others: list[tuple[str, list[Any]]]) -> Iterator[dict[str, Any]]:
    if not others:
        yield {}
        return
    (name, words), *rest = others
    for tail in _combined(rest):
        yield tail
        yield from ({name: word, **tail} for word in words)


def _plain(value: object) -> Any:
    """A value in VSS units as JSON writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
