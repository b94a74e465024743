"""Any frame is no message, or tells of each path a value that it can have or why not; cantools agrees."""

from decimal import Decimal
from typing import cast

from intent_bridge.codec import Receiver, Security
from intent_bridge.profile import load_profile, to_vss
from intent_bridge.sim.protection import protection, simulated_key
from intent_bridge.types import Quality, RawFrame

PROFILE = load_profile("demo_sedan")
NAMES = tuple(sorted(PROFILE.messages))
WIRES = {name: protection(PROFILE.messages[name]) for name in NAMES}
SEEDS = tuple(
    bytes([n, 1]) + bytes((n * 37 + k * 11) % 256 for k in range(PROFILE.messages[name].length))
    for n, name in enumerate(NAMES[:12])
)


SOUND, ANY = (Receiver(PROFILE, Security(simulated_key)) for _ in range(2))
COUNTERS = dict.fromkeys(NAMES, 0)


def check(data: bytes) -> None:
    """One input: the message, whether its protection is made sound, and its bytes."""
    if len(data) < 2:
        return
    info = PROFILE.messages[NAMES[data[0] % len(NAMES)]]
    payload, receiver, wire = bytearray(data[2:66]), ANY, WIRES[info.name]
    if data[1] & 1:
        payload, receiver = (payload + bytes(info.length))[: info.length], SOUND
        if wire is not None:
            COUNTERS[info.name] = (COUNTERS[info.name] + 1) % wire.modulus
            wire.protect(payload, COUNTERS[info.name])
    raw = RawFrame(info.bus, info.can_id, info.extended, info.fd, bytes(payload))
    reading = receiver.read(raw, 1000)
    assert (reading is None) == (len(payload) != info.length)
    for path, sample in (reading.samples if reading else {}).items():
        assert (sample.value is not None) == (sample.quality is Quality.OK), (path, sample)
        quantity, signal = PROFILE.sensors[path].quantity, PROFILE.sensors[path].binding.signal
        if type(sample.value) is not int or quantity.range is None or quantity.step is None:
            continue
        told = to_vss(quantity, sample.value)
        assert isinstance(told, Decimal) and quantity.range[0] <= told <= quantity.range[1], (path, told)
        if quantity.unit == info.dbc.get_signal_by_name(signal).unit:
            theirs = float(cast(float, info.dbc.decode_simple(raw.data, decode_choices=False)[signal]))
            assert abs(float(told) - theirs) <= float(quantity.step) / 2, (path, told, theirs)
