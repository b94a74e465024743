"""The words of one language: names of settings, of places and of values, read from its Fluent files.

A setting's message id is its path without `Vehicle.` and without the place: `Vehicle.Cabin.Seat.Row1.
DriverSide.HeatingLevel` is `Cabin-Seat-HeatingLevel`, and `$zone` says which. Its attributes word its values:
`.true`, `.false`, `.number`, or the name of an enum value. Where a message has none, the words all settings
share are taken (`value-true`, `unit-percent`).
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from intent_bridge.intents.zones import DriverSide, places
from intent_bridge.profile import to_vss
from intent_bridge.profile.model import Quantity
from intent_bridge.types import Value

if TYPE_CHECKING:
    from fluent.runtime.resolver import Pattern
    from fluent.syntax.ast import Resource

_INSTANCE = re.compile(r"Row\d|(Driver|Passenger)(Side)?|Left|Right|Middle")
_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_-]+")
VALUES_KEPT = 4096
_KINDS = {"boolean": "switch", "number": "number", "enum": "choice"}


def setting_id(path: str) -> str:
    """The message id that names a path's setting, whatever the place."""
    return "-".join(segment for segment in path.split(".")[1:] if not _INSTANCE.fullmatch(segment))


def zone_of(path: str, driver_side: DriverSide) -> str:
    """The zone a path belongs to, `none` where it has no place."""
    padded = f"{path}."
    for place in places("all", driver_side):
        if f".{place.seat}." in padded or f".{place.station}." in padded:
            return place.zone
    return "none"


def kind_of(quantity: Quantity) -> str:
    """How a sentence treats a setting: `switch`, `number` or `choice`."""
    return _KINDS[quantity.type]


@lru_cache(maxsize=64)
def parsed(text: str) -> "Resource":
    """A Fluent text, parsed once for all who read it: the parser is slow, what it makes is left as it is."""
    from fluent.runtime import FluentResource

    return FluentResource(text)


class Words:
    """One language for one vehicle: the shared files, then the vehicle's own, which may replace them."""

    def __init__(self, language: str, files: Iterable[Path], driver_side: DriverSide) -> None:
        from fluent.runtime import FluentBundle  # slow to import, with all of babel
        from fluent.runtime.resolver import TextElement

        self._plain = TextElement
        self.language, self._driver_side = language, driver_side
        self._bundle = FluentBundle([language], use_isolating=False)
        for file in files:
            self._bundle.add_resource(parsed(file.read_text(encoding="utf-8")), allow_overrides=True)
        self._labels: dict[tuple[str, str, int], str] = {}
        self._values: dict[tuple[str, type, Value], str] = {}
        self._fixed: dict[str, str | None] = {}

    def has(self, message_id: str) -> bool:
        """Whether this language has such a text."""
        return self._bundle.has_message(message_id)

    def knows(self, key: str) -> bool:
        """Whether there is a text for `message` or for the value `message.NAME`, its own or a shared one."""
        message_id, _, name = key.partition(".")
        return bool(self._named(message_id, name)) if name else self.has(message_id)

    def text(self, message_id: str, arguments: Mapping[str, object] | None = None) -> str:
        """One message; ValueError when it lacks something, which a test of the catalogues rules out."""
        return self._format(self._bundle.get_message(message_id).value, message_id, arguments or {})

    def fixed(self, message_id: str) -> str | None:
        """A message that is there and says the same of everything; else None."""
        if message_id not in self._fixed:
            if len(self._fixed) >= VALUES_KEPT:
                self._fixed.clear()
            pattern = self._bundle.get_message(message_id).value if self.has(message_id) else None
            self._fixed[message_id] = str(pattern.value) if isinstance(pattern, self._plain) else None
        return self._fixed[message_id]

    def label(self, path: str, zone: str | None = None, count: int = 1) -> str:
        """What people call this setting, with its place.

        `zone` replaces the path's own: `front_row`, or `several` for `count` places without a name.
        """
        zone = zone or zone_of(path, self._driver_side)
        key = (setting_id(path), zone, count)
        if key not in self._labels:
            name = key[0] if self.has(key[0]) else "setting"
            self._labels[key] = self.text(name, {"zone": zone, "many": many(zone), "count": count})
        return self._labels[key]

    def value(self, path: str, quantity: Quantity, value: Value) -> str:
        """A value of this setting as people say it."""
        key = (path, type(value), value)  # True and 1 are one key to a dictionary
        if key not in self._values:
            if len(self._values) >= VALUES_KEPT:
                self._values.clear()
            self._values[key] = self._value(setting_id(path), quantity, value)
        return self._values[key]

    def _value(self, setting: str, quantity: Quantity, value: Value) -> str:
        physical = to_vss(quantity, value)
        if quantity.type != "number":
            name = str(value).lower() if isinstance(value, bool) else str(value)
            return self._named(setting, name) or name.replace("_", " ").lower()
        for name, number in quantity.names.items():
            if number == physical:
                return self._named(setting, name) or name
        assert isinstance(physical, Decimal)
        ends = {quantity.low: "low", quantity.high: "high"}
        arguments = {"number": physical, "steps": value, "at": ends.get(int(value), "between")}
        unit = "unit-" + _NOT_IN_IDS.sub("-", quantity.unit or "")
        return (
            self._attribute(setting, "number", arguments)
            or (self.text(unit, arguments) if self.has(unit) else "")
            or f"{physical.normalize():f} {quantity.unit}"
        )

    def _named(self, setting: str, name: str) -> str:
        shared = f"value-{_NOT_IN_IDS.sub('-', name)}"
        return self._attribute(setting, name, {}) or (self.text(shared) if self.has(shared) else "")

    def _attribute(self, message_id: str, name: str, arguments: Mapping[str, object]) -> str:
        if not self.has(message_id):
            return ""
        pattern = self._bundle.get_message(message_id).attributes.get(name)
        return self._format(pattern, f"{message_id}.{name}", arguments) if pattern is not None else ""

    def _format(self, pattern: "Pattern | None", where: str, arguments: Mapping[str, object]) -> str:
        if pattern is None:
            raise ValueError(f"text `{where}` of language `{self.language}` is empty")
        if isinstance(pattern, self._plain):
            return str(pattern.value)  # no variable in it
        text, errors = self._bundle.format_pattern(pattern, dict(arguments))
        if errors:
            raise ValueError(f"text `{where}` of language `{self.language}`: {errors[0]}")
        return str(text)


def many(zone: str) -> str:
    """Whether a zone is several places, for grammar."""
    return "yes" if zone in ("front_row", "rear_row", "all", "several") else "no"
