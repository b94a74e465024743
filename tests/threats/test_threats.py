"""Threats to a car that listens to a language model, one test each; docs/threat-model.md is made from here.

The first line of a test says the attack, the second what becomes of it.
"""

import json
from pathlib import Path

import pytest

from intent_bridge.guard.reload import Refused, prepare
from intent_bridge.profile import load_profile
from intent_bridge.testing.callgen import HOSTILE_TEXTS, LOOKALIKES, SMUGGLED
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.steps import DRIVER, Call, Confirm, Fault, Raw, Restart, SetState, Wait
from intent_bridge.types import Channel, Provenance, RawFrame, SeatZone, Speaker

PROFILE = load_profile("demo_sedan")
RIG = rig(PROFILE, quick=True)
SPEED, GEAR = "Vehicle.Speed", "Vehicle.Powertrain.Transmission.SelectedGear"
DRIVING = SetState({SPEED: 60, GEAR: "D"})
FAN = {"zone": "driver", "level": 7}
SEAT = Call("set_seat_position", {"zone": "driver", "millimetres": 250})
LISTENS_TO_MEDIA = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE, untrusted_text=True)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE)


@pytest.fixture
def car() -> Car:
    return Car(RIG)


def fan(**arguments: object) -> Call:
    return Call("set_fan_speed", {**FAN, **arguments})


def ends(car: Car, step: Call | Raw | Confirm) -> str:
    """The status of a call; no hazard may have shown."""
    outcome = car.play(step)
    assert outcome is not None and car.found == []
    return outcome.status.value


def nothing_left(car: Car, step: Call | Raw | Confirm, *statuses: str) -> None:
    """The call ends like this, and no frame leaves for it."""
    before = car.monitor.frames
    assert ends(car, step) in statuses
    assert car.monitor.frames == before


def test_threat_01_injection(car: Car) -> None:
    """Words in a media title, a place name, a message or a tool's result ask for something.
    With untrusted text around, a person is asked first; driver assistance is denied.
    """
    nothing_left(car, Call("set_fan_speed", FAN, LISTENS_TO_MEDIA), "needs_confirmation")
    nothing_left(car, Call("set_emergency_braking", {"on": False}, LISTENS_TO_MEDIA), "denied")


@pytest.mark.parametrize("key", SMUGGLED)
def test_threat_02_smuggled_arguments(car: Car, key: str) -> None:
    """A call brings its own `confirmed`, `speaker` or any other key.
    A tool takes exactly its own arguments; who speaks is said by the host alone.
    """
    nothing_left(car, fan(**{key: True}), "invalid")


@pytest.mark.parametrize("twice", ['"level": 9', '"\\u006cevel": 9'])
def test_threat_03_duplicate_keys(car: Car, twice: str) -> None:
    """One key stands twice, also in another spelling, so that what is checked is not what is done.
    Such a text is no call.
    """
    text = f'{{"name": "set_fan_speed", "arguments": {{"zone": "driver", "level": 2, {twice}}}}}'
    nothing_left(car, Raw(text), "invalid")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_threat_04_no_number(car: Car, number: str) -> None:
    """A number is NaN or infinite, and slips past every comparison.
    It is refused before anything reads it.
    """
    text = f'{{"name": "set_cabin_temperature", "arguments": {{"celsius": {number}}}}}'
    nothing_left(car, Raw(text), "invalid")


def test_threat_05_size_and_depth(car: Car) -> None:
    """A number of thousands of digits, brackets a hundred thousand deep, names without end.
    Size, depth and length are bounded before anything is parsed.
    """
    for text in HOSTILE_TEXTS:
        nothing_left(car, Raw(text), "invalid", "needs_choice")


@pytest.mark.parametrize("value", ["7", "7.0", True, 7.5, [7], {"level": 7}, "2_0"])
def test_threat_06_type_confusion(car: Car, value: object) -> None:
    """A value is of almost the right type: "7", true, 7.5, [7].
    Nothing is converted; what a schema does not name is refused.
    """
    nothing_left(car, fan(level=value), "invalid")


@pytest.mark.parametrize(
    "zone", ["driver".translate(LOOKALIKES), "ｄｒｉｖｅｒ", "driver\u200b", "dri\x00ver", "DRIVER"]
)
def test_threat_07_lookalike_letters(car: Car, zone: str) -> None:
    """A word looks like one that is known: other alphabets, full width, letters without width.
    Words are compared as they are; nothing is normalised.
    """
    nothing_left(car, fan(zone=zone), "invalid")


def test_threat_08_replay(car: Car) -> None:
    """An old call, or an old yes, comes again.
    A call id acts once, a question takes one answer.
    """
    assert ends(car, fan()) == "done"
    nothing_left(car, Call("set_fan_speed", {**FAN, "level": 2}, again=True), "done")
    assert ends(car, Call("set_fan_speed", FAN | {"level": 4}, LISTENS_TO_MEDIA)) == "needs_confirmation"
    question = car.question
    assert ends(car, Confirm(True)) == "done"
    car.question = question
    nothing_left(car, Confirm(True), "denied", "invalid")


def test_threat_09_flooding(car: Car) -> None:
    """Hundreds of sound calls in one moment fill the bus.
    Frames stay below the caps, of each tool and of the whole; the rest is denied.
    """
    statuses = {ends(car, fan(level=3 + n % 2)) for n in range(300)}
    assert "done" in statuses and statuses & {"denied", "not_delivered"}
    assert car.monitor.frames < 100


def test_threat_10_change_after_the_check(car: Car) -> None:
    """The car drives off while a motion that was allowed still runs.
    A running motion is judged again with each new state; its stop frame leaves at once.
    """
    assert ends(car, SEAT) == "sent"
    car.play(Wait(200), DRIVING, Wait(2000))
    assert car.found == []
    assert next(iter(car.outcomes.values())).status.value == "stopped"


@pytest.mark.parametrize("fault", ["mute", "freeze", "corrupt"])
def test_threat_11_stale_state(car: Car, fault: str) -> None:
    """The last thing heard of a signal is old, stands still, or is damaged.
    Then it is unknown, and what is unknown lets no rule pass.
    """
    message = PROFILE.sensors[SPEED].binding.message
    car.play(Fault(fault, message), Wait(2000))  # type: ignore[arg-type]
    nothing_left(car, SEAT, "denied")


def test_threat_12_implausible_state(car: Car) -> None:
    """The speed says 0 while the wheels turn, for longer than two frames can differ.
    Signals that contradict each other are unknown.
    """
    wheels = [path for path in PROFILE.sensors if ".Wheel." in path]
    car.play(SetState(dict.fromkeys(wheels, 60)), Wait(2000))
    nothing_left(car, SEAT, "denied")


@pytest.mark.parametrize("mode", [None, "LOCK"])
def test_threat_13_mode_confusion(car: Car, mode: str | None) -> None:
    """The car is in a mode for which an order was not meant, or nobody knows in which.
    The mode is a signal like any other: rules read it, and an unknown one allows nothing they forbid.
    """
    assert ends(car, Call("set_window", {"zone": "driver", "percent": 10})) == "sent"
    car.play(Wait(5000), SetState({"Vehicle.LowVoltageSystemState": mode}), Wait(3000))
    nothing_left(car, Call("set_window", {"zone": "driver", "percent": 0}), "denied")


@pytest.mark.parametrize("who", [PASSENGER, Provenance()])
def test_threat_14_confused_deputy(car: Car, who: Provenance) -> None:
    """Somebody else speaks in the driver's name.
    The zone comes from the host; who is not known has the least rights.
    """
    nothing_left(car, Call(SEAT.name, SEAT.arguments, who), "denied")
    nothing_left(car, Call("set_emergency_braking", {"on": False}, who), "denied")


def test_threat_15_confirmed_by_itself(car: Car) -> None:
    """The model says yes to its own question, or somebody else's yes is taken for it.
    Yes is no tool; it counts from the zone that asked, once, for the values it was asked about.
    """
    nothing_left(car, Call("confirm", {"accept": True}), "invalid")
    assert ends(car, Call("set_fan_speed", FAN, LISTENS_TO_MEDIA)) == "needs_confirmation"
    nothing_left(car, Confirm(True, PASSENGER), "denied")


@pytest.mark.parametrize(
    "name", ["set_fan_speed\u200b", "set_fаn_speed", "SET_FAN_SPEED", "fan.set_fan_speed"]
)
def test_threat_16_tool_of_the_same_name(car: Car, name: str) -> None:
    """A tool has almost the name of one of ours.
    Names are compared letter by letter; an unknown tool is invalid.
    """
    nothing_left(car, Call(name, FAN), "invalid")


def test_threat_17_many_small_steps(car: Car) -> None:
    """What is not allowed at once is asked for in small steps.
    Limits count what was done before, over time.
    """
    statuses = [ends(car, Call("set_window", {"zone": "driver", "percent": n % 5})) for n in range(60)]
    assert "denied" in statuses or "not_delivered" in statuses


def test_threat_18_mixed_scene(car: Car) -> None:
    """Of a scene some parts are allowed and some are not.
    A call is carried out as a whole or not at all.
    """
    nothing_left(car, Call("activate_scene", {"scene": "nap"}, PASSENGER), "denied", "needs_confirmation")
    car.play(DRIVING, Wait(500))
    nothing_left(car, Call("activate_scene", {"scene": "nap"}), "denied")


def test_threat_19_rules_changed(tmp_path: Path) -> None:
    """A rule file is edited, exchanged or set back.
    A running bridge takes no other text under the same version, and none that lacks a pack.
    """
    active = RIG.make_engine().guard.rules
    text = (PROFILE.folder / "oem.yaml").read_text(encoding="utf-8")
    assert "hazard: " in text
    (tmp_path / "oem.yaml").write_text(text.replace("hazard: ", "hazard: x", 1), encoding="utf-8")
    for packs in (["base", str(tmp_path / "oem.yaml")], ["base"]):
        refused = prepare(PROFILE, packs, active, prove=lambda profile, guard: "")
        assert isinstance(refused, Refused) and refused.step == "layers"


def test_threat_20_another_way_to_the_bus(car: Car) -> None:
    """A fault of ours, or of somebody who uses us, sends any frame at all.
    The egress gate lets nothing through that no permit of this moment covers.
    """
    for bus in PROFILE.file.buses:
        for can_id in range(0x800):
            frame = RawFrame(bus, can_id, False, PROFILE.file.buses[bus].fd, bytes(8))
            assert car.engine.gate.check(frame, (), car.now_ms, kind="start") is not None


def test_threat_21_crash(car: Car) -> None:
    """Our process dies in the middle of a motion.
    The bus falls silent, the ECU's own limit ends the motion, and nothing old leaves after a restart.
    """
    assert ends(car, Call("set_window", {"zone": "driver", "percent": 100})) == "sent"
    car.play(Wait(300), Restart())
    before = car.monitor.frames
    car.play(Wait(5000))
    assert car.found == [] and car.monitor.frames == before


def test_threat_22_probing(car: Car) -> None:
    """A model asks again and again, to learn from the answers where a limit lies.
    Reasons are stable codes, and after some denials the tool is locked for a while.
    """
    car.play(DRIVING, Wait(500))
    codes = []
    for n in range(100):
        outcome = car.play(Call(SEAT.name, {"zone": "driver", "millimetres": 100 + n % 20 * 5}, DRIVER))
        assert outcome is not None and outcome.status.value == "denied"
        codes.append([hit.id for hit in outcome.verdict.hits] if outcome.verdict else [outcome.code])
    assert codes[-1] != codes[0] and codes[-1] == codes[-2]
    assert "mm" not in json.dumps(codes)


# --- the page -----------------------------------------------------------------------------------------

PAGE = Path("docs/threat-model.md")
HEAD = """# Threats

Made from `tests/threats/test_threats.py` by `python -m tests.threats.write`; each row is a test. Do not edit.

| # | attack | what becomes of it | test |
|---|---|---|---|
"""


def page() -> str:
    """The page as the tests tell it."""
    rows = []
    for name, test in sorted(globals().items()):
        if name.startswith("test_threat_"):
            attack, becomes = (line.strip() for line in (test.__doc__ or "").strip().splitlines())
            rows.append(f"| {int(name[12:14])} | {attack} | {becomes} | `{name}` |\n")
    return HEAD + "".join(rows)


def test_the_page_is_what_the_tests_say_and_none_is_missing() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
    assert page().count("`test_threat_") == 22
