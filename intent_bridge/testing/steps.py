"""The words a drive is written in: what the host, the person, the world and the wire do, one after another.

A drive is a list of steps. It is what the fuzzer makes, what a failing run shrinks to, and what a file
replays: in YAML every step is one small mapping (`{call: …}`, `{state: …}`, `{advance_ms: 300}`).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.frozen import frozen
from intent_bridge.profile.yaml import scan_yaml
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)

VssValue: TypeAlias = bool | int | float | str

FaultKind = Literal[
    "mute",
    "corrupt",
    "freeze",
    "lie",
    "refuse",
    "delay",
    "off",
    "lose",
    "lose_ours",
    "repeat",
    "late",
    "flip",
    "bus_off",
]
"""Of a status message: mute, corrupt (CRC), freeze (counter). Of a path: lie. Of an ECU: refuse, delay, off.
Of the next frames of a bus: lose, lose_ours (those we send), repeat, late, flip (one bit).
Of a bus: bus_off."""
FAULTS: tuple[FaultKind, ...] = get_args(FaultKind)


@frozen
class Call:
    """The model calls a tool. `again` uses the id of the call before."""

    name: str
    arguments: Mapping[str, object]
    who: Provenance = DRIVER
    again: bool = False


@frozen
class Raw:
    """The model writes this text or these bytes where a call should be."""

    content: str | bytes
    who: Provenance = DRIVER


@frozen
class Confirm:
    """A person answers the newest open question; without one nothing happens."""

    accept: bool = True
    who: Provenance | None = None
    """None: whoever asked."""


@frozen
class Undo:
    """Somebody wants the last done call undone."""

    who: Provenance = DRIVER


@frozen
class SetState:
    """The world changes: path -> value in VSS units, None stops publication."""

    values: Mapping[str, VssValue | None]


@frozen
class Wait:
    """Time passes."""

    ms: int


@frozen
class Fault:
    """Something breaks at `target`, or heals (`value` 0). What `value` counts depends on the kind: frames
    of a bus, milliseconds of a delay, the bit that flips, the raw number of a lie; -1 ends a lie."""

    kind: FaultKind
    target: str
    value: int = 1


@frozen
class Clock:
    """Our clock jumps by this much against the vehicle's."""

    by_ms: int


@frozen
class Reload:
    """The host takes the vehicle's packs anew, with those of a market (`eu`) or without. What does not load,
    or not at this moment, changes nothing."""

    market: str = ""


@frozen
class Restart:
    """Our process dies without a word and starts anew; the vehicle does not notice."""


Step: TypeAlias = Call | Raw | Confirm | Undo | SetState | Wait | Fault | Clock | Reload | Restart


@frozen
class Drive:
    """A drive with a name, and the hazards it must show; none: it must stay clean."""

    name: str
    steps: tuple[Step, ...]
    hazards: tuple[str, ...] = ()


# --- as data ------------------------------------------------------------------------------------------


def step_data(step: Step) -> dict[str, Any]:
    """One step as plain data, as a drive file holds it."""
    match step:
        case Call(name, arguments, who, again):
            data: dict[str, Any] = {"call": {"name": name, "arguments": dict(arguments)}, **_from(who)}
            return data | ({"again": True} if again else {})
        case Raw(content, who):
            text = {"raw": content} if isinstance(content, str) else {"raw_hex": content.hex()}
            return {**text, **_from(who)}
        case Confirm(accept, who):
            return {"confirm": accept, **({} if who is None else {"from": _who(who)})}
        case Undo(who):
            return {"undo": True, **_from(who)}
        case SetState(values):
            return {"state": dict(values)}
        case Wait(ms):
            return {"advance_ms": ms}
        case Fault(kind, target, value):
            return {"fault": {"kind": kind, "target": target, "value": value}}
        case Clock(by_ms):
            return {"clock_ms": by_ms}
        case Reload(market):
            return {"reload": market}
        case Restart():
            return {"restart": True}


def drive_text(drive: Drive) -> str:
    """A drive as an entry of a drive file (YAML; every step is one line of JSON)."""
    lines = [f"- name: {json.dumps(drive.name)}", "  drive:"]
    lines += [f"    - {json.dumps(step_data(step))}" for step in drive.steps]
    return "\n".join([*lines, f"  expect: {json.dumps({'hazards': list(drive.hazards)})}"]) + "\n"


def read_drives(file: Path) -> tuple[Drive, ...]:
    """The entries of a file that are drives (others are left alone); ProfileError with every problem."""
    document, problems = scan_yaml(file)
    if document is None or problems:
        raise ProfileError(problems)
    entries = document.data if isinstance(document.data, list) else []
    drives = []
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or "drive" not in entry:
            continue
        try:
            drives.append(_DRIVE.validate_python(entry, strict=False).drive_of())
        except ValidationError as error:
            for e in error.errors(include_url=False, include_context=False):
                where = ".".join(map(str, e["loc"]))
                line = document.line_of((number,))
                problems.append(Problem(file, line, f"`{where}`: {e['msg'].lower()}", "mend the step"))
    if problems:
        raise ProfileError(problems)
    return tuple(drives)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Who(_Model):
    speaker: Speaker = Speaker.DRIVER
    zone: SeatZone = SeatZone.DRIVER
    channel: Channel = Channel.VOICE
    untrusted_text: bool = False

    def provenance(self) -> Provenance:
        return Provenance(self.speaker, self.zone, self.channel, self.untrusted_text)


class _Call(_Model):
    name: str
    arguments: dict[str, Any] = {}


class _Fault(_Model):
    kind: FaultKind
    target: str
    value: int = 1


class _Step(_Model):
    call: _Call | None = None
    raw: str | None = None
    raw_hex: str | None = None
    again: bool = False
    confirm: bool | None = None
    undo: bool | None = None
    state: dict[str, VssValue | None] | None = None
    advance_ms: Annotated[int, Field(ge=0, le=3_600_000)] | None = None
    fault: _Fault | None = None
    clock_ms: int | None = None
    reload: str | None = None
    restart: bool | None = None
    who: Annotated[_Who | None, Field(alias="from")] = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "_Step":
        if len(self.model_fields_set - {"who", "again"}) != 1:
            raise ValueError("a step is exactly one thing, such as {advance_ms: 300}")
        return self

    def step(self) -> Step:
        who = DRIVER if self.who is None else self.who.provenance()
        if self.call is not None:
            return Call(self.call.name, self.call.arguments, who, self.again)
        if self.raw is not None:
            return Raw(self.raw, who)
        if self.raw_hex is not None:
            return Raw(bytes.fromhex(self.raw_hex), who)
        if self.confirm is not None:
            return Confirm(self.confirm, None if self.who is None else who)
        if self.state is not None:
            return SetState(self.state)
        if self.advance_ms is not None:
            return Wait(self.advance_ms)
        if self.fault is not None:
            return Fault(self.fault.kind, self.fault.target, self.fault.value)
        if self.clock_ms is not None:
            return Clock(self.clock_ms)
        if self.reload is not None:
            return Reload(self.reload)
        return Restart() if self.restart else Undo(who)


class _Expect(_Model):
    hazards: tuple[str, ...] = ()


class _Drive(_Model):
    name: str
    drive: Annotated[tuple[_Step, ...], Field(min_length=1)]
    expect: _Expect = _Expect()

    def drive_of(self) -> Drive:
        return Drive(self.name, tuple(step.step() for step in self.drive), self.expect.hazards)


_DRIVE = TypeAdapter(_Drive)


def _who(who: Provenance) -> dict[str, Any]:
    data: dict[str, Any] = {
        "speaker": who.speaker.value,
        "zone": who.zone.value,
        "channel": who.channel.value,
    }
    return data | ({"untrusted_text": True} if who.untrusted_text else {})


def _from(who: Provenance) -> dict[str, Any]:
    return {} if who == DRIVER else {"from": _who(who)}


def steps_text(steps: Sequence[Step]) -> str:
    """Steps for a person, one per line."""
    return "\n".join(json.dumps(step_data(step), ensure_ascii=False) for step in steps)
