"""Keeps the freshness values of messages under SecOC on disk, before a frame can carry them."""

from pathlib import Path
from typing import Final

from intent_bridge.codec import Security
from intent_bridge.codec.secoc import Keys
from intent_bridge.engine import Engine
from intent_bridge.errors import TransportError
from intent_bridge.profile import Profile
from intent_bridge.profile.protection_model import SecOC
from intent_bridge.transports import LinkChange, Transport
from intent_bridge.transports.freshness_file import FreshnessFile
from intent_bridge.types import RawFrame


def open_freshness(
    profile: Profile, keys: Keys | None, file: Path | None, *, needed: bool
) -> tuple[Security, FreshnessFile | None]:
    """What the engine needs for SecOC, and the file it comes from; TransportError where there must be one."""
    if file is not None:
        opened = FreshnessFile(file)
        return Security(keys, opened.values()), opened
    secured = [name for name, info in profile.messages.items() if info.spec.secoc is not None]
    if needed and secured:
        raise TransportError(
            f"{', '.join(secured)}: SecOC must remember what it has sent; give a file as `freshness`"
        )
    return Security(keys), None


BLOCK_MAX: Final = 1000


def block(secoc: SecOC) -> int:
    """How many values may be skipped at a restart: half of what the ECU still recognises as the next."""
    return min(BLOCK_MAX, (secoc.attempts << secoc.sent_freshness_bits) // 2)


class FreshTransport:
    """A transport under which no freshness value is used twice, whenever the process dies."""

    def __init__(self, inner: Transport, profile: Profile, engine: Engine, file: FreshnessFile) -> None:
        self._inner, self._engine, self._file = inner, engine, file
        self._secured = {
            (info.bus, info.can_id, info.extended): (name, block(info.spec.secoc))
            for name, info in profile.messages.items()
            if info.spec.secoc is not None and name in engine.encoder.counters
        }

    def now_ms(self) -> int:
        return self._inner.now_ms()

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        secured = self._secured.get((frame.bus, frame.can_id, frame.extended))
        if secured is not None:
            name, spare = secured
            self._file.reserve(name, self._engine.encoder.counters[name], spare)
        self._inner.send(frame, urgent=urgent)

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        self._file.heard(self._engine.receiver.freshness())
        return self._inner.receive(until_ms)

    def changes(self) -> list[LinkChange]:
        return self._inner.changes()

    def close(self) -> None:
        try:
            self._file.heard(self._engine.receiver.freshness(), now=True)
        finally:
            self._inner.close()
