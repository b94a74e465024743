"""One signal against one concept: is it likely, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from cantools.database.can import Message, Signal

from intent_bridge.dbc.vss.concepts import Concept, concepts
from intent_bridge.dbc.vss.words import Name, Role, read_name, standard, words

DriverSide = Literal["left", "right"]

OWN, NEAR, TOLD = 1.0, 0.7, 0.4
"""What a needed word weighs in the signal's own name, in the message's, and in a comment."""
LEAST: Final = 1.5
"""A guess that is worth less is not told."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A signal that may be a path. `worth` orders guesses; it is no probability."""

    concept: Concept
    path: str
    message: Message
    signal: Signal
    role: Role
    worth: float
    because: tuple[str, ...]

    @property
    def ref(self) -> str:
        """As a profile names it."""
        return f"{self.message.name}.{self.signal.name}"

    @property
    def stem(self) -> frozenset[str]:
        """The words of its name without those that say nothing or tell asking from reporting."""
        name = read_name(self.signal.name)
        return (name.words | name.place) - words().asks - words().reports - words().fillers


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a signal."""

    message: Message
    signal: Signal
    name: Name
    around: Name
    comment: frozenset[str]


def guesses(message: Message, signal: Signal, driver_side: DriverSide) -> list[Guess]:
    """Everything this signal may be, best first."""
    if signal.is_multiplexer or signal.is_float or len(signal.multiplexer_ids or ()) > 1:
        return []  # a profile cannot bind it
    comment = standard(f"{signal.comment or ''} {message.comment or ''}")
    told = _Told(message, signal, read_name(signal.name), read_name(message.name), comment)
    found = [g for concept in concepts() if (g := _guess(told, concept, driver_side)) is not None]
    return sorted(found, key=lambda g: -g.worth)


def _guess(told: _Told, concept: Concept, driver_side: DriverSide) -> Guess | None:
    named = _named(told, concept)
    if named is None:
        return None
    path = _path(told, concept, driver_side)
    clues = [named, path[1], *_content(told.signal, concept)]
    worth = sum(clue[0] for clue in clues)
    if worth < LEAST:
        return None
    because = tuple(text for _, text in clues if text)
    role = told.name.role or told.around.role or "status"
    return Guess(concept, path[0], told.message, told.signal, role, worth, because)


_Clue = tuple[float, str]
_AGAINST: Final[_Clue] = (-9.0, "")


def _named(told: _Told, concept: Concept) -> _Clue | None:
    """What the names say; None where a needed word is nowhere or another word makes it something else."""
    known, own = words(), told.name.words
    weights = []
    for need in concept.needs:
        where = ((own, OWN), (told.around.words, NEAR), (told.comment, TOLD))
        weight = next((w for found, w in where if need & found), None)
        if weight is None:
            return None
        weights.append(weight)
    others = own - concept.needed - concept.helps
    if OWN not in weights or others & (concept.unlike | known.about):
        return None
    if concept.asks_on and not own & {"on", "enabled"}:
        return None
    helped = 0.5 * len(concept.helps & own) + 0.25 * len(concept.helps & (told.around.words | told.comment))
    strange = {
        w
        for w in others - told.around.words - known.asks - known.reports - known.fillers - told.name.place
        if len(w) > 1
        and not w.isdigit()
        and w not in ("front", "rear", "left", "right", "driver", "passenger")
    }
    worth = 2 * sum(weights) / len(weights) + min(helped, 0.75) - min(0.5 * len(strange), 2.0)
    text = (
        "name"
        if all(w == OWN for w in weights)
        else "name and " + ("message" if NEAR in weights else "comment")
    )
    return worth, text + (f" (unexplained: {', '.join(sorted(strange))})" if strange else "")


def _path(told: _Told, concept: Concept, driver_side: DriverSide) -> tuple[str, _Clue]:
    """The path with its zone, and what had to be assumed for it."""
    if "{" not in concept.path:
        placed = {told.name.row, told.name.side} - concept.needed - {None}
        return concept.path, (-0.5, f"names a place: {', '.join(sorted(map(str, placed)))}") if placed else (
            0.0,
            "",
        )
    row = told.name.row or told.around.row
    side = told.name.side or told.around.side
    if row is None and side is None:
        clue = (-1.0, "no zone in its name: taken for the driver's")
    elif side is None:
        clue = (-0.75, "no side in its name: taken for the driver's")
    elif row is None:
        clue = (-0.25, "no row in its name: taken for the front")
    else:
        clue = (0.0, "")
    driver = side in (None, "driver", driver_side)
    number = 2 if row == "rear" else 1
    left = driver is (driver_side == "left")
    path = concept.path.format(
        station=f"Row{number}.{'Driver' if driver else 'Passenger'}",
        side=f"Row{number}.{'DriverSide' if driver else 'PassengerSide'}",
        wheel=f"Row{number}.Wheel.{'Left' if left else 'Right'}",
    )
    return path, clue


def _content(signal: Signal, concept: Concept) -> Iterator[_Clue]:
    """What unit, range, width and value names say."""
    names = value_names(signal)
    if concept.type == "boolean":
        fits = signal.length <= 2 or (bool(names) and len(names) <= 3 and signal.length <= 4)
        yield (0.25, f"{signal.length} bit") if fits else _AGAINST
    elif concept.type == "enum":
        yield (0.5, f"{len(names)} value names") if len(names) > 1 else (-0.5, "no value names")
        if signal.length < 2:
            yield _AGAINST
    else:
        yield from _number(signal, concept)


def _number(signal: Signal, concept: Concept) -> Iterator[_Clue]:
    unit = words().unit(signal.unit)
    if unit in words().units.values():
        yield (0.75, f"unit {signal.unit}") if unit in concept.units else _AGAINST
    if signal.length < (2 if "level" in concept.units else 3):
        yield _AGAINST
    ends = dbc_range(signal)
    if ends is not None and concept.within is not None:
        low, high = (float(end) for end in ends)
        inside = concept.within[0] <= low and high <= concept.within[1]
        yield (0.25, f"range {low:g} to {high:g}") if inside else (-0.75, f"range {low:g} to {high:g} is odd")


def dbc_range(signal: Signal) -> tuple[Fraction, Fraction] | None:
    """The DBC's range as far as the bits can say it; None where the DBC gives none."""
    if signal.minimum is None or signal.maximum is None or signal.scale == 0:
        return None
    factor, offset = Fraction(str(signal.scale)), Fraction(str(signal.offset))
    raws = (
        (-(1 << signal.length - 1), (1 << signal.length - 1) - 1)
        if signal.is_signed
        else (0, (1 << signal.length) - 1)
    )
    ends = sorted(raw * factor + offset for raw in raws)
    low, high = max(Fraction(str(signal.minimum)), ends[0]), min(Fraction(str(signal.maximum)), ends[1])
    return (low, high) if low < high else None


def value_names(signal: Signal) -> list[str]:
    """The value names that are values: not "no value", not "no request", not unused."""
    known = words()
    codes = known.no_value | known.no_request | known.stop
    found = []
    for raw, label in sorted((signal.choices or {}).items()):
        low = spoken(str(label))
        if raw >= 0 and low not in codes and not any(low.startswith(word) for word in known.unused):
            found.append(str(label))
    return found


def code_name(signal: Signal, meanings: frozenset[str]) -> str | None:
    """The value name that says one of these."""
    return next((str(n) for n in (signal.choices or {}).values() if spoken(str(n)) in meanings), None)


def spoken(name: str) -> str:
    """A value name in lower case, its words apart."""
    return name.replace("_", " ").strip().lower()
