"""Where a person's learned defaults come from: a store of the host's, asked for one setting at a time."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, IntentModel
from intent_bridge.types import Outcome, Said, SeatZone, ToolCall

Preferred: TypeAlias = bool | int | float | str
"""A value as it stands in the arguments of a tool: `22.5`, `true`, `purple`."""
_OWN_PLACE: Final = ("my_side", "driver")


class Preferences(Protocol):
    """What people like, derived from what they accepted and corrected; the history stays in the store."""

    def default(self, user: str, setting: str) -> Preferred | None:
        """The value that this profile user wants where nothing else is said; None where nobody knows.

        `setting` is `tool.argument` in the words of the built-in tools, whatever the vehicle calls them:
        `set_window.percent`, `set_seat_heating.level`, `set_ambient_light.color`; of a place that was named,
        `set_seat_heating.level@passenger`. It is asked for while a call waits, so it must be quick; it must
        not raise.
        """


@runtime_checkable
class Learning(Preferences, Protocol):
    """A store that also learns: a `Learner`."""

    def asked(self, call_id: str, user: str, tool: str, arguments: Mapping[str, Any]) -> None:
        """A user asks for this now, in the words of the built-in tools."""

    def heard(self, outcome: Outcome) -> None:
        """What became of a call."""


def preferring(
    heard: Said | None,
    store: Preferences | None,
    user: str,
    catalogue: Catalogue,
    call: ToolCall,
    seat: SeatZone = SeatZone.UNKNOWN,
) -> Said:
    """What was heard, with what the user prefers for the settings of the called tool.

    The store is asked here because the core reads no files. What the host gives itself counts more.
    """
    said = heard or Said()
    if store is None or not user:
        return said
    place = catalogue.place(call)
    place = None if place == seat.value else place
    if isinstance(store, Learning):
        with suppress(ToolCallError):  # what does not parse is answered later, and teaches nothing
            intent = catalogue.parse(call)
            if isinstance(intent, IntentModel):
                store.asked(call.id, user, intent.tool, {**intent.arguments, "zone": place})
    found = {name: store.default(user, placed(name, place)) for name in sorted(catalogue.settings(call))}
    known = {name: value for name, value in found.items() if value is not None}
    return replace(said, preferred={**known, **said.preferred}) if known else said


def placed(setting: str, zone: object) -> str:
    """The name of a setting at a place: what one likes for the passenger is not what one likes for oneself.

    One's own place, and the driver's, need no name.
    """
    return f"{setting}@{zone}" if isinstance(zone, str) and zone not in _OWN_PLACE else setting


def learners(store: Preferences | None) -> list[Callable[[Outcome], None]]:
    """What a store wants to hear of every outcome."""
    return [store.heard] if isinstance(store, Learning) else []
