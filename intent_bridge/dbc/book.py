"""What a DBC file declares, and how ids and names had to change: references follow from it."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final, NamedTuple

EXTENDED: Final = 0x8000_0000
"""Bit 31 of a DBC id: the frame is extended, and its id has 29 bits."""

NO_MESSAGE: Final = 0xC000_0000
"""The id under which editors keep signals that belong to no message."""

_STANDARD_MAX: Final = 0x7FF
_EXTENDED_MAX: Final = 0x1FFF_FFFF
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER: Final = re.compile(r"0[xX][0-9A-Fa-f]+|\d+")


class Change(NamedTuple):
    """One repair: the line of the original text, the rule's name, and what was done."""

    line: int
    rule: str
    what: str


@dataclass
class Entry:
    """One message: its id as repaired, and the new names of its signals by their old ones."""

    number: int
    signals: dict[str, str] = field(default_factory=dict)
    commented: bool = False


@dataclass
class Book:
    """All messages by the id they have in the original text, and all attributes that are defined."""

    entries: dict[int, Entry] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    message_names: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)

    def note(self, line: int, rule: str, what: str) -> None:
        """Remember a change."""
        self.changes.append(Change(line, rule, what))

    def declare(self, number: int) -> Entry:
        """The entry of a message; two messages with one id share it."""
        return self.entries.setdefault(number, Entry(canonical_id(number)))

    def find(self, number: int) -> Entry | None:
        """The message that a reference means: by its id as written, else by the id it must mean."""
        if number in self.entries:
            return self.entries[number]
        wanted = canonical_id(number)
        return next((e for e in self.entries.values() if e.number == wanted), None)


def read_id(text: str) -> int | None:
    """A message id, decimal or hexadecimal; None when the text is neither."""
    return int(text, 0 if text[:2] in ("0x", "0X") else 10) if _NUMBER.fullmatch(text) else None


def canonical_id(number: int) -> int:
    """The id with bit 31 exactly where the frame is extended; as it is where that cannot be known.

    An id of more than 11 bits can only be extended. Bits 29 and 30 are no part of any id: some editors
    mark CAN FD there. With 11 bits or fewer below them, both formats are possible.
    """
    low = number & _EXTENDED_MAX
    if number in (low | EXTENDED, NO_MESSAGE) or number <= _STANDARD_MAX or low == _EXTENDED_MAX:
        return number
    if number > 0xFFFF_FFFF or (low <= _STANDARD_MAX and not number & EXTENDED):
        return number
    return low | EXTENDED


def clean_name(name: str, taken: Container[str] = ()) -> str:
    """A name that every reader takes: letters, digits and underscores, not starting with a digit."""
    if _NAME.fullmatch(name):
        return name
    made = re.sub(r"[^A-Za-z0-9_]", "_", name)
    made = f"_{made}" if made[:1].isdigit() or not made else made
    unique, n = made, 2
    while unique in taken:
        unique, n = f"{made}_{n}", n + 1
    return unique
