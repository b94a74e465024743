"""The shape of `profile.yaml`: one vehicle's buses, messages, sensors, actuators, scenes and own tools.

Nothing here has a default where safety depends on the number. Names of messages and signals are those
of the DBC files; paths are COVESA VSS paths, or overlay paths that say so. Durations are milliseconds.
"""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from .base import Model as _Model
from .base import Ms, SignalRef
from .protection_model import E2E, SecOC

Path = Annotated[str, Field(pattern=r"^Vehicle(\.[A-Z][A-Za-z0-9]*)+$", max_length=120)]


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


class Bus(_Model):
    """One CAN bus of the vehicle and the DBC file that describes it."""

    dbc: FileName
    bitrate: Annotated[int, Field(gt=0)]
    data_bitrate: Annotated[int, Field(gt=0)] | None = None
    """Only for CAN FD: bit rate of the data phase. A bus with it is an FD bus."""

    @property
    def fd(self) -> bool:
        return self.data_bitrate is not None


class Response(_Model):
    """Where an ECU says what it made of a command."""

    result: SignalRef
    counter: SignalRef
    """Echo of the command's alive counter, so that an answer is matched to its command (SecOC: of the
    freshness bits that were sent)."""
    refused: tuple[str, ...]
    """Value names of `result` that mean no."""


class Rate(_Model):
    """A bucket of tokens: each start or repeat frame takes one, and waits for one where there is none."""

    frames_per_s: Annotated[int, Field(ge=1, le=100_000)]
    """So many tokens come back in a second."""
    burst: Annotated[int, Field(ge=1, le=10_000)]
    """So many tokens the bucket holds: frames that may leave at once after a rest."""


class Message(_Model):
    """What the DBC cannot say about a message. Only messages named here are read or sent."""

    bus: str
    e2e: E2E | None = None
    secoc: SecOC | None = None
    cycle_ms: Ms | None = None
    """Commands only: time between repeats of a running command; else as the DBC's send type says."""
    repetitions: Annotated[int, Field(ge=1, le=100)] | None = None
    """Commands only: at most so many repeats; else GenMsgNrOfRepetition of a type with repetition."""
    min_distance_ms: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Commands only: between two frames of this message; else GenMsgDelayTime. The last value wins."""
    rate: Rate | None = None
    """Commands only, and they must have it: how many of its start and repeat frames may leave."""
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


class Fact(Quantity):
    """One thing that no bus tells and that the host gives with a call (the weather a service reports)."""

    max_age_ms: Ms
    """Older than this it is unknown again."""


class Motion(_Model):
    """An actuator that takes time and can hurt: watched, and stopped when a rule starts to forbid it."""

    stop: str
    """Value name of the command signal that stops this axis."""
    tolerance: Annotated[int, Field(ge=0, le=100)]
    """How many steps beside the target still count as arrived."""


class Budget(_Model):
    """How often an actuator may be set within a window, and how far; more is refused."""

    changes: Annotated[int, Field(ge=1)]
    window_ms: Ms
    travel: Annotated[Exact, Field(gt=0)] | None = None
    """Numbers: all its ways within the window together, in its unit."""


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

    @model_validator(mode="after")
    def _travels_as_a_number(self) -> Self:
        if self.budget.travel is not None and self.step is None:
            raise ValueError(f"a {self.type} has no travel: leave it out of the budget")
        return self


class Step(_Model):
    """One call of a scene, in the words of the intents."""

    call: str
    arguments: dict[str, Any]
    wait: bool = False
    """Begin only when the ECUs have confirmed all steps before; else it leaves together with them."""


class Need(_Model):
    """What must certainly hold before a scene begins, in the rule language, and the text that says so."""

    when: Annotated[str, Field(min_length=1, max_length=400)]
    reason_key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]


class Scene(_Model):
    """Several calls that are done together or not at all."""

    description: str
    needs: tuple[Need, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]


class Routine(_Model):
    """A scene that an event calls for: proposed to the driver, or done."""

    on: Annotated[str, Field(min_length=1, max_length=400)]
    """The event, in the rule language: it begins to hold."""
    scene: str
    unattended: bool = False
    """Do it with nobody asked, if every part lies within `unattended` and the guard allows it."""


class Argument(_Model):
    """One argument of an intent, taken from a vehicle's own tool: copied, mapped, or fixed."""

    take: str | None = None
    """Name of the own tool's parameter."""
    map: dict[str, Any] = {}
    """The parameter's value (as a string) -> the intent's."""
    fixed: Any = None


class Answer(_Model):
    """One entry of what an own get tool answers: the value of a path, or a fixed one."""

    path: Path | None = None
    counts: Literal["unit", "steps"] = "unit"
    """Numbers: in the path's unit, or in its steps (60 % in steps of 20 % is level 3)."""
    map: dict[str, Any] = {}
    """An enum's value name, any other value as JSON writes it -> the answer."""
    when: Path | None = None
    """A boolean path: while it is false, the answer is `otherwise` (the colour of a light that is off)."""
    otherwise: Any = None
    """The answer to a value that `map` does not list; left out, the value itself."""
    fixed: Any = None


class OwnTool(_Model):
    """A vehicle's own tool name and schema: mapped to one intent, read from the state, or without effect."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][\w-]{0,63}$")]
    description: str
    parameters: dict[str, Any]
    """JSON Schema 2020-12 of the arguments."""
    intent: str | None = None
    arguments: dict[str, Argument] = {}
    reads: Annotated[dict[str, Answer], Field(min_length=1)] | None = None
    """A get tool: name of each entry of its answer (`a.b` is `b` inside `a`) -> where it comes from."""
    noop: bool = False
    """Accepted, and nothing comes of it: a tool for the model's own notes."""
    absent: tuple[str, ...] = ()
    """Parameters that this variant of the vehicle lacks: asking for one is `not_equipped`."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if [self.intent is not None, self.reads is not None, self.noop].count(True) != 1:
            raise ValueError("a tool has one of intent, reads and noop")
        if self.arguments and self.intent is None:
            raise ValueError("only a tool with an intent has arguments")
        return self


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
    rate: Rate
    """How many start and repeat frames may leave, those of all messages together."""
    buses: Annotated[dict[str, Bus], Field(min_length=1)]
    messages: dict[str, Message]
    sensors: dict[Path, Sensor]
    facts: dict[Path, Fact] = {}
    actuators: dict[Path, Actuator]
    lacks: tuple[Path, ...] = ()
    """Actuators that this variant of the vehicle does not have: read if an ECU tells them, never set."""
    defaults: dict[Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")], bool | int | float | str] = {}
    """`tool.argument` of a built-in tool -> what is meant where nobody says it and nobody prefers another."""
    own_numbers: Literal["allow", "confirm", "refuse"] = "allow"
    """What becomes of a number that came from nowhere but the model, where the host says what it heard."""
    scenes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Scene] = {}
    routines: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Routine] = {}
    unattended: tuple[str, ...] = ()
    """Patterns of the actuator paths that a routine may set with nobody asked."""


class ToolsFile(_Model):
    """`tools.yaml` as a whole."""

    own_only: bool = False
    """Show a model these tools alone, not the built-in ones beside them."""
    tools: tuple[OwnTool, ...]
