"""The line protocol of `run`: the shape of every line in either direction.

One JSON object per line in, one per line out, in order. `docs/run-protocol.schema.json` is made from here.
Numbers in `state`, `requested`, `emitted`, `confirmed` and `signals` are physical, in VSS or DBC units.
"""

from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, StrictBool, TypeAdapter

from intent_bridge.intents.base import Whole
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker, Status

ADVANCE_MS_MAX = 3_600_000

VssValue: TypeAlias = bool | int | float | str


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


# --- in -----------------------------------------------------------------------------------------------


class Who(_Line):
    """Who speaks, as the host knows it; what is left out is `unknown` and has the fewest rights."""

    speaker: Speaker = Speaker.UNKNOWN
    zone: SeatZone = SeatZone.UNKNOWN
    channel: Channel = Channel.UNKNOWN
    untrusted_text: Annotated[
        StrictBool, Field(description="Text of unknown origin stood in the model's context.")
    ] = False

    def provenance(self) -> Provenance:
        """The same, as the bridge takes it."""
        return Provenance(self.speaker, self.zone, self.channel, self.untrusted_text)


class CallLine(_Line):
    """Carry out one tool call. Without `from` the speaker is unknown; on a simulated vehicle, the driver."""

    call: Annotated[
        Any, Field(description="The call as the model produced it, in any dialect: object or text.")
    ]
    from_: Annotated[Who | None, Field(alias="from")] = None
    facts: Annotated[
        dict[str, VssValue | None], Field(description="What the host knows and no bus tells, in VSS units.")
    ] = {}
    words: Annotated[
        str | None,
        Field(max_length=2000, description="The sentence: its numbers are read, and it is kept nowhere."),
    ] = None
    preferred: Annotated[
        dict[str, VssValue], Field(description="Learned defaults: `tool.argument` of a built-in tool.")
    ] = {}


class StateLine(_Line):
    """Set the simulated vehicle's state: paths with values in VSS units; null stops publication.

    An empty object sets nothing, is allowed on a real vehicle too, and reads the state.
    """

    state: dict[str, VssValue | None]


class AdvanceLine(_Line):
    """Let time pass: virtual time on a simulated vehicle, wall time on a real one."""

    advance_ms: Annotated[Whole, Field(ge=0, le=ADVANCE_MS_MAX)]


class ConfirmLine(_Line):
    """A person's answer to a confirmation, given through the host's own channel, never by the model."""

    confirm: Annotated[str, Field(description="The token of the confirmation.")]
    accept: StrictBool
    from_: Annotated[Who | None, Field(alias="from")] = None


class UndoLine(_Line):
    """Put back what a call has changed: `true` for the last one that was done, or a call id."""

    undo: Literal[True] | Annotated[str, Field(min_length=1, max_length=200)]
    from_: Annotated[Who | None, Field(alias="from")] = None


class CanUndoLine(_Line):
    """List what could be put back, newest first, and why not where it cannot be."""

    can_undo: Literal[True]
    from_: Annotated[Who | None, Field(alias="from")] = None


Request: TypeAlias = CallLine | StateLine | AdvanceLine | ConfirmLine | UndoLine | CanUndoLine
REQUESTS: dict[str, type[_Line]] = {
    "call": CallLine,
    "state": StateLine,
    "advance_ms": AdvanceLine,
    "confirm": ConfirmLine,
    "undo": UndoLine,
    "can_undo": CanUndoLine,
}
"""The key that says which line it is -> its shape."""


# --- out ----------------------------------------------------------------------------------------------


class Rule(_Line):
    """One rule that had a say, and why, as a person may hear it."""

    id: str
    path: str
    effect: str
    why: str


class VerdictOut(_Line):
    """What the guard said; `decision` is null where it was not asked (a malformed call)."""

    decision: Literal["allow", "clamp", "confirm", "defer", "deny"] | None
    rules: tuple[Rule, ...] = ()
    unlock: Annotated[
        tuple[str, ...], Field(description="What would have to become true, in rule language.")
    ] = ()


class ConfirmationOut(_Line):
    """A question for the person; the token goes to the host only, never to the model."""

    token: str
    text: str
    expires_ms: Annotated[int, Field(description="On the bridge's clock, as `now_ms`.")]


class CallOut(_Line):
    """A call in its plainest form."""

    name: str
    arguments: dict[str, Any]


class ChoiceOut(_Line):
    """One way to complete an ambiguous call."""

    call: CallOut
    text: str


class ActionOut(_Line):
    """One actuator path: what was asked, what left after clamping, what the ECU reported."""

    path: str
    requested: VssValue
    emitted: VssValue | None
    confirmed: VssValue | None


class FrameOut(_Line):
    """One frame sent for this call, at its first transmission."""

    bus: str
    id: int
    extended: bool
    fd: bool
    data: Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]
    signals: dict[str, int | float | str]


class TimingOut(_Line):
    """Microseconds spent in each stage; `ack` is the wait for the ECU, in the bridge's clock."""

    parse: int = 0
    resolve: int = 0
    judge: int = 0
    encode: int = 0
    bus: int = 0
    ack: int = 0


class OutcomeLine(_Line):
    """What became of a call. Only `tool_result` goes to the model."""

    call_id: str
    intent: str
    status: Status
    code: str
    message: str
    verdict: VerdictOut
    confirmation: ConfirmationOut | None
    choices: tuple[ChoiceOut, ...]
    actions: tuple[ActionOut, ...]
    frames: tuple[FrameOut, ...]
    data: Annotated[dict[str, Any], Field(description="The answer of a read tool.")]
    say: Annotated[dict[str, str], Field(description="Per language, what the assistant may say.")]
    tool_result: Annotated[str, Field(description="Content of the tool message for the model.")]
    timing_us: TimingOut


class TimeLine(_Line):
    """Answer to `state` and `advance_ms`: the clock, and the calls whose outcome has changed since."""

    ok: Literal[True] = True
    now_ms: int
    events: tuple[OutcomeLine, ...] = ()
    state: Annotated[
        dict[str, VssValue | None] | None,
        Field(description="Only where it was asked for with an empty `state`."),
    ] = None
    can_undo: Annotated[
        tuple[OutcomeLine, ...] | None,
        Field(description="Only where it was asked for: what undoing each call would come to, newest first."),
    ] = None


class ErrorOut(_Line):
    """What is wrong with a line, and the mend."""

    code: str
    message: str


class ErrorLine(_Line):
    """Answer to a line that cannot be followed; the process goes on."""

    ok: Literal[False] = False
    error: ErrorOut


Answer: TypeAlias = OutcomeLine | TimeLine | ErrorLine


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of both directions: `#/$defs/Request` and `#/$defs/Answer`."""
    definitions: dict[str, Any] = {}
    for name, union in (("Request", Request), ("Answer", Answer)):
        mode: Literal["validation", "serialization"] = "validation" if name == "Request" else "serialization"
        made = TypeAdapter[Any](cast(Any, union)).json_schema(mode=mode, ref_template="#/$defs/{model}")
        definitions |= made.pop("$defs", {})
        definitions[name] = made
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "intent-bridge run: JSON lines in, JSON lines out",
        "description": "A line in is a `Request`, a line out an `Answer`; from intent_bridge/cli/protocol.py",
        "$defs": dict(sorted(definitions.items())),
    }
