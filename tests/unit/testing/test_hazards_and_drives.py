"""Hazard lists and drive files: what is read, what is refused and with which words, and what replays."""

from dataclasses import replace
from pathlib import Path

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.profile import load_profile
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.testing.steps import (
    DRIVER,
    Call,
    Clock,
    Confirm,
    Drive,
    Fault,
    Raw,
    Reload,
    Restart,
    SetState,
    Undo,
    Wait,
    drive_text,
    read_drives,
)
from intent_bridge.types import Provenance

PROFILE = load_profile("demo_sedan")
HEAD = "may_send: {body: [WINDOW_CMD]}\nframes_per_second: 100\nhazards:\n"


def problems(tmp_path: Path, text: str) -> str:
    (tmp_path / "hazards.yaml").write_text(HEAD + text)
    with pytest.raises(ProfileError) as caught:
        load_hazards(replace(PROFILE, folder=tmp_path))
    return str(caught.value)


def test_a_vehicle_without_a_list_has_no_hazards(tmp_path: Path) -> None:
    assert load_hazards(replace(PROFILE, folder=tmp_path)) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("  - {id: a, why: x, moves: [Vehicle.Nothing]}", "`Vehicle.Nothing` is no actuator"),
        (
            "  - {id: a, why: x, moves: [Vehicle.Cabin.Sunroof.Position], while: {Vehicle.X: {is: 1}}}",
            "no path",
        ),
        ("  - {id: a, why: x, asks: {Vehicle.Cabin.Sunroof.Position: {is: open}}}", "has no such value"),
        ("  - {id: a, why: x, asks: {Vehicle.Body.Lights.Beam.Low.IsOn: {above: 1}}}", "has no such value"),
        ("  - {id: a, why: x}", "either `moves` or `asks`"),
        (
            "  - {id: a, why: x, moves: [Vehicle.Cabin.Sunroof.Position], stale: {Vehicle.Speed: 1}}",
            "belong to",
        ),
        ("  - {id: a, why: x, colour: red}", "`hazards.0.colour`"),
    ],
)
def test_a_hazard_that_cannot_be_seen_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert what in problems(tmp_path, text)


def test_every_step_survives_its_way_into_a_file(tmp_path: Path) -> None:
    who = Provenance()
    drive = Drive(
        "all of them",
        (
            Call("set_window", {"zone": "driver", "percent": 50}, who),
            Call("set_window", {}, DRIVER, again=True),
            Raw('{"\u202e'),
            Raw(b"\xff\x00", who),
            Confirm(True, None),
            Confirm(False, who),
            Undo(who),
            SetState({"Vehicle.Speed": 5.1, "Vehicle.Cabin.HVAC.CO2": None}),
            Wait(300),
            Fault("late", "body", 50),
            Fault("bus_off", "body"),
            Clock(-5000),
            Reload(),
            Reload("eu"),
            Restart(),
        ),
        ("wire",),
    )
    file = tmp_path / "drives.yaml"
    file.write_text("- {name: an ordinary case, call: {name: x}}\n" + drive_text(drive))
    assert read_drives(file) == (drive,)


def test_a_step_that_is_two_things_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "drives.yaml"
    file.write_text("- name: x\n  drive:\n    - {advance_ms: 1, undo: true}\n")
    with pytest.raises(ProfileError, match=r"drives\.yaml:1: .*exactly one thing"):
        read_drives(file)
