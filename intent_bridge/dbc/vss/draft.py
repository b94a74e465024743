"""All signals of a car's DBC files against all concepts: for each path the best status and the best command.

An actuator is proposed only where both were found, VSS has the path as one that may be set, the never-list
does not forbid it, and what moves can be stopped. What is held back is told with its reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from cantools.database.can import Database

from intent_bridge.dbc.vss.concepts import Concept
from intent_bridge.dbc.vss.guess import DriverSide, Guess, code_name, guesses
from intent_bridge.dbc.vss.words import words
from intent_bridge.profile.never import Never

Confidence = Literal["sure", "likely", "guess"]
SURE, LIKELY = 3.0, 2.25
"""How much a guess must be worth; tests print how often each is right."""
PAIRED: Final = 0.75
"""What it adds when command and status have the same name but for the word that tells them apart."""
ALIKE: Final = 0.6
"""Share of the words of both names that must be the same."""
RIVAL: Final = 0.3
"""Another signal this close in worth makes it less sure."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One path: what reports it, what asks for it, how sure that is, and why it is no actuator."""

    path: str
    concept: Concept
    confidence: Confidence
    status: Guess | None
    command: Guess | None
    rivals: tuple[str, ...]
    withheld: str = ""

    @property
    def is_actuator(self) -> bool:
        """Whether it is proposed as something that may be set."""
        return self.status is not None and self.command is not None and not self.withheld

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """Status and command, as far as there are any."""
        return tuple(g for g in (self.status, self.command) if g is not None)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a car's DBC files make likely. `buses` are the databases by bus name."""

    buses: Mapping[str, Database]
    driver_side: DriverSide
    entries: tuple[Entry, ...]


def draft(buses: Mapping[str, Database], driver_side: DriverSide = "left") -> Draft:
    """Propose what the signals of these buses mean."""
    found: dict[str, dict[str, list[Guess]]] = {}
    for database in buses.values():
        for message in database.messages:
            for signal in message.signals:
                if best := guesses(message, signal, driver_side)[:1]:
                    found.setdefault(best[0].path, {}).setdefault(best[0].role, []).append(best[0])
    never = Never.load()
    entries = [
        _entry(path, roles.get("status", []), roles.get("command", []), never)
        for path, roles in found.items()
    ]
    return Draft(buses, driver_side, tuple(sorted(entries, key=lambda e: e.path)))


def _entry(path: str, statuses: list[Guess], commands: list[Guess], never: Never) -> Entry:
    status, command = _paired(statuses, commands)
    chosen = [g for g in (status, command) if g is not None]
    rivals = tuple(
        g.ref for g in (*statuses, *commands) for own in chosen
        if g.role == own.role and g.ref != own.ref and own.worth - g.worth < RIVAL
    )  # fmt: skip
    worth = min(g.worth for g in chosen) - (PAIRED if rivals else 0)
    confidence: Confidence = "sure" if worth >= SURE else "likely" if worth >= LIKELY else "guess"
    entry = Entry(path, chosen[0].concept, confidence, status, command, rivals)
    return replace(entry, withheld=_withheld(entry, never))


def _paired(statuses: list[Guess], commands: list[Guess]) -> tuple[Guess | None, Guess | None]:
    """The best of both; two whose names differ only in asking and reporting speak for each other."""

    def best(found: Iterable[Guess]) -> Guess | None:
        return max(found, key=lambda g: g.worth, default=None)

    pairs = [(s, c) for s in statuses for c in commands if alike(s, c)]
    if not pairs:
        return best(statuses), best(commands)
    status, command = max(pairs, key=lambda pair: pair[0].worth + pair[1].worth)
    return (
        replace(status, worth=status.worth + PAIRED, because=(*status.because, f"named like {command.ref}")),
        replace(
            command, worth=command.worth + PAIRED, because=(*command.because, f"named like {status.ref}")
        ),
    )


def alike(status: Guess, command: Guess) -> bool:
    """Whether their names differ in little but asking and reporting, or their nodes talk to each other."""
    common, all_words = status.stem & command.stem, status.stem | command.stem
    nodes = {*status.message.senders} & {*command.signal.receivers} - {"XXX", "Vector__XXX"}
    return len(common) >= ALIKE * len(all_words) or (bool(nodes) and bool(common))


def _withheld(entry: Entry, never: Never) -> str:
    """Why a path with a command is proposed as a sensor at most; empty where nothing speaks against it."""
    command, status = entry.command, entry.status
    if command is None:
        return ""
    forbidden = never.forbidding(entry.path, (command.ref,), entry.concept.vhal)
    if forbidden is not None:
        return f"never commanded: {forbidden.why}"
    if not entry.concept.sets:
        return "it is reported, not set"
    if status is None:
        return "no signal was found that reports it: a command nobody confirms cannot be `done`"
    if entry.confidence == "guess":
        return "too little speaks for it"
    if not alike(status, command):
        return f"nothing ties it to {status.ref}, which may report it"
    if command.message is status.message:
        return "command and status stand in one message: the ECU would be its own second sender"
    if entry.concept.moves and code_name(command.signal, words().stop) is None:
        return "it moves, and no value name of the command stops it"
    return ""
