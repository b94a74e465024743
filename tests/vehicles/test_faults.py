"""Every signal and every ECU of a vehicle with every fault: docs/faults.md is made from here.

.venv/bin/python -m tests.vehicles.test_faults      # writes docs/faults.md anew
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from intent_bridge.codec import Receiver
from intent_bridge.guard import usable
from intent_bridge.profile import SensorInfo, load_profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.testing import Car, rig
from intent_bridge.testing.callgen import Calls
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.steps import DRIVER, Call, Clock, Fault, Step, Wait
from intent_bridge.types import Quality, Sample, Status, ToolCall

DOC = Path(__file__).parents[2] / "docs" / "faults.md"
PROFILE = load_profile("demo_sedan")
RIG = rig(PROFILE)
NOW_MS = 1000
END_MS = 30_000

SIGNAL_FAULTS = (
    "missing",
    "stale",
    "future",
    "frozen",
    "wrong type",
    "out of range",
    "bad CRC",
    "wrong counter",
)
ECU_FAULTS = ("silent", "slow", "refusing", "lying", "rebooting")
CLOCK_STEPS_MS = (-1, -100, -5000, 100, 5000)
WINDOW = Call("set_window", {"zone": "driver", "percent": 90}, DRIVER)
LATE = ("bad CRC", "frozen", "wrong counter")
"""Faults of the protection: an unprotected message cannot show them."""


@cache
def heard(message: str, fault: str) -> dict[str, Sample]:
    """The newest samples of all paths of a message that has a fault."""
    vehicle, receiver = SimulatedVehicle(PROFILE, RIG.plan), Receiver(PROFILE)
    match fault:
        case "missing":
            vehicle.mute(message)
        case "frozen":
            vehicle.freeze_counter(message)
        case "bad CRC":
            vehicle.corrupt_crc(message)
        case "wrong type" | "out of range":
            for info in PROFILE.sensors.values():
                if info.binding.message == message:
                    vehicle.force_raw(info.path, strange_raw(info, fault))
    frames = [*vehicle.advance(0), *vehicle.advance(10_000 if fault == "wrong counter" else NOW_MS)]
    if fault == "wrong counter":  # every frame leaps too far from the one before, over all pages
        e2e, info_of = PROFILE.messages[message].spec.e2e, PROFILE.messages[message]
        assert e2e is not None
        mine = [(t, f) for t, f in frames if (f.bus, f.can_id) == (info_of.bus, info_of.can_id)]
        frames = mine[:: e2e.delta_max + 2]
    samples: dict[str, Sample] = {}
    for at_ms, raw in frames:
        reading = receiver.read(raw, at_ms + (500 if fault == "future" else 0))
        if reading is not None and reading.message == message:
            samples.update(reading.samples)
    return samples


def quality(info: SensorInfo, fault: str) -> Quality:
    """How a rule sees the path under a fault."""
    sample = heard(info.binding.message, fault).get(info.path)
    now_ms = NOW_MS + (10_000 if fault == "stale" else 0)
    if fault == "wrong counter" and sample is not None:
        now_ms = sample.received_ms
    return usable(sample, info, now_ms)[1]


def strange_raw(info: SensorInfo, fault: str) -> int | None:
    """A raw number that is no value of the path; None where every number is one."""
    binding = info.binding
    raws: Iterable[int] = [
        binding.raw_high,
        binding.raw_low,
        *range(max(0, binding.raw_low), min(binding.raw_high, 256)),
    ]
    if fault == "wrong type":
        return next(iter(sorted(binding.absent)), None)
    for raw in raws:
        try:
            binding.from_raw(raw)
        except ValueError:
            return raw
    return None


def protected(info: SensorInfo) -> bool:
    return PROFILE.messages[info.binding.message].spec.e2e is not None


@cache
def call_for(ecu: str) -> tuple[Call, str]:
    """A call of the driver that this ECU carries out, and the path it sets."""
    car, dice = Car(RIG), seeded(5)
    calls = Calls(car.engine.catalogue)
    while True:
        call = calls.valid(dice)
        shown = car.engine.explain(ToolCall("x", call.name, call.arguments), DRIVER, car.now_ms)
        paths = [a.path for a in shown.actions]
        if shown.frames and len(paths) == 1 and shown.status is Status.NO_ACTION:
            command = PROFILE.actuators[paths[0]].command.message
            if (
                command in RIG.plan.ecus[ecu].receives
                and car.engine.state[paths[0]].value != shown.actions[0].emitted
            ):
                return Call(call.name, call.arguments, DRIVER), paths[0]


@cache
def ecu_outcome(ecu: str, fault: str) -> str:
    """What the call ends in when its ECU behaves like that."""
    call, path = call_for(ecu)
    car = Car(RIG)
    status = PROFILE.actuators[path].status.message
    planted: dict[str, Callable[[], list[Step]]] = {
        "silent": lambda: [Fault("mute", status)],
        "slow": lambda: [Fault("delay", ecu, 5_000)],
        "refusing": lambda: [Fault("refuse", ecu)],
        "lying": lambda: [Fault("lie", path, said(car, path))],
        "rebooting": lambda: [Fault("off", ecu)],
    }
    car.play(*planted[fault](), call)
    car.play(Fault("off", ecu, 0) if fault == "rebooting" else Wait(1), Wait(END_MS))
    assert car.found == []
    (last,) = [o for o in car.outcomes.values() if o.intent == call.name]
    return last.status.value + (f" ({last.code})" if last.code else "")


def clock_outcomes(by_ms: int) -> list[str]:
    """What a call at once, one 3 s later, and a motion under way end in when our clock is set."""
    at_once, later, under_way = Car(RIG), Car(RIG), Car(RIG)
    at_once.play(Clock(by_ms), WINDOW)
    later.play(Clock(by_ms), Wait(3000), WINDOW)
    under_way.play(WINDOW, Wait(300), Clock(by_ms))
    return [ended(car) for car in (at_once, later, under_way)]


def ended(car: Car) -> str:
    """What the window's call comes to."""
    car.play(Wait(END_MS))
    assert car.found == []
    (last,) = car.outcomes.values()
    return last.status.value + (f" ({last.code})" if last.code else "")


def said(car: Car, path: str) -> int:
    """The raw number by which the ECU says that nothing has changed."""
    value = car.engine.state[path].value
    assert value is not None
    return PROFILE.sensors[path].binding.to_raw(value)


ECUS = [name for name, ecu in RIG.plan.ecus.items() if ecu.receives]


@pytest.mark.parametrize("fault", SIGNAL_FAULTS)
def test_a_signal_with_a_fault_is_unknown(fault: str) -> None:
    for info in PROFILE.sensors.values():
        if fault in LATE and not protected(info):
            continue
        if fault in ("wrong type", "out of range") and strange_raw(info, fault) is None:
            continue
        assert quality(info, fault) is not Quality.OK, info.path


@pytest.mark.parametrize("ecu", ECUS)
@pytest.mark.parametrize("fault", ECU_FAULTS)
def test_done_is_never_said_of_an_ecu_that_did_not_do_it(ecu: str, fault: str) -> None:
    """A slow or rebooted one may yet do it: a motion is asked for again and again."""
    outcome = ecu_outcome(ecu, fault)
    assert not outcome.startswith("done") or fault in ("slow", "rebooting")
    assert outcome.split(" ")[0] in ("done", "timeout", "refused_by_ecu", "stopped")


@pytest.mark.parametrize("by_ms", CLOCK_STEPS_MS)
def test_after_a_clock_was_set_back_nothing_moves_before_the_vehicle_was_heard_again(by_ms: int) -> None:
    at_once, later, under_way = clock_outcomes(by_ms)
    assert later == "done"
    if by_ms < 0:
        assert (at_once, under_way) == ("denied (rule)", "stopped (clock_jump)")


def page() -> str:
    """docs/faults.md."""
    lines = ["# What becomes of faults", "", *INTRODUCTION, "", "## Signals", ""]
    lines += ["| path | " + " | ".join(SIGNAL_FAULTS) + " |", "|---" * (len(SIGNAL_FAULTS) + 1) + "|"]
    for path, info in PROFILE.sensors.items():
        cells = []
        for fault in SIGNAL_FAULTS:
            unprotected = fault in LATE and not protected(info)
            every = fault in ("wrong type", "out of range") and strange_raw(info, fault) is None
            cells.append("–" if unprotected or every else quality(info, fault).value)
        lines.append(f"| {path} | " + " | ".join(cells) + " |")
    lines += ["", "## ECUs", "", "| ECU | call | " + " | ".join(ECU_FAULTS) + " |"]
    lines.append("|---" * (len(ECU_FAULTS) + 2) + "|")
    for ecu in ECUS:
        outcomes = [ecu_outcome(ecu, fault) for fault in ECU_FAULTS]
        lines.append(f"| {ecu} | {call_for(ecu)[0].name} | " + " | ".join(outcomes) + " |")
    lines += ["", "## Clock", "", "| our clock is set | a call at once | 3 s later | a motion under way |"]
    lines.append("|---" * 4 + "|")
    lines += [f"| by {by_ms} ms | " + " | ".join(clock_outcomes(by_ms)) + " |" for by_ms in CLOCK_STEPS_MS]
    return "\n".join(lines) + "\n"


INTRODUCTION = (
    "Made by `tests/vehicles/test_faults.py` from `demo_sedan`; every cell is a test. Do not edit.",
    "",
    "A signal with a fault is not known, for the reason named, and what is not known lets no rule pass.",
    "`wrong type` is the DBC's not-available code where a value should be. `–`: the message has no checksum",
    "and no counter, or every number is a value. An ECU with a fault gets a call that is allowed; the cell",
    "says what the call ends in.",
)


def test_the_page_says_what_the_tests_prove() -> None:
    assert DOC.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    DOC.write_text(page(), encoding="utf-8")
