"""What the resolver reads and the closed list of what it can answer."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from intent_bridge.frozen import frozen
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.profile import Profile
from intent_bridge.types import Action, Choice, Provenance, Quality, Value


@frozen
class Context:
    """The moment a call is resolved in.

    `known` gives a path's usable value now, or None and why; `going` is where running commands are
    driving their paths to: "a bit more" counts from there.
    """

    profile: Profile
    catalogue: Catalogue
    who: Provenance
    known: Callable[[str], tuple[Value | None, Quality]]
    going: Mapping[str, Value]


@frozen
class Absolute:
    """Absolute values for these paths, to be done together or not at all."""

    actions: tuple[Action, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    stages: tuple[tuple[Action, ...], ...] = ()
    """A scene in several stages: the same actions, by stage, each waiting for the one before."""


@frozen
class Option:
    """One way to serve a request. `optional` paths may be left out; `told` says why, and what to expect."""

    actions: tuple[Action, ...]
    optional: frozenset[str]
    told: Callable[[Mapping[str, Value]], Mapping[str, Any]]


@frozen
class Options:
    """Several ways to serve one request, best first; the first that the guard allows is taken."""

    options: tuple[Option, ...]
    arguments: Mapping[str, Any]


@frozen
class Ambiguous:
    """The call lacks something that only the person can say; these would complete it."""

    choices: tuple[Choice, ...]
    code: str = "which_zone"
    missing: str = ""
    """The argument that would complete it."""


@frozen
class Report:
    """A question about the vehicle, answered."""

    data: Mapping[str, Any]


@frozen
class Halt:
    """Stop what moves on these paths."""

    paths: tuple[str, ...]


@frozen
class Nothing:
    """There is nothing to change; `code` says why (`at_limit`)."""

    code: str


@frozen
class Unresolved:
    """A relative change whose starting point is not known."""

    path: str
    quality: Quality


Resolution: TypeAlias = Absolute | Options | Ambiguous | NotEquipped | Report | Halt | Nothing | Unresolved
