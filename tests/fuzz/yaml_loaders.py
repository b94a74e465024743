"""Any text is plain data, or problems of one line each that name the file, for every kind of file we load."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from intent_bridge.errors import ProfileError
from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile
from intent_bridge.profile.yaml import scan_yaml
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.testing.steps import read_drives

PROFILE = load_profile("demo_sedan")
FOLDER = Path(f"/dev/shm/intent-bridge-fuzz-{os.getpid()}")
LOADERS: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("any.yaml", lambda file: None),
    ("pack.yaml", lambda file: load_packs(PROFILE, [str(file)])),
    ("drives.yaml", read_drives),
    ("hazards.yaml", lambda file: load_hazards(replace(PROFILE, folder=file.parent))),
    ("profile.yaml", lambda file: load_profile(file.parent)),
)
SEEDS = (
    b"\x00a: {b: [1, 2.5, yes, 'on', \"x\"], c: null}\n? d\n: - 010\n  - 12:30\n",
    b"\x01pack: {name: a, layer: user, version: 1}\nrules:\n- {id: a.b, effect: deny, on: [Vehicle.*],\n"
    b"   when: Vehicle.Speed > 5 km/h and not x, hazard: h, source: s, basis: design, verified: memory}\n",
    b"\x02- name: x\n  drive: [{advance_ms: 1}, {call: {name: f}}, {fault: {kind: mute, target: A}}]\n",
    b"\x03may_send: {body: [A]}\nframes_per_second: 10\nhazards:\n- {id: a, why: b, moves: [Vehicle.*]}\n",
    b"\x04vehicle: a\ntitle: b\ndriver_side: left\npacks: [base]\nbuses: {body: {dbc: a.dbc}}\n",
)


def check(data: bytes) -> None:
    """One input: the first byte names the kind of file."""
    if not data:
        return
    name, load = LOADERS[data[0] % len(LOADERS)]
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / name
    file.write_bytes(data[1:])
    try:
        document, problems = scan_yaml(file)
        assert document is not None or problems
        for part in _parts(None if document is None else document.data):
            assert type(part) in (dict, list, str, int, float, bool, type(None)), type(part)
        load(file)
    except ProfileError as error:
        problems = list(error.problems)
    finally:
        file.unlink()
        FOLDER.rmdir()
    for problem in problems:
        assert problem.file.name and "\n" not in str(problem), problem


def _parts(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
