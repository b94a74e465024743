"""Loading a vehicle: what it yields, and that each thing wrong is told with its line and its mend."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.profile import Profile, data_dir, load_profile, shipped_vehicles
from intent_bridge.profile.yaml import read_yaml

from .conftest import TINY_CAR, Copy

PROFILE, DBC = "profile.yaml", "body.dbc"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


@dataclass(frozen=True)
class Spoilt:
    """One thing made wrong, and what is told of it; see spoilt.yaml."""

    name: str
    old: str
    new: str
    what: str
    at: str
    file: str = PROFILE
    told: str = PROFILE


SPOILT = [Spoilt(**entry) for entry in read_yaml(Path(__file__).with_name("spoilt.yaml")).data]


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda s: s.name)
def test_one_wrong_thing_is_one_problem_at_its_line_with_a_mend(copy: Copy, spoilt: Spoilt) -> None:
    copy.replace(spoilt.file, spoilt.old, spoilt.new)
    (problem,) = copy.problems()
    assert spoilt.what in f"{problem.what}; {problem.mend}"
    assert problem.mend
    assert problem.file == copy.folder / spoilt.told
    assert spoilt.at in copy.line(problem)


def test_a_sound_vehicle_has_all_its_paths_and_messages(tiny_car: Profile) -> None:
    assert set(tiny_car.actuators) < set(tiny_car.sensors)
    assert len(tiny_car.sensors) == 15 and len(tiny_car.actuators) == 10
    assert tiny_car.sensors[TEMPERATURE].is_actuator and not tiny_car.sensors["Vehicle.Speed"].is_actuator
    seat = tiny_car.messages["SEAT_CMD"]
    assert (seat.bus, seat.can_id, seat.extended, seat.fd, seat.length) == ("body", 0x120, False, False, 8)
    assert tiny_car.messages["ADAS_CMD"].fd and tiny_car.messages["ADAS_CMD"].length == 12
    assert set(tiny_car.databases) == {"body"} and tiny_car.own_tools == ()


def test_every_shipped_vehicle_loads_by_its_name() -> None:
    assert "demo_sedan" in shipped_vehicles()
    for name in shipped_vehicles():
        assert load_profile(name).folder == data_dir() / name


def test_an_unknown_vehicle_is_told_with_the_names_there_are() -> None:
    with pytest.raises(ProfileError, match=r"no such vehicle.*did you mean `demo_sedan`"):
        load_profile("demo_sedann")


def test_an_empty_folder_is_told_apart_from_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"profile\.yaml: cannot be read"):
        load_profile(tmp_path)


def test_the_digest_changes_with_each_file_and_with_nothing_else(copy: Copy) -> None:
    copy.replace(PROFILE, "packs: [base]", "packs: [base, oem.yaml]")
    copy.write("oem.yaml", "pack: {}")
    digests = [load_profile(copy.folder).digest]
    copy.write("notes.txt", "of no importance")
    assert load_profile(copy.folder).digest == digests[0]
    for file in (PROFILE, DBC, "oem.yaml"):
        copy.write(file, (copy.folder / file).read_text(encoding="utf-8") + "\n")
        digests.append(load_profile(copy.folder).digest)
    copy.write("tools.yaml", "tools: []")
    digests.append(load_profile(copy.folder).digest)
    assert len(set(digests)) == 5
    assert load_profile(TINY_CAR).digest == load_profile(TINY_CAR).digest


def test_all_problems_of_all_files_are_told_at_once(copy: Copy) -> None:
    """A syntax slip, a wrong shape, a wrong signal and a wrong own tool do not hide each other."""
    copy.replace(PROFILE, "driver_side: left", "driver_side: middle")
    copy.replace(PROFILE, "range: [0, 300]", "range: [300, 0]")
    copy.replace(PROFILE, "VEHICLE_STATE.Gear", "VEHICLE_STATE.Geer")
    copy.replace(
        PROFILE, "vhal: {property: PERF_VEHICLE_SPEED}", "vhal: {property: A}\n    vhal: {property: B}"
    )
    copy.write(
        "tools.yaml",
        "tools:\n  - name: x\n    description: y\n    intent: z\n    parameters: {type: wrong}\n",
    )
    told = [str(problem) for problem in copy.problems()]
    for what in ("driver_side", "rising multiples", "`Geer`", "stands twice", "not a JSON Schema"):
        assert any(what in text for text in told), (what, told)


def test_what_hangs_on_a_wrong_bus_is_not_told_too(copy: Copy) -> None:
    bus = "  other: {dbc: other.dbc, bitrate: quick}\n"
    copy.replace(PROFILE, "\nmessages:\n", f"{bus}\nmessages:\n  RADIO: {{bus: other}}\n")
    (problem,) = copy.problems()
    assert "`buses.other.bitrate`" in problem.what


def test_what_hangs_on_a_wrong_message_is_not_told_too(copy: Copy) -> None:
    copy.replace(PROFILE, "  VEHICLE_STATE:\n    bus: body\n", "  VEHICLE_STATE:\n    bus: 7\n")
    (problem,) = copy.problems()
    assert "`messages.VEHICLE_STATE.bus`" in problem.what


def test_a_wrong_list_of_not_available_names_does_not_hide_the_rest(copy: Copy) -> None:
    copy.replace(PROFILE, "not_available: [SNA]", "not_available: []")
    copy.replace(PROFILE, "VEHICLE_STATE.Gear", "VEHICLE_STATE.Geer")
    told = [problem.what for problem in copy.problems()]
    assert len(told) == 2 and "not_available" in told[0] and "Geer" in told[1]


def test_an_unknown_key_does_not_hide_the_rest(copy: Copy) -> None:
    copy.replace(PROFILE, "driver_side: left", "driver_side: left\ncolour: red")
    copy.replace(PROFILE, "VEHICLE_STATE.Gear", "VEHICLE_STATE.Geer")
    assert [p.what for p in copy.problems()] == [
        "`colour` is not known",
        "`VEHICLE_STATE` has no signal `Geer`",
    ]


def test_a_profile_that_is_no_mapping_is_told(copy: Copy) -> None:
    copy.write(PROFILE, "- 1\n")
    assert len(copy.problems()) == 1


def test_an_fd_message_does_not_fit_a_classic_bus(copy: Copy) -> None:
    copy.replace(PROFILE, ", data_bitrate: 2000000", "")
    assert ["CAN FD message on a classic bus" in p.what for p in copy.problems()] == [True, True]


def test_a_frame_id_belongs_to_one_message_of_all_buses(copy: Copy) -> None:
    copy.replace(PROFILE, "\nmessages:\n", "  other: {dbc: other.dbc, bitrate: 500000}\n\nmessages:\n")
    copy.write(
        "other.dbc", 'VERSION ""\n\nBU_: A\n\nBO_ 272 RADIO: 8 A\n SG_ Volume : 0|8@1+ (1,0) [0|0] "" A\n'
    )
    (problem,) = copy.problems()
    assert problem.what == "`CLIMATE_STATUS` shares frame id 272 with `RADIO` of bus `other`"
    assert "CLIMATE_STATUS:" in copy.line(problem)


def test_a_range_must_fit_the_raw_width_even_where_the_dbc_range_does_not(copy: Copy) -> None:
    copy.replace(DBC, "(0.1,0) [0|300]", "(0.1,0) [0|9000]")
    copy.replace(PROFILE, "range: [0, 300]", "range: [0, 7000]")
    told = [p.what for p in copy.problems()]
    assert "a value needs raw 70000, the 16 bits of `VEHICLE_STATE.Speed` hold 0 to 65535" in told


def test_a_command_needs_something_to_send_before_its_value_is_known(copy: Copy) -> None:
    copy.replace(DBC, 'VAL_ 256 Fan 255 "SNA" ;\n', "")
    load_profile(copy.folder)  # its start value will do
    copy.replace(DBC, 'BA_ "GenSigStartValue" SG_ 256 Fan 255;\n', "")
    (problem,) = copy.problems()
    assert "neither a start value nor a not-available code" in problem.what
    assert "CLIMATE_CMD.Fan" in copy.line(problem)


def test_an_answer_comes_in_a_declared_message(copy: Copy) -> None:
    copy.replace(PROFILE, "result: ADAS_STATUS.", "result: ADAS_ANSWER.")
    copy.replace(PROFILE, "counter: ADAS_STATUS.", "counter: ADAS_ANSWER.")
    told = [problem.what for problem in copy.problems()]
    assert told == ["message `ADAS_ANSWER` is not declared"] * 2


def test_two_actuators_do_not_share_a_tool_name(copy: Copy) -> None:
    for signal in ("AirCon", "Fan"):
        command = f"    command: CLIMATE_CMD.{signal}\n"
        copy.replace(PROFILE, command, f"{command}    tool: {{name: set_air, description: x}}\n")
    (problem,) = copy.problems()
    assert problem.what == "tool `set_air` exists already"


def test_no_actuator_commands_the_counter_or_the_crc_of_its_message(copy: Copy) -> None:
    copy.replace(PROFILE, "command: SEAT_CMD.Heating1", "command: SEAT_CMD.Alive")
    told = [problem.what for problem in copy.problems()]
    assert "`SEAT_CMD.Alive` already belongs to the e2e of `SEAT_CMD`" in told


def test_a_wrong_actuator_does_not_make_its_message_look_idle(copy: Copy) -> None:
    for budget in ("{changes: 20, window_ms: 60000}", "{changes: 20, window_ms: 60000}"):
        copy.replace(PROFILE, budget, "{changes: 0, window_ms: 60000}")
    assert ["budget.changes" in problem.what for problem in copy.problems()] == [True, True]


def test_a_signal_under_several_multiplexer_ids_cannot_be_bound(copy: Copy) -> None:
    copy.replace(DBC, "SG_ Position1 m1 : 16|8@1+ (5,0) [0|250]", "SG_ Position1 m1 : 32|8@1+ (5,0) [0|250]")
    copy.replace(
        DBC, "VAL_ 256 DriverTemp", "SG_MUL_VAL_ 288 Position1 SeatIndex 1-2;\n\nVAL_ 256 DriverTemp"
    )
    (problem,) = copy.problems()
    assert problem.what == "`SEAT_CMD.Position1` stands under 2 multiplexer ids"


def test_a_message_with_two_multiplexers_is_refused(copy: Copy) -> None:
    copy.replace(
        DBC,
        " SG_ Position1 m1 : 16|8@1+ (5,0)",
        ' SG_ Page m1M : 32|2@1+ (1,0) [0|3] "" SEAT\n SG_ Position1 m1 : 16|8@1+ (5,0)',
    )
    pages = {"Position0": 0, "Heating0": 0, "Page": 1, "Position1": 1, "Heating1": 1}
    lines = [f"SG_MUL_VAL_ 288 {name} SeatIndex {page}-{page};\n" for name, page in pages.items()]
    copy.replace(DBC, "VAL_ 256 DriverTemp", "".join(lines) + "\nVAL_ 256 DriverTemp")
    assert [p.what for p in copy.problems()] == ["`SEAT_CMD` has several multiplexers (SeatIndex, Page)"]


def test_a_dbc_in_the_old_windows_encoding_loads(copy: Copy) -> None:
    text = (copy.folder / DBC).read_text(encoding="utf-8").replace('"degC"', '"°C"')
    (copy.folder / DBC).write_bytes(text.encode("cp1252"))
    assert load_profile(copy.folder).messages["CLIMATE_CMD"].dbc.get_signal_by_name("DriverTemp").unit == "°C"


@pytest.mark.parametrize("path", ["", "profile.yaml", "body.dbc"])
@pytest.mark.parametrize("bad", [b"", b"\x00\xff\xfe", b"[" * 50_000, b"a: " * 50_000, "ü".encode("latin-1")])
def test_no_garbage_in_a_file_ends_in_anything_but_a_profile_error(copy: Copy, path: str, bad: bytes) -> None:
    (copy.folder / (path or "tools.yaml")).write_bytes(bad)
    assert copy.problems()
