"""A car made for one test: every kind of protection once, each on a command and its status.

Every message carries a level from 0 to 9. The statuses echo the command's counter and answer it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SECOC = "{key: body_key, data_id: ID, freshness_bits: 32, sent_freshness_bits: 8, mac_bits: 24, attempts: 2"


@dataclass(frozen=True)
class Kind:
    """One protection: what the profile says (`ID` is replaced), its signals, where data is free."""

    spec: str
    signals: tuple[str, ...]
    length: int
    echo_bits: int
    free_byte: int

    @property
    def secured(self) -> bool:
        return "key:" in self.spec


def _autosar(name: str, signals: tuple[str, ...], length: int, echo: int, free: int, more: str = "") -> Kind:
    ids = "[" + ", ".join(f"ID{n}" for n in range(16)) + "]" if name in ("P02", "P22") else "[ID]"
    spec = f"{{profile: {name}, crc: CRC, counter: Alive, data_ids: {ids}, max_delta_counter: 3{more}}}"
    return Kind(spec, signals, length, echo, free)


def _maker(name: str, signals: tuple[str, ...], free: int, more: str = "", length: int = 8) -> Kind:
    counted = any(signal.startswith("Alive") for signal in signals)
    counter = ", counter: Alive, max_delta_counter: 2" if counted else ""
    return Kind(f"{{profile: {name}, crc: CRC{counter}{more}}}", signals, length, 4 if counted else 0, free)


_NIBBLE = ("CRC : 0|8@1+", "Alive : 8|4@1+")
_LAST, _BYTE6 = "CRC : 56|8@1+", "Alive : 48|4@1+"
KINDS: Final[Mapping[str, Kind]] = {
    "P01": _autosar("P01", _NIBBLE, 8, 4, 2, ", id_mode: both"),
    "P01Alt": _autosar("P01", _NIBBLE, 8, 4, 2, ", id_mode: alt"),
    "P01Low": _autosar("P01", ("CRC : 16|8@1+", "Alive : 24|4@1+"), 8, 4, 4, ", id_mode: low"),
    "P01Nibble": _autosar("P01", _NIBBLE, 8, 4, 2, ", id_mode: nibble"),
    "P02": _autosar("P02", _NIBBLE, 8, 4, 2),
    "P04": _autosar("P04", ("CRC : 71|32@0+", "Alive : 23|16@0+"), 20, 16, 12),
    "P05": _autosar("P05", ("CRC : 8|16@1+", "Alive : 24|8@1+"), 12, 8, 4),
    "P06": _autosar("P06", ("CRC : 7|16@0+", "Alive : 32|8@1+"), 12, 8, 5),
    "P07": _autosar("P07", ("CRC : 7|64@0+", "Alive : 103|32@0+"), 32, 32, 20),
    "P11": _autosar("P11", _NIBBLE, 8, 4, 2, ", id_mode: nibble"),
    "P22": _autosar("P22", ("CRC : 8|8@1+", "Alive : 16|4@1+"), 8, 4, 3),
    "Toyota": _maker("toyota", (_LAST,), 1),
    "Honda": _maker("honda", ("CRC : 59|4@0+", "Alive : 61|2@0+"), 1),
    "Chrysler": _maker("chrysler", (_LAST, _BYTE6), 1),
    "FcaGiorgio": _maker("fca_giorgio", (_LAST, _BYTE6), 1, ", data_ids: [0x0A]"),
    "HyundaiCanfd": _maker("hyundai_canfd", ("CRC : 0|16@1+", "Alive : 16|4@1+"), 4, length=16),
    "Subaru": _maker("subaru", ("CRC : 0|8@1+", "Alive : 8|4@1+"), 2),
    "SubaruPreglobal": _maker("subaru_preglobal", ("CRC : 56|8@1+", "Alive : 0|3@1+"), 2),
    "VwMqb": _maker("vw_mqb", _NIBBLE, 2, ", data_ids: [" + ", ".join(str(7 * n) for n in range(16)) + "]"),
    "VwXor": _maker("vw_xor", ("CRC : 0|8@1+", "Alive : 12|4@1+"), 2, ", data_ids: [8]"),
    "Tesla": _maker("tesla", ("CRC : 56|8@1+", "Alive : 52|4@1+"), 1),
    "Psa": _maker("psa", ("CRC : 40|4@1+", "Alive : 44|4@1+"), 1, ", data_ids: [4]"),
    "CommaBody": _maker("comma_body", (_LAST, _BYTE6), 1),
    "Secoc": Kind(SECOC + ", resync: SYNC.X}", ("Fresh : 103|8@0+", "MAC : 111|24@0+"), 16, 8, 2),
}


def path(kind: str) -> str:
    """The path of a kind's level."""
    return f"Vehicle.Cabin.Test{kind}.Level"


def tool(kind: str) -> str:
    """The tool that sets it."""
    return f"set_test_{kind.lower()}"


def write(folder: Path, kinds: Mapping[str, Kind] = KINDS) -> Path:
    """Write the car's files; returns the folder."""
    dbc, tail, messages, actuators = ["BU_: BRIDGE ECU\n"], _ATTRIBUTES, [], []
    for number, (name, kind) in enumerate(kinds.items()):
        for role, can_id in (("CMD", 256 + 2 * number), ("STATUS", 257 + 2 * number)):
            echo = kind.echo_bits if role == "STATUS" else 0
            dbc.append(_message(f"T_{name}_{role}", can_id, kind, echo, role == "STATUS"))
            tail += _values(can_id, kind, role == "STATUS")
            messages.append(_declared(name, role, can_id, kind))
        actuators.append(_ACTUATOR.format(path=path(name), tool=tool(name), name=name))
    if any(kind.secured for kind in kinds.values()):
        dbc.append("BO_ 1024 SYNC: 32 ECU\n" + "".join(_SYNC))
        tail += 'BA_ "VFrameFormat" BO_ 1024 14;\nBA_ "GenMsgCycleTime" BO_ 1024 100;\n'
        messages.append(
            "  SYNC: {bus: body, secoc: {key: sync_key, data_id: 1, freshness_bits: 32, "
            "sent_freshness_bits: 32, mac_bits: 64, attempts: 1}}\n"
        )
    (folder / "body.dbc").write_text("\n".join(dbc) + tail)
    (folder / "profile.yaml").write_text(
        _HEAD + "messages:\n" + "".join(messages) + _SENSORS + "actuators:\n" + "".join(actuators)
    )
    (folder / "sim.yaml").write_text(_simulated(kinds))
    return folder


def _message(name: str, can_id: int, kind: Kind, echo_bits: int, status: bool) -> str:
    free = 8 * kind.free_byte
    signals = [*kind.signals, f"Level : {free}|4@1+"]
    if status and (echo_bits or kind.secured):
        signals += [f"CmdResult : {free + 4}|3@1+", f"CmdAlive : {free + 8}|{echo_bits}@1+"]
    lines = [f' SG_ {signal} (1,0) [0|0] "" X' for signal in signals]
    return f"BO_ {can_id} {name}: {kind.length} X\n" + "\n".join(lines) + "\n"


def _values(can_id: int, kind: Kind, status: bool) -> str:
    text = f'VAL_ {can_id} Level 15 "SNA" ;\n'
    if status and kind.echo_bits:
        text += f'VAL_ {can_id} CmdResult 0 "NONE" 1 "ACCEPTED" 2 "REFUSED" 3 "NOT_AVAILABLE" ;\n'
    text = f'BA_ "GenMsgCycleTime" BO_ {can_id} 100;\nBA_ "GenSigStartValue" SG_ {can_id} Level 15;\n' + text
    return text + (f'BA_ "VFrameFormat" BO_ {can_id} 14;\n' if kind.length > 8 else "")


def _declared(name: str, role: str, can_id: int, kind: Kind) -> str:
    spec = kind.spec
    if kind.secured:
        signal = "Sent" if role == "STATUS" else "Taken"
        spec = spec.replace("SYNC.X", f"SYNC.{signal}")
    for n in reversed(range(16)):
        spec = spec.replace(f"ID{n}", str((can_id + n) % 256))
    spec = spec.replace("ID,", f"{can_id},").replace("[ID]", f"[{can_id}]")
    response = ""
    if role == "CMD" and kind.echo_bits:
        status = f"T_{name}_STATUS"
        response = (
            f", response: {{result: {status}.CmdResult, counter: {status}.CmdAlive, refused: [REFUSED]}}"
        )
    cycle = ", cycle_ms: 20, rate: {frames_per_s: 100, burst: 20}" if role == "CMD" else ""
    protection = "secoc" if kind.secured else "e2e"
    return f"  T_{name}_{role}: {{bus: body, {protection}: {spec}{cycle}{response}}}\n"


def _simulated(kinds: Mapping[str, Kind]) -> str:
    sends = [f"T_{name}_STATUS" for name in kinds]
    if any(kind.secured for kind in kinds.values()):
        sends.append("SYNC")
    receives = [f"T_{name}_CMD" for name in kinds]
    start = "".join(f"  {path(name)}: 0\n" for name in kinds)
    return (
        "results: {none: NONE, accepted: ACCEPTED, refused: REFUSED, not_available: NOT_AVAILABLE}\n"
        f"ecus:\n  ecu: {{sends: [{', '.join(sends)}], receives: [{', '.join(receives)}], "
        f"latency_ms: 30, command_timeout_ms: 500}}\nstart:\n{start}"
    )


_SYNC = (
    ' SG_ Sent : 7|32@0+ (1,0) [0|0] "" X\n',
    ' SG_ Taken : 39|32@0+ (1,0) [0|0] "" X\n',
)
_HEAD = """vehicle: guarded_car
title: Car of all protections
driver_side: left
packs: [base]
not_available: [SNA]
confirmation_ms: 10000
rate: {frames_per_s: 5000, burst: 500}
buses:
  body: {dbc: body.dbc, bitrate: 500000, data_bitrate: 2000000}
"""
_SENSORS = "sensors: {}\n"
_ACTUATOR = """  {path}:
    type: number
    unit: level
    step: 1
    range: [0, 9]
    overlay: true
    command: T_{name}_CMD.Level
    status: T_{name}_STATUS.Level
    max_age_ms: 500
    confirm_within_ms: 500
    lifetime_ms: 500
    neutral: null
    budget: {{changes: 100, window_ms: 60000}}
    tool: {{name: {tool}, description: Sets the test level of {name}.}}
"""
_ATTRIBUTES = """
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG",RESERVED,\
"StandardCAN_FD","ExtendedCAN_FD";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_ SG_ "GenSigStartValue" FLOAT 0 65535;
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_DEF_DEF_ "GenSigStartValue" 0;
""".replace("RESERVED", ",".join(['"reserved"'] * 10))
