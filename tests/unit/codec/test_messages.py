"""Messages of a profile that cannot be compiled or filled are problems of the profile."""

from pathlib import Path

import pytest

from intent_bridge.codec import EgressGate, Encoder, Receiver
from intent_bridge.codec.egress import Kind
from intent_bridge.codec.messages import protections, signal_bits
from intent_bridge.errors import ProfileError
from intent_bridge.profile import load_profile
from intent_bridge.types import Quality, Sample
from tests.unit.codec.support import CLIMATE, TEMPERATURE, TINY_CAR, permit, status, tiny_car
from tests.unit.codec.test_plan import message


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The tiny car with one place of its DBC changed."""
    profile, dbc = ((TINY_CAR / name).read_text() for name in ("profile.yaml", "body.dbc"))
    assert old in dbc
    (tmp_path / "profile.yaml").write_text(profile)
    (tmp_path / "body.dbc").write_text(dbc.replace(old, new, 1))
    return tmp_path


FAN = ' SG_ Fan : 32|8@1+ (1,0) [0|100] "%" CLIMATE\n'
SPARE = FAN + ' SG_ Spare : 40|24@1+ (1,0) [0|0] "" CLIMATE\n'
VALUES = 'VAL_ 256 Fan 255 "SNA" ;'


def test_every_declared_protection_is_found() -> None:
    assert protections(tiny_car()).keys() == {n for n, m in tiny_car().messages.items() if m.spec.e2e}


def test_a_message_that_cannot_be_compiled_is_a_problem_of_the_profile(tmp_path: Path) -> None:
    folder = changed(tmp_path, FAN, SPARE.replace("24@1+", "24@1-"))
    (folder / "body.dbc").write_text((folder / "body.dbc").read_text() + "SIG_VALTYPE_ 256 Spare : 1;\n")
    for build in (Receiver, Encoder):
        with pytest.raises(ProfileError) as caught:
            build(load_profile(folder))
        (problem,) = caught.value.problems
        assert problem.file == tmp_path / "body.dbc"
        assert problem.what == "CLIMATE_CMD.Spare: a float of 24 bits; it must have 16, 32 or 64"


def test_a_command_frame_that_could_not_be_filled_is_a_problem_of_the_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"CLIMATE_CMD\.Spare has neither start value nor not-avail"):
        Encoder(load_profile(changed(tmp_path, FAN, SPARE)))


def test_all_signals_that_could_not_be_filled_are_told_with_the_mend(tmp_path: Path) -> None:
    two = FAN + "".join(f' SG_ {n} : {at}|8@1+ (1,0) [0|0] "" CLIMATE\n' for n, at in (("A", 40), ("B", 48)))
    with pytest.raises(ProfileError) as caught:
        Encoder(load_profile(changed(tmp_path, FAN, two)))
    problems = caught.value.problems
    assert [problem.what.split()[0] for problem in problems] == ["CLIMATE_CMD.A", "CLIMATE_CMD.B"]
    assert {p.mend for p in problems} == {
        "give it a GenSigStartValue, or a value name listed in not_available"
    }


def test_a_start_value_that_does_not_fit_is_a_problem_of_the_profile(tmp_path: Path) -> None:
    folder = changed(tmp_path, "SG_ 256 Fan 255;", "SG_ 256 Fan 256;")
    with pytest.raises(ProfileError, match=r"CLIMATE_CMD\.Fan: raw 256 does not fit"):
        Encoder(load_profile(folder))


@pytest.mark.parametrize(
    ("start", "origin", "raw"),
    [("", "not_available", 7), ('BA_ "GenSigStartValue" SG_ 256 Spare 9;\n', "start", 9)],
)
def test_a_signal_of_no_actuator_rests_and_the_gate_holds_it_there(
    tmp_path: Path, start: str, origin: str, raw: int
) -> None:
    folder = changed(tmp_path, FAN, SPARE)
    dbc = (folder / "body.dbc").read_text()
    (folder / "body.dbc").write_text(dbc.replace(VALUES, start + 'VAL_ 256 Spare 7 "SNA" ;\n' + VALUES))
    profile, allowed = load_profile(folder), permit({TEMPERATURE: 45})
    (frame,) = Encoder(profile).encode(allowed, {}, {})
    assert frame.origins["Spare"] == origin
    assert int.from_bytes(frame.raw.data[5:8], "little") == raw
    gate = EgressGate(profile)
    gate.enable()
    data = protections(profile)["CLIMATE_CMD"].protect(frame.raw.data[:5] + b"\x01\x02\x03", 0)
    reason = gate.check(frame.raw._replace(data=data), [allowed], 0, kind="start")
    assert reason == "CLIMATE_CMD.Spare: raw 197121 is not its rest value"
    assert gate.check(frame.raw, [allowed], 0, kind="start") is None


@pytest.mark.parametrize(("start", "nothing"), [(255, True), (30, False)])
def test_a_path_that_rests_on_a_value_cannot_be_left_as_it_is(
    tmp_path: Path, start: int, nothing: bool
) -> None:
    encoder = Encoder(load_profile(changed(tmp_path, "SG_ 256 Fan 255;", f"SG_ 256 Fan {start};")))
    assert encoder.can_say_nothing("Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed") is nothing


def test_bits_of_a_signal_are_listed_most_significant_first() -> None:
    made = message('L : 6|4@1+ (1,0) [0|0] ""', 'B : 17|5@0+ (1,0) [0|0] ""')
    bits = {s.name: signal_bits(s) for s in made.signals}
    assert bits["L"] == ((1, 1), (1, 0), (0, 7), (0, 6))
    assert bits["B"] == ((2, 1), (2, 0), (3, 7), (3, 6), (3, 5))


def test_an_unprotected_command_and_status_pass_by_their_values_alone(tmp_path: Path) -> None:
    rest = "".join(f'BA_ "GenSigStartValue" SG_ 256 {name} 0;\n' for name in ("CRC", "Alive"))
    folder = changed(tmp_path, VALUES, rest + VALUES)
    text = (folder / "profile.yaml").read_text()
    climate, others = text.index("  CLIMATE_CMD:"), text.index("  SEAT_CMD:")
    bare = "  CLIMATE_CMD: {bus: body, rate: {frames_per_s: 80, burst: 20}}\n  CLIMATE_STATUS: {bus: body}\n"
    (folder / "profile.yaml").write_text(text[:climate] + bare + text[others:])
    profile, allowed = load_profile(folder), permit({TEMPERATURE: 45})
    encoder, gate, receiver = Encoder(profile), EgressGate(profile), Receiver(profile)
    gate.enable()
    heard = status("CLIMATE_STATUS", 9, CLIMATE)
    gate.observe(heard, 0)
    readings = [receiver.read(heard, 0) for _ in range(2)]  # nothing says that it is the same frame again
    samples = readings[1].samples if readings[1] else {}
    assert samples[TEMPERATURE] == Sample(43, 0, Quality.OK)
    kinds: tuple[Kind, ...] = ("start", "repeat")
    for kind in kinds:
        (frame,) = encoder.encode(allowed, samples, {})
        assert (frame.origins["Fan"], frame.origins["Alive"]) == ("live", "start")
        assert gate.check(frame.raw, [allowed], 0, kind=kind) is None
    assert "CLIMATE_CMD" not in encoder.counters
    (frame,) = encoder.encode(permit({TEMPERATURE: 44}), samples, {})
    assert "is neither permitted" in (gate.check(frame.raw, [allowed], 0, kind="start") or "")
