"""The shape of `sim.yaml`: what the simulated ECUs of one vehicle do. Data only.

Paths are those of the profile; where a list of paths is asked for, `*` stands for one segment. Values are
written as VSS writes them, in the path's own unit. Durations are milliseconds unless the name says otherwise.
"""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from ..profile.base import Model
from ..profile.model import Exact

Given = bool | int | float | str
"""A value as VSS writes it."""
Literals = Annotated[tuple[Given, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else (v,))]
"""One value or a list of values."""
Delay = Annotated[int, Field(ge=0, le=10_000)]
Timeout = Annotated[int, Field(gt=0, le=60_000)]
Paths = Annotated[tuple[str, ...], Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Model(Model):
    model_config = ConfigDict(populate_by_name=True)


class Results(_Model):
    """How the ECUs spell their answers: value names of the `result` signals."""

    none: str
    accepted: str
    refused: str
    not_available: str


class Ecu(_Model):
    """One control unit: the messages it sends and receives."""

    sends: tuple[str, ...]
    receives: tuple[str, ...] = ()
    latency_ms: Delay = 0
    """From a command on the bus to its effect and the answer."""
    command_timeout_ms: Timeout | None = None
    """A motion goes on only this long after the last command that asked for it."""
    counter_memory_ms: Timeout | None = None
    """After so long a silence any command counter is taken: the sender may have restarted. None: never."""

    @model_validator(mode="after")
    def _says_when_a_command_ends(self) -> Self:
        if self.receives and self.command_timeout_ms is None:
            raise ValueError("an ECU that receives commands needs command_timeout_ms")
        return self


class Condition(_Model):
    """What a value is compared with; everything given must hold."""

    above: Exact | None = None
    below: Exact | None = None
    is_: Annotated[Literals, Field(alias="is")] = ()


class Ask(Condition):
    """Which requests a limit is about: by the value asked for, the direction, or the size of the change."""

    direction: Literal["up", "down"] | None = None
    by_more_than: Exact | None = None


class Limit(_Model):
    """What an ECU refuses by itself: a request like `asks` while all of `while` hold or are unknown to it."""

    why: str
    paths: Paths
    asks: Ask = Ask()
    while_: Annotated[dict[str, Condition], Field(alias="while")] = {}
    answer: Literal["refused", "not_available"] = "refused"


class Motor(_Model):
    """Axes that take time: `per_second` in the path's unit, `end_stops` where they are inside the range."""

    paths: Paths
    per_second: Annotated[Exact, Field(gt=0)]
    end_stops: tuple[Exact, Exact] | None = None


class Memory(_Model):
    """A recall that drives other axes: its value -> axis -> position. Names are `below` one branch."""

    below: str
    recall: str
    slots: Annotated[dict[str, dict[str, Exact]], Field(min_length=1)]

    @property
    def path(self) -> str:
        """The recall's whole path."""
        return f"{self.below}.{self.recall}"


class Cap(_Model):
    """Actuators that deliver at most what another path says."""

    paths: Paths
    at_most: str


class Case(_Model):
    """One value of a derived path and when it holds."""

    value: Given
    while_: Annotated[dict[str, Condition], Field(alias="while", min_length=1)]


class Derived(_Model):
    """A path that follows others until it is set itself: a copy, or the first case that holds."""

    same_as: str | None = None
    cases: tuple[Case, ...] = ()
    otherwise: Given | None = None

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if (self.same_as is None) == (not self.cases) or (self.cases and self.otherwise is None):
            raise ValueError("give either same_as, or cases and otherwise")
        return self


class Station(_Model):
    """One outlet zone: its set temperature and its fan."""

    temperature: str
    fan: str


class Occupants(_Model):
    """Who sits where: these paths with one of these values count as one person each."""

    paths: Paths
    present: Literals


class Recirculation(_Model):
    """The air flap: its path and the values in which no fresh air comes in."""

    path: str
    closed: Literals


class Openings(_Model):
    """Windows and roofs that let air through: their paths in percent, and what one wide open lets through."""

    paths: Paths
    speed: str
    w_per_k: Share
    w_per_k_per_km_h: Share
    fresh_per_min: Share
    """Share of the cabin's air it exchanges per minute."""


class Shade(_Model):
    """A shade that keeps a share of the sun out: its path in percent, 0 is closed."""

    path: str
    sun_share: Annotated[float, Field(gt=0, le=1)]


class Seats(_Model):
    """Seat surfaces: `heating` and `ventilation` stand below each seat; each follows air and level."""

    heating: str
    ventilation: str
    k_per_heating_level: Positive
    k_per_ventilation_level: Positive
    settles_s: Positive


class Windscreen(_Model):
    """The film on the windscreen, from 0 to 1: it grows while damp, and dry outside air on it clears it."""

    damp: str
    """Boolean: whether the air would fog the screen."""
    outlets: Annotated[dict[str, str], Field(min_length=1)]
    """Air direction of each front outlet -> its fan, in percent."""
    blows: Literals
    """The directions in which an outlet blows at the screen."""
    heated: str | None = None
    grows_per_min: Positive
    clears_per_min: Positive
    """By one outlet at full fan, with dried outside air; by half without drying, not at all recirculated."""


class Noise(_Model):
    """What is heard, in dB(A): car, openings and fans. And what air is felt at the face, in m/s."""

    still_db: Share
    db_per_km_h: Share
    db_per_fan: Share
    open_db_at_100_km_h: Share
    face: Literals
    """Air directions that blow at the face."""
    face_m_s: Share
    open_m_s_per_km_h: Share


class Climate(_Model):
    """A cabin of one air mass: heat through the body, from sun, people and the blown air; CO2 from people.

    Temperatures in Celsius, sun in W/m2, fans and blower in percent, CO2 in ppm.
    """

    tick_ms: Timeout
    cabin: str
    outside: str
    sun: str | None = None
    cooling: str | None = None
    """Boolean: whether the blown air can be colder than the air it is made from."""
    blower: str | None = None
    """Percent of the fan that the blower can deliver."""
    recirculation: Recirculation | None = None
    occupants: Occupants | None = None
    co2: str | None = None
    stations: Annotated[tuple[Station, ...], Field(min_length=1)]
    heat_capacity_j_per_k: Positive
    loss_w_per_k: Positive
    sun_m2: Share = 0
    occupant_w: Share = 0
    station_w_per_k: Positive
    """Heat that one station's air carries per kelvin at full fan."""
    supply_gain: Positive
    """Kelvin of blown air beyond the set temperature per kelvin of error."""
    supply_c: tuple[float, float]
    """Coldest and hottest air the unit can blow."""
    outside_co2_ppm: Share = 420
    occupant_co2_ppm_per_min: Share = 0
    leak_per_min: Positive = 0.02
    """Share of the cabin's air exchanged per minute with closed flap, and by one fully open station."""
    station_fresh_per_min: Positive = 0.5
    openings: Openings | None = None
    shade: Shade | None = None
    seats: Seats | None = None
    windscreen: Windscreen | None = None
    noise: Noise | None = None


class SimFile(_Model):
    """`sim.yaml` as a whole."""

    results: Results
    ecus: Annotated[dict[str, Ecu], Field(min_length=1)]
    motors: tuple[Motor, ...] = ()
    memories: tuple[Memory, ...] = ()
    limits: tuple[Limit, ...] = ()
    caps: tuple[Cap, ...] = ()
    derived: dict[str, Derived] = {}
    climate: Climate | None = None
    start: dict[str, Given | None]
    """Value at power-on of every path that is not derived; null where the vehicle does not publish it."""
