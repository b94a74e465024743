"""A car maker's checksum bound to the signals of a message: it accepts what it writes, and no more."""

import cantools
import pytest
from cantools.database.can import Database, Message

from intent_bridge.codec.layout import layout
from intent_bridge.codec.messages import signal_bits
from intent_bridge.codec.oem_checksums import OEM_CHECKSUMS
from intent_bridge.codec.protection import OemProtection

DBC = """VERSION ""

BO_ 740 STEERING: 5 X
 SG_ TORQUE : 15|16@0- (1,0) [-1500|1500] "" X
 SG_ CHECKSUM : 39|8@0+ (1,0) [0|255] "" X

BO_ 228 CRUISE: 8 X
 SG_ SPEED : 7|8@0+ (1,0) [0|255] "km/h" X
 SG_ COUNTER : 61|2@0+ (1,0) [0|3] "" X
 SG_ CHECKSUM : 59|4@0+ (1,0) [0|15] "" X
"""


def protection(message: str, maker: str, counter: str | None = None) -> OemProtection:
    loaded = cantools.database.load_string(DBC, "dbc")
    assert isinstance(loaded, Database)
    found = loaded.get_message_by_name(message)
    assert isinstance(found, Message)
    lie, signals = layout(found), {s.name: s for s in found.signals}
    bits = signal_bits(signals["CHECKSUM"]) + (signal_bits(signals[counter]) if counter else ())
    slot = lie.slots[counter] if counter else None
    return OemProtection(
        OEM_CHECKSUMS[maker],
        (),
        found.frame_id,
        found.length,
        lie.order,
        lie.slots["CHECKSUM"],
        slot,
        frozenset(bits),
    )


def test_a_frame_gets_the_makers_checksum_and_keeps_everything_else() -> None:
    made = protection("STEERING", "toyota").protect(bytes([0x80, 0x12, 0x34, 0x00, 0xFF]), 0)
    assert made == bytes([0x80, 0x12, 0x34, 0x00, (5 + 0x02 + 0xE4 + 0x80 + 0x12 + 0x34) & 0xFF])


def test_the_counter_stands_in_its_signal_and_counts_as_far_as_it_holds() -> None:
    honda = protection("CRUISE", "honda", "COUNTER")
    assert honda.counters == 4
    frames = [honda.protect(bytes([50, *bytes(7)]), n) for n in range(4)]
    assert [frame[7] >> 4 for frame in frames] == [0, 1, 2, 3]
    assert {frame[0] for frame in frames} == {50}
    assert [honda.check(frame) for frame in frames] == [0, 1, 2, 3]
    assert honda.bits == {(7, n) for n in range(6)}


@pytest.mark.parametrize(("message", "maker"), [("STEERING", "toyota"), ("CRUISE", "honda")])
def test_every_single_wrong_bit_is_seen(message: str, maker: str) -> None:
    guard = protection(message, maker)
    assert guard.counters == 1
    good = guard.protect(bytes(range(guard.length)), 0)
    assert guard.check(good) == 0
    for bit in range(8 * guard.length):
        wrong = bytearray(good)
        wrong[bit // 8] ^= 1 << bit % 8
        assert guard.check(bytes(wrong)) is None
    assert guard.check(good[:-1]) is None and guard.check(good + b"\0") is None
