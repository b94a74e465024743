"""A vehicle of many protected messages, each repeated every 10 ms, made in a folder."""

from pathlib import Path

FLAPS = 100
PERIOD_MS = 10
PER_SCENE = 20

_FLAP = """\
BO_ {command} FLAP{n}_CMD: 8 BRIDGE
 SG_ CRC : 0|8@1+ (1,0) [0|255] "" ECU
 SG_ Alive : 8|4@1+ (1,0) [0|15] "" ECU
 SG_ Place : 16|8@1+ (1,0) [0|100] "%" ECU

BO_ {status} FLAP{n}_STATUS: 8 ECU
 SG_ CRC : 0|8@1+ (1,0) [0|255] "" BRIDGE
 SG_ Alive : 8|4@1+ (1,0) [0|15] "" BRIDGE
 SG_ Place : 16|8@1+ (1,0) [0|100] "%" BRIDGE

"""
_VALUES = """\
VAL_ {command} Place 253 "STOP" 254 "NO_REQUEST" 255 "SNA" ;
VAL_ {status} Place 255 "SNA" ;
"""
_MESSAGES = """\
  FLAP{n}_CMD:
    bus: body
    rate: {{frames_per_s: 150, burst: 10}}
    e2e: {{profile: P02, crc: CRC, counter: Alive, data_ids: [{n}, 1, {ids}], max_delta_counter: 3}}
    cycle_ms: {cycle}
  FLAP{n}_STATUS:
    bus: body
    e2e: {{profile: P02, crc: CRC, counter: Alive, data_ids: [{n}, 2, {ids}], max_delta_counter: 3}}
"""
_ACTUATOR = """\
  Vehicle.Cabin.Flap{n}.Position:
    type: number
    overlay: true
    unit: percent
    step: 1
    range: [0, 100]
    command: FLAP{n}_CMD.Place
    status: FLAP{n}_STATUS.Place
    max_age_ms: 60000
    confirm_within_ms: 60000
    lifetime_ms: 60000
    neutral: NO_REQUEST
    budget: {{changes: 1000, window_ms: 60000}}
    motion: {{stop: STOP, tolerance: 1}}
    tool: {{name: set_flap_{n}, description: One flap of many.}}
"""
_HEAD = """\
vehicle: many_messages
title: A car of many messages
driver_side: left
packs: [base]
not_available: [SNA]
confirmation_ms: 10000
rate: {frames_per_s: 20000, burst: 2000}
buses:
  body: {dbc: body.dbc, bitrate: 500000}
messages:
"""
_SPEED = """\
BO_ 80 MOTION: 8 ECU
 SG_ Speed : 16|16@1+ (0.1,0) [0|300] "km/h" BRIDGE

"""


def write_vehicle(folder: Path) -> Path:
    """So many flaps in as many messages; one more than `FLAPS`, the last, sent once and latched (`LAMP`)."""
    folder.mkdir()
    numbers = range(FLAPS)
    ids = ", ".join(map(str, range(14)))
    lamp = {"n": FLAPS, "command": 0x100 + FLAPS, "status": 0x300 + FLAPS}
    flaps = [{"n": n, "command": 0x100 + n, "status": 0x300 + n} for n in numbers]
    dbc = 'VERSION "1.0"\n\nNS_ :\n\nBS_:\n\nBU_: BRIDGE ECU\n\n' + _SPEED
    dbc += "".join(_FLAP.format(**flap) for flap in [*flaps, lamp])
    dbc += 'BA_DEF_ SG_ "GenSigStartValue" FLOAT 0 65535;\nBA_DEF_DEF_ "GenSigStartValue" 0;\n'
    dbc += "".join(f'BA_ "GenSigStartValue" SG_ {f["command"]} Place 254;\n' for f in [*flaps, lamp])
    dbc += 'VAL_ 80 Speed 65535 "SNA" ;\n' + "".join(_VALUES.format(**flap) for flap in [*flaps, lamp])
    (folder / "body.dbc").write_text(dbc)
    text = _HEAD + "".join(_MESSAGES.format(n=n, ids=ids, cycle=PERIOD_MS) for n in numbers)
    text += _MESSAGES.format(n=FLAPS, ids=ids, cycle=PERIOD_MS).replace(f"    cycle_ms: {PERIOD_MS}\n", "")
    text += "  MOTION:\n    bus: body\n\nsensors:\n  Vehicle.Speed:\n    type: number\n    unit: km/h\n"
    text += (
        "    step: 0.1\n    range: [0, 300]\n    signal: MOTION.Speed\n    max_age_ms: 60000\n\nactuators:\n"
    )
    text += "".join(_ACTUATOR.format(n=n) for n in numbers)
    latched = _ACTUATOR.format(n=FLAPS).replace("neutral: NO_REQUEST", "neutral: null")
    text += latched.replace("    motion: {stop: STOP, tolerance: 1}\n", "")
    text += "\nscenes:\n"
    for first in range(0, FLAPS, PER_SCENE):
        text += f"  scene_{first // PER_SCENE}:\n    description: Many flaps.\n    steps:\n"
        for n in range(first, first + PER_SCENE):
            text += f"    - {{call: set_flap_{n}, arguments: {{percent: 50}}}}\n"
    (folder / "profile.yaml").write_text(text)
    return folder
