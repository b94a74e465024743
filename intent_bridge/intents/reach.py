"""How far a call reaches: the domains of everything it could set, by whatever tool it asks.

`adjust_setting` and `activate_scene` reach into other domains; whoever may use only some domains must be held
to what a call does, not to what its tool is called.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from intent_bridge.intents.base import Domain, IntentModel
from intent_bridge.intents.comfort import ActivateScene, AdjustSetting
from intent_bridge.intents.narrow import NotEquipped
from intent_bridge.intents.tools import INTENTS
from intent_bridge.profile import Profile
from intent_bridge.types import ToolCall

Parse: TypeAlias = Callable[[ToolCall], IntentModel | NotEquipped]

_SETTING_DOMAINS: Final[dict[str, Domain]] = {
    target.setting: intent.domain for intent in INTENTS for target in intent.targets if target.setting
}


def reach(call: ToolCall, profile: Profile, parse: Parse) -> frozenset[Domain]:
    """The domains that a call reaches into; nothing for what this vehicle lacks.

    `parse` is `Catalogue.parse`. Raises ToolCallError when the call is malformed.
    """
    intent = parse(call)
    match intent:
        case NotEquipped():
            return frozenset()
        case AdjustSetting(setting=setting):
            return frozenset((intent.domain, _SETTING_DOMAINS[setting]))
        case ActivateScene(scene=name):
            steps = profile.file.scenes[name].steps
            inner = [reach(ToolCall("", s.call, s.arguments, own=False), profile, parse) for s in steps]
            return frozenset((intent.domain,)).union(*inner)
        case _:
            return frozenset((intent.domain,))
