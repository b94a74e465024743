"""What a host hands in for one request, what it gets back, and what happens between: plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from intent_bridge.bridge import Bridge
from intent_bridge.types import Outcome, Provenance, Said


class DataClass(StrEnum):
    """Kinds of data about people and the car; a lane says which of them may leave the vehicle."""

    CABIN_TEXT = "cabin_text"  # what was said in the car, and what was answered
    POSITION = "position"
    IDENTITY = "identity"
    PREFERENCES = "preferences"
    VEHICLE = "vehicle"  # settings and measurements that tell nothing of people


@dataclass(frozen=True, slots=True)
class Item:
    """A text that a host adds to the context: a media title, a place name, a message, another tool's result.

    `kind` is one of the kinds in `assistant.yaml`; it says which class of data the text is and whether
    somebody outside the car wrote it. Such a text taints the request.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that somebody said. `id` is unique among the host's requests; the same one acts once.

    `name` and `preferences` are about the person who spoke; a model is told only what its lane may know.
    """

    id: str
    words: str
    provenance: Provenance
    language: str = "en"
    items: tuple[Item, ...] = ()
    name: str = ""
    preferences: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    """The vehicle's profile user, whose learned defaults fill what was not said; no lane is told."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took, times in ms; compute and network are None where the server does not say.

    `pre_ms` (T_pre) passed before this lane began: other lanes, their hedge times, the queue. `waited_ms` for
    the model is `compute_ms` (T_compute) and `network_ms` (T_network); `vehicle_ms` is the vehicle's, until
    its ECU answered; `ours_ms` is our own share. Together they are the time of the answer.
    """

    turns: int = 0
    calls: int = 0
    tokens: int = 0
    pre_ms: float = 0.0
    waited_ms: float = 0.0
    compute_ms: float | None = None
    vehicle_ms: float = 0.0
    ours_ms: float = 0.0

    @property
    def network_ms(self) -> float | None:
        """The part of waiting for the model that was not the model's own work."""
        return None if self.compute_ms is None else max(0.0, self.waited_ms - self.compute_ms)


@dataclass(frozen=True, slots=True)
class Tried:
    """One lane of a request: what became of it, and after how long."""

    lane: str
    result: str
    ms: float


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request. `ours` says why our own sentence stands there instead of the model's.

    `outcomes` are those of every call made for it; a question for the person stands in the last of them.
    `tried`, `total_ms`, `first_event_ms` and `cost` are told by `Lanes`.
    """

    request_id: str
    text: str
    outcomes: tuple[Outcome, ...] = ()
    ours: str = ""
    lane: str = ""
    usage: Usage = Usage()
    tried: tuple[Tried, ...] = ()
    total_ms: float = 0.0
    first_event_ms: float = 0.0
    cost: float = 0.0

    def within(self, budget_ms: float) -> bool:
        """Whether the whole request kept a budget."""
        return self.total_ms <= budget_ms


EventKind: TypeAlias = Literal[
    "heard", "lane", "thinking", "refused", "prepared", "acting", "outcome", "asking", "mending", "replaced",
    "lane_failed", "answer",
]  # fmt: skip
"""`refused` and `prepared` are told while the model still writes; `prepared` carries a dry run's outcome."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on the way to an answer, for a screen, a light or a log."""

    kind: EventKind
    request_id: str
    at_ms: float
    lane: str = ""
    what: str = ""
    outcome: Outcome | None = None


Tell: TypeAlias = Callable[[Event], None]


class Vehicle(Protocol):
    """What is needed of an `AsyncBridge`."""

    @property
    def bridge(self) -> Bridge:
        """The bridge behind it; read for its profile and tools only."""

    async def handle(
        self, call: object, provenance: Provenance | None = None, *, heard: Said | None = None, user: str = ""
    ) -> Outcome:
        """See `Bridge.handle`."""

    async def undo(self, provenance: Provenance | None = None) -> Outcome:
        """See `Bridge.undo`."""

    async def explain(self, call: object, provenance: Provenance | None = None) -> Outcome:
        """See `Bridge.explain`."""

    async def state(self) -> dict[str, object]:
        """See `Bridge.state`."""
