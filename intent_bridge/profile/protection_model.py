"""The shape of protection in `profile.yaml`: end-to-end (AUTOSAR's or a car maker's), and SecOC."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Model as _Model
from .base import SignalRef


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
