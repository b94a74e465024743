"""When a command message is sent: said by the profile, else by the DBC's GenMsg attributes.

`GenMsgSendType` names how, in many spellings; `GenMsgCycleTime` (for repetitions `GenMsgCycleTimeFast`),
`GenMsgNrOfRepetition` and `GenMsgDelayTime` say how often, how many times and how far apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import model

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Database
    from cantools.database.can import Message as DbcMessage

_CYCLIC: Final = ("cyclic", "ifactive", "fast", "periodic")
"""Parts of send types that mean: again and again while the command runs."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How a command is sent: once (no cycle), again and again, or again a few times."""

    cycle_ms: int | None = None
    """Time between repeats while the command runs; None: the ECU latches, one frame is enough."""
    repetitions: int | None = None
    """At most so many repeats; None: until it is confirmed or its life ends."""
    min_distance_ms: int = 0
    """Between two frames of the message; a stop or neutral frame does not wait for it."""


def read_timing(spec: model.Message, message: DbcMessage, database: Database) -> Timing:
    """The profile's word, else the DBC's."""
    kind = (message.send_type or "").lower().replace("_", "").replace(" ", "")
    repeated = "repetition" in kind
    cycle_ms, repetitions = spec.cycle_ms, spec.repetitions
    if cycle_ms is None and (repeated or any(part in kind for part in _CYCLIC)):
        fast = _number(database, message, "GenMsgCycleTimeFast") if repeated or "fast" in kind else 0
        cycle_ms = fast or message.cycle_time or None
    if repetitions is None and repeated:
        repetitions = _number(database, message, "GenMsgNrOfRepetition") or None
    distance_ms = spec.min_distance_ms
    if distance_ms is None:
        distance_ms = _number(database, message, "GenMsgDelayTime")
    return Timing(cycle_ms, repetitions if cycle_ms else None, distance_ms)


def _number(database: Database, message: DbcMessage, name: str) -> int:
    """A message's attribute, or the file's default for it; 0 where it has none."""
    own = message.dbc.attributes if message.dbc else None
    if own and name in own:
        return max(0, int(own[name].value))
    definitions = database.dbc.attribute_definitions if database.dbc else {}
    given = definitions[name].default_value if name in definitions else None
    return max(0, int(given)) if isinstance(given, int | float) else 0
