"""A draft as the text of a `profile.yaml`: what was guessed and why, and TODO where a person must decide.

It reads as YAML at once; `intent-bridge check` lists every TODO that is left, with its line. No number that
safety depends on is made up.
"""

import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import PurePath
from typing import Any, Final

from cantools.database.can import Message, Signal

from intent_bridge.dbc.vss.draft import Draft, Entry
from intent_bridge.dbc.vss.guess import DriverSide, Guess, code_name, dbc_range, value_names
from intent_bridge.dbc.vss.words import parts, words

TODO: Final = "TODO"
WIDTH: Final = 108
CYCLES: Final = 4
"""A value this many cycles old is stale, where the DBC tells the cycle."""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./]*")
_GUARDS: Final = frozenset({"crc", "checksum", "cs", "chksum", "counter", "cnt", "alive", "rolling", "bz"})
_KIND: Final = re.compile(r"(?:E2E|AUTOSAR)[\w -]{0,20}|CRC-?\d+[\w -]{0,20}|SecOC", re.IGNORECASE)

_HEAD: Final = """\
# A first profile, guessed from names, units, ranges and comments of DBC files, for a person to finish.
# Nothing here was tried on a car. Every TODO is a decision; `intent-bridge check FOLDER` lists what is left.
# Above each path stands how sure its guess is (sure, likely) and what it rests on. Weaker guesses stand at
# the end. max_age_ms is {cycles} of the DBC's cycles, where it names one: check it, as all else.

vehicle: {vehicle}
title: TODO
driver_side: {side}  # TODO: assumed; left and right became driver and passenger by it
packs: [base]  # TODO: the market's pack, and the vehicle's own rules
not_available: [{absent}]{absent_note}
confirmation_ms: TODO
rate: {{frames_per_s: TODO, burst: TODO}}
"""


def profile_text(draft: Draft, files: Mapping[str, PurePath]) -> str:
    """The whole file; `files` are the DBC files by bus name."""
    shown = [e for e in draft.entries if e.confidence != "guess" and e.status is not None]
    used = {g.message.name: g.message for e in shown for g in (e.guesses if e.is_actuator else e.guesses[:1])}
    absent = _absent_names(shown)
    lines = [
        _HEAD.format(
            cycles=CYCLES,
            vehicle=_vehicle(files),
            side=draft.driver_side,
            absent=", ".join(map(_scalar, absent or ["SNA"])),
            absent_note="" if absent else "  # TODO: no value name of these signals says so",
        )
    ]
    lines += ["buses:", *_buses(draft, files), "", "messages:", *_messages(draft, used, shown)]
    sensors = [e for e in shown if not e.is_actuator]
    lines += ["", "sensors:" if sensors else "sensors: {}"]
    for entry in sensors:
        lines += [*_why(entry), *_entry(entry, draft.driver_side)]
    actuators = [e for e in shown if e.is_actuator]
    lines += [
        "",
        "# What is listed here can be set, once its TODOs are decided.",
        "actuators:" if actuators else "actuators: {}",
    ]
    for entry in actuators:
        lines += [*_why(entry), *_entry(entry, draft.driver_side)]
    lines += ["", *_left_over(draft)]
    return "\n".join(lines).rstrip() + "\n"


def _vehicle(files: Mapping[str, PurePath]) -> str:
    stem = re.sub(r"[^a-z0-9_]+", "_", next(iter(files.values())).stem.lower()).strip("_")
    return stem if stem[:1].isalpha() else f"car_{stem}"


def _buses(draft: Draft, files: Mapping[str, PurePath]) -> Iterator[str]:
    for name, database in draft.buses.items():
        known = database.dbc.attributes if database.dbc else {}
        rate = known["Baudrate"].value if "Baudrate" in known else None
        flexible = any(message.is_fd for message in database.messages)
        fields = {"dbc": files[name].name, "bitrate": rate or TODO} | (
            {"data_bitrate": TODO} if flexible else {}
        )
        yield f"  {name}: {_flow(fields)}"


def _messages(draft: Draft, used: Mapping[str, Message], shown: list[Entry]) -> Iterator[str]:
    """Only messages that an entry needs; what looks like protection is a decision."""
    commands = {e.command.message.name for e in shown if e.is_actuator and e.command}
    if not used:
        yield "  {}"
    for bus, database in draft.buses.items():
        for message in database.messages:
            if used.get(message.name) is not message:
                continue
            fields: dict[str, Any] = {"bus": bus}
            if guards := _guards(message):
                yield f"  # {', '.join(guards)} look like protection{_kind(message)}: a decision"
                fields["e2e"] = TODO
            if message.name in commands:
                yield f"  # sent by us; the DBC says: {_send_type(message)}. Repeated, answered? Decide."
                if message.cycle_time:
                    fields["cycle_ms"] = int(message.cycle_time)
                fields["rate"] = {"frames_per_s": TODO, "burst": TODO}
            yield f"  {message.name}: {_flow(fields)}"


def _guards(message: Message) -> list[str]:
    """Signals that look like a checksum or a counter of the message's own."""
    spelt = {s.name: {part.lower() for part in parts(s.name)} for s in message.signals}
    return [name for name, given in spelt.items() if given & _GUARDS and not given & {"cmd", "echo"}]


def _kind(message: Message) -> str:
    """What a comment says of the protection's kind."""
    found = _KIND.search(" ".join((message.comment or "").split()))
    return f" ({found[0]})" if found else ""


def _send_type(message: Message) -> str:
    cycle = f", every {message.cycle_time} ms" if message.cycle_time else ""
    return f"{message.send_type or 'nothing'}{cycle}"


def _why(entry: Entry) -> Iterator[str]:
    yield f"  # {entry.confidence}: {'; '.join(_evidence(entry))}"
    if entry.rivals:
        yield f"  # TODO: or is it {', '.join(entry.rivals)}?"
    if entry.command is not None and entry.withheld:
        yield f"  # {entry.command.ref} may ask for it; no actuator: {entry.withheld}"


def _evidence(entry: Entry) -> list[str]:
    clues = dict.fromkeys(clue for g in entry.guesses for clue in g.because)
    return [clue.replace("\n", " ") for clue in clues]


def _entry(entry: Entry, driver_side: DriverSide) -> Iterator[str]:
    status = entry.status
    assert status is not None
    quantity = {"type": entry.concept.type, **_quantity(entry, status)}
    age = status.message.cycle_time * CYCLES if status.message.cycle_time else TODO
    fields: dict[str, Any] = {**quantity}
    if entry.is_actuator:
        assert entry.command is not None
        fields |= {
            "command": entry.command.ref, "status": status.ref, "max_age_ms": age, "confirm_within_ms": TODO,
            "lifetime_ms": TODO, "neutral": code_name(entry.command.signal, words().no_request) or TODO,
            "budget": {"changes": TODO, "window_ms": TODO},
        }  # fmt: skip
        if entry.concept.moves:
            fields["motion"] = {"stop": code_name(entry.command.signal, words().stop), "tolerance": TODO}
    else:
        fields |= {"signal": status.ref, "max_age_ms": age}
    fields |= {"overlay": True} if entry.concept.overlay else {}
    fields |= {"vhal": _vhal(entry, driver_side)} if entry.concept.vhal else {}
    yield f"  {entry.path}:"
    yield f"    {_flow(fields)}" + (
        f"  # TODO: max_age_ms is {CYCLES} cycles of the DBC" if age != TODO else ""
    )


def _filled(fields: Mapping[str, Any]) -> Iterator[str]:
    """A flow mapping over as many lines as it needs."""
    line = "    {"
    for n, (key, value) in enumerate(fields.items(), 1):
        part = f"{_scalar(key)}: {_value(value)}" + ("," if n < len(fields) else "}")
        if len(line) + len(part) > WIDTH and line.strip() != "{":
            yield line.rstrip()
            line = "     "
        line += part + " "
    yield line.rstrip()


def _vhal(entry: Entry, driver_side: DriverSide) -> dict[str, str]:
    """The property, with its area where the path has a seat; a person looks at all others."""
    found = re.search(r"Row(\d)\.(Driver|Passenger)", entry.path)
    if found is None:
        return {"property": entry.concept.vhal}
    left = (found[2] == "Driver") is (driver_side == "left")
    return {"property": entry.concept.vhal, "area": f"ROW_{found[1]}_{'LEFT' if left else 'RIGHT'}"}


def _quantity(entry: Entry, status: Guess) -> dict[str, Any]:
    """What the type of quantity must say. A path that is set is what both signals can say."""
    signals = [g.signal for g in (entry.guesses if entry.is_actuator else (status,))]
    if entry.concept.type == "boolean":
        return {}
    if entry.concept.type == "enum":
        names = [n for n in value_names(signals[0]) if all(n in value_names(s) for s in signals)]
        return {"values": {n: n for n in names} or TODO}
    unit = words().unit(signals[0].unit)
    if unit not in entry.concept.units:
        small = all((ends := dbc_range(s)) is not None and ends[1] <= 10 for s in signals)
        unit = "level" if "level" in entry.concept.units and small else entry.concept.units[0]
    step = max(Fraction(str(s.scale)) for s in signals)
    return {"unit": unit, "step": _number(step), "range": _range(signals, step) or TODO}


def _range(signals: list[Signal], step: Fraction) -> list[Any] | None:
    ends = [ends for s in signals if (ends := dbc_range(s)) is not None]
    if len(ends) < len(signals) or step <= 0:
        return None
    low, high = (
        math.ceil(max(e[0] for e in ends) / step) * step,
        math.floor(min(e[1] for e in ends) / step) * step,
    )
    return [_number(low), _number(high)] if low < high else None


def _left_over(draft: Draft) -> Iterator[str]:
    """Guesses and commands that are not proposed."""
    weak = [e for e in draft.entries if e.confidence == "guess" or e.status is None]
    if weak:
        yield "# Not proposed; a person may know better:"
    for entry in weak:
        for guess in entry.guesses:
            why = entry.withheld if guess.role == "command" and entry.withheld else "; ".join(guess.because)
            yield f"#   {entry.path} <- {guess.ref} ({guess.role}): {why}".replace("\n", " ")


def _absent_names(entries: list[Entry]) -> list[str]:
    names = (code_name(g.signal, words().no_value) for e in entries for g in e.guesses)
    return list(dict.fromkeys(n for n in names if n is not None))


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _flow(fields: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{_scalar(key)}: {_value(value)}" for key, value in fields.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _flow(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format(value, "d") if isinstance(value, int) else f"{value:.10f}".rstrip("0")
    return _scalar(str(value))


def _scalar(text: str) -> str:
    """A string as YAML 1.2 reads it back."""
    words_of_yaml = {"null", "true", "false"}
    if _PLAIN.fullmatch(text) and text.lower() not in words_of_yaml:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
