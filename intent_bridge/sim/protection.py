"""How the simulated ECUs protect and check their frames: a second implementation of each protection.

AUTOSAR's profiles by autosar-e2e, car makers' checksums and SecOC written anew, from their descriptions and
not from our codec. A counter here is the number in the frame; under SecOC it is the whole freshness value.
"""

import hashlib
from collections.abc import Callable
from typing import Final, Protocol

from e2e.crc import calculate_crc8_h2f
from e2e.p01 import e2e_p01_protect
from e2e.p02 import e2e_p02_protect
from e2e.p04 import e2e_p04_protect
from e2e.p05 import e2e_p05_protect
from e2e.p06 import e2e_p06_protect
from e2e.p07 import e2e_p07_protect
from e2e.p11 import e2e_p11_protect

from ..profile import MessageInfo
from ..profile.protection_model import E2E, SecOC
from .checksums import CHECKSUMS

Keys = Callable[[str], bytes]
FRESHNESS_ENDLESS: Final = 1 << 65
_REMEMBERED_MAX: Final = 8192


def simulated_key(name: str) -> bytes:
    """The AES key that a simulated vehicle has under this name. No secret: anybody can work it out."""
    return hashlib.sha256(b"intent-bridge simulated key " + name.encode()).digest()[:16]


class Protection(Protocol):
    """Protection of one message, seen from an ECU."""

    modulus: int
    """How many counter values there are; 1: none."""
    max_delta: int
    """Largest step of the counter that is accepted."""

    def protect(self, data: bytearray, counter: int) -> None:
        """Write counter and checksum into `data`."""

    def read(self, data: bytes, last: int | None) -> int | None:
        """The counter of a frame whose checksum is right, else None; `last` is the one before."""

    def shown(self, counter: int) -> int:
        """What of the counter can be seen in the frame."""


def protection(info: MessageInfo, keys: Keys = simulated_key) -> Protection | None:
    """How a message is protected; None: it is not."""
    if info.spec.e2e is not None:
        autosar = info.spec.e2e.profile in _COUNTER_AT
        return Autosar(info, info.spec.e2e) if autosar else Maker(info, info.spec.e2e)
    return None if info.spec.secoc is None else Secured(info, info.spec.secoc, keys(info.spec.secoc.key))


_COUNTER_AT: Final = {
    "P01": (1, 0, 15),
    "P02": (1, 0, 16),
    "P04": (2, 2, 1 << 16),
    "P05": (2, 1, 1 << 8),
    "P06": (4, 1, 1 << 8),
    "P07": (12, 4, 1 << 32),
    "P11": (1, 0, 15),
    "P22": (1, 0, 16),
}
"""Per profile: the counter's first byte in the header, its bytes (0: the low nibble), its values."""
_CRC_AT: Final = {"P04": 8}
_ID_MODES: Final = {"both": 0, "alt": 1, "low": 2, "nibble": 3, None: 0}


class Autosar:
    """An AUTOSAR profile, by autosar-e2e; P22, which it lacks, by its checksum."""

    def __init__(self, info: MessageInfo, spec: E2E) -> None:
        self._spec = spec
        crc = info.dbc.get_signal_by_name(spec.crc)
        self._offset = crc.start // 8 - _CRC_AT.get(spec.profile, 0)
        at, self._bytes, self.modulus = _COUNTER_AT[spec.profile]
        self._at = self._offset + at
        self.max_delta = spec.delta_max
        self._ids = bytes(spec.data_ids) if spec.profile in ("P02", "P22") else b""
        self._read: dict[bytes, int | None] = {}
        """Counters of frames read before, by their bytes."""

    def protect(self, data: bytearray, counter: int) -> None:
        """Write counter and checksum into `data`."""
        if self._bytes == 0:
            data[self._at] = data[self._at] & 0xF0 | counter
        else:
            data[self._at : self._at + self._bytes] = counter.to_bytes(self._bytes, "big")
        data_id, offset, mode = self._spec.data_ids[0], self._offset, _ID_MODES[self._spec.id_mode]
        match self._spec.profile:
            case "P01":
                e2e_p01_protect(data, data_id, data_id_mode=mode, offset=offset, increment_counter=False)
            case "P11":
                e2e_p11_protect(data, data_id, data_id_mode=mode, offset=offset, increment_counter=False)
            case "P02":
                e2e_p02_protect(data, self._ids, increment_counter=False)
            case "P04":
                e2e_p04_protect(data, data_id, offset=offset, increment_counter=False)
            case "P05":
                e2e_p05_protect(data, data_id, offset=offset, increment_counter=False)
            case "P06":
                e2e_p06_protect(data, data_id, offset=offset, increment_counter=False)
            case "P07":
                e2e_p07_protect(data, data_id, offset=offset, increment_counter=False)
            case _:
                around = bytes(data[:offset] + data[offset + 1 :]) + self._ids[counter : counter + 1]
                data[offset] = calculate_crc8_h2f(around)
        self._keep(bytes(data), counter)

    def read(self, data: bytes, last: int | None) -> int | None:
        """The counter of a frame whose checksum is right, else None."""
        counter = self._read.get(data, -1)
        if counter == -1:
            counter = self._counter(data)
            self._keep(data, counter)
        return counter

    def _keep(self, data: bytes, counter: int | None) -> None:
        if len(self._read) >= _REMEMBERED_MAX:
            self._read.clear()
        self._read[data] = counter

    def _counter(self, data: bytes) -> int | None:
        field = int.from_bytes(data[self._at : self._at + max(1, self._bytes)], "big")
        counter = field & 0xF if self._bytes == 0 else field
        if counter >= self.modulus:
            return None
        again = bytearray(data)
        self.protect(again, counter)
        return counter if again == data else None

    def shown(self, counter: int) -> int:
        """All of it."""
        return counter


class Maker:
    """A car maker's checksum; signals are read and written by cantools' own bit order."""

    def __init__(self, info: MessageInfo, spec: E2E) -> None:
        self._compute, self._spec, self._id = CHECKSUMS[spec.profile], spec, info.can_id
        signals = {s.name: s for s in info.dbc.signals}
        self._crc = _weights(info, signals[spec.crc].name)
        self._counter = _weights(info, spec.counter) if spec.counter is not None else {}
        self.modulus, self.max_delta = 1 << len(self._counter), spec.delta_max

    def protect(self, data: bytearray, counter: int) -> None:
        """Write counter and checksum into `data`."""
        _write(data, self._counter, counter)
        _write(data, self._crc, 0)
        _write(data, self._crc, self._compute(self._id, bytes(data), counter, self._spec.data_ids))

    def read(self, data: bytes, last: int | None) -> int | None:
        """The counter of a frame whose checksum is right (0 where it has none), else None."""
        counter = sum(weight for (byte, bit), weight in self._counter.items() if data[byte] >> bit & 1)
        again = bytearray(data)
        self.protect(again, counter)
        return counter if again == data else None

    def shown(self, counter: int) -> int:
        """All of it."""
        return counter


def _weights(info: MessageInfo, name: str) -> dict[tuple[int, int], int]:
    """The bits of a signal and what each weighs, found by encoding: cantools says where they are."""
    others = {s.name: 0 for s in info.dbc.signals}
    found = {}
    for n in range(info.dbc.get_signal_by_name(name).length):
        data = info.dbc.encode({**others, name: 1 << n}, scaling=False, strict=False)
        places = ((byte, bit) for byte in range(len(data)) for bit in range(8) if data[byte] >> bit & 1)
        found[next(places)] = 1 << n
    return found


def _write(data: bytearray, weights: dict[tuple[int, int], int], number: int) -> None:
    for (byte, bit), weight in weights.items():
        data[byte] = data[byte] & ~(1 << bit) | (bool(number & weight) << bit)


class Secured:
    """SecOC: AES-CMAC after RFC 4493, built here from single AES blocks."""

    modulus, max_delta = FRESHNESS_ENDLESS, FRESHNESS_ENDLESS - 1

    def __init__(self, info: MessageInfo, spec: SecOC, key: bytes) -> None:
        self._spec, self._key = spec, key
        self._payload = info.length - spec.trailer_bytes

    def protect(self, data: bytearray, counter: int) -> None:
        """Write freshness and MAC into `data`."""
        spec = self._spec
        whole = counter.to_bytes((spec.freshness_bits + 7) // 8, "big")
        mac = _cmac(self._key, spec.data_id.to_bytes(2, "big") + bytes(data[: self._payload]) + whole)
        sent = f"{self.shown(counter):0{spec.sent_freshness_bits}b}" if spec.sent_freshness_bits else ""
        bits = (sent + "".join(f"{byte:08b}" for byte in mac)[: spec.mac_bits]).ljust(
            8 * spec.trailer_bytes, "0"
        )
        data[self._payload :] = int(bits, 2).to_bytes(spec.trailer_bytes, "big")

    def read(self, data: bytes, last: int | None) -> int | None:
        """The whole freshness value, above the last, under which the MAC is right; else None."""
        low, spec = -1 if last is None else last, self._spec
        trailer = "".join(f"{byte:08b}" for byte in data[self._payload :])
        seen = int(trailer[: spec.sent_freshness_bits] or "0", 2)
        here = low >> spec.sent_freshness_bits
        ends = ((here + turn << spec.sent_freshness_bits) + seen for turn in range(spec.attempts + 1))
        for value in [v for v in ends if v > low][: spec.attempts]:
            again = bytearray(data)
            if value < 1 << spec.freshness_bits:
                self.protect(again, value)
                if again == data:
                    return value
        return None

    def shown(self, counter: int) -> int:
        """The bits that are sent."""
        return counter % (1 << self._spec.sent_freshness_bits)


def _cmac(key: bytes, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def block(plain: bytes) -> bytes:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return encryptor.update(plain) + encryptor.finalize()

    def doubled(number: int) -> int:
        return (number << 1 ^ (0x87 if number >> 127 else 0)) & (1 << 128) - 1

    subkey = doubled(int.from_bytes(block(bytes(16)), "big"))
    padded = message
    if not message or len(message) % 16:
        subkey = doubled(subkey)
        padded += b"\x80" + bytes(15 - len(message) % 16)
    last = int.from_bytes(padded[-16:], "big") ^ subkey
    chained = bytes(16)
    for part in (*(padded[n : n + 16] for n in range(0, len(padded) - 16, 16)), last.to_bytes(16, "big")):
        chained = block(bytes(a ^ b for a, b in zip(chained, part, strict=True)))
    return chained
