"""The values that travel from a tool call to a frame and back. Frozen.

Inside the core every value of a vehicle path is exact (`Value`): an integer counted in the path's own
step (`Vehicle.Speed` with step 0.1 km/h: 1005 means 100.5 km/h), a boolean, or the name of an enum
member. A float never travels here, so NaN cannot exist here. All times are integer milliseconds of one
monotonic clock that the caller owns.
"""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple, TypeAlias

from intent_bridge.frozen import frozen

Value: TypeAlias = int | bool | str


class Quality(StrEnum):
    """Why a sample may not be used. Everything but OK is `unknown` to the rules."""

    OK = "ok"
    MISSING = "missing"  # never received
    STALE = "stale"  # older than the path's max_age_ms
    FUTURE = "future"  # received after now: a clock is wrong
    NOT_AVAILABLE = "not_available"  # the sender said so (DBC's not-available code)
    OUT_OF_RANGE = "out_of_range"  # decodes to a value the profile does not allow
    E2E_ERROR = "e2e_error"  # CRC or counter of its frame was wrong
    FROZEN = "frozen"  # the alive counter stands still
    IMPLAUSIBLE = "implausible"  # contradicts another signal


@frozen
class Sample:
    """Last value of one path, when it was received, and whether its frame was sound."""

    value: Value | None
    received_ms: int
    quality: Quality


State: TypeAlias = Mapping[str, Sample]


class Speaker(StrEnum):
    """Who spoke, as the host knows it. UNKNOWN has the fewest rights."""

    DRIVER = "driver"
    PASSENGER = "passenger"
    REAR_LEFT = "rear_left"
    REAR_RIGHT = "rear_right"
    REAR = "rear"
    APP = "app"
    UNKNOWN = "unknown"


class SeatZone(StrEnum):
    """Where the speaker sits."""

    DRIVER = "driver"
    PASSENGER = "passenger"
    REAR_LEFT = "rear_left"
    REAR_RIGHT = "rear_right"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """By which way the request came in."""

    VOICE = "voice"
    TOUCH = "touch"
    APP = "app"
    UNKNOWN = "unknown"


@frozen
class Provenance:
    """Who asked, from where, by which channel; set by the host, never by the model.

    `untrusted_text` is true when text of unknown origin (a media title, a message, a tool result)
    stood in the model's context since the person last spoke.
    """

    speaker: Speaker = Speaker.UNKNOWN
    zone: SeatZone = SeatZone.UNKNOWN
    channel: Channel = Channel.UNKNOWN
    untrusted_text: bool = False


@frozen
class Said:
    """What the host knows of the sentence behind a call; never from the model, and in no record.

    `numbers`: those that were spoken, None where nobody listened. `ends`: whether an end of a range was
    (`most`: "fully", `least`: "off", "closed"). `preferred`: learned defaults, `set_window.percent` -> 50.
    """

    numbers: frozenset[Decimal] | None = None
    ends: frozenset[str] = frozenset()
    preferred: Mapping[str, object] = field(default_factory=dict)


@frozen
class ToolCall:
    """One function call as the model wrote it, provider details removed. `id` is unique in a session."""

    id: str
    name: str
    arguments: Mapping[str, object]
    own: bool = True
    """In the vehicle's own words, as a model speaks; else in those of the intents, whatever the vehicle calls
    its tools: so scenes and the offline lane speak. Never read from what a model writes."""


@frozen
class Action:
    """One actuator path set to one absolute value."""

    path: str
    value: Value


class Decision(IntEnum):
    """A verdict's weight; verdicts combine by maximum, so the order of rules cannot matter."""

    ALLOW = 0
    CLAMP = 1
    CONFIRM = 2
    DEFER = 3
    DENY = 4

    @property
    def word(self) -> str:
        """The verdict's name for records and people."""
        return _WORDS[self]


_WORDS: Final = tuple(decision.name.lower() for decision in Decision)


@frozen
class RuleHit:
    """One rule that had a say: which, on which path, with which effect, and why.

    `reason_key` names a text of the catalogues. `unknown` lists the inputs that made the rule fire
    because their value is not known, with the reason.
    """

    id: str
    path: str
    effect: Decision
    reason_key: str
    unknown: tuple[tuple[str, Quality], ...] = ()


@frozen
class Verdict:
    """What the guard says of a whole call.

    `emitted` are the actions after clamping, in the order asked. `unlock` says, in the rule language,
    what would have to become true. `digest` binds a confirmation: it changes when the pack, the emitted
    values or the truth of any condition that was read changes.
    """

    decision: Decision
    requested: tuple[Action, ...]
    emitted: tuple[Action, ...]
    hits: tuple[RuleHit, ...] = ()
    unlock: tuple[str, ...] = ()
    digest: str = ""
    permit: "Permit | None" = None
    defer_deadline_ms: int | None = None


_MINT: Final = object()
"""Only `intent_bridge.guard` may use this (pinned by a test)."""


@frozen
class Permit:
    """Proof that the guard allowed exactly these values at this moment.

    Only the guard makes one, only the encoder takes one. It covers one activation: the first frame, its
    repeats until `expires_ms` (each judged again before it leaves), its stop and its neutral frame.
    """

    emitted: Mapping[str, Value]
    policy_hash: str
    minted_ms: int
    expires_ms: int
    mint: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.mint is not _MINT:
            raise TypeError("a permit is made by the guard and by nothing else")


class RawFrame(NamedTuple):
    """One CAN frame as it stands on the wire."""

    bus: str
    can_id: int
    extended: bool
    fd: bool
    data: bytes


@frozen
class Frame:
    """One CAN frame, and the same content as named physical values (CAN sends the first, ROS the second).

    `signals` holds physical numbers in the DBC's unit, or the value name where the DBC names the value.
    `origins` says for each signal of a command where its value came from: `permit`, `running` (target of
    another running command), `live` (last status), `start`, `not_available`, `e2e`, `mux`, `stop`, `neutral`.
    `counter` is the alive counter that it carries (SecOC: the freshness bits sent), None where it has none.
    """

    raw: RawFrame
    message: str
    signals: Mapping[str, float | int | str]
    origins: Mapping[str, str] = field(default_factory=dict)
    counter: int | None = None


class Status(StrEnum):
    """What became of a call (design section 4.10)."""

    DONE = "done"
    NO_EFFECT = "no_effect"
    SENT = "sent"
    STOPPED = "stopped"
    DEFERRED = "deferred"
    NEEDS_CONFIRMATION = "needs_confirmation"
    NEEDS_CHOICE = "needs_choice"
    NO_ACTION = "no_action"
    DENIED = "denied"
    NOT_EQUIPPED = "not_equipped"
    INVALID = "invalid"
    REFUSED_BY_ECU = "refused_by_ecu"
    NOT_DELIVERED = "not_delivered"
    TIMEOUT = "timeout"
    ERROR = "error"


@frozen
class ActionReport:
    """One action of a call: what was asked, what left after clamping, what the ECU reported."""

    path: str
    requested: Value
    emitted: Value | None = None
    confirmed: Value | None = None


@frozen
class Confirmation:
    """A question for the person, to be answered through the host's own channel before `expires_ms`."""

    token: str = field(repr=False)
    expires_ms: int


@frozen
class Choice:
    """One way to complete an ambiguous call; the guard would allow it. `actions` are what it would do."""

    name: str
    arguments: Mapping[str, object]
    actions: tuple[Action, ...] = ()
    own: bool = True
    """As in `ToolCall`."""


@frozen
class Outcome:
    """What became of one call so far.

    `code` is a stable machine-readable reason (`out_of_range`, `no_actuator`, …) and `message` tells the
    model what to mend; both are empty where the status says it all. `data` answers a read tool.
    `texts` holds, per language, the sentence the assistant may say.
    """

    call_id: str
    intent: str
    status: Status
    code: str = ""
    message: str = ""
    verdict: Verdict | None = None
    confirmation: Confirmation | None = None
    choices: tuple[Choice, ...] = ()
    actions: tuple[ActionReport, ...] = ()
    frames: tuple[Frame, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    timing_us: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def with_texts(self, texts: Mapping[str, str]) -> "Outcome":
        """The same with what may be said of it."""
        return self._with(self.timing_us, texts)

    def with_timing(self, timing_us: Mapping[str, int]) -> "Outcome":
        """The same with the times it took."""
        return self._with(timing_us, self.texts)

    def _with(self, timing_us: Mapping[str, int], texts: Mapping[str, str]) -> "Outcome":
        return Outcome(
            self.call_id,
            self.intent,
            self.status,
            self.code,
            self.message,
            self.verdict,
            self.confirmation,
            self.choices,
            self.actions,
            self.frames,
            self.data,
            timing_us,
            texts,
        )

    def say(self, language: str) -> str:
        """The sentence the assistant may say, in one of the catalogue languages (`en`, `zh`)."""
        return self.texts[language]
