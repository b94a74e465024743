"""Where a person's learned defaults come from: a store of the host's, asked for one setting at a time."""

from typing import Protocol, TypeAlias

Preferred: TypeAlias = bool | int | float | str
"""A value as it stands in the arguments of a tool: `22.5`, `true`, `purple`."""


class Preferences(Protocol):
    """What people like, derived from what they accepted and corrected; the history stays in the store."""

    def default(self, user: str, setting: str) -> Preferred | None:
        """The value that this profile user wants where nothing else is said; None where nobody knows.

        `setting` is `tool.argument` in the words of the built-in tools, whatever the vehicle calls them:
        `set_window.percent`, `set_seat_heating.level`, `set_ambient_light.color`. It is asked for while a
        call waits, so it must be quick; it must not raise.
        """
