"""Everything a model may ask of one vehicle: the tools it is shown, and the way from a call to an intent."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, cast

from intent_bridge.errors import Problem, ProfileError, ToolCallError
from intent_bridge.intents.base import IntentModel
from intent_bridge.intents.comfort import ActivateScene, AdjustSetting
from intent_bridge.intents.front_door import check_arguments
from intent_bridge.intents.gaps import Gap, gaps
from intent_bridge.intents.narrow import Narrowed, NotEquipped, Tool, ToolSpec, narrow
from intent_bridge.intents.profile_tools import profile_tools
from intent_bridge.intents.refusal import listed, quote, refuse
from intent_bridge.intents.relative import narrow_adjust_setting
from intent_bridge.intents.tools import INTENTS, Intent
from intent_bridge.profile import Profile, once
from intent_bridge.profile.report import one_of
from intent_bridge.types import ToolCall

_NAME_MAX: Final = 64
"""Longest tool name that is looked at; a longer one is unknown."""
_MEANT_MAX: Final = 4096
"""Calls whose meaning is remembered."""
_NEAR_MAX: Final = 4096
"""Names of no tool whose likeness to others is remembered."""
_PLAIN: Final = frozenset((str, int, float, bool, type(None)))


class Catalogue:
    """The tools of one vehicle, made once from its profile.

    A vehicle's own tools come first, then the built-in ones in the order of `INTENTS`, then those made
    from its actuators. `digest` is the sha256 of what a model is shown. Raises ProfileError, with all
    problems, when actuators, scenes or own tools do not fit the intents.
    """

    def __init__(self, profile: Profile) -> None:
        maker = _Maker(profile)
        self._meant: dict[object, Intent | NotEquipped] = {}
        """What plain calls meant, by all that they hold; 1, 1.0 and true are not the same."""
        self._built, self._tools, self._absent = maker.make()
        self._check_scenes(maker)
        self._check_defaults(maker)
        if maker.problems:
            raise ProfileError(maker.problems)
        self.tools: tuple[ToolSpec, ...] = tuple(tool.spec for tool in self._tools.values())
        self.intents: Mapping[str, ToolSpec] = {name: tool.spec for name, tool in self._built.items()}
        """What can be asked in the words of the intents, whatever a model is shown."""
        self.digest = _digest(self.tools)

    def parse(self, call: ToolCall) -> Intent | NotEquipped:
        """What a call asks for; ToolCallError when it is malformed, whatever the call holds."""
        given = call.arguments
        try:
            kinds = (*map(type, given.values()),)
            key = call.own, call.name, kinds, (*given,), (*given.values(),)
            if (known := self._meant.get(key)) is not None:
                return known
        except Exception:  # a foreign object may raise anything; what cannot be looked up is read
            return self._read(call, check_arguments(given))
        found = self._read(call, check_arguments(given))
        if _PLAIN.issuperset(kinds):
            if len(self._meant) >= _MEANT_MAX:
                self._meant.clear()
            self._meant[key] = found
        return found

    def _read(self, call: ToolCall, arguments: Mapping[str, object]) -> Intent | NotEquipped:
        name: object = call.name
        if type(name) is not str or len(name) > _NAME_MAX:
            raise refuse("unknown_tool", "the name of the tool must be one of those listed")
        tool = self._words(call).get(name)
        if tool is not None:
            return cast("Intent | NotEquipped", tool.parse(arguments))
        if name in self._absent:
            return NotEquipped(name)
        near = _near(name, tuple(self._words(call)))
        hint = f"did you mean {listed(near)}?" if near else "use one of the tools listed"
        raise refuse("unknown_tool", f"there is no tool {quote(name)}; {hint}")

    def gaps(self, call: ToolCall) -> tuple[Gap, ...]:
        """What a call leaves open although its tool needs it; nothing for a tool that only reads."""
        tool = self._words(call).get(call.name)
        return () if tool is None else gaps(tool.spec.parameters, call.arguments, tool.settings)

    def settings(self, call: ToolCall) -> frozenset[str]:
        """What a call's tool sets, as `tool.argument` of the built-in tools: how preferences are named."""
        tool = self._words(call).get(call.name)
        return frozenset() if tool is None else frozenset(setting for setting, _ in tool.settings.values())

    def place(self, call: ToolCall) -> str | None:
        """The zone that a call names, in the word of the intents; None where it names none."""
        tool = self._words(call).get(call.name)
        for argument, (setting, spoken) in ({} if tool is None else tool.settings).items():
            if setting.endswith(".zone"):
                given = call.arguments.get(argument)
                words = (word for word, own in spoken.items() if own == given)
                return next(words, given if isinstance(given, str) and not spoken else None)
        return None

    def _words(self, call: ToolCall) -> Mapping[str, Tool]:
        return self._tools if call.own else self._built

    def knows(self, name: str) -> bool:
        """Whether there is such a tool, on this vehicle or on another one."""
        return name in self._tools or name in self._absent

    def _check_defaults(self, maker: "_Maker") -> None:
        known = sorted({setting for tool in self._built.values() for setting, _ in tool.settings.values()})
        for setting in maker.profile.file.defaults:
            if setting not in known:
                maker.problem("profile.yaml", f"defaults: no setting `{setting}`; {one_of(setting, known)}")

    def _check_scenes(self, maker: "_Maker") -> None:
        for name, scene in maker.profile.file.scenes.items():
            for number, step in enumerate(scene.steps, 1):
                place = f"scene {name}, step {number} ({step.call})"
                try:
                    intent = self.parse(ToolCall(name, step.call, step.arguments, own=False))
                except ToolCallError as error:
                    maker.problem("profile.yaml", f"{place}: {error}")
                    continue
                if isinstance(intent, NotEquipped):
                    maker.problem("profile.yaml", f"{place}: {intent}")
                elif intent.read_only or isinstance(intent, ActivateScene):
                    maker.problem("profile.yaml", f"{place}: a scene is made of calls that set something")


@lru_cache(_NEAR_MAX)
def _near(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The tools that are called almost like this: a model that errs errs the same way again."""
    return tuple(difflib.get_close_matches(name, known, n=2))


@once
def catalogue_of(profile: Profile) -> Catalogue:
    """The catalogue of a vehicle, made once."""
    return Catalogue(profile)


class _Maker:
    """Makes the tools of one vehicle, and collects what is wrong with its data on the way."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.problems: list[Problem] = []

    def problem(self, file: str, what: str) -> None:
        self.problems.append(Problem(self.profile.folder / file, None, what))

    def make(self) -> tuple[Mapping[str, Tool], Mapping[str, Tool], frozenset[str]]:
        """The tools made from intents; all tools in the order shown; names of what this vehicle lacks."""
        intents = self._intents()
        built = {name: narrowed for name, intent in intents.items() if (narrowed := self._narrow(intent))}
        own = self._own_tools(intents, built) if self.profile.own_tools else {}
        names = {tool.name for tool in self.profile.own_tools}
        beside = {} if self.profile.own_only else built
        shown = {**own, **{name: tool for name, tool in beside.items() if name not in own}}
        return built, shown, frozenset((intents.keys() | names) - shown.keys())

    def _own_tools(
        self, intents: Mapping[str, type[IntentModel]], built: Mapping[str, Narrowed]
    ) -> dict[str, Tool]:
        # imports jsonschema, which is slow to import and which few vehicles need
        from intent_bridge.intents.own_tools import own_tool, problems_of

        own: dict[str, Tool] = {}
        for tool in self.profile.own_tools:
            problems = list(problems_of(tool, intents))
            for what in problems:
                self.problem("tools.yaml", what)
            made = None if problems else own_tool(tool, built)
            if made is not None:
                own[tool.name] = made
        return own

    def _intents(self) -> dict[str, type[IntentModel]]:
        intents = {intent.tool: intent for intent in INTENTS}
        try:
            for made in profile_tools(self.profile):
                if made.tool in intents:
                    self.problem("profile.yaml", f"tool {made.tool}: a built-in tool has this name")
                else:
                    intents[made.tool] = made
        except ValueError as error:
            self.problem("profile.yaml", str(error))
        return intents

    def _narrow(self, intent: type[IntentModel]) -> Narrowed | None:
        try:
            return (
                narrow_adjust_setting(self.profile)
                if intent is AdjustSetting
                else narrow(intent, self.profile)
            )
        except ValueError as error:
            self.problem("profile.yaml", f"{intent.tool}: {error}")
            return None


def _digest(tools: tuple[ToolSpec, ...]) -> str:
    shown = [[tool.name, tool.description, tool.parameters] for tool in tools]
    return hashlib.sha256(json.dumps(shown, separators=(",", ":")).encode()).hexdigest()
