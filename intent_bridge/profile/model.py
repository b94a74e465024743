"""The shape of `profile.yaml`: one vehicle's buses, messages, sensors, actuators, scenes and own tools.

Nothing here has a default where safety depends on the number. Names of messages and signals are those
of the DBC files; paths are COVESA VSS paths, or overlay paths that say so. Durations are milliseconds.
"""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

Ms = Annotated[int, Field(gt=0, le=3_600_000)]
Path = Annotated[str, Field(pattern=r"^Vehicle(\.[A-Z][A-Za-z0-9]*)+$", max_length=120)]
SignalRef = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$")]
"""`MESSAGE.Signal` as the DBC spells it."""


def _exact(given: object) -> object:
    """A number as the decimal it is written as, never as the nearest binary fraction."""
    return Decimal(str(given)) if isinstance(given, int | float) and not isinstance(given, bool) else given


_EXACT_MAX = 10**12
Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=-_EXACT_MAX, le=_EXACT_MAX, decimal_places=9),  # so that no quotient outgrows a Decimal
    WithJsonSchema({"type": "number", "minimum": -_EXACT_MAX, "maximum": _EXACT_MAX}),
]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][\w.-]*$")]
"""A file of the vehicle's own folder."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Bus(_Model):
    """One CAN bus of the vehicle and the DBC file that describes it."""

    dbc: FileName
    bitrate: Annotated[int, Field(gt=0)]
    data_bitrate: Annotated[int, Field(gt=0)] | None = None
    """Only for CAN FD: bit rate of the data phase. A bus with it is an FD bus."""

    @property
    def fd(self) -> bool:
        return self.data_bitrate is not None


class PerLinkState(_Model):
    """One number per state of the E2E state machine."""

    init: Annotated[int, Field(ge=0, le=255)]
    valid: Annotated[int, Field(ge=0, le=255)]
    invalid: Annotated[int, Field(ge=0, le=255)]


class Window(_Model):
    """AUTOSAR's E2E state machine: what the last frames must be like for a message's values to count."""

    size: PerLinkState
    """How many of the last frames are looked at."""
    min_ok: PerLinkState
    """So many of them must be good to become, stay or become again valid."""
    max_error: PerLinkState
    """So many of them may have a wrong checksum."""
    clear_to_invalid: bool
    """Forget the last frames on becoming invalid."""

    @model_validator(mode="after")
    def _is_what_autosar_allows(self) -> Self:
        size, ok, error = self.size, self.min_ok, self.max_error
        if not (1 <= size.init <= size.valid and 1 <= size.invalid <= size.valid):
            raise ValueError("size must be at least 1, and size.valid the largest")
        if not 1 <= ok.valid <= ok.init <= ok.invalid:
            raise ValueError("min_ok must rise from 1: valid, init, invalid")
        if not error.valid >= error.init >= error.invalid:
            raise ValueError("max_error must fall: valid, init, invalid")
        for state in ("init", "valid", "invalid"):
            if getattr(ok, state) + getattr(error, state) > getattr(size, state):
                raise ValueError(f"min_ok.{state} and max_error.{state} are more than size.{state}")
        return self


AutosarName = Literal["P01", "P02", "P04", "P05", "P06", "P07", "P11", "P22"]
MakerName = Literal[
    "toyota",
    "honda",
    "chrysler",
    "fca_giorgio",
    "hyundai_canfd",
    "subaru",
    "subaru_preglobal",
    "vw_mqb",
    "vw_xor",
    "tesla",
    "psa",
    "comma_body",
]


class E2E(_Model):
    """End-to-end protection of one message, AUTOSAR's or a car maker's. Signal names are the DBC's."""

    profile: AutosarName | MakerName
    """An AUTOSAR profile, or the name of a car maker's checksum."""
    crc: str
    """The checksum's signal; where it stands says where an AUTOSAR header starts."""
    counter: str | None = None
    """AUTOSAR profiles have one; a maker's checksum may stand without."""
    data_ids: tuple[Annotated[int, Field(ge=0, le=0xFFFF_FFFF)], ...] = ()
    """P02, P22: the list of 16 bytes, picked by the counter. Other AUTOSAR profiles: one id. A car maker's
    checksum: its constants for this message, where it has any."""
    id_mode: Literal["both", "alt", "low", "nibble"] | None = None
    """P01 and P11 only: which part of the data id enters the checksum."""
    max_delta_counter: Annotated[int, Field(ge=1, le=255)] | None = None
    """Largest step of the counter (1 tolerates no lost frame, 2 one, …); a larger one is refused once."""
    window: Window | None = None
    """Without it every bad frame makes the message's values unknown until the next good one."""

    @model_validator(mode="after")
    def _counter_is_complete(self) -> Self:
        if (self.counter is None) != (self.max_delta_counter is None):
            raise ValueError("`counter` and `max_delta_counter` go together")
        return self

    @property
    def delta_max(self) -> int:
        """`max_delta_counter`; 1 where nothing is counted."""
        return self.max_delta_counter or 1

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals that the profile names."""
        return (self.crc,) if self.counter is None else (self.crc, self.counter)


class SecOC(_Model):
    """AUTOSAR secure onboard communication: the frame ends in a freshness value and a MAC, both truncated."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]{0,63}$")]
    """The name by which the host's key store knows the AES key. The key itself stands in no file of ours."""
    data_id: Annotated[int, Field(ge=0, le=0xFFFF)]
    freshness_bits: Annotated[int, Field(ge=1, le=64)]
    """The whole freshness value, as it enters the MAC."""
    sent_freshness_bits: Annotated[int, Field(ge=0, le=64)]
    """So many of its lowest bits travel."""
    mac_bits: Annotated[int, Field(ge=24, le=128)]
    """So many of the MAC's first bits travel."""
    attempts: Annotated[int, Field(ge=1, le=64)]
    """How many wraps of the freshness bits sent a receiver tries; more frames lost in a row need `resync`."""
    resync: SignalRef | None = None
    """A signal that carries the whole freshness value last used by the sender (of a status) or last
    accepted by the ECU (of a command), in a message whose own freshness travels whole."""

    @property
    def trailer_bytes(self) -> int:
        """Bytes at the frame's end that freshness and MAC take."""
        return (self.sent_freshness_bits + self.mac_bits + 7) // 8


class Response(_Model):
    """Where an ECU says what it made of a command."""

    result: SignalRef
    counter: SignalRef
    """Echo of the command's alive counter, so that an answer is matched to its command (SecOC: of the
    freshness bits that were sent)."""
    refused: tuple[str, ...]
    """Value names of `result` that mean no."""


class Message(_Model):
    """What the DBC cannot say about a message. Only messages named here are read or sent."""

    bus: str
    e2e: E2E | None = None
    secoc: SecOC | None = None
    cycle_ms: Ms | None = None
    """Commands only: time between repeats of a running command."""
    response: Response | None = None
    neutral_repeats: Annotated[int, Field(ge=0, le=10)] = 0
    """Commands only: how often the neutral frame is sent when a command ends (0: the ECU latches)."""

    @property
    def protected(self) -> bool:
        """Whether a receiver can tell a spoilt frame."""
        return self.e2e is not None or self.secoc is not None


class Vhal(_Model):
    """The Android vehicle property that is the same thing."""

    property: str
    area: str = "GLOBAL"
    enum: dict[str, str] = {}
    """Our value name -> VHAL's."""


_NEEDS = {"number": ("unit", "step", "range"), "boolean": (), "enum": ("values",)}
"""What each type of quantity must say, and the others must not."""


def _state_needs(schema: dict[str, Any]) -> None:
    """Say in the JSON schema what `_has_what_its_type_needs` checks, so that editors know it too."""
    every = {key for keys in _NEEDS.values() for key in keys}
    schema["allOf"] = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {"required": list(keys), "properties": dict.fromkeys(sorted(every - {*keys}), False)},
        }
        for kind, keys in _NEEDS.items()
    ]


class Quantity(_Model):
    """Meaning and bounds of one path's value: a number, a boolean or one of a list."""

    model_config = ConfigDict(json_schema_extra=_state_needs)

    type: Literal["number", "boolean", "enum"]
    unit: str | None = None
    step: Exact | None = None
    """The grain: values are counted in it."""
    range: tuple[Exact, Exact] | None = None
    names: dict[str, Exact] = {}
    """Numbers with a name of their own (LO: 15.5); inside `range`."""
    values: dict[str, int | str] | None = None
    """Enums: DBC value name -> the value as VSS writes it."""
    overlay: bool = False
    """The path is ours, not in the VSS catalogue."""
    vhal: Vhal | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        needs = set(_NEEDS[self.type])
        given = {n for keys in _NEEDS.values() for n in keys if getattr(self, n) is not None}
        if missing := sorted(needs - given):
            raise ValueError(f"a {self.type} needs {', '.join(missing)}")
        if extra := sorted(given - needs):
            raise ValueError(f"a {self.type} has no {', '.join(extra)}")
        if self.step is not None and self.range is not None:
            low, high = self.range
            if not (self.step > 0 and low < high and low % self.step == 0 and high % self.step == 0):
                raise ValueError("range must be two rising multiples of a positive step")
        return self

    @cached_property
    def low(self) -> int:
        """Lowest value, in steps (numbers only)."""
        assert self.step is not None and self.range is not None
        return int(self.range[0] / self.step)

    @cached_property
    def high(self) -> int:
        """Highest value, in steps (numbers only)."""
        assert self.step is not None and self.range is not None
        return int(self.range[1] / self.step)


class Sensor(Quantity):
    """One path the vehicle reports."""

    signal: SignalRef
    max_age_ms: Ms


class Motion(_Model):
    """An actuator that takes time and can hurt: watched, and stopped when a rule starts to forbid it."""

    stop: str
    """Value name of the command signal that stops this axis."""
    tolerance: Annotated[int, Field(ge=0, le=100)]
    """How many steps beside the target still count as arrived."""


class Budget(_Model):
    """How often an actuator may be set within a window; one more is refused."""

    changes: Annotated[int, Field(ge=1)]
    window_ms: Ms


class ToolText(_Model):
    """A typed tool made from the profile alone, for an actuator that no built-in intent covers."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,47}$")]
    description: str


class Actuator(Quantity):
    """One path that may be set. What is not listed can never be set."""

    command: SignalRef
    status: SignalRef
    max_age_ms: Ms
    """Of the status signal."""
    confirm_within_ms: Ms
    """A frame is sent, then the ECU has this long to report the value."""
    lifetime_ms: Ms
    """The command ends by itself after this long, whatever happens."""
    neutral: str | None
    """Value name of the command signal that asks for nothing; null where the ECU latches the last value."""
    budget: Budget
    motion: Motion | None = None
    tool: ToolText | None = None


class Step(_Model):
    """One call of a scene, in the words of the intents."""

    call: str
    arguments: dict[str, Any]


class Scene(_Model):
    """Several calls that are done together or not at all."""

    description: str
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]


class Argument(_Model):
    """One argument of an intent, taken from a vehicle's own tool: copied, mapped, or fixed."""

    take: str | None = None
    """Name of the own tool's parameter."""
    map: dict[str, Any] = {}
    """The parameter's value (as a string) -> the intent's."""
    fixed: Any = None


class OwnTool(_Model):
    """A vehicle's own tool name and schema, mapped to one intent (`tools.yaml`)."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][\w-]{0,63}$")]
    description: str
    parameters: dict[str, Any]
    """JSON Schema 2020-12 of the arguments."""
    intent: str
    arguments: dict[str, Argument] = {}


class ProfileFile(_Model):
    """`profile.yaml` as a whole."""

    vehicle: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    driver_side: Literal["left", "right"]
    packs: Annotated[tuple[FileName, ...], Field(min_length=1)]
    """Rule packs, base first: a shipped name (`base`) or a file of this folder (`oem.yaml`)."""
    not_available: Annotated[tuple[str, ...], Field(min_length=1)]
    """Value names by which this vehicle's DBC files say that a signal has no value."""
    confirmation_ms: Ms
    """How long a person may take to confirm."""
    buses: Annotated[dict[str, Bus], Field(min_length=1)]
    messages: dict[str, Message]
    sensors: dict[Path, Sensor]
    actuators: dict[Path, Actuator]
    scenes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Scene] = {}


class ToolsFile(_Model):
    """`tools.yaml` as a whole."""

    tools: tuple[OwnTool, ...]
