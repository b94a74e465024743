"""`dbc map`: right on our own cars, loads when a person has finished it, proposes nothing unsafe."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from intent_bridge.dbc import load_dbc
from intent_bridge.dbc.vss import Draft, Entry, draft, profile_text
from intent_bridge.dbc.vss.concepts import concepts
from intent_bridge.dbc.vss.words import parts, read_name
from intent_bridge.errors import ProfileError
from intent_bridge.profile import Profile, load_profile
from intent_bridge.profile.never import Never
from intent_bridge.profile.yaml import read_yaml

HEAD = 'VERSION ""\nNS_ :\nBS_:\nBU_: BRIDGE ECU\n'


@pytest.fixture(scope="module", params=["demo_sedan", "carbench_ev"])
def car(request: pytest.FixtureRequest) -> Profile:
    return load_profile(str(request.param))


def proposed(profile: Profile) -> Draft:
    return draft(profile.databases, profile.file.driver_side)


def small(*messages: str, values: str = "") -> Draft:
    text = HEAD + "".join(f"\n{message}\n" for message in messages) + values
    return draft({"body": load_dbc(text).database})


def entry(found: Draft, path: str) -> Entry:
    return next(e for e in found.entries if e.path == path)


def test_most_of_a_hand_written_profile_is_found_and_nearly_nothing_else(
    car: Profile, capsys: pytest.CaptureFixture[str]
) -> None:
    hand = {path: info.binding.message + "." + info.binding.signal for path, info in car.sensors.items()}
    asks = {path: info.spec.command for path, info in car.actuators.items()}
    entries = [e for e in proposed(car).entries if e.confidence != "guess"]
    right = [e for e in entries if e.status and hand.get(e.path) == e.status.ref]
    acts = [e for e in entries if e.is_actuator]
    acts_right = [e for e in acts if e.command and asks.get(e.path) == e.command.ref]
    levels = Counter((e.confidence, e in right) for e in entries)
    with capsys.disabled():
        print(f"\n{car.file.vehicle}: {len(right)} of {len(hand)} paths, {len(entries) - len(right)} wrong;")
        print(f"  {len(acts_right)} of {len(asks)} actuators, {len(acts) - len(acts_right)} wrong; {levels}")
    assert len(right) >= 0.9 * len(hand)
    assert len(right) >= 0.97 * len(entries)
    assert len(acts_right) >= 0.9 * len(asks)
    assert len(acts) == len(acts_right)


def test_a_proposal_reads_as_yaml_and_the_loader_complains_of_todos_alone(
    car: Profile, tmp_path: Path
) -> None:
    folder = written(car, tmp_path)
    data = read_yaml(folder / "profile.yaml").data
    assert data["actuators"] and data["sensors"] and data["messages"]
    with pytest.raises(ProfileError) as caught:
        load_profile(folder)
    lines = (folder / "profile.yaml").read_text().splitlines()
    for problem in caught.value.problems:
        assert problem.line is not None
        around = "\n".join(lines[problem.line - 1 : problem.line + 5])
        assert "TODO" in around, problem


def test_finished_by_a_person_it_loads(car: Profile, tmp_path: Path) -> None:
    """The person here copies every TODO from the profile that was written by hand."""
    folder = written(car, tmp_path)
    guessed = read_yaml(folder / "profile.yaml").data
    hand = read_yaml(car.folder / "profile.yaml").data
    hand["messages"] = {name: spec for name, spec in hand["messages"].items() if name in guessed["messages"]}
    todos = finished(guessed, hand)
    assert todos > 100
    with (folder / "profile.yaml").open("w") as out:
        YAML(typ="safe").dump(guessed, out)
    loaded = load_profile(folder)
    assert len(loaded.actuators) >= 0.9 * len(car.actuators)
    for path, info in loaded.sensors.items():
        theirs, ours = info.quantity, car.sensors[path].quantity
        assert (theirs.type, theirs.unit) == (ours.type, ours.unit)


def written(car: Profile, tmp_path: Path) -> Path:
    """A folder with the DBC files of a car and the profile proposed for them."""
    folder = tmp_path / car.file.vehicle
    folder.mkdir()
    files = {name: Path(bus.dbc) for name, bus in car.file.buses.items()}
    for file in files.values():
        shutil.copy(car.folder / file, folder)
    (folder / "profile.yaml").write_text(profile_text(proposed(car), files))
    return folder


def finished(guessed: dict[str, Any], hand: Any) -> int:
    """Put the hand's value for every TODO, in place; how many there were."""
    todos = 0
    for key, value in list(guessed.items()):
        if value == "TODO":
            guessed[key] = hand[key]
            todos += 1
        elif isinstance(value, dict):
            todos += finished(value, hand.get(key, {}) if isinstance(hand, dict) else {})
    if "response" in (hand or {}) and "response" not in guessed:
        guessed["response"] = hand["response"]
    return todos


@pytest.mark.parametrize(
    ("name", "words", "row", "side", "role"),
    [
        ("TempFLReq", {"temperature"}, "front", "left", "command"),
        ("DATC_DrTempDispC", {"climate", "temperature"}, None, "driver", "status"),
        ("RCCM_Rr_Left_TempSetpt", {"temperature", "setpoint"}, "rear", "left", None),
        ("DOOR_OPEN_RR", {"door", "open"}, "rear", "right", None),
        ("ESP_wheelSpeedReL", {"wheel", "speed"}, "rear", "left", None),
        ("HU_DATC_AcSet", {"airconditioning", "set"}, None, None, "command"),
        ("KL_Umluftklappe_Status", {"climate", "recirculation"}, None, None, "status"),
    ],
)
def test_names_are_taken_apart_as_a_person_would(
    name: str, words: set[str], row: str, side: str, role: str
) -> None:
    read = read_name(name)
    assert words <= read.words, parts(name)
    assert (read.row, read.side, read.role) == (row, side, role)


def test_left_and_right_become_driver_and_passenger_by_the_drivers_side() -> None:
    text = HEAD + '\nBO_ 1 DOORS: 1 ECU\n SG_ DOOR_OPEN_FL : 0|1@1+ (1,0) [0|1] "" BRIDGE\n'
    buses = {"body": load_dbc(text).database}
    assert draft(buses, "left").entries[0].path == "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"
    assert draft(buses, "right").entries[0].path == "Vehicle.Cabin.Door.Row1.PassengerSide.IsOpen"


SEAT = 'BO_ 2 SEAT_STATUS: 1 ECU\n SG_ ReclineFL : 0|6@1+ (1,0) [0|60] "deg" BRIDGE'
SEAT_CMD = 'BO_ 3 SEAT_CMD: 1 BRIDGE\n SG_ ReclineFLReq : 0|6@1+ (1,0) [0|60] "deg" ECU'
RECLINE = "Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.Recline"


def test_what_moves_and_cannot_be_stopped_is_no_actuator() -> None:
    without = entry(small(SEAT, SEAT_CMD), RECLINE)
    assert not without.is_actuator and "stops it" in without.withheld
    assert entry(small(SEAT, SEAT_CMD, values='VAL_ 3 ReclineFLReq 61 "STOP";\n'), RECLINE).is_actuator


def test_a_command_that_nothing_reports_is_told_and_not_proposed() -> None:
    found = small(SEAT_CMD)
    assert not entry(found, RECLINE).is_actuator
    text = profile_text(found, {"body": Path("x.dbc")})
    assert "actuators: {}" in text and "SEAT_CMD.ReclineFLReq (command)" in text


@pytest.mark.parametrize("message", ["STEERING_ANGLE_CMD", "CHILD_LOCK_CMD", "AIRBAG_CMD", "ACC_ENGAGE_CMD"])
def test_a_command_with_a_word_of_the_never_list_is_no_actuator(message: str) -> None:
    found = small(
        'BO_ 4 ASSIST_STATUS: 1 ECU\n SG_ LkaOn : 0|1@1+ (1,0) [0|1] "" BRIDGE',
        f'BO_ 5 {message}: 1 BRIDGE\n SG_ LkaOnReq : 0|1@1+ (1,0) [0|1] "" ECU',
    )
    one = entry(found, "Vehicle.ADAS.LaneKeepAssist.IsEnabled")
    assert not one.is_actuator and one.withheld.startswith("never commanded")


def test_a_unit_that_contradicts_and_a_word_about_something_else_rule_a_signal_out() -> None:
    assert not small('BO_ 6 CLIMATE: 2 ECU\n SG_ TempFL : 0|8@1+ (1,0) [60|90] "degF" BRIDGE').entries
    assert not small('BO_ 6 CLIMATE: 2 ECU\n SG_ TempFLFault : 0|8@1+ (1,0) [15|30] "degC" BRIDGE').entries
    assert small('BO_ 6 CLIMATE: 2 ECU\n SG_ TempFL : 0|8@1+ (1,0) [15|30] "degC" BRIDGE').entries


def test_two_signals_that_may_both_be_it_make_it_less_sure_and_are_named() -> None:
    one = 'BO_ 7 ESP_1: 2 ECU\n SG_ VehicleSpeed : 0|16@1+ (0.1,0) [0|300] "km/h" BRIDGE'
    two = one.replace("BO_ 7 ESP_1", "BO_ 8 ESP_2")
    assert entry(small(one), "Vehicle.Speed").confidence == "sure"
    both = entry(small(one, two), "Vehicle.Speed")
    assert both.confidence == "likely" and both.rivals == ("ESP_2.VehicleSpeed",)


def test_no_path_that_may_be_set_is_on_the_never_list() -> None:
    never = Never.load()
    for concept in concepts():
        if concept.sets:
            assert never.forbidding(concept.path, (), concept.vhal) is None, concept.path


def test_odd_names_are_quoted_so_that_they_read_back() -> None:
    found = small(
        'BO_ 9 GEAR: 1 ECU\n SG_ GearSelected : 0|3@1+ (1,0) [0|7] "" BRIDGE',
        values='VAL_ 9 GearSelected 0 "null" 1 "D: drive #1" 2 "say ""P""" 3 "1";\n'.replace('""P""', "P"),
    )
    text = profile_text(found, {"body": Path("x.dbc")})
    values = YAML(typ="safe").load(text)["sensors"]["Vehicle.Powertrain.Transmission.SelectedGear"]["values"]
    assert list(values) == ["null", "D: drive #1", "say P", "1"]


CATALOGUE = (
    Path(os.environ.get("INTENT_BRIDGE_DATA", Path(__file__).parents[4] / "shared" / "data")) / "standards"
)


@pytest.mark.skipif(
    not CATALOGUE.is_dir(), reason=f"no VSS and VHAL catalogues in {CATALOGUE}; set INTENT_BRIDGE_DATA"
)
def test_paths_units_and_properties_are_those_of_the_catalogues() -> None:
    vss = json.loads((CATALOGUE / "vss_hvac_seat_adas.json").read_text("utf-8"))
    leaves = {leaf["path"]: leaf for leaf in (*vss["core"], *vss["context"])}
    roots = {path.rsplit(".", 1)[0] for path in leaves}
    vhal = json.loads((CATALOGUE / "vhal_hvac_seat_adas.json").read_text("utf-8"))
    properties = {p["name"] for group in vhal.values() if isinstance(group, list) for p in group}
    for concept in concepts():
        path = concept.path.format(station="Row1.Driver", side="Row1.DriverSide", wheel="Row1.Wheel.Left")
        if path in leaves:
            assert not concept.overlay, path
            assert leaves[path].get("unit") in (None, *concept.units), path
            assert leaves[path]["type"] == "actuator" or not concept.sets or concept.vhal, path
        elif path.rsplit(".", 1)[0] in roots:
            assert concept.overlay, path  # the catalogue has its branch, and not this leaf
        assert (
            not concept.vhal
            or concept.vhal in properties
            or not concept.path.startswith(("Vehicle.Cabin.HVAC", "Vehicle.Cabin.Seat", "Vehicle.ADAS"))
        ), concept.vhal
