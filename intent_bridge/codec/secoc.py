"""AUTOSAR secure onboard communication (SWS_SecOC): a truncated AES-CMAC and a truncated freshness value.

A secured frame is `payload | freshness, truncated | MAC, truncated`; the MAC covers
`data id | payload | freshness, whole`. Numbers are big-endian; bits that do not fill a byte stand at its
top. A freshness value must never be used twice with one key, across restarts too; who owns the files sees to
that. Keys are the caller's and are never shown.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from intent_bridge.errors import IntentBridgeError

Keys: TypeAlias = Callable[[str], bytes]
"""The host's key store: a key's name to its bytes; KeyError for a name it does not know."""


@dataclass(frozen=True)
class Security:
    """What the host keeps for SecOC: its key store, and the next freshness value of each message."""

    keys: Keys | None = None
    freshness: Mapping[str, int] = field(default_factory=dict)


NO_SECURITY: Final = Security()
"""For vehicles without secured messages."""


_DATA_ID_BYTES: Final = 2
_KEY_LENGTHS: Final = (16, 24, 32)


def aes_cmac(key: bytes, message: bytes) -> bytes:
    """The 16 bytes of AES-CMAC (RFC 4493). IntentBridgeError where `cryptography` is not installed."""
    try:
        from cryptography.hazmat.primitives.ciphers.algorithms import AES
        from cryptography.hazmat.primitives.cmac import CMAC
    except ImportError as error:
        raise IntentBridgeError("SecOC needs cryptography; pip install 'intent-bridge[secoc]'") from error
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


@dataclass(frozen=True, slots=True)
class SecOc:
    """How one message is secured. ValueError for lengths that cannot be.

    `data_id` has 16 bits, `payload_length` counts bytes. Freshness has `freshness_bits` in the MAC, of
    which the lowest `sent_freshness_bits` travel; of the MAC, the first `mac_bits` do.
    """

    key: bytes = field(repr=False)
    data_id: int
    payload_length: int
    freshness_bits: int
    sent_freshness_bits: int
    mac_bits: int

    def __post_init__(self) -> None:
        if len(self.key) not in _KEY_LENGTHS:
            raise ValueError("an AES key has 16, 24 or 32 bytes")
        if not 0 <= self.data_id < 1 << 8 * _DATA_ID_BYTES:
            raise ValueError("a data id has 16 bits")
        if not 0 <= self.sent_freshness_bits <= self.freshness_bits <= 64 or self.freshness_bits == 0:
            raise ValueError("freshness has 1 to 64 bits, and no more are sent")
        if not 24 <= self.mac_bits <= 128:
            raise ValueError("a MAC of fewer than 24 bits is guessed too soon; give 24 to 128")
        if self.payload_length < 0:
            raise ValueError("a payload has no negative length")

    @property
    def length(self) -> int:
        """Bytes of a secured frame."""
        return self.payload_length + (self.sent_freshness_bits + self.mac_bits + 7) // 8

    def protect(self, payload: bytes, freshness: int) -> bytes:
        """The secured frame; ValueError for a payload of another length or a freshness that does not fit."""
        if len(payload) != self.payload_length or not 0 <= freshness < 1 << self.freshness_bits:
            raise ValueError(
                f"give {self.payload_length} bytes and a freshness of {self.freshness_bits} bits"
            )
        sent = freshness & (1 << self.sent_freshness_bits) - 1
        trailer_bytes = self.length - self.payload_length
        spare = 8 * trailer_bytes - self.sent_freshness_bits - self.mac_bits
        trailer = (sent << self.mac_bits | self._mac(payload, freshness)) << spare
        return payload + trailer.to_bytes(trailer_bytes, "big")

    def sent_freshness(self, data: bytes) -> int:
        """The part of the freshness value that travels in a secured frame."""
        trailer = int.from_bytes(data[self.payload_length :], "big")
        return trailer >> 8 * (self.length - self.payload_length) - self.sent_freshness_bits

    def _mac(self, payload: bytes, freshness: int) -> int:
        whole = freshness.to_bytes((self.freshness_bits + 7) // 8, "big")
        mac = aes_cmac(self.key, self.data_id.to_bytes(_DATA_ID_BYTES, "big") + payload + whole)
        return int.from_bytes(mac, "big") >> 128 - self.mac_bits


class SecOcReceiver:
    """Checks the secured frames of one message in the order received.

    `last` is the freshness of the last good frame (-1 before the first): the state to keep across restarts.
    Only a greater one is accepted, so a recorded frame is refused. `attempts` says how many wraps of the
    truncated part are tried: after a longer loss, only `resync` helps.
    """

    def __init__(self, secoc: SecOc, last: int = -1, attempts: int = 2) -> None:
        self._secoc, self.last, self._attempts = secoc, last, attempts

    def check(self, data: bytes) -> bytes | None:
        """The payload of a genuine, fresh frame; None for any other."""
        if len(data) != self._secoc.length:
            return None
        payload = data[: self._secoc.payload_length]
        for freshness in self._candidates(self._secoc.sent_freshness(data)):
            if hmac.compare_digest(self._secoc.protect(payload, freshness), data):
                self.last = freshness
                return payload
        return None

    def resync(self, freshness: int) -> None:
        """Take a freshness value from a trusted source (a sync message that was checked); never backwards."""
        self.last = max(self.last, freshness)

    def _candidates(self, sent: int) -> list[int]:
        """Whole freshness values above the last that end in what was sent, the nearest first."""
        step = 1 << self._secoc.sent_freshness_bits
        first = self.last + 1 + (sent - self.last - 1) % step
        tried = [first + n * step for n in range(self._attempts)]
        return [value for value in tried if value < 1 << self._secoc.freshness_bits]
