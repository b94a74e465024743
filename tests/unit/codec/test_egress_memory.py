"""What the gate remembers: of what it heard, of what it was told, of what left; and what a refusal undoes."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from intent_bridge.codec import EgressGate, Encoder
from intent_bridge.codec.egress_table import Meaning
from intent_bridge.codec.messages import protections
from intent_bridge.profile import load_profile
from intent_bridge.types import Permit, RawFrame, Value
from tests.unit.codec.support import (
    AIR_CON,
    AIRFLOW,
    CLIMATE,
    FAN,
    LANE_KEEP,
    SEAT,
    SEAT_HEATING,
    SEATS,
    TEMPERATURE,
    gate,
    live,
    permit,
    status,
    tiny_car,
    with_bit,
)
from tests.unit.codec.test_egress import protected
from tests.unit.codec.test_messages import FAN as FAN_SIGNAL
from tests.unit.codec.test_messages import changed

WARM = permit({TEMPERATURE: 45})


class Sender:
    """An encoder and a gate; each frame has the counter that the test gives it."""

    def __init__(self, opened: EgressGate | None = None) -> None:
        self.gate = opened or gate()
        self._encoder = Encoder(tiny_car())

    def frame(self, allowed: Permit, counter: int) -> RawFrame:
        self._encoder.counters.update(dict.fromkeys(self._encoder.counters, counter))
        (frame,) = self._encoder.encode(allowed, {}, {})
        return frame.raw

    def check(self, counter: int, *, permitted: bool = True) -> str | None:
        permits = [permit({FAN: 1})] if permitted else []
        return self.gate.check(self.frame(permit({FAN: 1}), counter), permits, 0, kind="start")

    def alone(self, counter: int, *, permitted: bool = True) -> str | None:
        permits = [permit({FAN: 1})] if permitted else []
        frames = [self.frame(permit({FAN: 1}), counter)]
        return self.gate.check_all(frames, permits, 0, kind="start")


# --- counters -------------------------------------------------------------------------------------


def test_after_a_refusal_the_next_counter_is_compared_with_the_last_one_that_left() -> None:
    sender = Sender()
    assert sender.check(3) is None
    assert sender.check(4, permitted=False) is not None
    assert sender.check(9) == "CLIMATE_CMD: counter 9 is wrong sequence"


def test_a_frame_alone_that_is_refused_says_why_and_moves_no_counter() -> None:
    sender = Sender()
    assert sender.alone(3) is None
    assert sender.alone(3) == "CLIMATE_CMD: counter 3 is repeated"
    assert "neither permitted nor" in str(sender.alone(4, permitted=False))
    for _ in range(2):  # nor is it followed: nobody has seen it leave
        assert sender.alone(9) == "CLIMATE_CMD: counter 9 is wrong sequence"
    assert sender.alone(4) is None
    assert "not on the list" in str(
        sender.gate.check_all([RawFrame("x", 1, False, False, b"")], [], 0, kind="stop")
    )


def test_after_a_refused_batch_the_next_counter_is_compared_with_the_last_one_that_left() -> None:
    sender, other = Sender(), permit({LANE_KEEP: True})
    fan = permit({FAN: 1})
    assert sender.check(3) is None
    batch = [sender.frame(fan, 4), with_bit(sender.frame(other, 0), 5, 1)]
    assert sender.gate.check_all(batch, [fan, other], 0, kind="start") == "ADAS_CMD: checksum wrong"
    assert sender.check(9) == "CLIMATE_CMD: counter 9 is wrong sequence"


def test_resync_forgets_what_was_sent_and_not_what_was_heard() -> None:
    opened = gate(status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": 40}))
    for message in ("CLIMATE_STATUS", "NO_SUCH_MESSAGE"):
        opened.resync(message)
    opened.observe(status("CLIMATE_STATUS", 9, CLIMATE | {"Fan": 90}), 0)  # too many lost
    assert leaves(opened, fan=4) and not leaves(opened, fan=9)


# --- what has begun -------------------------------------------------------------------------------


def repeat(opened: EgressGate, allowed: Permit, counter: int) -> str | None:
    return opened.check(Sender().frame(allowed, counter), [allowed], 100, kind="repeat")


def test_a_refused_batch_takes_back_what_it_began_and_leaves_running_what_ran() -> None:
    sender = Sender()
    runs, beside, elsewhere = permit({SEAT: 10}), permit({FAN: 1}), permit({LANE_KEEP: True})
    for allowed in (runs, beside, elsewhere):
        assert sender.gate.check(sender.frame(allowed, 0), [allowed], 0, kind="start") is None
    newer, fresh = permit({SEAT: 11}, minted_ms=50), permit({TEMPERATURE: 45}, minted_ms=50)
    batch = [sender.frame(newer, 1), sender.frame(fresh, 1), RawFrame("x", 1, False, False, b"")]
    reason = sender.gate.check_all(batch, [newer, fresh, beside], 50, kind="start")
    assert reason == "x 0x1 is not on the list of commands"
    assert "neither permitted nor" in str(repeat(sender.gate, newer, 1))
    assert "neither permitted nor" in str(repeat(sender.gate, fresh, 1))
    assert repeat(sender.gate, runs, 1) is None
    assert repeat(sender.gate, beside, 1) is None
    assert repeat(sender.gate, elsewhere, 1) is None


def test_a_frame_that_begins_two_things_may_repeat_both() -> None:
    sender, both = Sender(), permit({FAN: 1, TEMPERATURE: 45})
    assert sender.gate.check(sender.frame(both, 0), [both], 0, kind="start") is None
    assert repeat(sender.gate, both, 1) is None


def test_of_two_permits_for_the_same_value_the_newer_one_begins_in_either_order() -> None:
    old, new = permit({FAN: 1}), permit({FAN: 1}, minted_ms=10)
    for permits in ([old, new], [new, old]):
        sender = Sender()
        assert sender.gate.check(sender.frame(new, 0), permits, 10, kind="start") is None
        assert repeat(sender.gate, new, 1) is None
        assert "neither permitted nor" in str(repeat(sender.gate, old, 2))


# --- what is ----------------------------------------------------------------------------------------


def leaves(opened: EgressGate, *, fan: int = 4, airflow: str = "FACE", air_con: bool = True) -> bool:
    """Whether a frame about the temperature may leave that says so of its siblings."""
    encoder = Encoder(tiny_car())
    opened.resync("CLIMATE_CMD")
    (frame,) = encoder.encode(WARM, live({FAN: fan, AIRFLOW: airflow, AIR_CON: air_con}), {})
    return opened.check(frame.raw, [WARM], 0, kind="start") is None


def test_every_change_of_a_report_counts_up_and_down() -> None:
    opened = gate()
    for counter, fan in enumerate((40, 80, 40, 0, 100, 20, 20, 60)):
        opened.observe(status("CLIMATE_STATUS", counter, CLIMATE | {"Fan": fan}), 0)
        allowed = [level for level in range(11) if leaves(opened, fan=level)]
        assert allowed == [fan // 10]


def test_what_was_once_found_to_be_so_is_no_longer_when_the_report_has_changed() -> None:
    opened = gate(status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": 40}))
    assert leaves(opened, fan=4) and leaves(opened, fan=4)
    assert not leaves(opened, fan=9)
    opened.observe(status("CLIMATE_STATUS", 1, CLIMATE | {"Fan": 90}), 0)
    assert leaves(opened, fan=9) and not leaves(opened, fan=4)


def test_without_a_bus_what_the_gate_is_told_is_what_is() -> None:
    opened = gate()
    opened.tell({FAN: 4, AIRFLOW: "FLOOR", AIR_CON: False})
    assert leaves(opened, fan=4, airflow="FLOOR", air_con=False)
    assert not leaves(opened, fan=5, airflow="FLOOR", air_con=False)
    assert not leaves(opened, fan=4, airflow="FACE", air_con=False)
    assert not leaves(opened, fan=4, airflow="FLOOR", air_con=True)


@pytest.mark.parametrize(
    ("live_", "meaning", "there"),
    [
        (Fraction(20), Fraction(20), True),
        (Fraction(41, 2), Fraction(20), True),  # half a step: a status may count in smaller ones
        (Fraction(39, 2), Fraction(20), True),
        (Fraction(411, 20), Fraction(20), False),
        (Fraction(20), None, False),
        (True, True, True),
        (True, False, False),
        (True, Fraction(1), False),  # a number is no yes
        (Fraction(1), True, False),
        ("ON", "ON", True),
        ("ON", "OFF", False),
        ("ON", None, False),
    ],
)
def test_an_actuator_is_where_a_frame_says_within_half_a_step_and_by_kind(
    live_: Meaning, meaning: Meaning | None, there: bool
) -> None:
    assert EgressGate._is_there(live_, meaning) is there


def test_a_number_that_means_nothing_is_refused_where_a_number_was_reported() -> None:
    opened = gate(status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": 40}))
    (frame,) = Encoder(tiny_car()).encode(WARM, live({FAN: 4, AIRFLOW: "FACE"}), {})
    beyond = protected(with_bit(frame, 4, 40 ^ 254))
    assert opened.check(beyond, [WARM], 0, kind="start") == (
        "CLIMATE_CMD.Fan: raw 254 is neither permitted nor its live value"
    )


@pytest.mark.parametrize(
    ("heard", "state", "may"),
    [
        ([], {}, True),  # it asks for nothing
        ([status("SEAT_STATUS", 0, SEATS)], {SEAT_HEATING: 2}, True),  # it says what is
        ([status("SEAT_STATUS", 0, SEATS)], {SEAT_HEATING: 1}, False),
    ],
)
def test_a_stop_frame_may_say_of_its_own_commands_other_part_what_is_or_nothing(
    heard: Sequence[RawFrame], state: dict[str, Value], may: bool
) -> None:
    both = permit({SEAT: 10, SEAT_HEATING: 3})
    (stop,) = Encoder(tiny_car()).stop(both, [SEAT], live(state), {})
    assert (gate(*heard).check(stop.raw, [both], 0, kind="stop") is None) is may


def test_signals_that_are_signed_or_lie_across_bytes_are_held_to_their_values_alike(tmp_path: Path) -> None:
    crosswise = FAN_SIGNAL.replace("32|8@1+", "47|16@0+") + ' SG_ Spare : 32|8@1- (1,0) [-9|9] "" CLIMATE\n'
    folder = changed(tmp_path, FAN_SIGNAL, crosswise)
    dbc = (folder / "body.dbc").read_text().replace("SG_ Fan : 40|8@1+", "SG_ Fan : 40|8@1-")
    dbc = dbc.replace("VAL_ 272 Fan 255", "VAL_ 272 Fan -1")
    (folder / "body.dbc").write_text(dbc + 'BA_ "GenSigStartValue" SG_ 256 Spare -5;\n')
    profile = load_profile(folder)
    encoder, opened = Encoder(profile), EgressGate(profile)
    opened.enable()
    opened.observe(status("CLIMATE_STATUS", 0, CLIMATE | {"Fan": 40}), 0)

    def reason(fan: int, spare: int = -5) -> str | None:
        (frame,) = encoder.encode(WARM, live({FAN: fan, AIRFLOW: "FACE", AIR_CON: True}), {})
        assert int.from_bytes(frame.raw.data[5:7], "big") == 10 * fan
        data = frame.raw.data[:4] + spare.to_bytes(1, "big", signed=True) + frame.raw.data[5:]
        whole = protections(profile)["CLIMATE_CMD"].protect(data, data[1] & 15)
        opened.resync("CLIMATE_CMD")
        return opened.check(frame.raw._replace(data=whole), [WARM], 0, kind="start")

    assert reason(4) is None
    assert reason(9) == "CLIMATE_CMD.Fan: raw 90 is neither permitted nor its live value"
    assert reason(4, spare=-6) == "CLIMATE_CMD.Spare: raw -6 is not its rest value"
